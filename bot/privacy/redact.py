"""Takes out of a text what says who wrote it, before the text is kept for editors.

Rather too much than too little: an editor reads a question just as well without
its numbers. Names are only taken where a phrase announces them, since most words
can be one.
"""

import re
from collections.abc import Callable

from phonenumbers import Leniency, PhoneNumberMatcher

COUNTRY = "US"

_URL = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|edu|gov)(?:/\S*)?\b", re.IGNORECASE)
_EMAIL = re.compile(
    r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+|\b[\w.+-]+ at [\w-]+ (?:dot|\.) (?:com|org|net|edu)\b",
    re.IGNORECASE,
)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY_MONTH = rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH})"
# With a year it may be a birthday, whatever it is called; without, only a phrase tells.
_DATE = re.compile(
    r"\b\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d{2})\b|\b\d{4}([/.-])\d{1,2}\2\d{1,2}\b"
    rf"|\b{_DAY_MONTH},? \d{{4}}\b",
    re.IGNORECASE,
)
_BIRTHDAY = re.compile(
    rf"\b(born(?: on)?|birthday(?: is)?|birth ?date(?: is)?|date of birth(?: is)?|d\.?o\.?b\.?(?: is)?)"
    rf"([\s:]+)(?:the )?(?:{_DAY_MONTH}|\d{{1,2}}[/.-]\d{{1,2}}|(?:19|20)\d\d)\b(?!\])",
    re.IGNORECASE,
)

# Six digits and more, also with letters (a member's number) or in groups (a social security number).
_DIGITS = re.compile(r"\b\d{3}[ .-]\d{2}[ .-]\d{4}\b|\b[A-Za-z]{0,4}-?\d{6,}\w*|(?<![\w.])(?:\d[ .-]?){7,}(?!\w)")
_ADDRESS = re.compile(
    r"\b\d{1,5} (?:[NSEW]\.? )?(?:[A-Z][a-z]+ ){1,3}"
    r"(?:St|Street|Ave|Avenue|Rd|Road|Dr|Drive|Ln|Lane|Blvd|Boulevard|Ct|Court|Way|Pkwy|Parkway)\b\.?"
)

# Words that follow "my name is" or "this is" and are nobody's name.
_NO_NAME = (
    r"(?!(?:a|an|the|my|your|his|her|our|their|its|it|i|im|is|on|in|at|of|to|for|by|and|or|not|no|yes|so|still|too|very|"
    r"just|also|about|all|only|being|been|wrong|right|misspelled|spelled|listed|missing|private|confidential|what|why|"
    r"how|who|when|where|this|that|there|here|he|she|we|you|they|me|number|phone|cell|email|called|okay|ok|"
    r"ketamine|ket|spravato|zoloft|prozac|lexapro|zurzuvae|medicaid|medicare|aetna|cigna|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|"
    r"december|texas|dallas|frisco|allen|mckinney|ppd|ppa|iv|ob|fda|hipaa|dr|doctor)(?![\w'\u2019-]))"
)
_WORD = r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*\b"
_CAPITAL = rf"(?-i:(?=[A-Z])){_WORD}"
_KIN = "husband|wife|partner|boyfriend|girlfriend|daughter|son|baby|sister|brother|mother|mom|father|dad|friend"


def _name(cue: str, name: str, after: str = "") -> re.Pattern[str]:
    return re.compile(rf"(\b(?:{cue})[\s:,]+)({_NO_NAME}{name}){after}", re.IGNORECASE)


_NAMES = (
    # Plain announcements: the next word is a name, and one more if it is written like one.
    _name(
        r"my (?:full |first |last |maiden )?name(?:['\u2019]?s| is)|(?:i['\u2019]?m|i am) (?:called|named)|name:",
        rf"{_WORD}(?: {_NO_NAME}{_CAPITAL}){{0,2}}",
    ),
    # "It's Jo", "this is Jo Ann": only a capital and an end tell them from "it's bad".
    _name(
        r"it['\u2019]?s|it is|this is|i['\u2019]?m|i am|call me|they call me",
        rf"{_CAPITAL}(?: {_NO_NAME}{_CAPITAL}){{0,2}}",
        r"(?=\s*(?:$|[,.!;\n]|and\b|from\b|here\b|again\b|\[))",
    ),
    # "it's jo [phone]": who gives a number says a name before it.
    _name(
        r"it['\u2019]?s|it is|this is|i['\u2019]?m|i am|call me",
        rf"{_WORD}(?: {_NO_NAME}{_WORD})?",
        r"(?=[\s,]*\[(?:phone|e-mail)\])",
    ),
    _name(rf"my (?:{_KIN})|dr\.?|doctor|nurse|mrs\.?|mr\.?|ms\.?", rf"{_CAPITAL}(?: {_NO_NAME}{_CAPITAL})?"),
)


def redact(text: str) -> str:
    """`text` with `[phone]`, `[e-mail]`, `[link]`, `[date]`, `[number]`, `[address]` and `[name]` for what says who.

    What is redacted already stays as it is.
    """
    # One step can uncover what another one takes ("it's jo [phone]"), so until nothing changes.
    while (once := _redact_once(text)) != text:
        text = once
    return text


def _redact_once(text: str) -> str:
    for step in _STEPS:
        text = step(text)
    return text


def _replace(pattern: re.Pattern[str], placeholder: str) -> Callable[[str], str]:
    return lambda text: pattern.sub(placeholder, text)


def _phones(text: str) -> str:
    # POSSIBLE, not VALID: a number with a typing error is still somebody's.
    matches = list(PhoneNumberMatcher(text, COUNTRY, leniency=Leniency.POSSIBLE))
    for match in reversed(matches):
        text = f"{text[: match.start]}[phone]{text[match.end :]}"
    return text


_STEPS: tuple[Callable[[str], str], ...] = (
    _replace(_EMAIL, "[e-mail]"),
    _replace(_URL, "[link]"),
    _replace(_DATE, "[date]"),
    _replace(_BIRTHDAY, r"\1\2[date]"),
    _phones,
    _replace(_DIGITS, "[number]"),
    _replace(_ADDRESS, "[address]"),
    *(_replace(pattern, r"\1[name]") for pattern in _NAMES),
)
