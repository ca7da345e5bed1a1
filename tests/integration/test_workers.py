"""Several workers, as processes, and receivers that fail: everything arrives, and nothing twice at once."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from zlib import crc32

import pytest

from bot.handoff import desk
from bot.settings import ROOT, settings
from bot.storage.models import OutboxEntry
from hurried_worker import LEASE_SECONDS
from receivers import DROP, HANG, TAKE_AND_HANG, Answer, http_receiver, smtp_receiver
from support import alert, rows

Configure = Callable[..., None]
HAND_OFFS = 100  # two notices each
WORKERS = 3
PATIENCE = 120  # seconds
TIMEOUT = "1"
SETTINGS = {
    "NIGHTLIGHT_SMTP_TLS": "none",
    "NIGHTLIGHT_MAIL_FROM": "nightlight@cedar-lane.example",
    "NIGHTLIGHT_WEBHOOK_SECRET": "a secret of some length, for tests only",
    "NIGHTLIGHT_DELIVERY_TIMEOUT": TIMEOUT,
}
_numbers = count()


def moody(key: str, number: int) -> Answer | str:
    """Fails one key of four at its first attempt, one of eight at its second too, each in its own way."""
    fate = crc32(key.encode()) % 32
    if number <= (fate < 8) + (fate < 4):
        return [(500, {}), DROP, (503, {"Retry-After": "0"}), HANG if fate in (3, 7) else (429, {})][fate % 4]
    return 204, {}


@contextmanager
def workers(number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """That many workers as processes, with this process's settings."""
    command = [sys.executable, str(ROOT / "tests" / "hurried_worker.py")]
    logs = [_log(next(_numbers)) for _ in range(number)]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=log.open("wb"), stderr=subprocess.STDOUT) for log in logs]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        codes = [process.wait(10) for process in started]
    assert all(code in (0, -9) for code in codes), "".join(log.read_text()[-2000:] for log in logs)


def _log(number: int) -> Path:
    settings().var.mkdir(exist_ok=True)
    return settings().var / f"worker-{number}.log"


def said() -> str:
    return "".join(log.read_text() for log in settings().var.glob("worker-*.log"))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, said()[-3000:]
        time.sleep(0.1)


def all_delivered() -> bool:
    return {row.state for row in rows(OutboxEntry)} == {"delivered"}


def test_three_workers_deliver_everything_and_nothing_twice_at_once(database: str, configure: Configure) -> None:
    with smtp_receiver(moody) as (port, mail), http_receiver(moody) as (address, web):
        configure(NIGHTLIGHT_SMTP_HOST="127.0.0.1", NIGHTLIGHT_SMTP_PORT=str(port), **SETTINGS)
        configure(NIGHTLIGHT_WEBHOOK_URL=address)
        references = {desk.record(alert(conversation_id=f"web-{number}")) for number in range(HAND_OFFS)}
        with workers(WORKERS):
            until(all_delivered)
    entries = rows(OutboxEntry)
    assert len(entries) == 2 * len(references) == 2 * HAND_OFFS
    assert set(mail.taken) == {f"{reference}-1-smtp" for reference in references}
    assert set(web.taken) == {f"{reference}-1-webhook" for reference in references}
    assert mail.at_once == web.at_once == []
    assert sum(web.came.values()) > HAND_OFFS < sum(mail.came.values())  # some came again: the receivers did fail
    came = mail.came + web.came
    assert all(entry.attempts >= came[entry.idempotency_key] for entry in entries)


@pytest.mark.parametrize(("receiver_does", "times_taken"), [(HANG, 1), (TAKE_AND_HANG, 2)])
def test_what_a_killed_worker_had_in_hand_is_delivered_by_another(
    database: str, configure: Configure, receiver_does: str, times_taken: int
) -> None:
    first: list[str] = []

    def slow(key: str, number: int) -> Answer | str:
        first.append(key)
        return receiver_does if len(first) == 1 else (204, {})

    with http_receiver(slow) as (address, web):
        configure(NIGHTLIGHT_WEBHOOK_URL=address, **SETTINGS | {"NIGHTLIGHT_MAIL_FROM": ""})
        configure(NIGHTLIGHT_DELIVERY_TIMEOUT="2.5")
        keys = {f"{desk.record(alert(conversation_id=f'web-{number}'))}-1-webhook" for number in range(3)}
        with workers(1) as [victim]:
            until(lambda: bool(first))
            victim.kill()
            victim.wait()
        killed = time.monotonic()
        with workers(1):
            until(all_delivered)
    assert set(web.taken) == keys
    assert (web.came[first[0]], web.taken[first[0]]) == (2, times_taken)
    assert web.at_once == []
    assert time.monotonic() - killed < LEASE_SECONDS + 10
