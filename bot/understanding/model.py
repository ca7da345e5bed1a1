"""Which label a message has, as probabilities that can be believed."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from bot.understanding.encoder import Vectors
from bot.understanding.neighbours import Neighbours

Scores = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]  # labels as positions in `LabelModel.labels`

HELD_OUT = 0.2  # of the examples, for the calibration alone
SEED = 7
_START = (5.0, 0.8)  # from where the two factors of the calibration are looked for
_LEAST_SHARE = 0.03  # of the votes: a label without a neighbour is not ruled out


def lexical_features() -> FeatureUnion:
    """Letters (typing errors, word endings) and words (and pairs of them), as TF-IDF."""
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, dtype=np.float32)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[a-z0-9']+", dtype=np.float32)
    return FeatureUnion([("letters", letters), ("words", words)])


@dataclass(frozen=True)
class Reading:
    """One text: the ranked labels, best first, and the probabilities of those kept `apart`."""

    ranking: list[tuple[str, float]]
    apart: dict[str, float]


@dataclass
class LabelModel:
    """A linear classifier on sentence vectors and lexical features, and the vote of the nearest examples.

    `weight` is how much the vectors count beside the lexical features, `penalty` the C of the
    support vector machine. Its margins and the logarithms of the votes, each times a factor
    that the calibration finds, add up to scores whose softmax are the probabilities.
    """

    weight: float = 1.0
    penalty: float = 0.3

    def fit(self, texts: Sequence[str], vectors: Vectors, labels: Sequence[str]) -> "LabelModel":
        """Learn from `texts` (spelled out), their `vectors` and `labels`, one of each an example."""
        self._lexical = lexical_features().fit(texts)
        self._labels, numbers = np.unique(np.asarray(labels), return_inverse=True)
        lexical = self._lexical.transform(texts)
        self._factors = self._calibrate(lexical, vectors, numbers)
        self._learn(lexical, vectors, numbers)
        return self

    @property
    def labels(self) -> list[str]:
        """The labels, in the order of the columns of `probabilities`."""
        return [str(label) for label in self._labels]

    def probabilities(self, texts: Sequence[str], vectors: Vectors) -> Scores:
        """One row a text, one column a label; each row adds up to 1."""
        return _softmax(self._scores(texts, vectors))

    def read(self, texts: Sequence[str], vectors: Vectors, apart: Container[str] = ()) -> list[Reading]:
        """What each text may mean. The labels `apart` are judged for themselves: the ranking is without them."""
        scores = self._scores(texts, vectors)
        rest = np.array([label not in apart for label in self.labels])
        ranked = [label for label in self.labels if label not in apart]
        return [
            Reading(
                ranking=[(ranked[i], float(row[i])) for i in np.argsort(-row)],
                apart={label: float(p) for label, p in zip(self.labels, whole, strict=True) if label in apart},
            )
            for row, whole in zip(_softmax(scores[:, rest]), _softmax(scores), strict=True)
        ]

    def _scores(self, texts: Sequence[str], vectors: Vectors) -> Scores:
        margins, votes = self._evidence(self._lexical.transform(texts), vectors)
        return self._factors[0] * margins + self._factors[1] * votes

    def _learn(self, lexical: csr_matrix, vectors: Vectors, numbers: Numbers) -> None:
        features = self._features(lexical, vectors)
        self._machine = LinearSVC(C=self.penalty, random_state=SEED).fit(features, numbers)
        self._neighbours = Neighbours().fit(lexical, vectors, numbers, len(self._labels))

    def _features(self, lexical: csr_matrix, vectors: Vectors) -> csr_matrix:
        return hstack([lexical, csr_matrix(vectors * self.weight)]).tocsr()

    def _evidence(self, lexical: csr_matrix, vectors: Vectors) -> tuple[Scores, Scores]:
        """The machine's margins, and the logarithms of the neighbours' votes."""
        margins: Scores = self._machine.decision_function(self._features(lexical, vectors))
        margins = margins if margins.ndim == 2 else np.stack([-margins, margins], axis=1) / 2
        return margins, np.log(self._neighbours.votes(lexical, vectors) + _LEAST_SHARE)

    def _calibrate(self, lexical: csr_matrix, vectors: Vectors, numbers: Numbers) -> tuple[float, float]:
        """The factors that make probabilities of held-out examples as likely as can be (after Guo et al., 2017)."""
        known, unknown = train_test_split(
            np.arange(len(numbers)), test_size=HELD_OUT, stratify=numbers, random_state=SEED
        )
        self._learn(lexical[known], vectors[known], numbers[known])
        margins, votes = self._evidence(lexical[unknown], vectors[unknown])
        rows, truth = np.arange(len(unknown)), numbers[unknown]

        def loss(factors: Sequence[float]) -> float:
            return float(-np.log(_softmax(factors[0] * margins + factors[1] * votes)[rows, truth] + 1e-12).mean())

        found = minimize(loss, _START, method="Nelder-Mead", bounds=[(0.5, 12.0), (0.0, 3.0)])
        return float(found.x[0]), float(found.x[1])


def _softmax(scores: Scores) -> Scores:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
