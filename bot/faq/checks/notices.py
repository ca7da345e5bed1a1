"""The words beside the FAQ that have a file of their own, such as `data/erasure.yml`."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from bot.clinic import Clinic
from bot.faq.checks.crisis import facts
from bot.faq.checks.files import invalid, read
from bot.faq.checks.texts import SMS, WEB, Text, text
from bot.faq.findings import Finding
from bot.faq.notices import Notice


def load(path: Path, clinics: Sequence[Clinic]) -> tuple[list[Text], list[Finding]]:
    """Every text in `path`, filled for each clinic, and what is wrong with the file."""
    content, lines, findings = read(path)
    known = [(clinic, facts(clinic)) for clinic in clinics]
    found: list[Text] = []
    for key, value in (content or {}).items():
        try:
            notice = Notice.model_validate(value)
        except ValidationError as error:
            findings += invalid(path, lines, key, error)
            continue
        for channel, written in ((WEB, notice.web), (SMS, notice.sms)):
            found.append(text(path, lines[f"{key}.{channel}"], f"{key}/{channel}", channel, written, known))
    return found, findings
