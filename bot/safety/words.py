"""The words of danger, from `data/crisis.yml`, filled with the crisis lines and the clinic's facts."""

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.clinic import Clinic, clinic, fill
from bot.errors import NightlightError
from bot.safety.lines import line_facts
from bot.settings import ROOT

FILE = ROOT / "data" / "crisis.yml"


class Said(BaseModel):
    """One text for the web (Markdown) and one for SMS."""

    model_config = ConfigDict(extra="forbid")

    web: str
    sms: str

    def on(self, channel: str) -> str:
        """The text for `channel`; any channel but `sms` gets the web's."""
        return self.sms if channel == "sms" else self.web


class CrisisWords(Said):
    """What is said, and how it differs when she writes for another or of the past."""

    about_her: Said | None = None
    past: Said | None = None

    def variants(self) -> dict[str, Said]:
        """Every text by its situation; the plain one under the empty name."""
        found = {"": Said(web=self.web, sms=self.sms), "about_other": self.about_her, "past": self.past}
        return {name: said for name, said in found.items() if said}


def load(facts: dict[str, str], path: Path = FILE) -> dict[str, CrisisWords]:
    """All crisis words by key, placeholders filled from `facts`. Raises `NightlightError`."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {key: CrisisWords.model_validate(_filled(value, facts)) for key, value in raw.items()}
    except (yaml.YAMLError, ValidationError) as error:
        raise NightlightError(f"{path.name}: {error}") from error
    except KeyError as error:
        raise NightlightError(f"{path.name}: there is no fact {{{error.args[0]}}}.") from error


def _filled(value: dict[str, object], facts: dict[str, str]) -> dict[str, object]:
    return {k: fill(v, facts).strip() if isinstance(v, str) else _filled(v, facts) for k, v in value.items()}  # type: ignore[arg-type]


def crisis_words_of(of: Clinic) -> dict[str, CrisisWords]:
    """The crisis words for the clinic `of`: its phone, its country's lines."""
    return load(of.facts() | line_facts(of.country))


@lru_cache(maxsize=1)
def crisis_words() -> dict[str, CrisisWords]:
    """The crisis words of this process."""
    return crisis_words_of(clinic())
