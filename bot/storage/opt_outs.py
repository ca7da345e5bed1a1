"""The numbers that are sent nothing. This outlives everything else that is known of a number."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, undefer

from bot.privacy.chain import link, new_key
from bot.storage.base import rows_of
from bot.storage.models import OptOut, OptOutKey

_ONLY = 1
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add(session: Session, phone: str, channel: str, words: str, at: datetime) -> bool:
    """That number is sent nothing from now on. Whether that is new; who said it before has said it already."""
    row = {"number_hash": _hash(session, phone), "at": at, "channel": channel, "words": words}
    insert = _INSERT[session.get_bind().dialect.name](OptOut.__table__).values(**row)
    return rows_of(session.execute(insert.on_conflict_do_nothing())) == 1


def lift(session: Session, phone: str, words: str, at: datetime) -> bool:
    """That number may be sent texts again. Whether it could not until now."""
    query = select(OptOut).where(OptOut.number_hash == _hash(session, phone), OptOut.lifted_at.is_(None))
    found: OptOut | None = session.execute(query.with_for_update()).scalar_one_or_none()
    if found:
        found.lifted_at, found.lifted_words = at, words
        session.flush()
    return found is not None


def stands(session: Session, phone: str) -> bool:
    """Whether that number is sent nothing."""
    return since(session, phone) is not None


def since(session: Session, phone: str) -> datetime | None:
    """Since when that number is sent nothing; None if it may be."""
    query = select(OptOut.at).where(OptOut.number_hash == _hash(session, phone), OptOut.lifted_at.is_(None))
    found: datetime | None = session.execute(query).scalar_one_or_none()
    return found


def _hash(session: Session, phone: str) -> str:
    return link(_key(session), "opt-out", phone)


def _key(session: Session) -> str:
    query = select(OptOutKey).where(OptOutKey.id == _ONLY).options(undefer(OptOutKey.key))
    found: OptOutKey | None = session.execute(query).scalar_one_or_none()
    if found is None:
        # Of several processes that begin at once, the first one's key stays.
        insert = _INSERT[session.get_bind().dialect.name](OptOutKey.__table__).values(id=_ONLY, key=new_key())
        session.execute(insert.on_conflict_do_nothing(index_elements=["id"]))
        found = session.execute(query).scalar_one()
    return found.key
