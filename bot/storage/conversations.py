"""What Rasa remembers of conversations: one encrypted row for each turn, found by the conversation's id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from bot.storage.models import ConversationEvents


@dataclass(frozen=True)
class Batch:
    """Some events that follow one another: `events` is a JSON list of `count` of them.

    Where `begins_session`, what stands before them is not read for a turn any more.
    """

    count: int
    begins_session: bool
    events: str


def end(session: Session, conversation_id: str) -> int:
    """How many events that conversation has: 0 if there is none, or none any more."""
    query = select(func.max(ConversationEvents.first + ConversationEvents.count))
    stored: int | None = session.execute(query.where(_is(conversation_id))).scalar_one()
    return stored or 0


def last_session(session: Session, conversation_id: str) -> list[Batch]:
    """The batches from the last one on that begins a session; all of them if none does.

    Raises `WrongKey` if one cannot be decrypted.
    """
    begins = select(func.max(ConversationEvents.first)).where(
        _is(conversation_id), ConversationEvents.begins_session.is_(True)
    )
    since = ConversationEvents.first >= func.coalesce(begins.scalar_subquery(), 0)
    return list(_batches(session, conversation_id, since))


def whole(session: Session, conversation_id: str) -> list[Batch]:
    """All batches of that conversation. Raises `WrongKey` if one cannot be decrypted."""
    return list(_batches(session, conversation_id, ConversationEvents.first >= 0))


def append(session: Session, conversation_id: str, after: int, batches: Sequence[Batch], at: datetime) -> int:
    """Adds `batches` behind the first `after` events; returns how many there are then.

    Raises (through the transaction) `Conflict` if another process has written there.
    """
    rows = []
    for batch in batches:
        rows.append({**vars(batch), "conversation_id": conversation_id, "first": after, "saved_at": at})
        after += batch.count
    session.execute(insert(ConversationEvents.__table__), rows)
    return after


def forget(session: Session, conversation_id: str) -> int:
    """Deletes that conversation; returns how many rows it had."""
    return _delete(session, _is(conversation_id))


def forget_untouched(session: Session, since: datetime) -> int:
    """Deletes the conversations to which nothing was added since that moment; returns how many rows they had."""
    touched = select(ConversationEvents.conversation_id).where(ConversationEvents.saved_at >= since)
    return _delete(session, ConversationEvents.conversation_id.not_in(touched))


def ids(session: Session) -> list[str]:
    """The ids of all conversations."""
    return list(session.execute(select(ConversationEvents.conversation_id).distinct()).scalars())


def _delete(session: Session, condition: object) -> int:
    deleted = session.execute(delete(ConversationEvents.__table__).where(condition))
    return cast(CursorResult, deleted).rowcount


def _is(conversation_id: str) -> object:
    return ConversationEvents.conversation_id == conversation_id


def _batches(session: Session, conversation_id: str, condition: object) -> Iterator[Batch]:
    columns = (ConversationEvents.count, ConversationEvents.begins_session, ConversationEvents.events)
    query = select(*columns).where(_is(conversation_id), condition).order_by(ConversationEvents.first)
    return (Batch(*row) for row in session.execute(query))
