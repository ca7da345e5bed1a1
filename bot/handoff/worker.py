"""What must happen without anybody asking: the spool, the next contact, the outbox."""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from bot.clinic import clinic
from bot.clock import Now, now
from bot.handoff import desk
from bot.handoff.spool import spool
from bot.handoff.transports.notice import Notice, Undelivered, words
from bot.handoff.transports.registry import TRANSPORTS
from bot.privacy.keys import cipher
from bot.privacy.retention import Daily, forget_numbers, retain
from bot.storage import hand_offs, outbox
from bot.storage.models import Delivery, HandOff, OutboxEntry, Urgency
from bot.storage.sessions import StorageUnavailable, transaction
from bot.texting.sender import run as send_texts
from bot.texting.started import start_texts

PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
ROUND_SECONDS = 20.0  # for deliveries, until spool and contacts have their turn again

Job = Callable[[Now], None]
RETENTION = Daily(retain)

log = logging.getLogger(__name__)


def run(stop: Event) -> None:
    """Works until `stop` is set; while the database is down, at growing intervals.

    Raises `NightlightError` at the start if the keys or the clinic file are wrong.
    """
    cipher()
    clinic()
    # Texts have a thread of their own: a mother waits for her answer while a mail server takes its time.
    texting = Thread(target=send_texts, args=(stop,), name="texting")
    texting.start()
    pause = PAUSE_SECONDS
    while not stop.is_set():
        pause = PAUSE_SECONDS if tick() else min(pause * 2, LONGEST_PAUSE_SECONDS)
        stop.wait(pause)
    texting.join()


def tick(at: Now = now) -> bool:
    """One round of all jobs. Returns whether all of them could be done; what went wrong is in the log."""
    done = [
        _done(job, at) for job in (drain, escalate, deliver, start_texts, forget_numbers, RETENTION)
    ]  # all of them, also after one that failed
    return all(done)


def drain(at: Now = now) -> None:
    """Records what the spool holds. Raises `StorageUnavailable` if the database is still down."""
    if recorded := spool().drain(lambda alert: desk.record(alert, at)):
        log.info("Recorded %d crisis alerts from the spool", recorded)


def escalate(at: Now = now) -> None:
    """Tells the next contact of each crisis that nobody took within the clinic file's time."""
    told_before = at() - timedelta(minutes=clinic().urgent_retry_minutes)
    with transaction() as session:
        untaken = hand_offs.untaken(session, told_before)
    for hand_off_id in untaken:
        _tell_next(hand_off_id, told_before, at)


def _tell_next(hand_off_id: int, told_before: datetime, at: Now) -> None:
    with transaction() as session:
        hand_off = hand_offs.locked_if_untaken(session, hand_off_id, told_before)
        # None: somebody took it, or another worker told the next one, since it was listed.
        if hand_off:
            desk.notify(session, hand_off, hand_off.notified_level + 1, at)
            log.warning("Nobody took %s: told contact number %d", hand_off.reference, hand_off.notified_level)


def deliver(at: Now = now) -> None:
    """Delivers the notices that are due; what does not arrive is tried again later.

    A receiver that hangs must not keep a crisis in the spool: after `ROUND_SECONDS` the rest waits for the next round.
    """
    end = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < end and (claimed := _claim(at)):
        _deliver(*claimed, at)


def _claim(at: Now) -> tuple[OutboxEntry, HandOff] | None:
    with transaction() as session:
        return outbox.claim(session, at())


def _deliver(entry: OutboxEntry, hand_off: HandOff, at: Now) -> None:
    try:
        TRANSPORTS[entry.transport](_notice(entry, hand_off))
    except Undelivered as error:
        _mark_undelivered(entry, str(error), error.retry_after, at)
    except Exception as error:  # noqa: BLE001 - whatever a transport does wrong, the entry must be tried again
        _mark_undelivered(entry, type(error).__name__, None, at)
    else:
        with transaction() as session:
            outbox.mark_delivered(session, entry.id)


def _mark_undelivered(entry: OutboxEntry, why: str, retry_after: timedelta | None, at: Now) -> None:
    log.warning("%s did not arrive by %s: %s", entry.idempotency_key, entry.transport, why)
    with transaction() as session:
        state = outbox.mark_undelivered(session, entry, at(), retry_after)
    if state is Delivery.FAILED:
        log.error("%s is given up after %d attempts", entry.idempotency_key, entry.attempts)


def _notice(entry: OutboxEntry, hand_off: HandOff) -> Notice:
    urgent = hand_off.urgency == Urgency.URGENT
    return Notice(
        idempotency_key=entry.idempotency_key,
        hand_off_id=hand_off.id,
        reference=hand_off.reference,
        role=entry.role,
        email=entry.email,
        level=entry.level,
        urgent=urgent,
        waits_since=hand_off.raised_at.isoformat(),
        text=words(hand_off.reference, urgent),
    )


def _done(job: Job, at: Now) -> bool:
    try:
        job(at)
        return True
    except StorageUnavailable as error:
        log.warning("%s has to wait: %s", job.__name__, error)
    except Exception as error:  # noqa: BLE001
        # One job that fails must not stop the others. Its place is logged, not its words, which may be a mother's.
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("%s failed: %s at %s:%s", job.__name__, type(error).__name__, place.filename, place.lineno)
    return False
