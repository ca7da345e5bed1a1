"""What the running engine keeps of a conversation, and what it does without its database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.storage.models import ConversationEvents
from bot.storage.sessions import engine
from running import GRACE, TURN_TIMEOUT, Nightlight, Visitor, wait_until
from support import rows

pytestmark = pytest.mark.usefixtures("clinic_side")
QUESTION = "can i drive after my session"
AGAIN = "can you say that again"


def kept(visitor: Visitor) -> list[ConversationEvents]:
    return [row for row in rows(ConversationEvents) if row.conversation_id == visitor.id]


def written(visitor: Visitor, text: str) -> list[ConversationEvents]:
    """The rows once she has written `text` and that is kept, which is behind her answer."""
    visitor.writes(text)
    wait_until(lambda: text in "".join(row.events for row in kept(visitor)), "her turn is written")
    return kept(visitor)


@contextmanager
def locked() -> Iterator[None]:
    """Within the block the database answers nobody else."""
    with engine().begin():
        yield


def test_a_conversation_is_kept_encrypted_and_goes_when_she_deletes_it(
    nightlight: Nightlight, visitor: Visitor
) -> None:
    written(visitor, QUESTION)
    for file in nightlight.files("nightlight.db"):
        assert QUESTION.encode() not in file.read_bytes()
    visitor.leaves()
    wait_until(lambda: not kept(visitor), "her conversation is deleted")


def test_a_turn_is_one_row_however_long_the_conversation_is(visitor: Visitor) -> None:
    turns = [QUESTION, "is it legal", "does it hurt", "what does it cost"]
    before = len(written(visitor, turns[0])) - 1  # the greeting
    for number, text in enumerate(turns[1:], start=2):
        assert len(written(visitor, text)) == before + number


def test_she_is_answered_from_memory_while_the_database_answers_nobody(visitor: Visitor) -> None:
    before = len(written(visitor, QUESTION))
    said = [message["text"] for message in visitor.writes(AGAIN)]
    with locked():
        started = time.monotonic()
        assert [message["text"] for message in visitor.writes(AGAIN)] == said
        assert time.monotonic() - started < 2
    wait_until(lambda: bool(visitor.writes(AGAIN)) and len(kept(visitor)) >= before + 2, "it is merged back")
    assert AGAIN in "".join(row.events for row in kept(visitor))


def test_danger_is_answered_by_the_engine_in_time_while_the_database_answers_nobody(visitor: Visitor) -> None:
    with locked():
        started = time.monotonic()
        said = visitor.writes("i want to kill myself")
        assert time.monotonic() - started < TURN_TIMEOUT + GRACE
    assert said[0]["type"] == "danger"
    assert "988" in said[0]["text"]
