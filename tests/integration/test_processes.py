"""`nightlight run`: what fails behind the engine is begun anew, and all ends together."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.handoff import worker
from bot.processes import LONGEST_PAUSE, STEADY, Failures, Process, Supervisor
from bot.storage.models import HandOff
from running import Nightlight, Visitor, environment, published_model, wait_until
from support import rows

ALL = {"engine", "actions", "database"}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Nightlight]:
    """`nightlight run`, ready."""
    started = Nightlight(tmp_path, published_model())
    started.launch("run")
    try:
        wait_until(lambda: started.ready() >= ALL, "everything is ready")
        yield started
    finally:
        for pid in ids(started.said("run")).values():
            end(pid)
        started.stop()


def ids(said: str) -> dict[str, int]:
    """The latest process of each name."""
    return {name: int(pid) for name, pid in re.findall(r"(\w+): started as process (\d+)", said)}


def end(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def is_alive(pid: int) -> bool:
    """Whether the process, or one that it started, still runs; a dead one may wait for its parent's look."""
    table = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows_of = [line.split() for line in table.splitlines()]
    return any(int(group) == pid and not state.startswith("Z") for group, state in rows_of)


def is_free(port: str) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", int(port))) != 0


def test_what_is_killed_behind_the_engine_comes_back_and_the_stop_leaves_nothing(run: Nightlight) -> None:
    mother, before = Visitor(run.address), ids(run.said("run"))
    for name in ("actions", "worker"):
        os.kill(before[name], signal.SIGKILL)
    said = mother.writes("i want to die")
    assert "tel:988" in said[0]["text"]
    wait_until(lambda: all(ids(run.said("run"))[name] != before[name] for name in ("actions", "worker")), "they return")
    wait_until(lambda: run.ready() >= ALL, "everything is ready again")
    assert "actions: ended with code 137; begun anew in 1 s" in run.said("run")
    with environment(run.variables):
        wait_until(lambda: bool(rows(HandOff)), "the new worker drains the spool")
        assert [row.repeats for row in rows(HandOff)] == [0]
        assert worker.tick()
    assert ids(run.said("run"))["engine"] == before["engine"]

    left = {*before.values(), *ids(run.said("run")).values()}
    assert run.ends("run", signal.SIGTERM) == 0
    assert not [pid for pid in left if is_alive(pid)]
    assert is_free(run.variables["NIGHTLIGHT_PORT"])
    assert is_free(run.variables["NIGHTLIGHT_ACTIONS_PORT"])


def test_without_the_engine_all_ends_with_its_code(run: Nightlight) -> None:
    processes = ids(run.said("run"))
    os.kill(processes["engine"], signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in processes.values()), "all are gone")
    assert run.waits_for("run") == 137


# --- the pieces, with small programs


def program(text: str, name: str = "actions", said: list[str] | None = None) -> Process:
    return Process(name, [sys.executable, "-c", text], (said if said is not None else []).append)


def test_the_pause_grows_is_bounded_and_forgets_what_ran_well() -> None:
    failures = Failures()
    assert [failures.pause(0.1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert [failures.pause(0.1) for _ in range(2000)][-1] == LONGEST_PAUSE
    assert failures.pause(STEADY) == 1


def test_a_program_that_refuses_to_end_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.processes.LAST_WORDS", 0.5)
    said: list[str] = []
    process = program(
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print('deaf', flush=True); time.sleep(60)",
        said=said,
    )
    process.start()
    heard: list[str] = []
    wait_until(lambda: bool(heard.append(capfd.readouterr().err)) or "deaf" in "".join(heard), "it is deaf")
    process.end()
    assert "killed" in said[-1]
    wait_until(lambda: not is_alive(ids(said[0])["actions"]), "its child is gone too")


def test_the_first_ends_well_and_yet_the_code_says_that_it_ended() -> None:
    said: list[str] = []
    assert (
        Supervisor([program("", "engine"), program("import time; time.sleep(60)", said=said)]).run(threading.Event())
        == 1
    )
    assert not is_alive(ids(said[0])["actions"])


def test_what_they_print_stands_behind_their_names(capfd: pytest.CaptureFixture[str]) -> None:
    process = program("import sys; print('hello'); sys.stdout.buffer.write(b'\\xff\\n')")
    process.start()
    heard: list[str] = []
    wait_until(lambda: bool(heard.append(capfd.readouterr().err)) or "\ufffd" in "".join(heard), "it is printed")
    process.end()
    assert re.search(r"\d+:\d+:\d+ actions \| hello", "".join(heard))
