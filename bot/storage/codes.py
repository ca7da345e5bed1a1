"""The codes by which somebody on the website shows that a number is hers."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.privacy.keys import keyed_hash, keyed_hashes
from bot.storage.base import rows_of
from bot.storage.models import EnrolmentCode


def add(session: Session, code: EnrolmentCode) -> None:
    """Keeps `code`; its hash of the number is made here."""
    code.phone_hash = keyed_hash(code.phone)
    session.add(code)
    session.flush()


def by_token(session: Session, token: str) -> EnrolmentCode | None:
    """The code that the page calls `token`, kept from others until the transaction ends; None if there is none."""
    query = select(EnrolmentCode).where(EnrolmentCode.token == token).with_for_update()
    found: EnrolmentCode | None = session.execute(query).scalar_one_or_none()
    return found


def asked_since(session: Session, since: datetime, phone: str | None = None) -> int:
    """How many codes were asked for since that moment: for that number (E.164), or by anybody."""
    query = select(func.count(EnrolmentCode.id)).where(EnrolmentCode.asked_at >= since)
    if phone:
        query = query.where(EnrolmentCode.phone_hash.in_(keyed_hashes(phone)))
    return int(session.execute(query).scalar_one())


def purge(session: Session, asked_before: datetime) -> int:
    """Deletes the codes that were asked for before that moment. Returns how many."""
    gone = delete(EnrolmentCode).where(EnrolmentCode.asked_at < asked_before)
    return rows_of(session.execute(gone, execution_options={"synchronize_session": False}))
