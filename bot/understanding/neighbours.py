"""What the examples most like a text are labelled: a second opinion beside the classifier's."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from bot.understanding.encoder import Vectors

Votes = npt.NDArray[np.float64]


@dataclass
class Neighbours:
    """The examples, and the `number` of them that vote on a text.

    How alike two texts are is the cosine of their vectors and `lexical_weight` times that of
    their lexical features; a vote's weight grows by e for each 1/`sharpness` of it.
    """

    number: int = 20
    sharpness: float = 8.0
    lexical_weight: float = 0.7

    def fit(self, lexical: csr_matrix, vectors: Vectors, labels: npt.NDArray[np.int64], n_labels: int) -> "Neighbours":
        """Keep the examples: their lexical features, unit vectors and labels (numbers below `n_labels`)."""
        self._lexical = (normalize(lexical) * self.lexical_weight).T.tocsr()
        self._vectors = np.asarray(vectors, np.float32)
        self._labels, self._n_labels = labels, n_labels
        return self

    def votes(self, lexical: csr_matrix, vectors: Vectors) -> Votes:
        """The share of the votes that each label has: one row a text, each adds up to 1."""
        likeness = vectors @ self._vectors.T + (normalize(lexical) @ self._lexical).toarray()
        return np.stack([self._count(row) for row in likeness])

    def _count(self, likeness: npt.NDArray[np.float32]) -> Votes:
        number = min(self.number, len(likeness))
        nearest = np.argpartition(-likeness, number - 1)[:number]
        weights = np.exp(self.sharpness * (likeness[nearest] - likeness[nearest].max()))
        counted = np.bincount(self._labels[nearest], weights, self._n_labels)
        return np.asarray(counted / counted.sum())
