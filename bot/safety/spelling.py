"""A message brought to the spelling of the danger lexicon: look-alikes, leet, spaced letters, typing errors."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from symspellpy import SymSpell, Verbosity


def word_set(words: str) -> frozenset[str]:
    """The words of `words`, which spaces part."""
    return frozenset(words.split())


# Letters of other alphabets that look like Latin ones (Unicode TR39, the common ones).
_LOOK_ALIKES = str.maketrans("аеорсухіјѕԁӏνκτιαορηω", "aeopcyxijsdlvktiaopnw")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][\s.\-_*]{1,2}){2,}[a-z0-9](?![a-z0-9])")
_MIXED = re.compile(r"(?<![\w@$!|*])(?=[\w@$!|*]*[a-z])(?=[\w@$!|*]*[0-9@$!|])[\w@$!|]{3,}(?![\w@$])")
_WORD = re.compile(r"[a-z]+(?:\*+[a-z]+)?|\d+|[.?!;,]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_APOSTROPHES = re.compile(r"[’‘'`´]")
# Never errors: "shouldnt" must not become "should".
_CONTRACTIONS = word_set(
    "aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt mightnt mustnt neednt shouldnt wasnt werent "
    "wont wouldnt ive youve weve theyve youll theyll shell youre theyre youd theyd shed whats thats theres wheres whos "
    "lets doesn didn wouldn couldn"
)
_LONG, _SHORT = 8, 4  # letters: from `_LONG` two errors are mended, from `_SHORT` one


def plain(text: str) -> str:
    """`text` in lower-case Latin letters: look-alikes, accents, leet and spaced-out words undone."""
    text = unicodedata.normalize("NFKD", text).lower().translate(_LOOK_ALIKES)
    text = "".join(c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    text = _APOSTROPHES.sub("", text)
    text = _SPACED.sub(lambda m: re.sub(r"[\s.\-_*]", "", m[0]) if len(m[0]) > 4 else m[0], text)
    text = _MIXED.sub(lambda m: _unleet(m[0]), text)
    return _STRETCHED.sub(r"\1\1", text)


def _unleet(word: str) -> str:
    # "24hrs", "2nd", "11pm" are numbers with a unit, not disguised words.
    if re.match(r"^\d+[a-z]*$", word):
        return word
    # Marks around a word stay marks: "!!help", "six weeks old!".
    stem = word.strip("!|")
    before, after = word.split(stem, 1) if stem else (word, "")
    return before + stem.translate(_LEET) + after


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """The common words of English, which are never taken for a typing error."""
    dictionary = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    rows = (line.split() for line in dictionary.splitlines())
    return frozenset(word for word, count in rows if int(count) > 100_000)


class Speller:
    """Splits a message into the words of a vocabulary, mending typing errors towards it."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._index = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word in self._vocabulary:
            if len(word) >= _SHORT:
                self._index.create_dictionary_entry(word, 1)

    def words(self, text: str) -> list[str]:
        """The words and sentence marks of `text` in plain spelling."""
        return [word for found in _WORD.findall(plain(text)) for word in self._mended(found)]

    def _mended(self, word: str) -> list[str]:
        if word in self._vocabulary or not word[0].isalpha():
            return [word]
        if "*" in word:
            return [self._unmasked(word)]
        single = re.sub(r"(.)\1", r"\1", word)
        if single in self._vocabulary and word not in english():
            return [single]
        if len(word) < _SHORT or word in english() or word in _CONTRACTIONS:
            return [word]
        found = self._index.lookup(word, Verbosity.TOP, 2 if len(word) >= _LONG else 1)
        if found and found[0].term[0] == word[0]:
            return [found[0].term]
        return self._split(word) if len(word) >= _LONG else [word]

    def _split(self, word: str) -> list[str]:
        """`word` as the fewest words of the vocabulary run together ("iwanttodie"), or as it is."""
        best: list[list[str] | None] = [[]] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(end):
                before, piece = best[start], word[start:end]
                if before is None or (piece != "i" and (len(piece) < 2 or piece not in self._vocabulary)):
                    continue
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = [*before, piece]
        return best[-1] or [word]

    def _unmasked(self, word: str) -> str:
        pattern = re.compile(re.sub(r"\*+", lambda m: f"[a-z]{{1,{len(m[0]) + 1}}}", word))
        return next((w for w in sorted(self._vocabulary) if pattern.fullmatch(w)), word.replace("*", ""))
