"""The alert after the words of danger."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import clock
from bot.errors import NightlightError
from bot.handoff import desk
from bot.handoff.alert import CrisisAlert

ALERT_RAISED = "alert_raised"


class HandOffToCrisisLine(Action):  # type: ignore[misc]
    """Writes the alert to the hand-off queue; says so by the slot `alert_raised`, only if it is written."""

    def name(self) -> str:
        """See `Action`."""
        return "action_hand_off_to_crisis_line"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Record the alert. Where that fails the gate keeps it in the spool, and nothing is claimed."""
        try:
            desk.record(alert_of(tracker))
        except NightlightError:
            return [SlotSet(ALERT_RAISED, False)]
        return [SlotSet(ALERT_RAISED, True)]


def alert_of(tracker: Tracker) -> CrisisAlert:
    """The alert that the latest message of `tracker` calls for."""
    message = tracker.latest_message
    verdict = message.get("verdict") or {}
    return CrisisAlert(
        conversation_id=tracker.sender_id,
        message_id=message_id(tracker),
        kind=message["intent"]["name"],
        channel=tracker.get_latest_input_channel() or "",
        raised_at=clock.now(),
        text=message.get("text") or "",
        seen_by=tuple(verdict.get("seen_by") or ("conversation",)),
    )


def message_id(tracker: Tracker) -> str:
    """The id that the channel gave the latest message: the same in the gate's spool and here."""
    event = next(e for e in reversed(tracker.events) if e.get("event") == "user")
    return str((event.get("metadata") or {}).get("message_id") or event.get("message_id"))
