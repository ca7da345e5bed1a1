"""An enrolled mother asks by text message, and is answered by text message."""

import pytest

from bot.enrolment.states import State
from bot.storage import threads
from bot.storage.models import HandOff, Kind
from bot.storage.sessions import transaction
from bot.texting.gsm import MAX_SEGMENTS, not_gsm, segments
from running import environment
from support import rows

FAQ = [
    ("Is ketamine therapy for postpartum depression legal?", "off-label"),
    ("How long does ketamine therapy take to work?", "within hours or days"),
    ("How long do I need someone to watch the baby?", "another sober adult"),
    ("Is ketamine safe while breastfeeding?", "12 hours"),
    ("What if I need to drive in an emergency?", "Don't drive until the next day"),
]
TO_SUMMARY = (
    "i want to book",
    "jo",
    "214 555 0123",
    "text",
    "after 3",
    "the frisco one",
    "next tuesday after 2",
    "aetna ppo",
)


def fits(body: str) -> bool:
    return not not_gsm(body) and segments(body) <= MAX_SEGMENTS


@pytest.mark.parametrize(("question", "words"), FAQ)
def test_what_mothers_ask_most_is_answered_in_one_text(texter, question, words):
    [body] = texter.is_enrolled().texts(question)
    assert words in body
    assert fits(body)
    assert [text.purpose for text in texter.read] == ["reply"]


def test_a_digit_picks_what_was_offered_with_the_answer(texter):
    [answer] = texter.is_enrolled().texts("can i drive after my session")
    assert answer.endswith("Reply 1 Who minds the baby, 2 What a session is like, 3 How to prepare")
    [picked] = texter.texts("1")
    assert "another sober adult" in picked


def test_a_digit_picks_of_the_last_answer_only(texter):
    texter.is_enrolled().texts("can i drive after my session")
    [second] = texter.texts("can i breastfeed after a session")
    labels = second.rpartition("Reply 1 ")[2].split(", 2 ")[0]
    assert labels
    with transaction() as session:
        thread = threads.of_conversation(session, texter.conversation_id)
        assert threads.offered(thread)[0][0] == labels


def test_two_questions_are_answered_in_a_text_each(texter):
    first, second = texter.is_enrolled().texts("is it legal? also is it addictive?")
    assert "off-label" in first
    assert "misused" in second
    assert "Reply 1" not in first


@pytest.mark.parametrize("word", ["HELP", "info", "help please", "Help!"])
def test_help_gives_the_lines_first_and_the_clinic(texter, word):
    [body] = texter.is_enrolled().texts(word)
    assert body.index("911") < body.index("988") < body.index("214-555-0142") < 153
    assert "Cedar Lane" in body
    assert "STOP" in body


def test_more_brings_what_there_is_beside_the_answer(texter):
    [answer] = texter.is_enrolled().texts("can i breastfeed after a session")
    [more] = texter.texts("MORE")
    assert more != answer


def test_call_asks_the_clinic_to_call_her_once(texter, seen_by_staff):
    [body] = texter.is_enrolled().texts("CALL")
    assert "I have asked Cedar Lane to call you" in body
    assert "988" in body
    texter.texts("please call me")
    [hand_off] = [h for h in rows(HandOff) if h.conversation_id == texter.conversation_id]
    assert (hand_off.kind, hand_off.reason, hand_off.status) == (Kind.CARE_MESSAGE, "call", "open")
    assert seen_by_staff(hand_off.reference).number == texter.phone
    assert hand_off.person


def test_a_visit_is_asked_for_by_digits_where_there_are_some(texter, scheduling):
    texter.is_enrolled()
    for body in ("i want to book an appointment", "jo", "214 555 0123"):
        texter.texts(body)
    for digit in "1221211":
        bodies = texter.texts(digit)
        assert all(fits(body) for body in bodies)
    assert "Your request is with Cedar Lane" in bodies[-1]
    [request] = scheduling.requests(texter.conversation_id)
    assert request["channel"] == "sms"
    assert request["place"] == "McKinney"


def test_a_visit_is_asked_for_in_her_own_words(texter, scheduling):
    texter.is_enrolled()
    for body in (*TO_SUMMARY, "yes"):
        bodies = texter.texts(body)
        assert all(fits(body) for body in bodies)
    assert "Shall I send it?" in bodies[-1]
    [done] = texter.texts("YES")
    assert "Your request is with Cedar Lane" in done
    assert texter.state is State.ACTIVE


@pytest.fixture
def seen_by_staff(variables):
    """What staff see of a hand-off."""
    from bot.handoff import staff

    def show(reference: str):
        with environment(variables):
            return staff.show("ann", reference)

    return show
