"""The reviewed danger phrases of `data/danger.yml`, and the finder that looks for them in words.

A phrase is tokens apart by spaces. `a|b` is either word, `@name` any word or run of words of
that set, `?` behind a token makes it optional, `_` is any one word, `...` up to three of any words.

The finder is our own: spaCy's Matcher tries every pattern at every word, which took 4.6 ms
for 600 patterns and a message of 20 words; this one only tries those that can begin there.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from bot.errors import NightlightError
from bot.safety.verdict import KINDS
from bot.settings import ROOT

GAP = 3


@dataclass(frozen=True)
class Part:
    """One place of a phrase: the words, or the runs of words by their first, that fill it."""

    single: frozenset[str] = frozenset()
    runs: tuple[tuple[str, ...], ...] = ()
    optional: bool = False
    anything: bool = False  # any word, but no sentence mark

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The words that this place can begin with."""
        return self.single | frozenset(self.runs_by_first)

    @cached_property
    def runs_by_first(self) -> dict[str, list[tuple[str, ...]]]:
        """The runs by the word they begin with."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for run in self.runs:
            found.setdefault(run[0], []).append(run)
        return found

    def ends(self, words: Sequence[str], start: int) -> list[int]:
        """Where this place may end when it begins at `start`."""
        word = words[start]
        if self.anything:
            return [start + 1] if word[0].isalnum() else []
        found = [start + 1] if word in self.single else []
        for run in self.runs_by_first.get(word, ()):
            if tuple(words[start : start + len(run)]) == run:
                found.append(start + len(run))
        return found


Pattern = tuple[Part, ...]


class Found(NamedTuple):
    """A phrase in a list of words: whose it is, and from where to where."""

    key: Hashable
    start: int
    end: int


class Finder:
    """Finds the phrases of many keys in a list of words, each as long as it can be."""

    def __init__(self, patterns: Iterable[tuple[Hashable, Pattern]]) -> None:
        listed = [(key, pattern, _beginnings(pattern)) for key, pattern in patterns]
        commonness = Counter(word for _, pattern, _ in listed for part in pattern for word in part.beginnings)
        # By its rarest part, so that a message without it never costs a look at the phrase.
        self._by_anchor: dict[str, list[int]] = {}
        for number, (_, pattern, _) in enumerate(listed):
            for word in _anchor(pattern, commonness):
                self._by_anchor.setdefault(word, []).append(number)
        self._listed = listed

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every phrase in `words`."""
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place)
        candidates = {number for word in places for number in self._by_anchor.get(word, ())}
        found = []
        for number in candidates:
            key, pattern, beginnings = self._listed[number]
            for word in beginnings.intersection(places):
                for start in places[word]:
                    end = _end(pattern, words, start)
                    if end is not None:
                        found.append(Found(key, start, end))
        return found


def _beginnings(pattern: Pattern) -> frozenset[str]:
    """The words that `pattern` can begin with."""
    words: set[str] = set()
    for part in pattern:
        if part.anything:
            raise NightlightError("A phrase of danger.yml begins with a gap; it must begin with a word.")
        words |= part.beginnings
        if not part.optional:
            break
    return frozenset(words)


def _anchor(pattern: Pattern, commonness: Mapping[str, int]) -> frozenset[str]:
    """The words of the part that the fewest messages can hold, of those that must be there."""
    needed = [part.beginnings for part in pattern if not part.optional and not part.anything]
    if not needed:
        raise NightlightError("A phrase of danger.yml has only optional words.")
    return min(needed, key=lambda words: sum(commonness[word] for word in words))


def _end(pattern: Pattern, words: Sequence[str], start: int) -> int | None:
    """The last place where `pattern` may end when it begins at `start`, None if it is not there."""
    places, length = {start}, len(words)
    for part in pattern:
        after = {end for place in places if place < length for end in part.ends(words, place)}
        places = after | places if part.optional else after
        if not places:
            return None
    return max(places)


class Entry(BaseModel):
    """Phrases of one meaning, with what they must and must not match."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[KINDS]  # type: ignore[valid-type]
    level: Literal["danger", "concern"] = "danger"
    match: list[str] = Field(min_length=1)
    unless: list[str] = []
    negatable: bool = True  # whether "not" before it takes the danger away
    askable: bool = False  # whether a question in general ("can it cause ...") is no danger
    plain: bool = False  # whether it says the danger outright, so that no classifier may doubt it
    only_now: bool = False  # whether it is no danger once it is past
    examples: list[str] = Field(min_length=1)
    near_misses: list[str] = []


class Lexicon(BaseModel):
    """The lexicon of one language."""

    model_config = ConfigDict(extra="forbid")

    language: str
    spellings: dict[str, str] = {}  # words as they are typed, and as the phrases know them
    sets: dict[str, list[str]]
    harmless: list[str]  # figures of speech: what they cover is no danger
    entries: list[Entry]

    @classmethod
    def load(cls, path: Path = ROOT / "data" / "danger.yml") -> "Lexicon":
        """The lexicon in `path`. Raises `NightlightError` where it is not one."""
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, ValueError) as error:
            raise NightlightError(f"{path.name} is not a danger lexicon: {error}") from error

    def phrases(self) -> list[str]:
        """Every phrase in it, of any use."""
        return [p for e in self.entries for p in e.match + e.unless] + self.harmless

    def vocabulary(self) -> set[str]:
        """Every word that a phrase names."""
        runs = {run for phrase in self.phrases() for token in phrase.split() for run in self._alternatives(token)}
        return {word for run in runs for word in run.split()}

    def pattern(self, phrase: str) -> Pattern:
        """`phrase`, compiled."""
        return tuple(part for token in phrase.split() for part in self._parts(token))

    def _parts(self, token: str) -> list[Part]:
        if token == "...":
            return [Part(anything=True, optional=True)] * GAP
        if token == "_":
            return [Part(anything=True)]
        runs = [tuple(run.split()) for run in sorted(self._alternatives(token))]
        single = frozenset(run[0] for run in runs if len(run) == 1)
        return [Part(single, tuple(run for run in runs if len(run) > 1), optional=token.endswith("?"))]

    def _alternatives(self, token: str) -> set[str]:
        if token in {"...", "_"}:
            return set()
        found: set[str] = set()
        for word in token.removesuffix("?").split("|"):
            found |= set(self._set(word[1:])) if word.startswith("@") else {word}
        return found

    def _set(self, name: str) -> list[str]:
        if name not in self.sets:
            raise NightlightError(f"danger.yml uses the set @{name}, which is not among its sets.")
        return [w for word in self.sets[name] for w in (self._set(word[1:]) if word.startswith("@") else [word])]
