"""Child processes: started in a group of their own, always ended, and what they cost."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import NightlightError
from bot.settings import ROOT

LAST_LINES = 15
PATIENCE_AT_END = 15  # seconds


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process of `command`, its words in `log`; ended with all its children on leaving."""
    with log.open("ab") as words:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End `process` and its group: asked first, then made to."""
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_AT_END)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE_AT_END)


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of the processors; the share of them that others had, from 0 to 1."""

    seconds: float
    processor_seconds: float
    others: float


def finish(what: str, command: Sequence[str], environment: Mapping[str, str], log: Path, patience: float) -> Spent:
    """Run `command` to its end; what that took.

    Raises `NightlightError` with its last lines if it fails or takes longer than `patience` seconds.
    """
    start, before, machine_before = time.perf_counter(), _of_ended_children(), busy_seconds()
    with running(command, environment, log) as process:
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired as error:
            raise NightlightError(f"{what} took longer than {patience / 60:.0f} minutes and was ended.") from error
    if code != 0:
        raise NightlightError(f"{what} failed (exit code {code}):\n{last_lines(log)}")
    seconds, own = time.perf_counter() - start, _of_ended_children() - before
    return Spent(seconds, own, share_of_others(busy_seconds() - machine_before - own, seconds))


def _of_ended_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def last_lines(log: Path) -> str:
    """The end of `log`, indented."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join(f"  {line}" for line in lines) or "  (it said nothing)"


def peak_memory(process: subprocess.Popen[bytes]) -> int:
    """The most memory (VmHWM) that `process` and its children have had, in bytes, each at its own peak."""
    return sum(_peak(folder / "status") for folder in _members(process))


def processor_seconds(processes: Iterable[subprocess.Popen[bytes]]) -> float:
    """What `processes` and their children have had of the processors until now."""
    ticks = sum(sum(map(int, _stat(folder)[11:13])) for process in processes for folder in _members(process))
    return ticks / os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float:
    """What all processes of this machine have had of its processors since it was started."""
    user, nice, system, *_ = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def busy_share(seconds: float) -> float:
    """How much of this machine's processors is in use during the next `seconds`, from 0 to 1."""
    before = busy_seconds()
    time.sleep(seconds)
    return (busy_seconds() - before) / seconds / (os.cpu_count() or 1)


def share_of_others(processor_seconds: float, seconds: float) -> float:
    """What other programs had of this machine's processors in `seconds`, from 0 to 1."""
    return max(0.0, processor_seconds) / seconds / (os.cpu_count() or 1)


def _members(process: subprocess.Popen[bytes]) -> list[Path]:
    members = [folder for folder in Path("/proc").glob("[0-9]*") if _stat(folder)[2:3] == [str(process.pid)]]
    if not members:
        raise NightlightError("Memory and processor time are read from /proc, which only Linux has.")
    return members


def _stat(folder: Path) -> list[str]:
    try:
        # The command in brackets may hold spaces; state, parent, group and the rest follow it.
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return []


def _peak(status: Path) -> int:
    for line in status.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
