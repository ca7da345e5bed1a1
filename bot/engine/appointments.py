"""The policy of the forms: what she asks between is answered first, then the form has its turn."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_DEACTIVATE_LOOP_NAME
from rasa.shared.core.events import ActiveLoop, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.policies import _PlannedPolicy, since_last_message
from bot.faq.compile import utter
from bot.safety.verdict import CONCERN, KINDS
from bot.scheduling.slots import BEGINS, FORM, LOOKUP_FORM, TURN
from bot.scheduling.words import CHOICE
from bot.understanding.decision import ANSWER

FAILED = {FORM: "utter_appointment_unavailable", LOOKUP_FORM: "utter_appointment_lookup_unavailable"}
NO_FORM = "utter_appointment_over"
# What the form itself replies to. The rest has words of its own, and the question comes again after them.
FOR_THE_FORM = frozenset({ANSWER, CHOICE, "affirm", "deny", "repeat", "nlu_fallback", "not_understood_again"})
# After these no more questions are asked: she wants to be left alone, or forgotten.
LEAVE = frozenset({"opt_out", "delete_my_data"})
ABOVE_SEVERAL_ANSWERS = 50


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class AppointmentPolicy(_PlannedPolicy):
    """Begins the forms and keeps them going, in the place of RulePolicy's loops (docs/adr/0007)."""

    @staticmethod
    def get_default_config() -> dict[str, int]:
        """See `Policy`."""
        return {"priority": ABOVE_SEVERAL_ANSWERS}

    def plan(self, tracker: DialogueStateTracker, message: UserUttered) -> list[str]:
        """Answers first, then the form; where the form could not reply, the words that nothing was saved."""
        intent = message.intent.get("name") or ""
        if intent in KINDS or intent == CONCERN:
            return []
        active = loop_when_she_wrote(tracker)
        asked = list((message.parse_data or {}).get("questions") or [intent])
        begins = next((BEGINS[name] for name in (intent, *asked) if name in BEGINS), None)
        form = begins or active
        if form is None:
            return [NO_FORM] if intent == CHOICE else []
        if intent in LEAVE:
            return [utter(intent), ACTION_DEACTIVATE_LOOP_NAME] if active else []
        between = [utter(name) for name in dict.fromkeys(asked) if name not in FOR_THE_FORM and name not in BEGINS]
        return [*between, form, *self._if_it_failed(form, tracker, message)]

    @staticmethod
    def _if_it_failed(form: str, tracker: DialogueStateTracker, message: UserUttered) -> list[str]:
        """The form is left, so that she is not held in what does not answer; what it knew is kept."""
        if form not in since_last_message(tracker) or tracker.get_slot(TURN) == message.metadata.get("message_id"):
            return []
        return [FAILED[form], ACTION_DEACTIVATE_LOOP_NAME]


def loop_when_she_wrote(tracker: DialogueStateTracker) -> str | None:
    """The form that was active when the latest message came; the turn itself may begin or leave one."""
    events = list(tracker.events)
    written = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], UserUttered)), 0)
    return next((e.name for e in reversed(events[:written]) if isinstance(e, ActiveLoop)), None)


__all__ = ["AppointmentPolicy"]
