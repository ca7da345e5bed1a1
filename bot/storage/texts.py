"""The outbox of texts: each leaves at least once, those of a thread in order.

A worker claims a text for `LEASE`, commits, gives it to the carrier, and says how it went: as in
`bot.storage.outbox`, no transaction is open meanwhile. A text waits for the ones before it in its thread to be taken
or given up, with two exceptions: what she is told in answer never waits for what we started, and the crisis lines
never wait for a text that failed and is to be tried again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session, aliased, undefer
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import Exists

from bot.storage import enrolments
from bot.storage.back_off import CHANCE, pause
from bot.storage.base import rows_of
from bot.storage.models import Enrolment, Purpose, TextMessage, TextState, TextThread
from bot.texting.outgoing import Outgoing, Untaken
from bot.texting.states import LOST, furthest

LEASE = timedelta(seconds=90)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=15)  # that the carrier may ask for
MAX_ATTEMPTS = 12  # over 18 to 36 minutes


def queue(
    session: Session,
    thread: TextThread,
    key: str,
    purpose: Purpose,
    bodies: Sequence[str],
    at: datetime,
    send_by: datetime | None = None,
) -> list[TextMessage]:
    """Puts in one text for each of `bodies`, in this order; `key` and the number of each make its idempotency key.

    The thread is kept from others until the transaction ends, so that the texts of two replies are not mixed.
    Raises (through the transaction) `Conflict` if they are in already: somebody else was faster.
    """
    session.execute(select(TextThread.id).where(TextThread.id == thread.id).with_for_update())
    texts = [
        TextMessage(
            thread_id=thread.id,
            idempotency_key=f"{key}-{number}",
            purpose=purpose.value,
            body=body,
            next_attempt_at=at,
            send_by=send_by,
            created_at=at,
            changed_at=at,
        )
        for number, body in enumerate(bodies)
    ]
    for text in texts:
        session.add(text)
        session.flush()  # one by one: their ids are their order
    return texts


def claim(session: Session, at: datetime) -> Outgoing | None:
    """The next text that may leave, this worker's for `LEASE`: danger first, then what is due longest. None: none is.

    Whether it may still be sent to her is the caller's to ask, in the same transaction.
    """
    query = select(TextMessage, TextThread).join(TextThread, TextThread.id == TextMessage.thread_id)
    query = query.where(_WAITS, TextMessage.next_attempt_at <= at, ~_something_before())
    query = query.order_by(_DANGER_FIRST, TextMessage.next_attempt_at, TextMessage.id).limit(1)
    query = query.options(undefer(TextMessage.body), undefer(TextThread.phone))
    found = session.execute(query.with_for_update(of=TextMessage, skip_locked=True)).one_or_none()
    if found is None:
        return None
    text, thread = found
    before = text.unclear_since
    text.attempts += 1
    # Until somebody says how it went, nobody knows: this worker may die.
    text.in_hand, text.unclear_since, text.next_attempt_at = True, before or at, at + LEASE
    session.flush()
    return Outgoing(
        id=text.id,
        key=text.idempotency_key,
        thread_id=thread.id,
        enrolment_id=thread.enrolment_id,
        purpose=Purpose(text.purpose),
        phone=thread.phone,
        body=text.body,
        attempts=text.attempts,
        send_by=text.send_by,
        unclear_since=before,
    )


def mark_taken(session: Session, text_id: int, sid: str, at: datetime) -> None:
    """The carrier has that text, as `sid`. Does nothing if it was erased meanwhile."""
    if text := _text(session, text_id):
        text.sid = text.sid or sid
        _go_on(text, TextState.QUEUED, None, at)


def mark_untaken(
    session: Session, claimed: Outgoing, error: Untaken, at: datetime, chance: Random = CHANCE
) -> TextState | None:
    """The carrier did not take that text: tried again after a pause, or given up, at once if the error is permanent.

    Changes nothing if it was taken after all, or another worker has it since. Returns its state, None if it was
    erased meanwhile.
    """
    text = _text(session, claimed.id)
    if text is None:
        return None
    if text.attempts != claimed.attempts or text.state != TextState.WAITING:
        return TextState(text.state)
    given_up = error.permanent or text.attempts >= MAX_ATTEMPTS
    text.in_hand, text.error_code = False, error.code or text.error_code
    text.unclear_since = text.unclear_since if error.unclear else None
    wait = pause(text.attempts, FIRST_PAUSE, LONGEST_PAUSE, chance)
    text.next_attempt_at = at + max(wait, min(error.retry_after or timedelta(), LONGEST_WAIT))
    if given_up:
        text.state, text.changed_at = TextState.GIVEN_UP.value, at
    return TextState(text.state)


def withhold(session: Session, text_id: int, at: datetime) -> None:
    """That text is not sent any more."""
    if text := _text(session, text_id):
        text.state, text.in_hand, text.changed_at = TextState.WITHHELD.value, False, at


def withhold_waiting(session: Session, thread: TextThread, at: datetime, purposes: Collection[Purpose]) -> int:
    """Nothing of those purposes that waits in that thread is sent any more. Returns how many texts.

    What a worker has in hand at this moment may still leave.
    """
    waits = _WAITS, TextMessage.thread_id == thread.id, TextMessage.in_hand.is_(False)
    gone = update(TextMessage).where(*waits, TextMessage.purpose.in_([purpose.value for purpose in purposes]))
    gone = gone.values(state=TextState.WITHHELD.value, changed_at=at)
    return rows_of(session.execute(gone.execution_options(synchronize_session=False)))


def put_off(session: Session, claimed: Outgoing, until: datetime) -> None:
    """That text is sent at that moment at the earliest; it was not tried."""
    if text := _text(session, claimed.id):
        text.in_hand, text.unclear_since, text.next_attempt_at = False, claimed.unclear_since, until
        text.attempts -= 1


def find(session: Session, sid: str, key: str | None) -> int | None:
    """The id of the text that the carrier calls `sid`; else of the one with that idempotency key, if it has no sid."""
    found = session.execute(select(TextMessage.id).where(TextMessage.sid == sid)).scalar_one_or_none()
    if found is None and key:
        # Sent twice, because nobody knew of the first time: what is said of the second says nothing of the first.
        query = select(TextMessage.id).where(TextMessage.idempotency_key == key, TextMessage.sid.is_(None))
        found = session.execute(query).scalar_one_or_none()
    return found


def owner(session: Session, text_id: int) -> tuple[TextThread, Enrolment | None] | None:
    """Whose that text is: thread and enrolment, both kept from others until the transaction ends.

    To be asked before the text is changed by whoever changes those too. None if it was erased.
    """
    query = select(TextThread.id, TextThread.enrolment_id).join(TextMessage, TextMessage.thread_id == TextThread.id)
    found = session.execute(query.where(TextMessage.id == text_id)).one_or_none()
    if found is None:
        return None
    enrolment = enrolments.by_id(session, found.enrolment_id) if found.enrolment_id else None
    thread = select(TextThread).where(TextThread.id == found.id).options(undefer(TextThread.phone)).with_for_update()
    return session.execute(thread).scalar_one(), enrolment


def by_id(session: Session, text_id: int) -> TextMessage:
    """The text with that id, which there is."""
    found: TextMessage = session.execute(select(TextMessage).where(TextMessage.id == text_id)).scalar_one()
    return found


def note_status(
    session: Session, text_id: int, sid: str, state: TextState, code: int | None, at: datetime
) -> TextMessage | None:
    """Keeps what the carrier says of that text, if it has come further by it. Returns it then, else None."""
    text = _text(session, text_id)
    if text is None:
        return None
    before = text.state
    text.sid = text.sid or sid
    _go_on(text, state, code, at)
    return text if text.state != before else None


def known(session: Session, sids: Collection[str]) -> set[str]:
    """Those of `sids` that are of texts of ours, as far as we know."""
    return set(session.execute(select(TextMessage.sid).where(TextMessage.sid.in_(list(sids)))).scalars())


def started_since(session: Session, thread: TextThread, since: datetime) -> int:
    """How many texts that we started were put into that thread since that moment, and not withheld."""
    ours = TextMessage.thread_id == thread.id, TextMessage.purpose == Purpose.STARTED.value
    query = select(func.count(TextMessage.id)).where(*ours, TextMessage.state != TextState.WITHHELD.value)
    return int(session.execute(query.where(TextMessage.created_at >= since)).scalar_one())


def of_key(session: Session, key: str) -> list[TextMessage]:
    """The texts that were put in with that key (see `queue`), with their words, in order."""
    query = select(TextMessage).where(TextMessage.idempotency_key.like(f"{_escaped(key)}-%", escape="\\"))
    return list(session.execute(query.options(undefer(TextMessage.body)).order_by(TextMessage.id)).scalars())


def lost(session: Session, thread_id: int | None) -> list[TextMessage]:
    """The texts of that thread that did not arrive, without their words, oldest first."""
    query = select(TextMessage).where(TextMessage.thread_id == thread_id)
    query = query.where(TextMessage.state.in_([state.value for state in LOST])).order_by(TextMessage.id)
    return list(session.execute(query).scalars())


def delete_of(session: Session, thread: TextThread) -> int:
    """Deletes the texts of that thread, but for words of danger that still wait to leave. Returns how many."""
    kept = _WAITS & (TextMessage.purpose == Purpose.DANGER.value)
    gone = delete(TextMessage).where(TextMessage.thread_id == thread.id, ~kept)
    return rows_of(session.execute(gone, execution_options={"synchronize_session": False}))


def _go_on(text: TextMessage, state: TextState, code: int | None, at: datetime) -> None:
    come = furthest(TextState(text.state), state)
    if come.value != text.state:
        text.state, text.changed_at = come.value, at
        text.error_code = code if code is not None else text.error_code
    text.in_hand, text.unclear_since = False, None


def _something_before() -> Exists:
    earlier = aliased(TextMessage)
    waits = select(earlier.id).where(
        earlier.thread_id == TextMessage.thread_id,
        earlier.id < TextMessage.id,
        earlier.state == TextState.WAITING.value,
        ~(earlier.purpose.in_(_OURS) & TextMessage.purpose.not_in(_OURS)),
        ~((TextMessage.purpose == Purpose.DANGER.value) & (earlier.attempts > 0) & earlier.in_hand.is_(False)),
    )
    return waits.exists()


def _text(session: Session, text_id: int) -> TextMessage | None:
    return _one(session, select(TextMessage).where(TextMessage.id == text_id))


def _one(session: Session, query: Select) -> TextMessage | None:
    found: TextMessage | None = session.execute(query.with_for_update()).scalar_one_or_none()
    return found


def _escaped(key: str) -> str:
    return key.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


# What we begin; see `bot.texting.allowed`.
_OURS = (Purpose.INVITATION.value, Purpose.STARTED.value)
_WAITS = TextMessage.state == TextState.WAITING.value
_DANGER_FIRST: object = case((TextMessage.purpose == Purpose.DANGER.value, 0), else_=1)
