"""The action server as a process with a database of its own, and how it fails. Imported as `desks`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.sql import Select

from bot.handoff.names import MOTHER
from bot.settings import ROOT
from bot.storage.migrate import upgrade
from bot.storage.models import Appointment, HandOff, HandOffMessage, HandOffNote
from bot.storage.sessions import transaction
from running import environment, free_port, wait_until
from support import NO_DELIVERY


class Desk:
    """Starts the action server, kills it, takes its database away, and looks at what is stored."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._database = folder / "var" / "nightlight.db"
        self._away = folder / "away.db"
        self._dies = folder / "die"
        self.url = f"http://127.0.0.1:{port}/webhook"
        self._variables = {
            "NIGHTLIGHT_ACTIONS_PORT": str(port),
            "NIGHTLIGHT_VAR": str(folder / "var"),
            "NIGHTLIGHT_TEST_DIE": str(self._dies),
            "DATABASE_URL": "",
            **NO_DELIVERY,
        }

    def __enter__(self) -> "Desk":
        with environment(self._variables):
            upgrade()
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    def mend(self) -> None:
        """Nothing is down, and the process runs."""
        self._dies.unlink(missing_ok=True)
        if self._away.exists():
            self._database.rmdir()
            self._away.rename(self._database)
        if self._process is None or self._process.poll() is not None:
            self._start()

    def _start(self) -> None:
        own = {**self._variables, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "dying_actions.py")], env=os.environ | own
        )
        wait_until(self._answers, "the action server is ready")

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url.replace("webhook", "health"), timeout=1).is_success
        except httpx.HTTPError:
            return False

    def die(self) -> None:
        """The process is killed at once."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def loses_the_database(self) -> None:
        """From now on nothing can be stored: where its file was, there is none that can be opened."""
        self._database.rename(self._away)
        self._database.mkdir()

    def will_die_after_storing(self) -> None:
        """The next time that a request is stored, the process ends before it answers."""
        self._dies.touch()

    def requests(self, conversation_id: str) -> list[dict[str, Any]]:
        """What is stored for a conversation, with its reference."""
        query = select(Appointment.__table__, HandOff.reference).join(HandOff, HandOff.id == Appointment.hand_off_id)
        return self._found(query.where(Appointment.conversation_id == conversation_id))

    def changes(self, reference: str) -> list[str]:
        """What is asked to change about a request."""
        query = select(HandOffNote.text).join(HandOff, HandOff.id == HandOffNote.hand_off_id)
        found = self._found(query.where(HandOff.reference == reference, HandOffNote.author == MOTHER))
        return [row["text"] for row in found]

    def alerts(self, conversation_id: str) -> list[dict[str, Any]]:
        """The messages behind the alerts of a conversation."""
        return self._found(select(HandOffMessage.message_id).where(HandOffMessage.conversation_id == conversation_id))

    def _found(self, query: Select) -> list[dict[str, Any]]:
        away = {"DATABASE_URL": f"sqlite:///{self._away}"} if self._away.exists() else {}
        with environment({**self._variables, **away}), transaction() as session:
            return [dict(row) for row in session.execute(query).mappings()]
