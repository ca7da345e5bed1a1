"""Appointment requests: stored once, found by who may ask, changed by the rules of `bot.scheduling.transitions`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from sqlalchemy.sql import Select

from bot.errors import NightlightError
from bot.handoff.reference import as_written
from bot.privacy.keys import keyed_hash, keyed_hashes
from bot.scheduling.request import AppointmentRequest, PartOfDay, ReachBy
from bot.scheduling.status import AppointmentStatus, State
from bot.scheduling.transitions import UNSETTLED, check, state
from bot.storage.models import Appointment, HandOff

HERS = ("name", "phone", "best_time", "place", "day", "part_of_day", "time_words", "coverage")


def recorded(session: Session, request: AppointmentRequest) -> str | None:
    """The reference of `request`, if its conversation has confirmed the same summary before."""
    query = select(HandOff.reference).join(Appointment, Appointment.hand_off_id == HandOff.id)
    same = (
        Appointment.conversation_id == request.conversation_id,
        Appointment.confirmation_id == request.confirmation_id,
    )
    found: str | None = session.execute(query.where(*same)).scalar_one_or_none()
    return found


def add(session: Session, request: AppointmentRequest, hand_off: HandOff, at: datetime) -> Appointment:
    """Stores `request`, which belongs to `hand_off`. Raises (through the transaction) `Conflict` if it is there."""
    appointment = Appointment(
        hand_off_id=hand_off.id,
        conversation_id=request.conversation_id,
        confirmation_id=request.confirmation_id,
        channel=request.channel,
        person=request.person,
        phone_hash=keyed_hash(request.phone),
        reach_by=request.reach_by.value,
        agreed_at=request.agreed_at,
        requested_at=at,
        state="requested",
        changed_at=at,
        **{name: getattr(request, name) for name in HERS if name != "part_of_day"},
        part_of_day=request.part_of_day.value,
    )
    session.add(appointment)
    session.flush()
    return appointment


def request_of(session: Session, hand_off_id: int) -> AppointmentRequest | None:
    """What was asked for behind that hand-off; None if there is no request, or if it was erased."""
    query = _with_words(select(Appointment).where(Appointment.hand_off_id == hand_off_id))
    found: Appointment | None = session.execute(query).scalar_one_or_none()
    if found is None or not found.name:
        return None
    return AppointmentRequest(
        conversation_id=found.conversation_id,
        channel=found.channel,
        confirmation_id=found.confirmation_id,
        name=found.name,
        phone=found.phone,
        reach_by=ReachBy(found.reach_by),
        best_time=found.best_time,
        place=found.place,
        day=found.day,
        part_of_day=PartOfDay(found.part_of_day),
        time_words=found.time_words,
        coverage=found.coverage,
        agreed_at=found.agreed_at,
        person=found.person,
    )


def status(
    session: Session, conversation_id: str, phone: str | None = None, reference: str | None = None
) -> AppointmentStatus | None:
    """What has become of a request: of the one called `reference`, else of the conversation's last.

    Whoever names a reference must be in its conversation, or know its telephone number (E.164) too: a number
    alone is known to many. What was erased is not found.
    """
    query = select(Appointment, HandOff.reference).join(HandOff, HandOff.id == Appointment.hand_off_id)
    mine = Appointment.conversation_id == conversation_id
    if reference:
        mine = (mine | Appointment.phone_hash.in_(keyed_hashes(phone))) if phone else mine
        query = query.where(HandOff.reference == as_written(reference))
    query = query.where(mine, HandOff.erased_at.is_(None)).order_by(Appointment.id.desc()).limit(1)
    found = session.execute(_with_words(query)).one_or_none()
    return _status(*found) if found else None


def by_reference(session: Session, reference: str) -> tuple[Appointment, HandOff]:
    """The request called `reference` and its hand-off, kept from others until the transaction ends.

    The hand-off's row is the lock for both. Raises `NightlightError` if there is none.
    """
    query = select(Appointment, HandOff).join(HandOff, HandOff.id == Appointment.hand_off_id)
    query = query.where(HandOff.reference == as_written(reference)).with_for_update(of=HandOff)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NightlightError(f"There is no appointment request {reference!r}. A reference looks like K7M-4QP.")
    appointment, hand_off = found
    return appointment, hand_off


def of_hand_offs(session: Session, hand_off_ids: Sequence[int]) -> dict[int, Appointment]:
    """The requests behind those hand-offs, by the hand-off's id."""
    query = select(Appointment).where(Appointment.hand_off_id.in_(hand_off_ids))
    return {found.hand_off_id: found for found in session.execute(query).scalars()}


def move(
    session: Session, reference: str, to: State, at: datetime, confirmed_for: datetime | None = None
) -> tuple[str, str]:
    """Sets the state of the request called `reference`; a confirmed one has the time of its visit.

    Returns the reference as it is written, and the state before. Raises `WrongState` if it cannot go there,
    `NightlightError` if there is no such request, or a time without confirming, or confirming without a time.
    """
    appointment, hand_off = by_reference(session, reference)
    check(hand_off.reference, appointment.state, to)
    if (to == "confirmed") != (confirmed_for is not None):
        raise NightlightError("A visit is confirmed for a time, and only then: give both, or neither.")
    before = appointment.state
    _set(appointment, to, at, confirmed_for)
    session.flush()
    return hand_off.reference, before


def confirmed_from(session: Session, moment: datetime) -> list[tuple[Appointment, str]]:
    """The confirmed visits from that moment on, each with its reference, the next first."""
    query = select(Appointment, HandOff.reference).join(HandOff, HandOff.id == Appointment.hand_off_id)
    query = query.where(Appointment.state == "confirmed", Appointment.confirmed_for >= moment)
    found = session.execute(_with_words(query).order_by(Appointment.confirmed_for, Appointment.id))
    return [(appointment, reference) for appointment, reference in found]


def expire(session: Session, unchanged_since: datetime, at: datetime) -> list[str]:
    """Lets the requests expire that nobody has settled or touched since that moment; returns their references.

    Their hand-offs stay as they are: that nobody called her is for staff to see.
    """
    query = select(Appointment, HandOff.reference).join(HandOff, HandOff.id == Appointment.hand_off_id)
    query = query.where(Appointment.state.in_(UNSETTLED), Appointment.changed_at < unchanged_since)
    found = session.execute(query.with_for_update(of=HandOff, skip_locked=True)).all()
    for appointment, _ in found:
        _set(appointment, "expired", at)
    session.flush()
    return [reference for _, reference in found]


def _set(appointment: Appointment, to: State, at: datetime, confirmed_for: datetime | None = None) -> None:
    appointment.state, appointment.changed_at, appointment.confirmed_for = to, at, confirmed_for
    appointment.changes += 1


def _status(found: Appointment, reference: str) -> AppointmentStatus:
    return AppointmentStatus(
        reference=reference,
        status=state(found.state),
        requested_at=found.requested_at,
        day=found.day,
        place=found.place,
        confirmed_for=found.confirmed_for,
    )


def _with_words(query: Select) -> Select:
    return query.options(*(undefer(getattr(Appointment, name)) for name in HERS if name not in {"day", "part_of_day"}))
