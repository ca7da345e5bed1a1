"""The form as a conversation, without Rasa."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from appointments import AT_HOME, IN_CLINIC, TO_SUMMARY, WEDNESDAY, setting, talk
from bot.scheduling.conversation import Message, Note, Outcome, begin, step, understands
from bot.scheduling.draft import ORDER, Draft, Question
from bot.scheduling.problems import Problem
from bot.scheduling.request import PartOfDay, ReachBy


def test_one_question_at_a_time_leads_to_a_request():
    asked = [talk(*TO_SUMMARY[: n + 1]).question for n in range(len(TO_SUMMARY))]
    assert asked == ["name", "phone", "reach_by", "best_time", "place", "day", "coverage", "agreed_at", "confirmed"]
    turn = talk(*TO_SUMMARY, "yes")
    assert turn.outcome == Outcome.CONFIRMED
    request = turn.draft.request("c-1", "web")
    assert (request.name, request.phone, request.reach_by) == ("Jo", "+12145550123", ReachBy.TEXT)
    assert (request.best_time, request.place, request.coverage) == ("after 3", "Frisco", "aetna ppo")
    assert (request.day, request.part_of_day) == (date(2026, 3, 10), PartOfDay.AFTERNOON)
    assert request.time_words == "next tuesday after 2"
    assert request.agreed_at == WEDNESDAY


def test_everything_said_in_one_message_is_taken_at_once():
    turn = talk("can i come in friday morning in mckinney, it's jo 214 555 0123, text me after 3, i have aetna")
    assert turn.question == Question.AGREED_AT
    assert (turn.draft.name, turn.draft.place, turn.draft.day) == ("Jo", "McKinney", date(2026, 3, 6))
    assert (turn.draft.best_time, turn.draft.coverage) == ("after 3", "aetna")


def test_several_answers_to_one_question_are_taken():
    turn = talk("book", "jo, 214 555 0123, call me in the mornings")
    assert turn.question == Question.PLACE


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("no wait, the number is 214 555 0199", "phone", "+12145550199"),
        ("actually my name is Joanna", "name", "Joanna"),
        ("sorry, allen instead", "place", "Allen"),
        ("make it friday", "day", date(2026, 3, 6)),
        ("call me instead", "reach_by", ReachBy.CALL),
        ("i have cigna", "coverage", "cigna"),
    ],
)
def test_at_the_summary_any_answer_can_be_corrected(text, field, value):
    before = talk(*TO_SUMMARY)
    after = step(before.draft, before.question, Message(text), setting())
    assert getattr(after.draft, field) == value
    assert Note.CHANGED in after.notes
    assert after.draft.summary_id != before.draft.summary_id


def test_a_new_number_needs_her_leave_again():
    turn = talk(*TO_SUMMARY, "the number is 214 555 0199")
    assert turn.question == Question.AGREED_AT
    assert talk(*TO_SUMMARY, "the number is 214 555 0199", "yes").question == Question.CONFIRMED


@pytest.mark.parametrize("question", [q for q in ORDER if q != Question.AGREED_AT])
def test_what_is_wrong_can_be_named_and_answered_anew(question):
    named = {"reach_by": "call or text", "best_time": "the best time to call", "part_of_day": "the part of the day"}
    words = named.get(question, str(question))
    assert talk(*TO_SUMMARY, f"change the {words}").question == question
    assert talk(*TO_SUMMARY, "no", f">change:{question}").question == question


def test_a_correction_without_a_name_means_the_answer_before():
    turn = talk("book", "jo", "no wait, it's Joanna")
    assert (turn.draft.name, turn.question) == ("Joanna", Question.PHONE)


def test_she_can_go_back_step_by_step():
    turn = talk("book", "jo", "2145550123", "text", "go back", "go back", "back")
    assert turn.question == Question.NAME
    assert Note.NOTHING_BEFORE in talk("book", "go back").notes


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ((*TO_SUMMARY[:1], "123"), Problem.NAME_MISSING),
        ((*TO_SUMMARY[:2], "555 0123"), Problem.PHONE_TOO_SHORT),
        ((*TO_SUMMARY[:3], "hm"), Problem.REACH_MISSING),
        ((*TO_SUMMARY[:5], "houston"), Problem.PLACE_UNKNOWN),
        ((*TO_SUMMARY[:6], "yesterday"), Problem.DAY_IN_PAST),
        ((*TO_SUMMARY[:6], "saturday"), Problem.DAY_CLOSED),
        ((*TO_SUMMARY[:6], "friday at 7 pm"), Problem.PART_CLOSED),
        ((*TO_SUMMARY[:6], "friday", "blue"), Problem.PART_MISSING),
        ((*TO_SUMMARY[:8], "maybe"), Problem.ANSWER_MISSING),
        ((*TO_SUMMARY, "hm"), Problem.ANSWER_MISSING),
        ((*TO_SUMMARY, "no", "hm"), Problem.CHANGE_UNCLEAR),
    ],
)
def test_she_hears_what_is_wrong_with_an_answer(path, problem):
    turn = talk(*path)
    assert turn.problem == problem
    assert turn.outcome == Outcome.ASKED


def test_after_two_answers_that_cannot_be_used_another_way_is_offered():
    assert Note.STUCK not in talk("book", "123").notes
    assert Note.STUCK in talk("book", "123", "456").notes


@pytest.mark.parametrize("said", ["skip", "i'd rather not say"])
def test_she_may_keep_to_herself_what_is_not_needed(said):
    assert talk(*TO_SUMMARY[:4], said).draft.best_time == ""
    assert talk(*TO_SUMMARY[:6], said).draft.day_open
    assert talk(*TO_SUMMARY[:7], said).draft.coverage == ""


@pytest.mark.parametrize("answered", [1, 2, 3, 5, 8])
def test_what_is_needed_is_explained_and_asked_again(answered):
    turn = talk(*TO_SUMMARY[:answered], "i'd rather not say")
    assert turn.problem == Problem.NEEDED
    assert turn.question == talk(*TO_SUMMARY[:answered]).question


@pytest.mark.parametrize("answered", range(1, len(TO_SUMMARY) + 1))
def test_she_can_leave_at_every_question(answered):
    assert talk(*TO_SUMMARY[:answered], "cancel") == talk("book", "never mind")
    paused = talk(*TO_SUMMARY[:answered], "later")
    assert paused.outcome == Outcome.PAUSED
    assert paused.draft == talk(*TO_SUMMARY[:answered]).draft or answered == len(TO_SUMMARY)
    fresh = talk(*TO_SUMMARY[:answered], "start over")
    assert (fresh.draft, fresh.question, fresh.notes) == (Draft(), Question.NAME, (Note.RESTARTED,))


@pytest.mark.parametrize("answered", range(2, len(TO_SUMMARY) + 1))
def test_she_can_come_back_to_what_she_left(answered):
    left = talk(*TO_SUMMARY[:answered])
    back = begin(left.draft, "i want to book a visit", setting())
    assert (back.question, back.notes) == (left.question, (Note.RESUMED,))


def test_without_her_leave_nothing_goes_on():
    turn = talk(*TO_SUMMARY[:-1], "no")
    assert (turn.outcome, turn.draft) == (Outcome.REFUSED, Draft())


def test_a_question_in_between_is_not_an_answer():
    before = talk(*TO_SUMMARY[:2])
    after = step(
        before.draft, before.question, Message("does it hurt? my number is 214 555 0123", aside=True), setting()
    )
    assert (after.draft.phone, after.question) == ("+12145550123", Question.REACH_BY)
    after = step(before.draft, before.question, Message("does it hurt?", aside=True), setting())
    assert (after.draft, after.question) == (before.draft, before.question)


def test_a_button_of_an_earlier_question_neither_agrees_nor_confirms():
    assert talk(*TO_SUMMARY, ">agreed_at:yes").outcome == Outcome.ASKED
    assert talk(*TO_SUMMARY[:-1], ">confirmed:yes").draft.agreed_at is None
    assert talk(*TO_SUMMARY[:2], ">confirmed:yes").question == Question.PHONE


def test_a_day_that_has_passed_since_is_asked_again():
    left = talk(*TO_SUMMARY)
    later = replace(setting(), now=WEDNESDAY + timedelta(days=30))
    back = begin(left.draft, "go on with my request", later)
    assert (back.question, back.problem) == (Question.DAY, Problem.DAY_IN_PAST)
    confirmed = step(left.draft, left.question, Message("yes"), later)
    assert (confirmed.outcome, confirmed.question) == (Outcome.ASKED, Question.DAY)


@pytest.mark.parametrize(
    "text", ["i am so tired", "the nights are rough", "i feel like such a bad mom and i am so tired"]
)
def test_how_she_feels_is_no_answer(text):
    turn = talk(*TO_SUMMARY[:2], text)
    assert turn.draft.part_of_day is None
    assert not understands(turn.draft, turn.question, text, setting())


def test_where_care_is_at_home_her_state_is_asked():
    turn = talk(*TO_SUMMARY[:5], "tx", clinic=AT_HOME)
    assert turn.draft.place == "Texas"
    assert talk(*TO_SUMMARY[:5], "toronto", clinic=AT_HOME).problem == Problem.STATE_UNKNOWN


def test_a_clinic_with_one_place_does_not_ask_for_it():
    alone = IN_CLINIC.model_copy(update={"places": ["Allen"]})
    assert talk(*TO_SUMMARY[:5], clinic=alone).question == Question.DAY
    assert talk(*TO_SUMMARY[:5], clinic=alone).draft.place == "Allen"


def test_the_draft_survives_as_json():
    for answered in range(1, len(TO_SUMMARY) + 1):
        draft = talk(*TO_SUMMARY[:answered]).draft
        assert Draft.from_json(draft.to_json()) == draft


def test_a_draft_that_is_not_complete_is_no_request():
    with pytest.raises(ValueError):
        talk(*TO_SUMMARY[:-1]).draft.request("c-1", "web")


FAQ = ["does it hurt?", "how much does it cost", "can i breastfeed after", "tell me about side effects", "is it safe"]


@pytest.mark.parametrize("answered", range(1, len(TO_SUMMARY)))
def test_answers_are_the_forms_and_questions_are_not(answered):
    turn = talk(*TO_SUMMARY[:answered])
    assert understands(turn.draft, turn.question, TO_SUMMARY[answered], setting())
    for question in FAQ:
        assert not understands(turn.draft, turn.question, question, setting()), question


def test_a_question_that_names_what_was_asked_for_is_an_answer():
    at_day, at_place = talk(*TO_SUMMARY[:6]), talk(*TO_SUMMARY[:5])
    assert understands(at_day.draft, at_day.question, "is friday ok?", setting())
    assert understands(at_place.draft, at_place.question, "can i do frisco?", setting())
    assert not understands(
        at_place.draft, at_place.question, "is there parking and a lift at the place in frisco?", setting()
    )


def test_the_clinic_of_these_tests_has_four_places():
    assert len(IN_CLINIC.places) == 4
