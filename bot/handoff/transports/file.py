"""Notices as files: what happens while nothing else is configured."""

import json
import os
from pathlib import Path

from bot.handoff.transports.notice import Notice
from bot.settings import settings


def to_file(notice: Notice) -> None:
    """Writes `notice` as JSON under `var/outbox/`, one file for each idempotency key. Raises `OSError`."""
    folder = settings().var / "outbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{notice.idempotency_key}.{os.getpid()}"
    _write_privately(draft, json.dumps(notice.told(), indent=2) + "\n")
    draft.replace(folder / f"{notice.idempotency_key}.json")


def _write_privately(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
