"""Rasa's RulePolicy, looking no further back than its rules do."""

from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

RULES = "rules"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class RecentRules(RulePolicy):
    """The rules of `data/rules.yml` and one for each topic of `data/faq/`.

    RulePolicy goes through the whole session for each prediction, so that an answer took the longer the more
    she had asked. No rule is longer than a few steps: the states before cannot matter to it.
    """

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        """See `RulePolicy`. No rule of ours is about the words of a message: intents alone are looked at."""
        if use_text_for_last_user_input:
            return None, None, False
        return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)  # type: ignore[no-any-return]

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        recent = None if tracker.active_loop else self._recent(tracker, domain)
        states: list[State] = super()._prediction_states(
            recent or tracker, domain, use_text_for_last_user_input, rule_only_data
        )
        return states[1:] if recent else states  # the first has no step before it, as if the talk began there

    def _recent(self, tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker | None:
        """The last steps, one more than the longest rule has; None where the talk is no longer than that."""
        applied = tracker.applied_events()
        steps = [place for place, event in enumerate(applied) if isinstance(event, ActionExecuted)]
        reach = self._longest_rule() + 1
        if len(steps) <= reach:
            return None
        slots = {slot.name: slot for slot in domain.slots if slot.influence_conversation}
        set_before = {e.key: e for e in applied[: steps[-reach]] if isinstance(e, SlotSet)}
        events = [*set_before.values(), *applied[steps[-reach] :]]
        matter = [e for e in events if not isinstance(e, SlotSet) or e.key in slots]
        return DialogueStateTracker.from_events(tracker.sender_id, matter, slots.values())

    def _longest_rule(self) -> int:
        if not hasattr(self, "_longest"):
            self._longest = max((len(self._rule_key_to_state(key)) for key in self.lookup[RULES]), default=0)
        return self._longest


__all__ = ["RecentRules"]
