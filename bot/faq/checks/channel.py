"""The words of the website's channel, `data/channel.yml`: they say nothing that is ruled out."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from bot.clinic import Clinic
from bot.faq.channel import ChannelWords, Refusal
from bot.faq.checks.crisis import facts
from bot.faq.checks.files import invalid, read
from bot.faq.checks.texts import WEB, Text, text
from bot.faq.findings import Finding

# Said where she may have written of danger and nobody has read it.
WITH_LINES = frozenset({Refusal.LIMITED, Refusal.CROWDED, Refusal.ELSEWHERE, Refusal.FAILED})


def load(path: Path, clinics: Sequence[Clinic]) -> tuple[list[tuple[Text, bool]], list[Finding]]:
    """Every text in `path`, filled for each clinic, with whether it must hold the lines; and what is wrong."""
    content, lines, findings = read(path)
    try:
        words = ChannelWords.model_validate(content)
    except ValidationError as error:
        return [], [*findings, *invalid(path, lines, "", error)]
    known = [(clinic, facts(clinic)) for clinic in clinics]
    found = [
        (text(path, lines.get(f"refusals.{why}", 1), f"channel/{why}", WEB, written, known), why in WITH_LINES)
        for why, written in words.refusals.items()
    ]
    return found, findings
