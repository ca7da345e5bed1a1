"""When an entry that did not arrive comes again, and who may say so."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from bot.handoff import desk, worker
from bot.handoff.transports.notice import Notice, Undelivered
from bot.settings import Settings
from bot.storage import outbox
from bot.storage.models import Delivery, OutboxEntry
from bot.storage.sessions import transaction
from support import NIGHT, alert, later, rows

SEEDS = range(50)
NOW = later()


def claimed(at: Callable = NOW) -> OutboxEntry:
    with transaction() as session:
        found = outbox.claim(session, at())
    assert found
    return found[0]


def pause_after(attempts: int, retry_after: timedelta | None = None, seed: int = 1) -> timedelta:
    """How long the only entry waits after it has failed for the `attempts`-th time."""
    [entry] = rows(OutboxEntry)
    with transaction() as session:
        session.merge(entry).attempts = entry.attempts = attempts
    with transaction() as session:
        outbox.mark_undelivered(session, entry, NIGHT, retry_after, Random(seed))
    return rows(OutboxEntry)[0].next_attempt_at - NIGHT


def test_the_pause_doubles_and_chance_takes_up_to_half_of_it(database: str) -> None:
    desk.record(alert(), later())
    for attempts, full in ((1, 15), (2, 30), (3, 60), (7, 900)):
        pauses = [pause_after(attempts, seed=seed).total_seconds() for seed in SEEDS]
        assert full / 2 <= min(pauses) < 0.6 * full
        assert 0.9 * full < max(pauses) <= full


def test_the_same_seed_is_the_same_pause(database: str) -> None:
    desk.record(alert(), later())
    assert pause_after(2, seed=7) == pause_after(2, seed=7) != pause_after(2, seed=8)


@pytest.mark.parametrize(("asked", "waits"), [(300, 300), (86_400, 900)])
def test_what_the_receiver_asks_for_is_heeded_within_bounds(database: str, asked: int, waits: int) -> None:
    desk.record(alert(), later())
    assert pause_after(1, timedelta(seconds=asked)) == timedelta(seconds=waits)
    assert pause_after(1, timedelta(seconds=1)) >= outbox.FIRST_PAUSE / 2


def test_a_worker_whose_lease_is_over_changes_nothing(database: str) -> None:
    desk.record(alert(), later())
    slow = claimed()
    claimed(later(minutes=2))
    with transaction() as session:
        assert outbox.mark_undelivered(session, slow, later(minutes=3)()) is Delivery.WAITING
    [entry] = rows(OutboxEntry)
    assert entry.next_attempt_at == later(minutes=2)() + outbox.LEASE
    with transaction() as session:
        outbox.mark_delivered(session, entry.id)
    with transaction() as session:
        assert outbox.mark_undelivered(session, entry, later(minutes=3)()) is Delivery.DELIVERED


def test_the_lease_is_longer_than_any_delivery() -> None:
    longest = next(limit.le for limit in Settings.model_fields["delivery_timeout"].metadata if hasattr(limit, "le"))
    assert timedelta(seconds=longest) * 1.5 < outbox.LEASE


def test_a_receiver_that_hangs_does_not_keep_a_crisis_waiting(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def hang(notice: Notice) -> None:
        tried.append(notice.reference)
        seconds[0] += 9
        raise Undelivered("too long")

    seconds = [0.0]
    monkeypatch.setattr(worker, "TRANSPORTS", {"file": hang})
    monkeypatch.setattr(worker.time, "monotonic", lambda: seconds[0])
    for number in range(10):
        desk.record(alert(conversation_id=f"web-{number}"), later())
    assert worker.tick(later())
    assert len(tried) == 3  # after 27 s spool and contacts come first
    assert worker.tick(later(seconds=1))
    assert len(set(tried)) == 6


def test_what_was_erased_during_its_delivery_stops_no_other(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    delivered: list[str] = []

    def deliver(notice: Notice) -> None:
        delivered.append(notice.reference)
        if len(delivered) < 3:
            with transaction() as session:
                session.execute(OutboxEntry.__table__.delete().where(OutboxEntry.hand_off_id == notice.hand_off_id))
            if len(delivered) == 2:
                raise Undelivered("no")

    monkeypatch.setattr(worker, "TRANSPORTS", {"file": deliver})
    for number in range(3):
        desk.record(alert(conversation_id=f"web-{number}"), later())
    assert worker.tick(later())
    assert len(delivered) == 3
    assert [row.state for row in rows(OutboxEntry)] == ["delivered"]
