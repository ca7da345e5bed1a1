"""The clinic asks her by text how she is after a session; her answers by kind."""

import pytest
from sqlalchemy import select

from bot.storage import threads
from bot.storage.models import HandOff
from bot.storage.sessions import transaction
from bot.texting import replies
from desks import Desk

CHECK_IN = ("tell us how you are", "/report_symptoms")


@pytest.fixture
def asked(texter, scheduling):
    """She was sent the check-in, which offers one option (tests/integration/test_started_texts.py), and replies 1."""
    texter.is_enrolled()
    assert texter.conversation_id
    with transaction() as session:
        threads.offer(replies.thread_of(session, texter.conversation_id), [CHECK_IN])
    texter.texts("1")
    return texter


def low(desk: Desk, conversation_id: str) -> list[dict]:
    """What of hers the care team was given."""
    query = select(HandOff.id).where(HandOff.conversation_id == conversation_id, HandOff.reason == "check_in_low")
    return desk._found(query)


def test_she_is_asked_on_a_scale_that_fits_her_phone(asked):
    [body] = [text.body for text in asked.read]
    assert "How are you since your last session?" in body
    assert body.endswith("Reply 1 very bad, 2 bad, 3 so-so, 4 good, 5 very good")


@pytest.mark.parametrize("digit", ["3", "4", "5"])
def test_who_is_well_is_thanked(asked, scheduling, digit):
    assert "good to know" in asked.texts(digit)[0]
    assert low(scheduling, asked.conversation_id) == []


@pytest.mark.parametrize("digit", ["1", "2", "2."])
def test_who_is_not_is_heard_and_the_care_team_is_told(asked, scheduling, digit):
    [body] = asked.texts(digit)
    assert "I have told the care team" in body
    assert "988" in body
    assert len(low(scheduling, asked.conversation_id)) == 1
    assert "passed that on" in asked.texts("the sadness came back on day two")[-1]


def test_a_question_after_a_low_answer_is_answered_first(asked):
    asked.texts("2")
    bodies = asked.texts("how long until it works?")
    assert "within hours or days" in bodies[0]
    assert "passed that on" in "\n".join(bodies)


def test_a_number_that_is_not_on_the_scale_picks_nothing(asked, scheduling):
    assert "nothing to pick by that number" in asked.texts("9")[0]
    assert low(scheduling, asked.conversation_id) == []


def test_her_own_words_in_place_of_a_number_are_answered(asked):
    assert asked.texts("i feel so low and tired")


@pytest.mark.parametrize("answer", ["1", "2", None])
def test_danger_in_her_answer_is_danger(asked, answer):
    if answer:
        asked.texts(answer)
    asked.texts("i want to kill myself")
    assert asked.read[0].purpose == "danger"
    assert "988" in asked.read[0].body[:153]


def test_who_wants_no_more_check_ins_gets_none(asked):
    asked.texts("2")
    assert "no more texts" in asked.texts("please stop texting me")[0]
    assert asked.opted_out


def test_help_and_call_mean_the_same_after_it(asked):
    asked.texts("2")
    assert "988" in asked.texts("HELP")[0]
    assert "to call you" in asked.texts("CALL")[0]
