"""The last NLU component: one decision out of everything that was found."""

from functools import partial
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_DEACTIVATE_LOOP_NAME, ACTION_EXTRACT_SLOTS, ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot import clock
from bot.engine.classifier import PARTS
from bot.engine.component import is_command
from bot.engine.danger import VERDICT
from bot.faq.compile import utter
from bot.safety.verdict import CONCERN
from bot.scheduling.slots import understands
from bot.understanding.decision import AGAIN, ERASE, FALLBACK, FAQ, Context, Decision, Thresholds, decide
from bot.understanding.text import clean

_SAY_NOTHING = frozenset({ACTION_LISTEN_NAME, ACTION_EXTRACT_SLOTS, ACTION_DEACTIVATE_LOOP_NAME})


def context_of(tracker: DialogueStateTracker | None) -> Context:
    """What the conversation in `tracker` says about how the next message is to be read."""
    # Not `applied_events`: it leaves out what was said inside a form.
    events = list(tracker.events) if tracker else []
    last = next((e for e in reversed(events) if isinstance(e, UserUttered)), None)
    if last is None:
        return Context()
    said = [e.action_name for e in events[events.index(last) :] if isinstance(e, ActionExecuted)]
    spoken = [name for name in said if name and name not in _SAY_NOTHING]
    answered = [name.removeprefix("utter_") for name in said if name and name.startswith(f"utter_{FAQ}")]
    loop = tracker.active_loop_name if tracker else None
    return Context(
        topic=answered[-1] if answered else None,
        fell_back=last.intent.get("name") in {FALLBACK, AGAIN},
        asked_if_danger=utter(CONCERN) in said,
        asked_to_erase=utter(ERASE) in said,
        asked_last=spoken[-1:] == [utter(ERASE)],
        answers=partial(_is_for, loop, tracker.current_slot_values()) if tracker and loop else None,
    )


def _is_for(form: str, slots: dict[str, Any], text: str) -> bool:
    return understands(form, slots, text, clock.now())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Decider(GraphComponent):  # type: ignore[misc]
    """Puts the decision in place of the most probable intent."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The thresholds of `bot.understanding.decision`."""
        return dict(Thresholds().__dict__)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Decider":
        """See `GraphComponent`."""
        return cls(Thresholds(**{name: config[name] for name in Thresholds.__dataclass_fields__}))

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Decide on each message, in the context of the conversation in `tracker`."""
        context = context_of(tracker)
        for message in messages:
            if not is_command(message):
                self._write(message, self._decide(message, context))
        return messages

    def _decide(self, message: Message, context: Context) -> Decision:
        ranking = [(r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY]) for r in message.get(INTENT_RANKING_KEY)]
        text = clean(message.get(TEXT) or "")
        return decide(text, ranking, message.get(PARTS), message.get(VERDICT), context, self._limits)

    @staticmethod
    def _write(message: Message, decision: Decision) -> None:
        intent = {INTENT_NAME_KEY: decision.intent, PREDICTED_CONFIDENCE_KEY: decision.confidence}
        message.set(INTENT, intent, add_to_output=True)
        message.set("questions", list(decision.questions), add_to_output=True)
        message.set("options", list(decision.options), add_to_output=True)
        message.set("situation", decision.situation, add_to_output=True)
        message.set(VERDICT, message.get(VERDICT).as_dict(), add_to_output=True)
