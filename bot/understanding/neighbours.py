"""What the examples most like a text are labelled: a second opinion beside the classifier's."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from bot.understanding.encoder import Vectors

Votes = npt.NDArray[np.float64]


@dataclass
class Neighbours:
    """The examples, and the `number` of them that vote on a text.

    How alike two texts are is the cosine of their vectors and `words_weight` times that of
    their words; a vote's weight grows by e for each 1/`sharpness` of it.
    """

    number: int = 20
    sharpness: float = 8.0
    words_weight: float = 0.8

    def fit(self, words: csr_matrix, vectors: Vectors, labels: npt.NDArray[np.int64], n_labels: int) -> "Neighbours":
        """Keep the examples: their words, unit vectors and labels (numbers below `n_labels`)."""
        self._words = (normalize(words) * self.words_weight).T.tocsr()
        self._vectors = np.asarray(vectors, np.float32)
        self._labels, self._n_labels = labels, n_labels
        return self

    def votes(self, words: csr_matrix, vectors: Vectors) -> Votes:
        """The share of the votes that each label has: one row a text, each adds up to 1."""
        likeness = vectors @ self._vectors.T + (normalize(words) @ self._words).toarray()
        return np.stack([self._count(row) for row in likeness])

    def _count(self, likeness: npt.NDArray[np.float32]) -> Votes:
        number = min(self.number, len(likeness))
        nearest = np.argpartition(-likeness, number - 1)[:number]
        weights = np.exp(self.sharpness * (likeness[nearest] - likeness[nearest].max()))
        counted = np.bincount(self._labels[nearest], weights, self._n_labels)
        return np.asarray(counted / counted.sum())

    def __getstate__(self) -> dict[str, Any]:
        # Half the digits are enough to tell who is near, and make the model's file smaller.
        return {**self.__dict__, "_vectors": self._vectors.astype(np.float16)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "_vectors": state["_vectors"].astype(np.float32)})
