"""She asks something else in between, is answered, and brought back."""

import pytest

from appointments import QUESTIONS, TO_SUMMARY


@pytest.mark.parametrize("channel", ["web", "sms"], indirect=True)
@pytest.mark.parametrize("answered", range(1, len(TO_SUMMARY) + 1))
def test_a_question_is_answered_and_the_forms_question_comes_again(mother, scheduling, answered):
    for text in TO_SUMMARY[:answered]:
        mother.writes(text)
    back = f"appointment_ask_{QUESTIONS[answered - 1]}"
    assert mother.writes("is it safe to breastfeed after a session?") == ["faq_breastfeeding", back]
    assert mother.writes("how much does it cost?") == ["faq_cost", back]
    assert not scheduling.requests(mother.id)


def test_two_questions_are_both_answered(mother, scheduling):
    for text in TO_SUMMARY[:2]:
        mother.writes(text)
    mother.writes("is it legal? also is it addictive?")
    assert mother.names == ["faq_legality", "faq_addiction", "appointment_ask_phone"]


def test_a_question_before_the_form_is_answered_first(mother, scheduling):
    mother.writes("is it legal? and can i book a visit for friday")
    assert mother.names == ["faq_legality", "appointment_ask_name"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("are you a robot", "bot_challenge"),
        ("thank you so much", "thanks"),
        ("what can you help me with", "help"),
        ("i want to talk to a real person", "message_care_team"),
        ("i feel like such a bad mom and i am so tired", "feel_low"),
    ],
)
def test_other_wishes_are_heard_too(mother, scheduling, text, name):
    for said in TO_SUMMARY[:2]:
        mother.writes(said)
    assert mother.writes(text) == [name, "appointment_ask_phone"]


@pytest.mark.parametrize(
    ("text", "name"), [("delete everything you know about me", "delete_my_data"), ("stop texting me", "opt_out")]
)
def test_who_wants_to_be_left_alone_is_asked_nothing_more(mother, scheduling, text, name):
    for said in TO_SUMMARY[:2]:
        mother.writes(said)
    assert mother.writes(text) == [name]
    assert mother.writes("can i drive after my session") == ["faq_driving"]


def test_a_question_that_nobody_has_an_answer_to_is_admitted(mother, scheduling):
    for text in TO_SUMMARY[:2]:
        mother.writes(text)
    mother.writes("do the chairs in your waiting room recline?")
    assert mother.names[-1] == "appointment_ask_phone"
    assert "214-555-0142" in mother.words


def test_a_question_that_answers_is_an_answer(mother, scheduling):
    for text in TO_SUMMARY[:5]:
        mother.writes(text)
    assert mother.writes("can i do the frisco one?") == ["appointment_ask_day"]
    assert mother.writes("is friday morning possible?") == ["appointment_ask_coverage"]


def test_the_button_of_another_topic_is_answered_and_she_is_brought_back(mother, scheduling):
    mother.writes(TO_SUMMARY[0])
    assert mother.takes_payload("/faq_driving") == ["faq_driving", "appointment_ask_name"]


def test_say_that_again_asks_again(mother, scheduling):
    for text in TO_SUMMARY[:2]:
        mother.writes(text)
    assert mother.writes("can you say that again") == ["appointment_ask_phone"]
