"""The engine: Rasa's agent on an event loop in a thread of its own.

A component or database that blocks holds its own turn there, never the server's loop,
on which the gate waits with a time-out (docs/adr/0002).
"""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import aiohttp
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.engine.channels.outbound import TypedOutput
from bot.engine.locks import OrderedTurns
from bot.engine.runner import InOrder
from bot.engine.tracker_store import EncryptedTrackerStore
from bot.engine.unanswered import UnansweredQuestions
from bot.errors import NightlightError

log = logging.getLogger(__name__)
REJECTED = 400  # an action declines to run; Rasa reads the answer
ACTION_TIMEOUT = 3  # seconds; Rasa's own would be five minutes
STOP_PATIENCE = 3.0  # seconds that a stop waits for what is being written
FORGET_AGAIN = 10.0  # seconds until what could not be deleted is tried once more


class EngineDown(Exception):
    """There is no model to take a turn with: not loaded yet, or it failed to load."""


class ActionServer(EndpointConfig):  # type: ignore[misc]
    """The action server, given up after `ACTION_TIMEOUT`: then the words that stand before the work still go out."""

    def session(self) -> aiohttp.ClientSession:
        """See `EndpointConfig`."""
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ACTION_TIMEOUT))

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """See `EndpointConfig`. An action that raises is answered with the whole tracker, and Rasa logs the answer."""
        try:
            return await super().request(*args, **kwargs)
        except ClientResponseError as error:
            if error.status == REJECTED:
                raise
            raise ClientResponseError(error.status, error.message, "(not logged)") from None


class Engine:
    """Takes turns. `start` returns at once and loads the model behind."""

    def __init__(self, model: Path, actions_url: str) -> None:
        self._model = model
        self._actions_url = actions_url
        self._loop = asyncio.new_event_loop()
        self._agent: Agent | None = None
        # Kept here too, since Rasa wraps it, and has no call to delete a conversation.
        self._trackers = EncryptedTrackerStore()
        self._unanswered = UnansweredQuestions()
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether a model is loaded."""
        return self._agent is not None

    def start(self) -> None:
        """Start the thread and load the model in it."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._load(), self._loop)

    async def stop(self) -> None:
        """Write what was said and is not written yet; not for longer than `STOP_PATIENCE`."""
        settled = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._trackers.settle(), self._loop))
        await asyncio.wait({settled}, timeout=STOP_PATIENCE)

    async def _load(self) -> None:
        try:
            if not self._model.is_file():  # Agent.load would take the newest model beside it
                raise EngineDown(f"There is no model {self._model.name}.")
            agent = Agent.load(
                str(self._model),
                generator=EndpointConfig(type="bot.engine.nlg.ReviewedAnswers"),
                tracker_store=self._trackers,
                lock_store=OrderedTurns(),
                # No action of ours reads the domain, which is longer than all the rest.
                action_endpoint=ActionServer(url=self._actions_url, enable_selective_domain=True),
            )
            assert agent.processor is not None
            agent.processor.graph_runner = InOrder(agent.processor.graph_runner)
            await agent.parse_message("warm up")
            self._agent = agent
            log.info("engine: ready")
        except Exception:
            log.exception("engine: the model could not be loaded")

    async def turn(self, conversation_id: str, text: str, output: TypedOutput, message_id: str) -> None:
        """Let the bot answer `text` into `output`. Raises `EngineDown`, or whatever the turn raised.

        Called on the server's loop; the turn itself runs on the engine's. What was said before an
        error is in `output` all the same.
        """
        if self._agent is None:
            raise EngineDown("The model is not loaded.")
        await asyncio.wrap_future(self._run(self._turn(self._agent, conversation_id, text, output, message_id)))

    async def turn_again(self, conversation_id: str, text: str, output: TypedOutput, message_id: str) -> None:
        """As `turn`, for a message that may have had its turn before the process ended: then the same is said again."""
        if self._agent is None:
            raise EngineDown("The model is not loaded.")
        await asyncio.wrap_future(self._run(self._turn_again(self._agent, conversation_id, text, output, message_id)))

    async def in_form(self, conversation_id: str) -> bool:
        """Whether that conversation is in a form. Raises `EngineDown`."""
        if self._agent is None:
            raise EngineDown("The model is not loaded.")
        return bool(await asyncio.wrap_future(self._run(self._in_form(conversation_id))))

    def _run(self, turn: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(turn, self._loop)

    async def _turn(self, agent: Agent, conversation_id: str, text: str, output: TypedOutput, message_id: str) -> None:
        message = UserMessage(text, output, conversation_id, input_channel=output.name(), message_id=message_id)
        message.metadata = {"message_id": message_id}
        await agent.handle_message(message)
        self._unanswered.keep(self._trackers.latest_message(conversation_id))

    async def _turn_again(
        self, agent: Agent, conversation_id: str, text: str, output: TypedOutput, message_id: str
    ) -> None:
        said = said_to(await self._trackers.retrieve(conversation_id), message_id)
        if said is None:
            await self._turn(agent, conversation_id, text, output, message_id)
            return
        for message in said:
            await output.send_response(conversation_id, message)

    async def _in_form(self, conversation_id: str) -> bool:
        tracker = await self._trackers.retrieve(conversation_id)
        return bool(tracker and tracker.active_loop_name)

    def forget(self, conversation_id: str) -> None:
        """Delete the conversation from the tracker store, once no turn of it is running; returns at once.

        Tried again until the database does it, as long as the engine runs.
        """
        if self._agent is not None:
            asyncio.run_coroutine_threadsafe(self._forget(self._agent, conversation_id), self._loop)

    async def _forget(self, agent: Agent, conversation_id: str) -> None:
        while not await self._forgotten(agent, conversation_id):
            await asyncio.sleep(FORGET_AGAIN)

    async def _forgotten(self, agent: Agent, conversation_id: str) -> bool:
        async with agent.lock_store.lock(conversation_id):
            try:
                await self._trackers.forget(conversation_id)
            except NightlightError as error:
                log.warning("engine: a conversation could not be deleted, and will be tried again: %s", error)
                return False
        return True


def said_to(tracker: DialogueStateTracker | None, message_id: str) -> list[dict[str, Any]] | None:
    """What the bot said to the last message of `tracker`, as it was said; None if that has another id."""
    said: list[dict[str, Any]] = []
    for event in reversed(tracker.events if tracker else []):
        if isinstance(event, UserUttered):
            return said[::-1] if event.metadata.get("message_id") == message_id else None
        if isinstance(event, BotUttered):
            said.append({**event.metadata, "text": event.text, "buttons": event.data.get("buttons")})
    return None
