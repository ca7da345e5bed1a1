"""The crisis lines of a country, from `lines.yml`."""

from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bot.errors import NightlightError

FILE = Path(__file__).with_name("lines.yml")


class Line(BaseModel):
    """Whom she can reach, how, and when that was last checked."""

    model_config = ConfigDict(extra="forbid")

    name: str
    number: str
    call: str
    text: str | None = None
    keyword: str | None = None
    hours: str
    checked: date
    source: str

    @property
    def call_link(self) -> str:
        """Markdown that dials."""
        return f"[call {self.number}](tel:{self.call})"

    @property
    def text_link(self) -> str:
        """Markdown that opens a text message to the line."""
        if self.keyword:
            return f"[text {self.keyword} to {self.text}](sms:{self.text}?&body={self.keyword})"
        return f"[text {self.number}](sms:{self.text})"

    def public(self) -> dict[str, str]:
        """What a page needs to show the line and to reach it."""
        shown = {
            "name": self.name,
            "number": self.number,
            "call": self.call,
            "text": self.text,
            "keyword": self.keyword,
        }
        return {key: value for key, value in shown.items() if value}


@lru_cache
def _by_country() -> dict[str, dict[str, Line]]:
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {c: {key: Line.model_validate(value) for key, value in lines.items()} for c, lines in written.items()}


def countries() -> list[str]:
    """The countries (ISO 3166 codes) whose lines are known."""
    return list(_by_country())


def crisis_lines(country: str = "US") -> dict[str, Line]:
    """The lines of `country` (ISO 3166 code) by their key. Raises `NightlightError` if there are none."""
    if country not in _by_country():
        raise NightlightError(f"No crisis lines are known for {country!r}; {FILE.name} has {', '.join(countries())}.")
    return _by_country()[country]


def line_facts(country: str = "US") -> dict[str, str]:
    """What crisis words may name: `lines.suicide.number`, `.call_link`, `.text_link`."""
    facts: dict[str, str] = {}
    for key, line in crisis_lines(country).items():
        facts[f"lines.{key}.number"] = line.number
        facts[f"lines.{key}.call_link"] = line.call_link
        if line.text:
            facts[f"lines.{key}.text_link"] = line.text_link
    return facts
