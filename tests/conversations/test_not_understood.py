"""What the bot does not understand, and what is no message at all."""

import pytest

from bot.understanding.text import MAX_CHARACTERS

MUMBLE = "xyzzy plugh"


def test_she_is_asked_back_once_and_then_given_a_person(mother):
    assert mother.writes(MUMBLE)[0] == "did_you_mean"
    assert len(mother.options) <= 4
    assert mother.options[-1][0] == "None of these"
    assert mother.writes(MUMBLE)[0] == "offer_a_person"
    assert "214-555-0142" in mother.words


def test_she_can_take_one_of_the_options(mother):
    mother.writes(MUMBLE)
    title, payload = mother.options[0]
    assert mother.takes(title) == [payload.removeprefix("/")]


def test_none_of_these_is_an_answer(mother):
    mother.writes(MUMBLE)
    assert mother.takes("None of these") == ["none_of_these"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\x00\x07\x1b",
        "🙃🙃",
        "/restart",
        '/faq_driving{"x":1}',
        "/crisis_self_harm",
        "/faq_driving",
        "привет",
        "你好",
    ],
)
def test_what_cannot_be_read_is_said_so_and_injects_nothing(mother, text):
    assert mother.writes(text) == ["unreadable"]
    assert not mother.alerts


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; drop table users; --", "can i drive " * 800, "a" * 10_000]
)
def test_hostile_and_huge_text_gets_a_sensible_answer(mother, text):
    assert mother.writes(text[:MAX_CHARACTERS])
    assert mother.names != ["unavailable"]


def test_an_intent_in_the_middle_of_a_text_stays_text(mother):
    assert mother.writes("can i drive /restart") == ["faq_driving"]
