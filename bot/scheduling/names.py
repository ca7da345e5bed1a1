"""What she wants to be called."""

import re

from bot.scheduling.phones import without_phone
from bot.scheduling.phrases import tidy
from bot.scheduling.problems import Problem

MAX_NAME = 40
_WORD = r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*\.?"
_PLAIN = r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*"
_NAME = re.compile(rf"^{_WORD}(?: {_WORD}){{0,4}}$")
_BEFORE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|sure|yes|yeah|um+|uh|oh|no|wait|actually|sorry)[,.!\s]+)*"
    r"(?:(?:my|the|her) (?:full |first )?name(?:'s| is| should be)?|name(?: is)?|i(?:'m| am|m)"
    r"|it(?:'s| is|s)|this is|call me|you can call me|they call me|for|it should (?:be|say)"
    r"|change (?:it|my name) to)?[\s:,-]+",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\s,]+(?:here|speaking|is (?:my|the) name|is fine|thanks|thank you|please|and)$", re.IGNORECASE)
_WORDS = """
a an the i me my you your he she it we they this that yes no yeah nope ok okay sure hi hello hey thanks thank
please what why who how when where which can could do does did is are am was will would should not dont don't
want need have has help skip next idk maybe because so and but or if cancel stop back book appointment visit
baby call text phone number later now today tomorrow morning afternoon evening anonymous nobody none nothing
monday tuesday wednesday thursday friday saturday sunday just ask tell for with about there their going
feeling looking trying calling wondering here spelled spelt wrong actually tired sad sorry scared fine good
bad done ready interested new pregnant postpartum breastfeeding nursing available free asap in at on to of
from urgent important us possible mom mother wife husband sister daughter friend first time emergency
"""
_NO_NAMES = frozenset(_WORDS.split())
# Only these introduce a name inside a longer message.
_SAID = re.compile(
    rf"(?:\bmy name(?:'s| is| should be)|\bname ?[:=]|\bcall me|\bi(?:'m| am|m)\b|\bit(?:'s|s| is)\b"
    rf"|\bthis is)\s+(?P<a>{_PLAIN}(?: {_PLAIN})?)"
    rf"|^(?P<b>{_PLAIN}(?: {_PLAIN})?) here\b|[,.;]\s*(?P<c>{_PLAIN}(?: {_PLAIN})?) here\b",
    re.IGNORECASE,
)


def read_name(text: str, region: str = "US") -> str | Problem:
    """The name that answers "What is your name?", or what is wrong with it."""
    words = tidy(without_phone(text, region))
    words = _AFTER.sub("", _BEFORE.sub("", words, count=1)).strip(" ,.;:-!")
    words = re.split(r"[,;:!?]", words)[0].strip()
    if not words or not _NAME.match(words):
        return Problem.NAME_MISSING
    if len(words) > MAX_NAME:
        return Problem.NAME_TOO_LONG
    if any(word.lower().strip(".") in _NO_NAMES for word in words.split()):
        return Problem.NAME_MISSING
    return _capital(words)


def find_name(text: str, region: str = "US") -> str | None:
    """The name in a longer message, where she introduces it; None where she does not."""
    text = tidy(text.replace("\n", ", "))
    bare = without_phone(text, region)
    leading = _before_number(text, bare)
    if leading:
        return leading
    for match in _SAID.finditer(bare):
        kept = _until_no_name((match["a"] or match["b"] or match["c"]).split())
        # Many words follow "I'm" that are no name: there it begins with a capital, or ends the clause.
        sure = re.match(r"my name|name|call me", match[0], re.IGNORECASE) or match["b"] or match["c"]
        ends = _CLAUSE_ENDS.match(bare[match.start("a") + len(" ".join(kept)) :]) if match["a"] else None
        if kept and (sure or kept[0][:1].isupper() or ends) and len(" ".join(kept)) <= MAX_NAME:
            return _capital(" ".join(kept))
    return None


_CLAUSE_ENDS = re.compile(r"\s*(?:$|[,.;:!]|(?:my|and|from|here|at|her|his|our)\b|\s{2,})")
_LEADING = re.compile(rf"^(?P<name>{_PLAIN}(?: {_PLAIN})?)[\s,:;-]+(?=[(+\d])")


def _before_number(text: str, without: str) -> str | None:
    """The one or two words at the beginning, right before a telephone number: "Rosa, (214) 555-0188"."""
    match = _LEADING.match(text)
    if not match or text == without or without[match.end() :].startswith(text[match.end() : match.end() + 2]):
        return None
    words = match["name"].split()
    return _capital(match["name"]) if _until_no_name(words) == words else None


def _until_no_name(words: list[str]) -> list[str]:
    kept: list[str] = []
    for word in words:
        if word.lower().strip(".") in _NO_NAMES:
            break
        kept.append(word)
    return kept


def _capital(words: str) -> str:
    """Each word with a capital where she wrote none at all."""
    return " ".join(w[:1].upper() + w[1:] for w in words.split()) if words == words.lower() else words
