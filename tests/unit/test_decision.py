"""From what a message may mean to what the bot does with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.verdict import CONCERN, Level, Verdict
from bot.understanding.decision import (
    AGAIN,
    CLEARED,
    FALLBACK,
    MAX_OPTIONS,
    MAX_QUESTIONS,
    Context,
    Part,
    Thresholds,
    decide,
)

LIMITS = Thresholds()
CALM = Verdict()
TOPICS = ["faq_driving", "faq_cost", "faq_breastfeeding", "faq_onset", "feel_low", "greet", "out_of_scope"]


def asks(text: str, intent: str, probability: float = 0.95) -> Part:
    return Part(text, True, [(intent, probability)])


def decision(text="can i drive", ranking=(("faq_driving", 0.9),), parts=(), verdict=CALM, context=None):
    return decide(text, ranking, parts, verdict, context or Context(), LIMITS)


def test_what_is_clear_is_answered():
    found = decision()
    assert (found.intent, found.questions) == ("faq_driving", ("faq_driving",))


def test_what_is_unclear_is_asked_back_and_the_second_time_a_person_is_offered():
    ranking = [("faq_driving", 0.3), ("faq_cost", 0.2), ("greet", 0.15), ("faq_onset", 0.1), ("feel_low", 0.1)]
    once, again = decision(ranking=ranking), decision(ranking=ranking, context=Context(fell_back=True))
    assert (once.intent, again.intent) == (FALLBACK, AGAIN)
    assert once.options == ("faq_driving", "faq_cost", "faq_onset")


def test_each_question_of_a_message_is_answered_none_twice():
    parts = [
        asks("can i drive", "faq_driving"),
        asks("what does it cost", "faq_cost"),
        asks("can i drive", "faq_driving"),
    ]
    found = decision(ranking=[("faq_driving", 0.6), ("faq_cost", 0.3)], parts=parts)
    assert found.questions == ("faq_driving", "faq_cost")


def test_a_subject_named_beside_a_question_is_answered_too():
    parts = [asks("what are the risks?", "faq_side_effects"), Part("also cost", False, [("faq_cost", 0.99)])]
    found = decision(ranking=[("faq_side_effects", 0.9), ("faq_cost", 0.05)], parts=parts)
    assert found.questions == ("faq_side_effects", "faq_cost")


def test_what_a_plan_of_the_day_is_about_is_not_answered_beside_it():
    parts = [
        Part("plan my thursday", False, [("plan_session", 0.99)]),
        asks("when do i pump that day", "faq_breastfeeding"),
        asks("what does it cost", "faq_cost"),
    ]
    found = decision(ranking=[("plan_session", 0.9), ("faq_breastfeeding", 0.05)], parts=parts)
    assert found.questions == ("plan_session", "faq_cost")


def test_a_question_after_a_story_is_heard_beside_it():
    parts = [
        Part("we live far from any town.", False, [("faq_locations", 0.95)]),
        asks("can you mail it", "faq_at_home"),
    ]
    ranking = [("faq_locations", 0.5), ("faq_at_home", 0.3), ("faq_cost", 0.1)]
    assert decision(ranking=ranking, parts=parts).intent == "faq_at_home"


def test_danger_comes_before_any_question():
    verdict = Verdict(Level.DANGER, "crisis_self_harm", False, False, ("screen",))
    found = decision(verdict=verdict, parts=[asks("can i drive", "faq_driving")])
    assert (found.intent, found.questions) == ("crisis_self_harm", ())


@pytest.mark.parametrize("text", ["no", "no never", "nope not at all", "i'm safe"])
def test_after_the_direct_question_a_clear_no_goes_back(text):
    found = decision(text, [("deny", 0.9)], context=Context(asked_if_danger=True))
    assert found.intent == CLEARED


@pytest.mark.parametrize(
    "text", ["yes", "maybe", "no but i think about it", "i dont know", "can i drive", "not yet", ""]
)
def test_after_the_direct_question_anything_else_is_danger(text):
    found = decision(text, [("deny", 0.5), ("affirm", 0.4)], context=Context(asked_if_danger=True))
    assert found.intent.startswith("crisis_")
    assert found.intent != CONCERN


@pytest.mark.parametrize("text", ["why", "and how long is that?", "what about the spray?", "tell me more"])
def test_what_leans_on_the_last_answer_is_answered_from_it(text):
    found = decision(text, [("help", 0.4), ("faq_cost", 0.3)], context=Context(topic="faq_driving"))
    assert found.questions == ("faq_driving",)
    assert found.situation == {"follow_up": True}


rankings = st.lists(
    st.tuples(st.sampled_from(TOPICS), st.floats(0, 1)), min_size=1, max_size=7, unique_by=lambda r: r[0]
).map(lambda found: sorted(found, key=lambda r: -r[1]))
parts_of_any = st.lists(st.builds(Part, st.text(max_size=30), st.booleans(), rankings), max_size=6)
contexts = st.builds(Context, st.none() | st.sampled_from(TOPICS[:4]), st.booleans(), st.booleans())


@given(st.text(max_size=60), rankings, parts_of_any, contexts)
def test_every_message_comes_to_one_decision_within_the_limits(text, ranking, parts, context):
    found = decide(text, ranking, parts, CALM, context, LIMITS)
    assert found.intent
    assert len(found.questions) <= MAX_QUESTIONS
    assert len(set(found.questions)) == len(found.questions)
    assert len(found.options) <= MAX_OPTIONS
