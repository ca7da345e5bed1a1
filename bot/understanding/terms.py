"""The pieces of one text and their weights, as a fitted TF-IDF vectorizer has them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer


@dataclass(frozen=True)
class Terms:
    """Where the known pieces of a text stand in the vocabulary, each once, and how much each weighs."""

    places: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float32]


class TermReader:
    """Reads one text as `vectorizer` (sublinear, its rows of length 1) would, without its matrices.

    Those are made for thousands of texts: for one they cost a turn as much as everything that is done with them.
    """

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        self._pieces: Any = vectorizer.build_analyzer()
        self._places: dict[str, int] = vectorizer.vocabulary_
        self._rarity = np.asarray(vectorizer.idf_, np.float32)

    def read(self, text: str) -> Terms:
        """The terms of `text`; none where no piece of it is known."""
        counts = Counter(place for piece in self._pieces(text) if (place := self._places.get(piece)) is not None)
        places = np.fromiter(counts.keys(), np.int64, len(counts))
        times = np.fromiter(counts.values(), np.float32, len(counts))
        weights = (1 + np.log(times)) * self._rarity[places]
        return Terms(places, weights / max(float(np.linalg.norm(weights)), 1e-12))


def terms_of(rows: csr_matrix) -> Iterator[Terms]:
    """The terms of texts that a vectorizer has read already, one row each."""
    for start, stop in zip(rows.indptr, rows.indptr[1:], strict=False):
        yield Terms(rows.indices[start:stop], rows.data[start:stop])
