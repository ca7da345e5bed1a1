"""Something behind the bot is down: she is told that nothing was saved, and whom to call."""

import pytest

from appointments import QUESTIONS, TO_SUMMARY


@pytest.mark.parametrize("channel", ["web", "sms"], indirect=True)
@pytest.mark.parametrize("answered", [0, 3, 9])
def test_with_the_action_server_down_she_hears_that_nothing_is_saved(mother, scheduling, answered):
    for text in TO_SUMMARY[:answered]:
        mother.writes(text)
    scheduling.die()
    assert mother.writes("yes" if answered else TO_SUMMARY[0]) == ["appointment_unavailable"]
    assert "could not save that" in mother.words
    assert "214-555-0142" in mother.words
    assert not scheduling.requests(mother.id)


@pytest.mark.parametrize("answered", [3, 9])
def test_once_it_is_back_she_goes_on_where_she_was(mother, scheduling, answered):
    for text in TO_SUMMARY[:answered]:
        mother.writes(text)
    scheduling.die()
    mother.writes("yes")
    assert mother.writes("can i drive after my session") == ["faq_driving"]
    scheduling.mend()
    assert mother.writes(TO_SUMMARY[0])[-1] == f"appointment_ask_{QUESTIONS[answered - 1]}"


def test_with_the_database_down_she_hears_it_and_can_try_again(mother, scheduling):
    for text in TO_SUMMARY:
        mother.writes(text)
    scheduling.loses_the_database()
    for _ in range(2):
        assert mother.writes("yes") == ["appointment_not_saved"]
        assert "214-555-0142" in mother.words
    assert not scheduling.requests(mother.id)
    scheduling.mend()
    assert mother.takes("Try again") == ["appointment_saved"]
    assert len(scheduling.requests(mother.id)) == 1


def test_killed_after_storing_and_before_the_answer_it_is_stored_once(mother, scheduling):
    for text in TO_SUMMARY:
        mother.writes(text)
    scheduling.will_die_after_storing()
    assert mother.writes("yes") == ["appointment_unavailable"]
    scheduling.mend()
    assert mother.writes(TO_SUMMARY[0]) == ["appointment_resumed", "appointment_ask_confirmed"]
    assert mother.writes("yes") == ["appointment_saved"]
    [request] = scheduling.requests(mother.id)
    assert request["reference"] in mother.words


def test_a_question_is_answered_even_if_the_form_cannot_go_on(mother, scheduling):
    for text in TO_SUMMARY[:2]:
        mother.writes(text)
    scheduling.die()
    assert mother.writes("how much does it cost?") == ["faq_cost", "appointment_unavailable"]


def test_her_request_cannot_be_looked_up_without_the_database(mother, scheduling):
    scheduling.loses_the_database()
    assert mother.writes("how is my request") == ["appointment_lookup_unavailable"]
    scheduling.die()
    assert mother.writes("how is my request") == ["appointment_lookup_unavailable"]
    assert "214-555-0142" in mother.words


def test_what_she_wants_changed_is_not_said_to_be_passed_on(mother, scheduling):
    for text in (*TO_SUMMARY, "yes", "can i move my appointment to friday"):
        mother.writes(text)
    [request] = scheduling.requests(mother.id)
    scheduling.loses_the_database()
    assert mother.writes("yes") == ["appointment_change_not_saved"]
    assert not scheduling.changes(request["reference"])
