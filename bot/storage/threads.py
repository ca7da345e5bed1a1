"""The threads of texts: whose number, which options stand, what "MORE" brings."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from sqlalchemy.sql import Select

from bot.privacy.keys import keyed_hash, keyed_hashes
from bot.storage.enrolments import ID_BYTES
from bot.storage.models import Enrolment, TextThread

Option = tuple[str, str]  # title, payload


def of_enrolment(session: Session, enrolment: Enrolment, at: datetime) -> TextThread:
    """The thread of that enrolment, begun if need be, kept from others until the transaction ends."""
    found = _one(session, select(TextThread).where(TextThread.enrolment_id == enrolment.id))
    return found or _begin(session, enrolment.phone, enrolment.conversation_id, enrolment.id, at)


def of_stranger(session: Session, phone: str, at: datetime) -> TextThread:
    """The thread of a number (E.164) that is not enrolled, begun if need be, kept from others until the end.

    Raises (through the transaction) `Conflict` if another process was faster.
    """
    query = select(TextThread).where(TextThread.phone_hash.in_(keyed_hashes(phone)), TextThread.enrolment_id.is_(None))
    found = _one(session, query.where(TextThread.erasing_since.is_(None)))
    return found or _begin(session, phone, f"sms-{secrets.token_urlsafe(ID_BYTES)}", None, at)


def of_conversation(session: Session, conversation_id: str) -> TextThread | None:
    """The thread of that conversation, kept from others until the transaction ends."""
    return _one(session, select(TextThread).where(TextThread.conversation_id == conversation_id))


def id_of_enrolment(session: Session, enrolment: Enrolment) -> int | None:
    """The id of the thread of that enrolment; None if it never had one."""
    query = select(TextThread.id).where(TextThread.enrolment_id == enrolment.id)
    found: int | None = session.execute(query).scalar_one_or_none()
    return found


def offer(thread: TextThread, options: Sequence[Option]) -> None:
    """From now on a digit picks one of `options`, in this order; none, and no digit picks anything."""
    thread.offered = json.dumps(options) if options else ""


def offered(thread: TextThread) -> list[Option]:
    """The options that stand."""
    return [(title, payload) for title, payload in json.loads(thread.offered or "[]")]


def keep_rest(thread: TextThread, texts: Sequence[str]) -> None:
    """Keeps what was too long for one answer; nothing, where there is nothing."""
    thread.rest = json.dumps(texts) if texts else ""


def take_rest(thread: TextThread) -> list[str]:
    """The texts that were kept, and keeps them no longer."""
    kept: list[str] = json.loads(thread.rest or "[]")
    thread.rest = ""
    return kept


def _begin(session: Session, phone: str, conversation_id: str, enrolment_id: int | None, at: datetime) -> TextThread:
    thread = TextThread(
        conversation_id=conversation_id,
        enrolment_id=enrolment_id,
        phone=phone,
        phone_hash=keyed_hash(phone),
        began_at=at,
        offered="",
        rest="",
    )
    session.add(thread)
    session.flush()
    return thread


def _one(session: Session, query: Select) -> TextThread | None:
    query = query.options(undefer(TextThread.phone)).with_for_update(of=TextThread)
    found: TextThread | None = session.execute(query).scalar_one_or_none()
    return found
