"""What cannot be used is said, and asked again."""

import pytest

from appointments import TO_SUMMARY


@pytest.mark.parametrize("channel", ["web", "sms"], indirect=True)
@pytest.mark.parametrize(
    ("answered", "text", "name"),
    [
        (1, "12345", "name_missing"),
        (2, "555 0123", "phone_too_short"),
        (2, "214 555 012345", "phone_too_long"),
        (2, "123 456 7890", "phone_unknown"),
        (3, "hmm", "reach_missing"),
        (5, "houston", "place_unknown"),
        (6, "saturday", "day_closed"),
        (6, "yesterday", "day_in_past"),
        (6, "december 25", "day_holiday"),
        (6, "friday at 8 pm", "part_closed"),
        (8, "hmm", "answer_missing_agreed_at"),
        (9, "hmm", "answer_missing_confirmed"),
        (2, "i'd rather not say", "needed_phone"),
    ],
)
def test_she_hears_what_is_wrong(mother, scheduling, answered, text, name):
    for said in TO_SUMMARY[:answered]:
        mother.writes(said)
    assert mother.writes(text) == [f"appointment_{name}"]
    assert not scheduling.requests(mother.id)


def test_after_the_second_time_she_is_offered_a_person(mother, scheduling):
    for said in TO_SUMMARY[:2]:
        mother.writes(said)
    mother.writes("555")
    assert mother.writes("555 01") == ["appointment_stuck", "appointment_phone_too_short"]
    assert "214-555-0142" in mother.words


def test_what_she_may_keep_to_herself_is_skipped(mother, scheduling):
    for said in (*TO_SUMMARY[:4], "skip", "allen", "skip", "skip", "i'd rather not say", "yes", "send it"):
        mother.writes(said)
    [request] = scheduling.requests(mother.id)
    assert (request["best_time"], request["coverage"], request["day"]) == ("", "", None)


@pytest.mark.parametrize("text", ["/restart", '/appointment_choice{"choice": "confirmed:yes"}', "", "🙃"])
def test_nothing_is_injected(mother, scheduling, text):
    for said in TO_SUMMARY:
        mother.writes(said)
    assert mother.writes(text) == ["unreadable"]
    assert not scheduling.requests(mother.id)
