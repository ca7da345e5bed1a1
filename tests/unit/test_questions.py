"""A message cut into its questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.questions import MAX_PARTS, in_context, is_named, is_question, leans, parts


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        ("When can I drive? Can I nurse?", ["When can I drive?", "Can I nurse?"]),
        ("when can i drive and how long until i can nurse", ["when can i drive", "how long until i can nurse"]),
        ("how much is it, where are you", ["how much is it", "where are you"]),
        ("when can i drive when can i hold him", ["when can i drive", "when can i hold him"]),
        ("1) price 2) where", ["price", "where"]),
        ("how is it given & whether it hurts", ["how is it given", "whether it hurts"]),
        ("do they mail it and if not where do i go", ["do they mail it", "where do i go"]),
        # Run together, without anything between.
        ("what does it cost do you take cigna", ["what does it cost", "do you take cigna"]),
        ("where is the clinic how long is a visit", ["where is the clinic", "how long is a visit"]),
        ("do you know how long it lasts", ["do you know how long it lasts"]),
        ("how bad is it", ["how bad is it"]),
        ("when may i hold him and do night feeds", ["when may i hold him and do night feeds"]),
        # One question with two answers.
        ("is lyft ok or does somebody have to sign me out", ["is lyft ok or does somebody have to sign me out"]),
        ("me and my baby and my mother", ["me and my baby and my mother"]),
        ("", [""]),
        ("???", ["???"]),
    ],
)
def test_each_question_is_a_part(message, pieces):
    assert parts(message) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "is it legal",
        "so how long",
        "ok can i drive",
        "i drove home?",
        "i had preeclampsia am i ok for this",
        "we have two kids how much is it",
        "my mom asks whether it is safe",
        "no idea how to get there",
        "i live alone so who drives me",
    ],
)
def test_what_asks_is_seen_with_and_without_its_mark(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["book me in", "i feel so low", "thank you", "all i can do is cry", ""])
def test_what_tells_is_no_question(text):
    assert not is_question(text)


@pytest.mark.parametrize(("part", "named"), [("also the price", True), ("drip or spray", True), ("i feel low", False)])
def test_a_subject_that_is_only_named_is_told_from_a_story(part, named):
    assert is_named(part) is named


def test_a_question_that_says_little_is_read_with_what_is_told_before_it():
    pieces = ["i had a stroke at 20.", "am i out?", "does it hurt the baby when i pump"]
    assert [leans(piece) for piece in pieces] == [False, True, False]
    assert in_context(pieces) == [pieces[0], "i had a stroke at 20. am i out?", pieces[2]]


@given(st.text(max_size=400))
def test_whatever_she_types_there_is_at_least_one_part_and_never_too_many(text):
    found = parts(text)
    assert 1 <= len(found) <= MAX_PARTS
    assert len(in_context(found)) == len(found)
