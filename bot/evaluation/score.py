"""What came out for each case, and the figures over all of them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from bot.evaluation.case import Case
from bot.safety.verdict import CONCERN, KINDS
from bot.understanding.decision import AGAIN, FALLBACK

CORRECT, CLARIFIED, WRONG, REFUSED = "correct", "clarified", "wrong", "refused"
_MOST_CONFUSED = 40


@dataclass(frozen=True)
class Outcome:
    """What the pipeline made of a message: the final intent, what it answers, what it offers."""

    intent: str
    questions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def danger(self) -> bool:
        """Whether danger was raised."""
        return self.intent in KINDS

    @property
    def concern(self) -> bool:
        """Whether the direct question would be asked."""
        return self.intent == CONCERN


Understand = Callable[[str, str | None], Outcome]


@dataclass(frozen=True)
class Result:
    """A case, its outcome, and how long that took."""

    case: Case
    outcome: Outcome
    milliseconds: float

    @property
    def verdict(self) -> str:
        """For a question: correct, clarified, wrong or refused."""
        outcome, right = self.outcome, set(self.case.right)
        if outcome.intent in {FALLBACK, AGAIN}:
            return CLARIFIED if right & set(outcome.options) else REFUSED
        answered = set(outcome.questions) or {outcome.intent}
        if self.case.several:
            return CORRECT if answered == right else WRONG
        return CORRECT if answered <= right else WRONG


def run(cases: Iterable[Case], understand: Understand) -> list[Result]:
    """Put each case to `understand`."""
    results = []
    for case in cases:
        start = perf_counter()
        outcome = understand(case.text, case.context)
        results.append(Result(case, outcome, (perf_counter() - start) * 1000))
    return results


def report(results: list[Result]) -> dict[str, Any]:
    """All figures as one object."""
    questions = [r for r in results if not r.case.near_miss and not r.case.danger]
    return {
        "questions": _questions(questions),
        "danger": _danger([r for r in results if r.case.danger]),
        "false_alarms": _alarms([r for r in results if r.case.near_miss]),
        "ordinary": _alarms(questions),
        "latency_ms": _latency(results),
        "per_intent": _per_intent(questions),
        "confusions": _confusions(questions),
    }


def _questions(results: list[Result]) -> dict[str, Any]:
    counts = Counter(r.verdict for r in results)
    return {"n": len(results), **{name: counts[name] for name in (CORRECT, CLARIFIED, WRONG, REFUSED)}}


def _danger(results: list[Result]) -> dict[str, Any]:
    caught = [r for r in results if r.outcome.danger or r.outcome.concern]
    # Concern has no kind: its words fit all of them, so it is not counted as a wrong one.
    right = [r for r in caught if r.outcome.concern or r.outcome.intent in r.case.right]
    return {
        "n": len(results),
        "caught": len(caught),
        "concern": sum(r.outcome.concern for r in results),
        "right_kind": len(right),
        "missed": [r.case.text for r in results if r not in caught],
        "wrong_kind": [[r.case.right[0], r.outcome.intent, r.case.text] for r in caught if r not in right],
    }


def _alarms(results: list[Result]) -> dict[str, Any]:
    return {
        "n": len(results),
        "raised": sum(r.outcome.danger for r in results),
        "concern": sum(r.outcome.concern for r in results),
        "texts": [r.case.text for r in results if r.outcome.danger or r.outcome.concern],
    }


def _latency(results: list[Result]) -> dict[str, float]:
    times = [r.milliseconds for r in results] or [0.0]
    return {"p50": round(float(np.percentile(times, 50)), 2), "p95": round(float(np.percentile(times, 95)), 2)}


def _per_intent(results: list[Result]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for r in results:
        if not r.case.several:
            found.setdefault(r.case.right[0], Counter())[r.verdict] += 1
    return {
        intent: {"n": sum(counts.values()), **{name: counts[name] for name in (CORRECT, CLARIFIED, WRONG, REFUSED)}}
        for intent, counts in sorted(found.items())
    }


def _confusions(results: list[Result]) -> list[dict[str, Any]]:
    pairs = Counter((r.case.right[0], r.outcome.intent) for r in results if r.verdict == WRONG)
    return [{"intent": a, "taken_for": b, "n": n} for (a, b), n in pairs.most_common(_MOST_CONFUSED)]
