"""What may become of an appointment request."""

from collections.abc import Mapping
from typing import get_args

from bot.errors import NightlightError
from bot.scheduling.status import State

STATES: tuple[State, ...] = get_args(State)

# Declined and cancelled were said to her, so they stay said: who wants a visit after all asks anew. What merely
# expired may still be taken up. A visit that is confirmed for another time is confirmed again.
_NEXT: Mapping[State, frozenset[State]] = {
    "requested": frozenset({"contacted", "confirmed", "declined", "cancelled", "expired"}),
    "contacted": frozenset({"confirmed", "declined", "cancelled", "expired"}),
    "confirmed": frozenset({"confirmed", "contacted", "declined", "cancelled"}),
    "declined": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset({"contacted", "confirmed"}),
}
UNSETTLED: tuple[State, ...] = ("requested", "contacted")


class WrongState(NightlightError):
    """A request cannot go from its state to that one; the text says where it can go."""


def state(said: str) -> State:
    """The state called `said`. Raises `WrongState` if there is none."""
    for known in STATES:
        if known == said.strip().lower():
            return known
    raise WrongState(f"{said!r} is no state of a request. There are: {', '.join(STATES)}.")


def check(reference: str, before: str, after: State) -> None:
    """Raises `WrongState` unless the request called `reference` may go from the state `before` to `after`."""
    allowed = _NEXT[state(before)]
    if after not in allowed:
        may = ", ".join(name for name in STATES if name in allowed)
        raise WrongState(
            f"{reference} is {before} and cannot become {after}. "
            + (f"It can become: {may}." if may else "That is its end; a new wish is a new request.")
        )
