"""Hand-offs: raised once, found, taken, closed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from bot.errors import NightlightError
from bot.handoff.alert import CrisisAlert
from bot.handoff.care_message import CareMessage
from bot.handoff.reference import as_written, new_reference
from bot.scheduling.request import AppointmentRequest
from bot.storage.models import (
    Delivery,
    HandOff,
    HandOffMessage,
    HandOffNote,
    Kind,
    OutboxEntry,
    Status,
    TextThread,
    Urgency,
)


class WrongTransition(NightlightError):
    """This hand-off cannot be taken or closed as things are; the text says how they are."""


def raise_crisis(session: Session, alert: CrisisAlert) -> HandOff:
    """The open hand-off for `alert`: a new one, or the one that its conversation and kind have already.

    A message that is recorded already changes nothing but who saw it. A hand-off that somebody
    has taken is not open: new danger after that is a new hand-off, and is told anew.
    Raises (through the transaction) `Conflict` if another process was faster: do it once more.
    """
    if recorded := _recorded(session, alert):
        recorded.seen_by = sorted({*recorded.seen_by, *alert.seen_by})
        return recorded
    hand_off = _repeated(session, alert) or _new(alert)
    session.add(hand_off)
    session.flush()
    session.add(_message(hand_off, alert))
    session.flush()
    return hand_off


def untaken(session: Session, told_before: datetime) -> list[int]:
    """The ids of the open crisis hand-offs whose last contact was told before that moment, longest first."""
    query = _untaken(select(HandOff.id), told_before).order_by(_LAST_TOLD)
    return list(session.execute(query).scalars())


def locked_if_untaken(session: Session, hand_off_id: int, told_before: datetime) -> HandOff | None:
    """That hand-off, kept from others until the transaction ends; None if it is not `untaken` any more."""
    query = _untaken(select(HandOff), told_before).where(HandOff.id == hand_off_id)
    found: HandOff | None = session.execute(query.with_for_update(of=HandOff, skip_locked=True)).scalar_one_or_none()
    return found


def raise_request(session: Session, request: AppointmentRequest, at: datetime) -> HandOff:
    """A new hand-off for `request`, which is stored beside it (`bot.storage.appointments`)."""
    hand_off = HandOff(
        reference=new_reference(),
        kind=Kind.APPOINTMENT.value,
        reason="request_appointment",
        urgency=Urgency.ROUTINE.value,
        conversation_id=request.conversation_id,
        channel=request.channel,
        person=request.person,
        message="",
        seen_by=[],
        raised_at=at,
        last_raised_at=at,
    )
    session.add(hand_off)
    session.flush()
    return hand_off


def raise_care_message(session: Session, message: CareMessage, at: datetime) -> HandOff:
    """The open hand-off for `message`: a new one, or the one that its conversation and reason have already.

    What was written is kept beside it, once for each message id.
    """
    same = (HandOff.conversation_id == message.conversation_id, HandOff.reason == message.reason)
    query = select(HandOff).where(HandOff.kind == Kind.CARE_MESSAGE.value, HandOff.status == Status.OPEN.value, *same)
    hand_off: HandOff | None = session.execute(query.with_for_update()).scalars().first()
    if hand_off is None:
        hand_off = HandOff(
            reference=new_reference(),
            kind=Kind.CARE_MESSAGE.value,
            reason=message.reason,
            urgency=message.urgency.value,
            conversation_id=message.conversation_id,
            channel=message.channel,
            person=message.person,
            message=message.text,
            seen_by=[],
            raised_at=at,
            last_raised_at=at,
        )
        session.add(hand_off)
        session.flush()
    of_message = (
        HandOffMessage.conversation_id == message.conversation_id,
        HandOffMessage.message_id == message.message_id,
    )
    if session.execute(select(HandOffMessage.id).where(*of_message)).first() is None:
        hand_off.last_raised_at = at
        kept = HandOffMessage(
            hand_off_id=hand_off.id,
            conversation_id=message.conversation_id,
            message_id=message.message_id,
            raised_at=at,
            text=message.text,
        )
        session.add(kept)
        session.flush()
    return hand_off


def number_of(session: Session, hand_off: HandOff) -> str | None:
    """The number (E.164) from which its texts came; None where there were none, or it was erased."""
    query = select(TextThread.phone).where(TextThread.conversation_id == hand_off.conversation_id)
    return session.execute(query).scalar_one_or_none() or None


def waits_since(hand_off: HandOff) -> datetime:
    """Since when somebody has to look at it: since it was raised, or reopened."""
    return hand_off.reopened_at or hand_off.raised_at


def waiting(session: Session, closed: bool = False) -> list[HandOff]:
    """What nobody has closed, or what is closed: the most urgent first, then what has waited longest."""
    query = select(HandOff).where((HandOff.status == Status.CLOSED.value) == closed)
    longest = func.coalesce(HandOff.reopened_at, HandOff.raised_at)
    return list(session.execute(query.order_by(HandOff.urgency.desc(), longest, HandOff.id)).scalars())


def by_reference(session: Session, reference: str) -> HandOff:
    """The hand-off with that reference, however it is typed. Raises `NightlightError` if there is none."""
    query = select(HandOff).where(HandOff.reference == as_written(reference)).with_for_update()
    found: HandOff | None = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NightlightError(f"There is no hand-off {reference!r}. A reference looks like K7M-4QP.")
    return found


def take(session: Session, reference: str, by: str, at: datetime) -> HandOff:
    """`by`, an operator's name, has it in hand from now on. Raises `WrongTransition` unless it is open."""
    hand_off = by_reference(session, reference)
    if hand_off.status != Status.OPEN:
        raise WrongTransition(f"{hand_off.reference} is {hand_off.status}, by {hand_off.taken_by or 'nobody'}.")
    hand_off.status, hand_off.taken_by, hand_off.taken_at = Status.TAKEN.value, by, at
    return hand_off


def close(session: Session, reference: str, at: datetime) -> HandOff:
    """It is dealt with. Raises `WrongTransition` unless somebody has taken it: who did must be known."""
    hand_off = by_reference(session, reference)
    if hand_off.status != Status.TAKEN:
        raise WrongTransition(f"{hand_off.reference} is {hand_off.status}; only what is taken can be closed.")
    hand_off.status, hand_off.closed_at = Status.CLOSED.value, at
    return hand_off


def reopen(session: Session, hand_off: HandOff, at: datetime) -> None:
    """It waits for somebody again, and for nobody in particular.

    Raises `WrongTransition` if it is open, or if its conversation has another open alert of the kind: of that one
    the contacts are told already.
    """
    if hand_off.status == Status.OPEN:
        raise WrongTransition(f"{hand_off.reference} is open already.")
    if hand_off.kind == Kind.CRISIS and (other := _other_open(session, hand_off)):
        raise WrongTransition(f"{other} is open for the same conversation and kind: take that one.")
    hand_off.status, hand_off.reopened_at = Status.OPEN.value, at
    hand_off.taken_by = hand_off.taken_at = hand_off.closed_at = None
    session.flush()


def add_note(session: Session, hand_off: HandOff, author: str, text: str, at: datetime) -> None:
    """Keeps `text`, encrypted, beside `hand_off`."""
    session.add(HandOffNote(hand_off_id=hand_off.id, author=author, text=text, at=at))
    session.flush()


def notes(session: Session, hand_off_id: int) -> list[HandOffNote]:
    """The notes beside that hand-off, oldest first."""
    query = select(HandOffNote).where(HandOffNote.hand_off_id == hand_off_id)
    return list(session.execute(query.order_by(HandOffNote.at, HandOffNote.id)).scalars())


def messages(session: Session, hand_off_id: int) -> list[HandOffMessage]:
    """The messages behind that hand-off, oldest first."""
    query = select(HandOffMessage).where(HandOffMessage.hand_off_id == hand_off_id)
    return list(session.execute(query.order_by(HandOffMessage.raised_at, HandOffMessage.id)).scalars())


def untold(session: Session) -> list[str]:
    """The references of what is not closed and has a notice that was given up."""
    query = select(HandOff.reference).join(OutboxEntry, OutboxEntry.hand_off_id == HandOff.id)
    given_up = (OutboxEntry.state == Delivery.FAILED.value, HandOff.status != Status.CLOSED.value)
    return sorted(set(session.execute(query.where(*given_up)).scalars()))


def _other_open(session: Session, hand_off: HandOff) -> str | None:
    same = (HandOff.conversation_id == hand_off.conversation_id, HandOff.reason == hand_off.reason)
    query = select(HandOff.reference).where(*_OPEN_CRISIS, *same, HandOff.id != hand_off.id)
    found: str | None = session.execute(query).scalars().first()
    return found


_OPEN_CRISIS = (HandOff.kind == Kind.CRISIS.value, HandOff.status == Status.OPEN.value)


# A level has an entry for each transport, all put in together.
_LAST_TOLD = (
    select(func.max(OutboxEntry.created_at))
    .where(OutboxEntry.hand_off_id == HandOff.id, OutboxEntry.level == HandOff.notified_level)
    .scalar_subquery()
)


def _untaken(query: Select, told_before: datetime) -> Select:
    return query.where(*_OPEN_CRISIS, told_before >= _LAST_TOLD)


def _recorded(session: Session, alert: CrisisAlert) -> HandOff | None:
    same = (HandOffMessage.conversation_id == alert.conversation_id, HandOffMessage.message_id == alert.message_id)
    query = select(HandOff).join(HandOffMessage, HandOffMessage.hand_off_id == HandOff.id).where(*same)
    return session.execute(query).scalar_one_or_none()


def _repeated(session: Session, alert: CrisisAlert) -> HandOff | None:
    same = (HandOff.conversation_id == alert.conversation_id, HandOff.reason == alert.kind)
    query = select(HandOff).where(*_OPEN_CRISIS, *same).with_for_update()
    hand_off: HandOff | None = session.execute(query).scalar_one_or_none()
    if hand_off:
        hand_off.repeats += 1
        hand_off.seen_by = sorted({*hand_off.seen_by, *alert.seen_by})
        # The spool may bring the first message after the second.
        hand_off.raised_at = min(hand_off.raised_at, alert.raised_at)
        hand_off.last_raised_at = max(hand_off.last_raised_at, alert.raised_at)
    return hand_off


def _new(alert: CrisisAlert) -> HandOff:
    return HandOff(
        reference=new_reference(),
        kind=Kind.CRISIS.value,
        reason=alert.kind,
        urgency=Urgency.URGENT.value,
        conversation_id=alert.conversation_id,
        channel=alert.channel,
        person=alert.person,
        message=alert.text,
        seen_by=sorted(alert.seen_by),
        raised_at=alert.raised_at,
        last_raised_at=alert.raised_at,
    )


def _message(hand_off: HandOff, alert: CrisisAlert) -> HandOffMessage:
    return HandOffMessage(
        hand_off_id=hand_off.id,
        conversation_id=alert.conversation_id,
        message_id=alert.message_id,
        raised_at=alert.raised_at,
        text=alert.text,
    )
