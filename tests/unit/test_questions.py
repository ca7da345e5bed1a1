"""A message cut into its questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.questions import MAX_PARTS, is_question, parts


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        ("When can I drive? Can I nurse?", ["When can I drive?", "Can I nurse?"]),
        ("when can i drive and how long until i can nurse", ["when can i drive", "how long until i can nurse"]),
        ("how much is it, where are you", ["how much is it", "where are you"]),
        ("when can i drive when can i hold him", ["when can i drive", "when can i hold him"]),
        ("1) price 2) where", ["price", "where"]),
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
    ],
)
def test_what_asks_is_seen_with_and_without_its_mark(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["book me in", "i feel so low", "thank you", "all i can do is cry", ""])
def test_what_tells_is_no_question(text):
    assert not is_question(text)


@given(st.text(max_size=400))
def test_whatever_she_types_there_is_at_least_one_part_and_never_too_many(text):
    found = parts(text)
    assert 1 <= len(found) <= MAX_PARTS
