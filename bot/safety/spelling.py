"""A message brought to the spelling of the danger lexicon: look-alikes, leet, spaced letters, typing errors."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import islice, product

from symspellpy import SymSpell, Verbosity


def word_set(words: str) -> frozenset[str]:
    """The words of `words`, which spaces part."""
    return frozenset(words.split())


# Letters of other alphabets that look like Latin ones (Unicode TR39, the common ones): Cyrillic, Greek,
# Armenian, small capitals, Latin ones that have no plain form. Capitals apart: a large Greek nu is an N, a small
# one a v.
_CAPITALS = str.maketrans("ΝΗΡΧΥВНРСУХЅ", "NHPXYBHPCYXS")
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁӏкмтвнѵ" + "νκτιαορηωεβγυχμϲ" + "օսոհ" + "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ" + "ıɑɡłøđħ",
    "aeopcyxijsdlkmtbhv" + "vktiaopnwebyuxmc" + "ounh" + "abcdefghijklmnoprstuvwyz" + "iaglodh",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][\s.\-_*]{1,2}){2,}[a-z0-9](?![a-z0-9])")
_MIXED = re.compile(r"(?<![\w@$!|*])(?=[\w@$!|*]*[a-z])(?=[\w@$!|*]*[0-9@$!|])[\w@$!|]{3,}(?![\w@$])")
_WORD = re.compile(r"[a-z]+(?:\*+[a-z]+)?|\d+|[.?!;,]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_THREE = re.compile(r"([a-z])\1\1")
_SPELLINGS = 64  # of one stretched word
# A pause within a sentence, or dots in the place of spaces: "i just ... want to die", "i.want.to.die".
_PAUSES = re.compile(r"\.(?:\s*\.)+|…|(?<=\w)\.(?=[^\W\d_])|(?<=[^\W\d_])\.(?=\w)")
_APOSTROPHES = re.compile(r"[’‘'`´]")
# Never errors: "shouldnt" must not become "should".
_CONTRACTIONS = word_set(
    "aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt mightnt mustnt neednt shouldnt wasnt werent "
    "wont wouldnt ive youve weve theyve youll theyll shell youre theyre youd theyd shed whats thats theres wheres whos "
    "lets doesn didn wouldn couldn"
)
_DIGITS = "0123456789"
_LONG, _SHORT = 8, 4  # letters: from `_LONG` two errors are mended, from `_SHORT` one


def plain(text: str, respell: Callable[[str], str] = str) -> str:
    """`text` in lower-case Latin letters: look-alikes, accents, leet and spaced-out words undone.

    `respell` is given what letters apart make together, which may be several words.
    """
    text = unicodedata.normalize("NFKD", text).translate(_CAPITALS).lower().translate(_LOOK_ALIKES)
    text = "".join(c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    text = _APOSTROPHES.sub("", text)
    text = _SPACED.sub(lambda m: " ".join(respell(word) for word in _together(m[0])), text)
    text = _MIXED.sub(lambda m: _unleet(m[0]), text.replace("_", " "))
    # Three, which no word has: so it is known later that it was stretched.
    return _STRETCHED.sub(r"\1\1\1", text)


def _together(run: str) -> list[str]:
    """The words that the letters of `run` make: "i w.i.s.h" are two, "d i e" is one."""
    words = re.sub(r"(?<=\w)[.\-_*]+(?=\w)", "", run).split()
    return ["".join(re.findall(r"[a-z0-9]", run))] if all(len(re.sub(r"\W", "", w)) < 2 for w in words) else words


def without_pauses(text: str) -> str:
    """`text` as if the dots that may be no full stops were not there."""
    return _PAUSES.sub(" ", text)


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
    """Splits a message into the words of a vocabulary, mending typing errors towards it.

    `spellings` are words that are typed for others, which no mending would find ("ima", "2nite").
    """

    def __init__(self, vocabulary: Iterable[str], spellings: Mapping[str, str] | None = None) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._spellings = dict(spellings or {})
        typed = "|".join(re.escape(word) for word in sorted(self._spellings, key=len, reverse=True))
        self._typed = re.compile(rf"(?<![\w'])(?:{typed})(?![\w'])") if typed else None
        self._index = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word in self._vocabulary:
            if len(word) >= _SHORT:
                self._index.create_dictionary_entry(word, 1)

    def words(self, text: str) -> list[str]:
        """The words and sentence marks of `text` in plain spelling."""
        spelled = plain(text, self._apart)
        if self._typed:
            spelled = self._typed.sub(lambda m: self._spellings[m[0]], spelled)
        return [word for found in _WORD.findall(spelled) for word in self._mended(found)]

    def _apart(self, word: str) -> str:
        """`word`, whose letters stood apart, as the words that it may be: "ikill" is "i kill", "like5" is "like 5"."""
        letters = word.strip(_DIGITS)
        before, after = word.split(letters, 1) if letters else (word, "")
        if self._is_known(letters):
            return f"{before} {letters} {after}"
        pieces = self._split(letters)
        return f"{before} {' '.join(pieces)} {after}" if len(pieces) > 1 else word

    def _is_known(self, word: str) -> bool:
        return word in self._vocabulary or word in english()

    def _mended(self, word: str) -> list[str]:
        word = self._unstretched(word)
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

    def _unstretched(self, word: str) -> str:
        """`word` with one or two of each letter that stands three times: whatever is a word, else two."""
        pieces = _THREE.split(word)
        if len(pieces) == 1:
            return word
        # Text, letter, text, letter, ...: the letters are at the odd places.
        choices = [[piece * 2, piece] if place % 2 else [piece] for place, piece in enumerate(pieces)]
        spellings = ["".join(chosen) for chosen in islice(product(*choices), _SPELLINGS)]
        known = (s for words in (self._vocabulary, english()) for s in spellings if s in words)
        return next(known, spellings[0])

    def _split(self, word: str) -> list[str]:
        """`word` as the fewest words of the vocabulary run together ("iwanttodie"), or as it is."""
        best: list[list[str] | None] = [[]] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(end):
                before, piece = best[start], word[start:end]
                if before is None or (piece not in {"i", "a"} and (len(piece) < 2 or piece not in self._vocabulary)):
                    continue
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = [*before, piece]
        return best[-1] or [word]

    def _unmasked(self, word: str) -> str:
        pattern = re.compile(re.sub(r"\*+", lambda m: f"[a-z]{{1,{len(m[0]) + 1}}}", word))
        return next((w for w in sorted(self._vocabulary) if pattern.fullmatch(w)), word.replace("*", ""))
