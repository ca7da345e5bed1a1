"""The policies beside Rasa's rules: danger first, then being forgotten, and what one rule cannot say."""

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_DEACTIVATE_LOOP_NAME, ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.faq.compile import utter
from bot.safety.verdict import CONCERN, KINDS
from bot.scheduling.slots import BEGINS
from bot.understanding.erasure import CONFIRMED

HAND_OFF = "action_hand_off_to_crisis_line"
RAISED = "utter_alert_raised"
KEPT = "utter_appointment_kept"  # the form that danger interrupted
ERASE = "action_erase_my_data"
ABOVE_ALL = 100  # RulePolicy has 6; the ensemble takes the higher of equally sure policies
ABOVE_FORMS = 90
BESIDE_RULES = 10


def since_last_message(tracker: DialogueStateTracker) -> list[str]:
    """The actions that have run since she wrote, in order.

    Of all events: Rasa's `applied_events` leaves out what was said inside a form.
    """
    done: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted) and event.action_name and event.action_name != "action_extract_slots":
            done.append(event.action_name)
    return done[::-1]


def leave_form(tracker: DialogueStateTracker) -> list[str]:
    """The step that leaves the form that is active, or was when she wrote."""
    ran = ACTION_DEACTIVATE_LOOP_NAME in since_last_message(tracker)
    return [ACTION_DEACTIVATE_LOOP_NAME] if ran or tracker.active_loop_name else []


def raised_since_last_message(tracker: DialogueStateTracker) -> bool:
    """Whether the alert of this message is written; one of before says nothing of it."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, SlotSet) and event.key == "alert_raised":
            return bool(event.value)
    return False


class _PlannedPolicy(Policy):
    """A policy that knows the whole turn: it names the steps, and each prediction takes the next."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See `Policy`."""
        return {"priority": BESIDE_RULES}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing is learned."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next step of the plan for this turn; nothing where there is none."""
        step = self._next(tracker)
        probabilities = self._default_predictions(domain)
        if step is None:
            return self._prediction(probabilities)
        probabilities[domain.index_for_action(step)] = 1.0
        # Only a prediction that is marked so wins over an active form (docs/adr/0002).
        return self._prediction(probabilities, is_no_user_prediction=True)

    def _next(self, tracker: DialogueStateTracker) -> str | None:
        message = tracker.latest_message
        if message is None:
            return None
        plan = self.plan(tracker, message)
        done = since_last_message(tracker)
        if not plan or (done and done[-1] == ACTION_LISTEN_NAME):
            return None
        return plan[len(done)] if len(done) < len(plan) else ACTION_LISTEN_NAME

    def plan(self, tracker: DialogueStateTracker, message: UserUttered) -> list[str]:
        """The actions of this turn, in order; empty where this policy has no say."""
        raise NotImplementedError


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class SafetyPolicy(_PlannedPolicy):
    """Danger is answered in every state: words, then the form is left, then the alert is written."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See `Policy`."""
        return {"priority": ABOVE_ALL}

    def plan(self, tracker: DialogueStateTracker, message: UserUttered) -> list[str]:
        """Words first; the work that can fail comes last."""
        intent = message.intent.get("name")
        if intent in KINDS:
            told = [RAISED] if raised_since_last_message(tracker) else []
            left = leave_form(tracker)
            return [utter(intent), *left, HAND_OFF, *told, *([KEPT] if left else [])]
        if intent == CONCERN:
            # The form waits: a clear no goes back to it, anything else is danger and leaves it.
            return [utter(intent)]
        return []


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class ErasurePolicy(_PlannedPolicy):
    """Who wants to be forgotten is, also in the middle of a form: it is left first, for its answers go too."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See `Policy`."""
        return {"priority": ABOVE_FORMS}

    def plan(self, tracker: DialogueStateTracker, message: UserUttered) -> list[str]:
        """Leaves the form, then erases; the action says what was done."""
        return [*leave_form(tracker), ERASE] if message.intent.get("name") == CONFIRMED else []


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class SeveralAnswersPolicy(_PlannedPolicy):
    """Several questions in one message are answered one after the other; "say that again" says it again."""

    def plan(self, tracker: DialogueStateTracker, message: UserUttered) -> list[str]:
        """One answer for each question; for `repeat`, what was said last."""
        intent = message.intent.get("name")
        questions = (message.parse_data or {}).get("questions") or []
        if set(questions) & set(BEGINS):
            return []  # AppointmentPolicy answers the others first, then begins its form
        if len(questions) > 1 and intent in questions:
            return [utter(question) for question in questions]
        if intent == "repeat":
            return self._said_before(tracker) or ["utter_nothing_to_repeat"]
        return []

    @staticmethod
    def _said_before(tracker: DialogueStateTracker) -> list[str]:
        turns: list[list[str]] = [[]]
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                turns.append([])
            elif isinstance(event, BotUttered) and event.metadata.get("utter_action"):
                turns[-1].insert(0, event.metadata["utter_action"])
        # The first of these is the turn that is being answered now.
        return next((turn for turn in turns[1:] if turn), [])


__all__ = ["ErasurePolicy", "SafetyPolicy", "SeveralAnswersPolicy"]
