"""The website's channel on a real port of this process, with an engine that says what the test wants."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sanic import Sanic

from bot.engine.channels.outbound import ANSWER, DANGER, NOTICE, Outbound, TypedOutput
from bot.engine.server import application
from bot.settings import ROOT, settings
from running import Message, free_port, wait_until

GREETING = Outbound(NOTICE, "hello", "utter_greet", (("Driving", "/faq_driving"), ("Cost", "/faq_cost")))
SOURCE = {"title": "A study", "year": "2024", "address": "example.org"}
DRIVING = Outbound(ANSWER, "Not **today**.", "utter_faq_driving", sources=(SOURCE,), review="draft", topic="driving")
WORDS = Outbound(DANGER, "[call 988](tel:988), [911](tel:911)", "utter_crisis_self_harm", kind="crisis_self_harm")
SAYS = {"/greet": [GREETING], "/faq_driving": [DRIVING], "can i drive": [DRIVING], "i want to die": [WORDS]}


@dataclass
class Scripted:
    """An engine that answers by `says`; to anything else it says it back. It notes what it was asked and told."""

    says: dict[str, list[Outbound]] = field(default_factory=lambda: dict(SAYS))
    turns: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    before: Callable[[str], Any] = lambda text: None
    ready: bool = True

    def start(self) -> None:
        """See `Engine`."""

    async def stop(self) -> None:
        """See `Engine`."""

    async def turn(self, conversation_id: str, text: str, output: TypedOutput, message_id: str) -> None:
        """See `Engine`."""
        self.turns.append(text)
        waited = self.before(text)
        if asyncio.iscoroutine(waited):
            await waited
        for message in self.says.get(text, [Outbound(NOTICE, f"you said: {text}")]):
            output.say(message)

    def forget(self, conversation_id: str) -> None:
        """See `Engine`."""
        self.forgotten.append(conversation_id)


class Served:
    """One run of the server, with the settings of this process; `stop` is a stop with time, `kill` one without."""

    def __init__(self, engine: Scripted | None = None) -> None:
        self.engine = engine or Scripted()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.restart()

    def restart(self) -> None:
        """Start (again), at the same address."""
        self._loop = asyncio.new_event_loop()
        Sanic.test_mode = True  # several of one name in a process
        self.app = application(settings(), self.engine)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self.run(self._start())

    def run(self, work: Any) -> Any:
        """The result of `work` on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> Any:
        server = await self.app.create_server("127.0.0.1", self.port, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.before_start()
        await server.start_serving()
        return server

    def stop(self) -> None:
        """Stop as on SIGTERM: what waits is written."""
        self.run(self._server.before_stop())
        self.kill()

    def kill(self) -> None:
        """Stop at once."""
        self._server.server.close()
        for connection in list(self._server.connections):  # as where a process ends; a thread leaves them open
            self._loop.call_soon_threadsafe(connection.transport.abort)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@contextmanager
def served(engine: Scripted | None = None) -> Iterator[Served]:
    """Within the block the server runs."""
    running = Served(engine)
    try:
        yield running
    finally:
        if running._thread.is_alive():
            running.stop()


class Listener:
    """Somebody who listens to a conversation's events, in a thread of her own."""

    def __init__(self, address: str, token: str, after: int | None = None, **headers: str) -> None:
        self.heard: list[Message] = []
        self.ids: list[int] = []
        self.comments = 0
        self.is_open = threading.Event()
        self.has_ended = threading.Event()
        self._client = httpx.Client(timeout=httpx.Timeout(10, read=60))
        place = {} if after is None else {"Last-Event-ID": str(after)}
        self._headers = {"Authorization": f"Bearer {token}", **place, **headers}
        self._address = f"{address}/webhooks/web/events"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        try:
            with self._client.stream("GET", self._address, headers=self._headers) as response:
                assert response.headers["content-type"].startswith("text/event-stream")
                self._socket = response.extensions["network_stream"].get_extra_info("socket")
                self.is_open.set()
                for line in response.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "data":
                        self.heard.append(json.loads(value))
                    elif name == "id":
                        self.ids.append(int(value))
                    elif line.startswith(":"):
                        self.comments += 1
        except httpx.HTTPError:
            pass
        finally:
            self.has_ended.set()

    def waits_for(self, true: Callable[[list[Message]], bool], what: str) -> list[Message]:
        """What she has heard, once `true` holds of it."""
        wait_until(lambda: true(self.heard), what)
        return self.heard

    def leaves(self) -> None:
        """She closes the page."""
        self._socket.shutdown(socket.SHUT_RDWR)


def clinic_with(folder: Path, *origins: str) -> str:
    """A clinic file that lets `origins` embed the chat."""
    written = (ROOT / "clinics" / "in-clinic.yml").read_text(encoding="utf-8")
    path = folder / "open.yml"
    path.write_text(written.replace("origins: []", f"origins: {list(origins)}"), encoding="utf-8")
    return str(path)
