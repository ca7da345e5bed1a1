"""Placeholders: each is a fact that every clinic has which says the text."""

import re
from collections.abc import Iterator

from bot.clinic import PLACEHOLDER
from bot.faq.checks.texts import Text
from bot.faq.findings import Finding

_BRACES = re.compile(r"\{[^{}]*\}")


def placeholders(of: Text) -> Iterator[Finding]:
    """A finding for each placeholder of the text that would not be filled."""
    for clinic, fact in of.missing:
        mend = "Add the fact to its clinic file, or write the text without it."
        yield of.finding("placeholder", f"{clinic} has no fact {{{fact}}}", mend, near=f"{{{fact}}}")
    for braces in _BRACES.findall(of.written):
        if not PLACEHOLDER.fullmatch(braces):
            mend = "Write a fact such as {clinic.phone}, or leave the braces out."
            yield of.finding(
                "placeholder", f"{braces} is not a placeholder and would be read as it is", mend, near=braces
            )
