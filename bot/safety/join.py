"""The screen and the classifier, made into one verdict."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.safety.verdict import KINDS, NOTHING, Level, Verdict

Reading = Mapping[str, float]

_SOMEBODY = re.compile(
    r"\b(?:my|our) (?:wife|girlfriend|daughter|sister|friend|best friend|partner|niece|cousin|patient|client|sil|dil|"
    r"bestie|daughter in law|sister in law|mom|mother|coworker|neighbou?r)\b|\bshe(?:'s|s)?\b",
    re.IGNORECASE,
)
_HERSELF = re.compile(r"\b(?:i|i'?m|i'?ve|myself|me)\b", re.IGNORECASE)


@dataclass(frozen=True)
class DangerThresholds:
    """Probabilities of the classifier, all kinds of danger together.

    `danger` and `concern` hold for the whole message, `part_...` for one sentence in a longer
    one: out of its context a sentence is surer than it should be, so that danger in a part also
    needs a `trace` in the whole. What the screen calls concern is danger only from `calm` on. What its
    rules excuse is concern only from `excused` on and danger only from `calm` on; what the screen alone
    sees is taken from danger to concern below `doubt`, and from concern to nothing below `disbelief`.
    What is said outright ("i want to die") is not doubted.
    """

    danger: float = 0.85
    concern: float = 0.25
    part_danger: float = 0.95
    part_concern: float = 0.9
    trace: float = 0.03
    excused: float = 0.45
    calm: float = 0.97
    doubt: float = 0.2
    disbelief: float = 0.001


def join(screened: Verdict, readings: Sequence[Reading], text: str, limits: DangerThresholds) -> Verdict:
    """One verdict of the screen's and of the classifier's `readings` (the whole message first, then its parts).

    The graver of the two counts; but each may take the other, where it is alone, one level down.
    Where both see danger, the kind is the screen's: a person has reviewed its phrases.
    """
    learned = _learned(readings, text, limits)
    if screened.level == Level.NONE:
        return _excused(learned, readings, limits) if screened.calm else learned
    if learned.level == Level.NONE:
        return _alone(screened, max(_total(reading) for reading in readings), limits)
    # What a person has reviewed as unsure is danger only where the classifier is nearly certain.
    unsure = screened.level == Level.CONCERN and max(_total(reading) for reading in readings) < limits.calm
    level = Level.CONCERN if unsure else max(screened.level, learned.level)
    return replace(screened, level=level, seen_by=("screen", "classifier"))


def _excused(learned: Verdict, readings: Sequence[Reading], limits: DangerThresholds) -> Verdict:
    """What is left of the classifier's verdict where the screen knows the words and takes them for harmless."""
    if learned.level == Level.DANGER:
        return learned if _total(readings[0]) >= limits.calm else replace(learned, level=Level.CONCERN)
    return learned if max(_total(reading) for reading in readings) >= limits.excused else NOTHING


def _alone(screened: Verdict, total: float, limits: DangerThresholds) -> Verdict:
    """What is left of the screen's verdict where the classifier sees no danger."""
    if screened.level == Level.DANGER:
        doubted = total < limits.doubt and not screened.plain
        return replace(screened, level=Level.CONCERN) if doubted else screened
    return NOTHING if total < limits.disbelief else screened


def _learned(readings: Sequence[Reading], text: str, limits: DangerThresholds) -> Verdict:
    whole, *parts = readings
    traced = _total(whole) >= limits.trace
    found = [_verdict(whole, limits.danger, limits.concern, text)]
    found += [_verdict(part, limits.part_danger if traced else 2.0, limits.part_concern, text) for part in parts]
    return max(found, key=lambda verdict: verdict.level)


def _verdict(reading: Reading, danger: float, concern: float, text: str) -> Verdict:
    total = _total(reading)
    if total < concern:
        return NOTHING
    kind = max(KINDS, key=lambda k: reading.get(k, 0.0))
    level = Level.DANGER if total >= danger else Level.CONCERN
    return Verdict(level, kind, is_about_other(text), False, ("classifier",))


def _total(reading: Reading) -> float:
    return sum(reading.get(kind, 0.0) for kind in KINDS)


def is_about_other(text: str) -> bool:
    """Whether `text` seems to speak of somebody else than the one who writes."""
    return bool(_SOMEBODY.search(text)) and not _HERSELF.search(_SOMEBODY.sub("", text))
