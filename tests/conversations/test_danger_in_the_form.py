"""Danger inside a form: the lines at once, at every question; the form is kept and not gone on with."""

import pytest

from appointments import QUESTIONS, TO_SUMMARY
from bot.safety.verdict import KINDS

SAID = {
    "crisis_self_harm": "i want to die",
    "crisis_harm_baby": "i am scared im going to hurt my baby",
    "crisis_psychosis": "i hear voices telling me the baby is evil",
    "crisis_domestic_violence": "my husband hits me",
    "emergency_medical": "i cant breathe and my chest hurts",
}
STATES = {question: TO_SUMMARY[: n + 1] for n, question in enumerate(QUESTIONS)}
STATES["part_of_day"] = (*TO_SUMMARY[:6], "friday")
STATES["change"] = (*TO_SUMMARY, "no")
BACK_AT = {"change": "confirmed"}
LOOKUPS = {
    "ask_lookup": ["how is my request"],
    "ask_change_words": [*TO_SUMMARY, "yes", "i need to change my appointment"],
    "ask_change_confirmed": [*TO_SUMMARY, "yes", "can i move my appointment to friday"],
}


def is_answered_as_danger(mother, scheduling) -> None:
    assert mother.read[0].type == "danger"
    assert mother.names[0] in KINDS
    assert "tel:911" in mother.words
    assert "988" in mother.words
    assert not mother.options
    assert not any(name.startswith(("appointment_ask", "appointment_saved")) for name in mother.names)
    # Stored by the action server, or, where it could not be, spooled by the gate: once, and she hears which.
    stored = scheduling.alerts(mother.id)
    assert len(stored) + len(mother.alerts) == 1
    assert ("told the care team" in mother.words) == bool(stored)


@pytest.mark.parametrize("question", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_danger_at_every_question_gets_the_lines_and_leaves_the_form(mother, scheduling, kind, question):
    for text in STATES[question]:
        mother.writes(text)
    assert mother.names[-1] == f"appointment_ask_{question}"
    mother.writes(SAID[kind])
    is_answered_as_danger(mother, scheduling)
    assert mother.names[-1] == "appointment_kept"
    assert not scheduling.requests(mother.id)
    # The next message is understood as usual, and what she told before is still there.
    assert mother.writes("can i drive after my session") == ["faq_driving"]
    back = mother.writes("i want to book an appointment")
    assert back[0] == ("appointment_ask_name" if question == "name" else "appointment_resumed")
    assert back[-1] == f"appointment_ask_{BACK_AT.get(question, question)}"


@pytest.mark.parametrize("state", LOOKUPS)
@pytest.mark.parametrize("kind", KINDS)
def test_danger_while_she_asks_for_her_request_gets_the_lines(mother, scheduling, kind, state):
    for text in LOOKUPS[state]:
        mother.writes(text)
    assert mother.names == [f"appointment_{state}"]
    mother.writes(SAID[kind])
    is_answered_as_danger(mother, scheduling)
    assert mother.writes("can i drive after my session") == ["faq_driving"]


@pytest.mark.parametrize(
    ("answered", "text"),
    [
        (1, "jo and i want to die"),
        (4, "anytime before i kill myself"),
        (7, "aetna, and my husband hits me"),
        (9, "yes, but i am going to kill myself tonight"),
    ],
)
def test_danger_beside_an_answer_is_danger_and_no_answer(mother, scheduling, answered, text):
    for said in TO_SUMMARY[:answered]:
        mother.writes(said)
    mother.writes(text)
    is_answered_as_danger(mother, scheduling)
    assert not scheduling.requests(mother.id)
    # Nothing of it was taken as an answer.
    assert mother.writes("i want to book an appointment")[-1] == f"appointment_ask_{QUESTIONS[answered - 1]}"


@pytest.mark.parametrize(
    ("answered", "text"),
    [(2, "214 555 0123, please call fast, i want to kill myself"), (6, "friday if i havent killed myself by then")],
)
def test_what_may_be_danger_beside_an_answer_gets_the_lines_at_least(mother, scheduling, answered, text):
    for said in TO_SUMMARY[:answered]:
        mother.writes(said)
    mother.writes(text)
    assert mother.names[0] in {"crisis_concern", *KINDS}
    assert "tel:911" in mother.words
    assert "988" in mother.words
    assert not scheduling.requests(mother.id)


@pytest.mark.parametrize("question", STATES)
def test_a_clear_no_to_the_direct_question_goes_back_to_the_form(mother, scheduling, question):
    for text in STATES[question]:
        mother.writes(text)
    assert mother.writes("i cant do this anymore") == ["crisis_concern"]
    assert mother.writes("no") == ["crisis_concern_cleared", f"appointment_ask_{question}"]
    assert not mother.alerts
    assert not scheduling.requests(mother.id)


@pytest.mark.parametrize("answer", ["yes", "maybe", "214 555 0123", "text me", "friday"])
def test_anything_but_a_clear_no_is_danger_inside_the_form_too(mother, scheduling, answer):
    for text in TO_SUMMARY:
        mother.writes(text)
    mother.writes("i cant do this anymore")
    mother.writes(answer)
    is_answered_as_danger(mother, scheduling)
    assert not scheduling.requests(mother.id)


@pytest.mark.parametrize("question", ["name", "day", "confirmed"])
def test_danger_inside_the_form_needs_no_action_server(mother, scheduling, question):
    for text in STATES[question]:
        mother.writes(text)
    scheduling.die()
    mother.writes("i want to die")
    is_answered_as_danger(mother, scheduling)


def test_that_the_care_team_knows_is_not_said_of_an_alert_of_before(mother, scheduling, engine):
    """The slot of an earlier alert that was written says nothing of one that was not."""
    from rasa.shared.core.events import SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.engine.policies import raised_since_last_message

    events = [UserUttered("i want to die"), SlotSet("alert_raised", True), UserUttered("i want to die")]
    assert not raised_since_last_message(DialogueStateTracker.from_events("c", events))
    assert raised_since_last_message(DialogueStateTracker.from_events("c", events[:2]))


ORDINARY = [
    "jo",
    "Grace",
    "Allen",
    "214 555 0123",
    "2145550123",
    "call",
    "text me please",
    "don't call",
    "mornings",
    "when the baby naps",
    "any time",
    "the frisco one",
    "mckinney",
    "dallas",
    "next tuesday after 2",
    "friday",
    "asap",
    "as soon as possible",
    "tomorrow",
    "whenever",
    "aetna ppo",
    "no insurance",
    "none",
    "skip",
    "i'd rather not say",
    "yes",
    "no",
    "send it",
    "cancel",
    "never mind",
    "later",
    "go back",
    "i have to go",
    "the phone is wrong",
    "no wait, the number is 214 555 0199",
    "change the day",
    "start over",
    "the baby is crying",
    "stop",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_answer_frightens_nobody(mother, scheduling, text):
    for said in TO_SUMMARY[:6]:
        mother.writes(said)
    mother.writes(text)
    assert not [m for m in mother.read if m.type == "danger"]
