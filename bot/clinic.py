"""The clinic file: the facts of one clinic, and the words that use them."""

import re
from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, ValidationError, model_validator

from bot.errors import NightlightError
from bot.settings import LOOPBACK, ROOT, settings

OPENS, CLOSES = time(9), time(21)  # for what we begin to text; see bot/texting/quiet.py
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\}")


class ModelOfCare(StrEnum):
    """Where the treatment happens; answers differ by it."""

    IN_CLINIC = "in_clinic"
    AT_HOME = "at_home"


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Span(BaseModel):
    """The hours of one day, in the clinic's time zone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    opens: time
    closes: time

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: object) -> object:
        """As the clinic file writes it: "8:00-17:00"."""
        if not isinstance(value, str):
            return value
        opens, _, closes = value.partition("-")
        return {"opens": _clock(opens), "closes": _clock(closes)}

    @model_validator(mode="after")
    def _in_order(self) -> "Span":
        if self.opens >= self.closes:
            raise ValueError("it closes before it opens")
        return self


class TextTimes(BaseModel):
    """When the clinic begins to text, by her own clock; all of it within the hours of `bot.texting.quiet`.

    `a_week` bounds how many texts we begin in any seven days; `check_in_days` count from the day of a session.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    a_week: int = Field(6, ge=1, le=14)
    day_before: time = time(17)
    morning: time = time(9)
    check_in_at: time = time(11)
    check_in_days: tuple[Annotated[int, Field(ge=1, le=28)], ...] = (1, 3, 7)

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: object) -> object:
        """As the clinic file writes them: "17:00"."""
        if not isinstance(value, dict):
            return value
        return {key: _clock(said) if isinstance(said, str) else said for key, said in value.items()}

    @model_validator(mode="after")
    def _by_day(self) -> "TextTimes":
        if not all(OPENS <= at < CLOSES for at in (self.day_before, self.morning, self.check_in_at)):
            raise ValueError(f"no text is begun before {OPENS:%H:%M} or from {CLOSES:%H:%M} on")
        return self


class Contact(BaseModel):
    """Whom hand-offs are sent to. The role is named, the person is not."""

    model_config = ConfigDict(extra="forbid")

    role: str
    email: EmailStr
    phone: str | None = Field(None, pattern=r"^\+[1-9]\d{6,14}$")  # told by text too, where texts can leave


def _website(address: str) -> str:
    """`address` as browsers write an origin. Raises `ValueError` if it is none that may embed the chat."""
    example = "it takes the address of a website alone, like https://www.clinic.example"
    try:
        parts = urlsplit(address.strip().lower().removesuffix("/"))
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(example) from None
    if not host or parts.path or parts.query or parts.fragment or "@" in parts.netloc or "*" in host:
        raise ValueError(example)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ValueError(f"{example}; http:// is for this machine alone")
    default = {"https": 443, "http": 80}[parts.scheme]
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port and port != default else "")


Website = Annotated[str, AfterValidator(_website)]


class Clinic(BaseModel):
    """One clinic file, checked."""

    model_config = ConfigDict(extra="forbid")

    name: str
    short_name: str
    model_of_care: ModelOfCare
    phone: str = Field(pattern=r"^\d{3}-\d{3}-\d{4}$")
    time_zone: str
    country: str = Field(pattern="^[A-Z]{2}$")
    places: list[str]
    states: list[str]
    hours: dict[Weekday, Span] = Field(min_length=1)  # when visits are held; a day that is not named has none
    closed_dates: list[date] = []  # beside the country's public holidays
    callback: str
    program: dict[str, str]
    dates: dict[str, date]
    urgent_contacts: list[Contact] = Field(min_length=1)
    scheduling_contacts: list[Contact] = Field(min_length=1)  # told of what is not urgent
    urgent_retry_minutes: int = Field(gt=0)
    origins: list[Website] = []  # the websites that may embed the chat, beside the server's own page
    texts: TextTimes = TextTimes()

    @classmethod
    def load(cls, name: str) -> "Clinic":
        """The clinic in `clinics/<name>.yml`, or in the file at the path `name`.

        Raises `NightlightError` if there is none, or if it lacks a fact.
        """
        path = clinic_file(name)
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, ValidationError) as error:
            raise NightlightError(f"{path.name} is not a clinic file: {error}") from error

    def facts(self) -> dict[str, str]:
        """What answers may name, by placeholder: `clinic.phone`, `program.forms`, ..."""
        own = {k: v for k, v in self.model_dump(mode="json").items() if isinstance(v, str) and v}
        lists = {
            "places": _listed(self.places),
            "states": _listed(self.states),
            "open_days": _days(self.hours),
        }
        facts = {f"clinic.{k}": v for k, v in {**own, **lists}.items() if v}
        facts |= {f"program.{k}": v for k, v in self.program.items()}
        facts["texts.a_week"] = str(self.texts.a_week)
        return facts | {f"dates.{k}": f"{v:%B} {v.day}, {v.year}" for k, v in self.dates.items()}


def _clock(words: str) -> str:
    hour, _, minute = words.strip().partition(":")
    return f"{hour:0>2}:{minute or '00'}"


def clinic_file(name: str) -> Path:
    """Where the clinic file called `name` is. Raises `NightlightError` if it is nowhere."""
    path = Path(name) if name.endswith((".yml", ".yaml")) else ROOT / "clinics" / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in (ROOT / "clinics").glob("*.yml")))
        raise NightlightError(f"NIGHTLIGHT_CLINIC is {name!r}: no such clinic file. Known: {known}; or give a path.")
    return path


def _days(hours: Mapping[Weekday, Span]) -> str:
    """The days of `hours`: "Monday to Friday" where they follow each other, else one by one."""
    numbers = [number for number, day in enumerate(Weekday) if day in hours]
    names = [day.value.title() for day in Weekday if day in hours]
    in_a_row = len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1
    return f"{names[0]} to {names[-1]}" if in_a_row else _listed(names)


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + f" and {items[-1]}" if items else ""


def fill(text: str, facts: Mapping[str, str]) -> str:
    """`text` with its placeholders filled. Raises `KeyError` naming the fact that is missing."""
    return PLACEHOLDER.sub(lambda match: facts[match[1]], text)


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """The clinic of this process, as `NIGHTLIGHT_CLINIC` names it."""
    return Clinic.load(settings().clinic)
