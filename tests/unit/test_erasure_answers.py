"""What is a yes to "Shall I erase it?", what is a no, and what is neither."""

import pytest

from bot.understanding.erasure import CONFIRMED, DECLINED, answer


@pytest.mark.parametrize(
    "text",
    ["erase", "ERASE it", "yes, erase it all please", "Delete everything.", "ok delete my data", "erase all of it"],
)
def test_who_says_what_is_to_be_done_is_taken_at_her_word(text: str) -> None:
    assert answer(text, asked_last=True) == CONFIRMED
    assert answer(text, asked_last=False) == CONFIRMED


@pytest.mark.parametrize("text", ["yes", "Yes please!", "yep", "sure", "do it", "please do", "go ahead"])
def test_a_mere_yes_counts_only_if_nothing_else_was_asked_since(text: str) -> None:
    assert answer(text, asked_last=True) == CONFIRMED
    assert answer(text, asked_last=False) is None


@pytest.mark.parametrize("text", ["keep it", "KEEP", "please don't erase it", "no, do not delete it", "not erase"])
def test_who_wants_it_kept_keeps_it(text: str) -> None:
    assert answer(text, asked_last=True) == DECLINED
    assert answer(text, asked_last=False) == DECLINED


@pytest.mark.parametrize("text", ["no", "No thank you.", "nope", "wait", "never mind", "don\u2019t"])
def test_a_mere_no_counts_only_if_nothing_else_was_asked_since(text: str) -> None:
    assert answer(text, asked_last=True) == DECLINED
    assert answer(text, asked_last=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "yes but what happens to my visit", "can you erase it", "erase it?", "what if i erase it", "erase it later",
        "yes if the clinic cannot see it any more", "maybe", "how do i delete it", "can i drive tomorrow",
        "yes i told my husband all about it and he says that you do well", "erase the chalkboard", "",
    ],
)  # fmt: skip
def test_what_is_not_clear_erases_nothing(text: str) -> None:
    assert answer(text, asked_last=True) is None
