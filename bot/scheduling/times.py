"""Days and times, as mothers write them: "next tuesday after 2", "mornings", "asap"."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dateparser  # type: ignore[import-untyped]

from bot.clinic import Clinic
from bot.scheduling.hours import is_open, part_of, wrong_with_day
from bot.scheduling.phones import without_phone
from bot.scheduling.phrases import tidy
from bot.scheduling.problems import Problem
from bot.scheduling.request import PartOfDay

MAX_TIME_WORDS = 80
_WEEK = 7


@dataclass(frozen=True)
class When:
    """A wish for a visit.

    `day_open`: any day will do, or the soonest. Without it and without a day, or with `part` None, she said
    nothing of that.
    """

    day: date | None
    day_open: bool
    part: PartOfDay | None
    words: str


_DAY_NAMES = "mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_FIRST = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NTH = r"\d{1,2}(?:st|nd|rd|th)"
_NUMBER = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "a couple of": 2, "couple of": 2}
_COUNT = rf"\d{{1,2}}|{'|'.join(sorted(_NUMBER, key=len, reverse=True))}"
_SOON = (
    r"asap|as soon as (?:you can|possible|poss)|soonest|(?:the )?(?:earliest|first|next) (?:available"
    r"|opening|possible|one|slot|time|appointment|you have)|right away|immediately|soon|earliest"
)
_OPEN = (
    r"any ?day|any ?time|when ?ever(?: (?:you|works|suits).{0,20})?|no preference|flexible"
    r"|any(?: (?:day|time|of them))?(?: (?:is fine|works|is ok))?|doesn'?t matter|don'?t (?:care"
    r"|mind)|you (?:choose|pick)|up to you|i'?m open|open|weekdays?|this week|next week|all the same"
)

_DATE = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b"
    rf"|\b(?P<named>(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{1,2}}(?:st|nd|rd"
    rf"|th)?(?: of)? (?:{_MONTHS})(?:,? \d{{4}})?)\b"
    rf"|\b(?P<slash>\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)\b|\b(?:on )?the (?P<nth>{_NTH})\b|\b(?P<bare>{_NTH})\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    rf"\b(?P<word>today|tonight|tomorrow|tmrw|tmr|tomorow|yesterday|day after tomorrow)\b"
    rf"|\bin (?P<count>{_COUNT}) (?P<unit>days?|weeks?)\b"
    rf"|\b(?P<week>(?:a )?week from (?:today|now|tomorrow))\b",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<which>this(?: coming)?|coming|next|last|past|every|not|except"
    rf"|but) )?(?P<name>{_DAY_NAMES})(?P<many>s)?\b(?: (?P<later>week|after next)\b)?",
    re.IGNORECASE,
)
_SOON_OR_OPEN = re.compile(rf"\b(?:{_SOON}|{_OPEN})\b", re.IGNORECASE)
_PART = re.compile(
    r"\b(?:(?P<morning>mornings?|(?:in )?the am|a\.m\.|before (?:noon|lunch)|early morning)"
    r"|(?P<afternoon>afternoons?|after (?:lunch|noon)|noon|midday|lunch ?time|(?:in )?the pm|p\.m\.)"
    r"|(?P<evening>evenings?|after work|nights?|tonight))\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b(?P<rel>after|before|at|around|about|from|by|until|till|between|past"
    r"|@)\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm|a\.m\.?|p\.m\.?|o'?clock)?\b"
    r"|\b(?P<hour2>\d{1,2})(?::(?P<minute2>\d{2}))?\s*(?P<half2>am|pm|a\.m\.?|p\.m\.?|o'?clock)\b"
    r"|\b(?P<hour3>\d{1,2}):(?P<minute3>\d{2})\b",
    re.IGNORECASE,
)
_ALL_DAY = re.compile(
    r"\b(?:any ?time(?: of (?:the )?day)?|all day|any part|either|when ?ever|no preference"
    r"|don'?t (?:care|mind)|doesn'?t matter|flexible|any|both|asap|as soon as possible|soonest"
    r"|earliest|first available|next available)\b",
    re.IGNORECASE,
)
_LAST_MORNING, _LAST_HOUR, _NOON, _MINUTES = 6, 23, 12, 60
_LEAP = (2, 29)


def find_when(text: str, clinic: Clinic, now: datetime) -> When | None:
    """What `text` says of day and time for a visit; None where it says nothing of either. `now` has its zone."""
    text = without_phone(text, clinic.country)
    days, spans = _days(text, today(clinic, now))
    soon = _SOON_OR_OPEN.search(text)
    parts = _parts(text)
    if not days and not spans and not soon and not parts:
        return None
    part = _one_part([p for p, _ in parts]) or (PartOfDay.ANY if soon and _ALL_DAY.search(text) else None)
    one = days[0] if len(set(days)) == 1 and not spans[1:] else None
    found = [span for _, span in parts] + spans + ([soon.span()] if soon else [])
    words = tidy(text[min(s for s, _ in found) : max(e for _, e in found)])[:MAX_TIME_WORDS]
    return When(one, one is None and bool(spans or soon), part, words)


def wrong_with(when: When, clinic: Clinic, now: datetime) -> Problem | None:
    """Why that wish cannot be met; None where it can."""
    problem = wrong_with_day(clinic, when.day, today(clinic, now)) if when.day else None
    if problem is None and when.part and not is_open(clinic, when.day, when.part):
        return Problem.PART_CLOSED
    return problem


def read_part(text: str) -> PartOfDay | Problem:
    """The part of the day that answers "Which part of the day?"."""
    bare = re.fullmatch(r"\s*\d{1,2}[\s.!]*", text)
    found = _one_part([part for part, _ in _parts(f"at {text}" if bare else text)])
    if found:
        return found
    return PartOfDay.ANY if _ALL_DAY.search(text) else Problem.PART_MISSING


def today(clinic: Clinic, now: datetime) -> date:
    """The day that it is at the clinic."""
    return now.astimezone(_zone(clinic)).date()


def _zone(clinic: Clinic) -> ZoneInfo:
    return ZoneInfo(clinic.time_zone)


def _days(text: str, on: date) -> tuple[list[date], list[tuple[int, int]]]:
    """The days that are named, and where; a day that recurs, or that she excludes, is a place without a day."""
    found: list[tuple[tuple[int, int], date | None]] = []
    for match in _RELATIVE.finditer(text):
        found.append((match.span(), _relative(match, on)))
    dates = [m for m in _DATE.finditer(text) if not _is_time(text, m)]
    for match in dates:
        day = _date(match, on)
        if day:
            found.append((match.span(), day))
    # "Tuesday, December 1": the date says which.
    if not any(day for _, day in found):
        for match in _WEEKDAY.finditer(text):
            if _is_day(match):
                found.append((match.span(), _weekday(match, on)))
    found.sort()
    return [day for _, day in found if day], [span for span, _ in found]


def _is_time(text: str, match: re.Match[str]) -> bool:
    return match["bare"] is not None and bool(
        re.search(r"(?:baby|birthday|week|month|floor|street|st)\s*$", text[: match.start()])
    )


def _relative(match: re.Match[str], on: date) -> date:
    if match["word"]:
        ahead = {"today": 0, "tonight": 0, "yesterday": -1, "day after tomorrow": 2}.get(match["word"].lower(), 1)
        return on + timedelta(days=ahead)
    if match["week"]:
        return on + timedelta(days=_WEEK + match["week"].lower().endswith("tomorrow"))
    count = _NUMBER.get(match["count"].lower()) or int(match["count"])
    return on + timedelta(days=count * (_WEEK if match["unit"].lower().startswith("week") else 1))


def _date(match: re.Match[str], on: date) -> date | None:
    words = next(filter(None, (match["iso"], match["named"], match["slash"], match["nth"], match["bare"])))
    if match["nth"] or match["bare"]:
        return _nth(int(re.sub(r"\D", "", words)), on)
    settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": datetime.combine(on, time()), "DATE_ORDER": "MDY"}
    parsed = dateparser.parse(words, languages=["en"], settings=settings)
    if parsed is None:
        return None
    found: date = parsed.date()
    if re.search(r"\d{4}|/\d+/", words) or found.year == on.year or (found.month, found.day) == _LEAP:
        return found
    # A day of this year that is over: next year's, if that is nearer; else she means the one that is over.
    over = found.replace(year=found.year - 1)
    return over if (on - over) < (found - on) else found


def _nth(number: int, on: date) -> date | None:
    """The next day of that number: in this month, or in one of the next."""
    for ahead in range(1, 63):
        day = on + timedelta(days=ahead - 1)
        if day.day == number:
            return day
    return None


def _is_day(match: re.Match[str]) -> bool:
    """Whether it is a weekday and not a word that begins like one: "sat", "sun", "wed" and "mon" alone are rare."""
    return not (
        match["name"].lower() in {"sat", "sun", "wed"}
        and match["which"] is None
        and match["many"] is None
        and len(match.string.split()) > 3
    )


def _weekday(match: re.Match[str], on: date) -> date | None:
    which = (match["which"] or "").lower()
    if match["many"] or which in {"every", "not", "except", "but"}:
        return None
    number = _FIRST.index(match["name"].lower()[:3])
    ahead = (number - on.weekday()) % _WEEK or _WEEK
    if which in {"last", "past"}:
        return on + timedelta(days=ahead - _WEEK if ahead < _WEEK else -_WEEK)
    monday = on - timedelta(days=on.weekday())
    if which == "next":
        return monday + timedelta(days=_WEEK + number)
    if match["later"]:
        return on + timedelta(days=ahead + _WEEK)
    return on + timedelta(days=ahead)


def _parts(text: str) -> list[tuple[PartOfDay, tuple[int, int]]]:
    named = [(PartOfDay(match.lastgroup), match.span()) for match in _PART.finditer(text) if match.lastgroup]
    clocks = [(part, match.span()) for match in _CLOCK.finditer(text) if (part := _clock_part(match)) is not None]
    # "2 pm": the clock says more than its half.
    kept = [(p, s) for p, s in named if not any(c[0] <= s[0] and s[1] <= c[1] for _, c in clocks)]
    return clocks + kept


def _clock_part(match: re.Match[str]) -> PartOfDay | None:
    hour = int(match["hour"] or match["hour2"] or match["hour3"])
    half = (match["half"] or match["half2"] or "").lower()
    if hour > _LAST_HOUR or int(match["minute"] or match["minute2"] or match["minute3"] or 0) >= _MINUTES:
        return None
    if (half.startswith("p") and hour < _NOON) or (not half.startswith(("a", "p")) and 1 <= hour <= _LAST_MORNING):
        hour += 12  # no clinic is open at 2 in the morning
    if half.startswith("a") and hour == _NOON:
        hour = 0
    if (match["rel"] or "").lower() in {"before", "by", "until", "till"}:
        hour -= 1
    return part_of(time(max(hour, 0), int(match["minute"] or match["minute2"] or match["minute3"] or 0)))


def _one_part(parts: list[PartOfDay]) -> PartOfDay | None:
    """The part that all of `parts` are; any, where they differ; None where there are none."""
    return None if not parts else parts[0] if len(set(parts)) == 1 else PartOfDay.ANY
