"""Whatever fails, who is in danger reads the lines in time, and the alert is in the queue once when all is back.

Real processes, talked to over HTTP; `tests/faulty_engine.py` has components that fail at will, and
`tests/proxy.py` is the way to a real PostgreSQL.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

import faulty_engine
from bot.handoff import worker
from bot.settings import settings
from bot.storage.models import HandOff, OutboxEntry
from proxy import Proxy
from running import GRACE, Message, Nightlight, Visitor, environment, published_model, wait_until
from support import files, rows

TIMEOUT = 2.0  # shorter than the engine's patience with the action server: each way of giving up is tried
QUESTION = "can i drive after my session"
# What the screen sees, of several kinds, and what the classifier alone sees.
SEEN = {
    "crisis_self_harm": "i want to die, marker-4711",
    "crisis_domestic_violence": "my husband hits me",
    "emergency_medical": "i cant breathe and my chest hurts",
}
BY_CLASSIFIER = "he keeps a gun and says i should be careful"
ALL = [*SEEN.items(), ("crisis_domestic_violence", BY_CLASSIFIER)]
OF_EACH_WAY = [ALL[0], ALL[-1]]
FAIL_SAFE = "part of me is not working"
TOLD = "told the care team"


class Faulty(Nightlight):
    """Nightlight whose engine can be made to fail, on a database that can be taken away."""

    def __init__(self, folder: Path, proxy: Proxy | None, database: str) -> None:
        super().__init__(folder, published_model())
        self.proxy = proxy
        self.variables |= {"NIGHTLIGHT_TURN_TIMEOUT": str(TIMEOUT), "DATABASE_URL": database}
        self._fault = folder / "fault"
        self._fault.write_text("")

    def command(self, name: str) -> list[str]:
        """What is run as the process `name`."""
        if name == "engine":
            return [sys.executable, faulty_engine.__file__, str(self._fault)]
        return super().command(name)

    @contextmanager
    def failing(self, fault: str) -> Iterator[None]:
        """Within the block the engine has `fault`."""
        self._change(fault)
        try:
            yield
        finally:
            self._change("")

    def _change(self, fault: str) -> None:
        draft = self._fault.with_suffix(".new")
        draft.write_text(fault)
        draft.replace(self._fault)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory, postgresql: str | None) -> Iterator[Faulty]:
    """Such a Nightlight, started once; on PostgreSQL if there is a server."""
    proxy, address = None, ""
    if postgresql:
        url = make_url(postgresql)
        proxy = Proxy((url.host, url.port or 5432))
        address = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    started = Faulty(tmp_path_factory.mktemp("faulty"), proxy, address)
    started.migrate()
    try:
        started.start("engine", "actions")
        with environment(started.variables):
            yield started
    finally:
        started.stop()


@pytest.fixture
def way(faulty: Faulty) -> Iterator[Proxy]:
    """The way to the database, mended afterwards."""
    if faulty.proxy is None:
        pytest.skip("no PostgreSQL server: its faults cannot be shown")
    yield faulty.proxy
    faulty.proxy.mend()


@pytest.fixture
def mother(faulty: Faulty) -> Visitor:
    """Somebody who opened the page before anything failed."""
    return Visitor(faulty.address)


def in_time(mother: Visitor, text: str, limit: float = TIMEOUT) -> list[Message]:
    """What she reads on `text`, after a look at the clock and, first of all, at the lines."""
    start = time.perf_counter()
    said = mother.writes(text)
    assert time.perf_counter() - start < limit + GRACE
    assert said[0]["type"] == "danger"
    assert all(link in said[0]["text"] for link in ("tel:911", "tel:988"))
    assert not any(message["buttons"] for message in said)
    return said


def is_told_once(mother: Visitor, kind: str) -> bool:
    """Whether the worker, now that all is back, has one alert of `kind` in the queue and told it once."""
    assert worker.tick()
    assert worker.tick()
    found = [row for row in rows(HandOff) if row.conversation_id == mother.id]
    assert [(row.reason, row.repeats) for row in found] == [(kind, 0)]
    entries = [(e.state, e.attempts) for e in rows(OutboxEntry) if e.hand_off_id == found[0].id]
    assert entries == [("delivered", 1)]
    return len([name for name in files(settings().var / "outbox") if found[0].reference in name]) == 1


def words(said: list[Message]) -> str:
    return "\n".join(message["text"] for message in said)


# --- the action server


@pytest.mark.parametrize(("kind", "text"), ALL)
def test_the_action_server_is_killed(faulty: Faulty, mother: Visitor, kind: str, text: str) -> None:
    faulty.kill("actions")
    try:
        said = in_time(mother, text)
    finally:
        faulty.start("actions")
    assert FAIL_SAFE not in words(said)
    assert TOLD not in words(said)
    assert is_told_once(mother, kind)


@pytest.mark.parametrize(("kind", "text"), ALL)
def test_the_action_server_hangs_and_she_reads_the_words_for_her_kind(
    faulty: Faulty, mother: Visitor, kind: str, text: str
) -> None:
    with faulty.frozen("actions"):
        said = in_time(mother, text)
    assert FAIL_SAFE not in words(said)
    assert TOLD not in words(said)
    assert is_told_once(mother, kind)


def test_the_action_server_hangs_and_the_engine_gives_it_up_within_the_turn(
    nightlight: Nightlight, visitor: Visitor, clinic_side: None
) -> None:
    with nightlight.frozen("actions"):
        said = in_time(visitor, "i want to die", limit=5)
    assert FAIL_SAFE not in words(said)
    assert is_told_once(visitor, "crisis_self_harm")


def test_a_confirmation_of_an_earlier_alert_is_not_one_of_this(faulty: Faulty, mother: Visitor) -> None:
    assert TOLD in words(in_time(mother, SEEN["crisis_self_harm"]))
    faulty.kill("actions")
    try:
        said = in_time(mother, SEEN["crisis_domestic_violence"])
    finally:
        faulty.start("actions")
    assert TOLD not in words(said)
    assert worker.tick()
    found = {row.reason for row in rows(HandOff) if row.conversation_id == mother.id}
    assert found == {"crisis_self_harm", "crisis_domestic_violence"}


def test_she_closes_the_page_while_she_waits(faulty: Faulty, mother: Visitor) -> None:
    message = {"id": "6f1b7a44-7f0e-4c51-9d0b-2f6a3c1f0d11", "text": SEEN["crisis_self_harm"]}
    with faulty.frozen("actions"):
        with pytest.raises(httpx.TimeoutException):
            mother.sends(message, timeout=0.5)
        retried = mother.sends(message).json()["messages"]
    assert retried[0]["type"] == "danger"
    assert [m["from"] for m in mother.transcript(after=1)] == ["mother", *["bot"] * len(retried)]
    assert is_told_once(mother, "crisis_self_harm")


# --- the engine


@pytest.mark.parametrize(("kind", "text"), SEEN.items())
@pytest.mark.parametrize("fault", ["raise", "hang"])
def test_the_engine_fails_before_the_words(faulty: Faulty, mother: Visitor, fault: str, kind: str, text: str) -> None:
    with faulty.failing(fault):
        assert FAIL_SAFE in words(in_time(mother, text))
    assert is_told_once(mother, kind)
    assert "marker-4711" not in faulty.said("engine")


@pytest.mark.parametrize(("kind", "text"), OF_EACH_WAY)
@pytest.mark.parametrize("fault", ["raise after words", "hang after words"])
def test_the_engine_fails_after_the_words_and_she_reads_them(
    faulty: Faulty, mother: Visitor, fault: str, kind: str, text: str
) -> None:
    with faulty.failing(fault):
        said = in_time(mother, text)
    assert len(said) == 1
    assert FAIL_SAFE not in said[0]["text"]
    assert is_told_once(mother, kind)
    assert "marker-4711" not in faulty.said("engine")


def test_while_the_engine_hangs_the_page_and_other_mothers_are_answered(faulty: Faulty, mother: Visitor) -> None:
    other = Visitor(faulty.address)
    with ThreadPoolExecutor(2) as pool, faulty.failing("hang"):
        answers = [pool.submit(in_time, who, SEEN["crisis_self_harm"]) for who in (mother, other)]
        for path in ("/health/live", "/health/ready", "/", "/client.js"):
            start = time.perf_counter()
            assert faulty.answers(path)
            assert time.perf_counter() - start < 1
        assert all(FAIL_SAFE in words(answer.result()) for answer in answers)
    assert is_told_once(mother, "crisis_self_harm")
    assert is_told_once(other, "crisis_self_harm")


def test_after_the_hang_the_conversation_goes_on_in_order(faulty: Faulty, mother: Visitor) -> None:
    with faulty.failing("hang"):
        for _ in range(2):
            assert "cannot answer just now" in words(mother.writes("is it legal"))
    [answer] = mother.writes(QUESTION)
    assert answer["text"] == Visitor(faulty.address).writes(QUESTION)[0]["text"]
    # What hung is behind her, and in the engine's memory in its order: "say that again" says this answer.
    assert mother.writes("say that again")[0]["text"] == answer["text"]
    written = mother.transcript(after=1)
    assert [m["from"] for m in written] == ["mother", "bot"] * 4


def test_danger_that_only_a_late_turn_sees_is_answered_next_and_is_told(faulty: Faulty, mother: Visitor) -> None:
    with faulty.failing("hang"):
        assert "cannot answer just now" in words(mother.writes(BY_CLASSIFIER))
    said = in_time(mother, QUESTION)
    assert TOLD in words(said)
    assert said[-1]["type"] == "answer"
    assert is_told_once(mother, "crisis_domestic_violence")
    assert TOLD not in words(mother.writes(QUESTION))


def test_a_late_confirmation_comes_with_the_next_answer_once(faulty: Faulty, mother: Visitor) -> None:
    with faulty.failing("hang after words"):
        first = in_time(mother, SEEN["crisis_self_harm"])
    assert TOLD not in words(first)
    second, third = mother.writes(QUESTION), mother.writes(QUESTION)
    assert [TOLD in message["text"] for message in second] == [True, False]
    assert TOLD not in words(third)
    assert mother.transcript(after=2)[0]["text"] == first[0]["text"]
    assert is_told_once(mother, "crisis_self_harm")


@pytest.mark.parametrize("model", ["missing", "damaged"])
def test_there_is_no_model(tmp_path: Path, model: str) -> None:
    started = Nightlight(tmp_path, published_model())
    [link] = (tmp_path / "models").iterdir()
    link.unlink()
    if model == "damaged":
        link.write_bytes(b"no model")
    started.migrate()
    try:
        started.launch("engine")
        wait_until(lambda: started.answers("/health/live"), "the server answers")
        mother = Visitor(started.address)
        assert not started.answers("/health/ready")
        assert FAIL_SAFE in words(in_time(mother, "i want to die"))
        with environment(started.variables):
            assert is_told_once(mother, "crisis_self_harm")
    finally:
        started.stop()


# --- the database


def cut(way: Proxy) -> None:
    way.cut()


def hang(way: Proxy) -> None:
    way.hang()


@pytest.mark.parametrize("fail", [cut, hang], ids=["gone", "hanging"])
@pytest.mark.parametrize(("kind", "text"), OF_EACH_WAY)
def test_postgresql_fails(
    faulty: Faulty, mother: Visitor, way: Proxy, fail: Callable[[Proxy], None], kind: str, text: str
) -> None:
    fail(way)
    said = in_time(mother, text)
    assert FAIL_SAFE not in words(said)
    assert TOLD not in words(said)
    way.mend()
    wait_until(lambda: {"actions", "database"} <= faulty.ready(), "the action server is free of its old connection")
    assert is_told_once(mother, kind)


@pytest.mark.parametrize("fail", [cut, hang], ids=["gone", "hanging"])
def test_a_real_worker_lives_through_the_fault_and_delivers_once(
    faulty: Faulty, mother: Visitor, way: Proxy, fail: Callable[[Proxy], None]
) -> None:
    faulty.launch("worker")
    try:
        fail(way)
        in_time(mother, SEEN["crisis_self_harm"])
        wait_until(lambda: "has to wait" in faulty.said("worker"), "the worker meets the fault")
        way.mend()
        wait_until(lambda: any(e.state == "delivered" for e in entries_of(mother)), "the worker delivers")
    finally:
        faulty.kill("worker")
    assert is_told_once(mother, "crisis_self_harm")


def entries_of(mother: Visitor) -> list[OutboxEntry]:
    ids = {row.id for row in rows(HandOff) if row.conversation_id == mother.id}
    return [entry for entry in rows(OutboxEntry) if entry.hand_off_id in ids]


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Within the block another connection has the database to itself."""
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def unreadable(file: Path) -> Iterator[None]:
    """Within the block there is no file that anybody, an administrator too, could read at its place."""
    aside = file.with_suffix(".aside")
    file.rename(aside)
    file.mkdir()
    yield
    file.rmdir()
    aside.rename(file)


@pytest.mark.parametrize("fault", [locked, unreadable])
@pytest.mark.parametrize(("kind", "text"), OF_EACH_WAY)
def test_sqlite_fails(
    nightlight: Nightlight,
    visitor: Visitor,
    clinic_side: None,
    fault: Callable[[Path], Iterator[None]],
    kind: str,
    text: str,
) -> None:
    with fault(settings().var / "nightlight.db"):
        said = in_time(visitor, text, limit=5)
        assert FAIL_SAFE not in words(said)
        assert TOLD not in words(said)
        assert not worker.tick()
        assert list((settings().var / "spool").iterdir())
    assert is_told_once(visitor, kind)
