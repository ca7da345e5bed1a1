"""What becomes of enrolments: begun, answered, opted out of, resumed, ended. One transaction each.

Numbers are E.164. Everything raises `StorageUnavailable`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Now, now
from bot.enrolment.person import Member, Newcomer
from bot.enrolment.states import ANSWERED, Cause, State
from bot.storage import enrolments, opt_outs, texts, threads
from bot.storage.models import Enrolment, Purpose, TextThread
from bot.storage.sessions import Session, transaction
from bot.texting.allowed import HELD_BACK
from bot.texting.book import words as said

SMS = "sms"


INVITATION_LIFE = timedelta(days=3)  # how long it may wait for the hours in which it may be sent


@dataclass(frozen=True)
class Caller:
    """Whoever has written from a number: her thread, and her enrolment if she has one that has not ended.

    `opted_out` says that the number is sent nothing; `told_at` when a number that is not enrolled was last told so.
    """

    conversation_id: str
    member: Member | None
    opted_out: bool
    told_at: datetime | None


def caller(phone: str, at: Now = now) -> Caller:
    """Who it is that has written from that number just now; a thread is begun if there is none.

    Raises `Conflict` where another process began it at the same moment: ask again.
    """
    with transaction() as session:
        enrolment = enrolments.of_phone(session, phone)
        thread = _thread(session, phone, enrolment, at)
        thread.heard_at = at()
        return Caller(
            conversation_id=thread.conversation_id,
            member=enrolments.member(enrolment) if enrolment else None,
            opted_out=opt_outs.stands(session, phone),
            told_at=thread.told_at,
        )


def told(phone: str, at: Now = now) -> None:
    """That number was told just now that it is not enrolled."""
    with transaction() as session:
        threads.of_stranger(session, phone, at()).told_at = at()


def agree(phone: str, words: str, key: str, at: Now = now) -> bool:
    """She says yes to the invitation, in those words; `key` is the carrier's id of her text.

    Puts the welcome in her thread. Returns whether there was an invitation to agree to.
    """
    with transaction() as session:
        enrolment = enrolments.of_phone(session, phone)
        if enrolment is None or enrolment.state != State.INVITED:
            return False
        enrolments.move(session, enrolment, State.ACTIVE, Cause.ANSWER, words, at())
        _reply(session, enrolment, key, "welcome", at)
        return True


def decline(phone: str, words: str, key: str, at: Now = now) -> bool:
    """She says no to the invitation: the enrolment ends, with one text that says so. Whether there was one."""
    with transaction() as session:
        enrolment = enrolments.of_phone(session, phone)
        if enrolment is None or enrolment.state != State.INVITED:
            return False
        enrolments.move(session, enrolment, State.ENDED, Cause.DECLINED, words, at())
        _reply(session, enrolment, key, "declined", at)
        return True


def stop(phone: str, words: str, key: str | None, at: Now = now) -> bool:
    """She wants no more texts, in those words. Nothing that waits is sent any more.

    `key`, the carrier's id of her text, brings the one confirmation; None where the carrier has sent its own, or
    where she said it elsewhere. Returns whether it is new: who says it twice is not answered twice.
    """
    with transaction() as session:
        is_new = opt_outs.add(session, phone, SMS, words, at())
        enrolment = enrolments.of_phone(session, phone)
        thread = _thread(session, phone, enrolment, at)
        if enrolment:
            enrolments.move(session, enrolment, State.OPTED_OUT, Cause.STOP, words, at())
        texts.withhold_waiting(session, thread, at(), HELD_BACK)
        threads.offer(thread, ())
        threads.keep_rest(thread, ())
        if is_new and key:
            texts.queue(session, thread, key, Purpose.FAREWELL, [said("farewell")], at())
        return is_new


def start(phone: str, words: str, key: str | None, at: Now = now) -> State | None:
    """She wants texts (again), in those words: the opt-out is lifted, and her enrolment is active if she has one.

    `key`, the carrier's id of her text, brings the welcome; None where the carrier has sent its own. Returns the
    state before, None for a number that is not enrolled.
    """
    with transaction() as session:
        opt_outs.lift(session, phone, words, at())
        enrolment = enrolments.of_phone(session, phone)
        if enrolment is None:
            return None
        before = State(enrolment.state)
        if before not in ANSWERED:
            enrolments.move(session, enrolment, State.ACTIVE, Cause.START, words, at())
            if key:
                _reply(session, enrolment, key, "welcome", at)
        return before


def begin(session: Session, newcomer: Newcomer, at: Now) -> Enrolment:
    """Enrols `newcomer`, by the clinic, and puts in the one invitation. Within a transaction of the caller's."""
    enrolment = enrolments.add(session, newcomer, Cause.CLINIC, at())
    thread = threads.of_enrolment(session, enrolment, at())
    # The options of the invitation are its own words: 1 agrees, 2 does not.
    key = f"invitation-{enrolment.reference}"
    texts.queue(session, thread, key, Purpose.INVITATION, [said("invitation")], at(), at() + INVITATION_LIFE)
    return enrolment


def welcome(session: Session, enrolment: Enrolment, key: str, at: Now) -> None:
    """Puts the welcome in her thread. Within a transaction of the caller's."""
    _reply(session, enrolment, key, "welcome", at)


def end_of(session: Session, enrolment: Enrolment, cause: Cause, words: str, at: Now) -> None:
    """Ends `enrolment`; nothing that waits is sent any more. Within a transaction of the caller's."""
    enrolments.move(session, enrolment, State.ENDED, cause, words, at())
    withhold(session, enrolment, HELD_BACK, at)


def withhold(session: Session, enrolment: Enrolment, purposes: Collection[Purpose], at: Now) -> None:
    """Nothing of those purposes that waits for her is sent any more. Within a transaction of the caller's."""
    texts.withhold_waiting(session, threads.of_enrolment(session, enrolment, at()), at(), purposes)


def _reply(session: Session, enrolment: Enrolment, key: str, words: str, at: Now) -> None:
    thread = threads.of_enrolment(session, enrolment, at())
    threads.offer(thread, ())
    texts.queue(session, thread, key, Purpose.REPLY, [said(words)], at())


def _thread(session: Session, phone: str, enrolment: Enrolment | None, at: Now) -> TextThread:
    return threads.of_enrolment(session, enrolment, at()) if enrolment else threads.of_stranger(session, phone, at())
