"""Telephone numbers, as mothers write them."""

import re

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

from bot.scheduling.problems import Problem

NATIONAL_DIGITS = 10
MAX_DIGITS = 15  # E.164
_WRITTEN = re.compile(r"\+?\d[\d\s().,/-]*\d|\d")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPOKEN = {"oh": "0"} | {word: str(digit) for digit, word in enumerate(_DIGITS)}
_SPOKEN_RUN = re.compile(rf"(?:\b(?:{'|'.join(_SPOKEN)})\b[\s,-]*){{7,}}", re.IGNORECASE)


def find_phone(text: str, region: str = "US") -> str | None:
    """The last whole number in `text` that can exist, as E.164; None where there is none.

    The last, because "no, not 214 555 0123, it is 214 555 0199" means the second.
    """
    found = [_e164(m.number) for m in PhoneNumberMatcher(_digits_for_words(text), region, Leniency.VALID)]
    return found[-1] if found else None


def read_phone(text: str, region: str = "US") -> str | Problem:
    """The number that answers "What is your number?", as E.164, or what is wrong with it."""
    found = find_phone(text, region)
    if found:
        return found
    written = max(_WRITTEN.findall(_digits_for_words(text)), key=_count, default="")
    count = _count(written)
    if count == 0:
        return Problem.PHONE_MISSING
    abroad = written.startswith("+") and region not in _regions(written)
    if not abroad and count > NATIONAL_DIGITS and not (count == NATIONAL_DIGITS + 1 and _only(written)[0] == "1"):
        return Problem.PHONE_TOO_LONG
    if count < NATIONAL_DIGITS:
        return Problem.PHONE_TOO_SHORT
    return Problem.PHONE_TOO_LONG if count > MAX_DIGITS else _parsed(written, region)


def shown(phone: str, region: str = "US") -> str:
    """`phone` (E.164) as people of `region` write it: 214-555-0123; with its country elsewhere."""
    number = phonenumbers.parse(phone, None)
    if number.country_code != phonenumbers.country_code_for_region(region):
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    national = str(number.national_number)
    return f"{national[:3]}-{national[3:6]}-{national[6:]}" if len(national) == NATIONAL_DIGITS else national


def without_phone(text: str, region: str = "US") -> str:
    """`text` with its telephone numbers taken out."""
    for match in reversed(list(PhoneNumberMatcher(text, region, Leniency.VALID))):
        text = text[: match.start] + " " + text[match.end :]
    return text


def _parsed(written: str, region: str) -> str | Problem:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return Problem.PHONE_UNKNOWN
    return _e164(number) if phonenumbers.is_valid_number(number) else Problem.PHONE_UNKNOWN


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _regions(written: str) -> tuple[str, ...]:
    try:
        return tuple(phonenumbers.region_codes_for_country_code(phonenumbers.parse(written, None).country_code or 0))
    except phonenumbers.NumberParseException:
        return ()


def _digits_for_words(text: str) -> str:
    """`text` with a run of spelled-out digits ("two one four ...") written as digits."""
    return _SPOKEN_RUN.sub(
        lambda run: "".join(_SPOKEN[w.lower()] for w in re.findall(r"[a-zA-Z]+", run[0])) + " ", text
    )


def _only(written: str) -> str:
    return re.sub(r"\D", "", written)


def _count(written: str) -> int:
    return len(_only(written))
