"""The words of the appointment form, `data/appointment.yml`: they say nothing that is ruled out, and they fit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.clinic import Clinic
from bot.faq.checks.crisis import facts
from bot.faq.checks.files import invalid, read, schema
from bot.faq.checks.texts import Text, text
from bot.faq.findings import Finding
from bot.scheduling.words import Book

# As long as what the form puts there may be, by SMS.
HERS = {
    "her_name": "w" * 24,
    "her_phone": "+00 00 0000 0000",
    "reach": "text message",
    "best_time": "w" * 20,
    "place": "w" * 24,
    "when": "Wed, Sep 30, in the afternoon",
    "coverage": "w" * 20,
    "reference": "K7M-4QP",
    "since": "Wed, Sep 30",
    "visit": "Wed, Sep 30, 10:30 AM",
    "her_words": "w" * 150,
}
_HERS = re.compile(r"\{([a-z_]+)\}")


def load(path: Path, clinics: Sequence[Clinic]) -> tuple[list[Text], list[Finding]]:
    """Every text in `path`, filled for each clinic, and what is wrong with the file."""
    content, lines, findings = read(path)
    try:
        Book.model_validate(content)
    except ValidationError as error:
        return [], [*findings, *invalid(path, lines, "", error)]
    found: list[Text] = []
    for key, value in content["words"].items():
        found += _texts(path, lines, f"words.{key}", value, clinics)
        findings += _unknown(path, lines, key, value)
    return found, findings


def _texts(
    path: Path, lines: Mapping[str, int], key: str, value: Mapping[str, Any], clinics: Sequence[Clinic]
) -> Iterator[Text]:
    for channel in ("web", "sms"):
        written = _HERS.sub(lambda match: HERS.get(match[1], match[0]), value[channel])
        where = f"form/{key.removeprefix('words.')}.{channel}"
        yield text(path, lines.get(f"{key}.{channel}", 1), where, channel, written, [(c, facts(c)) for c in clinics])
    if value.get("at_home"):
        yield from _texts(path, lines, f"{key}.at_home", value["at_home"], clinics)


def _unknown(path: Path, lines: Mapping[str, int], key: str, value: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding for each placeholder that nothing fills."""
    said = [value["web"], value["sms"], *(value.get("at_home") or {}).values()]
    for name in sorted({name for one in said for name in _HERS.findall(one)} - set(HERS)):
        yield schema(
            path, lines.get(f"words.{key}", 1), f"{key}: {{{name}}} is filled by nothing", "The file's head lists them."
        )
