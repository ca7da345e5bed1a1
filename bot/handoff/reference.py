"""References that can be read aloud: K7M-4QP."""

import re
import secrets

# No pair that looks or sounds alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and no vowels, so no words.
ALPHABET = "34679CDFGHJKMNPQRTWXY"
HALF = 3
_SAID = re.compile(rf"^[{ALPHABET}]{{{HALF}}}[\s-]?[{ALPHABET}]{{{HALF}}}$", re.IGNORECASE)


def new_reference() -> str:
    """A reference by chance, one of 69 million: the database says if it is taken. It has a digit, unlike two words."""
    while True:
        first, second = ("".join(secrets.choice(ALPHABET) for _ in range(HALF)) for _ in range(2))
        if any(c.isdigit() for c in first + second):
            return f"{first}-{second}"


def is_reference(text: str) -> bool:
    """Whether `text` is a reference and nothing else, however it is typed. No English words are: it has no vowel."""
    return bool(_SAID.match(text.strip())) and any(c.isdigit() for c in text)


def as_written(said: str) -> str:
    """The reference in what somebody typed or said: `k7m 4qp` is `K7M-4QP`."""
    letters = "".join(c for c in said.upper() if c.isalnum())
    return f"{letters[:HALF]}-{letters[HALF:]}"
