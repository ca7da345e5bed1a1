"""What a reader of the bench's results relies on: same data, nothing seen before, honest arithmetic."""

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench import data, report
from bench.__main__ import QUESTIONS, TURNS, WARM_UP, held_out
from bench.measure import Load, needs, shares, summary
from bench.score import Reading, best_of, score
from bot.clinic import Clinic
from bot.errors import NightlightError
from bot.evaluation.case import Case
from bot.settings import ROOT

EXAMPLES = {"greet": [f"hello {n}" for n in range(20)], "faq_driving": [f"can i drive {n}" for n in range(8)]}


def test_both_systems_get_the_same_sample_every_time() -> None:
    drawn = data.sample(EXAMPLES, 10)
    assert drawn == data.sample(EXAMPLES, 10)
    assert {intent: len(set(texts)) for intent, texts in drawn.items()} == {"greet": 10, "faq_driving": 8}
    assert all(set(texts) <= set(EXAMPLES[intent]) for intent, texts in drawn.items())


def test_all_examples_can_be_taken() -> None:
    assert data.count(data.sample(EXAMPLES, 0)) == 28


@pytest.mark.parametrize("too_few", [-1, 1, data.LEAST - 1])
def test_a_sample_too_small_to_learn_from_is_refused_in_a_sentence(too_few: int) -> None:
    with pytest.raises(NightlightError, match=f"--per-topic is {too_few}"):
        data.sample(EXAMPLES, too_few)


def test_what_is_asked_was_never_learned() -> None:
    left = data.without(EXAMPLES, ["Can I drive 3?", "HELLO 7"])
    assert "can i drive 3" not in left["faq_driving"]
    assert "hello 7" not in left["greet"]
    assert data.count(left) == 26


def test_an_nlu_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    texts = {"greet": ["hi", "- hello: 'you'", "#1 hey 🙂"]}
    path = tmp_path / "nlu.yml"
    data.write(path, data.as_nlu(texts))
    assert data.read_examples(path) == texts


def test_stock_rasa_gives_the_curated_answer_to_every_intent(tmp_path: Path) -> None:
    intents = list(data.read_examples(ROOT / "data" / "nlu.yml"))
    data.stock_project(tmp_path / "stock", {intent: ["one"] for intent in intents})
    domain = yaml.safe_load((tmp_path / "stock" / "domain.yml").read_text(encoding="utf-8"))
    rules = yaml.safe_load((tmp_path / "stock" / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    answered = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in rules}
    stories = yaml.safe_load((tmp_path / "stock" / "data" / "stories.yml").read_text(encoding="utf-8"))["stories"]
    told = [step for story in stories for step in story["steps"]]
    assert {answered[step["intent"]] for step in told if "intent" in step} == {
        s["action"] for s in told if "action" in s
    }
    assert domain["intents"] == intents
    assert set(answered) == {*intents, "nlu_fallback"}
    assert set(answered.values()) == set(domain["responses"])
    driving = domain["responses"]["utter_faq_driving"][0]["text"]
    assert driving == data.spoken(Clinic.load(data.CLINIC))["utter_faq_driving"]["text"]
    assert "Do not drive until the next day" in driving


def test_stock_rasa_says_the_plain_form_of_an_answer() -> None:
    said = data.plain(
        [
            {"text": "by text message", "channel": "sms"},
            {"text": "more", "metadata": {"when": {"follow_up": True}}},
            {"text": "later", "metadata": {"after": "2027-01-01"}},
            {"text": "plain", "metadata": {"type": "answer", "until": "2027-01-01"}, "buttons": []},
        ]
    )
    assert said == {"text": "plain"}


def test_stock_rasa_has_the_pipeline_and_policies_of_rasa_init() -> None:
    theirs = data.read(
        Path(str(distribution("rasa").locate_file("rasa/engine/recipes/config_files/default_config.yml")))
    )
    ours = data.read(data.STOCK / "config.yml")
    assert {key: ours[key] for key in ("pipeline", "policies")} == {
        key: theirs[key] for key in ("pipeline", "policies")
    }


def test_there_are_enough_held_out_questions_to_ask_none_twice() -> None:
    assert len(held_out(QUESTIONS)) >= 1 + WARM_UP + sum(TURNS.values())


def test_a_fallback_in_front_is_not_a_guess() -> None:
    assert best_of(["nlu_fallback", "greet", "thanks"]) == "greet"
    assert best_of(["nlu_fallback"]) is None


def test_either_of_two_answers_that_serve_equally_is_right() -> None:
    cases = [Case("how long", ("faq_session", "faq_onset"))] * 4
    figures = score(
        cases,
        [
            Reading("faq_onset", "faq_onset", ("faq_onset",)),
            Reading("faq_session", "nlu_fallback", (), ("faq_session", "faq_cost")),
            Reading("faq_cost", "nlu_fallback"),
            Reading("faq_cost", "faq_cost"),
        ],
    )
    assert figures["first_guess_percent"] == 50.0
    assert (figures["correct"], figures["clarified"], figures["refused"], figures["wrong"]) == (1, 1, 1, 1)
    assert (figures["answered_right_percent"], figures["answered_wrong_percent"]) == (25.0, 25.0)


def test_every_text_is_asked_by_one_client() -> None:
    dealt = shares([str(n) for n in range(10)], 3)
    assert [len(share) for share in dealt] == [4, 3, 3]
    assert sorted(text for share in dealt for text in share) == sorted(str(n) for n in range(10))


def test_one_disturbed_round_does_not_move_the_times() -> None:
    calm = Load(tuple(float(n) for n in range(1, 102)), 2.02, 1.01, 0, 0.1)
    disturbed = Load(tuple(50.0 * n for n in range(1, 102)), 50.0, 2.0, 3, 0.6)
    figures = summary([calm, disturbed, calm])
    assert (figures["p50_ms"], figures["p95_ms"]) == (51.0, 96.0)
    assert (figures["turns_per_second"], figures["processor_ms"]) == (50.0, 10.0)
    assert (figures["turns"], figures["unanswered"], figures["others_percent"]) == (303, 3, 10)


def test_a_package_counts_with_all_that_it_needs() -> None:
    assert needs("rasa", {"rasa": ["a", "b"], "a": ["c"], "c": ["a"], "other": ["d"]}) == {"rasa", "a", "b", "c"}


@pytest.mark.parametrize(
    ("row", "ours", "stock", "better"),
    [
        (report.Row("time", "x", "s"), 10.0, 50.0, 5.0),
        (report.Row("time", "x", "s"), 50.0, 10.0, 0.2),
        (report.Row("speed", "x", "/s", more_is_better=True), 50.0, 10.0, 5.0),
        (report.Row("right", "x", "%", more_is_better=True, share=True), 80.0, 70.5, 9.5),
        (report.Row("wrong", "x", "%", share=True), 6.0, 4.0, -2.0),
    ],
)
def test_better_is_said_the_same_way_for_times_speeds_and_shares(
    row: report.Row, ours: float, stock: float, better: float
) -> None:
    assert report.ratio(row, {"x": ours}, {"x": stock}) == better


def _figures(factor: float) -> dict[str, Any]:
    turns = {"p50_ms": factor, "p95_ms": factor, "turns_per_second": 1 / factor, "processor_ms": factor}
    disturbed = {"unanswered": 0, "others_percent": 4}
    return {
        "understanding": {
            "first_guess_percent": 80.0,
            "answered_right_percent": 70.0,
            "answered_wrong_percent": 5.0,
            "n": 10,
            "clarified": 3,
            "refused": 2,
        },
        **dict.fromkeys(
            ("training_seconds", "training_processor_seconds", "start_seconds", "start_processor_seconds"), factor
        ),
        **dict.fromkeys(("memory_mb", "memory_with_actions_mb", "model_mb", "packages_mb"), factor),
        "training_others_percent": 20,
        "turns": {"1": turns | disturbed, "16": turns | disturbed},
    }


@pytest.fixture
def results() -> dict[str, Any]:
    ours, stock = _figures(2.0), _figures(10.0)
    return {
        "made": "2026-01-01",
        "commit": "0c8f195",
        "minutes": 1.0,
        "machine": dict.fromkeys(("cores", "memory_gb", "architecture", "python", "rasa", "tensorflow"), "1"),
        "setup": {
            "per_topic": 12,
            "examples": 648,
            "intents": 54,
            "held_out": 826,
            "rounds": 5,
            "rules_only": False,
            "turns": {"1": 240, "16": 480},
        },
        "ours": ours,
        "stock": stock,
        "ratios": report.ratios(ours, stock),
    }


def test_the_table_says_that_only_ratios_count_and_has_every_row(results: dict[str, Any]) -> None:
    text = report.table(results)
    assert report.ONLY_RATIOS in text
    assert all(f"| {row.name} |" in text for row in report.ROWS)
    assert "| Training | 2.0 s | 10.0 s | 5.00 × |" in text
    assert "12 examples an intent" in text
    assert "20 % / 20 % in training, 4 % / 4 % in turns of 1 at a time" in text
    assert "Not answered by the bot itself" not in text


def test_turns_that_the_bot_did_not_answer_are_not_hidden(results: dict[str, Any]) -> None:
    results["stock"]["turns"]["16"]["unanswered"] = 7
    assert "Not answered by the bot itself (stock, 16 clients): 7 turns." in report.table(results)


def test_the_committed_table_and_ratios_are_those_of_the_committed_results() -> None:
    results = json.loads((ROOT / "bench" / "results.json").read_text(encoding="utf-8"))
    assert results["ratios"] == report.ratios(results["ours"], results["stock"])
    assert (ROOT / "bench" / "results.md").read_text(encoding="utf-8") == report.table(results)
    assert report.short_table(results) in (ROOT / "README.md").read_text(encoding="utf-8")
