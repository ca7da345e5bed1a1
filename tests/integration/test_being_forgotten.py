"""She asks to be forgotten: she is asked once, and then it is so, in the database, the engine and the channel."""

from uuid import uuid4

import pytest

from bot.handoff import desk, staff
from bot.storage.models import HandOff, HandOffMessage
from bot.storage.sessions import transaction
from running import Message, Nightlight, Visitor
from support import appointment, rows

QUESTION = "can i drive after my session"


def words(messages: list[Message]) -> str:
    return "\n".join(message["text"] for message in messages)


def mine(visitor: Visitor) -> list[HandOff]:
    return [row for row in rows(HandOff) if row.conversation_id == visitor.id]


@pytest.fixture(autouse=True)
def own_database(clinic_side: None) -> None:
    """This process sees what the running ones store."""


@pytest.mark.parametrize("way", ["yes", "erase it please", "button"])
def test_who_says_yes_is_forgotten_and_told_what_went_and_what_stays(visitor: Visitor, way: str) -> None:
    visitor.writes(QUESTION)
    desk.request_appointment(appointment(conversation_id=visitor.id))
    asked = visitor.writes("please delete my data")
    assert "Shall I erase it?" in words(asked)
    assert len(mine(visitor)) == 1
    said = visitor.takes("Erase it", asked) if way == "button" else visitor.writes(way)
    assert "It is erased" in words(said)
    assert "is called off" in words(said)
    assert "that you agreed to be called" in words(said)
    assert mine(visitor) == []
    assert visitor.transcript() == said
    assert "I have not said anything yet" in words(visitor.writes("can you say that again"))


@pytest.mark.parametrize("way", ["no", "keep it", "button", "what is ketamine"])
def test_who_does_not_say_yes_keeps_everything(visitor: Visitor, way: str) -> None:
    visitor.writes(QUESTION)
    desk.request_appointment(appointment(conversation_id=visitor.id))
    asked = visitor.writes("delete everything i wrote")
    said = visitor.takes("Keep it", asked) if way == "button" else visitor.writes(way)
    assert "is erased:" not in words(said)
    assert ("nothing is erased" in words(said)) == (way != "what is ketamine")
    assert len(mine(visitor)) == 1
    assert visitor.transcript()[1]["text"] == QUESTION


def test_a_yes_to_nothing_erases_nothing(visitor: Visitor) -> None:
    desk.request_appointment(appointment(conversation_id=visitor.id))
    visitor.writes("delete my data")
    visitor.writes("is it legal")
    visitor.writes("yes")
    assert len(mine(visitor)) == 1


def test_while_an_alert_is_open_she_reads_the_lines_first_and_the_alert_is_kept(visitor: Visitor) -> None:
    visitor.writes("i want to die")
    [alert] = mine(visitor)
    visitor.writes("delete my data")
    said = visitor.writes("yes")
    assert "tel:988" in said[0]["text"]
    assert "kept until they are done" in said[0]["text"]
    assert "It is erased" in said[1]["text"]
    assert [row.reference for row in mine(visitor)] == [alert.reference]
    staff.take("ann", alert.reference)
    staff.close("ann", alert.reference)
    assert mine(visitor) == []
    assert alert.id not in {row.hand_off_id for row in rows(HandOffMessage)}


def test_danger_after_the_question_is_danger(visitor: Visitor) -> None:
    visitor.writes("delete my data")
    assert "tel:988" in words(visitor.writes("yes i want to die"))
    assert len(mine(visitor)) == 1


def test_a_yes_that_is_sent_twice_has_one_answer(visitor: Visitor) -> None:
    visitor.writes("delete my data")
    message = {"id": str(uuid4()), "text": "yes"}
    first, second = (visitor.sends(message).json() for _ in range(2))
    assert "It is erased" in words(first["messages"])
    assert first == second


def test_a_confirmed_visit_is_said_to_stay(visitor: Visitor) -> None:
    reference = desk.request_appointment(appointment(conversation_id=visitor.id))
    with transaction() as session:
        staff.appointments.move(session, reference, "confirmed", appointment().agreed_at, appointment().agreed_at)
    visitor.writes("delete my data")
    assert "stays confirmed" in words(visitor.writes("yes"))


def test_while_nothing_can_be_erased_nothing_is_claimed(nightlight: Nightlight, visitor: Visitor) -> None:
    visitor.writes("delete my data")
    with nightlight.frozen("actions"):
        said = visitor.writes("yes")
    assert "erased" not in words(said)
