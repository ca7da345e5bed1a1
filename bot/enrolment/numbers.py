"""Numbers that can be enrolled."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from bot.scheduling.phones import read_phone
from bot.scheduling.problems import Problem

_MAY_BE_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_WHY = {
    Problem.PHONE_MISSING: "there is no number in it",
    Problem.PHONE_TOO_SHORT: "the number has too few digits",
    Problem.PHONE_TOO_LONG: "the number has too many digits",
}


def mobile(said: str, region: str) -> str:
    """The number that somebody of `region` writes as `said`, as E.164.

    Raises `ValueError` with what is wrong, without the number, if it can be no mobile number.
    """
    found = read_phone(said, region)
    if isinstance(found, Problem):
        raise ValueError(_WHY.get(found, "there is no such number"))
    number = phonenumbers.parse(found, None)
    if phonenumbers.number_type(number) not in _MAY_BE_MOBILE:
        raise ValueError("it is not the number of a mobile phone")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def masked(phone: str) -> str:
    """A number (E.164) as a list shows it: its last two digits, enough to tell two apart."""
    return f"..{phone[-2:]}" if phone else "-"
