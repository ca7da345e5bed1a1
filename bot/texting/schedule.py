"""What we begin to text around a session, when it is due, and until when it makes sense."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clinic import Clinic, ModelOfCare, TextTimes

DAY_BEFORE, MORNING, CHECK_IN = "reminder_day_before", "reminder_morning", "check_in"
BEFORE_VISIT = timedelta(hours=2)
CHECK_IN_LATE = timedelta(hours=24)
LONGEST_AHEAD = timedelta(days=3)  # how long before a session its first text may be due, in any time zone


@dataclass(frozen=True)
class Due:
    """One text of those that we begin: `kind` is unique for a session, `words` names it in `data/texting.yml`.

    It is due at `at`; from `until` on it makes no sense any more.
    """

    kind: str
    words: str
    at: datetime
    until: datetime


def due_texts(starts_at: datetime, hers: ZoneInfo, visit: ZoneInfo, times: TextTimes) -> Iterator[Due]:
    """The texts around a session that begins at `starts_at`: her clock says when, the visit's which day it is.

    A reminder of the day before makes sense until the day itself; that of the morning until the session begins, and
    is due two hours before one that begins early; a check-in may be a day late.
    """
    day = starts_at.astimezone(visit).date()
    yield Due(DAY_BEFORE, DAY_BEFORE, _at(day - timedelta(days=1), times.day_before, hers), _at(day, time(0), hers))
    morning = min(_at(day, times.morning, hers), starts_at - BEFORE_VISIT)
    yield Due(MORNING, MORNING, morning, starts_at)
    for days in times.check_in_days:
        due = _at(day + timedelta(days=days), times.check_in_at, hers)
        yield Due(f"{CHECK_IN}_{days}", CHECK_IN, due, due + CHECK_IN_LATE)


def is_superseded(due: Due, starts_at: datetime, others: Sequence[datetime], visit: ZoneInfo) -> bool:
    """Whether a check-in would ask after a session when a later one has begun, or is on that day."""
    if due.words != CHECK_IN:
        return False
    day = due.at.astimezone(visit).date()
    return any(other > starts_at and other.astimezone(visit).date() <= day for other in others)


def longest_after(times: TextTimes) -> timedelta:
    """How long after a session its last text may still be sent, in any time zone."""
    return timedelta(days=max(times.check_in_days, default=0) + 3)


def zone_of_visits(clinic: Clinic, model: ModelOfCare, hers: str) -> ZoneInfo:
    """Whose clock the times of sessions are said by: the clinic's where she goes there, her own at home."""
    return ZoneInfo(clinic.time_zone if model is ModelOfCare.IN_CLINIC else hers)


def spoken(starts_at: datetime, visit: ZoneInfo, hers: ZoneInfo, today: date) -> str:
    """The time of a session as a text says it: "tomorrow (Tue, Mar 3) at 2:30 PM", with the zone if it is not hers."""
    local = starts_at.astimezone(visit)
    clock = f"{local.hour % 12 or 12}:{local:%M %p}"
    if local.utcoffset() != starts_at.astimezone(hers).utcoffset():
        clock += f" ({local:%Z})"
    day = f"{local:%a, %b} {local.day}"
    if local.date() == today:
        return f"at {clock}"
    return f"tomorrow ({day}) at {clock}" if local.date() == today + timedelta(days=1) else f"{day} at {clock}"


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That time of that day, in UTC: between two moments of one zone, Python would compare the clocks, not the time."""
    return datetime.combine(day, clock, zone).astimezone(ZoneInfo("UTC"))
