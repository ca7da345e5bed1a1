"""She is asked how she is after a session; a low answer, and what she writes after it, goes to the care team."""

import pytest
from sqlalchemy import select

from bot.storage.models import HandOff, HandOffMessage

SCALE = ["very bad", "bad", "so-so", "good", "very good"]
HER_WORDS = "the nights are long and i cannot sleep even when the baby does"


@pytest.fixture(params=["web", "sms"])
def channel(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def asked(mother, scheduling):
    """She has taken up the check-in."""
    assert mother.takes_payload("/report_symptoms") == ["report_symptoms"]
    return mother


def kept(desk, mother) -> list[str]:
    """What stands before the care team of her conversation, in order."""
    query = select(HandOffMessage.text).where(HandOffMessage.conversation_id == mother.id)
    return [row["text"] for row in desk._found(query.order_by(HandOffMessage.id))]


def test_she_is_asked_on_a_scale_and_told_when_to_call_911(asked):
    assert [title for title, _ in asked.options] == SCALE
    assert "911" in asked.words
    assert "988" in asked.words


@pytest.mark.parametrize("how", SCALE[2:])
def test_who_is_not_low_is_thanked_and_nobody_is_told(asked, scheduling, how):
    assert asked.takes(how) == ["check_in_well"]
    assert kept(scheduling, asked) == []


@pytest.mark.parametrize("how", SCALE[:2])
def test_a_low_answer_goes_to_the_care_team_and_she_hears_so(asked, scheduling, how):
    assert asked.takes(how) == ["check_in_low"]
    assert "988" in asked.words
    assert len(kept(scheduling, asked)) == 1


def test_what_she_writes_then_is_passed_on_once(asked, scheduling):
    asked.takes("bad")
    assert asked.writes(HER_WORDS) == ["feel_low", "check_in_passed_on"]
    assert kept(scheduling, asked)[1:] == [HER_WORDS]
    assert "check_in_passed_on" not in asked.writes("can i drive after my session")
    assert len(kept(scheduling, asked)) == 2


def test_a_question_among_it_is_answered_and_passed_on(asked, scheduling):
    asked.takes("bad")
    assert asked.writes("can i drive after my session") == ["faq_driving", "check_in_passed_on"]


def test_a_plain_no_is_no_message(asked, scheduling):
    asked.takes("bad")
    assert "check_in_passed_on" not in asked.writes("no")
    assert len(kept(scheduling, asked)) == 1


def test_danger_in_it_is_danger_first(asked, scheduling):
    asked.takes("very bad")
    assert asked.writes("i want to die")[0] == "crisis_self_harm"
    assert "i want to die" in kept(scheduling, asked)


def test_where_it_cannot_be_passed_on_nothing_is_claimed(asked, scheduling):
    scheduling.loses_the_database()
    assert asked.takes("bad") == ["check_in_not_passed_on"]


def test_staff_see_it_among_what_waits(asked, scheduling):
    asked.takes("bad")
    asked.writes(HER_WORDS)
    [found] = scheduling._found(select(HandOff.__table__).where(HandOff.conversation_id == asked.id))
    assert (found["kind"], found["reason"], found["status"]) == ("care_message", "check_in_low", "open")
