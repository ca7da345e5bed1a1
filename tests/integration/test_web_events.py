"""What is said reaches every page that has the conversation open, at once and once."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from bot.engine.channels import archive, events
from bot.engine.channels.outbound import DANGER, NOTICE, Outbound
from bot.storage import transcripts
from bot.storage.models import WebTurn
from bot.storage.sessions import transaction
from bot.storage.transcripts import CareTeamMessage
from running import Visitor, wait_until
from served import Listener, Served, served
from support import NIGHT, rows

Configure = Callable[..., None]
DOWN = "postgresql://postgres:secret@127.0.0.1:1/x"


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "GATHER", 0.01)
    monkeypatch.setattr(archive, "REST", 0.05)
    monkeypatch.setattr(archive, "PATIENCE", 10.0)
    monkeypatch.setattr(events, "LOOK", 0.05)


@pytest.fixture
def server(database: str) -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture
def visitor(server: Served) -> Visitor:
    return Visitor(server.address)


def listens(server: Served, visitor: Visitor, after: int | None = None, **headers: str) -> Listener:
    listener = Listener(server.address, visitor.token, after, Host=visitor.host, **headers)
    assert listener.is_open.wait(10)
    return listener


def writes_to(visitor: Visitor, words: str) -> None:
    with transaction() as session:
        transcripts.append(session, visitor.id, CareTeamMessage(words, "care coordinator"), NIGHT)


def texts(listener: Listener) -> list[str]:
    return [message["text"] for message in listener.heard]


def hears(listener: Listener, *words: str) -> None:
    wait_until(lambda: texts(listener) == list(words), f"{words} arrive")


def test_another_tab_reads_what_is_said_at_once_and_in_order(server: Served, visitor: Visitor) -> None:
    tabs = [listens(server, visitor, after=1) for _ in range(3)]
    visitor.writes("can i drive")
    visitor.writes("thanks")
    for tab in tabs:
        hears(tab, "can i drive", "Not **today**.", "thanks", "you said: thanks")
        assert tab.heard == visitor.transcript(after=1)
        assert tab.ids == [2, 3, 4, 5]


def test_her_own_words_reach_another_tab_before_the_answer_is_there(server: Served, visitor: Visitor) -> None:
    go_on = asyncio.Event()
    server.engine.before = lambda text: go_on.wait() if text == "slow" else None
    tab = listens(server, visitor, after=1)
    message = {"id": "6f1b7a44-7f0e-4c51-9d0b-2f6a3c1f0d11", "text": "slow"}
    with pytest.raises(httpx.TimeoutException):
        visitor.sends(message, timeout=0.3)
    hears(tab, "slow")
    assert tab.heard[0]["id"] == message["id"]  # her own page knows it by this
    server._loop.call_soon_threadsafe(go_on.set)
    hears(tab, "slow", "you said: slow")


def test_who_resumes_gets_what_she_missed_and_nothing_twice(server: Served, visitor: Visitor) -> None:
    visitor.writes("one")
    visitor.writes("two")
    hears(listens(server, visitor, after=3), "two", "you said: two")
    hears(listens(server, visitor), "hello", "one", "you said: one", "two", "you said: two")
    assert texts(listens(server, visitor, after=99)) == []


def test_after_a_restart_the_stream_goes_on_where_it_ended(database: str) -> None:
    with served() as first:
        visitor = Visitor(first.address)
        tab = listens(first, visitor, after=1)
        visitor.writes("one")
        hears(tab, "one", "you said: one")
    assert tab.has_ended.wait(10)
    with served() as second:
        again = listens(second, visitor, after=tab.ids[-1])
        other = Visitor(second.address)
        other.shows_token(visitor.token)
        other.shows_host(visitor.host)
        other.writes("two")
        hears(again, "two", "you said: two")


def test_what_the_care_team_writes_arrives_while_she_waits(server: Served, visitor: Visitor) -> None:
    visitor.writes("hello")
    wait_until(lambda: len(rows(WebTurn)) == 1, "the turn is stored")
    tabs = [listens(server, visitor, after=3) for _ in range(2)]
    writes_to(visitor, "We called you.")
    for tab in tabs:
        hears(tab, "We called you.")
        assert (tab.heard[0]["from"], tab.heard[0]["role"]) == ("care_team", "care coordinator")
    writes_to(visitor, "Call us back.")
    for tab in tabs:
        hears(tab, "We called you.", "Call us back.")
        assert tab.ids == [4, 5]
    wait_until(lambda: [row.first for row in rows(WebTurn)] == [1, 4, 5], "they have their places")


def test_one_look_is_enough_for_all_and_nobody_looks_for_nobody(
    server: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    incoming = transcripts.incoming
    monkeypatch.setattr(transcripts, "incoming", lambda session: looks.append(1) or incoming(session))
    others = [Visitor(server.address) for _ in range(4)]
    assert looks == []
    tabs = [listens(server, one, after=1) for one in (visitor, *others)]
    wait_until(lambda: len(looks) >= 2, "there was a look")
    for tab in tabs:
        tab.leaves()

    def is_over() -> bool:
        seen = len(looks)
        time.sleep(0.3)
        return len(looks) == seen

    wait_until(is_over, "nobody looks any more")


def test_while_the_database_is_down_the_tabs_go_on_and_later_get_what_was_written(
    server: Served, visitor: Visitor, database: str, configure: Configure
) -> None:
    visitor.writes("hello")
    wait_until(lambda: len(rows(WebTurn)) == 1, "the turn is stored")
    tab = listens(server, visitor, after=3)
    configure(DATABASE_URL=DOWN)
    visitor.writes("still")
    hears(tab, "still", "you said: still")
    configure(DATABASE_URL=database)
    writes_to(visitor, "We called you.")
    hears(tab, "still", "you said: still", "We called you.")


def test_silence_is_broken_now_and_then(server: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert events.HEARTBEAT == 15
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    tab = listens(server, visitor, after=1)
    wait_until(lambda: tab.comments >= 3, "there are signs of life")
    assert tab.heard == []


def test_a_stream_ends_with_its_conversation(server: Served, visitor: Visitor) -> None:
    tab = listens(server, visitor, after=1)
    assert visitor.leaves().status_code == 204
    assert tab.has_ended.wait(10)
    assert texts(tab) == []


def test_a_stream_ends_with_its_token(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    monkeypatch.setattr("bot.engine.channels.tokens.LIFE", timedelta(seconds=3))
    tab = listens(server, Visitor(server.address), after=1)
    assert tab.has_ended.wait(10)


def test_a_server_that_stops_waits_for_nobody_who_listens(database: str) -> None:
    with served() as server:
        tab = listens(server, Visitor(server.address), after=1)
        server.stop()
        assert tab.has_ended.wait(2)


def test_a_conversation_has_a_few_streams_and_the_server_not_too_many(
    server: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_EACH", 2)
    monkeypatch.setattr(events, "MOST", 3)
    tabs = [listens(server, visitor) for _ in range(2)]
    assert _refused(server, visitor) == 429
    other = Visitor(server.address)
    listens(server, other)
    assert _refused(server, other) == 503
    tabs[0].leaves()
    wait_until(lambda: _status(server, visitor) == 200, "there is room again")


def _refused(server: Served, visitor: Visitor) -> int:
    response = httpx.get(f"{server.address}/webhooks/web/events", headers={"Authorization": f"Bearer {visitor.token}"})
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) >= 1
    assert "988" in response.json()["detail"]
    return response.status_code


def _status(server: Served, visitor: Visitor) -> int:
    shown = {"Authorization": f"Bearer {visitor.token}"}
    with httpx.stream("GET", f"{server.address}/webhooks/web/events", headers=shown) as response:
        return response.status_code


@pytest.mark.parametrize("place", ["x", "-1", "1.5", "9" * 40])
def test_a_place_that_is_none_is_refused(server: Served, visitor: Visitor, place: str) -> None:
    shown = {"Authorization": f"Bearer {visitor.token}", "Last-Event-ID": place}
    assert httpx.get(f"{server.address}/webhooks/web/events", headers=shown).status_code == 400


def test_no_proxy_keeps_events_to_itself(server: Served, visitor: Visitor) -> None:
    shown = {"Authorization": f"Bearer {visitor.token}"}
    with httpx.stream("GET", f"{server.address}/webhooks/web/events", headers=shown) as response:
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["cache-control"] == "no-store"
        assert "content-encoding" not in response.headers


def test_danger_that_a_late_turn_sees_is_read_at_once_by_who_has_the_page_open(
    database: str, configure: Configure
) -> None:
    configure(NIGHTLIGHT_TURN_TIMEOUT="0.2")
    go_on = asyncio.Event()
    with served() as server:
        words = Outbound(DANGER, "call 988", "utter_crisis_psychosis", kind="crisis_psychosis")
        server.engine.says["slow"] = [words]
        server.engine.before = lambda text: go_on.wait() if text == "slow" else None
        visitor = Visitor(server.address)
        tab = listens(server, visitor, after=1)
        assert "cannot answer just now" in visitor.writes("slow")[0]["text"]
        server._loop.call_soon_threadsafe(go_on.set)
        wait_until(lambda: texts(tab)[-1:] == ["call 988"], "the words arrive")
        assert tab.heard[-1]["kind"] == "crisis_psychosis"
        assert [m["text"] for m in visitor.writes("hello again")] == ["you said: hello again"]  # each thing once
    assert "call 988" in "".join(row.turn for row in rows(WebTurn))


def test_what_a_late_turn_erases_is_erased_here_too(database: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_TURN_TIMEOUT="0.2")
    go_on = asyncio.Event()
    with served() as server:
        server.engine.says["yes"] = [Outbound(NOTICE, "It is erased.", "utter_erasure_done")]
        server.engine.before = lambda text: go_on.wait() if text == "yes" else None
        visitor = Visitor(server.address)
        visitor.writes("my name is rosalind")
        visitor.writes("yes")
        server._loop.call_soon_threadsafe(go_on.set)
        wait_until(lambda: visitor.transcript() == [], "the transcript is empty")
        wait_until(lambda: rows(WebTurn) == [], "and so is the table")
