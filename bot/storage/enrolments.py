"""Enrolments: one for each number, found by its keyed hash, changed by the rules of `bot.enrolment.states`."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer
from sqlalchemy.sql import Select

from bot.enrolment.person import Member, Newcomer
from bot.enrolment.states import Cause, State, check
from bot.errors import NightlightError
from bot.handoff.reference import as_written, new_reference
from bot.privacy.keys import keyed_hash, keyed_hashes
from bot.storage.models import Enrolment, EnrolmentChange, TreatmentSession

HERS = ("name", "phone", "agreed_by", "agreed_words")
ID_BYTES = 18


def add(session: Session, newcomer: Newcomer, cause: Cause, at: datetime) -> Enrolment:
    """A new enrolment in the state `invited`, with a conversation of its own.

    Whoever calls has made sure that the number has none (`of_phone`). Raises (through the transaction) `Conflict` if
    another process was faster.
    """
    enrolment = Enrolment(
        reference=new_reference(),
        conversation_id=f"sms-{secrets.token_urlsafe(ID_BYTES)}",
        name=newcomer.name,
        phone=newcomer.phone,
        phone_hash=keyed_hash(newcomer.phone),
        time_zone=newcomer.time_zone,
        language=newcomer.language,
        model_of_care=newcomer.model_of_care.value,
        state=State.INVITED.value,
        enrolled_at=at,
        changed_at=at,
        agreed_at=newcomer.consent.at,
        agreed_by=newcomer.consent.by,
        agreed_words=newcomer.consent.words,
    )
    session.add(enrolment)
    session.flush()
    _note(session, enrolment, None, cause, newcomer.consent.words, at)
    for starts_at in newcomer.sessions:
        add_session(session, enrolment, starts_at)
    return enrolment


def of_phone(session: Session, phone: str) -> Enrolment | None:
    """The enrolment of that number (E.164) that has not ended, kept from others until the transaction ends."""
    query = select(Enrolment).where(Enrolment.phone_hash.in_(keyed_hashes(phone)), _LIVE)
    return _one(session, query)


def of_conversation(session: Session, conversation_id: str) -> Enrolment | None:
    """The enrolment with that conversation, ended or not, kept from others until the transaction ends."""
    return _one(session, select(Enrolment).where(Enrolment.conversation_id == conversation_id))


def by_id(session: Session, enrolment_id: int) -> Enrolment | None:
    """The enrolment with that id, kept from others until the transaction ends; None if it is gone.

    Whoever changes a thread or its texts too has the enrolment first: so nobody waits in a circle.
    """
    return _one(session, select(Enrolment).where(Enrolment.id == enrolment_id))


def state_of(session: Session, enrolment_id: int) -> State:
    """The state of the enrolment with that id as it is at this moment; `ended` if it is gone."""
    found = session.execute(select(Enrolment.state).where(Enrolment.id == enrolment_id)).scalar_one_or_none()
    return State(found) if found else State.ENDED


def time_zone_of(session: Session, enrolment_id: int) -> str:
    """The time zone of the enrolment with that id, which there is."""
    return str(session.execute(select(Enrolment.time_zone).where(Enrolment.id == enrolment_id)).scalar_one())


def reference_of(session: Session, conversation_id: str) -> str | None:
    """The reference of the enrolment with that conversation; None if it is nobody's who is enrolled."""
    query = select(Enrolment.reference).where(Enrolment.conversation_id == conversation_id)
    found: str | None = session.execute(query).scalar_one_or_none()
    return found


def name_of(session: Session, enrolment: Enrolment) -> str:
    """Her name. Raises `WrongKey` if it cannot be read."""
    return str(session.execute(select(Enrolment.name).where(Enrolment.id == enrolment.id)).scalar_one())


def by_reference(session: Session, reference: str) -> Enrolment:
    """The enrolment called `reference`, however it is typed, with all that is encrypted.

    Raises `NightlightError` if there is none, `WrongKey` if it cannot be read.
    """
    found = _one(session, with_words(select(Enrolment).where(Enrolment.reference == as_written(reference))))
    if found is None:
        raise NightlightError(f"There is no enrolment {reference!r}. A reference looks like K7M-4QP.")
    return found


def move(session: Session, enrolment: Enrolment, to: State, cause: Cause, words: str, at: datetime) -> State:
    """Brings `enrolment` to the state `to`, and keeps why and by which words. Returns the state before.

    Raises `WrongState` if it cannot go there. Where it is already, nothing changes.
    """
    before = State(enrolment.state)
    if before is to:
        return before
    check(enrolment.reference, before, to)
    enrolment.state, enrolment.changed_at = to.value, at
    _note(session, enrolment, before, cause, words, at)
    return before


def history(session: Session, enrolment: Enrolment) -> list[EnrolmentChange]:
    """The steps of `enrolment`, oldest first."""
    query = select(EnrolmentChange).where(EnrolmentChange.enrolment_id == enrolment.id).order_by(EnrolmentChange.id)
    return list(session.execute(query).scalars())


def everyone(session: Session, ended: bool = False) -> list[Enrolment]:
    """The enrolments that have not ended, or those that have, oldest first, with name and number."""
    condition = Enrolment.state == State.ENDED.value if ended else _LIVE
    query = with_words(select(Enrolment).where(condition).order_by(Enrolment.id))
    return list(session.execute(query).scalars())


def add_session(session: Session, enrolment: Enrolment, starts_at: datetime) -> TreatmentSession:
    """Puts in a session that begins at that moment; the one that is there already, if there is one."""
    query = select(TreatmentSession).where(
        TreatmentSession.enrolment_id == enrolment.id, TreatmentSession.starts_at == starts_at
    )
    found: TreatmentSession | None = session.execute(query).scalar_one_or_none()
    if found is None:
        found = TreatmentSession(enrolment_id=enrolment.id, starts_at=starts_at)
        session.add(found)
        session.flush()
    return found


def remove_session(session: Session, enrolment: Enrolment, starts_at: datetime) -> bool:
    """Takes a session out; whether there was one."""
    found = TreatmentSession.enrolment_id == enrolment.id, TreatmentSession.starts_at == starts_at
    row: TreatmentSession | None = session.execute(select(TreatmentSession).where(*found)).scalar_one_or_none()
    if row is None:
        return False
    session.execute(delete(TreatmentSession).where(TreatmentSession.id == row.id))
    return True


def sessions(session: Session, enrolment: Enrolment) -> list[TreatmentSession]:
    """The sessions of `enrolment`, in order of time."""
    query = select(TreatmentSession).where(TreatmentSession.enrolment_id == enrolment.id)
    return list(session.execute(query.order_by(TreatmentSession.starts_at)).scalars())


def session_counts(session: Session, enrolments: Sequence[Enrolment]) -> dict[int, int]:
    """How many sessions each of `enrolments` has, by its id."""
    query = select(TreatmentSession.enrolment_id).where(TreatmentSession.enrolment_id.in_([e.id for e in enrolments]))
    found = list(session.execute(query).scalars())
    return {enrolment.id: found.count(enrolment.id) for enrolment in enrolments}


def member(enrolment: Enrolment) -> Member:
    """`enrolment` as the rest of the program knows it."""
    return Member(
        reference=enrolment.reference,
        conversation_id=enrolment.conversation_id,
        state=State(enrolment.state),
        time_zone=enrolment.time_zone,
        language=enrolment.language,
        enrolled_at=enrolment.enrolled_at,
        changed_at=enrolment.changed_at,
    )


def with_words(query: Select) -> Select:
    """`query` for enrolments, with all that is encrypted."""
    return query.options(*(undefer(getattr(Enrolment, name)) for name in HERS))


def _note(session: Session, enrolment: Enrolment, before: State | None, cause: Cause, words: str, at: datetime) -> None:
    change = EnrolmentChange(
        enrolment_id=enrolment.id,
        at=at,
        before=before.value if before else None,
        after=enrolment.state,
        cause=cause.value,
        words=words,
    )
    session.add(change)
    session.flush()


def _one(session: Session, query: Select) -> Enrolment | None:
    found: Enrolment | None = session.execute(query.with_for_update()).scalar_one_or_none()
    return found


_LIVE = Enrolment.state != State.ENDED.value
