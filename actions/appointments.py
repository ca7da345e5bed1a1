"""The appointment form and the lookup of a request: slots in, words and slots out."""

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.crisis import message_id
from bot import clock
from bot.clinic import clinic
from bot.clock import Now
from bot.errors import NightlightError
from bot.handoff import desk
from bot.scheduling import lookup, slots
from bot.scheduling.answers import Setting
from bot.scheduling.conversation import Message
from bot.scheduling.form import take
from bot.scheduling.lookup import Answer, Purpose
from bot.scheduling.request import AppointmentRequest
from bot.scheduling.shown import facts, for_channel, status_facts
from bot.scheduling.words import CHOICE, buttons

# Of these the form is told what she wrote; all else was answered before it, and the form only asks again.
MEANT_FOR_IT = frozenset({"appointment_answer", CHOICE, "request_appointment", "affirm", "deny"})
PURPOSES = {"ask_appointment_status": Purpose.STATUS, "change_appointment": Purpose.CHANGE}

Events = list[dict[str, Any]]


class AppointmentForm(Action):  # type: ignore[misc]
    """Takes the place of Rasa's own form action: one turn of `bot.scheduling.form`, all of it or nothing."""

    def name(self) -> str:
        """See `Action`."""
        return slots.FORM

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Read her message, store what she confirmed, and only then say so."""
        asked = slots.question_of(tracker.slots) if _active(tracker) == slots.FORM else None
        who = (tracker.sender_id, _channel(tracker))
        draft = slots.draft_of(tracker.slots)
        reply = take(draft, asked, _message(tracker), _setting(tracker), who, _store)
        _say(dispatcher, reply.words, facts(reply.shown, clinic(), who[1]) | reply.facts)
        return [*_loop(slots.FORM, reply.question, tracker), *_set(slots.slots_of(reply.draft), tracker)]


class LookUpAppointment(Action):  # type: ignore[misc]
    """How her request stands, and asking the schedulers to change it."""

    def name(self) -> str:
        """See `Action`."""
        return slots.LOOKUP_FORM

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Find the request and say what became of it, or take what she wants changed."""
        try:
            answer = _looked_up(tracker)
        except NightlightError:
            _say(dispatcher, ["lookup_unavailable"], {})
            return [*_loop(slots.LOOKUP_FORM, None, tracker), *_set({slots.LOOKUP: None}, tracker)]
        channel = _channel(tracker)
        known = status_facts(answer.status, clinic(), channel) if answer.status else {}
        _say(dispatcher, [answer.words], known | for_channel(answer.facts, channel))
        kept = answer.lookup.to_json() if answer.ask else None
        return [*_loop(slots.LOOKUP_FORM, answer.ask, tracker), *_set({slots.LOOKUP: kept}, tracker)]


def _store(request: AppointmentRequest, at: Now) -> str:
    return desk.request_appointment(request, at)


def _looked_up(tracker: Tracker) -> Answer:
    going_on, asked = slots.lookup_of(tracker.slots), slots.ask_of(tracker.slots)
    setting, who, message = _setting(tracker), tracker.sender_id, _message(tracker)
    if _active(tracker) == slots.LOOKUP_FORM and going_on and asked and _intent(tracker) not in PURPOSES:
        return lookup.step(going_on, asked, message, setting, who, desk)
    purpose = PURPOSES.get(_intent(tracker), Purpose.STATUS)
    return lookup.begin(purpose, message.text, setting, who, desk)


def _message(tracker: Tracker) -> Message:
    """Her message as the form reads it: words, a button, or what was answered elsewhere."""
    latest = tracker.latest_message
    chosen = next((e["value"] for e in latest.get("entities") or [] if e["entity"] == "choice"), None)
    text = latest.get("text") or ""
    begins = _active(tracker) is None
    aside = not begins and _intent(tracker) not in MEANT_FOR_IT
    if text.startswith("/"):  # a button: of the form, or of something else
        return Message(choice=chosen, aside=aside)
    return Message(text, aside=aside)


def _intent(tracker: Tracker) -> str:
    return str((tracker.latest_message.get("intent") or {}).get("name"))


def _active(tracker: Tracker) -> str | None:
    return (tracker.active_loop or {}).get("name")


def _channel(tracker: Tracker) -> str:
    return tracker.get_latest_input_channel() or ""


def _setting(tracker: Tracker) -> Setting:
    return Setting(clinic(), clock.now(), message_id(tracker))


def _say(dispatcher: CollectingDispatcher, words: Iterable[str], known: dict[str, str]) -> None:
    for key in words:
        dispatcher.utter_message(response=f"utter_{slots.PREFIX}{key}", buttons=buttons(key, clinic()), **known)


def _loop(form: str, question: str | None, tracker: Tracker) -> Events:
    """The events that make `question` the open one of `form`, or leave it; and the mark that this turn was taken."""
    requested = f"{slots.PREFIX}{question}" if question else None
    begin = [ActiveLoop(form)] if question and _active(tracker) != form else []
    leave = [] if question else [ActiveLoop(None)]
    return [*begin, SlotSet(slots.REQUESTED, requested), *leave, SlotSet(slots.TURN, message_id(tracker))]


def _set(values: dict[str, Any], tracker: Tracker) -> Events:
    """The slots that change."""
    return [SlotSet(name, value) for name, value in values.items() if tracker.slots.get(name) != value]
