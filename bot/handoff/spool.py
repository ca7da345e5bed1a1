"""Where crisis alerts wait while the database is down: a file that is only appended to.

`alerts.spool` is what is appended to, one encrypted line for each alert; `alerts.draining` is what
the worker is at; `alerts.bad` is what could not be read. To try the last again, for example with
the right key, append it to `alerts.spool`.
"""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.handoff.alert import CrisisAlert
from bot.privacy.keys import WrongKey, cipher, decrypt, encrypt, rotated
from bot.settings import settings

END = b"\n"
Record = Callable[[CrisisAlert], object]

log = logging.getLogger(__name__)


def spool() -> "Spool":
    """The spool of this process, under `var/`."""
    return Spool(settings().var / "spool")


class Spool:
    """The spool in one folder. Several processes may append and drain at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting = folder / "alerts.spool"
        self._draining = folder / "alerts.draining"
        self._bad = folder / "alerts.bad"

    def append(self, alert: CrisisAlert) -> None:
        """Keeps `alert`; when this returns, it outlives the process and the machine's power.

        Raises `OSError` if it cannot be written, `NightlightError` if there is no usable key.
        """
        line = encrypt(json.dumps(alert.as_dict())).encode()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked("append.lock"):
            _append(self._waiting, [line])

    def drain(self, record: Record) -> int:
        """Gives each alert to `record`, oldest first, and removes it when that returns.

        Returns how many were recorded. If `record` raises, that alert goes to the end of the spool,
        so that it never holds up others for good, the rest stays, and the error is raised. After a
        crash an alert may come again: `record` must take the same alert twice as once.
        Raises `NightlightError` if there is no usable key, and then reads nothing.
        """
        cipher()  # without it every line would look damaged
        if not self._folder.is_dir():
            return 0
        with self._locked("drain.lock", wait=False) as mine:
            return self._drain(record) if mine else 0

    def rotate(self) -> tuple[int, int]:
        """Encrypts every line with the first key; returns how many are, and how many no key can read.

        Waits until nobody drains. Raises `NightlightError` if there is no usable key.
        """
        cipher()
        if not self._folder.is_dir():
            return 0, 0
        with self._locked("drain.lock"), self._locked("append.lock"):
            files = [path for path in (self._waiting, self._draining, self._bad) if path.exists()]
            counted = [_rotate_lines(path) for path in files]
            return sum(good for good, _ in counted), sum(bad for _, bad in counted)

    def _drain(self, record: Record) -> int:
        self._set_aside()
        lines = _lines(self._draining)
        recorded = 0
        for number, line in enumerate(lines):
            try:
                recorded += self._record(line, record)
            except Exception:
                _replace(self._draining, [*lines[number + 1 :], line])
                raise
        self._draining.unlink(missing_ok=True)
        return recorded

    def _record(self, line: bytes, record: Record) -> bool:
        try:
            alert = CrisisAlert.from_dict(json.loads(decrypt(line.decode("ascii"))))
        except (WrongKey, KeyError, TypeError, ValueError) as error:
            log.error("A spooled alert cannot be read (%s): kept in %s", type(error).__name__, self._bad)
            _append(self._bad, [line])
            return False
        record(alert)
        return True

    def _set_aside(self) -> None:
        # Nobody holds the file open outside this lock, so nothing is appended to it once it is moved.
        with self._locked("append.lock"):
            if not self._draining.exists():
                if self._waiting.exists():
                    self._waiting.rename(self._draining)
                return
            # A crash between the two doubles lines, which does no harm, and loses none.
            _replace(self._draining, [*_lines(self._draining), *_lines(self._waiting)])
            self._waiting.unlink(missing_ok=True)

    @contextmanager
    def _locked(self, name: str, wait: bool = True) -> Iterator[bool]:
        with open(_open_privately(self._folder / name, os.O_WRONLY), "wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True


def _append(path: Path, lines: Iterable[bytes]) -> None:
    with open(_open_privately(path, os.O_RDWR | os.O_APPEND), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        # A process that died in the middle of a line must not spoil the next one.
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != END
        _write_all(file.fileno(), (END if torn else b"") + b"".join(line + END for line in lines))
    if size == 0:
        _sync_folder(path.parent)


def _replace(path: Path, lines: Iterable[bytes]) -> None:
    draft = path.with_name(f"{path.name}.new")
    with open(_open_privately(draft, os.O_WRONLY | os.O_TRUNC), "wb", buffering=0) as file:
        _write_all(file.fileno(), b"".join(line + END for line in lines))
    draft.replace(path)
    _sync_folder(path.parent)


def _rotate_lines(path: Path) -> tuple[int, int]:
    lines = _lines(path)
    anew, unreadable = [], 0
    for line in lines:
        try:
            anew.append((rotated(line.decode("ascii")) or line.decode("ascii")).encode())
        except (WrongKey, UnicodeDecodeError):
            anew.append(line)
            unreadable += 1
    if anew != lines:
        _replace(path, anew)
    return len(lines) - unreadable, unreadable


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]
    os.fsync(file)


def _lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().split(END) if line] if path.exists() else []


def _open_privately(path: Path, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o600)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
