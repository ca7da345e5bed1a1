"""Her request, later: how it stands, and asking the schedulers to change it."""

import re
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Protocol

from bot.clock import Now
from bot.errors import NightlightError
from bot.handoff.reference import ALPHABET, as_written
from bot.scheduling.answers import Setting
from bot.scheduling.conversation import Message, asks
from bot.scheduling.phones import find_phone, without_phone
from bot.scheduling.phrases import Command, command, tidy, yes_or_no
from bot.scheduling.places import find_place
from bot.scheduling.status import AppointmentStatus
from bot.scheduling.times import find_when

MAX_TRIES = 3
MAX_WORDS = 280
_REFERENCE = re.compile(rf"(?<![\w-])([{ALPHABET}]{{3}})([\s-]?)([{ALPHABET}]{{3}})(?![\w-])", re.IGNORECASE)
_CALL_OFF = re.compile(r"\b(?:cancel|call off|can'?t (?:make|come)|not coming|don'?t need)", re.IGNORECASE)


class Purpose(StrEnum):
    """What she wants of her request."""

    STATUS = "status"
    CHANGE = "change"


class Ask(StrEnum):
    """What is asked."""

    IDENTITY = "identity"
    CHANGE_WORDS = "change_words"
    CHANGE_CONFIRMED = "change_confirmed"


class Desk(Protocol):
    """Where requests are kept."""

    def appointment_status(
        self, conversation_id: str, phone: str | None, reference: str | None
    ) -> AppointmentStatus | None:
        """The request of the conversation, or of the phone and the reference together."""

    def ask_to_change(self, reference: str, words: str, at: Now) -> object:
        """Store what she wants changed."""


@dataclass(frozen=True)
class Lookup:
    """What is known so far. `found` is the reference of the request that was found."""

    purpose: Purpose
    phone: str | None = None
    reference: str | None = None
    found: str | None = None
    words: str | None = None
    tries: int = 0

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it; `from_json` reads it back."""
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"purpose": str(self.purpose)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Lookup":
        """The lookup that `to_json` wrote."""
        return cls(**{**data, "purpose": Purpose(data["purpose"])})


@dataclass(frozen=True)
class Answer:
    """What she reads, by the key of its words; `ask` is None once it is over."""

    lookup: Lookup
    ask: Ask | None
    words: str
    status: AppointmentStatus | None = None
    facts: dict[str, str] = field(default_factory=dict)


def find_reference(text: str) -> str | None:
    """The reference in `text`, as it is written: K7M-4QP. Two short words are none: it has a digit or a hyphen."""
    for match in _REFERENCE.finditer(without_phone(text)):
        if "-" in match[2] or any(c.isdigit() for c in match[1] + match[3]):
            return as_written(match[0])
    return None


def begin(purpose: Purpose, text: str, setting: Setting, conversation_id: str, desk: Desk) -> Answer:
    """She asks about her request. Raises what `desk` raises."""
    lookup = _identified(Lookup(purpose), text, setting)
    return _find(lookup, text, setting, conversation_id, desk)


def step(lookup: Lookup, asked: Ask, message: Message, setting: Setting, conversation_id: str, desk: Desk) -> Answer:
    """One message while `asked` is open. Raises what `desk` raises where a request is looked up."""
    if message.aside:
        return _again(lookup, asked)
    steered = _steered(message)
    if steered in {Command.CANCEL, Command.PAUSE, Command.DECLINE}:
        return Answer(lookup, None, "lookup_left")
    if asked == Ask.IDENTITY:
        return _find(_identified(lookup, message.text, setting), message.text, setting, conversation_id, desk)
    if asked == Ask.CHANGE_WORDS:
        return _to_confirm(lookup, message.text)
    return _confirm(lookup, message, setting, desk)


def understands(asked: Ask, text: str, setting: Setting) -> bool:
    """Whether `text` is meant for the lookup and is no question of another kind."""
    if command(text) or find_reference(text) or find_phone(text, setting.clinic.country):
        return True
    if asked == Ask.CHANGE_CONFIRMED:
        return yes_or_no(text) is not None
    if asked == Ask.CHANGE_WORDS:
        return not asks(text) or _says_change(text, setting)
    return any(c.isdigit() for c in text) and not asks(text)


def _steered(message: Message) -> Command | None:
    if message.choice:
        return Command.CANCEL if message.choice == "do:cancel" else None
    return command(message.text)


def _identified(lookup: Lookup, text: str, setting: Setting) -> Lookup:
    phone, reference = find_phone(text, setting.clinic.country), find_reference(text)
    return replace(lookup, phone=phone or lookup.phone, reference=reference or lookup.reference)


def _find(lookup: Lookup, text: str, setting: Setting, conversation_id: str, desk: Desk) -> Answer:
    status = desk.appointment_status(conversation_id, lookup.phone, lookup.reference)
    if status is None:
        return _not_found(lookup)
    lookup = replace(lookup, found=status.reference)
    if lookup.purpose == Purpose.STATUS:
        return Answer(lookup, None, f"status_{status.status}", status)
    if _says_change(text, setting):
        return _to_confirm(lookup, text)
    return _again(lookup, Ask.CHANGE_WORDS)


def _not_found(lookup: Lookup) -> Answer:
    if lookup.phone and lookup.reference:
        tried = replace(lookup, phone=None, reference=None, tries=lookup.tries + 1)
        if tried.tries >= MAX_TRIES:
            return Answer(tried, None, "lookup_given_up")
        return Answer(tried, Ask.IDENTITY, "lookup_not_found")
    return _again(lookup, Ask.IDENTITY)


def _says_change(text: str, setting: Setting) -> bool:
    """Whether she says already what should change."""
    when = find_when(text, setting.clinic, setting.now)
    return bool(when or find_place(text, setting.clinic) or _CALL_OFF.search(text))


def _again(lookup: Lookup, asked: Ask) -> Answer:
    if asked == Ask.IDENTITY:
        missing = "_phone" if lookup.reference else "_reference" if lookup.phone else ""
        return Answer(lookup, asked, f"ask_lookup{missing}")
    return Answer(lookup, asked, f"ask_{asked}", facts=_facts(lookup))


def _facts(lookup: Lookup) -> dict[str, str]:
    return {"reference": lookup.found or "", "her_words": lookup.words or ""}


def _to_confirm(lookup: Lookup, text: str) -> Answer:
    words = tidy(text)
    if not words or yes_or_no(words) is not None:
        return _again(lookup, Ask.CHANGE_WORDS)
    if len(words) > MAX_WORDS:
        return Answer(lookup, Ask.CHANGE_WORDS, "change_words_too_long")
    return _again(replace(lookup, words=words), Ask.CHANGE_CONFIRMED)


def _confirm(lookup: Lookup, message: Message, setting: Setting, desk: Desk) -> Answer:
    kind, _, value = (message.choice or "").partition(":")
    agreed = (value == "yes" if kind == Ask.CHANGE_CONFIRMED else None) if message.choice else yes_or_no(message.text)
    if agreed is None and not message.choice:
        return _to_confirm(lookup, message.text)  # other words for it
    if agreed is None:
        return _again(lookup, Ask.CHANGE_CONFIRMED)
    if not agreed:
        return _again(replace(lookup, words=None), Ask.CHANGE_WORDS)
    assert lookup.found
    try:
        desk.ask_to_change(lookup.found, lookup.words or "", lambda: setting.now)
    except NightlightError:
        return Answer(lookup, Ask.CHANGE_CONFIRMED, "change_not_saved")
    return Answer(lookup, None, "change_saved")
