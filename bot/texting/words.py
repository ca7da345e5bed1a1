"""What a text message may be beside talk: a word of the phone company, an opt-out, a command, a number.

Pure. What the danger screen sees is talk, whatever else it looks like: "I can't make it stop" opts nobody out. Only
the bare words on which the phone company acts by itself are read first: it has done so when we are told.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import NightlightError
from bot.safety.lexicon import Finder, Lexicon
from bot.safety.screen import screen
from bot.safety.spelling import Speller
from bot.safety.verdict import Level
from bot.settings import ROOT
from bot.understanding.text import clean

FILE = ROOT / "data" / "carrier_words.yml"
MAX_OFFERED = 9
_NUMBER = re.compile(r"^(?:option|reply|number|no|nr)?\s*([1-9])$")
_MARKS = frozenset(".?!;,")


class Means(StrEnum):
    """What she means by a message.

    An opt-out is `stop`; `perhaps_stop`, unless the conversation has another use for it; `ambiguous_stop`, if the
    classifier thinks so too. `yes` is a start word only for who is not enrolled yet, or has opted out.
    """

    STOP = "stop"
    PERHAPS_STOP = "perhaps_stop"
    AMBIGUOUS_STOP = "ambiguous_stop"
    START = "start"
    YES = "yes"
    HELP = "help"
    CALL = "call"
    MORE = "more"
    CHANGE = "change"
    NUMBER = "number"
    TALK = "talk"


@dataclass(frozen=True)
class Reading:
    """What a message means; `by_carrier` says that the phone company has acted on it and answered it itself.

    `number` is the one she picks, from 1.
    """

    means: Means
    by_carrier: bool = False
    number: int | None = None


TALK = Reading(Means.TALK)


class _Carrier(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stop: frozenset[str]
    start: frozenset[str]
    help: frozenset[str]


class _Words(BaseModel):
    """`data/carrier_words.yml`, checked."""

    model_config = ConfigDict(extra="forbid")

    language: str
    carrier: _Carrier
    commands: dict[Means, frozenset[str]]
    polite: frozenset[str]
    around: frozenset[str]
    sets: dict[str, list[str]]
    opt_out: list[str]
    perhaps: list[str]
    ambiguous: list[str]
    aims: frozenset[str]
    ends: frozenset[str]
    others: frozenset[str]
    quoted: frozenset[str]


class WordReader:
    """Reads messages by the words of one file."""

    def __init__(self, words: _Words) -> None:
        self._words = words
        phrases = {
            Means.STOP: words.opt_out,
            Means.PERHAPS_STOP: words.perhaps,
            Means.AMBIGUOUS_STOP: words.ambiguous,
        }
        # The grammar and the spelling are those of the danger phrases; there are no entries, and no danger.
        every = [phrase for listed in phrases.values() for phrase in listed]
        grammar = Lexicon(language=words.language, sets=words.sets, harmless=every, entries=[])
        self._finder = Finder((key, grammar.pattern(p)) for key, listed in phrases.items() for p in listed)
        self._speller = Speller(grammar.vocabulary() | words.aims | words.ends | words.around | words.polite)

    @classmethod
    def load(cls, path: Path = FILE) -> "WordReader":
        """The reader of the words in `path`. Raises `NightlightError` where it is not such a file."""
        try:
            return cls(_Words.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise NightlightError(f"{path.name} is not a file of carrier words: {error}") from error

    def read(self, text: str) -> Reading:
        """What `text` means."""
        bare = clean(text).casefold()
        if bare in self._words.carrier.stop:
            return Reading(Means.STOP, by_carrier=True)
        if screen().read(clean(text)).level != Level.NONE:
            return TALK
        return self._harmless(bare)

    def _harmless(self, bare: str) -> Reading:
        carrier = self._words.carrier
        words = re.findall(r"\w+", bare.replace("'", ""))
        spelled = " ".join(_without(words, self._words.polite) or words)
        if spelled in carrier.help:
            return Reading(Means.HELP, by_carrier=bare in carrier.help)
        if spelled in carrier.start:
            return Reading(Means.YES if spelled == "yes" else Means.START, by_carrier=bare in carrier.start)
        if number := _NUMBER.match(spelled):
            return Reading(Means.NUMBER, number=int(number[1]))
        command = next((means for means, listed in self._words.commands.items() if spelled in listed), None)
        return Reading(command) if command else Reading(self._opt_out(bare) or Means.TALK)

    def _opt_out(self, text: str) -> Means | None:
        """The clearest way in which `text` as a whole opts out."""
        words = [word for word in self._speller.words(text) if word not in _MARKS]
        around = self._words.polite | self._words.around
        found = {f.key for f in self._finder.find(words) if around.issuperset(words[: f.start] + words[f.end :])}
        return next((means for means in _CLEAREST_FIRST if means in found), None)

    def confirms(self, text: str) -> bool | None:
        """Whether `text`, which the classifier takes for an opt-out, is one. None: she must be asked.

        What the danger screen sees is none.
        """
        if screen().read(clean(text)).level != Level.NONE:
            return False
        words = self._speller.words(clean(text))
        if self._words.quoted.intersection(words):
            return None
        if self._opt_out(clean(text)) or self._begins_a_sentence(words):
            return True
        said = frozenset(words)
        has_both = bool(self._words.aims & said and self._words.ends & said)
        return True if has_both and not self._words.others & said else None

    def _begins_a_sentence(self, words: list[str]) -> bool:
        """Whether some sentence or clause in `words` begins with a clear opt-out.

        One that names no texts ("stop", "no mas") must end the message: what follows may be what is to stop.
        """
        around = self._words.polite | self._words.around
        for found in self._finder.find(words):
            before = words[: found.start]
            while before and before[-1] in around:
                before.pop()
            named = self._words.aims.intersection(words[found.start : found.end])
            ends = (around | _MARKS).issuperset(words[found.end :])
            if found.key == Means.STOP and (not before or before[-1] in _MARKS) and (named or ends):
                return True
        return False


_CLEAREST_FIRST = (Means.STOP, Means.PERHAPS_STOP, Means.AMBIGUOUS_STOP)


def _without(words: list[str], polite: Iterable[str]) -> list[str]:
    """`words` without those of `polite` at both ends."""
    start, end = 0, len(words)
    while start < end and words[start] in polite:
        start += 1
    while start < end and words[end - 1] in polite:
        end -= 1
    return words[start:end]


@lru_cache(maxsize=1)
def words() -> WordReader:
    """The reader of this process; building it takes a moment."""
    return WordReader.load()
