"""Who can be named as the author of a note or a change, beside the clinic's operators."""

from bot.errors import NightlightError

MOTHER = "mother"
PROGRAM = "nightlight"
MAX_CHARACTERS = 60
HOW = "Say who you are: --as NAME with the command, or NIGHTLIGHT_OPERATOR in your own environment."


def operator(name: str) -> str:
    """`name` as the name of an operator.

    Raises `NightlightError` if it is empty, too long, or says that somebody else did it.
    """
    plain = " ".join(name.split())
    if not plain:
        raise NightlightError(f"Every look and every change is recorded with a name. {HOW}")
    if len(plain) > MAX_CHARACTERS or not plain.isprintable():
        raise NightlightError(f"A name has {MAX_CHARACTERS} characters at most, all of them printable.")
    if plain.casefold() in {MOTHER, PROGRAM}:
        raise NightlightError(f"{plain!r} is no operator's name. {HOW}")
    return plain
