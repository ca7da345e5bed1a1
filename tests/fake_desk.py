"""An action server whose desk keeps requests in files: `python tests/fake_desk.py`.

The one place where the desk is replaced. What it keeps and how it fails is in the folder NIGHTLIGHT_FAKE_DESK:
`requests.jsonl`, `changes.jsonl`; a file `down` makes it fail, a file `die` ends the process after it has stored.
"""

import json
import os
from datetime import datetime
from pathlib import Path

from bot.errors import NightlightError
from bot.handoff import desk
from bot.handoff.reference import new_reference
from bot.scheduling.status import AppointmentStatus

FOLDER = Path(os.environ.get("NIGHTLIGHT_FAKE_DESK", "."))


def kept(name: str, folder: Path = FOLDER) -> list[dict]:
    """The lines of a file of the folder."""
    path = folder / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def _keep(name: str, line: dict) -> None:
    if (FOLDER / "down").exists():
        raise NightlightError("the database does not answer")
    with (FOLDER / f"{name}.jsonl").open("a") as file:
        file.write(json.dumps(line, default=str) + "\n")
    if (FOLDER / "die").exists():
        os._exit(1)


def request_appointment(request, at):
    """Store once for each confirmation."""
    known = next((r for r in kept("requests") if r["confirmation_id"] == request.confirmation_id), None)
    if known:
        return known["reference"]
    reference = new_reference()
    _keep("requests", {**request.__dict__, "reference": reference, "at": at()})
    return reference


def appointment_status(conversation_id, phone, reference):
    """By conversation, or by both."""
    if (FOLDER / "down").exists():
        raise NightlightError("the database does not answer")
    for request in reversed(kept("requests")):
        by_both = phone == request["phone"] and reference == request["reference"]
        if request["conversation_id"] == conversation_id or by_both:
            requested = datetime.fromisoformat(request["at"])
            return AppointmentStatus(request["reference"], "requested", requested, None, request["place"])
    return None


def ask_to_change(reference, words, at):
    """Store what she wants changed."""
    _keep("changes", {"reference": reference, "words": words})


if __name__ == "__main__":
    for function in (request_appointment, appointment_status, ask_to_change):
        setattr(desk, function.__name__, function)
    from actions.__main__ import main

    main()
