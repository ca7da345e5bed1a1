"""Every entry of the lexicon catches what it says it catches, and leaves calm what it says it leaves."""

from itertools import islice, product

import pytest
import yaml

from bot.errors import NightlightError
from bot.safety.lexicon import Entry, Finder, Lexicon
from bot.safety.screen import screen
from bot.safety.verdict import KINDS, Level

LEXICON = Lexicon.load()
OF_EACH = 40  # spellings of one figure of speech


def _name(entry: Entry) -> str:
    return f"{entry.kind}: {entry.examples[0]}"


def _spellings(phrase: str) -> list[str]:
    """Some of the ways in which `phrase` can be said, without its optional words."""
    parts = [part for part in LEXICON.pattern(phrase) if not part.optional]
    choices = [sorted([*part.single, *(" ".join(run) for run in part.runs)]) or ["so"] for part in parts]
    return [" ".join(words) for words in islice(product(*choices), OF_EACH)]


@pytest.mark.parametrize("entry", LEXICON.entries, ids=_name)
def test_examples_are_caught_with_their_kind(entry: Entry) -> None:
    least = Level.DANGER if entry.level == "danger" else Level.CONCERN
    seen = {example: screen().read(example) for example in entry.examples}
    missed = {text: verdict for text, verdict in seen.items() if verdict.kind != entry.kind or verdict.level < least}
    assert not missed


@pytest.mark.parametrize("entry", LEXICON.entries, ids=_name)
def test_near_misses_stay_calm(entry: Entry) -> None:
    seen = {text: screen().read(text) for text in entry.near_misses}
    assert not {text: verdict for text, verdict in seen.items() if verdict.level}


@pytest.mark.parametrize("phrase", LEXICON.harmless)
def test_figures_of_speech_stay_calm(phrase: str) -> None:
    seen = {text: screen().read(text) for text in _spellings(phrase)}
    assert not {text: verdict for text, verdict in seen.items() if verdict.level}


def test_every_kind_has_entries_and_near_misses() -> None:
    assert {entry.kind for entry in LEXICON.entries} == set(KINDS)
    assert all(entry.near_misses for entry in LEXICON.entries)


@pytest.mark.parametrize("phrase", sorted(set(LEXICON.phrases())))
def test_no_phrase_is_only_small_words(phrase: str) -> None:
    needed = [part for part in LEXICON.pattern(phrase) if not part.optional and not part.anything]
    assert needed
    assert not all(part.single & {"i", "to", "and", "the", "a"} for part in needed)


@pytest.fixture
def small() -> Lexicon:
    return Lexicon.model_validate(
        {
            "language": "en",
            "sets": {"die": ["die", "be dead"], "end": ["@die", "end it"]},
            "harmless": [],
            "entries": [],
        }
    )


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("want to? @end", "i want to be dead now", (1, 5)),
        ("want to? @end", "i want die", (1, 3)),
        ("want ... die", "want so very much die", (0, 5)),
        ("want ... die", "want so very very much die", None),
        ("want ... die", "want . die", None),
        ("want _ die", "want die", None),
        ("want|wish to @die|leave", "wish to leave", (0, 3)),
    ],
)
def test_how_a_phrase_is_written(small: Lexicon, phrase: str, text: str, found: tuple[int, int] | None) -> None:
    spans = Finder([("key", small.pattern(phrase))]).find(text.split())
    assert [(span.start, span.end) for span in spans] == ([found] if found else [])


@pytest.mark.parametrize("phrase", ["... die", "to? die?", "@nowhere"])
def test_a_phrase_that_cannot_work_is_refused(small: Lexicon, phrase: str) -> None:
    with pytest.raises(NightlightError, match=r"danger\.yml"):
        Finder([("key", small.pattern(phrase))])


def test_a_file_that_is_no_lexicon_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "danger.yml"
    file.write_text(yaml.safe_dump({"language": "en"}))
    with pytest.raises(NightlightError, match="not a danger lexicon"):
        Lexicon.load(file)
