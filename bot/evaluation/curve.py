"""The learning curve: what so many examples an intent are worth on held-out questions."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import yaml

from bot.evaluation.case import Case
from bot.settings import ROOT
from bot.understanding.encoder import encoder
from bot.understanding.model import LabelModel
from bot.understanding.text import clean, shorthand

STEPS = (10, 20, 40, 60, 100, 200, 400)
SEED = 7

Examples = Mapping[str, Sequence[str]]


def read_examples(path: Path = ROOT / "data" / "nlu.yml") -> dict[str, list[str]]:
    """The examples of each intent in a file of Rasa's NLU format, in the order of the file."""
    blocks = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    return {
        block["intent"]: [line.strip().removeprefix("- ") for line in block["examples"].splitlines() if line.strip()]
        for block in blocks
    }


def curve(examples: Examples, cases: Sequence[Case], steps: Sequence[int] = STEPS) -> Iterator[tuple[int, int, float]]:
    """For each step: examples an intent at most, examples in all, and the share of `cases` whose first guess is right.

    Without thresholds, context or danger; `cases` are questions of one intent each. The
    examples of a smaller step are among those of a larger one.
    """
    shuffled = {intent: Random(SEED).sample(texts, len(texts)) for intent, texts in examples.items()}
    asked = [_words(case.text) for case in cases]
    for step in steps:
        labelled = [(_words(text), intent) for intent, texts in shuffled.items() for text in texts[:step]]
        model = _learned(labelled)
        readings = model.read(asked, encoder(0).encode(asked))
        right = sum(reading.ranking[0][0] in case.right for reading, case in zip(readings, cases, strict=True))
        yield step, len(labelled), right / len(cases)


def _learned(labelled: Sequence[tuple[str, str]]) -> LabelModel:
    texts, labels = zip(*labelled, strict=True)
    return LabelModel().fit(texts, encoder(0).encode(texts), labels)


def _words(text: str) -> str:
    return shorthand().spell_out(clean(text))
