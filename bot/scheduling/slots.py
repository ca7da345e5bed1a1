"""The draft and the lookup as a Rasa conversation keeps them: one slot for each answer, one for the rest."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.clinic import clinic
from bot.scheduling import conversation, lookup
from bot.scheduling.answers import Setting
from bot.scheduling.draft import ORDER, Draft, Question
from bot.scheduling.lookup import Ask, Lookup

FORM = "appointment_form"
LOOKUP_FORM = "appointment_lookup_form"
PREFIX = "appointment_"
PROGRESS = "appointment_progress"  # what of the draft is no answer
LOOKUP = "appointment_lookup"
REQUESTED = "requested_slot"
TURN = "appointment_turn"  # the message to which the form replied last: how a turn that failed is known
# The intents that begin a form, also from inside the other one.
BEGINS = {"request_appointment": FORM, "change_appointment": LOOKUP_FORM, "ask_appointment_status": LOOKUP_FORM}
FIELDS = tuple(str(question) for question in ORDER)

Slots = Mapping[str, Any]


def draft_of(slots: Slots) -> Draft:
    """The draft that `slots` hold; an empty one where they hold none that can be read."""
    answers = {name: slots.get(PREFIX + name) for name in FIELDS}
    data = {name: value for name, value in answers.items() if value is not None}
    try:
        return Draft.from_json(data | dict(slots.get(PROGRESS) or {}))
    except (TypeError, ValueError, KeyError):
        return Draft()


def slots_of(draft: Draft) -> dict[str, Any]:
    """Every slot of the form with its value for `draft`."""
    data = draft.to_json()
    answers = {PREFIX + name: data.pop(name, None) for name in FIELDS}
    return answers | {PROGRESS: data or None}


def lookup_of(slots: Slots) -> Lookup | None:
    """The lookup that is going on, if one is."""
    try:
        return Lookup.from_json(slots[LOOKUP]) if slots.get(LOOKUP) else None
    except (TypeError, ValueError, KeyError):
        return None


def question_of(slots: Slots) -> Question | None:
    """The form's open question."""
    name = str(slots.get(REQUESTED) or "").removeprefix(PREFIX)
    return Question(name) if name in set(Question) else None


def ask_of(slots: Slots) -> Ask | None:
    """The lookup's open question."""
    name = str(slots.get(REQUESTED) or "").removeprefix(PREFIX)
    return Ask(name) if name in set(Ask) else None


def understands(form: str, slots: Slots, text: str, now: datetime) -> bool:
    """Whether `text` is meant for the active `form`, and is no question of another kind."""
    setting = Setting(clinic(), now, "")
    question, ask = question_of(slots), ask_of(slots)
    if form == FORM and question:
        return conversation.understands(replace(draft_of(slots), misses=0), question, text, setting)
    if form == LOOKUP_FORM and ask:
        return lookup.understands(ask, text, setting)
    return False
