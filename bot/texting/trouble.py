"""What follows from a text that did not arrive."""

import logging

from bot.clock import Now
from bot.enrolment.states import ANSWERED, Cause, State
from bot.handoff import desk
from bot.handoff.alert import CrisisAlert
from bot.handoff.care_message import CareMessage
from bot.storage import enrolments, opt_outs, texts
from bot.storage.models import Enrolment, Purpose, TextMessage, TextState, TextThread
from bot.storage.sessions import Session
from bot.texting.allowed import HELD_BACK
from bot.texting.errors import Fault, fault
from bot.texting.states import LOST

SMS = "sms"
CARRIER = "carrier"
LINES_LOST = "crisis_lines_undelivered"
NUMBER_LOST = "number_cannot_be_texted"
NOT_REACHED = "texts_do_not_reach_her"
SENDER_REFUSED = "clinic_number_refused"

log = logging.getLogger(__name__)


def follow(session: Session, text: TextMessage, thread: TextThread, enrolment: Enrolment | None, at: Now) -> None:
    """Does what the state and the error of `text` call for; thread and enrolment are its owner (`texts.owner`).

    Crisis lines that were lost, or withheld because she wants no texts, are told to staff at once. A permanent error
    ends what is sent to her; where it is the clinic's own number that is refused, what we start is paused until staff
    have mended that.
    """
    if TextState(text.state) is TextState.WITHHELD and text.purpose == Purpose.DANGER:
        desk.raise_alert(session, _lines_lost(text, thread, enrolment, at), at)
    if TextState(text.state) not in LOST:
        return
    log.warning("text %s: %s, carrier's error %s", text.idempotency_key, text.state, text.error_code)
    if text.purpose == Purpose.DANGER:
        desk.raise_alert(session, _lines_lost(text, thread, enrolment, at), at)
    whose = fault(text.error_code)
    if whose is Fault.OPTED_OUT:
        _opted_out(session, thread, enrolment, at)
    elif whose is Fault.HER_NUMBER and enrolment:
        _number_lost(session, text, thread, enrolment, at)
    elif whose is Fault.NOT_REACHED and enrolment:
        words = f"A text did not reach her: number not in use, a landline, or its carrier (error {text.error_code})."
        _tell(session, text, thread, enrolment, NOT_REACHED, words, at)
    elif whose is Fault.OUR_SENDER:
        _sender_refused(session, text, enrolment, at)


def _opted_out(session: Session, thread: TextThread, enrolment: Enrolment | None, at: Now) -> None:
    words = "The carrier says that she has opted out (21610)."
    opt_outs.add(session, thread.phone, CARRIER, words, at())
    if enrolment and enrolment.state != State.ENDED:
        enrolments.move(session, enrolment, State.OPTED_OUT, Cause.CARRIER, words, at())
    texts.withhold_waiting(session, thread, at(), HELD_BACK)


def _number_lost(session: Session, text: TextMessage, thread: TextThread, enrolment: Enrolment, at: Now) -> None:
    if enrolment.state == State.ENDED:
        return
    words = f"The carrier says that this number cannot be texted (error {text.error_code})."
    enrolments.move(session, enrolment, State.ENDED, Cause.CARRIER, words, at())
    texts.withhold_waiting(session, thread, at(), HELD_BACK)
    _tell(session, text, thread, enrolment, NUMBER_LOST, words, at)


def _tell(
    session: Session,
    text: TextMessage,
    thread: TextThread,
    enrolment: Enrolment,
    reason: str,
    words: str,
    at: Now,
) -> None:
    message = CareMessage(thread.conversation_id, text.idempotency_key, SMS, reason, words, enrolment.reference)
    desk.raise_care_message(session, message, at)


def _sender_refused(session: Session, text: TextMessage, enrolment: Enrolment | None, at: Now) -> None:
    words = (
        f"The carrier refuses the clinic's own number (error {text.error_code}): no text arrives until it is mended."
    )
    if enrolment and enrolment.state in ANSWERED:
        enrolments.move(session, enrolment, State.PAUSED, Cause.SENDER, words, at())
    # One for the clinic, not one for each mother.
    desk.raise_care_message(session, CareMessage(CARRIER, text.idempotency_key, SMS, SENDER_REFUSED, words), at)


def _lines_lost(text: TextMessage, thread: TextThread, enrolment: Enrolment | None, at: Now) -> CrisisAlert:
    why = f"carrier's error {text.error_code}" if text.error_code else text.state.replace("_", " ")
    return CrisisAlert(
        conversation_id=thread.conversation_id,
        message_id=f"lost-{text.idempotency_key}",
        kind=LINES_LOST,
        channel=SMS,
        raised_at=at(),
        text=f"The text with the crisis lines did not reach her ({why}).",
        seen_by=(CARRIER,),
        person=enrolment.reference if enrolment else None,
    )
