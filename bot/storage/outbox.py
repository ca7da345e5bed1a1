"""The outbox: notices to contacts, each delivered at least once.

A worker claims an entry for `LEASE` by moving its next attempt, commits, delivers, and says how
it went. So no transaction is open while a slow receiver is waited for, and what a worker that died
had claimed comes up again.
"""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.storage.back_off import CHANCE, pause
from bot.storage.models import Delivery, HandOff, OutboxEntry

LEASE = timedelta(minutes=1)
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
MAX_ATTEMPTS = 8  # over 15 to 31 minutes


def queue(
    session: Session, hand_off: HandOff, transport: str, contact: tuple[str, str], level: int, at: datetime
) -> None:
    """Puts in a notice of `hand_off` to `contact` (role, e-mail) by `transport`, the `level`th one.

    Raises (through the transaction) `Conflict` if another process put in that one.
    """
    role, email = contact
    entry = OutboxEntry(
        hand_off_id=hand_off.id,
        idempotency_key=f"{hand_off.reference}-{level}-{transport}",
        transport=transport,
        role=role,
        email=email,
        level=level,
        next_attempt_at=at,
        created_at=at,
    )
    hand_off.notified_level = level
    session.add(entry)
    session.flush()


def claim(session: Session, at: datetime) -> tuple[OutboxEntry, HandOff] | None:
    """The most urgent entry that is due at that moment, this worker's for `LEASE`; None if there is none."""
    due = (OutboxEntry.state == Delivery.WAITING.value, OutboxEntry.next_attempt_at <= at)
    query = select(OutboxEntry, HandOff).join(HandOff, HandOff.id == OutboxEntry.hand_off_id).where(*due)
    query = query.order_by(HandOff.urgency.desc(), OutboxEntry.next_attempt_at).limit(1)
    found = session.execute(query.with_for_update(of=OutboxEntry, skip_locked=True)).one_or_none()
    if found is None:
        return None
    entry, hand_off = found
    entry.attempts += 1
    entry.next_attempt_at = at + LEASE
    return entry, hand_off


def mark_delivered(session: Session, entry_id: int) -> None:
    """That entry has arrived. Does nothing if it was erased meanwhile."""
    if entry := _entry(session, entry_id):
        entry.state = Delivery.DELIVERED.value


def mark_undelivered(
    session: Session,
    claimed: OutboxEntry,
    at: datetime,
    retry_after: timedelta | None = None,
    chance: Random = CHANCE,
) -> Delivery | None:
    """That entry did not arrive: tried again after a pause, or given up after `MAX_ATTEMPTS`.

    The pause doubles (`bot.storage.back_off`). It is no shorter than `retry_after`, and no longer than `LONGEST_PAUSE`.
    Changes nothing if somebody else has claimed it since, the lease being over. Returns the entry's state, None if it
    was erased meanwhile.
    """
    entry = _entry(session, claimed.id)
    if entry is None:
        return None
    if entry.attempts != claimed.attempts or entry.state != Delivery.WAITING:
        return Delivery(entry.state)
    state = Delivery.FAILED if entry.attempts >= MAX_ATTEMPTS else Delivery.WAITING
    entry.state = state.value
    wait = pause(entry.attempts, FIRST_PAUSE, LONGEST_PAUSE, chance)
    entry.next_attempt_at = at + max(wait, min(retry_after or timedelta(), LONGEST_PAUSE))
    return state


def _entry(session: Session, entry_id: int) -> OutboxEntry | None:
    query = select(OutboxEntry).where(OutboxEntry.id == entry_id).with_for_update()
    entry: OutboxEntry | None = session.execute(query).scalar_one_or_none()
    return entry
