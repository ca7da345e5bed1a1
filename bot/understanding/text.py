"""Words as mothers type them, made into words as the encoder knows them."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import yaml

from bot.safety.spelling import english
from bot.settings import ROOT

MAX_CHARACTERS = 10_000  # what is read of one message; a text message has 1,600 at most
APOSTROPHE = "'"
MIN_ING = 5  # letters; "sin" and "win" are words
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[a-z0-9']+|[^\sa-z0-9']")
_STRETCHED = re.compile(r"(.)\1{2,}")


def clean(text: str) -> str:
    """`text` in NFKC on one line: no control or invisible characters, cut at `MAX_CHARACTERS`."""
    text = unicodedata.normalize("NFKC", text[: MAX_CHARACTERS * 2])
    text = _INVISIBLE.sub("", text).replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return _SPACE.sub(" ", text).strip()[:MAX_CHARACTERS]


class Shorthand:
    """The abbreviations and emoji of `data/shorthand.yml`, spelled out."""

    def __init__(self, words: dict[str, str], emoji: dict[str, str]) -> None:
        self._words = words
        self._emoji = emoji

    @classmethod
    def load(cls, path: Path = ROOT / "data" / "shorthand.yml") -> "Shorthand":
        """Read `path`: mappings `words` and `emoji`, each from what is typed to what is meant."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls({str(k): str(v) for k, v in content["words"].items()}, content["emoji"])

    def spell_out(self, text: str) -> str:
        """`text` in lower case, its abbreviations and known emoji written as words."""
        text = _STRETCHED.sub(r"\1\1", text.lower())
        for emoji, meaning in self._emoji.items():
            text = text.replace(emoji, f" {meaning} ")
        return " ".join(self._words.get(word) or _with_its_g(word) for word in _WORD.findall(text))


def _with_its_g(word: str) -> str:
    """`word`, or "crying" for "cryin" and "cryin'"."""
    whole = f"{word.rstrip(APOSTROPHE)}g"
    return whole if whole.endswith("ing") and len(whole) > MIN_ING and _lacks_g(word.rstrip(APOSTROPHE)) else word


@lru_cache(maxsize=4096)
def _lacks_g(word: str) -> bool:
    return word not in english() and f"{word}g" in english()


@lru_cache(maxsize=1)
def shorthand() -> Shorthand:
    """The shorthand of this process, read once."""
    return Shorthand.load()


def letters(text: str) -> str:
    """Only the letters of `text`, of any script."""
    return "".join(c for c in text if c.isalpha())


def is_other_script(text: str) -> bool:
    """Whether most letters of `text` are not Latin, so that nothing here can read it."""
    found = letters(text)
    latin = sum("LATIN" in unicodedata.name(c, "") for c in found)
    return bool(found) and latin * 2 < len(found)
