"""Nothing is kept longer than the settings say."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import Now, now
from bot.handoff.names import PROGRAM
from bot.settings import settings
from bot.storage import (
    answers,
    appointments,
    audit,
    codes,
    conversations,
    forgetting,
    inbound_texts,
    retention,
    transcripts,
)
from bot.storage.sessions import Session, transaction

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CODES_KEPT = 2 * DAY  # how many were asked for in a day is still known then
ANSWERED, FORGOTTEN = (
    timedelta(minutes=10),
    DAY,
)  # after an erasure: when her number goes at the earliest, at the latest

log = logging.getLogger(__name__)


def retain(at: Now = now) -> dict[str, int]:
    """Lets old requests expire and deletes what is older than the settings allow.

    Returns how many of each, and leaves in the log where the audit ends, so that it is known outside the database
    too. Raises `StorageUnavailable`.
    """
    moment, kept = at(), settings()
    with transaction() as session:
        expired = appointments.expire(session, moment - kept.expire_requests_days * DAY, moment)
        done = {
            "requests expired": len(expired),
            "alerts deleted": retention.purge_alerts(session, moment - kept.keep_alerts_days * DAY),
            "requests deleted": retention.purge_requests(session, moment - kept.keep_requests_days * DAY),
            "notices deleted": retention.purge_notices(session, moment - kept.keep_notices_days * DAY),
            "conversations deleted": conversations.forget_untouched(
                session, moment - kept.keep_conversations_days * DAY
            ),
            "transcripts deleted": transcripts.forget_untouched(session, moment - kept.keep_conversations_days * DAY),
            "answer figures deleted": answers.purge(session, moment - kept.keep_questions_days * DAY),
            "texts deleted": forgetting.purge_texts(session, moment - kept.keep_conversations_days * DAY),
            "texts received deleted": inbound_texts.purge(session, moment - kept.keep_conversations_days * DAY),
            "numbers deleted": forgetting.purge_strangers(session, moment - kept.keep_conversations_days * DAY),
            "sessions deleted": forgetting.purge_sessions(session, moment - kept.keep_requests_days * DAY),
            "enrolments deleted": forgetting.purge_enrolments(session, moment - kept.keep_enrolments_days * DAY),
            "lifted opt-outs deleted": forgetting.purge_opt_outs(session, moment - kept.keep_enrolments_days * DAY),
            "codes deleted": codes.purge(session, moment - CODES_KEPT),
            "questions deleted": retention.purge_questions(session, moment - kept.keep_questions_days * DAY),
        }
        _write_down(session, expired, done, moment)
        done["audit entries deleted"] = audit.prune(session, moment - kept.keep_audit_days * DAY)
        anchor = audit.current_anchor(session)
    done["notice files deleted"] = _delete_files(kept.var / "outbox", moment - kept.keep_notices_days * DAY)
    done["text files deleted"] = _delete_files(kept.var / "sms", moment - kept.keep_conversations_days * DAY)
    log.info("retention: %s; the audit ends at %s", ", ".join(f"{n} {kind}" for kind, n in done.items()), anchor)
    return done


def forget_numbers(at: Now = now) -> None:
    """Lets the numbers go of those who had everything erased and have had their answer. Raises `StorageUnavailable`."""
    with transaction() as session:
        forgotten = forgetting.forget_idle(session, at() - ANSWERED, at() - FORGOTTEN)
    if forgotten:
        log.info("erasure: %d numbers are gone", forgotten)


def _write_down(session: Session, expired: list[str], done: dict[str, int], at: datetime) -> None:
    # After all of it: whoever has the audit's lock must not wait for the lock of a hand-off.
    for reference in expired:
        audit.append(session, PROGRAM, "set expired", reference, at)
    for kind, number in done.items():
        if number and kind != "requests expired":
            audit.append(session, PROGRAM, f"retention: {number} {kind}", None, at)


def _delete_files(folder: Path, before: datetime) -> int:
    deleted = 0
    for path in folder.glob("*.json"):
        with suppress(FileNotFoundError):  # another worker was faster
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                deleted += 1
    return deleted


@dataclass
class Daily:
    """A job that is done once a day, however often it is called; after a failure, in an hour again."""

    work: Callable[[Now], object]
    _next: datetime | None = field(default=None, init=False)

    @property
    def __name__(self) -> str:
        """The name of the work, for the log."""
        return self.work.__name__

    def __call__(self, at: Now) -> None:
        """Does the work if it is due; what it raises is raised."""
        if self._next is None or at() >= self._next:
            # Not at once again: work that keeps failing must not slow down the worker's other jobs.
            self._next = at() + HOUR
            self.work(at)
            self._next = at() + DAY
