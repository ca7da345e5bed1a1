"""She wants no more texts, or leaves what she began."""

import pytest

from bot.enrolment.states import State

CARRIER = ["STOP", "stop", "StopAll", "UNSUBSCRIBE", "cancel", "End", "quit", "REVOKE", "optout"]
HER_OWN = [
    "please stop texting me",
    "Stop.",
    "STOP PLEASE",
    "no mas",
    "leave me alone",
    "take me off this list",
    "quit messaging me",
    "unsubscribe me pls",
    "opt out",
    "please cancel",
    "end, thanks",
    "wrong number",
]
THE_CLASSIFIER = [
    "your texts keep waking the baby up, please stop sending them",
    "every morning at 7 you ping me. stop the texts",
    "not interested, take me off",
    "I would like to discontinue all of these notifications.",
]


@pytest.mark.parametrize("word", CARRIER)
def test_a_word_of_the_carrier_ends_it_without_a_second_confirmation(texter, word):
    assert texter.is_enrolled().texts(word) == []
    assert (texter.state, texter.opted_out) == (State.OPTED_OUT, True)


@pytest.mark.parametrize("words", [*HER_OWN, *THE_CLASSIFIER])
def test_her_own_words_end_it_with_the_one_confirmation(texter, words):
    [body] = texter.is_enrolled().texts(words)
    assert "You will get no more texts from Cedar Lane" in body
    assert [text.purpose for text in texter.read] == ["farewell"]
    assert (texter.state, texter.opted_out) == (State.OPTED_OUT, True)


def test_who_says_it_twice_is_not_answered_twice(texter):
    texter.is_enrolled().texts("please stop texting me")
    assert texter.texts("please stop texting me") == []
    assert texter.texts("STOP") == []


def test_a_keyword_of_the_clinics_own_that_the_carrier_acted_on_ends_it(texter):
    assert texter.is_enrolled().texts("no longer", acted="STOP") == []
    assert texter.opted_out


@pytest.mark.parametrize("words", ["hello", "can i drive", "HELP", "1", "MORE", "CALL", "", "wow ok"])
def test_who_wants_no_texts_gets_none(texter, words):
    texter.is_enrolled().texts("STOP")
    assert texter.texts(words) == []


def test_who_may_want_no_texts_is_asked(texter):
    bodies = texter.is_enrolled().texts("how do i unsubscribe from these")
    assert "reply STOP" in bodies[-1]
    assert texter.state is State.ACTIVE


@pytest.mark.parametrize("words", ["please cancel", "never mind", "forget it"])
def test_who_leaves_a_form_leaves_the_form_and_nothing_else(texter, scheduling, words):
    texter.is_enrolled().texts("i want to book")
    [body] = texter.texts(words)
    assert "dropped it" in body
    assert texter.state is State.ACTIVE


def test_who_wants_no_texts_inside_a_form_gets_none(texter, scheduling):
    texter.is_enrolled().texts("i want to book")
    [body] = texter.texts("stop texting me")
    assert "no more texts" in body
    assert texter.opted_out
    assert not scheduling.requests(texter.conversation_id)


def test_a_number_that_is_not_enrolled_can_opt_out_too(texter):
    [body] = texter.texts("wrong number, stop texting me")
    assert "no more texts" in body
    assert texter.texts("hello") == []


def test_who_is_invited_can_say_stop(texter):
    assert texter.is_enrolled(State.INVITED).texts("STOP") == []
    assert texter.opted_out
