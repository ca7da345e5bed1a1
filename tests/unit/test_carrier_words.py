"""Who wants no more texts gets none, however she says it; who is in danger is never taken for that."""

import json
from itertools import product

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.lexicon import Lexicon
from bot.safety.screen import screen
from bot.safety.verdict import KINDS, Level
from bot.settings import ROOT
from bot.texting.words import FILE, Means, Reading, words
from bot.understanding.text import clean

CARRIER = yaml.safe_load(FILE.read_text(encoding="utf-8"))["carrier"]
# 47 CFR 64.1200(a)(10)
FCC = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"]
OPT_OUTS = {Means.STOP, Means.PERHAPS_STOP, Means.AMBIGUOUS_STOP}
MANY = settings(max_examples=400, deadline=None)

LEXICON = Lexicon.load().entries
DANGER = [text for entry in LEXICON for text in entry.examples]
NLU = {
    entry["intent"]: [line.removeprefix("- ").strip() for line in entry["examples"].splitlines() if line.strip()]
    for entry in yaml.safe_load((ROOT / "data" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    if "intent" in entry
}


def cases(name: str) -> list[dict]:
    path = ROOT / "tests" / "evaluation" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def means(text: str) -> Means:
    return words().read(text).means


@st.composite
def typed(draw: st.DrawFn, said: st.SearchStrategy[str]) -> str:
    """Some words in any case, between spaces and marks."""
    text = "".join(draw(st.sampled_from([c.lower(), c.upper()])) for c in draw(said))
    marks = st.text(alphabet=" .!,\n\t\"'*…🛑", max_size=4)
    return draw(marks) + text + draw(marks)


# --- the words of the phone companies


@pytest.mark.parametrize("word", CARRIER["stop"])
def test_a_bare_stop_word_has_been_acted_on_by_the_carrier(word: str) -> None:
    for text in (word, word.upper(), f" {word.title()} \n"):
        assert words().read(text) == Reading(Means.STOP, by_carrier=True)


@MANY
@given(typed(st.sampled_from([*CARRIER["stop"], *FCC])))
def test_a_stop_word_opts_out_in_any_case_and_between_any_marks(text: str) -> None:
    assert means(text) in {Means.STOP, Means.PERHAPS_STOP}


@pytest.mark.parametrize("word", ["stop", "unsubscribe", "quit", "stopall", "revoke", "optout"])
def test_politeness_around_a_stop_word_changes_nothing(word: str) -> None:
    for text in (f"{word} please", f"please {word}", f"ok {word} now thanks", f"{word}, thank you"):
        assert words().read(text) == Reading(Means.STOP)


@pytest.mark.parametrize("text", ["please cancel", "cancel please", "end, thanks"])
def test_an_order_that_a_form_may_mean_too_is_an_opt_out_only_if_no_form_takes_it(text: str) -> None:
    assert means(text) is Means.PERHAPS_STOP


@pytest.mark.parametrize(
    ("text", "by_carrier"), [("HELP", True), ("info", True), ("Help!", False), ("help pls", False)]
)
def test_help_is_asked_for(text: str, by_carrier: bool) -> None:
    assert words().read(text) == Reading(Means.HELP, by_carrier)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("START", Means.START), ("unstop", Means.START), ("start please", Means.START), ("Yes", Means.YES)],
)
def test_she_wants_texts_again(text: str, meant: Means) -> None:
    assert means(text) is meant


@pytest.mark.parametrize(
    "text", ["yes please call me tomorrow", "help me", "help my baby", "start over", "no info yet"]
)
def test_a_word_of_the_carrier_inside_a_sentence_is_talk(text: str) -> None:
    assert means(text) is Means.TALK


# --- other ways to say it


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "Stop texting me!!",
        "STOP TEXTING ME PLEASE",
        "stop txting me",
        "stop textng me",
        "no mas",
        "No más por favor",
        "no me manden mas mensajes",
        "leave me alone",
        "just leave me alone please",
        "take me off this list",
        "quit messaging me",
        "unsubscribe me pls",
        "dont text me again",
        "Do not contact me.",
        "no more messages please",
        "remove my number from your list",
        "lose my number",
        "wrong number",
        "opt me out",
        "opt-out",
        "s t o p",
        "STOP STOP STOP",
        "stop 🛑🛑",
        "i don't want these messages anymore",
        "turn off the reminders",
        "I withdraw my consent",
    ],
)
def test_no_more_texts_in_her_own_words(text: str) -> None:
    assert words().read(text) == Reading(Means.STOP)


@pytest.mark.parametrize("text", ["stop it", "go away", "no more", "enough", "stop this"])
def test_what_may_mean_anything_is_left_to_the_classifier(text: str) -> None:
    assert means(text) is Means.AMBIGUOUS_STOP


@pytest.mark.parametrize(
    "text",
    [
        "I can't make it stop",
        "make it stop",
        "please make it stop",
        "i want it to stop",
        "i want it to end",
        "i want to end",
        "i want to end it",
        "end it",
        "end it all",
        "i want to quit",
        "just end me",
        "leave me alone he says",
        "he won't leave me alone",
        "the voices won't leave me alone",
        "stop he said",
        "he wont stop texting me",
        "no mas, quiero morir",
        "ya no puedo mas",
        "no aguanto mas",
        "get me out of here",
        "i can't stop crying",
        "the bleeding won't stop",
        "i stopped breastfeeding",
        "should i stop my zoloft",
        "cancel my appointment",
        "i want to stop",
        "when does it end",
        "unsubscribe from life",
        "quit life",
        "stop the pain",
        "i dont want to be here anymore",
        "i dont want this anymore",
        "i don't want this baby anymore",
        "they should lose me",
    ],
)
def test_what_only_sounds_like_it_opts_nobody_out(text: str) -> None:
    assert means(text) is Means.TALK
    assert words().confirms(text) is not True


@pytest.mark.parametrize("text", [case["text"] for case in cases("danger")])
def test_no_danger_of_the_held_out_set_opts_out(text: str) -> None:
    assert means(text) not in OPT_OUTS
    assert words().confirms(text) is not True


def test_no_example_of_danger_opts_out() -> None:
    texts = [*DANGER, *(text for kind in KINDS for text in NLU[kind])]
    assert len(texts) > 2_000
    assert [text for text in texts if means(text) in OPT_OUTS] == []


def test_ordinary_questions_opt_nobody_out() -> None:
    asked = [text for intent, texts in NLU.items() if intent.startswith("faq_") for text in texts]
    asked += [case["text"] for case in cases("questions") if case["intent"] not in {"opt_out", "delete_my_data"}]
    assert [text for text in asked if means(text) in {Means.STOP, Means.PERHAPS_STOP}] == []


SEEN = [text for text in DANGER if screen().read(clean(text)).level != Level.NONE]
STOPS = st.sampled_from(
    [*CARRIER["stop"], *FCC, "please stop texting me", "no mas", "leave me alone", "take me off this list", "go away"]
)
JOINS = st.sampled_from([" ", ". ", ", ", "\n", "... ", " - ", "! "])


@MANY
@given(st.sampled_from(SEEN), typed(STOPS), JOINS, st.booleans())
def test_no_stop_word_beside_danger_opts_out(danger: str, stop: str, join: str, first: bool) -> None:
    text = f"{stop}{join}{danger}" if first else f"{danger}{join}{stop}"
    assert means(text) is Means.TALK or screen().read(clean(text)).level == Level.NONE
    assert words().confirms(text) is not True or screen().read(clean(text)).level == Level.NONE


@MANY
@given(typed(st.sampled_from(SEEN)))
def test_danger_in_any_case_and_between_any_marks_opts_nobody_out(text: str) -> None:
    assert means(text) not in OPT_OUTS


@pytest.mark.parametrize(("word", "mark"), list(product([*CARRIER["stop"], *FCC], ["", ".", "!!!", " please"])))
def test_no_stop_word_is_danger_itself(word: str, mark: str) -> None:
    assert screen().read(word + mark).level == Level.NONE


# --- what the classifier takes for an opt-out


@pytest.mark.parametrize(
    ("text", "confirmed"),
    [
        ("your texts keep waking me up, stop sending them", True),
        ("too many texts. please stop", True),
        ("wrong person, dont text here again", True),
        ("not interested, take me off", True),
        ("every morning at 7 you ping me and wake the twins. enough", True),
        ("wait, my number is 214 555 0188. and please text me", None),
        ("my sister says stop texting me", None),
        ("my sister wont stop texting me", None),
        ("how do i unsubscribe", None),
        ("i want out", False),
        ("stop, i want to die", False),
    ],
)
def test_a_longer_message_opts_out_if_it_is_about_our_texts(text: str, confirmed: bool | None) -> None:
    assert words().confirms(text) is confirmed


def test_most_of_what_the_classifier_learned_is_confirmed_and_the_rest_is_asked() -> None:
    found = [means(text) in OPT_OUTS or words().confirms(text) for text in NLU["opt_out"]]
    assert sum(value is True for value in found) > 0.75 * len(found)


# --- commands and numbers


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("CALL", Means.CALL), ("call me please", Means.CALL), ("More", Means.MORE), ("change", Means.CHANGE),
        ("call 911", Means.TALK), ("no more calls from my mother", Means.TALK), ("tell me more", Means.TALK),
        ("change my appointment", Means.TALK), ("no call", Means.TALK),
    ],
)  # fmt: skip
def test_commands_are_whole_messages(text: str, meant: Means) -> None:
    assert means(text) is meant


@pytest.mark.parametrize("text", ["2", " 2. ", "#2", "(2)", "2)", "option 2", "2️⃣", "Reply 2", "number 2 please"])
def test_a_digit_picks_an_option(text: str) -> None:
    assert words().read(text) == Reading(Means.NUMBER, number=2)


@pytest.mark.parametrize("text", ["0", "22", "2145550173", "2 babies", "1 and 2", "2 pm"])
def test_other_numbers_pick_none(text: str) -> None:
    assert means(text) is Means.TALK
