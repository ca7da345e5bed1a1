"""The words of this channel that are neither answers nor danger, from `data/texting.yml`."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.clinic import Clinic, ModelOfCare, clinic
from bot.errors import NightlightError
from bot.faq.compile import fill_response
from bot.safety.lines import line_facts
from bot.settings import ROOT

FILE = ROOT / "data" / "texting.yml"


class TextWords(BaseModel):
    """One text, and how it differs at home."""

    model_config = ConfigDict(extra="forbid")

    text: str
    at_home: str | None = None

    def under(self, model: ModelOfCare) -> str:
        """The words under `model`."""
        return self.at_home if self.at_home and model is ModelOfCare.AT_HOME else self.text


def load(path: Path = FILE) -> dict[str, TextWords]:
    """The words in `path`, by key. Raises `NightlightError` if it is not such a file."""
    try:
        return {key: read_words(value) for key, value in yaml.safe_load(path.read_text(encoding="utf-8")).items()}
    except (OSError, yaml.YAMLError, ValidationError, AttributeError) as error:
        raise NightlightError(f"{path.name} is not a file of text messages: {error}") from error


def read_words(value: object) -> TextWords:
    """What stands under one key: a text, or several by name. Raises `ValidationError`."""
    return TextWords.model_validate(value if isinstance(value, dict) else {"text": value})


def words(key: str, model: ModelOfCare | None = None, **hers: str) -> str:
    """The text called `key` as this clinic says it; `hers` fills {her.when} and its like.

    `model` is her model of care, where it is not the clinic's. Raises `NightlightError` if the clinic lacks a fact.
    """
    own = {f"her.{name}": value for name, value in hers.items()}
    return said(book()[key].under(model or clinic().model_of_care), facts_of(clinic()) | own)


def said(text: str, facts: Mapping[str, str]) -> str:
    """`text` with its placeholders filled. Raises `MissingFact`."""
    filled: str = fill_response({"text": text}, facts)["text"]
    return filled.strip()


def facts_of(of: Clinic) -> dict[str, str]:
    """What the texts of the clinic `of` may name."""
    return of.facts() | line_facts(of.country)


@lru_cache(maxsize=1)
def book() -> dict[str, TextWords]:
    """The words of this process."""
    return load()
