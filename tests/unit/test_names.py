"""Names, as the answer to the question and inside a longer message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scheduling.names import MAX_NAME, find_name, read_name
from bot.scheduling.problems import Problem


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jo", "Jo"),
        ("my name is Jo", "Jo"),
        ("i'm jo ann smith", "Jo Ann Smith"),
        ("it's O'Brien", "O'Brien"),
        ("Anne-Marie", "Anne-Marie"),
        ("Zoë", "Zoë"),
        ("hi, this is Dana", "Dana"),
        ("call me Kate please", "Kate"),
        ("jo, 214 555 0123", "Jo"),
        ("McDonald", "McDonald"),
        ("J. Smith", "J. Smith"),
        ("Allen", "Allen"),
        ("Grace here", "Grace"),
    ],
)
def test_her_name_is_read(text, name):
    assert read_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "yes", "no", "214 555 0123", "what for", "i want an appointment", "123", "ok", "idk", "im tired"]
)
def test_what_is_no_name_is_not_taken_for_one(text):
    assert read_name(text) == Problem.NAME_MISSING


def test_a_name_is_not_endless():
    assert read_name("Wolfeschlegelsteinhausenbergerdorff Hubert Blaine") == Problem.NAME_TOO_LONG


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("can i come in friday, it's jo 214 555 0123", "Jo"),
        ("Rosa, (214) 555-0188, Dallas", "Rosa"),
        ("jen here 214 555 0175 mon or tues", "Jen"),
        ("im kate my number is 214 555 0150", "Kate"),
        ("Hi I'm Priya. I'd like a consultation", "Priya"),
        ("Name: Alicia. Phone: 214 555 0199", "Alicia"),
        ("i'm so tired and want to come in", None),
        ("i'm ready to start", None),
        ("it's urgent", None),
        ("this is my first time", None),
        ("call 2145550142 after 3", None),
        ("appointment for my wife", None),
    ],
)
def test_in_a_longer_message_only_an_introduced_name_counts(text, name):
    assert find_name(text) == name


@given(st.text(max_size=300))
def test_nothing_that_is_written_breaks_it(text):
    found = read_name(text)
    assert isinstance(found, Problem) or 0 < len(found) <= MAX_NAME
    find_name(text)
