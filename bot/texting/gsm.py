"""How long a text message is for the carrier (3GPP TS 23.038): in GSM-7, or in UCS-2 where GSM-7 lacks a letter."""

import re

import gsm0338  # noqa: F401  registers the codec "gsm03.38"

ONE_SEGMENT = 160
SEGMENT = 153  # what is left of 160 once a message has more than one part
ONE_SEGMENT_UCS2 = 70
SEGMENT_UCS2 = 67
MAX_SEGMENTS = 2

# Letters that say the same in GSM-7. What would lose something by it (an accent, an emoji) is not here.
_SAME = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": "'",
    "\u201b": "'",
    "\u2032": "'",
    "\u00b4": "'",
    "`": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2033": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2026": "...",
    "\u2022": "-",
    "\u00b7": "-",
    "\u00d7": "x",
    "\u2192": "->",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\t": " ",
    "\u200b": "",
    "\u200d": "",
    "\ufeff": "",
    "\u00ad": "",
}
_SAME_TABLE = str.maketrans(_SAME)
_SPACES = re.compile(r"[ ]+(?=\n|$)|(?<=\S) {2,}")


def septets(text: str) -> int:
    """The length of `text` in GSM-7 units; `^{}\\[]~|` and the euro sign count two.

    Raises `UnicodeEncodeError` where a character is not in GSM-7.
    """
    return len(text.encode("gsm03.38"))


def not_gsm(text: str) -> list[str]:
    """The characters of `text` that would turn the whole message into UCS-2."""
    return sorted({c for c in text if not _encodes(c)})


def transliterated(text: str) -> str:
    """`text` in letters of GSM-7 as far as it says the same in them."""
    return _SPACES.sub(
        lambda match: "" if not text[match.end() : match.end() + 1].strip() else " ", text.translate(_SAME_TABLE)
    )


def segments(text: str) -> int:
    """How many parts the carrier sends `text` in."""
    units, one, more = _units(text)
    return 1 if sum(units) <= one else _parts(units, more)


def _encodes(character: str) -> bool:
    try:
        septets(character)
    except UnicodeEncodeError:
        return False
    return True


def _units(text: str) -> tuple[list[int], int, int]:
    """How much each character takes, and how much fits in one message and in a part of several."""
    if not_gsm(text):
        return [len(c.encode("utf-16-be")) // 2 for c in text], ONE_SEGMENT_UCS2, SEGMENT_UCS2
    return [septets(c) for c in text], ONE_SEGMENT, SEGMENT


def _parts(units: list[int], limit: int) -> int:
    """How many parts of at most `limit` are needed where no character may be cut in two."""
    parts, used = 1, 0
    for unit in units:
        if used + unit > limit:
            parts, used = parts + 1, 0
        used += unit
    return parts
