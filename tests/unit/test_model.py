"""The classifier of texts: a linear machine and the vote of the nearest examples, calibrated."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.understanding.model import LabelModel, letters
from bot.understanding.neighbours import Neighbours
from bot.understanding.terms import TermReader, Terms, terms_of

NO_WORDS = Terms(np.array([], np.int64), np.array([], np.float32))
# What the vectors say is what the first word says, so that a test can tell what a text should be.
TOPICS = {"drive": 0, "milk": 1, "danger": 2}
WORDS = [
    "when",
    "may",
    "i",
    "again",
    "after",
    "this",
    "today",
    "please",
    "tell",
    "me",
    "more",
    "about",
    "that",
    "now",
    "then",
    "how",
    "soon",
]


def example(topic: str, number: int) -> str:
    rng = np.random.default_rng(number)
    return " ".join([topic, *rng.choice(WORDS, 5)])


def vectors(texts: list[str]) -> np.ndarray:
    found = np.full((len(texts), 4), 0.1, np.float32)
    for row, text in zip(found, texts, strict=True):
        row[TOPICS.get(text.split()[0], 3)] = 1.0
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def model() -> LabelModel:
    labels = [topic for topic in TOPICS for _ in range(30)]
    texts = [example(topic, number) for number, topic in enumerate(labels)]
    return LabelModel().fit(texts, vectors(texts), labels)


def read(model: LabelModel, *texts: str, apart=()):
    return model.read(texts, vectors(list(texts)), apart)


def test_every_text_has_a_whole_probability(model):
    texts = ["drive when", "milk today", "something else altogether", ""]
    found = model.probabilities(texts, vectors(["x"] * len(texts)))
    assert found.shape == (4, 3)
    assert np.allclose(found.sum(axis=1), 1.0)


def test_what_is_like_its_examples_is_read_as_they_are(model):
    first, second = read(model, "drive me now", "milk after this")
    assert first.ranking[0][0] == "drive"
    assert second.ranking[0][0] == "milk"


def test_danger_is_not_in_the_ranking_and_is_judged_for_itself(model):
    (reading,) = read(model, "danger now", apart={"danger"})
    assert [label for label, _ in reading.ranking] != ["danger"]
    assert "danger" not in dict(reading.ranking)
    assert reading.apart["danger"] > 0.9
    assert sum(p for _, p in reading.ranking) == pytest.approx(1.0)


def test_what_is_like_nothing_is_less_sure_than_what_is_known(model):
    known, unknown = read(model, "drive when may i", "zzz qqq")
    assert known.ranking[0][1] > unknown.ranking[0][1]


def test_the_nearest_examples_vote_and_the_nearer_ones_more():
    words = csr_matrix(np.eye(4, dtype=np.float32))
    near = np.array([[1, 0], [0.9, 0.1], [0, 1], [0, 1]], np.float32)
    voters = Neighbours(number=3).fit(words, near, np.array([0, 0, 1, 1]), 3)
    (votes,) = voters.votes([NO_WORDS], np.array([[1, 0]], np.float32))
    assert votes.sum() == pytest.approx(1.0)
    assert votes[0] > 0.99
    assert votes[2] == 0.0


def test_fewer_examples_than_voters_are_no_error():
    voters = Neighbours(number=20).fit(
        csr_matrix(np.eye(2, dtype=np.float32)), np.eye(2, dtype=np.float32), np.array([0, 1]), 2
    )
    assert voters.votes([NO_WORDS], np.eye(2, dtype=np.float32)[:1])[0].argmax() == 0


def test_one_text_is_read_as_all_are():
    texts = ["can i drive today", "when may i drive again after this", "milk milk milk", "zzzz", ""]
    vectorizer = letters().fit(texts[:3] * 2)
    together = vectorizer.transform(texts)
    for text, row in zip(texts, terms_of(together), strict=True):
        alone = TermReader(vectorizer).read(text)
        assert dict(zip(alone.places, alone.weights, strict=True)) == pytest.approx(
            dict(zip(row.places, row.weights, strict=True)), abs=1e-6
        )


def test_the_margins_of_one_text_are_those_of_the_machine(model):
    texts = ["drive me now", "milk after this", "nothing of it"]
    features = model._features(texts, vectors(texts))
    by_machine = model._machine.decision_function(model._joined(features))
    rows = zip(terms_of(features.letters), terms_of(features.words), features.vectors, strict=True)
    assert np.allclose([model._margins(*row) for row in rows], by_machine, atol=1e-5)
