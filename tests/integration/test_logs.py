"""A whole conversation leaves nothing of itself in any log line, also where something fails."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.engine import logs
from conftest import Configure
from running import Nightlight, Visitor, published_model

# Whoever adds a way to say something to the bot adds a line here: what she writes, in order. The words in capitals
# are in no log; they stand for what only she can know.
CONVERSATION = (
    "hello, my name is ROSALIND KETTERING",
    "can i drive after my session if i live at 12 TUMBLEWEED lane",
    "xyzzy PLUGHWORD, call me at 214-555-0173",
    "PLUGHWORD again",
    "my husband BARTHOLOMEW hits me",
    "i want to die QUIETWORD",
    "delete my data",
    "no",
)
PHONE = re.compile(r"214\D{0,3}555\D{0,3}0173")


@pytest.fixture(scope="module")
def in_production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nightlight]:
    """The engine and the action server as in production, logging all that they ever log."""
    started = Nightlight(tmp_path_factory.mktemp("logs"), published_model())
    started.variables["NIGHTLIGHT_ENVIRONMENT"] = "production"
    started.migrate()
    try:
        started.start("engine", "actions")
        yield started
    finally:
        started.stop()


def said(nightlight: Nightlight) -> str:
    return nightlight.said("engine") + nightlight.said("actions")


def told(visitor: Visitor) -> None:
    for text in CONVERSATION:
        assert visitor.writes(text)
    visitor.sends({"text": ["ROSALIND"], "id": "x"})


def assert_nothing_is_hers(written: str, visitor: Visitor) -> None:
    assert written.strip()
    hers = {word.lower() for text in CONVERSATION for word in re.findall(r"\b[A-Z]{4,}\b", text)}
    assert len(hers) >= 6
    assert not {word for word in hers if word in written.lower()}
    assert not PHONE.search(written)
    assert not [text for text in CONVERSATION if len(text) > 5 and text in written]
    assert visitor.token not in written


def test_nothing_of_a_conversation_is_in_any_log_line(nightlight: Nightlight, visitor: Visitor) -> None:
    told(visitor)
    assert_nothing_is_hers(said(nightlight), visitor)


def test_nor_where_something_fails_and_in_production_each_line_is_an_object(in_production: Nightlight) -> None:
    visitor = Visitor(in_production.address)
    told(visitor)
    with in_production.frozen("actions"):  # the turn runs out of time
        visitor.writes(CONVERSATION[2])
    in_production.kill("actions")
    told(visitor)
    visitor.leaves()
    written = said(in_production)
    assert_nothing_is_hers(written, visitor)
    assert in_production.variables["NIGHTLIGHT_KEYS"] not in written
    assert all({"event", "level", "logger", "timestamp"} <= set(json.loads(line)) for line in written.splitlines())


@pytest.fixture
def logged(configure: Configure, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., list[Any]]]:
    """What some work logs in production, as objects; the logging of the tests is put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configure(NIGHTLIGHT_ENVIRONMENT="production")

    def logged(work: Callable[[], object]) -> list[Any]:
        logs.configure("DEBUG")
        work()
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield logged
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def fail() -> None:
    try:
        raise KeyError("she wrote this")
    except KeyError as error:
        raise ValueError("she wrote that") from error


def test_an_exception_is_logged_by_kind_and_place_without_its_words(logged: Callable[..., list[Any]]) -> None:
    def work() -> None:
        try:
            fail()
        except ValueError:
            logging.getLogger("bot").exception("it failed")
            structlog.get_logger("rasa").exception("rasa.failed", text="she wrote more")

    ours, rasas = logged(work)
    assert (ours["event"], ours["level"], ours["logger"]) == ("it failed", "error", "bot")
    assert [line.split()[0] for line in ours["exception"]] == ["ValueError", "KeyError"]
    assert Path(__file__).name in ours["exception"][0]
    assert rasas["event"] == "rasa.failed"
    assert rasas["exception"] == ours["exception"]
    assert "she wrote" not in str([ours, rasas])


def test_of_what_rasa_logs_only_its_event_is_kept(logged: Callable[..., list[Any]]) -> None:
    def work() -> None:
        structlog.get_logger("rasa").error("slots.failed", event_info="she wrote", slots={"name": "rosalind"})
        structlog.get_logger("rasa").warning("message.parsed", text="she wrote")
        logging.getLogger("bot").info("told %s", "K7M-4QP", extra={"text": "she wrote"})

    first, second = logged(work)
    assert set(first) == {"event", "level", "logger", "timestamp"}
    assert second["event"] == "told K7M-4QP"
    assert "she wrote" not in str([first, second])
