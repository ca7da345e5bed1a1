"""Reading grade (Flesch-Kincaid, US school years): who is tired must be able to read it."""

from collections.abc import Iterator

import textstat

from bot.faq.checks.texts import SMS, Text, differing, lead, plain
from bot.faq.findings import Finding

WEB_LEAD = 9.0
TEXT_MESSAGE = 8.5


def grade(words: str) -> float:
    """The school year that reads `words` (plain text) with ease."""
    return float(textstat.flesch_kincaid_grade(words))


def reading_grade(of: Text) -> Iterator[Finding]:
    """A finding where the first paragraph (web) or the whole (SMS) is too hard."""
    limit = TEXT_MESSAGE if of.channel == SMS else WEB_LEAD
    part = "the text" if of.channel == SMS else "the first paragraph"
    for said in differing(of.said):
        found = grade(plain(said.words) if of.channel == SMS else lead(said.words))
        if found > limit:
            problem = f"{part} reads at grade {found:.1f}, {limit:g} or less is wanted"
            yield of.finding("grade", problem, "Use shorter sentences and shorter words.")
