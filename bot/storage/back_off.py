"""How long what did not arrive waits before it is tried again."""

from datetime import timedelta
from random import Random

CHANCE = Random()


def pause(attempts: int, first: timedelta, longest: timedelta, chance: Random = CHANCE) -> timedelta:
    """The pause after that many attempts: it doubles from `first` to `longest`.

    `chance` takes up to half of it away, so that what failed together does not come together again.
    """
    doubled: timedelta = min(first * 2.0 ** min(attempts - 1, 30), longest)
    return doubled * chance.uniform(0.5, 1)
