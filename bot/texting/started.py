"""What we begin: reminders and check-ins, each once, in her hours, and no more than the clinic allows in a week.

A text is put into the outbox in the transaction that keeps that it is dealt with, so two workers or a restart never
send it twice. What cannot be sent now is looked at again until it makes no sense any more.
"""

import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.clinic import Clinic, ModelOfCare, clinic
from bot.clock import Now, now
from bot.enrolment.states import State
from bot.storage import due_texts, enrolments, texts, threads
from bot.storage.models import Enrolment, Purpose, TextThread, TreatmentSession
from bot.storage.sessions import Conflict, Session, transaction
from bot.texting import schedule
from bot.texting.book import words
from bot.texting.carriers.registry import can_text
from bot.texting.quiet import is_open
from bot.texting.schedule import CHECK_IN, Due

WEEK = timedelta(days=7)
TALK = timedelta(minutes=15)  # after her last message nothing is begun, so that a number answers what she has read
REPORT = "/report_symptoms"

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How one of our texts was dealt with."""

    QUEUED = "queued"
    MISSED = "missed"  # nobody could send it while it made sense
    SUPERSEDED = "superseded"  # another session has come meanwhile


@dataclass(frozen=True)
class _Planned:
    session: TreatmentSession
    due: Due


def start_texts(at: Now = now) -> None:
    """Puts in what is due. Raises `StorageUnavailable`."""
    if not can_text():
        return
    for planned in _due(at()):
        with suppress(Conflict):  # another worker was faster
            _deal_with(planned, at)


def _due(moment: datetime) -> list[_Planned]:
    here = clinic()
    first, last = moment - schedule.longest_after(here.texts), moment + schedule.LONGEST_AHEAD
    with transaction() as session:
        found = due_texts.sessions_between(session, first, last)
        done = due_texts.decided(session, [treatment.id for treatment, _ in found])
    return [
        _Planned(treatment, due)
        for treatment, enrolment in found
        for due in _texts_of(treatment, enrolment, here)
        if due.at <= moment and (treatment.id, due.kind) not in done
    ]


def _texts_of(treatment: TreatmentSession, of: Enrolment, here: Clinic) -> list[Due]:
    zone = schedule.zone_of_visits(here, ModelOfCare(of.model_of_care), of.time_zone)
    return list(schedule.due_texts(treatment.starts_at, ZoneInfo(of.time_zone), zone, here.texts))


def _deal_with(planned: _Planned, at: Now) -> None:
    with transaction() as session:
        enrolment = enrolments.by_id(session, planned.session.enrolment_id)
        if enrolment is None or enrolment.state != State.ACTIVE:
            return
        thread = threads.of_enrolment(session, enrolment, at())
        outcome = _outcome(session, planned, enrolment, thread, at())
        if outcome is None:
            return
        due_texts.decide(session, planned.session, planned.due.kind, outcome, at())
        if outcome is Outcome.QUEUED:
            _put_in(session, planned, enrolment, thread, at())
    log.info("text %s of session %d: %s", planned.due.kind, planned.session.id, outcome)


def _outcome(
    session: Session, planned: _Planned, enrolment: Enrolment, thread: TextThread, moment: datetime
) -> Outcome | None:
    """What is to be done with it now; None where it waits."""
    due = planned.due
    visit = schedule.zone_of_visits(clinic(), ModelOfCare(enrolment.model_of_care), enrolment.time_zone)
    others = [other.starts_at for other in enrolments.sessions(session, enrolment)]
    if schedule.is_superseded(due, planned.session.starts_at, others, visit):
        return Outcome.SUPERSEDED
    if moment >= due.until:
        return Outcome.MISSED
    talks = thread.heard_at is not None and moment - thread.heard_at < TALK
    is_full = texts.started_since(session, thread, moment - WEEK) >= clinic().texts.a_week
    return None if talks or is_full or not is_open(moment, enrolment.time_zone) else Outcome.QUEUED


def _put_in(session: Session, planned: _Planned, enrolment: Enrolment, thread: TextThread, moment: datetime) -> None:
    due, hers = planned.due, ZoneInfo(enrolment.time_zone)
    model = ModelOfCare(enrolment.model_of_care)
    visit = schedule.zone_of_visits(clinic(), model, enrolment.time_zone)
    today = moment.astimezone(visit).date()
    when = schedule.spoken(planned.session.starts_at, visit, hers, today)
    body = words(due.words, model, when=when)
    threads.offer(thread, [(words("check_in_option"), REPORT)] if due.words == CHECK_IN else ())
    # By chance: SQLite gives the id of a session that was taken out to the next one.
    key = f"due-{secrets.token_hex(8)}-{due.kind}"
    texts.queue(session, thread, key, Purpose.STARTED, [body], moment, send_by=due.until)
