"""She takes back what she said, in her own words."""

import pytest

from appointments import TO_SUMMARY


def at_summary(mother) -> None:
    for text in TO_SUMMARY:
        mother.writes(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("actually my name is Joanna", "Joanna"),
        ("sorry, allen instead", "Allen"),
        ("make it friday", "Friday"),
        ("call me instead of a text", "phone call"),
        ("i have cigna now", "cigna"),
    ],
)
def test_at_the_summary_she_writes_it_as_it_should_be(mother, scheduling, text, shown):
    at_summary(mother)
    mother.writes(text)
    assert mother.names[0] == "appointment_changed"
    if mother.names[-1] == "appointment_ask_agreed_at":  # another way to reach her needs her leave
        mother.writes("yes")
    assert mother.names[-1] == "appointment_ask_confirmed"
    assert shown in mother.words
    assert mother.writes("send it") == ["appointment_saved"]
    assert len(scheduling.requests(mother.id)) == 1


def test_a_number_can_be_corrected_in_the_middle(mother, scheduling):
    for text in TO_SUMMARY[:3]:
        mother.writes(text)
    assert mother.writes("no wait, the number is 214 555 0199") == ["appointment_changed", "appointment_ask_reach_by"]
    for text in (*TO_SUMMARY[3:], "yes"):
        mother.writes(text)
    assert [r["phone"] for r in scheduling.requests(mother.id)] == ["+12145550199"]


@pytest.mark.parametrize(
    ("title", "question", "answer"),
    [
        ("My name", "name", "Ann"),
        ("The phone number", "phone", "214 555 0199"),
        ("Call or text", "reach_by", "call"),
        ("The place", "place", "dallas"),
        ("The day", "day", "friday morning"),
        ("The insurance", "coverage", "skip"),
    ],
)
def test_she_can_choose_what_to_change(mother, scheduling, title, question, answer):
    at_summary(mother)
    mother.takes("Change something")
    assert mother.names == ["appointment_ask_change"]
    assert mother.takes(title) == [f"appointment_ask_{question}"]
    mother.writes(answer)
    assert mother.names[-1] in {"appointment_ask_confirmed", "appointment_ask_agreed_at"}


def test_nothing_is_an_answer_to_what_to_change(mother, scheduling):
    at_summary(mother)
    mother.takes("Change something")
    assert mother.takes("Nothing") == ["appointment_ask_confirmed"]


def test_she_can_go_back(mother, scheduling):
    for text in TO_SUMMARY[:4]:
        mother.writes(text)
    assert mother.writes("go back") == ["appointment_ask_reach_by"]
    assert mother.writes("back") == ["appointment_ask_phone"]
    assert mother.writes("214 555 0177") == ["appointment_ask_reach_by"]


def test_a_second_press_on_the_same_button_confirms_nothing(mother, scheduling):
    for text in TO_SUMMARY[:-1]:
        mother.writes(text)
    assert mother.presses("agreed_at:yes") == ["appointment_ask_confirmed"]
    assert mother.presses("agreed_at:yes") == ["appointment_ask_confirmed"]
    assert not scheduling.requests(mother.id)


def test_a_second_press_on_send_sends_once(mother, scheduling):
    at_summary(mother)
    assert mother.presses("confirmed:yes") == ["appointment_saved"]
    assert mother.presses("confirmed:yes") == ["appointment_over"]
    assert len(scheduling.requests(mother.id)) == 1
