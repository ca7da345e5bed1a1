"""Telephone numbers, as mothers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scheduling.phones import find_phone, read_phone, shown
from bot.scheduling.problems import Problem

HERS = "+12145550123"


@pytest.mark.parametrize(
    "text",
    [
        "2145550123",
        "214 555 0123",
        "214-555-0123",
        "(214) 555-0123",
        "214.555.0123",
        "+1 214 555 0123",
        "1 (214) 555 0123",
        "its 214 555 0123 thanks",
        "not 214 555 0199, it's 214 555 0123",
        "two one four five five five oh one two three",
    ],
)
def test_a_whole_number_is_read_however_it_is_written(text):
    assert read_phone(text) == HERS


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no idea", Problem.PHONE_MISSING),
        ("", Problem.PHONE_MISSING),
        ("555 0123", Problem.PHONE_TOO_SHORT),
        ("911", Problem.PHONE_TOO_SHORT),
        ("214 555 01234", Problem.PHONE_TOO_LONG),
        ("2145550123456", Problem.PHONE_TOO_LONG),
        ("123 456 7890", Problem.PHONE_UNKNOWN),
        ("000 000 0000", Problem.PHONE_UNKNOWN),
    ],
)
def test_she_is_told_what_is_wrong_with_it(text, problem):
    assert read_phone(text) == problem


def test_a_number_from_abroad_is_hers_too():
    assert read_phone("+52 55 1234 5678") == "+525512345678"


def test_a_number_is_shown_as_it_is_spoken_here():
    assert shown(HERS) == "214-555-0123"
    assert shown("+525512345678").startswith("+52")


def test_a_date_or_a_time_is_no_number():
    assert find_phone("on 12/3/2026 between 10 and 12:30") is None


@given(st.integers(200, 989), st.integers(200, 999), st.integers(0, 9999), st.sampled_from([" ", "-", ".", ""]))
def test_what_is_read_is_shown_and_read_again_the_same(area, exchange, line, gap):
    found = read_phone(f"{area}{gap}{exchange}{gap}{line:04}")
    if not isinstance(found, Problem):
        assert read_phone(shown(found)) == found


@given(st.text(max_size=200))
def test_nothing_that_is_written_breaks_it(text):
    found = read_phone(text)
    assert isinstance(found, Problem) or found.startswith("+")
