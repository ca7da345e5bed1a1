"""The processes of `nightlight run`: started, watched, begun anew, and ended together.

The engine is what mothers talk to: if it ends, all end, and whoever runs Nightlight sees the exit
code. The action server and the worker are begun anew, after a pause that grows with each failure:
meanwhile answers and crisis lines go on, and alerts wait in the spool.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

import httpx
from honcho.printer import Message, Printer

from bot.settings import ROOT, Settings

ENGINE = "engine"
NAMES = (ENGINE, "actions", "worker")  # in the order of their ends: no new message, then what is at work
PATIENCE = 180  # seconds until the start counts as failed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a process is begun anew
STEADY = 60.0  # seconds after which a process counts as well: its next failure is a first one
LOOK = 0.2  # seconds between two looks at the processes
LAST_WORDS = 10.0  # seconds that a process has to end
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a service manager, a terminal that is closed
_COLOURS = dict(zip(NAMES, ("36", "33", "32"), strict=True))

Say = Callable[[str], None]


def run_all(settings: Settings, say: Say) -> int:
    """Run all processes until the engine ends or the person stops it; returns the exit code, 0 if stopped."""
    threading.Thread(target=_announce, args=(settings, say, time.perf_counter()), daemon=True).start()
    with _stop_signals() as stop:
        return Supervisor([Process(name, [sys.executable, "-m", "bot.cli", name], say) for name in NAMES]).run(stop)


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Within the block a signal to stop sets the event."""
    stop = threading.Event()
    former = {number: signal.signal(number, lambda *_: stop.set()) for number in STOPS}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@dataclass
class Failures:
    """How often a process ended in a row, and how long to wait before it is begun anew."""

    count: int = 0

    def pause(self, lived: float) -> float:
        """Seconds to wait after one more end; `lived` is for how many seconds it ran."""
        self.count = 1 if lived >= STEADY else self.count + 1
        # The exponent is bounded: a worker that cannot start fails for weeks.
        return min(FIRST_PAUSE * 2.0 ** min(self.count - 1, 10), LONGEST_PAUSE)


class Process:
    """One process: what it prints goes to standard error, behind its name."""

    def __init__(self, name: str, command: list[str], say: Say) -> None:
        self.name = name
        self._command = command
        self._say = say
        self._failures = Failures()
        self._popen: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._again: float | None = None

    def start(self) -> None:
        """Begin it. In a session of its own, so that Ctrl-C reaches it by us alone, in order."""
        self._popen = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started, self._again = time.monotonic(), None
        threading.Thread(target=_print_all, args=(self.name, self._popen), daemon=True).start()
        self._say(f"  {self.name}: started as process {self._popen.pid}")

    @property
    def exit_code(self) -> int | None:
        """How it ended, as a shell says it; None while it runs."""
        code = self._popen.poll() if self._popen else None
        return 128 - code if code is not None and code < 0 else code

    def keep_alive(self) -> None:
        """Begin it anew if it has ended and its pause is over."""
        if self.exit_code is None:
            return
        now = time.monotonic()
        if self._again is None:
            pause = self._failures.pause(now - self._started)
            self._again = now + pause
            self._say(f"  {self.name}: ended with code {self.exit_code}; begun anew in {pause:.0f} s")
        elif now >= self._again:
            self.start()

    def end(self) -> None:
        """End it and whatever it has started: asked first, then by force; returns when it is gone."""
        if self._popen is None:
            return
        self._signal(signal.SIGTERM)
        try:
            self._popen.wait(LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._say(f"  {self.name}: did not end within {LAST_WORDS:.0f} s; killed")
        self._signal(signal.SIGKILL)
        self._popen.wait()

    def _signal(self, number: int) -> None:
        assert self._popen
        try:
            os.killpg(self._popen.pid, number)
        except ProcessLookupError:
            return  # all of it is gone


class Supervisor:
    """Keeps the processes alive; the first is the one without which the others are of no use."""

    def __init__(self, processes: list[Process]) -> None:
        self._processes = processes

    def run(self, stop: threading.Event) -> int:
        """Run until `stop` is set (then 0) or the first process ends (then its exit code, never 0); none remains."""
        first, *others = self._processes
        try:
            for process in self._processes:
                process.start()
            while first.exit_code is None and not stop.wait(LOOK):
                for process in others:
                    process.keep_alive()
            return 0 if stop.is_set() else first.exit_code or 1
        finally:
            for process in self._processes:
                process.end()


def _print_all(name: str, popen: subprocess.Popen[bytes]) -> None:
    printer = Printer(output=sys.stderr, width=max(len(each) for each in NAMES))
    assert popen.stdout
    for line in popen.stdout:
        # Read on also where nobody listens to us any more: a full pipe would stop the process.
        with suppress(OSError):
            printer.write(Message("line", line, datetime.now(), name, _COLOURS.get(name)))


def _announce(settings: Settings, say: Say, start: float) -> None:
    """Say of each process when it is ready, and at last where the page is."""
    address = f"http://{settings.host}:{settings.port}"
    waiting = {"engine", "actions", "database"}
    while waiting and time.perf_counter() - start < PATIENCE:
        time.sleep(0.3)
        for name in sorted(waiting & _ready(address)):
            say(f"  {name}: ready after {time.perf_counter() - start:.1f} s")
            waiting.remove(name)
            if name == "engine":
                say(f"\nNightlight answers at {address}/ (stop with Ctrl-C)\n")
    for name in sorted(waiting):
        say(f"  {name}: not ready after {PATIENCE} s; see its lines above")


def _ready(address: str) -> set[str]:
    try:
        state = httpx.get(f"{address}/health/ready", timeout=3).json()
    except (httpx.HTTPError, ValueError):
        return set()
    return {name for name, is_ready in state.items() if is_ready}
