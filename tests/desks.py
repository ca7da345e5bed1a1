"""The action server with the desk of `fake_desk.py`, as a process. Imported as `desks`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from bot.settings import ROOT
from fake_desk import kept
from running import free_port, wait_until


class Desk:
    """Starts the action server, kills it, and looks at what it keeps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}/webhook"

    def __enter__(self) -> "Desk":
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    def mend(self) -> None:
        """Nothing is down, and the process runs."""
        for name in ("down", "die"):
            (self._folder / name).unlink(missing_ok=True)
        if self._process is None or self._process.poll() is not None:
            self._start()

    def _start(self) -> None:
        own = {
            "NIGHTLIGHT_ACTIONS_PORT": str(self._port),
            "NIGHTLIGHT_FAKE_DESK": str(self._folder),
            "NIGHTLIGHT_VAR": str(self._folder / "var"),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        }
        self._process = subprocess.Popen([sys.executable, str(ROOT / "tests" / "fake_desk.py")], env=os.environ | own)
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
        """From now on nothing can be stored."""
        (self._folder / "down").touch()

    def will_die_after_storing(self) -> None:
        """The next time that something is stored, the process ends before it answers."""
        (self._folder / "die").touch()

    def requests(self, conversation_id: str) -> list[dict[str, Any]]:
        """What is stored for a conversation."""
        return [r for r in kept("requests", self._folder) if r["conversation_id"] == conversation_id]

    def changes(self, reference: str) -> list[str]:
        """What is asked to change about a request."""
        return [c["words"] for c in kept("changes", self._folder) if c["reference"] == reference]
