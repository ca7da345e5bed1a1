"""The texts that have come in, and what is said to each: kept before it is answered, answered once.

Everything raises `StorageUnavailable`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from bot.clinic import clinic
from bot.clock import Now, now
from bot.settings import ROOT
from bot.storage import inbound_texts, opt_outs, texts
from bot.storage.sessions import Conflict, Session, transaction
from bot.texting import book, replies
from bot.texting.received import Received
from bot.texting.render import Said

FILE = ROOT / "data" / "received.yml"


def keep(received: Received) -> bool:
    """Keeps `received` until it is answered, also over a restart. Whether it is new."""
    [is_new] = keep_all([received])
    return is_new


def keep_all(received: Sequence[Received]) -> list[bool]:
    """See `keep`; all of `received` in one transaction, in this order."""
    with transaction() as session:
        return [inbound_texts.keep(session, one) for one in received]


def waiting() -> list[str]:
    """The ids of the texts that are not answered, in the order in which they came."""
    with transaction() as session:
        return inbound_texts.waiting(session)


def waits(sid: str) -> Received | None:
    """The text with that id, if it is not answered. Raises `WrongKey` if it cannot be read."""
    with transaction() as session:
        return inbound_texts.waits(session, sid)


def done(sid: str, at: Now = now) -> None:
    """Nothing is to be said to that text, or it is said already."""
    with transaction() as session:
        inbound_texts.answered(session, sid, at())


def answer(
    conversation_id: str,
    sid: str,
    said: Sequence[Said],
    told: bool = False,
    taken: Mapping[str, str] | None = None,
    at: Now = now,
) -> None:
    """Puts what is said to the text `sid` in the outbox, and keeps that it is answered: both or neither, and once.

    `told` says that it tells a number that is not enrolled how to be. `taken` are the carrier's ids of what it has
    already, by idempotency key (`key_of`).
    """
    try:
        with transaction() as session:
            thread = replies.thread_of(session, conversation_id)
            replies.put_in(session, thread, sid, said, at)
            thread.told_at = at() if told else thread.told_at
            inbound_texts.answered(session, sid, at())
            _mark_taken(session, sid, taken or {}, at)
    except Conflict:
        done(sid, at)  # an answer is in the outbox already


def add(conversation_id: str, key: str, said: Sequence[Said], at: Now = now) -> None:
    """Puts in what is said beside an answer, once, unless she wants no texts any more."""
    with suppress(Conflict), transaction() as session:
        thread = replies.thread_of(session, conversation_id)
        if not opt_outs.stands(session, thread.phone):
            replies.put_in(session, thread, key, said, at)


def more(conversation_id: str, sid: str, at: Now = now) -> bool:
    """Answers the text `sid` with what did not fit into the last answer. Whether there was something."""
    with transaction() as session:
        thread = replies.thread_of(session, conversation_id)
        if not thread.rest:
            return False
    with suppress(Conflict):  # an answer is in the outbox already
        replies.more(conversation_id, sid, at)
    done(sid, at)
    return True


def is_answered(sid: str) -> bool:
    """Whether an answer to the text `sid` is in the outbox, or has left."""
    with transaction() as session:
        return bool(texts.of_key(session, sid))


def _mark_taken(session: Session, sid: str, taken: Mapping[str, str], at: Now) -> None:
    for text in texts.of_key(session, sid) if taken else []:
        if text.idempotency_key in taken:
            texts.mark_taken(session, text.id, taken[text.idempotency_key], at())


def key_of(sid: str, number: int) -> str:
    """The idempotency key of the text with that number, from 0, in answer to the text `sid`."""
    return f"{sid}-{number}-0"


def words(key: str) -> str:
    """The words of `data/received.yml` called `key`, as this clinic says them."""
    return book.said(_words()[key].under(clinic().model_of_care), book.facts_of(clinic()))


@lru_cache(maxsize=1)
def _words() -> dict[str, book.TextWords]:
    return book.load(FILE)
