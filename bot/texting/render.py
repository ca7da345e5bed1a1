"""What the bot says, as text messages: plain words, two segments an answer, options by number, "MORE" for the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.texting.gsm import MAX_SEGMENTS, segments, transliterated

Option = tuple[str, str]  # title, payload

_LINK = re.compile(r"\[([^\]]+)\]\((?:(?:tel|sms):)?[^)]*\)")
_MARKS = re.compile(r"\*\*|__|`|^#{1,6} +|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[*+-][ \t]+", re.MULTILINE)
_ADDRESS = re.compile(r"\s*\(?\b(?:https?://|www\.)\S+\)?")
_BREAKS = re.compile(r"\n{2,}")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')]*\s+|\n+")


@dataclass(frozen=True)
class Said:
    """One message of the bot: `options` are what she may answer by a number, `danger` that it has the crisis lines."""

    text: str = field(repr=False)
    options: tuple[Option, ...] = ()
    danger: bool = False


@dataclass(frozen=True)
class Rendered:
    """The texts of one turn, each with whether it is of danger; the options that stand then, and what "MORE" brings."""

    texts: tuple[tuple[str, bool], ...]
    options: tuple[Option, ...] = ()
    rest: tuple[str, ...] = ()


def render(said: Sequence[Said], more: str) -> Rendered:
    """`said` as texts; `more` is what a text ends with that is only the beginning ("Reply MORE for the rest.")."""
    texts: list[tuple[str, bool]] = []
    options: tuple[Option, ...] = ()
    rest: list[str] = []
    for one in said:
        words = plain(one.text)
        if not words:
            continue
        first, *others = split(words, more)
        rest += others
        shown = () if others else fitting(first, one.options)
        options = shown or options
        texts.append((with_options(first, shown), one.danger))
    return Rendered(tuple(texts), options, tuple(rest))


def plain(markdown: str) -> str:
    """`markdown` as a text message may have it: no links and no marks, in GSM-7 where that loses nothing."""
    words = _ADDRESS.sub("", _LINK.sub(r"\1", markdown))
    words = _MARKS.sub("", _BULLET.sub("- ", words))
    return transliterated(_BREAKS.sub("\n", words)).strip()


def split(words: str, more: str) -> list[str]:
    """`words` in pieces of `MAX_SEGMENTS` segments, cut at the ends of sentences; all but the last end with `more`.

    A sentence that is longer than that alone is cut between words.
    """
    pieces: list[str] = []
    while segments(words) > MAX_SEGMENTS:
        cut = _cut(words, more)
        pieces.append(f"{words[:cut].rstrip()}\n{more}")
        words = words[cut:].lstrip()
    return [*pieces, words]


def fitting(text: str, options: Sequence[Option]) -> tuple[Option, ...]:
    """As many of `options` as can be said after `text` in `MAX_SEGMENTS` segments."""
    for count in range(len(options), 0, -1):
        if segments(with_options(text, options[:count])) <= MAX_SEGMENTS:
            return tuple(options[:count])
    return ()


def with_options(text: str, options: Sequence[Option]) -> str:
    """`text` with "Reply 1 for ..." after it."""
    if not options:
        return text
    numbered = ", ".join(f"{number} {plain(title)}" for number, (title, _) in enumerate(options, start=1))
    return f"{text}\nReply {numbered}"


def _cut(words: str, more: str) -> int:
    """Where to cut `words` so that what stands before fits with `more` behind it."""
    ends = [match.start() for match in _SENTENCE.finditer(words)]
    spaces = [match.start() for match in re.finditer(r"\s", words)]
    for places in (ends, spaces, range(len(words))):
        for place in reversed(places):
            if place > 0 and segments(f"{words[:place].rstrip()}\n{more}") <= MAX_SEGMENTS:
                return place
    raise ValueError("what comes after a part is longer than a text message")
