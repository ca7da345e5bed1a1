"""She asks, the bot answers."""

import pytest

FIVE = [
    ("Is ketamine therapy for postpartum depression legal?", "faq_legality"),
    ("How long does ketamine therapy take to work?", "faq_onset"),
    ("How long do I need someone to watch the baby?", "faq_childcare"),
    ("Is ketamine safe while breastfeeding?", "faq_breastfeeding"),
    ("What if I need to drive in an emergency?", "faq_driving"),
]


def test_she_is_told_at_once_that_this_is_no_person_and_whom_to_call(mother):
    mother.opens()
    assert "automated assistant" in mother.words
    assert "tel:911" in mother.words
    assert "tel:988" in mother.words
    assert len(mother.options) == 5


@pytest.mark.parametrize("channel", ["web", "sms"], indirect=True)
@pytest.mark.parametrize(("question", "topic"), FIVE)
def test_she_gets_the_answer_to_what_mothers_ask_most(mother, question, topic):
    assert mother.writes(question) == [topic]
    assert mother.read[0].review == "draft"
    assert mother.read[0].sources


def test_an_answer_ends_with_at_most_three_related_questions_that_are_answered_too(mother):
    mother.writes("can i drive after my session")
    assert 1 <= len(mother.options) <= 3
    title, payload = mother.options[0]
    assert mother.takes(title) == [payload.removeprefix("/")]


def test_two_questions_in_one_message_are_both_answered_once(mother):
    assert mother.writes("is it legal? also is it addictive? and is it legal?") == ["faq_legality", "faq_addiction"]
    assert all(not message.buttons for message in mother.read[:-1])


def test_a_long_story_with_one_question_gets_one_answer(mother):
    story = (
        "i had my second baby 7 weeks ago by c section and my mom is here for another week, she helps a lot, "
        "the nights are rough but we manage. is it ok to breastfeed after the session?"
    )
    assert mother.writes(story) == ["faq_breastfeeding"]


@pytest.mark.parametrize("again", ["why?", "tell me more", "and how long is that?"])
def test_a_follow_up_is_answered_from_what_was_just_said(mother, again):
    mother.writes("can i breastfeed after a session")
    first = mother.words
    assert mother.writes(again) == ["faq_breastfeeding"]
    assert mother.words != first


def test_a_new_question_in_few_words_is_not_taken_for_a_follow_up(mother):
    mother.writes("can i breastfeed after a session")
    assert mother.writes("and what does it cost") == ["faq_cost"]


def test_she_can_have_it_said_again(mother):
    mother.writes("can i drive after my session")
    first = mother.words
    mother.writes("can you say that again")
    assert mother.words == first


def test_saying_it_again_before_anything_was_said_is_no_error(mother):
    assert mother.writes("can you repeat that please") == ["nothing_to_repeat"]


def test_feeling_low_gets_warm_words_first_and_the_hotline(mother):
    assert mother.writes("i feel like such a bad mom and i am so tired") == ["feel_low"]
    assert mother.words.index("sorry") < mother.words.index("1-833-852-6262")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hello", "greet"),
        ("thank you so much", "thanks"),
        ("bye for now", "goodbye"),
        ("are you a robot", "bot_challenge"),
        ("what can you help me with", "help"),
        ("what is the capital of france", "out_of_scope"),
        ("my baby has a fever of 101", "baby_care"),
    ],
)
def test_small_talk_and_what_is_not_ours(mother, text, name):
    assert mother.writes(text) == [name]
