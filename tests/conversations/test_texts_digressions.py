"""She asks something else in the middle of a form, by text message."""

import pytest


@pytest.fixture
def in_the_form(texter, scheduling):
    texter.is_enrolled()
    texter.texts("i want to book")
    texter.texts("jo")
    return texter


def test_a_question_is_answered_and_then_the_form_goes_on(in_the_form):
    bodies = in_the_form.texts("wait, can i drive after my session?")
    assert "Don't drive" in bodies[0]
    assert "What phone number" in bodies[-1]
    assert "call you or text you" in in_the_form.texts("214 555 0123")[-1]


def test_help_gives_the_lines_and_then_the_question_again(in_the_form):
    bodies = in_the_form.texts("HELP")
    assert "988" in bodies[0]
    assert "What phone number" in bodies[-1]


@pytest.mark.parametrize("word", ["call", "CALL", "call me"])
def test_call_is_an_answer_where_it_was_asked_for(in_the_form, word):
    in_the_form.texts("214 555 0123")
    [body] = in_the_form.texts(word)
    assert "When is a good time" in body


def test_a_picture_is_refused_kindly_and_the_words_beside_it_are_answered(texter):
    bodies = texter.is_enrolled().texts("can i drive after my session", pictures=1)
    assert "Don't drive" in bodies[0]
    assert "can't see pictures" in bodies[-1]


def test_a_picture_alone_is_refused_kindly_with_the_lines(texter):
    [body] = texter.is_enrolled().texts("", pictures=2)
    assert "can't see pictures" in body
    assert "988" in body
