"""How a notice reaches a contact. It says that something waits, never what was written or why."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.settings import settings


@dataclass(frozen=True)
class Notice:
    """What a contact is told. Receivers see each once if they honour `idempotency_key`."""

    idempotency_key: str
    reference: str
    role: str
    email: str
    level: int
    urgent: bool
    waits_since: str
    text: str


Transport = Callable[[Notice], None]  # raises OSError if it was not delivered


def words(reference: str, urgent: bool) -> str:
    """What a notice says in words."""
    what = "Something urgent" if urgent else "Something"
    return f"{what} waits for you in Nightlight: reference {reference}. Look at it with `nightlight inbox`."


def to_file(notice: Notice) -> None:
    """Writes `notice` as JSON under `var/outbox/`, one file for each idempotency key. Raises `OSError`."""
    folder = settings().var / "outbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{notice.idempotency_key}.{os.getpid()}"
    _write_privately(draft, json.dumps(asdict(notice), indent=2) + "\n")
    draft.replace(folder / f"{notice.idempotency_key}.json")


def _write_privately(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


DEFAULT = "file"
TRANSPORTS: Mapping[str, Transport] = {DEFAULT: to_file}
