"""What pays for it, in her words."""

import re

from bot.scheduling.phones import without_phone
from bot.scheduling.phrases import tidy, yes_or_no
from bot.scheduling.problems import Problem

MAX_COVERAGE = 80
NONE = "no insurance"
_NONE = re.compile(
    r"\b(?:no|not|don'?t have|do not have|without|have no|haven'?t got|lost my"
    r"|none)\b.{0,12}\b(?:insurance|insured|coverage|covered|plan)\b|\buninsured\b"
    r"|\bself[- ]?pay(?:ing|er)?\b|^\s*(?:cash|out of pocket|none|no|nope|nothing|n/?a|i'?(?:ll"
    r"| will) pay(?: (?:cash|myself|out of pocket))?)[\s.!]*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:i(?:'ve| have)?(?: got| have| am with|'m with)?|it'?s|we have|my (?:insurance|plan|insurer"
    r"|coverage) is|insurance(?: is)?|coverage(?: is)?)[\s:]+",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:(?:i(?:'ve| have)(?: got)?|my insurance is|insurance(?: is|:)|coverage(?: is|:)"
    r"|insured (?:with|by|through)|covered by)\s+(?P<a>[^,.;!?\n]{2,80}))"
    r"|\b(?P<b>(?:aetna|cigna|blue cross(?: blue shield)?|bcbs(?:tx)?|united ?health(?:care)?|uhc"
    r"|humana|kaiser|tricare|medicaid|medicare|molina|ambetter|oscar|scott (?:and"
    r"|&) white)\b[^,.;!?\n]{0,40})",
    re.IGNORECASE,
)
_INSURER = re.compile(
    r"aetna|cigna|blue cross|bcbs|united|uhc|humana|kaiser|tricare|medicai|medicar|molina|ambetter"
    r"|oscar|insurance|ppo|hmo|epo|plan|coverage",
    re.IGNORECASE,
)


def read_coverage(text: str) -> str | Problem:
    """Her words about insurer and plan; `NONE` where she has none."""
    words = tidy(without_phone(text))
    if _NONE.search(words):
        return NONE
    if not words or yes_or_no(words) is not None:
        return Problem.ANSWER_MISSING
    words = _LEAD.sub("", words).strip() or words
    return words if len(words) <= MAX_COVERAGE else Problem.WORDS_TOO_LONG


def find_coverage(text: str) -> str | None:
    """What she says of her coverage in a longer message; None where she says nothing of it."""
    if re.search(r"\buninsured\b|\bno insurance\b|\bself[- ]pay", text, re.IGNORECASE):
        return NONE
    for match in _SAID.finditer(text):
        if _INSURER.search(match[0]):
            return tidy(match["a"] or match["b"])[:MAX_COVERAGE]
    return None
