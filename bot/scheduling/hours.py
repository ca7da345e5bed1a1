"""When a visit can be: the clinic's hours, its own closed days, the country's holidays."""

from datetime import date, time

import holidays

from bot.clinic import Clinic, Span, Weekday
from bot.scheduling.problems import Problem
from bot.scheduling.request import PartOfDay

NOON, FIVE = time(12), time(17)
MAX_DAYS_AHEAD = 180  # farther than any schedule is open
_PARTS = {
    PartOfDay.MORNING: (time.min, NOON),
    PartOfDay.AFTERNOON: (NOON, FIVE),
    PartOfDay.EVENING: (FIVE, time.max),
    PartOfDay.ANY: (time.min, time.max),
}


def part_of(moment: time) -> PartOfDay:
    """The part of the day that `moment` belongs to."""
    return PartOfDay.MORNING if moment < NOON else PartOfDay.AFTERNOON if moment < FIVE else PartOfDay.EVENING


def hours_on(clinic: Clinic, day: date) -> Span | None:
    """The hours of `day`, closed days aside; None on a weekday without any."""
    return clinic.hours.get(list(Weekday)[day.weekday()])


def wrong_with_day(clinic: Clinic, day: date, today: date) -> Problem | None:
    """Why there can be no visit on `day`; None where there can."""
    if day < today:
        return Problem.DAY_IN_PAST
    if (day - today).days > MAX_DAYS_AHEAD:
        return Problem.DAY_TOO_FAR
    if hours_on(clinic, day) is None:
        return Problem.DAY_CLOSED
    if day in clinic.closed_dates or day in holidays.country_holidays(clinic.country, years=day.year):
        return Problem.DAY_HOLIDAY
    return None


def is_open(clinic: Clinic, day: date | None, part: PartOfDay) -> bool:
    """Whether the clinic is open in `part` of `day`; of any day at all, where `day` is None."""
    spans = clinic.hours.values() if day is None else filter(None, [hours_on(clinic, day)])
    begins, ends = _PARTS[part]
    return any(span.opens < ends and span.closes > begins for span in spans)
