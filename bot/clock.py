"""The one place for time, so that tests and expiry dates can move it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Now = Callable[[], datetime]


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today(time_zone: str, at: Now = now) -> date:
    """The calendar day in `time_zone` (an IANA name)."""
    return at().astimezone(ZoneInfo(time_zone)).date()
