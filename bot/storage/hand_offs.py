"""Hand-offs: raised once, found, taken, closed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from bot.errors import NightlightError
from bot.handoff.alert import CrisisAlert
from bot.handoff.reference import as_written, new_reference
from bot.storage.models import HandOff, HandOffMessage, Kind, OutboxEntry, Status, Urgency


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


def waiting(session: Session) -> list[HandOff]:
    """What nobody has closed: the most urgent first, then what has waited longest."""
    query = select(HandOff).where(HandOff.status != Status.CLOSED.value)
    return list(session.execute(query.order_by(HandOff.urgency.desc(), HandOff.raised_at)).scalars())


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


def close(session: Session, reference: str) -> HandOff:
    """It is dealt with. Raises `WrongTransition` unless somebody has taken it: who did must be known."""
    hand_off = by_reference(session, reference)
    if hand_off.status != Status.TAKEN:
        raise WrongTransition(f"{hand_off.reference} is {hand_off.status}; only what is taken can be closed.")
    hand_off.status = Status.CLOSED.value
    return hand_off


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
