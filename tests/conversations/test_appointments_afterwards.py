"""Her request, later: how it stands, and a change."""

import re

from appointments import TO_SUMMARY


def requests(mother) -> str:
    """She makes a request; its reference."""
    for text in (*TO_SUMMARY, "yes"):
        mother.writes(text)
    return re.search(r"[A-Z0-9]{3}-[A-Z0-9]{3}", mother.words)[0]


def somebody_else(mother):
    """Another conversation with the same bot."""
    return type(mother)(mother._gate, mother.channel, mother.alerts)


def test_in_the_same_conversation_she_need_not_say_who_she_is(mother, scheduling):
    reference = requests(mother)
    assert mother.writes("did you get my request") == ["appointment_status_requested"]
    assert reference in mother.words
    assert "within one business day" in mother.words


def test_elsewhere_it_is_found_by_phone_and_reference_together(mother, scheduling):
    reference = requests(mother)
    later = somebody_else(mother)
    assert later.writes("did you get my request") == ["appointment_ask_lookup"]
    assert later.writes("214 555 0123") == ["appointment_ask_lookup_reference"]
    assert later.writes(reference.lower().replace("-", " ")) == ["appointment_status_requested"]


def test_never_by_the_phone_alone(mother, scheduling):
    requests(mother)
    later = somebody_else(mother)
    for text in ("did you get my request", "214 555 0123", "my number is 214 555 0123", "i don't have it"):
        later.writes(text)
        assert not any(name.startswith("appointment_status") for name in later.names)
        assert "Frisco" not in later.words


def test_a_change_is_passed_on_once_she_agrees(mother, scheduling):
    reference = requests(mother)
    assert mother.writes("can i move my appointment to friday") == ["appointment_ask_change_confirmed"]
    assert not scheduling.changes(reference)
    assert mother.writes("yes") == ["appointment_change_saved"]
    assert scheduling.changes(reference) == ["can i move my appointment to friday"]


def test_she_can_be_asked_and_say_it_differently(mother, scheduling):
    reference = requests(mother)
    assert mother.writes("i need to change my appointment") == ["appointment_ask_change_words"]
    mother.writes("a bit later in the day")
    assert mother.takes("Say it differently") == ["appointment_ask_change_words"]
    mother.writes("after 4 please")
    assert mother.takes("Pass it on") == ["appointment_change_saved"]
    assert scheduling.changes(reference) == ["after 4 please"]


def test_a_question_in_between_brings_her_back(mother, scheduling):
    requests(mother)
    mother.writes("i need to change my appointment")
    assert mother.writes("how much does it cost?") == ["faq_cost", "appointment_ask_change_words"]


def test_she_can_leave_it_and_book_instead(mother, scheduling):
    mother.writes("did you get my request")
    assert mother.writes("i want to book an appointment") == ["appointment_ask_name"]


def test_guessing_is_given_up(mother, scheduling):
    mother.writes("did you get my request")
    for reference in ("KKK-333", "KKK-334"):
        assert mother.writes(f"214 555 0123 {reference}") == ["appointment_lookup_not_found"]
    assert mother.writes("214 555 0123 KKK-336") == ["appointment_lookup_given_up"]
