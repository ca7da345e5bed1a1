"""The words of the website's channel itself, from `data/channel.yml`: what it says where it takes nothing."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bot.clinic import clinic, fill
from bot.errors import NightlightError
from bot.safety.lines import line_facts
from bot.settings import ROOT

FILE = ROOT / "data" / "channel.yml"


class Refusal(StrEnum):
    """Why something is not taken."""

    LIMITED = "limited"
    CROWDED = "crowded"
    ENDED = "ended"
    ELSEWHERE = "elsewhere"
    NOT_YOURS = "not_yours"
    NOT_OFFERED = "not_offered"
    NOT_RATEABLE = "not_rateable"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    NOT_ERASED = "not_erased"
    FAILED = "failed"


class ChannelWords(BaseModel):
    """The whole file; `title` is what the chat is called where others may see it."""

    model_config = ConfigDict(extra="forbid")

    title: str
    refusals: dict[Refusal, str]

    @model_validator(mode="after")
    def _all_there(self) -> "ChannelWords":
        if missing := set(Refusal) - set(self.refusals):
            raise ValueError(f"there are no words for {', '.join(sorted(missing))}")
        return self

    def filled(self, facts: Mapping[str, str]) -> "ChannelWords":
        """The same with its placeholders filled. Raises `KeyError` naming the fact that is missing."""
        return ChannelWords(title=self.title, refusals={why: fill(said, facts) for why, said in self.refusals.items()})


def load(path: Path = FILE) -> ChannelWords:
    """The words in `path`, placeholders as they are. Raises `NightlightError` if it is not such a file."""
    try:
        return ChannelWords.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise NightlightError(f"{path.name} is not a file of the channel's words: {error}") from error


@lru_cache(maxsize=1)
def channel_words() -> ChannelWords:
    """The words of this process. Raises `NightlightError`."""
    try:
        return load().filled(clinic().facts() | line_facts(clinic().country))
    except KeyError as error:
        raise NightlightError(f"{FILE.name}: there is no fact {{{error.args[0]}}}.") from error
