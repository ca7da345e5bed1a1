"""The one place for time, so that tests and expiry dates can move it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.errors import NightlightError

Now = Callable[[], datetime]


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def read_moment(said: str, time_zone: str) -> datetime:
    """The moment at which the clocks of `time_zone` show `said`, written like "2026-03-09 14:30"; with its zone.

    Raises `NightlightError` if it is written otherwise, or if there is no such time: the clocks are put forward then.
    """
    zone = ZoneInfo(time_zone)
    try:
        moment = datetime.strptime(" ".join(said.replace("T", " ").split()), "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    except ValueError:
        raise NightlightError(f'{said!r} is no time; write it like "2026-03-09 14:30".') from None
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise NightlightError(f"There is no {said} in {time_zone}: the clocks are put forward then.")
    return moment


def today(time_zone: str, at: Now = now) -> date:
    """The calendar day in `time_zone` (an IANA name)."""
    return at().astimezone(ZoneInfo(time_zone)).date()
