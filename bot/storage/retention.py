"""What is too old to be kept."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import Delete

from bot.storage.base import rows_of
from bot.storage.models import (
    Appointment,
    Delivery,
    HandOff,
    Kind,
    OutboxEntry,
    Status,
    UnansweredQuestion,
)


def purge_alerts(session: Session, closed_before: datetime) -> int:
    """Deletes the alerts that were closed before that moment, with all that belongs to them. Returns how many."""
    gone = delete(HandOff).where(*_closed(closed_before), HandOff.kind == Kind.CRISIS.value)
    return _deleted(session, gone)


def purge_requests(session: Session, closed_before: datetime) -> int:
    """Deletes whatever else was closed before that moment, unless its visit came after it. Returns how many."""
    visits = select(Appointment.hand_off_id).where(Appointment.confirmed_for >= closed_before)
    gone = delete(HandOff).where(*_closed(closed_before), HandOff.kind != Kind.CRISIS.value, HandOff.id.not_in(visits))
    return _deleted(session, gone)


def purge_notices(session: Session, before: datetime) -> int:
    """Deletes the notices from before that moment that were delivered or given up. Returns how many.

    Those about what is open stay: by the last of them the worker knows when to tell the next contact.
    """
    is_open = select(HandOff.id).where(HandOff.status == Status.OPEN.value)
    done = (OutboxEntry.state != Delivery.WAITING.value, OutboxEntry.created_at < before)
    return _deleted(session, delete(OutboxEntry).where(*done, OutboxEntry.hand_off_id.not_in(is_open)))


def purge_questions(session: Session, last_seen_before: datetime) -> int:
    """Deletes the questions that nobody has asked since that moment. Returns how many."""
    return _deleted(session, delete(UnansweredQuestion).where(UnansweredQuestion.last_seen < last_seen_before))


def _closed(before: datetime) -> tuple[object, ...]:
    return HandOff.status == Status.CLOSED.value, HandOff.closed_at < before


def _deleted(session: Session, gone: Delete) -> int:
    return rows_of(session.execute(gone, execution_options={"synchronize_session": False}))
