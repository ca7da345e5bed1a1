"""The production NLU pipeline, without a conversation: for evaluation and for the safety check of a new model."""

import asyncio
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.channels.gate import readable
from bot.evaluation.score import Outcome
from bot.faq.compile import utter
from bot.understanding.decision import FALLBACK
from bot.understanding.text import clean


class Pipeline:
    """Understands messages as the running bot does, the gate's cleaning first."""

    def __init__(self, model: Path) -> None:
        self._agent = Agent.load(str(model))
        self._loop = asyncio.new_event_loop()

    @property
    def intents(self) -> list[str]:
        """All intents that the model knows."""
        return list(self._agent.domain.intents)

    def understand(self, text: str, context: str | None = None) -> Outcome:
        """What `text` is taken for, after the intent `context` was answered."""
        text = readable(text) or clean(text).lstrip("/ ")
        if not text:
            return Outcome(FALLBACK)
        tracker = DialogueStateTracker.from_events("evaluation", _answered(context) if context else [])
        assert self._agent.processor is not None
        found = self._loop.run_until_complete(self._agent.processor.parse_message(UserMessage(text), tracker))
        return Outcome(found["intent"]["name"], tuple(found.get("questions") or ()), tuple(found.get("options") or ()))


def _answered(intent: str) -> list[Event]:
    return [UserUttered("before", {"name": intent, "confidence": 1.0}), ActionExecuted(utter(intent))]
