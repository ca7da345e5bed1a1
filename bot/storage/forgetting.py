"""What becomes of an enrolment and its texts when she wants them erased, or when they are old."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import Delete, Update

from bot.enrolment.states import Cause, State
from bot.privacy.keys import keyed_hashes
from bot.storage import enrolments, texts, threads
from bot.storage.base import rows_of
from bot.storage.models import (
    Enrolment,
    EnrolmentChange,
    EnrolmentCode,
    OptOut,
    TextMessage,
    TextState,
    TextThread,
    TreatmentSession,
)


def erase_texts(session: Session, conversation_id: str, at: datetime) -> str | None:
    """Ends and erases the enrolment of that conversation, and all texts in it; of a stranger's, the texts.

    Kept: that there was one, its states and times, when and to which words she agreed, and a keyed hash of her number.
    An opt-out stays. Her number itself stays in the thread until she has had the answer (`forget_idle`). Returns the
    enrolment's reference, None if there is none.
    """
    enrolment = enrolments.of_conversation(session, conversation_id)
    thread = threads.of_conversation(session, conversation_id)
    if thread:
        _erase_thread(session, thread, at)
    if enrolment is None or enrolment.erased_at:
        return None
    if enrolment.state != State.ENDED:
        enrolments.move(session, enrolment, State.ENDED, Cause.ERASED, "", at)
    enrolment.name = enrolment.phone = enrolment.agreed_by = ""
    enrolment.erased_at = at
    hers = EnrolmentChange.enrolment_id == enrolment.id
    _do(session, update(EnrolmentChange).where(hers).values(words=""))
    _do(session, delete(TreatmentSession).where(TreatmentSession.enrolment_id == enrolment.id))
    session.flush()
    return enrolment.reference


def forget_idle(session: Session, erased_before: datetime, at_the_latest: datetime) -> int:
    """Deletes the threads that were erased before `erased_before` and have nothing left to send; returns how many.

    Those erased before `at_the_latest` go whatever waits.
    """
    waits = select(TextMessage.thread_id).where(TextMessage.state == TextState.WAITING.value)
    idle = TextThread.id.not_in(waits) | (TextThread.erasing_since < at_the_latest)
    return _do(session, delete(TextThread).where(TextThread.erasing_since < erased_before, idle))


def purge_texts(session: Session, before: datetime) -> int:
    """Deletes the texts from before that moment that do not wait any more. Returns how many."""
    done = TextMessage.state != TextState.WAITING.value, TextMessage.created_at < before
    return _do(session, delete(TextMessage).where(*done))


def purge_strangers(session: Session, unheard_since: datetime) -> int:
    """Deletes the threads of numbers that are not enrolled and have not written since that moment."""
    used = select(TextMessage.thread_id)
    stranger = TextThread.enrolment_id.is_(None), TextThread.id.not_in(used), TextThread.began_at < unheard_since
    silent = TextThread.heard_at.is_(None) | (TextThread.heard_at < unheard_since)
    return _do(session, delete(TextThread).where(*stranger, silent))


def purge_sessions(session: Session, before: datetime) -> int:
    """Deletes the sessions that began before that moment, with what was sent around them. Returns how many."""
    return _do(session, delete(TreatmentSession).where(TreatmentSession.starts_at < before))


def purge_enrolments(session: Session, ended_before: datetime) -> int:
    """Deletes the enrolments that ended before that moment, with all that belongs to them. Returns how many."""
    ended = Enrolment.state == State.ENDED.value, Enrolment.changed_at < ended_before
    return _do(session, delete(Enrolment).where(*ended))


def purge_opt_outs(session: Session, lifted_before: datetime) -> int:
    """Deletes the opt-outs that were lifted before that moment; those that stand are kept for ever."""
    return _do(session, delete(OptOut).where(OptOut.lifted_at < lifted_before))


def _erase_thread(session: Session, thread: TextThread, at: datetime) -> None:
    texts.delete_of(session, thread)
    threads.offer(thread, ())
    threads.keep_rest(thread, ())
    asked = EnrolmentCode.phone_hash.in_(keyed_hashes(thread.phone))
    _do(session, delete(EnrolmentCode).where(asked))
    thread.erasing_since = thread.erasing_since or at
    session.flush()


def _do(session: Session, change: Delete | Update) -> int:
    return rows_of(session.execute(change, execution_options={"synchronize_session": False}))
