"""What the examples most like a text are labelled: a second opinion beside the classifier's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from bot.understanding.encoder import Vectors
from bot.understanding.terms import Terms

Votes = npt.NDArray[np.float64]


@dataclass
class Neighbours:
    """The examples, and the `number` of them that vote on a text.

    How alike two texts are is the cosine of their vectors and `words_weight` times that of
    their words; a vote's weight grows by e for each 1/`sharpness` of it. The vectors are laid on
    the `axes` along which the examples differ most: they tell who is near as well as all 384, and a third of
    the numbers is to be read for each text.
    """

    number: int = 20
    sharpness: float = 8.0
    words_weight: float = 0.8
    axes: int = 128

    def fit(self, words: csr_matrix, vectors: Vectors, labels: npt.NDArray[np.int64], n_labels: int) -> "Neighbours":
        """Keep the examples: their words, unit vectors and labels (numbers below `n_labels`)."""
        self._words = (words * self.words_weight).T.tocsr()
        self._axes = np.linalg.eigh(vectors.T @ vectors)[1][:, -self.axes :].astype(np.float32)
        self._vectors = np.asarray(vectors @ self._axes, np.float32)
        self._labels, self._n_labels = labels, n_labels
        return self

    def votes(self, words: Iterable[Terms], vectors: Vectors) -> Votes:
        """The share of the votes that each label has: one row a text, each adds up to 1."""
        return np.stack([self._count(self._likeness(*of)) for of in zip(words, vectors @ self._axes, strict=True)])

    def _likeness(self, words: Terms, vector: Vectors) -> npt.NDArray[np.float32]:
        found = self._vectors @ vector
        starts, places, weights = self._words.indptr, self._words.indices, self._words.data
        for word, weight in zip(words.places, words.weights, strict=True):
            who = slice(starts[word], starts[word + 1])  # the examples that have this word, each once
            found[places[who]] += weight * weights[who]
        return found

    def _count(self, likeness: npt.NDArray[np.float32]) -> Votes:
        number = min(self.number, len(likeness))
        nearest = np.argpartition(likeness, -number)[-number:]
        weights = np.exp(self.sharpness * (likeness[nearest] - likeness[nearest].max()))
        counted = np.bincount(self._labels[nearest], weights, self._n_labels)
        return np.asarray(counted / counted.sum())

    def __getstate__(self) -> dict[str, Any]:
        # Half the digits are enough to tell who is near, and make the model's file smaller.
        return {**self.__dict__, "_vectors": self._vectors.astype(np.float16)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "_vectors": state["_vectors"].astype(np.float32)})
