"""The two systems: how each is written down, trained, served and spoken to."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from json import dumps, loads
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.data import CLINIC, Examples, our_project, stock_project
from bench.processes import last_lines, running
from bot.clinic import Clinic
from bot.errors import NightlightError
from bot.safety.words import crisis_words_of

LOOPBACK = "127.0.0.1"
PATIENCE = 300  # seconds until a server that does not answer counts as failed
PAUSE = 0.25  # seconds between two tries, each of which costs a server that is starting
CHILD = [sys.executable, "-m", "bench.child"]


class Http:
    """One client: one connection to a server on this machine, kept open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(LOOPBACK, port, timeout=60)

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        self._connection.close()

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """The answer's JSON. Raises `NightlightError` if the server refuses, `OSError` if it is not there."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        self._connection.request(method, path, dumps(body).encode() if body is not None else None, headers)
        response = self._connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise NightlightError(f"{method} {path} was refused: {response.status} {content[:200]!r}")
        return loads(content)


@dataclass(frozen=True)
class Served:
    """A system that is being served: its port, when its process was started, and its processes."""

    port: int
    since: float
    server: subprocess.Popen[bytes]
    beside: tuple[subprocess.Popen[bytes], ...] = ()


class System:
    """What the two have in common. `folder` is a folder of its own."""

    key: str
    title: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.key
        self.project = self.folder / "project"
        self.model = self.folder / "model.tar.gz"
        self.log = self.folder / "log.txt"
        self.folder.mkdir()

    def write(self, examples: Examples) -> None:
        """Write the project down."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """The variables of its processes: nothing of a person's own settings, and a fresh cache."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(("NIGHTLIGHT_", "RASA_", "DATABASE_URL"))}
        return {
            **own,
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_CACHE_DIRECTORY": str(self.folder / "cache"),
            "PYTHONWARNINGS": "ignore",
            "PYTHONUNBUFFERED": "1",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "NIGHTLIGHT_CLINIC": CLINIC,
        }

    def train_command(self) -> list[str]:
        """The process that trains: Rasa's own training of the project."""
        return [*CHILD, "train", self.key, str(self.project), str(self.model)]

    def understand_command(self, questions: Path, readings: Path) -> list[str]:
        """The process that reads `questions` with the trained model and writes `readings`."""
        return [*CHILD, "understand", self.key, str(self.model), str(questions), str(readings)]

    @contextmanager
    def served(self) -> Iterator[Served]:
        """The system served on this machine alone."""
        raise NotImplementedError

    def begin(self, http: Http) -> Any:
        """Begin a conversation with a greeting; what `ask` needs to go on in it."""
        raise NotImplementedError

    def ask(self, http: Http, conversation: Any, text: str) -> list[str]:
        """One turn: the texts that come back."""
        raise NotImplementedError

    def answers(self, texts: list[str]) -> bool:
        """Whether the bot itself said `texts`."""
        return bool(texts)

    def first_answer(self, served: Served, question: str) -> float:
        """The seconds from the start of the process to its first answer. Raises `NightlightError`."""
        while time.perf_counter() - served.since < PATIENCE:
            self._still_runs(served.server)
            http = Http(served.port)
            try:
                if self.answers(self.ask(http, self.begin(http), question)):
                    return time.perf_counter() - served.since
            except (OSError, HTTPException):
                pass  # not there yet
            finally:
                http.close()
            time.sleep(PAUSE)
        raise NightlightError(f"{self.title} gave no answer within {PATIENCE} s:\n{last_lines(self.log)}")

    def _still_runs(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is not None:
            raise NightlightError(f"The server of {self.title} ended by itself:\n{last_lines(self.log)}")


class Ours(System):
    """This bot: the engine process with its web channel, and the action server beside it."""

    key = "ours"
    title = "Nightlight"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        words = crisis_words_of(Clinic.load(CLINIC))
        self._of_the_gate = {words[key].on("web") for key in ("fail_safe", "unavailable")}
        self._ports = free_port(), free_port()

    def write(self, examples: Examples) -> None:
        """See `System`."""
        our_project(self.project, examples)

    def environment(self) -> dict[str, str]:
        """See `System`; every setting, so that no `.env` has a say."""
        port, actions_port = self._ports
        return super().environment() | {
            "NIGHTLIGHT_ENVIRONMENT": "development",
            "NIGHTLIGHT_HOST": LOOPBACK,
            "NIGHTLIGHT_PORT": str(port),
            "NIGHTLIGHT_ACTIONS_PORT": str(actions_port),
            "NIGHTLIGHT_VAR": str(self.folder / "var"),
            "NIGHTLIGHT_MODELS": str(self.folder / "models"),
            "NIGHTLIGHT_TURN_TIMEOUT": "5",
            "NIGHTLIGHT_KEYS": "",
            "NIGHTLIGHT_LOG_LEVEL": "WARNING",
            "DATABASE_URL": "",
            "REDIS_URL": "",
            # One machine asks for many: what it would be refused is not what is measured.
            **{f"NIGHTLIGHT_LIMIT_{name}": "" for name in ("MESSAGES", "REQUESTS", "CONVERSATIONS")},
        }

    @contextmanager
    def served(self) -> Iterator[Served]:
        """See `System`. The action server is up before the engine starts: the start of both is not one figure."""
        port, actions_port = self._ports
        environment = self.environment()
        with running([*CHILD, "actions"], environment, self.log) as actions:
            self._wait_for(actions, actions_port)
            since = time.perf_counter()
            with running([*CHILD, "engine", str(self.model)], environment, self.log) as engine:
                yield Served(port, since, engine, (actions,))

    def _wait_for(self, process: subprocess.Popen[bytes], port: int) -> None:
        begun = time.perf_counter()
        while time.perf_counter() - begun < PATIENCE:
            self._still_runs(process)
            try:
                Http(port).call("GET", "/health")
            except (OSError, HTTPException):
                time.sleep(PAUSE)
            else:
                return
        raise NightlightError(f"The action server did not answer within {PATIENCE} s:\n{last_lines(self.log)}")

    def begin(self, http: Http) -> dict[str, str]:
        """See `System`."""
        token = http.call("POST", "/webhooks/web/conversations", {})["token"]
        return {"Authorization": f"Bearer {token}"}

    def ask(self, http: Http, conversation: dict[str, str], text: str) -> list[str]:
        """See `System`."""
        body = {"id": str(uuid4()), "text": text}
        return [m["text"] for m in http.call("POST", "/webhooks/web/messages", body, conversation)["messages"]]

    def answers(self, texts: list[str]) -> bool:
        """See `System`; what the gate says in the engine's place does not count."""
        return bool(texts) and not self._of_the_gate & set(texts)


class Stock(System):
    """What `rasa init` begins: `rasa run` with Rasa's own REST channel."""

    key = "stock"
    title = "stock Rasa"

    def __init__(self, folder: Path, stories: bool = True) -> None:
        super().__init__(folder)
        self._stories = stories

    def write(self, examples: Examples) -> None:
        """See `System`."""
        stock_project(self.project, examples, self._stories)

    @contextmanager
    def served(self) -> Iterator[Served]:
        """See `System`."""
        port = free_port()
        command = [sys.executable, "-m", "rasa", "run", "--model", str(self.model), "--interface", LOOPBACK]
        command += ["--port", str(port), "--endpoints", str(self.project / "endpoints.yml")]
        command += ["--credentials", str(self.project / "credentials.yml")]
        since = time.perf_counter()
        with running(command, self.environment(), self.log) as server:
            yield Served(port, since, server)

    def begin(self, http: Http) -> str:
        """See `System`."""
        sender = str(uuid4())
        self.ask(http, sender, "/greet")
        return sender

    def ask(self, http: Http, conversation: str, text: str) -> list[str]:
        """See `System`."""
        body = {"sender": conversation, "message": text}
        return [m.get("text", "") for m in http.call("POST", "/webhooks/rest/webhook", body)]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        return int(server.getsockname()[1])
