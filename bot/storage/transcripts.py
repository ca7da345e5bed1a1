"""What was said on the website: one encrypted row for each turn, found by the conversation's id.

The engine numbers the messages of a conversation, for it hands them out before they are stored. Another process only
adds (`append`); the engine finds that (`incoming`), gives it its number (`number`) and shows it.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.errors import NightlightError
from bot.storage.base import rows_of
from bot.storage.models import WebTurn

CARE_TEAM = "care_team"
_COLUMNS = (WebTurn.id, WebTurn.conversation_id, WebTurn.first, WebTurn.turn, WebTurn.saved_at)


class NoConversation(NightlightError):
    """There is no such conversation, or none any more."""


@dataclass(frozen=True)
class Turn:
    """One turn: `first` is the number of its first message, `said` the turn as JSON text."""

    conversation_id: str
    first: int
    said: str
    at: datetime


@dataclass(frozen=True)
class Stored:
    """A row: of the engine's own with a number, of another process without one until the engine has given it."""

    id: int
    conversation_id: str
    first: int | None
    said: str
    at: datetime


@dataclass(frozen=True)
class CareTeamMessage:
    """What somebody of the care team writes to her: the text, and in which role (the person is not named)."""

    text: str
    role: str
    lang: str = "en"

    def as_json(self) -> str:
        """As a row holds it."""
        said = {"from": CARE_TEAM, "role": self.role, "type": "text", "lang": self.lang, "text": self.text}
        return json.dumps({"messages": [said]})


def append(session: Session, conversation_id: str, message: CareTeamMessage, at: datetime) -> None:
    """Adds `message` to that conversation. She reads it at once if she has the page open, else when she comes back.

    May be done by any process. Raises `NoConversation` if there is nothing (any more) to add it to.
    """
    if not exists(session, conversation_id):
        raise NoConversation("There is no such conversation, or it was erased: she cannot be reached by it.")
    session.add(WebTurn(conversation_id=conversation_id, turn=message.as_json(), saved_at=at))


def exists(session: Session, conversation_id: str) -> bool:
    """Whether anything of that conversation is stored."""
    found = session.execute(select(WebTurn.id).where(WebTurn.conversation_id == conversation_id).limit(1))
    return found.first() is not None


def write(session: Session, turns: Sequence[Turn]) -> None:
    """Stores `turns`. Raises (through the transaction) `Conflict` if one of these places is taken."""
    rows = [{"conversation_id": t.conversation_id, "first": t.first, "turn": t.said, "saved_at": t.at} for t in turns]
    if rows:
        session.execute(insert(WebTurn.__table__), rows)


def number(session: Session, row: int, first: int) -> None:
    """Gives what another process has added its place in the conversation."""
    own = update(WebTurn.__table__).where(WebTurn.id == row, WebTurn.first.is_(None))
    session.execute(own.values(first=first))


def last(session: Session, conversation_id: str, most: int) -> list[Stored]:
    """The last `most` turns of that conversation in order, those without a number at the end.

    Raises `WrongKey` if one cannot be decrypted.
    """
    newest = select(*_COLUMNS).where(WebTurn.conversation_id == conversation_id)
    rows = session.execute(newest.order_by(WebTurn.id.desc()).limit(most))
    found = [Stored(*row) for row in rows]
    return sorted(found, key=lambda turn: (turn.first is None, turn.first or turn.id))


def incoming(session: Session) -> list[tuple[int, str]]:
    """The rows that have no number yet, in order: their ids and conversations."""
    query = select(WebTurn.id, WebTurn.conversation_id).where(WebTurn.first.is_(None))
    return [(row, conversation_id) for row, conversation_id in session.execute(query.order_by(WebTurn.id))]


def read(session: Session, rows: Collection[int]) -> list[Stored]:
    """These rows, in order. Raises `WrongKey` if one cannot be decrypted."""
    query = select(*_COLUMNS).where(WebTurn.id.in_(rows)).order_by(WebTurn.id)
    return [Stored(*row) for row in session.execute(query)]


def forget(session: Session, conversation_ids: Iterable[str]) -> int:
    """Deletes these conversations; returns how many rows they had."""
    return _delete(session, WebTurn.conversation_id.in_(list(conversation_ids)))


def forget_untouched(session: Session, since: datetime) -> int:
    """Deletes the conversations to which nothing was added since that moment; returns how many rows they had."""
    touched = select(WebTurn.conversation_id).where(WebTurn.saved_at >= since)
    return _delete(session, WebTurn.conversation_id.not_in(touched))


def _delete(session: Session, condition: object) -> int:
    return rows_of(session.execute(delete(WebTurn.__table__).where(condition)))
