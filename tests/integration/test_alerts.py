"""A crisis alert becomes one piece of work, and is told until somebody takes it."""

import json
import logging
import re
import stat
import threading
from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet

from bot.clinic import clinic
from bot.clock import now
from bot.handoff import desk, worker
from bot.handoff.reference import ALPHABET, as_written, new_reference
from bot.handoff.spool import spool
from bot.handoff.transports.notice import Notice
from bot.settings import settings
from bot.storage import hand_offs, outbox
from bot.storage.models import HandOff, HandOffMessage, OutboxEntry
from bot.storage.sessions import transaction
from support import HER_WORDS, alert, at_once, files, later, rows

Configure = Callable[..., None]


def notices() -> list[dict[str, object]]:
    return [json.loads(text) for _, text in sorted(files(settings().var / "outbox").items())]


def take(reference: str) -> None:
    with transaction() as session:
        hand_offs.take(session, reference, "nurse ann", later()())


def test_a_reference_can_be_read_aloud_and_typed_anyhow() -> None:
    assert re.fullmatch(rf"[{ALPHABET}]{{3}}-[{ALPHABET}]{{3}}", new_reference())
    assert as_written(" k7m4qp ") == as_written("K7M 4QP") == "K7M-4QP"


def test_an_alert_is_one_hand_off_with_a_notice_to_the_first_contact(database: str) -> None:
    reference = desk.record(alert(person="p-7"), later())
    [hand_off], [message], [entry] = rows(HandOff), rows(HandOffMessage), rows(OutboxEntry)
    assert (hand_off.reference, hand_off.kind, hand_off.reason) == (reference, "crisis", "crisis_self_harm")
    assert (hand_off.status, hand_off.urgency, hand_off.repeats) == ("open", 2, 0)
    assert (hand_off.person, hand_off.channel, hand_off.seen_by) == ("p-7", "web", ["screen"])
    assert message.text == HER_WORDS
    with transaction() as session:
        assert hand_offs.by_reference(session, reference).message == HER_WORDS
    assert (entry.role, entry.level, entry.state) == ("care coordinator on call", 1, "waiting")


def test_the_same_alert_again_changes_nothing(database: str) -> None:
    assert desk.record(alert()) == desk.record(alert())
    assert [row.repeats for row in rows(HandOff)] == [0]
    assert len(rows(HandOffMessage)) == len(rows(OutboxEntry)) == 1


def test_a_mother_who_writes_again_is_counted_and_nobody_is_told_twice(database: str) -> None:
    for minutes in (0, 2, 1):
        desk.record(alert(message_id=f"m-{minutes}", raised_at=later(minutes=minutes)()))
    [hand_off] = rows(HandOff)
    assert (hand_off.repeats, hand_off.raised_at, hand_off.last_raised_at) == (2, later()(), later(minutes=2)())
    assert len(rows(HandOffMessage)) == 3
    assert len(rows(OutboxEntry)) == 1


def test_another_kind_of_danger_is_another_hand_off(database: str) -> None:
    desk.record(alert())
    desk.record(alert(message_id="m-2", kind="crisis_harm_baby"))
    assert [row.reason for row in rows(HandOff)] == ["crisis_self_harm", "crisis_harm_baby"]


def test_two_mothers_whose_messages_have_the_same_number_are_both_told(database: str) -> None:
    desk.record(alert())
    desk.record(alert(conversation_id="web-2"))
    assert len(rows(HandOff)) == len(rows(OutboxEntry)) == 2


def test_danger_after_the_alert_was_taken_is_told_anew(database: str) -> None:
    first = desk.record(alert())
    take(first)
    assert desk.record(alert()) == first  # the same message, late from the spool
    assert desk.record(alert(message_id="m-2")) != first
    assert len(rows(OutboxEntry)) == 2


def test_the_same_alert_from_eight_threads_at_once_is_one_hand_off(database: str) -> None:
    assert len(set(at_once(lambda _: desk.record(alert()), 8))) == 1
    assert [row.repeats for row in rows(HandOff)] == [0]
    assert len(rows(HandOffMessage)) == len(rows(OutboxEntry)) == 1


@pytest.mark.parametrize("round_", range(3))
def test_eight_messages_at_once_are_one_hand_off_with_seven_repeats(database: str, round_: int) -> None:
    at_once(lambda number: desk.record(alert(message_id=f"m-{number}")), 8)
    assert [row.repeats for row in rows(HandOff)] == [7]
    assert len(rows(HandOffMessage)) == 8
    assert len(rows(OutboxEntry)) == 1


def test_the_first_contact_is_told_that_something_waits_and_not_what(database: str) -> None:
    reference = desk.record(alert(), later())
    assert worker.tick(later())
    [notice] = notices()
    assert (notice["reference"], notice["role"]) == (reference, "care coordinator on call")
    [file] = (settings().var / "outbox").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for word in (HER_WORDS, "self_harm", "crisis", "web-1"):
        assert word not in file.read_text()
    assert [row.state for row in rows(OutboxEntry)] == ["delivered"]


def test_a_crisis_that_nobody_takes_goes_to_the_next_contact_and_round(database: str) -> None:
    desk.record(alert(), later())
    retry = clinic().urgent_retry_minutes
    for minutes in (0, retry - 1, retry, retry + 1, 2 * retry, 2 * retry):
        assert worker.tick(later(minutes=minutes))
    first, second = (contact.role for contact in clinic().urgent_contacts)
    assert [(n["level"], n["role"]) for n in notices()] == [(1, first), (2, second), (3, first)]


def test_a_crisis_that_somebody_took_goes_to_nobody_else(database: str) -> None:
    take(desk.record(alert(), later()))
    worker.tick(later(days=1))
    assert len(notices()) == 1


def test_a_late_alert_from_the_spool_still_gives_the_first_contact_time(database: str) -> None:
    spool().append(alert())
    worker.tick(later(hours=5))
    worker.tick(later(hours=5, minutes=1))
    assert [notice["level"] for notice in notices()] == [1]


def test_several_workers_at_once_tell_each_contact_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    delivered: list[str] = []
    monkeypatch.setattr(worker, "TRANSPORTS", {"file": lambda notice: delivered.append(notice.idempotency_key)})
    for number in range(5):
        desk.record(alert(conversation_id=f"web-{number}"), later())
    assert all(at_once(lambda _: worker.tick(later(minutes=20)), 4))
    assert all(at_once(lambda _: worker.tick(later(minutes=21)), 4))
    assert len(delivered) == len(set(delivered)) == 10


def test_a_notice_that_does_not_arrive_is_tried_again_then_given_up(
    database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: Notice) -> None:
        raise OSError("no route")

    monkeypatch.setattr(worker, "TRANSPORTS", {"file": refuse})
    take(desk.record(alert(), later()))
    worker.tick(later())
    worker.tick(later(seconds=1))
    assert [(row.state, row.attempts) for row in rows(OutboxEntry)] == [("waiting", 1)]
    for hours in range(1, outbox.MAX_ATTEMPTS):
        worker.tick(later(hours=hours))
    assert [(row.state, row.attempts) for row in rows(OutboxEntry)] == [("failed", outbox.MAX_ATTEMPTS)]
    assert "given up" in caplog.text


def test_a_notice_whose_worker_died_is_delivered_by_the_next(database: str) -> None:
    desk.record(alert(), later())
    with transaction() as session:
        assert outbox.claim(session, later()())
    worker.tick(later(seconds=30))
    assert notices() == []
    worker.tick(later(seconds=61))
    assert len(notices()) == 1


def test_while_the_database_is_down_the_worker_waits_and_then_tells_once(
    database: str, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    configure(DATABASE_URL="postgresql://postgres:secret@127.0.0.1:1/x")
    spool().append(alert())
    spool().append(alert())
    assert not worker.tick(later())
    assert not worker.tick(later())
    assert "has to wait" in caplog.text
    assert "secret" not in caplog.text
    configure(DATABASE_URL=database)
    assert worker.tick(later())
    assert [row.repeats for row in rows(HandOff)] == [0]
    assert len(notices()) == 1


def test_staff_are_told_also_when_the_key_of_older_messages_is_lost(database: str, configure: Configure) -> None:
    reference = desk.record(alert(), later())
    configure(NIGHTLIGHT_KEYS=Fernet.generate_key().decode())
    assert desk.record(alert(message_id="m-2"), later()) == reference
    assert worker.tick(later(minutes=20))
    assert len(notices()) == 2
    take(reference)


def test_a_job_that_fails_in_its_own_way_stops_no_other(
    database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_: object) -> None:
        raise RuntimeError(HER_WORDS)

    desk.record(alert(), later())
    monkeypatch.setattr(worker, "spool", lambda: type("Broken", (), {"drain": break_down}))
    assert not worker.tick(later())
    assert len(notices()) == 1
    assert "drain failed: " in caplog.text
    assert HER_WORDS not in caplog.text


def test_the_worker_runs_until_it_is_stopped(database: str) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    spool().append(alert(raised_at=now()))
    thread.start()
    for _ in range(100):
        if notices():
            break
        stop.wait(0.05)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert len(notices()) == 1


def test_no_log_holds_her_words(
    database: str, configure: Configure, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.record(alert())
    desk.record(alert(message_id="m-2"))
    configure(DATABASE_URL="postgresql://postgres@127.0.0.1:1/x")
    spool().append(alert(message_id="m-3"))
    worker.tick()
    configure(DATABASE_URL=database)
    worker.tick(later(hours=1))
    logging.getLogger("test").warning("%r", alert())
    assert caplog.records
    written = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert HER_WORDS not in written
    assert "better off" not in written
