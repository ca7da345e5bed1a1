"""Curated words made into Rasa responses and rules for one clinic."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.clinic import Clinic, fill
from bot.errors import NightlightError
from bot.faq.library import Entry, read_sources
from bot.faq.topic import Words

Response = dict[str, Any]
SMS = "sms"


class MissingFact(NightlightError):
    """An answer names a fact that the clinic file does not have."""


def variations(words: Words, **extra: Any) -> list[Response]:
    """One response for the web (and any channel without its own) and one for SMS."""
    found: list[Response] = []
    if words.web:
        found.append({"text": words.web.strip(), **extra})
    if words.sms:
        found.append({"text": words.sms.strip(), "channel": SMS, **extra})
    return found


def utter(intent: str) -> str:
    """The name of the response that answers `intent`."""
    return f"utter_{intent}"


def buttons(related: Iterable[str], library: Mapping[str, Entry]) -> list[dict[str, str]]:
    """A button for each related topic that exists."""
    entries = (library.get(f"faq_{name}") for name in related)
    return [{"title": e.topic.label, "payload": f"/{e.intent}"} for e in entries if e]


def compile_topic(entry: Entry, clinic: Clinic, library: Mapping[str, Entry]) -> list[Response]:
    """All variations of the response to `entry`, filled with the facts of `clinic`.

    `metadata.when` says in which situation a variation is said, `metadata.until`
    and `metadata.after` between which days. Raises `MissingFact` with file and line.
    """
    topic, model = entry.topic, clinic.model_of_care
    common = {"type": "answer", "topic": entry.name, "review": topic.review.status, "sources": _citations(entry)}
    extra = {"buttons": buttons(topic.related, library)}
    dated = {"until": str(clinic.dates[topic.until])} if topic.until else {}
    found = variations(topic.answer(model), metadata={**common, **dated}, **extra)
    expired = topic.after_expiry(model)
    if expired:
        found += variations(expired, metadata={**common, "after": dated["until"]}, **extra)
    found += variations(topic.further(model), metadata={**common, "when": {"follow_up": True}}, **extra)
    return [fill_response(response, clinic.facts(), entry) for response in found]


def _citations(entry: Entry) -> list[dict[str, str]]:
    known = read_sources(entry.path.parent)
    cited = (known[s.id] for s in entry.topic.sources if s.id in known)
    return [{"title": c.title, "year": str(c.year or ""), "address": c.address or ""} for c in cited]


def fill_response(response: Response, facts: Mapping[str, str], entry: Entry | None = None) -> Response:
    """`response` with its placeholders filled. Raises `MissingFact` naming the file, line and fact."""
    try:
        return {**response, "text": fill(response["text"], facts)} if "text" in response else response
    except KeyError as error:
        where = f"{entry.path.name}:{_line_of(entry, error.args[0])}: " if entry else ""
        raise MissingFact(f"{where}the clinic file has no fact {{{error.args[0]}}}. Add it there or reword.") from error


def _line_of(entry: Entry, fact: str) -> int:
    lines = entry.path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, start=1) if f"{{{fact}}}" in line), 1)


def compile_faq(library: Mapping[str, Entry], clinic: Clinic) -> dict[str, list[Response]]:
    """The responses to every topic, by name."""
    return {utter(intent): compile_topic(entry, clinic, library) for intent, entry in library.items()}


def rules(library: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """One rule a topic: who asks is answered."""
    return [
        {
            "rule": f"A mother asks: {entry.topic.question}",
            "steps": [{"intent": intent}, {"action": utter(intent)}],
        }
        for intent, entry in library.items()
    ]
