"""The words of text messages, `data/texting.yml`: they fit, and what we begin says nothing of her health."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from bot.clinic import Clinic
from bot.faq.checks.files import invalid, read
from bot.faq.checks.texts import SMS, WEB, Text, differing, text
from bot.faq.findings import Finding
from bot.texting.book import TextWords, facts_of, read_words

# As long as what is put there may be.
HERS = {
    "her.when": "tomorrow (Wed, Sep 30) at 10:30 AM (CST)",
    "her.code": "123456",
    "her.minutes": "10",
    "her.reference": "K7M-4QP",
}
ON_THE_WEBSITE = frozenset({"consent"})
BEGUN_BY_US = re.compile(r"^(?:invitation|code|reminder_\w+|check_in\w*|staff\w*)$")
_OF_HER_HEALTH = re.compile(
    r"\b(?:ketamin\w*|esketamin\w*|spravato|infusion\w*|depress\w*|ppd|postpartum|mental|psych\w*|psychiatr\w*|anxiety|"
    r"suicidal|diagnos\w*|score\w*|questionnaire\w*|dose\w*|drug\w*|medicin\w*|medication\w*|treatment\w*|therap\w*)\b",
    re.IGNORECASE,
)


def load(path: Path, clinics: Sequence[Clinic]) -> tuple[list[Text], list[Finding]]:
    """Every text in `path`, filled for each clinic, and what is wrong with the file."""
    content, lines, findings = read(path)
    found: list[Text] = []
    for key, value in (content or {}).items():
        try:
            words = read_words(value)
        except ValidationError as error:
            findings += invalid(path, lines, key, error)
        else:
            found += _texts(path, lines, key, words, clinics)
    return found, findings


def _texts(path: Path, lines: dict[str, int], key: str, words: TextWords, clinics: Sequence[Clinic]) -> Iterator[Text]:
    channel = WEB if key in ON_THE_WEBSITE else SMS
    for name, written in (("text", words.text), ("at_home", words.at_home)):
        if written:
            line = lines.get(f"{key}.{name}", lines.get(key, 1))
            known = [(c, facts_of(c) | HERS) for c in clinics]
            yield text(path, line, f"texting/{key}", channel, written, known)


def unsaid(of: Text) -> Iterator[Finding]:
    """A finding where a text that we begin says something of her health: anyone may see her phone."""
    if not BEGUN_BY_US.match(of.where.partition("/")[2]):
        return
    for said in differing(of.said):
        for match in _OF_HER_HEALTH.finditer(said.words):
            problem = f'"{match[0]}" says something of her health at {said.clinic.short_name}'
            yield of.finding(
                "texting", problem, "Say it without; who reads her phone is not to learn it.", near=match[0]
            )
