"""Texts as files: what happens while Twilio is not set. Holds numbers and words in clear, so never in production."""

import json
import os
from datetime import datetime
from pathlib import Path

from bot.clock import now
from bot.settings import settings
from bot.texting.outgoing import Outgoing

FOLDER = "sms"
SID = "FI"  # what stands where Twilio's ids have SM


def to_file(text: Outgoing) -> str:
    """Writes `text` as JSON under `var/sms/`, one file for each idempotency key; returns its id. Raises `OSError`."""
    path = _path(text)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = {"key": text.key, "to": text.phone, "body": text.body, "purpose": text.purpose, "at": now().isoformat()}
    draft = path.with_name(f".{text.key}.{os.getpid()}")
    _write_privately(draft, json.dumps(written, indent=2, ensure_ascii=False) + "\n")
    draft.replace(path)
    return SID + text.key


def find_file(text: Outgoing, since: datetime) -> list[str]:
    """The id of `text` if it was written before."""
    return [SID + text.key] if _path(text).exists() else []


def _path(text: Outgoing) -> Path:
    return settings().var / FOLDER / f"{text.key}.json"


def _write_privately(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
