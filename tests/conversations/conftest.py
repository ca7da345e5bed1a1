"""A mother and the bot: the published model behind the gate, without a server."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine.logs import quieten
from bot.engine.training import model_path
from bot.handoff.alert import CrisisAlert
from bot.settings import settings
from bot.storage.migrate import upgrade
from desks import Desk
from running import environment
from support import NO_DELIVERY
from texters import Texter

quieten()

PATIENCE = 120
NOBODY = "http://127.0.0.1:9/webhook"


class Mother:
    """Writes to the bot and looks at what it says."""

    def __init__(self, gate, channel: str, alerts: list[CrisisAlert]) -> None:
        self._gate = gate
        self.channel = channel
        self.id = f"test-{uuid.uuid4()}"
        self.alerts = alerts
        self.read: list = []

    def _inbound(self, text: str):
        from bot.engine.channels.gate import Inbound

        return Inbound(self.id, str(uuid.uuid4()), self.channel, text)

    def writes(self, text: str) -> list[str]:
        """She writes `text`; the names of the responses that she reads."""
        self.read = asyncio.run(self._gate.pass_on(self._inbound(text)))
        return self.names

    def opens(self) -> list[str]:
        """She opens the chat."""
        self.read = asyncio.run(self._gate.choose(self._inbound("/greet")))
        return self.names

    def takes(self, title: str) -> list[str]:
        """She takes the option called `title`."""
        return self.takes_payload(dict(self.options)[title])

    def presses(self, answer: str) -> list[str]:
        """She presses a button of a form that answers so, however long ago it was offered."""
        return self.takes_payload(f'/appointment_choice{{"choice": "{answer}"}}')

    def takes_payload(self, payload: str) -> list[str]:
        """She presses a button with that payload, however long ago it was offered."""
        self.read = asyncio.run(self._gate.choose(self._inbound(payload)))
        return self.names

    @property
    def names(self) -> list[str]:
        return [message.name.removeprefix("utter_") for message in self.read]

    @property
    def words(self) -> str:
        return "\n".join(message.text for message in self.read)

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        return tuple(button for message in self.read for button in message.buttons)


@pytest.fixture(scope="session")
def engine():
    """The engine with the published model, loaded once."""
    import time

    from bot.engine.turns import Engine

    model = model_path(settings())
    assert model.is_file(), "there is no model for the files as they are: run `make setup`"
    # Nothing listens there: answers and crisis lines must not need the action server.
    engine = Engine(Path(model), NOBODY)
    engine.start()
    for _ in range(PATIENCE * 10):
        if engine.ready:
            break
        time.sleep(0.1)
    assert engine.ready
    return engine


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory):
    """An action server as a process of its own, and what its desk keeps."""
    with Desk(tmp_path_factory.mktemp("desk")) as started:
        yield started


@pytest.fixture
def scheduling(engine, desk):
    """The engine with that action server, both sound; whatever a test breaks is mended for the next."""
    desk.mend()
    # One model in memory is enough: only the address of the action server differs.
    endpoint = engine._agent.action_endpoint
    away, endpoint.url = endpoint.url, desk.url
    yield desk
    endpoint.url = away
    desk.mend()


@pytest.fixture(params=["web"])
def channel(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of these conversations: a database of their own."""
    own = {"NIGHTLIGHT_VAR": str(tmp_path_factory.mktemp("conversations")), "DATABASE_URL": "", **NO_DELIVERY}
    with environment(own):
        upgrade()
    return own


@pytest.fixture
def mother(engine, variables: dict[str, str], channel: str) -> Iterator[Mother]:
    """A mother in a new conversation."""
    from bot.engine.channels.gate import Gate

    alerts: list[CrisisAlert] = []
    with environment(variables):
        yield Mother(Gate(engine, 20, alerts.append), channel, alerts)


@pytest.fixture
def texter(engine, variables: dict[str, str]) -> Iterator[Texter]:
    """Somebody with a telephone, not enrolled yet."""
    from bot.engine.channels.answering import Answering
    from bot.engine.channels.gate import Gate

    alerts: list[CrisisAlert] = []
    with environment(variables):
        her = Texter(None, alerts)
        her.answering = Answering(engine, Gate(engine, 20, alerts.append), alerts.append, True, her.hurry)
        yield her
