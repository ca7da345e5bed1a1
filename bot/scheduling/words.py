"""The words of the form, from `data/appointment.yml`."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.clinic import Clinic, ModelOfCare
from bot.errors import NightlightError
from bot.faq.compile import Response, fill_response, variations
from bot.faq.topic import Words
from bot.settings import ROOT

FILE = ROOT / "data" / "appointment.yml"
PREFIX = "appointment_"  # of the responses' names
CHOICE = "appointment_choice"
PLACES = "places"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Said(_Strict):
    """One text for the web and one for SMS."""

    web: str
    sms: str


class FormWords(Said):
    """What is said, how it differs by model of care, and its buttons: (label, what it answers)."""

    at_home: Said | None = None
    buttons: list[tuple[str, str]] | Literal["places"] = []

    def under(self, model: ModelOfCare) -> Said:
        """The words under `model`."""
        return self.at_home if self.at_home and model == ModelOfCare.AT_HOME else self


class Book(_Strict):
    """The whole file."""

    words: dict[str, FormWords]
    terms: dict[str, str]


def load(path: Path = FILE) -> Book:
    """The words in `path`. Raises `NightlightError` if it is not such a file."""
    try:
        return Book.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise NightlightError(f"{path.name} is not a file of the form's words: {error}") from error


@lru_cache(maxsize=1)
def book() -> Book:
    """The words of this process."""
    return load()


def responses(of: Clinic, facts: Mapping[str, str]) -> dict[str, list[Response]]:
    """Rasa's responses, by name, for the clinic `of`; what is hers stays a placeholder until it is said."""
    return {
        f"utter_{PREFIX}{key}": [
            fill_response(response, facts)
            for response in variations(Words(**_plain(words.under(of.model_of_care))), metadata={"type": "form"})
        ]
        for key, words in book().words.items()
    }


def _plain(said: Said) -> dict[str, str]:
    return {"web": said.web, "sms": said.sms}


def buttons(key: str, of: Clinic) -> list[dict[str, str]]:
    """The buttons under the words `key`, with the payloads that Rasa reads."""
    offered = book().words[key].buttons
    if isinstance(offered, str):
        asked = of.places if of.model_of_care == ModelOfCare.IN_CLINIC else []
        return [{"title": place, "payload": _payload(f"place:{place}")} for place in asked]
    return [{"title": title, "payload": _payload(answer)} for title, answer in offered]


def _payload(answer: str) -> str:
    return answer if answer.startswith("/") else f'/{CHOICE}{{"choice": "{answer}"}}'
