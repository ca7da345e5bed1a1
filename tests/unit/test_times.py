"""Days and times, on Wednesday, 4 March 2026, in Texas."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments import IN_CLINIC, TODAY, WEDNESDAY
from bot.scheduling.problems import Problem
from bot.scheduling.request import PartOfDay
from bot.scheduling.times import find_when, read_part, wrong_with

ANY, MORNING, AFTERNOON, EVENING = PartOfDay.ANY, PartOfDay.MORNING, PartOfDay.AFTERNOON, PartOfDay.EVENING


def march(day: int) -> date:
    return date(2026, 3, day)


@pytest.mark.parametrize(
    ("text", "day", "part"),
    [
        ("friday", march(6), None),
        ("this friday morning", march(6), MORNING),
        ("next friday", march(13), None),
        ("next tuesday after 2", march(10), AFTERNOON),
        ("wednesday", march(11), None),
        ("tomorrow before noon", march(5), MORNING),
        ("tmrw at 9", march(5), MORNING),
        ("day after tomorrow", march(6), None),
        ("in two weeks", march(18), None),
        ("a week from today", march(11), None),
        ("march 20", march(20), None),
        ("the 20th at 2pm", march(20), AFTERNOON),
        ("3/20", march(20), None),
        ("Tuesday, March 17", march(17), None),
        ("the 2nd", date(2026, 4, 2), None),
        ("monday at 10:30", march(9), MORNING),
        ("thursday around 1", march(5), AFTERNOON),
    ],
)
def test_a_day_is_understood(text, day, part):
    when = find_when(text, IN_CLINIC, WEDNESDAY)
    assert (when.day, when.part) == (day, part)
    assert when.words in text
    assert wrong_with(when, IN_CLINIC, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("asap", ANY),
        ("whenever", ANY),
        ("first available", ANY),
        ("any day but wednesday", ANY),
        ("monday or tuesday", None),
        ("tuesdays and thursdays", None),
        ("next week", None),
        ("any day before noon", MORNING),
    ],
)
def test_several_days_or_any_are_left_open_in_her_words(text, part):
    when = find_when(text, IN_CLINIC, WEDNESDAY)
    assert (when.day, when.day_open, when.part, when.words) == (None, True, part, text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", Problem.DAY_IN_PAST),
        ("last friday", Problem.DAY_IN_PAST),
        ("february 20", Problem.DAY_IN_PAST),
        ("3/1/2026", Problem.DAY_IN_PAST),
        ("saturday", Problem.DAY_CLOSED),
        ("sunday morning", Problem.DAY_CLOSED),
        ("may 25", Problem.DAY_HOLIDAY),  # Memorial Day
        ("friday at 6 pm", Problem.PART_CLOSED),
        ("evenings", Problem.PART_CLOSED),
        ("in 30 weeks", Problem.DAY_TOO_FAR),
        ("12/24/2026", Problem.DAY_TOO_FAR),
    ],
)
def test_what_cannot_be_is_named(text, problem):
    assert wrong_with(find_when(text, IN_CLINIC, WEDNESDAY), IN_CLINIC, WEDNESDAY) == problem


def test_the_clinics_own_closed_day_is_closed():
    december = datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert wrong_with(find_when("december 24", IN_CLINIC, december), IN_CLINIC, december) == Problem.DAY_HOLIDAY


@pytest.mark.parametrize("text", ["jo", "the baby is 3 weeks", "i may be late", "11/31", "march on", "2145550123"])
def test_what_is_no_day_is_not_taken_for_one(text):
    assert find_when(text, IN_CLINIC, WEDNESDAY) is None


def test_today_is_the_clinics_day_not_the_servers():
    late = datetime(2026, 3, 5, 4, tzinfo=UTC)  # ten in the evening of the 4th in Texas
    assert find_when("tomorrow", IN_CLINIC, late).day == march(5)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("mornings", MORNING),
        ("2", AFTERNOON),
        ("at 10", MORNING),
        ("either", ANY),
        ("5:30 pm", EVENING),
        ("after lunch", AFTERNOON),
    ],
)
def test_a_part_of_the_day_is_understood(text, part):
    assert read_part(text) == part


@given(st.dates(TODAY, TODAY + timedelta(days=170)))
def test_a_date_that_is_written_out_is_that_date(day):
    assert find_when(f"{day:%B} {day.day}", IN_CLINIC, WEDNESDAY).day == day
    assert find_when(f"on {day.month}/{day.day}/{day.year} please", IN_CLINIC, WEDNESDAY).day == day


@given(st.text(max_size=150))
def test_nothing_that_is_written_breaks_it(text):
    when = find_when(text, IN_CLINIC, WEDNESDAY)
    if when:
        wrong_with(when, IN_CLINIC, WEDNESDAY)
