"""What the bot says fits a text message, says the same in it, and is cut at the ends of sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texting.gsm import MAX_SEGMENTS, SEGMENT, not_gsm, segments, septets, transliterated
from bot.texting.render import Said, fitting, plain, render, split, with_options

MORE = "Reply MORE for the rest."
SENTENCE = st.text("abcdefg hijklm \u2019\u201c\u2026nop", min_size=3, max_size=200).map(
    lambda s: f"{s.strip() or 'a'}. "
)
GSM_LETTERS = st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]) | st.sampled_from("ñéèùì£$ÄÖ¿¡€")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("It\u2019s \u201cfine\u201d \u2013 wait\u2026", 'It\'s "fine" - wait...'),
        ("mañana, José, ¿qué tal?", "mañana, José, ¿qué tal?"),
        ("5\u00a0mg \u00d7 2", "5 mg x 2"),
        ("a\u200bb", "ab"),
    ],
)
def test_what_says_the_same_in_the_letters_of_a_text_is_said_in_them(written: str, sent: str) -> None:
    assert transliterated(written) == sent
    assert not not_gsm(sent)


@pytest.mark.parametrize("written", ["María", "\U0001f642", "你好", "Łódź"])
def test_what_would_lose_something_stays_and_takes_more_room(written: str) -> None:
    assert transliterated(written) == written
    assert segments(written) == 1
    assert segments(written * 100) > segments("x" * len(written) * 100)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("x" * 152 + "[" + "x" * 152, 3),  # what takes two places is not cut in two
        ("í" * 70, 1),
        ("í" * 71, 2),
        ("í" * 134, 2),
        ("í" * 135, 3),
        ("\U0001f642" * 35, 1),
        ("\U0001f642" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_carrier_counts(text: str, count: int) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Call 911** now", "Call 911 now"),
        ("[call 988](tel:988) or [text 988](sms:988)", "call 988 or text 988"),
        ("See [the page](https://x.example/a?b=c).", "See the page."),
        ("More at https://x.example/a?b=c", "More at"),
        ("* one\n* two", "- one\n- two"),
        ("a *little* _bit_", "a little bit"),
        ("2 * 3 and snake_case", "2 * 3 and snake_case"),
        ("# Title\n\n\ntext", "Title\ntext"),
    ],
)
def test_marks_and_links_are_left_out(markdown: str, text: str) -> None:
    assert plain(markdown) == text


@given(st.lists(SENTENCE, min_size=1, max_size=30).map("".join))
def test_a_long_answer_comes_in_pieces_that_fit_and_nothing_is_lost(text: str) -> None:
    words = plain(text)
    pieces = split(words, MORE)
    assert all(segments(piece) <= MAX_SEGMENTS for piece in pieces)
    assert all(piece.endswith(MORE) for piece in pieces[:-1])
    assert not pieces[-1].endswith(MORE)
    bare = [piece.removesuffix(MORE) for piece in pieces]
    assert "".join("".join(bare).split()) == "".join(words.split())
    assert all(piece.rstrip().endswith(".") for piece in bare)  # every sentence here fits a piece


@given(st.text(GSM_LETTERS, min_size=1, max_size=1200))
def test_anything_can_be_cut(text: str) -> None:
    pieces = split(plain(text), MORE)
    assert all(segments(piece) <= MAX_SEGMENTS for piece in pieces)


def test_options_stand_behind_the_words_and_are_those_that_a_number_picks() -> None:
    said = Said("Did you mean one of these?", (("Is it **legal**?", "/faq_legality"), ("Driving", "/faq_driving")))
    rendered = render([said], MORE)
    assert rendered.texts == (("Did you mean one of these?\nReply 1 Is it legal?, 2 Driving", False),)
    assert rendered.options == said.options


def test_no_more_options_are_offered_than_are_shown() -> None:
    options = tuple((f"option number {n} with a long name", f"/o{n}") for n in range(9))
    shown = fitting("x" * 200, options)
    assert 0 < len(shown) < 9
    assert segments(with_options("x" * 200, shown)) <= MAX_SEGMENTS
    assert render([Said("x" * 200, options)], MORE).options == shown


def test_a_text_that_goes_on_offers_its_rest_and_nothing_else() -> None:
    long = "This is a sentence of some length. " * 20
    rendered = render([Said(long, (("Driving", "/faq_driving"),))], MORE)
    assert len(rendered.texts) == 1
    assert rendered.options == ()
    assert rendered.rest
    assert rendered.texts[0][0].endswith(MORE)


def test_each_message_is_a_text_of_its_own_and_danger_is_marked() -> None:
    rendered = render([Said("Call or text 988.", danger=True), Said(""), Said("I told the care team.")], MORE)
    assert rendered.texts == (("Call or text 988.", True), ("I told the care team.", False))


def test_a_part_is_as_long_as_the_carrier_makes_it() -> None:
    assert septets("x" * SEGMENT * MAX_SEGMENTS) == 306
