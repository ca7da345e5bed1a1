"""The words of danger, `data/crisis.yml`: the numbers come first, and the words fit."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.clinic import Clinic
from bot.faq.checks.files import invalid, read
from bot.faq.checks.numbers import has
from bot.faq.checks.texts import SMS, Text, differing, text
from bot.faq.findings import Finding
from bot.safety.lines import crisis_lines, line_facts
from bot.safety.words import CrisisWords
from bot.texting.gsm import SEGMENT


def load(path: Path, clinics: Sequence[Clinic]) -> tuple[list[Text], list[Finding]]:
    """Every text in `path`, filled for each clinic, and what is wrong with the file."""
    content, lines, findings = read(path)
    found: list[Text] = []
    for key, value in (content or {}).items():
        try:
            CrisisWords.model_validate(value)
        except ValidationError as error:
            findings += invalid(path, lines, key, error)
        else:
            found += _texts(path, lines, key, value, clinics)
    return found, findings


def facts(clinic: Clinic) -> dict[str, str]:
    """What words outside the FAQ may name: the clinic's facts and the crisis lines."""
    return clinic.facts() | line_facts(clinic.country)


def _texts(
    path: Path, lines: Mapping[str, int], key: str, value: Mapping[str, Any], clinics: Sequence[Clinic]
) -> Iterator[Text]:
    for name, below in value.items():
        if isinstance(below, dict):
            yield from _texts(path, lines, f"{key}.{name}", below, clinics)
        elif below:
            yield text(
                path, lines[f"{key}.{name}"], f"crisis/{key}.{name}", name, below, [(c, facts(c)) for c in clinics]
            )


def numbers_first(of: Text) -> Iterator[Finding]:
    """A finding where a crisis text lacks 911 or 988; on SMS both stand in what the first segment holds."""
    for said in differing(of.said):
        lines = crisis_lines(said.clinic.country)
        part = said.words[:SEGMENT] if of.channel == SMS else said.words
        for number in (lines["emergency"].number, lines["suicide"].number):
            if not has(part, number):
                where = (
                    f"in the first {SEGMENT} characters at {said.clinic.short_name}" if of.channel == SMS else "in it"
                )
                problem = f"{number} is not {where}"
                yield of.finding("crisis", problem, "Say the number sooner, and the rest after it.")
