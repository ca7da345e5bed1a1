"""She asks for a visit and gets a reference."""

import re

import pytest

from appointments import QUESTIONS, TO_SUMMARY
from bot.texting.gsm import MAX_SEGMENTS, not_gsm, segments

PATH = list(zip(TO_SUMMARY, QUESTIONS, strict=True))


@pytest.mark.parametrize("channel", ["web", "sms"], indirect=True)
def test_she_is_asked_one_thing_at_a_time_and_gets_a_reference(mother, scheduling):
    for text, question in PATH:
        assert mother.writes(text) == [f"appointment_ask_{question}"]
        assert mother.read[0].type == "form"
    for shown in ("Jo", "214-555-0123", "Frisco", "aetna ppo"):
        assert shown in mother.words
    assert not scheduling.requests(mother.id)
    assert mother.writes("yes") == ["appointment_saved"]
    [request] = scheduling.requests(mother.id)
    assert request["reference"] in mother.words
    assert "within one business day" in mother.words
    assert "214-555-0142" in mother.words
    assert (request["name"], request["phone"], request["place"]) == ("Jo", "+12145550123", "Frisco")
    assert request["channel"] == mother.channel


def test_everything_she_says_in_one_message_is_taken_at_once(mother, scheduling):
    mother.writes("can i come in friday morning in mckinney, it's jo 214 555 0123")
    assert mother.names == ["appointment_ask_reach_by"]
    assert mother.writes("text, any time") == ["appointment_ask_coverage"]


def test_she_can_do_it_with_buttons_alone_where_there_are_some(mother, scheduling):
    mother.writes("i want to book an appointment")
    mother.writes("jo")
    mother.writes("214 555 0123")
    for title in ("Text me", "Mornings", "Frisco", "As soon as possible", "Skip this", "Yes, they may", "Send it"):
        mother.takes(title)
    assert mother.names == ["appointment_saved"]


@pytest.mark.parametrize("channel", ["sms"], indirect=True)
def test_on_a_phone_every_message_fits(mother, scheduling):
    read = []
    for text in [t for t, _ in PATH] + ["no", "my name", "Żofia Wolfeschlegelsteinhausen", "yes"]:
        mother.writes(text)
        read += mother.read
    assert mother.names == ["appointment_saved"]
    for message in read:
        assert not not_gsm(message.text)
        assert segments(message.text) <= MAX_SEGMENTS
        assert not re.search(r"\{\w+\}|\*\*", message.text)


def test_a_second_request_begins_anew(mother, scheduling):
    for text in [t for t, _ in PATH] + ["yes"]:
        mother.writes(text)
    assert mother.writes("i want to book an appointment") == ["appointment_ask_name"]


def test_after_it_other_questions_are_answered_as_ever(mother, scheduling):
    for text in [t for t, _ in PATH] + ["yes"]:
        mother.writes(text)
    assert mother.writes("can i drive after my session") == ["faq_driving"]
