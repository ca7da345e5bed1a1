"""The sentence encoder as a Rasa featurizer."""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.component import sources_fingerprint
from bot.understanding.encoder import encoder
from bot.understanding.text import clean, shorthand


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent):
    """Gives each message the MiniLM vector of its words, abbreviations spelled out."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """See `GraphComponent`."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """See `sources_fingerprint`."""
        return sources_fingerprint()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize all examples."""
        self._featurize(training_data.training_examples, threads=0)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the sentence vector to each message that has a text."""
        return self._featurize(messages, threads=1)

    def _featurize(self, messages: list[Message], threads: int) -> list[Message]:
        texts = [shorthand().spell_out(clean(m.get(TEXT) or "")) for m in messages]
        for message, vector in zip(messages, encoder(threads).encode(texts), strict=True):
            message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, type(self).__name__))
        return messages
