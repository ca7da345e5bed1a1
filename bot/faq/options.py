"""The human words for an intent, where the bot asks "did you mean"."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import yaml

from bot.faq.library import Entry
from bot.settings import ROOT

Button = dict[str, str]


@lru_cache(maxsize=1)
def asked() -> dict[str, str]:
    """The words of `data/options.yml` for what is not a topic, by intent."""
    found: dict[str, str] = yaml.safe_load((ROOT / "data" / "options.yml").read_text(encoding="utf-8"))
    return found


def options(intents: Iterable[str], library: Mapping[str, Entry], asked: Mapping[str, str]) -> list[Button]:
    """A button for each of `intents`: a topic's question, else the words in `asked`; others are left out."""
    words = {**asked, **{intent: entry.topic.question for intent, entry in library.items()}}
    return [{"title": words[intent], "payload": f"/{intent}"} for intent in intents if intent in words]
