"""She changes her mind by text message: an answer, a visit, and whether she wants texts at all."""

import pytest

from bot.enrolment.states import State


def test_she_corrects_an_answer_of_the_form(texter, scheduling):
    texter.is_enrolled()
    for body in ("i want to book", "jo", "214 555 0123", "call"):
        texter.texts(body)
    [body] = texter.texts("no wait, the number is 214 555 0199")
    assert body.startswith("I have changed that.\n")  # and the next question, in the same text


def test_she_changes_something_at_the_summary_by_its_number(texter, scheduling):
    texter.is_enrolled()
    for body in ("i want to book", "jo", "214 555 0123", "text", "after 3", "frisco", "any", "skip", "yes"):
        shown = texter.texts(body)
    assert "2 Change something" in shown[-1]
    assert "What would you like to change" in texter.texts("2")[-1]
    assert "Which place" in texter.texts("4")[-1]
    assert "Allen" in texter.texts("1")[-1]


def test_change_asks_about_her_visit(texter, scheduling):
    [body] = texter.is_enrolled().texts("CHANGE")
    assert "reference" in body.lower() or "visit" in body.lower()
    assert texter.state is State.ACTIVE


@pytest.mark.parametrize("word", ["START", "unstop", "Yes", "start please"])
def test_who_has_opted_out_comes_back_by_a_word(texter, word):
    texter.is_enrolled().texts("please stop texting me")
    assert texter.opted_out
    [body] = texter.texts(word)
    assert "You get texts from Cedar Lane now" in body
    assert (texter.state, texter.opted_out) == (State.ACTIVE, False)
    assert "Don't drive" in texter.texts("can i drive after my session")[0]


def test_yes_is_no_start_word_for_who_gets_texts(texter):
    [body] = texter.is_enrolled().texts("YES")
    assert "What would you like to know" in body


def test_start_for_who_gets_texts_already_changes_nothing(texter):
    [body] = texter.is_enrolled().texts("START")
    assert "You get texts from Cedar Lane now" in body
    assert texter.state is State.ACTIVE


@pytest.mark.parametrize("yes", ["1", "YES", "START", "yes please", "ok sure"])
def test_who_is_invited_agrees(texter, yes):
    [body] = texter.is_enrolled(State.INVITED).texts(yes)
    assert "You get texts from Cedar Lane now" in body
    assert texter.state is State.ACTIVE


@pytest.mark.parametrize("no", ["2", "no thanks", "No"])
def test_who_is_invited_declines(texter, no):
    [body] = texter.is_enrolled(State.INVITED).texts(no)
    assert "will not text you" in body
    assert texter.state is None


def test_who_is_invited_and_asks_something_is_told_how_to_agree(texter):
    [body] = texter.is_enrolled(State.INVITED).texts("can i drive after my session")
    assert "Reply 1 to agree" in body
    assert texter.state is State.INVITED
