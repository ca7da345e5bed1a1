"""What makes a turn short changes nothing of it: the rules, the graph, what is kept for the editors."""

import asyncio

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.rules import RecentRules
from bot.engine.runner import InOrder
from bot.engine.unanswered import UnansweredQuestions
from bot.storage.models import UnansweredQuestion
from running import published_model, wait_until
from support import rows

TALK = ["hi", "is it legal", "can i drive after", "blargh wuzzle", "blargh wuzzle", "none of these", "thanks", "bye"]


@pytest.fixture(scope="module")
def agent() -> Agent:
    return Agent.load(str(published_model()))


async def _talk(agent: Agent) -> DialogueStateTracker:
    """A conversation of which only the words count: no turn needs the action server."""
    tracker = DialogueStateTracker.from_events("web-1", [], agent.domain.slots)
    processor = agent.processor
    await processor._update_tracker_session(tracker, None)
    for text in TALK:
        await processor._handle_message_with_tracker(UserMessage(text, None, "web-1"), tracker)
        while (step := processor.predict_next_with_tracker_if_should(tracker)[0]).name() != "action_listen":
            processor._log_action_on_tracker(tracker, step, [], processor._predict_next_with_tracker(tracker))
        processor._log_action_on_tracker(tracker, step, [], processor._predict_next_with_tracker(tracker))
    return tracker


async def test_the_last_steps_are_as_good_as_the_whole_session_for_the_rules(agent: Agent) -> None:
    nodes = agent.processor.graph_runner._instantiated_nodes
    [policy] = [n._component for n in nodes.values() if isinstance(n._component, RecentRules)]
    patient = object.__new__(RulePolicy)
    patient.__dict__.update(vars(policy))
    events = list((await _talk(agent)).events)
    steps = []
    for end in range(1, len(events) + 1):
        tracker = DialogueStateTracker.from_events("web-1", events[:end], agent.domain.slots)
        (step, *_) = policy._find_action_from_rules(tracker, agent.domain, False)
        assert step == patient._find_action_from_rules(tracker, agent.domain, False)[0]
        steps.append(step)
    assert {"utter_greet", "utter_faq_driving", "action_listen"} <= set(steps)


async def test_the_graph_run_in_order_gives_what_dask_gave(agent: Agent) -> None:
    processor = agent.processor
    by_dask = [(await agent.parse_message(text))["intent"] for text in TALK]
    loaded = processor.graph_runner
    processor.graph_runner = InOrder(loaded)
    try:
        assert [(await agent.parse_message(text))["intent"] for text in TALK] == by_dask
    finally:
        processor.graph_runner = loaded


async def test_what_was_not_understood_is_kept_redacted_behind_the_answer(database: str) -> None:
    kept = UnansweredQuestions()
    kept.keep(UserUttered("call me on 214 555 0123", {"name": "nlu_fallback"}, parse_data={"options": ["faq_cost"]}))
    kept.keep(UserUttered("is it legal", {"name": "faq_legality"}))
    kept.keep(None)
    await asyncio.to_thread(wait_until, lambda: bool(rows(UnansweredQuestion)), "the question is kept")
    [question] = rows(UnansweredQuestion)
    assert "0123" not in question.text
    assert question.options == ["faq_cost"]


async def test_without_a_database_the_question_is_lost_and_nothing_else(configure, caplog) -> None:
    configure(DATABASE_URL="postgresql://postgres@127.0.0.1:1/x")
    kept = UnansweredQuestions()
    kept.keep(UserUttered("blargh", {"name": "nlu_fallback"}, parse_data={"options": []}))
    await asyncio.to_thread(wait_until, lambda: "could not be kept" in caplog.text, "the loss is said")
    assert "blargh" not in caplog.text
