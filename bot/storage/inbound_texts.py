"""The texts that have come in: each kept once, until it is answered; its id for longer."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.storage.base import rows_of
from bot.storage.models import InboundText
from bot.texting.received import Received

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def keep(session: Session, received: Received) -> bool:
    """Keeps `received`. Whether it is new: one that came before is left as it is."""
    row = {
        "sid": received.sid,
        "phone": received.phone,
        "body": received.body,
        "pictures": received.pictures,
        "acted": received.acted,
        "received_at": received.at,
    }
    insert = _INSERT[session.get_bind().dialect.name](InboundText).values(**row)
    return rows_of(session.execute(insert.on_conflict_do_nothing(index_elements=["sid"]))) == 1


def waiting(session: Session) -> list[str]:
    """The ids of the texts that are not answered, in the order in which they came."""
    query = select(InboundText.sid).where(InboundText.answered_at.is_(None)).order_by(InboundText.id)
    return list(session.execute(query).scalars())


def waits(session: Session, sid: str) -> Received | None:
    """The text with that id, if it is not answered. Raises `WrongKey` if it cannot be read."""
    query = select(InboundText).where(InboundText.sid == sid, InboundText.answered_at.is_(None))
    found: InboundText | None = session.execute(query).scalar_one_or_none()
    if found is None:
        return None
    return Received(found.sid, found.phone, found.body, found.received_at, found.pictures, found.acted)


def answered(session: Session, sid: str, at: datetime) -> None:
    """The text with that id is dealt with; number and words go."""
    done = update(InboundText).where(InboundText.sid == sid).values(phone="", body="", answered_at=at)
    session.execute(done.execution_options(synchronize_session=False))


def purge(session: Session, received_before: datetime) -> int:
    """Deletes what was answered and came before that moment. Returns how many."""
    old = InboundText.received_at < received_before, InboundText.answered_at.is_not(None)
    return rows_of(session.execute(delete(InboundText).where(*old), execution_options={"synchronize_session": False}))
