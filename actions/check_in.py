"""How she is after a session: a low answer goes to the care team, and what she writes after it."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.crisis import message_id
from bot.errors import NightlightError
from bot.handoff import desk
from bot.handoff.care_message import CareMessage

HOW_SHE_IS = "how_she_is"
LOW = 2  # of five: this and less goes to the care team
SCALE = 5
REASON = "check_in_low"


class RecordCheckIn(Action):  # type: ignore[misc]
    """Takes her answer on the scale; says that the care team was told only if it was."""

    def name(self) -> str:
        """See `Action`."""
        return "action_record_check_in"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Pass on a low answer, then say what was done."""
        how = how_she_is(tracker)
        if how is None:
            dispatcher.utter_message(response="utter_report_symptoms")
        elif how > LOW:
            dispatcher.utter_message(response="utter_check_in_well")
        elif _passed_on(tracker, f"Asked how she is since her session, she chose {how} of {SCALE}."):
            dispatcher.utter_message(response="utter_check_in_low")
        else:
            dispatcher.utter_message(response="utter_check_in_not_passed_on")
        return []


class PassOnWords(Action):  # type: ignore[misc]
    """Passes on what she wrote after a low answer, to the same hand-off as long as that is open."""

    def name(self) -> str:
        """See `Action`."""
        return "action_pass_on_words"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Pass her words on, then say so."""
        done = _passed_on(tracker, tracker.latest_message.get("text") or "")
        dispatcher.utter_message(response="utter_check_in_passed_on" if done else "utter_check_in_not_passed_on")
        return []


def how_she_is(tracker: Tracker) -> int | None:
    """The number that she chose; None if it is none of the scale."""
    entities = tracker.latest_message.get("entities") or []
    said = next((str(e["value"]) for e in entities if e["entity"] == HOW_SHE_IS), "")
    return int(said) if said.isdecimal() and 1 <= int(said) <= SCALE else None


def _passed_on(tracker: Tracker, text: str) -> bool:
    channel = tracker.get_latest_input_channel() or ""
    message = CareMessage(tracker.sender_id, message_id(tracker), channel, REASON, text)
    try:
        desk.pass_on(message)
    except NightlightError:
        return False
    return True
