"""She is in danger, and writes it in a text message."""

import pytest

from bot.enrolment.states import State
from bot.texting.gsm import SEGMENT

DANGER = "i want to die"
KINDS = {
    "i want to die": "crisis_self_harm",
    "i might hurt my baby": "crisis_harm_baby",
    "i hear voices telling me things": "crisis_psychosis",
    "my husband hits me": "crisis_domestic_violence",
    "my chest hurts and i cant breathe": "emergency_medical",
}


def is_danger(texter) -> bool:
    first, *_ = texter.read
    return first.purpose == "danger" and "988" in first.body[:SEGMENT] and "911" in first.body[:SEGMENT]


OF_EACH_KIND = [(text, kind, State.ACTIVE) for text, kind in KINDS.items()]
BY_ANYBODY = [(DANGER, "crisis_self_harm", s) for s in (State.PAUSED, State.INVITED, State.ENDED, None)]


@pytest.mark.parametrize(("text", "kind", "state"), [*OF_EACH_KIND, *BY_ANYBODY])
def test_whoever_writes_of_danger_reads_the_lines_at_once(texter, text, kind, state):
    if state:
        texter.is_enrolled(state)
    texter.texts(text)
    assert is_danger(texter)
    assert texter.hurried == 1
    assert [alert.kind for alert in texter.alerts] == [kind]
    assert texter.alerts[0].conversation_id == texter.conversation_id


def test_a_number_that_was_told_today_reads_the_lines_all_the_same(texter):
    texter.texts("hello")
    assert texter.texts("hello") == []
    texter.texts(DANGER)
    assert is_danger(texter)
    texter.texts("i really want to die")
    assert is_danger(texter)


@pytest.mark.parametrize("words", ["STOP", "please stop texting me"])
def test_to_who_wants_no_texts_nothing_is_sent_and_the_care_team_is_told(texter, words):
    texter.is_enrolled().texts(words)
    assert texter.texts(DANGER) == []
    assert [(alert.kind, alert.conversation_id) for alert in texter.alerts] == [
        ("crisis_self_harm", texter.conversation_id)
    ]


def test_who_wants_no_texts_and_cannot_be_asked_counts_as_in_danger(texter):
    texter.is_enrolled().texts("STOP")
    texter.texts("what is the point of anything anymore")
    assert texter.alerts or texter.read == []


@pytest.mark.parametrize(
    "words",
    [
        "stop, i want to die",
        "leave me alone i want to die",
        "I can't make it stop, i want to die",
        "unsubscribe me from life i want to die",
    ],
)
def test_danger_is_never_an_opt_out(texter, words):
    texter.is_enrolled().texts(words)
    assert is_danger(texter)
    assert (texter.state, texter.opted_out) == (State.ACTIVE, False)


@pytest.mark.parametrize("words", ["leave me alone", "no", "please stop texting me"])
def test_who_was_asked_whether_she_is_in_danger_is_not_taken_to_opt_out(texter, words):
    texter.is_enrolled().texts("i cant do this anymore")
    assert "Are you thinking about hurting yourself" in texter.read[0].body
    texter.texts(words)
    assert not texter.opted_out


def test_a_stop_in_answer_to_that_question_ends_the_texts_and_tells_the_care_team(texter):
    texter.is_enrolled().texts("i cant do this anymore")
    assert texter.texts("STOP") == []
    assert texter.opted_out
    assert [alert.kind for alert in texter.alerts] == ["crisis_self_harm"]


def test_help_in_answer_to_that_question_is_no_no(texter):
    texter.is_enrolled().texts("i cant do this anymore")
    texter.texts("HELP")
    assert is_danger(texter)


def test_danger_in_the_form_is_answered_and_nothing_of_it_is_taken_for_an_answer(texter, scheduling):
    texter.is_enrolled()
    for body in ("i want to book", "jo"):
        texter.texts(body)
    texter.texts(DANGER)
    assert is_danger(texter)
    assert not scheduling.requests(texter.conversation_id)


def test_danger_beside_a_picture_is_answered_first(texter):
    texter.is_enrolled().texts(DANGER, pictures=1)
    assert is_danger(texter)


def test_danger_in_answer_to_the_check_in_is_danger(texter):
    texter.is_enrolled().texts("1 i want to kill myself")
    assert is_danger(texter)


def test_the_lines_offer_nothing_to_pick(texter):
    texter.is_enrolled().texts("can i drive after my session")
    texter.texts(DANGER)
    assert "nothing to pick" in texter.texts("1")[0] or is_danger(texter)
