"""What we start: the sessions that it hangs on, and that each text was dealt with once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.enrolment.states import State
from bot.storage.models import DueText, Enrolment, TreatmentSession


def sessions_between(session: Session, first: datetime, last: datetime) -> list[tuple[TreatmentSession, Enrolment]]:
    """The sessions of active enrolments that begin between those moments, each with its enrolment."""
    query = select(TreatmentSession, Enrolment).join(Enrolment, Enrolment.id == TreatmentSession.enrolment_id)
    query = query.where(Enrolment.state == State.ACTIVE.value, TreatmentSession.starts_at.between(first, last))
    return [(found, of) for found, of in session.execute(query.order_by(TreatmentSession.starts_at))]


def decided(session: Session, session_ids: Iterable[int]) -> set[tuple[int, str]]:
    """What was dealt with already for those sessions, as (session, kind)."""
    query = select(DueText.session_id, DueText.kind).where(DueText.session_id.in_(list(session_ids)))
    return {(found, kind) for found, kind in session.execute(query)}


def decide(session: Session, of: TreatmentSession, kind: str, outcome: str, at: datetime) -> None:
    """Keeps that the text of that kind for that session is dealt with.

    Raises (through the transaction) `Conflict` if another worker has dealt with it.
    """
    session.add(DueText(enrolment_id=of.enrolment_id, session_id=of.id, kind=kind, outcome=outcome, at=at))
    session.flush()
