"""Every example of the danger lexicon is caught in any case, letters and company; harmless talk adds up to none."""

import random
from collections.abc import Callable
from functools import lru_cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.lexicon import Lexicon
from bot.safety.screen import screen
from bot.safety.verdict import Level, Verdict
from bot.settings import ROOT
from bot.understanding.text import clean

EXAMPLES = [
    (entry.kind, Level.DANGER if entry.level == "danger" else Level.CONCERN, text)
    for entry in Lexicon.load().entries
    for text in entry.examples
]
TALK = ("faq_", "greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "out_of_scope")
MANY = settings(max_examples=400, deadline=None)
Example = tuple[str, Level, str]
Disguise = Callable[[str], str]

SENTENCES = st.sampled_from(
    [
        "the baby is six weeks old",
        "thanks for the information",
        "how long does a session take",
        "my phone number is 555 0142",
        "she slept well last night",
        "i love the new office",
        "my mother is visiting",
        "can i bring a snack",
        "my husband drives me there",
        "i had twins last year",
        "when i was pregnant i worked nights",
        "no thank you",
        "not sure yet",
        "i never got the form",
        "my sister is fine",
        "ok lol",
        "",
    ]
)
# A question mark behind the danger itself would make a question of it ("tongue swelling after the lozenge?").
BEFORE = st.sampled_from([". ", "! ", "? ", "; ", "... ", " 😭. ", "!!! ", ".\n"])
AFTER = st.sampled_from([". ", "! ", "; ", "... ", " 😭. ", "!!! ", ".\n"])


def read(text: str) -> Verdict:
    """What the screen sees of a message that the gate has cleaned."""
    return screen().read(clean(text))


def assert_caught(example: Example, text: str) -> None:
    """`text` is at least what `example` is, and of its kind."""
    kind, level, _ = example
    verdict = read(text)
    assert (verdict.kind, verdict.level >= level) == (kind, True), text


# --- disguises


def _mapped(plain: str, other: str) -> Disguise:
    return lambda text: text.translate(str.maketrans(plain, other))


def _between_words(space: str) -> Disguise:
    return lambda text: text.replace(" ", space)


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _bold(text: str) -> str:
    return "".join(chr(ord("𝐚") + ord(c) - ord("a")) if "a" <= c <= "z" else c for c in text)


def _struck_through(text: str) -> str:
    return "".join(c + "\u0336" for c in text)


def _stretched(text: str) -> str:
    return " ".join(word + word[-1] * 4 if word.isalpha() and len(word) > 2 else word for word in text.split())


def _around(before: str, after: str) -> Disguise:
    return lambda text: before + text + after


DISGUISES: dict[str, Disguise] = {
    "doubled spaces": _between_words("  "),
    "tabs": _between_words("\t"),
    "spaces that do not break": _between_words("\u00a0"),
    "lines": _between_words("\n"),
    "pauses": _between_words("... "),
    "one-letter ellipses": _between_words("… "),
    "dashes": _between_words(" - "),
    "slashes": _between_words("/"),
    "underscores": _between_words("_"),
    "emoji between words": _between_words(" 😭 "),
    "a family of emoji": _between_words(" 👩‍👧 "),
    "invisible characters in words": "\u200b".join,
    "joiners in words": "\u200d".join,
    "soft hyphens": "\u00ad".join,
    "a byte-order mark": _around("\ufeff", ""),
    "full-width letters": _full_width,
    "bold letters": _bold,
    "small capitals": _mapped("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"),
    "struck through": _struck_through,
    "accents": _mapped("aeiou", "àéïöü"),
    "Cyrillic letters": _mapped("aeopcyxis", "аеорсухіѕ"),
    "Greek letters": _mapped("aoeivpknt", "αοειvρκnτ"),
    "stretched words": _stretched,
    "quotation marks": _around("“", "”"),
    "Markdown": _around("**", "**"),
    "brackets": _around("(", ")"),
    "a list": _around("- ", ""),
    "a hashtag": _around("#", " #ppd"),
    "marks": _around("!!", "!?!"),
    "an emoji at each end": _around("😭", "💔💔"),
}
# Where every space is a pause, nobody can tell any more where a sentence ends.
IN_COMPANY = [disguise for name, disguise in DISGUISES.items() if name not in {"pauses", "one-letter ellipses"}]


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_every_example_is_caught_in_disguise(disguise: Disguise) -> None:
    for example in EXAMPLES:
        hidden = disguise(example[2])
        # Who asks "tongue swelling after the lozenge?" asks.
        assert_caught(example, hidden.replace("?", ""))


@pytest.mark.parametrize("between", [" ", ".", "-", "_", "*"])
def test_every_example_is_caught_with_any_of_its_words_spelled_out(between: str) -> None:
    for example in EXAMPLES:
        words = example[2].split()
        for place, word in enumerate(words):
            if len(word) > 3 and word.isalpha():
                assert_caught(example, " ".join([*words[:place], between.join(word), *words[place + 1 :]]))


@MANY
@given(st.sampled_from(EXAMPLES), SENTENCES, BEFORE, AFTER, SENTENCES)
def test_every_example_is_caught_among_harmless_sentences(
    example: Example, before: str, end: str, second_end: str, after: str
) -> None:
    assert_caught(example, f"{before}{end}{example[2]}{second_end}{after}")


@MANY
@given(
    st.sampled_from(EXAMPLES),
    st.sampled_from(IN_COMPANY),
    st.integers(0, 10**6),
    SENTENCES,
    BEFORE,
    AFTER,
)
def test_every_example_is_caught_in_any_case_disguise_and_company(
    example: Example, disguise: Disguise, seed: int, company: str, end: str, second_end: str
) -> None:
    chance = random.Random(seed)
    shouted = "".join(chance.choice([c.upper(), c]) for c in disguise(example[2]).replace("?", ""))
    assert_caught(example, f"{company}{end}{shouted}{second_end}{company}")


@lru_cache(maxsize=1)
def talk() -> list[str]:
    """What is asked and said without danger: the examples of the topics and of small talk."""
    intents = yaml.safe_load((ROOT / "data" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    lines = [line for i in intents if i["intent"].startswith(TALK) for line in i["examples"].splitlines()]
    return [line.removeprefix("- ").strip() for line in lines if line.startswith("- ")]


@settings(max_examples=1500, deadline=None)
@given(st.data(), st.sampled_from([". ", "! ", "? ", "; ", ".\n"]))
def test_harmless_sentences_together_raise_no_more_than_each_alone(data: st.DataObject, end: str) -> None:
    first, second = (data.draw(st.sampled_from(talk())) for _ in range(2))
    alone = max(read(first).level, read(second).level)
    assert read(f"{first}{end}{second}").level <= alone
