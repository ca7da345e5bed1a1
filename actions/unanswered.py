"""What was not understood, kept for the editors."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot import clock
from bot.privacy.redact import redact
from bot.storage import unanswered
from bot.storage.sessions import transaction


class KeepUnansweredQuestion(Action):  # type: ignore[misc]
    """Keeps the question, redacted and without who asked."""

    def name(self) -> str:
        """See `Action`."""
        return "action_keep_unanswered_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Store the latest message's text. A failure is the editors' loss, not hers: the words are already out."""
        message = tracker.latest_message
        text = redact(message.get("text") or "")
        with transaction() as session:
            unanswered.keep(session, text, message.get("options") or [], clock.now())
        return []
