"""Gives the texts of the outbox to the carrier: several at once, those of a thread in order."""

import logging
import traceback
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event

from bot.clock import Now, now
from bot.storage import enrolments, opt_outs, texts
from bot.storage.models import Purpose, TextState
from bot.storage.sessions import Conflict, Session, StorageUnavailable, transaction
from bot.texting.allowed import OURS, may_leave
from bot.texting.carriers.registry import Carrier, can_text, carrier
from bot.texting.outgoing import Outgoing, Untaken
from bot.texting.quiet import next_open
from bot.texting.trouble import follow

HANDS = 8  # texts that are on their way to the carrier at once
PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 15.0

log = logging.getLogger(__name__)


def run(stop: Event) -> None:
    """Sends until `stop` is set; while the database is down, it looks at growing intervals."""
    if not can_text():
        log.warning("TWILIO_ACCOUNT_SID is not set: no text is sent")
        return
    by, free, done = carrier(), BoundedSemaphore(HANDS), Event()
    pause = PAUSE_SECONDS

    def work(claimed: Outgoing) -> None:
        try:
            send(claimed, by)
        except Exception as error:  # noqa: BLE001 - its lease ends, and it comes up again
            _log_failure(error)
        finally:
            free.release()
            done.set()

    with ThreadPoolExecutor(HANDS, thread_name_prefix="texts") as hands:
        while not stop.is_set():
            if not free.acquire(timeout=PAUSE_SECONDS):
                continue
            done.clear()
            try:
                claimed, pause = claim(), PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001
                _log_failure(error)
                claimed, pause = None, min(pause * 2, LONGEST_PAUSE_SECONDS)
            if claimed:
                hands.submit(work, claimed)
                continue
            free.release()
            # The next text of a thread may leave as soon as the one before has.
            done.wait(pause) if pause == PAUSE_SECONDS else stop.wait(pause)


def send_all(at: Now = now) -> int:
    """Sends what is due, one after the other; returns how many were tried."""
    by, tried = carrier(), 0
    while claimed := claim(at):
        send(claimed, by, at)
        tried += 1
    return tried


def claim(at: Now = now) -> Outgoing | None:
    """The next text that may leave now; None if there is none. What may not leave any more is withheld."""
    while True:
        with transaction() as session:
            claimed = texts.claim(session, at())
            if claimed is None or _may_go(session, claimed, at):
                return claimed


def send(claimed: Outgoing, by: Carrier, at: Now = now) -> None:
    """Gives `claimed` to the carrier, unless that has it already, and keeps how it went."""
    try:
        sid = _taken_before(claimed, by) or by.send(claimed)
    except Untaken as error:
        _untaken(claimed, error, at)
    except Exception as error:  # noqa: BLE001 - whatever a carrier does wrong, the text must be tried again
        _untaken(claimed, Untaken(type(error).__name__, unclear=True), at)
    else:
        with transaction() as session:
            texts.mark_taken(session, claimed.id, sid, at())


def _may_go(session: Session, claimed: Outgoing, at: Now) -> bool:
    state = enrolments.state_of(session, claimed.enrolment_id) if claimed.enrolment_id else None
    late = claimed.send_by is not None and at() >= claimed.send_by
    if late or not may_leave(claimed.purpose, state, opt_outs.stands(session, claimed.phone)):
        texts.withhold(session, claimed.id, at())
        # Nobody who holds the enrolment waits for words of danger, so this does not wait in a circle.
        if claimed.purpose is Purpose.DANGER and (owner := texts.owner(session, claimed.id)):
            follow(session, texts.by_id(session, claimed.id), *owner, at)
        return False
    if claimed.purpose in OURS and claimed.enrolment_id:
        opens = next_open(at(), enrolments.time_zone_of(session, claimed.enrolment_id))
        if opens > at():
            texts.put_off(session, claimed, opens)
            return False
    return True


def _taken_before(claimed: Outgoing, by: Carrier) -> str | None:
    """The carrier's id of `claimed`, if it took it at an attempt of which nobody knows how it ended."""
    if claimed.unclear_since is None:
        return None
    try:
        found = by.find(claimed, claimed.unclear_since)
    except Untaken as error:
        raise Untaken(str(error), error.code, unclear=True, retry_after=error.retry_after) from error
    with transaction() as session:
        others = texts.known(session, found)
    return next((sid for sid in found if sid not in others), None)


def _untaken(claimed: Outgoing, error: Untaken, at: Now) -> None:
    log.warning("text %s was not taken at attempt %d: %s", claimed.key, claimed.attempts, error)
    try:
        _mark_untaken(claimed, error, at)
    except Conflict:
        # Somebody raised the same alert at the same moment.
        _mark_untaken(claimed, error, at)


def _mark_untaken(claimed: Outgoing, error: Untaken, at: Now) -> None:
    with transaction() as session:
        owner = texts.owner(session, claimed.id)
        if texts.mark_untaken(session, claimed, error, at()) is TextState.GIVEN_UP and owner:
            log.error("text %s is given up after %d attempts", claimed.key, claimed.attempts)
            follow(session, texts.by_id(session, claimed.id), *owner, at)


def _log_failure(error: Exception) -> None:
    if isinstance(error, StorageUnavailable):
        log.warning("texts have to wait: %s", error)
        return
    # Its place is logged, not its words, which may be a mother's.
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("sending failed: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
