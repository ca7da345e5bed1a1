"""A message cut into the parts that may each be a question of their own."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import spacy
from spacy.language import Language

from bot.safety.spelling import word_set

MAX_PARTS = 40  # a long story; each costs some 4 ms
MAX_ALONE = 2
_WH = r"(?:how|what|whats|what's|when|where|wheres|where's|who|whos|who's|why|which)"
_AUXILIARY = r"(?:can|could|do|does|did|is|are|am|will|would|should|may|must|has|isnt|isn't|doesnt|doesn't)"
_THOSE = r"(?:i|you|u|he|she|it|we|they|that|this|there|my|someone|somebody|insurance)"
# "Do" also begins what is no question: "... and do bottles on my own".
_DO = rf"do (?:{_THOSE}|people|most|moms|mothers|women|men|babies|doctors|the|these|those|your|any)"
_ASKING = (
    rf"(?:can|could|{_DO}|does|did|is|are|am|will|would|should|may|must|has|isnt|isn't|doesnt|doesn't|have you|"
    rf"{_WH}|whether)"
)
_END = re.compile(
    rf"(?<=;)\s+|\n+|(?<=\S)\s+[-•*]\s+|\s*\b\d\)\s+|\s+\d\s+(?={_WH}\b)|(?<=:)\s+(?={_ASKING}\b)", re.IGNORECASE
)
_STARTERS = rf"(?:{_ASKING}|if (?:i|it|so|not))"
_ORDERS = r"(?:book|set|sign|delete|erase|wipe|remove|cancel|move|stop|tell|call|let|plan|give|put|take)"
# Not "or": what it joins is mostly one question with two answers ("is lyft ok or must somebody sign me out").
_AND = r"(?:and then|and also|oh and|but also|and|also|plus|but|then|n)"
_IF_SO = r"(?:if (?:so|not|yes|no),?\s+)?"
_JOINT = re.compile(
    rf",?\s+(?:{_AND}\b|&),?\s+{_IF_SO}(?=(?:{_STARTERS}|{_ORDERS})\b)|,\s+{_IF_SO}(?=(?:{_STARTERS}|{_ORDERS})\b)|"
    r",?\s+\b(?:and also|also|plus|oh and)\b,?\s+|\s+[/+]\s+",
    re.IGNORECASE,
)
_OPENING = r"(?:and|also|so|but|ok|okay|hi|hello|hey|oh|plus|please|then|n|well|if (?:so|not|yes|no))"
_QUESTION = re.compile(rf"^(?:{_OPENING}[,\s]+)*{_ASKING}\b", re.IGNORECASE)
# Run on, without anything between: "when can i drive when can i hold him", "how much is it do you take aetna".
_QUANTITY = r"how (?:much|many|long|often|soon|fast|far)"
_RUN_ON = re.compile(
    rf"\s+(?=(?:{_WH}\s+{_AUXILIARY}\s+{_THOSE}|{_QUANTITY}|(?!do (?:it|that|this|my)\b){_AUXILIARY}\s+{_THOSE})\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"\b(?:{_AUXILIARY}\s+{_THOSE}|what'?s|where'?s|{_WH}\s+(?:is|are|do|does|happens))\b", re.IGNORECASE
)
_LEADS = word_set(
    "know tell me ask asking wonder wondering about of on see sure idea exactly if that than depends explain and or so "
    "when how what where who why which much many long often soon fast far time bad is are was not just to i can should"
)
_MIN_ASKED_WORDS = 3
# A question after a beginning that tells: "i had preeclampsia am i ok for this".
_INSIDE = re.compile(
    rf"\b(?:am i|(?:is|are|do|does|did|can|could|will|would|should) {_THOSE}|"
    rf"(?:how|what|when|where|who|which|why) (?:{_AUXILIARY}|much|many|long|soon|often|far|works|one)|"
    r"who (?:drives|watches|sits|stays|holds)|what if|can'?t decide|any (?:problems?|issues?|chance|risks?|harm)|"
    r"(?:know|ask|asks|asking|wonder|wondering|sure|decide|idea|tell me|explain|question is) "
    r"(?:if|whether|how|what|when|where|who|which|why))\b",
    re.IGNORECASE,
)
# A question that says little without what is told before it: "am i out?", "is that a problem for me".
_LEANING = re.compile(
    rf"^(?:{_OPENING}[,\s]+)*"
    rf"(?:(?:{_WH}\s+)?{_AUXILIARY}\s+(?:i|it|that|this|those|these|we)\b(?:\s+[\w']+){{0,4}}|"
    r"(?:any|ok|okay|true|safe|possible|allowed|too|problem)\b.{0,30})[\s?.!]*$",
    re.IGNORECASE,
)
_ORDER = re.compile(rf"^(?:{_OPENING}[,\s]+)*(?:{_ORDERS}|have|send|ask|pass|give|need|i need|i want)\b", re.IGNORECASE)
_MAX_NAMED_WORDS = 4
_TELLING = re.compile(
    r"\b(?:i|im|i'm|ive|i've|id|i'd|we|he|she|they|it|its|am|is|are|was|were|feel|have|had|has|got|took|me|no|not|yes)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _sentencizer() -> Language:
    """spaCy's rules for where a sentence ends: they know abbreviations, and need no downloaded model."""
    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    return language


def _sentences(text: str) -> list[str]:
    return [sentence.text for sentence in _sentencizer()(text).sents]


def parts(text: str) -> list[str]:
    """The sentences of `text`, and in them what is joined to another question, in order.

    At most `MAX_PARTS`; a text with one part is returned as it is.
    """
    found = [
        part.strip(" ,;-")
        for sentence in _sentences(text)
        for line in _END.split(sentence)
        for piece in _JOINT.split(line)
        for part in _apart(piece)
    ]
    return [p for p in found if any(c.isalnum() for c in p)][:MAX_PARTS] or [text]


def _apart(piece: str) -> Iterator[str]:
    """The questions that run on in `piece`, each after one that is complete."""
    start = 0
    for cut in _RUN_ON.finditer(piece):
        before = piece[start : cut.start()]
        words = before.lower().split()
        if len(words) >= _MIN_ASKED_WORDS and _ASKED.search(before) and words[-1].strip(",") not in _LEADS:
            yield before
            start = cut.end()
    yield piece[start:]


def is_question(part: str) -> bool:
    """Whether `part` asks: by its mark, its first word, or a question that follows what it tells."""
    return part.rstrip().endswith("?") or bool(_QUESTION.match(part.strip()) or _INSIDE.search(part))


def is_named(part: str) -> bool:
    """Whether `part` only names a subject, as one of several: "also cost", "iv or the spray"."""
    return len(part.split()) <= _MAX_NAMED_WORDS and not _TELLING.search(part)


def is_order(part: str) -> bool:
    """Whether `part` tells the bot to do something: "please tell the nurse ...", "book me in"."""
    return bool(_ORDER.match(part.strip()))


def leans(part: str) -> bool:
    """Whether `part` asks and says little without what is told before it."""
    return bool(_LEANING.match(part.strip()))


def in_context(pieces: list[str]) -> list[str]:
    """`pieces`, each that leans on what is told before it together with that; two are the message anyway."""
    if len(pieces) <= MAX_ALONE:
        return list(pieces)
    return pieces[:1] + [
        f"{before} {piece}" if leans(piece) and not is_question(before) else piece for before, piece in pairwise(pieces)
    ]
