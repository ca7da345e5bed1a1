"""Which label a message has, as probabilities that can be believed."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

from bot.understanding.encoder import Vectors
from bot.understanding.neighbours import Neighbours
from bot.understanding.terms import TermReader, Terms, terms_of

Scores = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]  # labels as positions in `LabelModel.labels`

HELD_OUT = 0.2  # of the examples, for the calibration alone
SEED = 7
_START = (5.0, 0.8)  # from where the two factors of the calibration are looked for
_LEAST_SHARE = 0.03  # of the votes: a label without a neighbour is not ruled out


def letters() -> TfidfVectorizer:
    """Pieces of words as TF-IDF: they see typing errors and word endings."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, dtype=np.float32)


def words() -> TfidfVectorizer:
    """Words and pairs of them as TF-IDF."""
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[a-z0-9']+", dtype=np.float32)


@dataclass(frozen=True)
class Features:
    """What is known of some texts, one row each: their sentence vectors, pieces of words, and words."""

    vectors: Vectors
    letters: csr_matrix
    words: csr_matrix

    def of(self, rows: Numbers) -> "Features":
        """Those of some of the texts."""
        return Features(self.vectors[rows], self.letters[rows], self.words[rows])


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
    _reads: tuple[TermReader, TermReader] | None = field(default=None, init=False, repr=False)

    def fit(self, texts: Sequence[str], vectors: Vectors, labels: Sequence[str]) -> "LabelModel":
        """Learn from `texts` (spelled out), their `vectors` and `labels`, one of each an example."""
        self._letters, self._words = letters().fit(texts), words().fit(texts)
        self._reads = None
        self._labels, numbers = np.unique(np.asarray(labels), return_inverse=True)
        features = self._features(texts, vectors)
        self._factors = self._calibrate(features, numbers)
        self._learn(features, numbers)
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
        letters, words = [[reader.read(text) for text in texts] for reader in self._readers()]
        margins = np.stack([self._margins(*of) for of in zip(letters, words, vectors, strict=True)])
        votes = np.log(self._neighbours.votes(words, vectors) + _LEAST_SHARE)
        return np.asarray(self._factors[0] * _of_two(margins) + self._factors[1] * votes)

    def _readers(self) -> tuple[TermReader, TermReader]:
        if self._reads is None:
            self._reads = TermReader(self._letters), TermReader(self._words)
        return self._reads

    def _margins(self, letters: Terms, words: Terms, vector: Vectors) -> Scores:
        """What the machine says of one text: `decision_function`, without the matrices that it takes."""
        weights = self._machine.coef_.T
        after_letters = len(self._letters.vocabulary_)
        return np.asarray(
            letters.weights @ weights[letters.places]
            + words.weights @ weights[words.places + after_letters]
            + vector * self.weight @ weights[-len(vector) :]
            + self._machine.intercept_
        )

    def _features(self, texts: Sequence[str], vectors: Vectors) -> Features:
        return Features(vectors, self._letters.transform(texts), self._words.transform(texts))

    def _learn(self, features: Features, numbers: Numbers) -> None:
        self._machine = LinearSVC(C=self.penalty, random_state=SEED).fit(self._joined(features), numbers)
        self._neighbours = Neighbours().fit(features.words, features.vectors, numbers, len(self._labels))

    def _joined(self, features: Features) -> csr_matrix:
        return hstack([features.letters, features.words, csr_matrix(features.vectors * self.weight)]).tocsr()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_reads": None}  # made anew from the vectorizers

    def _calibrate(self, features: Features, numbers: Numbers) -> tuple[float, float]:
        """The factors that make probabilities of held-out examples as likely as can be (after Guo et al., 2017)."""
        known, unknown = train_test_split(
            np.arange(len(numbers)), test_size=HELD_OUT, stratify=numbers, random_state=SEED
        )
        self._learn(features.of(known), numbers[known])
        asked = features.of(unknown)
        margins = _of_two(self._machine.decision_function(self._joined(asked)))
        votes = np.log(self._neighbours.votes(terms_of(asked.words), asked.vectors) + _LEAST_SHARE)
        rows, truth = np.arange(len(unknown)), numbers[unknown]

        def loss(factors: Sequence[float]) -> float:
            return float(-np.log(_softmax(factors[0] * margins + factors[1] * votes)[rows, truth] + 1e-12).mean())

        found = minimize(loss, _START, method="Nelder-Mead", bounds=[(0.5, 12.0), (0.0, 3.0)])
        return float(found.x[0]), float(found.x[1])


def _of_two(margins: Scores) -> Scores:
    """One column a label, also where the machine has one for both of two labels."""
    return margins if margins.ndim == 2 and margins.shape[1] > 1 else np.stack([-1, 1]) * margins.reshape(-1, 1) / 2


def _softmax(scores: Scores) -> Scores:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
