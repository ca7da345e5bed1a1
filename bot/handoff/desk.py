"""Where what a mother needs from a person becomes work in the clinic's hands."""

from collections.abc import Callable
from dataclasses import replace

from bot.clinic import clinic
from bot.clock import Now, now
from bot.errors import NightlightError
from bot.handoff.alert import CrisisAlert
from bot.handoff.care_message import CareMessage
from bot.handoff.names import MOTHER
from bot.handoff.transports.registry import transports_for
from bot.scheduling.request import AppointmentRequest
from bot.scheduling.status import AppointmentStatus
from bot.storage import appointments, audit, enrolments, hand_offs, outbox
from bot.storage.models import HandOff, Status, Urgency
from bot.storage.sessions import Conflict, Session, transaction

CALL = "call"  # the reason of a hand-off to who asks to be called


def record(alert: CrisisAlert, at: Now = now) -> str:
    """Stores `alert` and the notice to the first urgent contact, both or neither.

    Returns the reference of its hand-off; the same alert again returns the same. Takes some
    seconds where the database is slow, so not for an event loop. Raises `StorageUnavailable` if
    it is not stored, another `NightlightError` if the keys or the clinic file are wrong: either way
    the alert then belongs in the spool.
    """
    return _once_more(lambda: _record(alert, at))


def pass_on(message: CareMessage, at: Now = now) -> str:
    """Puts `message` before the care team; the same one again is put once. Returns the reference of its hand-off.

    Raises `StorageUnavailable` if it is not stored, another `NightlightError` if the keys or the clinic file are wrong.
    """
    return _once_more(lambda: _pass_on(message, at))


def raise_alert(session: Session, alert: CrisisAlert, at: Now) -> str:
    """See `record`; within a transaction of the caller's. Raises (through it) `Conflict`: do it once more then."""
    if alert.person is None:
        alert = replace(alert, person=enrolments.reference_of(session, alert.conversation_id))
    hand_off = hand_offs.raise_crisis(session, alert)
    if not hand_off.notified_level:
        notify(session, hand_off, 1, at)
    return hand_off.reference


def raise_care_message(session: Session, message: CareMessage, at: Now) -> str:
    """Puts `message` before the schedulers, in the open hand-off of its conversation and reason if there is one.

    Returns the reference.
    """
    if message.person is None:
        message = replace(message, person=enrolments.reference_of(session, message.conversation_id))
    hand_off = hand_offs.raise_care_message(session, message, at())
    if not hand_off.notified_level:
        notify(session, hand_off, 1, at)
    return hand_off.reference


def request_appointment(request: AppointmentRequest, at: Now = now) -> str:
    """Stores `request`, its hand-off and the notice to the first scheduler, all or nothing.

    Returns the reference, like K7M-4QP, that she may name later; the same summary confirmed again returns the
    same. Raises `StorageUnavailable` if it is not stored, another `NightlightError` if the keys or the clinic file
    are wrong.
    """
    return _once_more(lambda: _request(request, at))


def ask_for_call(conversation_id: str, message_id: str, channel: str, text: str, at: Now = now) -> str:
    """Stores that she asks to be called at the number she writes from, and the notice of it, both or neither.

    Returns the reference; while nobody has taken it, asking again is the same hand-off. Raises `StorageUnavailable`
    if it is not stored, another `NightlightError` if the keys or the clinic file are wrong.
    """
    return pass_on(CareMessage(conversation_id, message_id, channel, CALL, text), at)


def appointment_status(
    conversation_id: str, phone: str | None = None, reference: str | None = None
) -> AppointmentStatus | None:
    """What has become of her request; None if there is none that she may ask about.

    Found by its conversation, or from anywhere by telephone number (E.164) and reference, never by a number
    alone. Raises `StorageUnavailable`.
    """
    with transaction() as session:
        return appointments.status(session, conversation_id, phone, reference)


def ask_to_change(reference: str, words: str, at: Now = now) -> None:
    """Keeps what she asks to have changed, in her words, and puts the request back among what waits.

    Whoever calls has made sure, by `appointment_status`, that the request is hers. Staff are told anew.
    Raises `NightlightError` if there is no such request or it was erased, `StorageUnavailable`.
    """
    with transaction() as session:
        _, hand_off = appointments.by_reference(session, reference)
        if hand_off.erased_at:
            raise NightlightError(f"What stood in {hand_off.reference} was erased.")
        hand_offs.add_note(session, hand_off, MOTHER, words, at())
        if hand_off.status != Status.OPEN:
            hand_offs.reopen(session, hand_off, at())
        audit.append(session, MOTHER, "asked to change", hand_off.reference, at())
        notify(session, hand_off, hand_off.notified_level + 1, at)


def notify(session: Session, hand_off: HandOff, level: int, at: Now) -> None:
    """Puts in the notices of that level: the first contact for 1, the next for 2, after the last the first again."""
    contacts = clinic().urgent_contacts if hand_off.urgency == Urgency.URGENT else clinic().scheduling_contacts
    contact = contacts[(level - 1) % len(contacts)]
    who = (contact.role, contact.email)
    for transport in transports_for(hand_off.kind, who):
        outbox.queue(session, hand_off, transport, who, level, at())


def _once_more(work: Callable[[], str]) -> str:
    try:
        return work()
    except Conflict:
        # Somebody recorded the same at the same time; now it can be seen.
        return work()


def _record(alert: CrisisAlert, at: Now) -> str:
    with transaction() as session:
        return raise_alert(session, alert, at)


def _pass_on(message: CareMessage, at: Now) -> str:
    with transaction() as session:
        return raise_care_message(session, message, at)


def _request(request: AppointmentRequest, at: Now) -> str:
    with transaction() as session:
        if reference := appointments.recorded(session, request):
            return reference
        hand_off = hand_offs.raise_request(session, request, at())
        appointments.add(session, request, hand_off, at())
        notify(session, hand_off, 1, at)
        return hand_off.reference
