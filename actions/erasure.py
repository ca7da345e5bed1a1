"""Forgetting a mother who wants to be forgotten."""

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.errors import NightlightError
from bot.privacy.erasure import erase
from bot.storage.erasure import Erased

ERASED = "erased"


class EraseMyData(Action):  # type: ignore[misc]
    """Erases what the conversation has left behind, and says what went and what stays."""

    def name(self) -> str:
        """See `Action`."""
        return "action_erase_my_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Erase, then say so; by the slot `erased` the engine knows that it must forget the conversation too."""
        try:
            erased = erase(tracker.sender_id)
        except NightlightError:
            dispatcher.utter_message(response="utter_erasure_failed")
            return []
        for name in told(erased):
            dispatcher.utter_message(response=f"utter_erasure_{name}")
        return [SlotSet(ERASED, True)]


def told(erased: Erased) -> Iterator[str]:
    """What she is told, in order: the crisis lines first while an alert of hers is open."""
    if erased.open_alerts:
        yield "alert_kept"
    yield "done"
    if erased.enrolment:
        yield "enrolment_ended"
    if erased.cancelled:
        yield "called_off"
    if erased.visits:
        yield "visit_stays"
    if erased.requests:
        yield "consent_kept"
