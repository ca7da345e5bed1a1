"""The danger detector as a Rasa component: the screen and the classifier's reading, joined."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.engine.classifier import DANGER
from bot.engine.component import is_command
from bot.handoff.reference import is_reference
from bot.safety.join import DangerThresholds, join
from bot.safety.screen import screen
from bot.understanding.text import clean

VERDICT = "verdict"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DangerDetector(GraphComponent):  # type: ignore[misc]
    """Sets the verdict on each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The probabilities from which it is danger, or concern."""
        return dict(DangerThresholds().__dict__)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "DangerDetector":
        """See `GraphComponent`."""
        return cls(DangerThresholds(**{name: config[name] for name in DangerThresholds.__dataclass_fields__}))

    def __init__(self, limits: DangerThresholds) -> None:
        self._limits = limits

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the verdict of each message."""
        for message in messages:
            if not is_command(message):
                text = clean(message.get(TEXT) or "")
                # The classifier sees something in anything; a reference ("km4 6wr") is no words.
                readings = [{}] if is_reference(text) else message.get(DANGER)
                message.set(VERDICT, join(screen().read(text), readings, text, self._limits))
        return messages
