"""How well a system understood the held-out questions: by its first guess, and by what it then did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.case import Case
from bot.evaluation.score import CLARIFIED, CORRECT, REFUSED, WRONG, Outcome, Result


@dataclass(frozen=True)
class Reading:
    """One question as a system read it.

    `best` is the first of its ranking, its own threshold left out; `intent`, `questions` and
    `options` are its decision.
    """

    best: str | None
    intent: str
    questions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def best_of(ranking: Sequence[str], not_understood: str = "nlu_fallback") -> str | None:
    """The first intent of `ranking` that is one: stock Rasa puts its fallback in front."""
    return next((name for name in ranking if name != not_understood), None)


def score(cases: Sequence[Case], readings: Sequence[Reading]) -> dict[str, Any]:
    """The counts over all questions, and the two shares that are compared, in percent."""
    verdicts = [
        Result(case, Outcome(r.intent, tuple(r.questions), tuple(r.options)), 0.0).verdict
        for case, r in zip(cases, readings, strict=True)
    ]
    first = sum(reading.best in case.right for case, reading in zip(cases, readings, strict=True))
    counts = {name: verdicts.count(name) for name in (CORRECT, CLARIFIED, WRONG, REFUSED)}
    return {
        "n": len(cases),
        "first_guess_right": first,
        **counts,
        "first_guess_percent": _percent(first, len(cases)),
        "answered_right_percent": _percent(counts[CORRECT], len(cases)),
        "answered_wrong_percent": _percent(counts[WRONG], len(cases)),
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)
