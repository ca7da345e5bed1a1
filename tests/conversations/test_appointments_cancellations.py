"""She leaves, and may come back."""

import pytest

from appointments import QUESTIONS, TO_SUMMARY


@pytest.mark.parametrize("channel", ["web", "sms"], indirect=True)
@pytest.mark.parametrize("answered", [1, 4, 9])
def test_cancel_drops_everything(mother, scheduling, answered):
    for text in TO_SUMMARY[:answered]:
        mother.writes(text)
    assert mother.writes("never mind") == ["appointment_cancelled"]
    assert "Nothing was sent" in mother.words
    assert not scheduling.requests(mother.id)
    assert mother.writes("can i drive after my session") == ["faq_driving"]
    assert mother.writes(TO_SUMMARY[0]) == ["appointment_ask_name"]


@pytest.mark.parametrize("answered", [2, 6, 9])
def test_stop_keeps_it_and_she_can_go_on_later(mother, scheduling, answered):
    for text in TO_SUMMARY[:answered]:
        mother.writes(text)
    assert mother.writes("i have to go") == ["appointment_paused"]
    assert mother.writes("can i drive after my session") == ["faq_driving"]
    back = ["appointment_resumed", f"appointment_ask_{QUESTIONS[answered - 1]}"]
    assert mother.writes("i want to book an appointment") == back


def test_start_over_begins_with_nothing(mother, scheduling):
    for text in TO_SUMMARY[:5]:
        mother.writes(text)
    assert mother.writes("start over") == ["appointment_restarted", "appointment_ask_name"]


def test_without_her_leave_nothing_is_sent(mother, scheduling):
    for text in TO_SUMMARY[:-1]:
        mother.writes(text)
    assert mother.writes("no") == ["appointment_refused"]
    assert "214-555-0142" in mother.words
    assert mother.writes(TO_SUMMARY[0]) == ["appointment_ask_name"]


def test_she_can_leave_at_the_summary_with_a_button(mother, scheduling):
    for text in TO_SUMMARY:
        mother.writes(text)
    assert mother.takes("Leave it") == ["appointment_cancelled"]
    assert not scheduling.requests(mother.id)


def test_in_the_middle_of_the_form_she_can_be_forgotten(mother, scheduling):
    for text in TO_SUMMARY[:4]:
        mother.writes(text)
    assert mother.writes("delete my data") == ["delete_my_data"]
    assert mother.writes("yes")[0] == "erasure_done"
    assert not scheduling.requests(mother.id)
    # Nothing of what she told the form is left.
    assert mother.writes("i want to book an appointment") == ["appointment_ask_name"]
