"""Curated words beside the FAQ, by key, made into responses: `data/erasure.yml`."""

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import NightlightError
from bot.faq.compile import Response, fill_response, utter, variations
from bot.faq.topic import Words
from bot.settings import ROOT

ERASURE = ROOT / "data" / "erasure.yml"


class Notice(BaseModel):
    """One text for the web (Markdown) and one for SMS; `buttons` are (title, payload) pairs, for the web."""

    model_config = ConfigDict(extra="forbid")

    web: str
    sms: str
    buttons: list[tuple[str, str]] = []

    def responses(self) -> list[Response]:
        """Rasa's responses, placeholders as they are."""
        web, sms = variations(Words(web=self.web, sms=self.sms), metadata={"type": "notice"})
        offered = [{"title": title, "payload": payload} for title, payload in self.buttons]
        return [{**web, "buttons": offered} if offered else web, sms]


def load(path: Path) -> dict[str, Notice]:
    """The notices in `path`, by key. Raises `NightlightError` if it is not such a file."""
    try:
        return {key: Notice.model_validate(n) for key, n in yaml.safe_load(path.read_text(encoding="utf-8")).items()}
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise NightlightError(f"{path.name} is not a file of notices: {error}") from error


def compile_notices(path: Path, facts: Mapping[str, str]) -> dict[str, list[Response]]:
    """The responses to say the notices in `path`, by name, filled. Raises `MissingFact`."""
    return {utter(key): [fill_response(r, facts) for r in notice.responses()] for key, notice in load(path).items()}
