"""Nothing is kept longer than the settings say, and nothing that is open is lost."""

import logging
import os
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.handoff import desk, staff, worker
from bot.privacy.retention import Daily, retain
from bot.settings import settings
from bot.storage import audit, transcripts, unanswered
from bot.storage.models import (
    Appointment,
    AuditEntry,
    HandOff,
    HandOffMessage,
    HandOffNote,
    OutboxEntry,
    UnansweredQuestion,
    WebTurn,
)
from bot.storage.sessions import StorageUnavailable, transaction
from bot.storage.transcripts import Turn
from support import alert, appointment, later, rows

Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def ages(database: str, configure: Configure) -> None:
    configure(
        NIGHTLIGHT_KEEP_ALERTS_DAYS="10",
        NIGHTLIGHT_KEEP_REQUESTS_DAYS="5",
        NIGHTLIGHT_KEEP_NOTICES_DAYS="3",
        NIGHTLIGHT_KEEP_QUESTIONS_DAYS="4",
        NIGHTLIGHT_KEEP_AUDIT_DAYS="20",
        NIGHTLIGHT_EXPIRE_REQUESTS_DAYS="2",
    )


def closed(reference: str, state: str | None = None, days: float = 0, **options: object) -> str:
    at = later(days=days)
    staff.take("ann", reference, at)
    staff.note("ann", reference, "called her", at)
    if state:
        staff.set_state("ann", reference, state, options.get("visit"), at)
    return staff.close("ann", reference, at)


def test_what_was_closed_goes_after_its_days_with_all_that_belongs_to_it() -> None:
    closed(desk.record(alert(), later()))
    closed(desk.request_appointment(appointment(), later()), "declined")
    assert retain(later(days=5))["requests deleted"] == 0
    assert retain(later(days=5, minutes=1))["requests deleted"] == 1
    assert [row.kind for row in rows(HandOff)] == ["crisis"]
    assert rows(Appointment) == []
    assert retain(later(days=10, minutes=1))["alerts deleted"] == 1
    assert rows(HandOff) == rows(HandOffMessage) == rows(HandOffNote) == rows(OutboxEntry) == []


def test_what_is_open_or_taken_stays_however_old_it_is() -> None:
    desk.record(alert(), later())
    staff.take("ann", desk.record(alert(conversation_id="web-2"), later()), later())
    desk.request_appointment(appointment(), later())
    retain(later(days=900))
    assert len(rows(HandOff)) == 3


def test_what_was_reopened_is_open() -> None:
    reference = closed(desk.record(alert(), later()))
    staff.reopen("ann", reference, later(days=1))
    retain(later(days=900))
    assert [row.reference for row in rows(HandOff)] == [reference]


def test_a_request_is_kept_until_its_visit_was() -> None:
    closed(desk.request_appointment(appointment(), later()), "confirmed", visit=later(days=30)())
    assert retain(later(days=34))["requests deleted"] == 0
    assert retain(later(days=36))["requests deleted"] == 1


def test_notices_go_before_what_they_are_about_but_not_while_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    desk.record(alert(), later())
    closed(desk.record(alert(conversation_id="web-2"), later()))
    worker.deliver(later())
    retain(later(days=3, minutes=1))
    [left] = rows(OutboxEntry)
    assert [row.id for row in rows(HandOff) if row.status == "open"] == [left.hand_off_id]
    worker.escalate(later(days=4))
    assert [row.level for row in rows(OutboxEntry)] == [1, 2]


def test_files_of_notices_go_too() -> None:
    desk.record(alert(), later())
    worker.deliver(later())
    [file] = (settings().var / "outbox").iterdir()
    os.utime(file, (later()().timestamp(),) * 2)
    assert retain(later(days=2))["notice files deleted"] == 0
    assert retain(later(days=4))["notice files deleted"] == 1
    assert not file.exists()


def test_questions_that_nobody_asks_any_more_go() -> None:
    for days, question in ((0, "old one"), (0, "still asked"), (3, "still asked")):
        with transaction() as session:
            unanswered.keep(session, question, (), later(days=days)())
    retain(later(days=5))
    assert [row.text for row in rows(UnansweredQuestion)] == ["still asked"]


def test_transcripts_go_with_their_last_message(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEEP_CONVERSATIONS_DAYS="7")
    for days, conversation_id, place in ((0, "web-1", 1), (0, "web-2", 1), (3, "web-2", 3)):
        with transaction() as session:
            transcripts.write(session, [Turn(conversation_id, place, "{}", later(days=days)())])
    assert retain(later(days=8))["transcripts deleted"] == 1
    assert [row.conversation_id for row in rows(WebTurn)] == ["web-2", "web-2"]
    assert retain(later(days=11))["transcripts deleted"] == 2


def test_requests_that_nobody_settles_expire_and_it_is_written_down() -> None:
    reference = desk.request_appointment(appointment(), later())
    assert retain(later(days=2, minutes=1))["requests expired"] == 1
    assert retain(later(days=2, minutes=2))["requests expired"] == 0
    assert [(row.who, row.what, row.reference) for row in rows(AuditEntry)] == [
        ("nightlight", "set expired", reference)
    ]
    assert [item.reference for item in staff.waiting()] == [reference]


def test_the_audit_says_what_was_deleted_outlives_it_and_still_holds(caplog: pytest.LogCaptureFixture) -> None:
    closed(desk.record(alert(), later()))
    with caplog.at_level(logging.INFO):
        retain(later(days=11))
    assert rows(AuditEntry)[-1].what == "retention: 1 alerts deleted"
    assert retain(later(days=21))["audit entries deleted"] == 3
    found = audit.verify()
    assert (found.entries, found.broken) == (1, None)
    assert f"the audit ends at {found.anchor}" in caplog.text


def test_the_worker_does_it_once_a_day_and_after_a_failure_in_an_hour() -> None:
    done: list[float] = []
    hours = 0.0

    def work(_: object) -> None:
        done.append(hours)
        if hours < 1:
            raise StorageUnavailable("down")

    daily = Daily(work)
    for quarter in range(4 * 30):
        hours = quarter / 4
        try:
            daily(later(hours=hours))
        except StorageUnavailable:
            assert hours == 0
    assert done == [0, 1, 25]
    assert worker.RETENTION.work is retain


def test_the_worker_does_it_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RETENTION", Daily(retain))
    closed(desk.record(alert(), later()))
    assert worker.tick(later(days=11))
    assert rows(HandOff) == []


def test_an_operator_can_do_it_by_hand() -> None:
    closed(desk.record(alert(), later()))
    result = CliRunner().invoke(app, ["retention"])
    assert result.exit_code == 0, result.output
    assert "     1  alerts deleted" in result.output.splitlines()
