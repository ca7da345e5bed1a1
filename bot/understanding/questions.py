"""A message cut into the parts that may each be a question of their own."""

import re
from functools import lru_cache

import spacy
from spacy.language import Language

MAX_PARTS = 40  # a long story; each costs some 4 ms
_END = re.compile(r"(?<=;)\s+|\n+|(?<=\S)\s+[-•*]\s+|\s*\b\d\)\s+")
_WH = r"(?:how|what|whats|what's|when|where|wheres|where's|who|whos|who's|why|which)"
_AUXILIARY = r"(?:can|could|do|does|did|is|are|am|will|would|should|may|must)"
_STARTERS = rf"(?:{_AUXILIARY}|{_WH}|if (?:i|it|so|not)|whether)"
_ORDERS = r"(?:book|set|sign|delete|erase|wipe|remove|cancel|move|stop|tell|call|let|plan|give|put|take)"
# Not "or": what it joins is mostly one question with two answers ("is lyft ok or must somebody sign me out").
_AND = r"(?:and then|and also|oh and|but also|and|also|plus|but|then|n|&)"
_JOINT = re.compile(
    rf",?\s+{_AND}\b,?\s+(?=(?:{_STARTERS}|{_ORDERS})\b)|,\s+(?=(?:{_STARTERS}|{_ORDERS})\b)|"
    r",?\s+\b(?:and also|also|plus|oh and)\b,?\s+|"
    # run on, without anything between: "when can i drive when can i hold him"
    rf"\s+(?={_WH}\s+{_AUXILIARY}\s+(?:i|we|she|you|it)\b)",
    re.IGNORECASE,
)
_OPENING = r"(?:and|also|so|but|ok|okay|hi|hello|hey|oh|plus|please|then|n|well)"
_QUESTION = re.compile(rf"^(?:{_OPENING}[,\s]+)*{_STARTERS}\b", re.IGNORECASE)
# A question after a beginning that tells: "i had preeclampsia am i ok for this".
_THOSE = r"(?:i|you|he|she|it|we|they|that|this|there|my|someone|somebody|insurance)"
_INSIDE = re.compile(
    rf"\b(?:am i|(?:is|are|do|does|did|can|could|will|would|should) {_THOSE}|"
    rf"(?:how|what|when|where|who|which|why) (?:{_AUXILIARY}|much|many|long|soon|often|far|works|one))\b",
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
        piece.strip(" ,;-")
        for sentence in _sentences(text)
        for line in _END.split(sentence)
        for piece in _JOINT.split(line)
        if piece
    ]
    return [p for p in found if any(c.isalnum() for c in p)][:MAX_PARTS] or [text]


def is_question(part: str) -> bool:
    """Whether `part` asks: by its mark, its first word, or a question that follows what it tells."""
    return part.rstrip().endswith("?") or bool(_QUESTION.match(part.strip()) or _INSIDE.search(part))
