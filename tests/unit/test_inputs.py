"""The page knows which keyboard fits what the form asks."""

import pytest

from bot.scheduling.inputs import Input, input_for
from bot.scheduling.words import book

TEL, NAME, DATE, TEXT = Input("tel", "tel"), Input("name", "name"), Input("date"), Input("text")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ask_phone", TEL),
        ("phone_too_short", TEL),
        ("needed_phone", TEL),
        ("ask_lookup_phone", TEL),
        ("ask_name", NAME),
        ("name_missing", NAME),
        ("needed_name", NAME),
        ("ask_day", DATE),
        ("day_closed", DATE),
        ("ask_best_time", TEXT),
        ("answer_missing_coverage", TEXT),
        ("words_too_long_best_time", TEXT),
        ("ask_lookup_reference", TEXT),
        ("lookup_not_found", TEXT),
        ("saved", None),
        ("changed", None),
        ("status_confirmed", None),
    ],
)
def test_each_question_has_its_keyboard_and_what_asks_nothing_has_none(key, expected):
    assert key in book().words
    assert input_for(f"utter_appointment_{key}") == expected


@pytest.mark.parametrize("name", ["utter_faq_cost", "utter_greet", "", "appointment_ask_phone"])
def test_what_is_no_form_has_none(name):
    assert input_for(name) is None


def test_every_question_of_the_form_has_one():
    asked = [key for key in book().words if key.startswith(("ask_", "needed_", "answer_missing_"))]
    assert len(asked) > 20
    assert all(input_for(f"utter_appointment_{key}") for key in asked)
