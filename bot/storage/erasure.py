"""Erasing what a mother wrote: what goes, and what must stay (docs/privacy.md)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.handoff.names import MOTHER
from bot.scheduling.transitions import UNSETTLED
from bot.storage import audit, conversations
from bot.storage.forgetting import erase_texts
from bot.storage.models import (
    Appointment,
    Delivery,
    HandOff,
    HandOffMessage,
    HandOffNote,
    Kind,
    OutboxEntry,
    Status,
)


@dataclass(frozen=True)
class Erased:
    """What an erasure has done, by references.

    `enrolment` has ended and is erased. `alerts` and `requests` are erased; of these, `cancelled` were not settled yet,
    and `visits` are confirmed: their time stays with the clinic. `open_alerts` are kept until staff have closed them,
    and are erased then.
    """

    enrolment: str | None = None
    alerts: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    open_alerts: tuple[str, ...] = ()


def erase_conversation(session: Session, conversation_id: str, at: datetime) -> Erased:
    """Erases what that conversation has left behind, as far as it may go."""
    # First, as everybody does: enrolment, thread, texts, then hand-offs, the audit last.
    enrolment = erase_texts(session, conversation_id, at)
    query = select(HandOff).where(HandOff.conversation_id == conversation_id).order_by(HandOff.id).with_for_update()
    found = list(session.execute(query).scalars())
    conversations.forget(session, conversation_id)
    waiting = [h for h in found if h.kind == Kind.CRISIS and h.status != Status.CLOSED]
    for hand_off in waiting:
        hand_off.erase_on_close = True
        audit.append(session, MOTHER, "asked to erase, kept while it is open", hand_off.reference, at)
    done = [h for h in found if h not in waiting]
    states = {h.reference: erase(session, h, at) for h in done}
    if enrolment:
        audit.append(session, MOTHER, "erased an enrolment", enrolment, at)
    return Erased(
        enrolment=enrolment,
        alerts=tuple(h.reference for h in done if h.kind == Kind.CRISIS),
        requests=tuple(h.reference for h in done if h.kind == Kind.APPOINTMENT),
        cancelled=tuple(reference for reference, before in states.items() if before in UNSETTLED),
        visits=tuple(reference for reference, before in states.items() if before == "confirmed"),
        open_alerts=tuple(h.reference for h in waiting),
    )


def erase(session: Session, hand_off: HandOff, at: datetime) -> str | None:
    """Erases what stands behind `hand_off`, and what leads from it to her conversation.

    Kept: that there was one and of what kind, its times, who dealt with it, staff's own notes, and of a request
    what proves her consent. Returns the state in which the request was, if it is one.
    """
    session.execute(delete(HandOffMessage).where(HandOffMessage.hand_off_id == hand_off.id))
    hers = (HandOffNote.hand_off_id == hand_off.id, HandOffNote.author == MOTHER)
    session.execute(delete(HandOffNote).where(*hers))
    before = _erase_request(session, hand_off, at)
    if hand_off.kind == Kind.CARE_MESSAGE and hand_off.status != Status.CLOSED:
        # Without her number nobody can call her, so there is nothing left to do.
        hand_off.status, hand_off.closed_at = Status.CLOSED.value, at
    hand_off.message, hand_off.person, hand_off.conversation_id = "", None, _nobodys(hand_off)
    hand_off.erased_at, hand_off.erase_on_close = at, False
    if hand_off.kind == Kind.CARE_MESSAGE and hand_off.status != Status.CLOSED:
        # Nobody can do anything about a message that is gone.
        hand_off.status, hand_off.closed_at = Status.CLOSED.value, at
    if hand_off.status == Status.CLOSED:
        waiting = (OutboxEntry.hand_off_id == hand_off.id, OutboxEntry.state == Delivery.WAITING.value)
        session.execute(delete(OutboxEntry).where(*waiting))
    audit.append(session, MOTHER, "erased", hand_off.reference, at)
    session.flush()
    return before


def _erase_request(session: Session, hand_off: HandOff, at: datetime) -> str | None:
    query = select(Appointment).where(Appointment.hand_off_id == hand_off.id)
    found: Appointment | None = session.execute(query).scalar_one_or_none()
    if found is None:
        return None
    found.name = found.phone = found.best_time = found.place = found.time_words = found.coverage = ""
    found.day, found.part_of_day, found.person = None, "any", None
    found.conversation_id = found.confirmation_id = _nobodys(hand_off)
    before = found.state
    if before in UNSETTLED:
        # Without name and number nobody can call her, so there is nothing left to do.
        found.state, found.changed_at = "cancelled", at
        hand_off.status, hand_off.closed_at = Status.CLOSED.value, at
    return before


def _nobodys(hand_off: HandOff) -> str:
    return f"erased:{hand_off.reference}"
