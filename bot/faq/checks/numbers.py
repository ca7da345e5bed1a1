"""Telephone numbers: a mother reads none but those of the crisis lines and of the clinic."""

import re
from collections.abc import Iterator

from bot.faq.checks.texts import Text, differing, plain
from bot.faq.findings import Finding
from bot.safety.lines import crisis_lines

_NUMBER = re.compile(
    r"(?<![\w-])\+?1?[-. ]?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}(?![\w-])"  # 800-555-0187, +1 (800) 555 0187
    r"|(?<![\w-])1-\d{3}-[A-Z]{3}-?[A-Z]{4}(?!\w)"  # 1-833-TLC-MAMA
    r"|\b(?:[Cc]all|[Dd]ial|[Tt]ext)(?: (?:or|and) (?:call|text))?(?: [A-Z]+ to)? (?P<short>\d{3,6})\b(?![-. )]?\d)"
)
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def known(country: str) -> set[str]:
    """The digits that may be written out in `country`, with and without its leading 1."""
    lines = crisis_lines(country).values()
    digits = {_digits(n) for line in lines for n in (line.number, line.call, line.text or "")}
    return digits | {d[1:] for d in digits if len(d) == 11}


def numbers(of: Text) -> Iterator[Finding]:
    """A finding for each number that is neither a crisis line nor a placeholder."""
    allowed = {number for said in of.said for number in known(said.clinic.country)}
    for match in _NUMBER.finditer(of.written):
        number = (match["short"] or match[0]).strip()
        if of.said and _digits(number) not in allowed:
            mend = "Write {clinic.phone} for the clinic; a new line belongs in bot/safety/lines.yml, with its source."
            yield of.finding("number", f"{number} is not one of the crisis lines", mend, near=number)


def not_alone(of: Text) -> Iterator[Finding]:
    """A finding where the maternal hotline, which is no crisis line, stands without the one that is."""
    for said in differing(of.said):
        lines = crisis_lines(said.clinic.country)
        words = plain(said.words)
        if "maternal" in lines and lines["maternal"].number in words and not has(words, lines["suicide"].number):
            problem = f"{lines['maternal'].number} stands without {lines['suicide'].number}; it is not a crisis line"
            yield of.finding("crisis", problem, f"Say also: call or text {lines['suicide'].number}.")


def has(words: str, number: str) -> bool:
    """Whether `number` stands in `words` by itself, not as a part of another."""
    return re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", words) is not None


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number.upper().translate(_KEYPAD))
