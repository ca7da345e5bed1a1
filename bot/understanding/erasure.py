"""What she answers to "Shall I erase it?". It cannot be undone, so only what is clear is a yes."""

import re

CONFIRMED = "erasure_confirmed"
DECLINED = "erasure_declined"
MAX_WORDS = 9

_FILLER = r"(?:(?:oh|um|well|ok|okay|please|just|then|now|yes|yeah|yep|sure|go ahead and|i want you to|you can)[,\s]+)*"
_ALL = r"(?: (?:it|everything|all|of|that|this|them|my (?:data|chat|messages|stuff)))*"
_ERASE = re.compile(rf"^{_FILLER}(?:erase|delete|wipe|remove|forget){_ALL}(?: (?:please|now|thanks|thank you))*$")
_YES = re.compile(
    r"^(?:(?:oh|um|well)[,\s]+)*(?:yes|yeah|yep|yup|ya|sure|ok|okay|please(?: do)?|do it|go ahead|i do|i am sure|"
    r"absolutely|definitely|of course)\b"
)
_KEEP = re.compile(r"\b(?:keep|(?:do not|don'?t|dont|not) (?:erase|delete|wipe|remove|forget))\b")
_NO = re.compile(
    r"^(?:(?:oh|um|well|actually)[,\s]+)*(?:no+|nope|nah|don'?t|do not|dont|never ?mind|leave it|stop|wait)\b"
)
_DOUBT = re.compile(
    r"\?|\b(?:but|if|unless|what|how|when|why|who|which|can|could|will|would|does|maybe|not|no|later|first|wait)\b"
)


def answer(text: str, asked_last: bool) -> str | None:
    """`CONFIRMED`, `DECLINED`, or None where `text` is neither, clearly.

    `asked_last` says whether that question was the last thing she read; if something else was asked after it, a mere
    yes or no is for that.
    """
    plain = " ".join(text.lower().replace("\u2019", "'").strip(" .!").split())
    if _KEEP.search(plain) or (asked_last and _NO.match(plain)):
        return DECLINED
    if len(plain.split()) > MAX_WORDS or _DOUBT.search(plain):
        return None
    return CONFIRMED if _ERASE.match(plain) or (asked_last and _YES.match(plain)) else None
