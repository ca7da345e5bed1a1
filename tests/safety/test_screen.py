"""What the screen sees in the words of the people who write, and what leaves it calm."""

import random
import statistics
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.screen import screen
from bot.safety.spelling import plain
from bot.safety.verdict import Level

SELF, BABY, PSYCHOSIS = "crisis_self_harm", "crisis_harm_baby", "crisis_psychosis"
VIOLENCE, MEDICAL = "crisis_domestic_violence", "emergency_medical"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # typing errors
        ("i wnat to kil myself", SELF),
        ("having sucidal thougts", SELF),
        ("im scared ill hrut my babby", BABY),
        ("i am herring voices", PSYCHOSIS),
        ("my husbnad strangld me", VIOLENCE),
        ("i cant braethe", MEDICAL),
        # texting
        ("kms", SELF),
        ("gonna unalive", SELF),
        ("thinking abt sewerslide", SELF),
        ("i want 2 die", SELF),
        ("want to kill my self", SELF),
        ("cant go on", SELF),
        ("sh relapse last night", SELF),
        ("my bf hit me again", VIOLENCE),
        # spaced out, run together, stretched, masked
        ("s u i c i d a l", SELF),
        ("i want to d-i-e", SELF),
        ("iwanttodie", SELF),
        ("i w a n t t o d i e", SELF),
        ("i want to dieeeee", SELF),
        ("I WANT TO DIE!!!", SELF),
        # look-alikes, accents, hidden characters, leet
        ("i want to diе", SELF),  # the last letter is Cyrillic
        ("ѕuісіdal", SELF),
        ("suïcidal", SELF),
        ("sui\u200bcidal", SELF),
        ("su1c1dal", SELF),
        ("k!ll myself", SELF),
        ("𝓴𝓲𝓵𝓵 𝓶𝔂𝓼𝓮𝓵𝓯", SELF),
        # its own negation belongs to it
        ("i don’t want to be here anymore", SELF),
        ("i do not want to live", SELF),
        ("i shouldn't be alive", SELF),
        ("my baby is not my baby", PSYCHOSIS),
        ("she is not breathing", MEDICAL),
        # the treatment asked about, and danger told
        ("does ketamine help if i want to kill myself", SELF),
        ("can i breastfeed, i hear voices", PSYCHOSIS),
        ("can you help me my baby is choking", MEDICAL),
        ("should i go to the er, i have chest pain", MEDICAL),
        # a negation of something else
        ("i dont know if i want to die", SELF),
        ("i cant stop thinking about killing myself", SELF),
        ("no i want to die", SELF),
        ("im not tired, i want to die", SELF),
        # only a part of it, in a form answer, in a second sentence
        ("monday works unless i kill myself first", SELF),
        ("Name: Kate. Reason for visit: I want to end my life", SELF),
        ("she is 6 weeks old and sleeps fine. i just want to be dead", SELF),
        ("im dying for a nap but i also want to die", SELF),
        # means, as if in passing
        ("how many tablets is too many", SELF),
        ("tall bridges near me", SELF),
        # both
        ("i want to kill myself and the baby", BABY),
        ("the voices tell me to drop her", BABY),
    ],
)
def test_danger_is_seen(text: str, kind: str) -> None:
    verdict = screen().read(text)
    assert (verdict.level, verdict.kind) == (Level.DANGER, kind)
    assert verdict.seen_by == ("screen",)


@pytest.mark.parametrize(
    "text",
    [
        "they would be better off without me",
        "soon i wont be a problem for anyone",
        "just wanted to say goodbye and thank you",
        "the baby is the only thing keeping me alive",
    ],
)
def test_what_is_said_around_it_is_a_concern(text: str) -> None:
    assert screen().read(text).intent == "crisis_concern"


@pytest.mark.parametrize(
    "text",
    [
        # idioms
        "im dying for a nap",
        "this baby is killing me lol",
        "i could kill for a coffee",
        "my back is killing me",
        "shoot me a text when the slot is free",
        "drop dead gorgeous dress",
        "drowning in laundry",
        "my phone died",
        "that price nearly gave me a heart attack",
        # negated
        "I am not suicidal",
        "not suicidal, just so sad all the time",
        "i dont want to die or anything, i just cry a lot",
        "i would never hurt my baby",
        "no thoughts of harming myself",
        "i do not have any thoughts of suicide",
        "no chest pain, no trouble breathing, just tired",
        # the treatment asked about
        "does it help with suicidal thoughts?",
        "can ketamine cause hallucinations?",
        "can it cause chest pain",
        "is chest pain a side effect",
        "will i hear voices on ketamine",
        "what if i pass out during the session",
        "Will I be asleep or unconscious?",
        "can you overdose on ketamine",
        "what is postpartum psychosis?",
        # long past and over, of the body
        "had a seizure as a child, none since, am i still allowed",
        "I had a heart attack two years ago. Is ketamine ok?",
        # ordinary
        "should i shake the formula bottle",
        "my toddler hits me when i say no",
        "can my husband see what i type here",
        "i wont be here on friday, can we move it",
        "",
        "?!",
        "🍕🍕🍕",
        "здравствуйте",
    ],
)
def test_the_ordinary_stays_calm(text: str) -> None:
    assert screen().read(text).level == Level.NONE


@pytest.mark.parametrize(
    ("text", "about_other"),
    [
        ("my wife says she wants to die", True),
        ("she wants to die", True),
        ("says she will kill herself, its my daughter", True),
        ("my sister is hearing voices", True),
        ("i want to die", False),
        ("my husband hits me", False),
        ("my mom is here but i want to die", False),
    ],
)
def test_whom_it_is_about(text: str, about_other: bool) -> None:
    verdict = screen().read(text)
    assert verdict.level == Level.DANGER
    assert verdict.about_other is about_other


@pytest.mark.parametrize(
    ("text", "past"),
    [
        ("years ago i tried to kill myself", True),
        ("I had a suicide attempt when I was 19", True),
        ("he used to hit me when i was pregnant", True),
        ("years ago i tried to kill myself and it feels like that again", False),
        ("my ex is outside and says he will kill me", False),
        ("i want to die", False),
    ],
)
def test_whether_it_is_past(text: str, past: bool) -> None:
    verdict = screen().read(text)
    assert verdict.level == Level.DANGER
    assert verdict.past is past


@pytest.mark.parametrize(
    "text",
    [
        "i had my baby 3 months ago and i am bleeding through a pad an hour",
        "i passed out at 11",
        "im bleeding heavily, way more than with my first",
    ],
)
def test_the_time_of_the_birth_does_not_make_an_emergency_past(text: str) -> None:
    assert screen().read(text).intent == MEDICAL


DANGERS = [
    ("i want to kill myself", SELF),
    ("i am suicidal", SELF),
    ("i want to die", SELF),
    ("i want to hurt my baby", BABY),
    ("i shook the baby", BABY),
    ("i am hearing voices", PSYCHOSIS),
    ("god told me i was chosen", PSYCHOSIS),
    ("my husband hits me", VIOLENCE),
    ("he put his hands around my throat", VIOLENCE),
    ("i have chest pain", MEDICAL),
    ("i took too many tablets", MEDICAL),
]
HARMLESS_TEXTS = st.sampled_from(
    [
        "the baby is six weeks old",
        "thanks for the information",
        "monday at 9 works for me",
        "how long does a session take",
        "my phone number is 555 0142",
        "we live in frisco",
        "she slept well last night",
        "i have blue cross",
        "what does it cost",
        "",
    ]
)
ENDS = st.sampled_from([". ", "! ", "? ", "; ", "\n", "... ", " 😭 . ", "\t.\t", "!!! "])
DECORATIONS = st.sampled_from(["", " ", "  ", "\n", "😭", "💔💔", "...", "!!", "“", "*", "~", "#", "(", " - "])
FAST = settings(max_examples=150, deadline=None)


def _shouted(text: str, seed: int) -> str:
    """`text` with each letter large or small by chance."""
    chance = random.Random(seed)
    return "".join(chance.choice([c.upper(), c.lower()]) for c in text)


@FAST
@given(st.sampled_from(DANGERS), HARMLESS_TEXTS, HARMLESS_TEXTS, ENDS, ENDS)
def test_danger_within_harmless_text_is_seen(
    danger: tuple[str, str], before: str, after: str, end: str, second_end: str
) -> None:
    verdict = screen().read(f"{before}{end}{danger[0]}{second_end}{after}")
    assert (verdict.level, verdict.kind) == (Level.DANGER, danger[1])


@FAST
@given(st.sampled_from(DANGERS), st.integers(0, 10**6), DECORATIONS, DECORATIONS)
def test_danger_is_seen_in_any_case_and_decoration(danger: tuple[str, str], seed: int, before: str, after: str) -> None:
    verdict = screen().read(f"{before}{_shouted(danger[0], seed)}{after}")
    assert (verdict.level, verdict.kind) == (Level.DANGER, danger[1])


@FAST
@given(
    st.sampled_from(DANGERS),
    st.lists(st.sampled_from([" ", "  ", "\n", "\t", " 😭 ", " \u200b"]), min_size=9, max_size=9),
)
def test_danger_is_seen_with_any_space_between_words(danger: tuple[str, str], spaces: list[str]) -> None:
    words = danger[0].split()
    text = words[0] + "".join(space + word for space, word in zip(spaces, words[1:], strict=False))
    assert screen().read(text).kind == danger[1]


@FAST
@given(
    st.sampled_from(DANGERS), st.sampled_from([{"o": "о"}, {"e": "е"}, {"a": "а"}, {"i": "і"}, {"c": "с", "p": "р"}])
)
def test_danger_is_seen_with_look_alikes(danger: tuple[str, str], letters: dict[str, str]) -> None:
    assert screen().read(danger[0].translate(str.maketrans(letters))).kind == danger[1]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    screen().read(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_plain_spelling_is_plain_already(text: str) -> None:
    assert plain(text) == plain(text).lower()


def test_a_message_is_read_in_under_a_millisecond() -> None:
    text = "i had my second session on monday and was a bit dizzy that evening but my mood is better today thanks"
    times = []
    for _ in range(200):
        start = time.perf_counter()
        screen().read(text)
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.001
