"""What both systems learn and are asked: one sample, one held-out set, and a project folder for each."""

import random
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.clinic import Clinic
from bot.errors import NightlightError
from bot.faq.compile import compile_faq, fill_response, rules, utter
from bot.faq.library import library
from bot.faq.notices import ERASURE, compile_notices
from bot.safety.lines import line_facts
from bot.safety.words import crisis_words_of
from bot.scheduling.slots import FORM, LOOKUP_FORM
from bot.scheduling.words import responses as appointment_responses
from bot.settings import ROOT

SEED = 7
LEAST = 6  # with fewer there is not one of each intent for our calibration
STOCK = ROOT / "bench" / "stock"
CLINIC = "in-clinic"
FIRST_QUESTION = {FORM: "utter_appointment_ask_name", LOOKUP_FORM: "utter_appointment_ask_lookup"}

Examples = dict[str, list[str]]
Response = dict[str, Any]


def read_examples(path: Path) -> Examples:
    """The examples of each intent in an NLU file of Rasa."""
    content = read(path)
    return {
        item["intent"]: [line.strip().removeprefix("- ") for line in item["examples"].splitlines() if line.strip()]
        for item in content["nlu"]
        if "intent" in item
    }


def without(examples: Examples, held_out: Iterable[str]) -> Examples:
    """`examples` without any text that is held out: what is asked was never learned."""
    asked = {_bare(text) for text in held_out}
    return {intent: [t for t in texts if _bare(t) not in asked] for intent, texts in examples.items()}


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def sample(examples: Examples, per_topic: int, seed: int = SEED) -> Examples:
    """`per_topic` examples of each intent, drawn by `seed`; all of them where `per_topic` is 0.

    Raises `NightlightError` where there are too few to learn from.
    """
    if per_topic == 0:
        return examples
    if per_topic < LEAST:
        raise NightlightError(f"--per-topic is {per_topic}; it takes 0 (all examples) or {LEAST} and more.")
    draw = random.Random(seed)
    return {intent: draw.sample(texts, min(per_topic, len(texts))) for intent, texts in examples.items()}


def count(examples: Examples) -> int:
    """How many examples there are."""
    return sum(map(len, examples.values()))


def our_project(folder: Path, examples: Examples) -> None:
    """Write this bot as it is, with `examples` in place of its own."""
    shutil.copytree(ROOT / "data", folder / "data")
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, folder / name)
    write(folder / "data" / "nlu.yml", as_nlu(examples))


def stock_project(folder: Path, examples: Examples, stories: bool = True) -> None:
    """Write the bot that `rasa init` would have begun: the same answers, one rule an intent, and `stories`."""
    (folder / "data").mkdir(parents=True)
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(STOCK / name, folder / name)
    if stories:
        shutil.copy(STOCK / "stories.yml", folder / "data")
    domain, written = read(STOCK / "domain.yml"), read(STOCK / "rules.yml")
    said, replies = spoken(Clinic.load(CLINIC)), reply_names()
    domain["intents"] = list(examples)
    domain["responses"] |= {replies[intent]: [said[replies[intent]]] for intent in examples}
    written["rules"] += [
        {"rule": f"Answer {intent}", "steps": [{"intent": intent}, {"action": replies[intent]}]} for intent in examples
    ]
    write(folder / "domain.yml", domain)
    write(folder / "data" / "rules.yml", written)
    write(folder / "data" / "nlu.yml", as_nlu(examples))


def as_nlu(examples: Examples) -> dict[str, Any]:
    """`examples` as Rasa's NLU format has them."""
    items = [{"intent": i, "examples": "".join(f"- {text}\n" for text in texts)} for i, texts in examples.items()]
    return {"version": "3.1", "nlu": items}


def reply_names() -> dict[str, str]:
    """The response that each intent is answered with, as our rules have it: of a form its first question."""
    written = read(ROOT / "data" / "rules.yml")["rules"] + rules(library())
    steps = [rule["steps"] for rule in written if "intent" in rule["steps"][0]]
    return {first["intent"]: FIRST_QUESTION.get(then["action"], then["action"]) for first, then, *_ in steps}


def spoken(clinic: Clinic) -> dict[str, Response]:
    """Every curated response in its plain form for the web, by name: text and buttons."""
    facts = clinic.facts() | line_facts(clinic.country)
    said: dict[str, list[Response]] = {
        name: [fill_response(response, facts) for response in responses]
        for name, responses in read(ROOT / "domain.yml")["responses"].items()
    }
    said |= compile_faq(library(), clinic) | compile_notices(ERASURE, facts)
    said |= appointment_responses(clinic, facts)
    said |= {utter(key): [{"text": words.web}] for key, words in crisis_words_of(clinic).items()}
    return {name: plain(responses) for name, responses in said.items()}


def plain(responses: list[Response]) -> Response:
    """The response that needs no situation, no day and no channel, without what only our channel reads."""
    particular = {"when", "after"}
    general = [r for r in responses if "channel" not in r and not particular & set(r.get("metadata") or {})]
    return {key: value for key, value in general[0].items() if key in {"text", "buttons"} and value}


def read(path: Path) -> Any:
    """The content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` as YAML."""
    path.write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")
