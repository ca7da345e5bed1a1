"""The intent classifier as a Rasa component."""

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.component import LearningComponent, is_command, vector_of, words_of
from bot.safety.verdict import KINDS
from bot.understanding.decision import Part
from bot.understanding.encoder import encoder
from bot.understanding.model import LabelModel
from bot.understanding.questions import in_context, is_question, parts
from bot.understanding.text import clean, shorthand

PARTS = "parts"
DANGER = "danger_readings"
RANKED = 10
MIN_DANGER_WORDS = 3  # of a part; out of its context a word or two can be anything


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(LearningComponent):
    """Reads the whole message and each part of it: a ranking of the intents, and the kinds of danger apart.

    One model learns both, so that danger is told from every single intent; but the ranking is
    without danger, for which `DangerDetector` has thresholds of its own (docs/adr/0004).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Weight of the sentence vectors, and C of the support vector machine."""
        return {"weight": 1.0, "penalty": 0.3}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn every intent."""
        examples = training_data.intent_examples
        self.model = LabelModel(self.config["weight"], self.config["penalty"]).fit(
            [words_of(e) for e in examples],
            np.stack([vector_of(e) for e in examples]),
            [e.get(INTENT) for e in examples],
        )
        return self.persist()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, parts and danger readings of each message."""
        for message in messages:
            if not is_command(message):
                self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        pieces = parts(clean(message.get(TEXT) or ""))
        asked = in_context(pieces)
        texts = list(dict.fromkeys([*pieces, *asked])) if len(pieces) > 1 else []
        words = [words_of(message), *map(shorthand().spell_out, texts)]
        vectors = [vector_of(message), *encoder().encode(words[1:])]
        whole, *others = self.model.read(words, np.stack(vectors), apart=KINDS)
        read = dict(zip(texts, others, strict=True))
        ranked = [{INTENT_NAME_KEY: n, PREDICTED_CONFIDENCE_KEY: p} for n, p in whole.ranking]
        message.set(INTENT, ranked[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranked[:RANKED], add_to_output=True)
        # Danger is looked for in each part as it stands, a question in what it leans on.
        dangers = [read[piece].apart for piece in pieces if len(piece.split()) >= MIN_DANGER_WORDS] if read else []
        message.set(DANGER, [whole.apart, *dangers])
        rankings = [read.get(text, whole).ranking for text in asked]
        message.set(PARTS, [Part(p, is_question(p), r) for p, r in zip(pieces, rankings, strict=True)])
