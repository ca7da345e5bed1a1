"""What cannot be answered as it is, by text message."""

import pytest

from bot.enrolment.states import State


@pytest.mark.parametrize(
    "body", ["", "   ", "\u200b", "/restart", '/inform{"a": 1}', "\u043f\u0440\u0438\u0432\u0435\u0442"]
)
def test_what_cannot_be_read_is_answered_with_the_lines(texter, body):
    [said] = texter.is_enrolled().texts(body)
    assert "could not read that" in said
    assert "988" in said


@pytest.mark.parametrize("digit", ["1", "7", "9."])
def test_a_digit_that_picks_nothing_says_so(texter, digit):
    [said] = texter.is_enrolled().texts(digit)
    assert "nothing to pick by that number" in said


def test_a_digit_beyond_the_options_picks_nothing(texter):
    texter.is_enrolled().texts("can i drive after my session")
    assert "nothing to pick by that number" in texter.texts("8")[0]


def test_a_wrong_answer_in_a_form_is_asked_for_again(texter, scheduling):
    texter.is_enrolled()
    for body in ("i want to book", "jo"):
        texter.texts(body)
    assert "too few digits" in texter.texts("214 55")[0]
    assert "did not see a phone number" in texter.texts("no idea")[0]


def test_a_form_that_cannot_be_saved_says_so(texter, scheduling):
    texter.is_enrolled()
    for body in ("i want to book", "jo", "214 555 0123", "text", "skip", "frisco", "any", "skip", "yes"):
        texter.texts(body)
    scheduling.loses_the_database()
    assert "NOT sent" in texter.texts("1")[0]


def test_a_number_that_is_not_enrolled_is_told_how_to_be_once_a_day(texter):
    [body] = texter.texts("can i drive after my session")
    assert "To enroll, call 214-555-0142" in body
    assert "988" in body
    assert "postpartum" not in body.lower()
    assert texter.texts("hello?") == []
    assert texter.texts("is anybody there") == []


def test_what_a_number_that_is_not_enrolled_writes_begins_no_form(texter):
    texter.texts("i want to book, it's jo 214 555 0123")
    texter.texts("yes")
    assert texter.is_enrolled().texts("thank you so much") == [
        "You are welcome. Ask me anything else, whenever you like."
    ]


@pytest.mark.parametrize("state", [State.ENDED])
def test_who_was_enrolled_is_told_how_to_be_again(texter, state):
    [body] = texter.is_enrolled(state).texts("hello")
    assert "To enroll, call" in body


def test_who_is_paused_is_answered(texter):
    assert "Don't drive" in texter.is_enrolled(State.PAUSED).texts("can i drive after my session")[0]
