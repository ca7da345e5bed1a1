"""Nightlight as it runs: its processes, and somebody who talks to it over HTTP. Imported as `running`."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.engine.training import model_path
from bot.settings import ROOT, settings
from bot.storage.migrate import upgrade
from support import NO_DELIVERY, NO_LIMITS, forget_settings

PATIENCE = 120  # seconds for a process to become ready
TURN_TIMEOUT = 5.0
GRACE = 1.0  # what an answer may take beyond the time-out
Message = dict[str, Any]


def published_model() -> Path:
    """The model for the files as they are; while they change, the one that NIGHTLIGHT_TEST_MODEL names."""
    model = Path(os.environ.get("NIGHTLIGHT_TEST_MODEL") or model_path(settings()))
    if not model.is_file():
        pytest.fail("There is no model for the files as they are: run `make setup`.", pytrace=False)
    return model


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Returns once `true` is; fails the test if that takes longer than `PATIENCE`."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"waited {PATIENCE} s in vain: {what}")
        time.sleep(0.1)


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Within the block this process has the settings of `variables`."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        forget_settings()
        yield
    forget_settings()


class Visitor:
    """Somebody on the clinic's page, with a conversation of her own."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/webhooks/web", timeout=60)
        begun = self._http.post("/conversations")
        begun.raise_for_status()
        self.id: str = begun.json()["id"]
        self.greeting: list[Message] = begun.json()["messages"]
        self.shows_token(begun.json()["token"])
        self.host: str = begun.request.headers["host"]

    def shows_host(self, host: str) -> None:
        """Her requests are for the site `host` from now on, wherever they go."""
        self._http.headers["Host"] = host

    def shows_token(self, token: str) -> None:
        """She shows `token` from now on."""
        self.token = token
        self.shows(f"Bearer {token}")

    def shows(self, authorization: str) -> None:
        """Her requests have this header from now on."""
        self._http.headers["Authorization"] = authorization

    def sends(self, body: Any = None, **options: Any) -> httpx.Response:
        """The response to a message with the fields of `body`, which gets an id if it has none."""
        return self._http.post("/messages", json={"id": str(uuid.uuid4())} | body if body else None, **options)

    def writes(self, text: str) -> list[Message]:
        """What the bot says to `text`."""
        response = self.sends({"text": text})
        assert response.status_code == 200, response.text
        return response.json()["messages"]

    def takes(self, title: str, offered: list[Message]) -> list[Message]:
        """What the bot says when she presses the button `title` under one of the messages `offered`."""
        [button] = [b["id"] for message in offered for b in message["buttons"] if b["title"] == title]
        return self.sends({"choice": button}).json()["messages"]

    def reads(self, after: int | str = 0) -> httpx.Response:
        """The response with the transcript."""
        return self._http.get("/messages", params={"after": after})

    def transcript(self, after: int = 0) -> list[Message]:
        """Both sides, from the number after `after` on."""
        return self.reads(after).json()["messages"]

    def votes(self, body: Any) -> httpx.Response:
        """The response to what she says of an answer."""
        return self._http.post("/feedback", json=body)

    def leaves(self) -> httpx.Response:
        """She deletes her conversation."""
        return self._http.delete("/conversations")


class Nightlight:
    """The engine and the action server as processes, on free ports, with a `var/` of their own."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.variables = {
            "NIGHTLIGHT_ENVIRONMENT": "development",
            "NIGHTLIGHT_CLINIC": "in-clinic",
            "NIGHTLIGHT_HOST": "127.0.0.1",
            "NIGHTLIGHT_PORT": str(free_port()),
            "NIGHTLIGHT_ACTIONS_PORT": str(free_port()),
            "NIGHTLIGHT_VAR": str(folder / "var"),
            "NIGHTLIGHT_MODELS": str(self._models(model)),
            "NIGHTLIGHT_TURN_TIMEOUT": str(TURN_TIMEOUT),
            "NIGHTLIGHT_KEYS": Fernet.generate_key().decode(),
            "NIGHTLIGHT_LOG_LEVEL": "DEBUG",
            "DATABASE_URL": "",
            **NO_DELIVERY,
            **NO_LIMITS,
        }
        self.address = f"http://127.0.0.1:{self.variables['NIGHTLIGHT_PORT']}"

    def _models(self, model: Path) -> Path:
        models = self._folder / "models"
        models.mkdir()
        (models / model_path(settings()).name).symlink_to(model)
        return models

    def start(self, *names: str, **changes: str) -> None:
        """Start the processes `names`, with `changes` to their settings; returns when they are ready."""
        for name in names:
            self.launch(name, **changes)
        for name in names:
            self._wait_for(name)

    def launch(self, name: str, **changes: str) -> None:
        """Start the process `name`, with `changes` to its settings; returns at once."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                self.command(name),
                cwd=ROOT,
                env={**os.environ, **self.variables, **changes},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def command(self, name: str) -> list[str]:
        """What is run as the process `name`."""
        return [sys.executable, "-m", "bot.cli", name]

    def answers(self, path: str) -> bool:
        """Whether the server answers at `path`."""
        try:
            return httpx.get(f"{self.address}{path}", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def _wait_for(self, name: str) -> None:
        process = self._processes[name]
        wait_until(lambda: process.poll() is not None or name in self.ready(), f"{name} becomes ready")
        assert process.poll() is None, self.said(name)[-3000:]

    def ready(self) -> set[str]:
        """What the health page says is ready."""
        try:
            state = httpx.get(f"{self.address}/health/ready", timeout=10).json()
        except httpx.HTTPError:
            return set()
        return {name for name, is_ready in state.items() if is_ready}

    def kill(self, name: str) -> None:
        """End a process at once, without a chance to finish anything."""
        self._processes[name].kill()
        self._processes[name].wait()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Within the block a process does nothing: it takes connections and never answers."""
        self._processes[name].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._processes[name].send_signal(signal.SIGCONT)

    def ends(self, name: str, number: signal.Signals) -> int:
        """The exit code of a process that is asked to end by a signal."""
        self._processes[name].send_signal(number)
        return self.waits_for(name)

    def waits_for(self, name: str) -> int:
        """The exit code of a process that ends by itself."""
        return self._processes[name].wait(PATIENCE)

    def said(self, name: str) -> str:
        """Everything that a process wrote to its standard output and error."""
        return (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def files(self, name: str) -> list[Path]:
        """The files under `var/` whose names begin so."""
        return sorted((self._folder / "var").glob(f"{name}*"))

    def stop(self) -> None:
        """End all processes."""
        for name in self._processes:
            self.kill(name)

    def migrate(self) -> None:
        """Make the database's tables."""
        with environment(self.variables):
            upgrade()
