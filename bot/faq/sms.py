"""How long a text message is for the carrier (3GPP TS 23.038, GSM-7)."""

import gsm0338  # noqa: F401  registers the codec "gsm03.38"

ONE_SEGMENT = 160
SEGMENT = 153  # what is left of 160 once a message has more than one part
MAX_SEGMENTS = 2


def septets(text: str) -> int:
    """The length of `text` in GSM-7 units; `^{}\\[]~|` and the euro sign count two.

    Raises `UnicodeEncodeError` where a character is not in GSM-7.
    """
    return len(text.encode("gsm03.38"))


def not_gsm(text: str) -> list[str]:
    """The characters of `text` that would turn the whole message into UCS-2."""
    return sorted({c for c in text if not _encodes(c)})


def _encodes(character: str) -> bool:
    try:
        septets(character)
    except UnicodeEncodeError:
        return False
    return True


def segments(text: str) -> int:
    """How many parts the carrier sends `text` in."""
    length = septets(text)
    return 1 if length <= ONE_SEGMENT else -(-length // SEGMENT)


def with_options(text: str, labels: list[str]) -> str:
    """`text` with "Reply 1 for ..." after it: as many of `labels` as fit in `MAX_SEGMENTS`."""
    for count in range(len(labels), 0, -1):
        options = ", ".join(f"{number} {label}" for number, label in enumerate(labels[:count], start=1))
        whole = f"{text}\nReply {options}"
        if segments(whole) <= MAX_SEGMENTS:
            return whole
    return text
