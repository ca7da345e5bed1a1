"""How the clinic may get back to her, and when."""

import re

from bot.scheduling.phones import without_phone
from bot.scheduling.phrases import leaves_it_open, tidy, yes_or_no
from bot.scheduling.problems import Problem
from bot.scheduling.request import ReachBy

MAX_WORDS = 80
_CALL = r"(?:call(?:s|ing|ed)?|phone|ring|voice|voicemail|phone ?call)"
_TEXT = r"(?:text(?:s|ing|ed)?|txt|sms|messages?|msg)"
_NOT = (
    r"(?:do not|don'?t|dont|no|not|never|rather not|hate|can'?t (?:take|do|answer)|instead of"
    r"|rather than)(?: (?:a|any|by|to|be|get|you|me|the|phone))*"
)
_NO_CALL = re.compile(rf"\b{_NOT} {_CALL}\b", re.IGNORECASE)
_NO_TEXT = re.compile(rf"\b{_NOT} {_TEXT}\b", re.IGNORECASE)
_HAS_CALL = re.compile(rf"\b{_CALL}\b", re.IGNORECASE)
_HAS_TEXT = re.compile(rf"\b{_TEXT}\b", re.IGNORECASE)
# Inside a longer message only what speaks of reaching her counts: not "a call with the doctor".
_TOLD = re.compile(
    rf"\b(?:(?:please |pls |you can |they can |just |and |or )?(?P<verb>call|phone|ring|text|txt|message) (?:me|my)\b"
    rf"|(?P<way>{_CALL}|{_TEXT}) (?:is |are )?(?:best|better|only|please|pls|preferred)|by (?P<by>{_CALL}|{_TEXT})\b)",
    re.IGNORECASE,
)
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?s?"
_PARTS = r"(?:early |late |mid-?)?(?:mornings?|afternoons?|evenings?|nights?|weekdays?|weekends?|noon|lunch(?: ?time)?)"
_WHEN = rf"(?:\d|noon|lunch|dinner|bed|work|school|nap|the |my |he |she |we |{_DAYS}\b|{_PARTS}\b)"
_TIME = re.compile(
    rf"\b(?:(?:only |best |any ?time )?"
    rf"(?:after|before|between|around|about|from|at|until|till|by|in the|during|on) {_WHEN}"
    rf"|(?:when|while|whenever) (?:the |my |he|she|we|i|it)|{_DAYS}\b|{_PARTS}\b|any ?time\b|whenever\b).{{0,60}}",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"\s+(?:to|for|about|so|because)\s+(?:set|book|schedule|arrange|make|talk|start|get|a|an|my|the|i|we)\b.*"
    r"|[?!;,\n].*|\.\s.*",
    re.IGNORECASE | re.DOTALL,
)


def read_reach(text: str) -> ReachBy | Problem:
    """Call or text, as the answer to "Should they call or text?"."""
    call, text_message = _wanted(text)
    if call and text_message:
        return _first(text)
    if call or text_message:
        return ReachBy.CALL if call else ReachBy.TEXT
    return ReachBy.CALL if leaves_it_open(text) else Problem.REACH_MISSING


def _wanted(text: str) -> tuple[bool, bool]:
    no_call, no_text = bool(_NO_CALL.search(text)), bool(_NO_TEXT.search(text))
    call = bool(_HAS_CALL.search(_NO_CALL.sub(" ", text))) or (no_text and not no_call)
    text_message = bool(_HAS_TEXT.search(_NO_TEXT.sub(" ", text))) or (no_call and not no_text)
    return call, text_message


def _first(text: str) -> ReachBy:
    first = re.findall(rf"\b(?:{_CALL}|{_TEXT})\b", text, re.IGNORECASE)
    return ReachBy.TEXT if _HAS_TEXT.match(first[0]) else ReachBy.CALL


def find_reach(text: str) -> ReachBy | None:
    """The way that she names in a longer message; None where she names none."""
    if _NO_CALL.search(text) and not _NO_TEXT.search(text):
        return ReachBy.TEXT
    if _NO_TEXT.search(text) and not _NO_CALL.search(text):
        return ReachBy.CALL
    told = _TOLD.search(text)
    if not told or (
        told["verb"]
        and re.match(
            r"(?:call|text) me (?!at|on|after|before|between|in|when|any|back|please|pls|asap|\(?\d|$)",
            told[0] + text[told.end() :],
        )
    ):
        return None
    return ReachBy.TEXT if _HAS_TEXT.search(told[0]) else ReachBy.CALL


def find_best_time(text: str) -> str | None:
    """When she may be reached, where she says it beside how: "text me after 3"."""
    told = _TOLD.search(text) or _HAS_CALL.search(text) or _HAS_TEXT.search(text)
    found = told and _TIME.search(without_phone(text[told.end() :]))
    return tidy(_PURPOSE.sub("", found[0]))[:MAX_WORDS] if found else None


def read_best_time(text: str) -> str | Problem:
    """When she may be reached, in her words; whatever she writes is hers, but for a bare yes or no."""
    words = tidy(without_phone(text))
    if not words or yes_or_no(words) is not None:
        return Problem.ANSWER_MISSING
    return words if len(words) <= MAX_WORDS else Problem.WORDS_TOO_LONG
