"""After a low answer to "how are you": what she writes next goes to the care team too."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.policies import _PlannedPolicy
from bot.faq.compile import utter
from bot.safety.verdict import CONCERN, KINDS
from bot.understanding.decision import FAQ

ASKED_FOR_MORE = "utter_check_in_low"
PASS_ON = "action_pass_on_words"
ABOVE_FORMS = 80
# After these there is nothing to pass on, or somebody else has it: they are answered as ever.
NOT_MEANT = frozenset(
    {
        "affirm",
        "deny",
        "thanks",
        "goodbye",
        "greet",
        "help",
        "bot_challenge",
        "repeat",
        "opt_out",
        "delete_my_data",
        "erasure_confirmed",
        "erasure_declined",
        "crisis_concern_cleared",
        "feel_safe_now",
        "check_in_answered",
        "none_of_these",
        "request_appointment",
        "change_appointment",
        "ask_appointment_status",
    }
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class CheckInPolicy(_PlannedPolicy):
    """Passes on what she writes to "write what they should know"; a question in it is answered first."""

    @staticmethod
    def get_default_config() -> dict[str, int]:
        """See `Policy`."""
        return {"priority": ABOVE_FORMS}

    def plan(self, tracker: DialogueStateTracker, message: UserUttered) -> list[str]:
        """The answers to what she asked, then the passing on."""
        intent = message.intent.get("name") or ""
        if intent in KINDS or intent == CONCERN or intent in NOT_MEANT or (message.text or "").startswith("/"):
            return []
        if not asked_for_more(tracker):
            return []
        asked = list((message.parse_data or {}).get("questions") or [intent])
        return [*(utter(name) for name in dict.fromkeys(asked) if _has_words_of_its_own(name)), PASS_ON]


def _has_words_of_its_own(intent: str) -> bool:
    return intent.startswith(FAQ) or intent == "feel_low"


def asked_for_more(tracker: DialogueStateTracker) -> bool:
    """Whether the bot's last words before her latest message asked for more."""
    events = list(tracker.events)
    written = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], UserUttered)), 0)
    for event in reversed(events[:written]):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, BotUttered):
            return event.metadata.get("utter_action") == ASKED_FOR_MORE
        if isinstance(event, ActionExecuted) and event.action_name == ASKED_FOR_MORE:
            return True
    return False


__all__ = ["CheckInPolicy"]
