"""The responses in `domain.yml`: what the bot says that is neither an answer nor danger."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.clinic import Clinic
from bot.faq.checks.crisis import facts
from bot.faq.checks.files import read
from bot.faq.checks.texts import SMS, WEB, Text, text
from bot.faq.findings import Finding

Response = Mapping[str, Any]


def load(path: Path, clinics: Sequence[Clinic]) -> tuple[list[tuple[Text, bool]], list[Finding]]:
    """Every response in `path` with whether it is sent by SMS too, and what is wrong with the file."""
    content, lines, findings = read(path)
    responses = (content or {}).get("responses") or {}
    return list(_texts(path, lines, responses, clinics)), findings


def _texts(
    path: Path, lines: Mapping[str, int], responses: Mapping[str, Sequence[Response]], clinics: Sequence[Clinic]
) -> Iterator[tuple[Text, bool]]:
    for name, variations in responses.items():
        for number, response in enumerate(variations or []):
            if response.get("text"):
                key = f"responses.{name}.{number}.text"
                own = response.get("channel") == SMS
                known = [(c, facts(c)) for c in clinics]
                found = text(
                    path, lines[key], f"{name}/{'sms' if own else 'text'}", SMS if own else WEB, response["text"], known
                )
                yield found, own or not _has_sms(variations, response)


def _has_sms(variations: Sequence[Response], of: Response) -> bool:
    """Whether another variation is said by SMS in the situation of this one."""
    return any(v.get("channel") == SMS and _situation(v) == _situation(of) for v in variations)


def _situation(response: Response) -> object:
    return (response.get("metadata") or {}).get("when")
