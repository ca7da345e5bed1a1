"""An alert that could not be stored waits on disk, and is stored once."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.handoff import desk
from bot.handoff.alert import CrisisAlert
from bot.handoff.spool import Spool
from bot.settings import ROOT, settings
from bot.storage.models import HandOff, HandOffMessage
from bot.storage.sessions import StorageUnavailable
from support import HER_WORDS, alert, at_once, rows

Configure = Callable[..., None]


@pytest.fixture
def spool(configure: Configure) -> Spool:
    return Spool(settings().var / "spool")


def drained(spool: Spool) -> list[CrisisAlert]:
    found: list[CrisisAlert] = []
    spool.drain(found.append)
    return found


def left_over() -> list[str]:
    return sorted(path.name for path in (settings().var / "spool").iterdir() if path.suffix != ".lock")


def lines() -> Path:
    return settings().var / "spool" / "alerts.spool"


def in_another_process(code: str, *args: str) -> subprocess.Popen[bytes]:
    given = f"import os, sys\nsys.path.insert(0, {str(ROOT / 'tests')!r})\n{code}"
    return subprocess.Popen([sys.executable, "-c", given, *args], cwd=ROOT, env=os.environ)


def test_an_alert_comes_back_whole_and_once(spool: Spool) -> None:
    sent = [alert(), alert(message_id="m-2", person="p-7", seen_by=("screen", "classifier"), text="no\nmore 😭")]
    for one in sent:
        spool.append(one)
    assert drained(spool) == sent
    assert drained(spool) == []
    assert left_over() == []


def test_an_empty_spool_has_nothing(spool: Spool) -> None:
    assert spool.drain(lambda _: None) == 0


def test_her_words_cannot_be_read_on_disk_nor_the_file_by_others(spool: Spool) -> None:
    spool.append(alert())
    assert HER_WORDS not in lines().read_text()
    assert "web-1" not in lines().read_text()
    assert stat.S_IMODE(lines().stat().st_mode) == 0o600
    assert stat.S_IMODE(lines().parent.stat().st_mode) == 0o700


def test_a_line_torn_by_a_crash_costs_no_other_line(spool: Spool) -> None:
    spool.append(alert())
    torn = lines().read_bytes()[:50]
    with lines().open("ab") as file:
        file.write(torn)
    spool.append(alert(message_id="m-2"))
    assert [one.message_id for one in drained(spool)] == ["m-1", "m-2"]
    assert left_over() == ["alerts.bad"]
    assert (lines().parent / "alerts.bad").read_bytes() == torn + b"\n"


@pytest.mark.parametrize("line", [b"\xff\xfe", b"nonsense", b"{}"])
def test_what_cannot_be_read_is_put_aside_and_logged_without_it(
    spool: Spool, line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append(alert())
    with lines().open("ab") as file:
        file.write(line + b"\n")
    assert len(drained(spool)) == 1
    assert "alerts.bad" in caplog.text
    assert repr(line)[2:-1] not in caplog.text.replace("alerts.bad", "")


def test_alerts_read_with_the_wrong_key_are_kept_and_come_with_the_right_one(
    spool: Spool, configure: Configure
) -> None:
    right = settings().keys
    spool.append(alert())
    configure(NIGHTLIGHT_KEYS=Fernet.generate_key().decode())
    assert drained(spool) == []
    configure(NIGHTLIGHT_KEYS=right)
    (lines().parent / "alerts.bad").rename(lines())
    assert drained(spool) == [alert()]


def test_alerts_stay_while_the_database_is_down_and_come_when_it_is_back(spool: Spool) -> None:
    def down(_: CrisisAlert) -> None:
        raise StorageUnavailable("down")

    spool.append(alert())
    for _ in range(3):
        with pytest.raises(StorageUnavailable):
            spool.drain(down)
        spool.append(alert(message_id="m-2"))
    assert {one.message_id for one in drained(spool)} == {"m-1", "m-2"}


def test_an_alert_that_can_never_be_stored_does_not_hold_up_the_next(spool: Spool) -> None:
    stored: list[str] = []

    def record(one: CrisisAlert) -> None:
        if one.message_id == "bad":
            raise ValueError
        stored.append(one.message_id)

    spool.append(alert(message_id="bad"))
    for number in range(3):
        spool.append(alert(message_id=str(number)))
    for _ in range(3):
        with pytest.raises(ValueError):
            spool.drain(record)
    assert stored == ["0", "1", "2"]
    assert [one.message_id for one in drained(spool)] == ["bad"]


def test_many_processes_append_while_one_drains_and_none_is_lost(spool: Spool) -> None:
    code = (
        "from support import alert\nfrom bot.handoff.spool import spool\n"
        "for n in range(25): spool().append(alert(message_id=f'{sys.argv[1]}-{n}'))"
    )
    writers = [in_another_process(code, str(number)) for number in range(4)]
    found: list[str] = []
    while any(writer.poll() is None for writer in writers):
        spool.drain(lambda one: found.append(one.message_id))
    spool.drain(lambda one: found.append(one.message_id))
    assert [writer.returncode for writer in writers] == [0] * 4
    assert sorted(found) == sorted(f"{p}-{n}" for p in range(4) for n in range(25))


def test_two_workers_that_drain_at_once_record_each_alert_once(spool: Spool) -> None:
    for number in range(40):
        spool.append(alert(message_id=str(number)))
    found: list[str] = []
    at_once(lambda _: spool.drain(lambda one: found.append(one.message_id)), 4)
    spool.drain(lambda one: found.append(one.message_id))
    assert len(found) == len(set(found)) == 40


@pytest.mark.parametrize("died_after", [0, 1, 4])
def test_a_worker_that_dies_while_draining_loses_and_doubles_nothing(database: str, died_after: int) -> None:
    spool = Spool(settings().var / "spool")
    for number in range(6):
        spool.append(alert(message_id=f"m-{number}", conversation_id=f"web-{number % 2}"))
    code = (
        "from bot.handoff import desk\nfrom bot.handoff.spool import spool\nseen = []\n"
        "def record(alert):\n"
        "    if len(seen) == int(sys.argv[1]): os._exit(9)\n"
        "    seen.append(desk.record(alert))\n"
        "spool().drain(record)"
    )
    assert in_another_process(code, str(died_after)).wait() == 9
    spool.append(alert(message_id="m-6", conversation_id="web-0"))
    spool.drain(desk.record)
    assert left_over() == []
    assert sorted(row.message_id for row in rows(HandOffMessage)) == [f"m-{n}" for n in range(7)]
    assert {row.conversation_id: row.repeats for row in rows(HandOff)} == {"web-0": 3, "web-1": 2}


def test_an_alert_that_the_action_server_stored_and_the_gate_spooled_counts_once(database: str) -> None:
    spool = Spool(settings().var / "spool")
    desk.record(alert(seen_by=("classifier",)))
    spool.append(alert(seen_by=("screen",)))
    spool.drain(desk.record)
    [hand_off] = rows(HandOff)
    assert (hand_off.repeats, hand_off.seen_by) == (0, ["classifier", "screen"])
