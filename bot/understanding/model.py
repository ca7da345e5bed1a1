"""Which label a message has, as probabilities that can be believed."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from bot.understanding.encoder import Vectors

Scores = npt.NDArray[np.float64]

HELD_OUT = 0.2  # of the examples, for the calibration alone
SEED = 7
_TEMPERATURES = (0.5, 12.0)  # where the factor that turns margins into probabilities is looked for


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
    """A linear classifier on sentence vectors and lexical features, with calibrated probabilities.

    `weight` is how much the vectors count beside the lexical features, `penalty` the
    C of the support vector machine.
    """

    weight: float = 1.0
    penalty: float = 0.3

    def fit(self, texts: Sequence[str], vectors: Vectors, labels: Sequence[str]) -> "LabelModel":
        """Learn from `texts` (spelled out), their `vectors` and `labels`, one of each an example."""
        self._lexical = lexical_features().fit(texts)
        features = self._features(texts, vectors)
        self._machine = self._new_machine().fit(features, labels)
        self._temperature = self._calibrate(features, np.asarray(labels))
        return self

    @property
    def labels(self) -> list[str]:
        """The labels, in the order of the columns of `probabilities`."""
        return [str(label) for label in self._machine.classes_]

    def probabilities(self, texts: Sequence[str], vectors: Vectors) -> Scores:
        """One row a text, one column a label; each row adds up to 1."""
        return self._probabilities(self._margins(self._machine, self._features(texts, vectors)))

    def read(self, texts: Sequence[str], vectors: Vectors, apart: Container[str] = ()) -> list[Reading]:
        """What each text may mean. The labels `apart` are judged for themselves: the ranking is without them."""
        margins = self._margins(self._machine, self._features(texts, vectors))
        rest = np.array([label not in apart for label in self.labels])
        ranked = [label for label in self.labels if label not in apart]
        among_all, among_rest = self._probabilities(margins), self._probabilities(margins[:, rest])
        return [
            Reading(
                ranking=[(ranked[i], float(row[i])) for i in np.argsort(-row)],
                apart={label: float(p) for label, p in zip(self.labels, whole, strict=True) if label in apart},
            )
            for row, whole in zip(among_rest, among_all, strict=True)
        ]

    def _probabilities(self, margins: Scores) -> Scores:
        return _softmax(self._temperature * margins)

    def _new_machine(self) -> LinearSVC:
        return LinearSVC(C=self.penalty, random_state=SEED)

    def _features(self, texts: Sequence[str], vectors: Vectors) -> csr_matrix:
        return hstack([self._lexical.transform(texts), csr_matrix(vectors * self.weight)]).tocsr()

    @staticmethod
    def _margins(machine: LinearSVC, features: csr_matrix) -> Scores:
        margins: Scores = machine.decision_function(features)
        return margins if margins.ndim == 2 else np.stack([-margins, margins], axis=1) / 2

    def _calibrate(self, features: csr_matrix, labels: npt.NDArray[np.str_]) -> float:
        """The temperature that makes probabilities of held-out examples as likely as can be (Guo et al., 2017)."""
        train, test = train_test_split(np.arange(len(labels)), test_size=HELD_OUT, stratify=labels, random_state=SEED)
        margins = self._margins(self._new_machine().fit(features[train], labels[train]), features[test])
        truth = np.searchsorted(self._machine.classes_, labels[test])
        rows = np.arange(len(test))

        def loss(temperature: float) -> float:
            return float(-np.log(_softmax(temperature * margins)[rows, truth] + 1e-12).mean())

        return float(minimize_scalar(loss, bounds=_TEMPERATURES, method="bounded").x)


def _softmax(scores: Scores) -> Scores:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
