"""What is said on the website outlives the server, is read by another tab, and waits for no database."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.engine.channels import archive, backlog, conversations
from bot.engine.channels.conversations import Conversations
from bot.handoff import desk
from bot.privacy.erasure import erase
from bot.storage import transcripts
from bot.storage.models import HandOff, WebTurn
from bot.storage.sessions import engine, transaction
from bot.storage.transcripts import CareTeamMessage, NoConversation, Turn
from running import Visitor, wait_until
from served import DRIVING, GREETING, Scripted, Served, served
from support import HER_WORDS, NIGHT, alert, appointment, later, rows

Configure = Callable[..., None]
DOWN = "postgresql://postgres:secret@127.0.0.1:1/x"


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is gathered for long, a database that was down is asked again soon, a busy machine is none that is."""
    monkeypatch.setattr(archive, "GATHER", 0.01)
    monkeypatch.setattr(archive, "REST", 0.05)
    monkeypatch.setattr(archive, "PATIENCE", 10.0)


def stored(visitor: Visitor) -> list[str]:
    return [row.turn for row in rows(WebTurn) if row.conversation_id == visitor.id]


def is_stored(visitor: Visitor, turns: int) -> None:
    wait_until(lambda: len(stored(visitor)) == turns, f"{turns} turns are stored")


@contextmanager
def down(configure: Configure, database: str) -> Iterator[None]:
    configure(DATABASE_URL=DOWN)
    yield
    configure(DATABASE_URL=database)


def comes_back(visitor: Visitor, server: Served) -> Visitor:
    """The same mother, with her token, at another run of the server."""
    again = Visitor(server.address)
    again.id = visitor.id
    again.greeting = visitor.greeting
    again.shows_token(visitor.token)
    # The token names the site: the same one, whatever the port of this run.
    again.shows_host(visitor.host)
    return again


# --- a restart


def test_after_a_restart_she_reads_what_was_said_with_her_old_token(database: str) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
        visitor.takes("Cost", visitor.greeting)
        before = visitor.transcript()
    with served() as server:
        again = comes_back(visitor, server)
        assert again.transcript() == before
        assert [m["text"] for m in again.transcript(after=3)] == ["Cost", "you said: /faq_cost"]
        assert [m["seq"] for m in again.writes("thanks")] == [7]
        assert [m["from"] for m in again.transcript()] == ["bot", "mother", "bot", "mother", "bot", "mother", "bot"]


def test_a_retry_after_a_restart_gets_the_same_answer_and_nothing_is_done_twice(database: str) -> None:
    message = {"id": str(uuid.uuid4()), "text": "can i drive"}
    with served() as server:
        visitor = Visitor(server.address)
        first = visitor.sends(message).json()
    with served() as server:
        again = comes_back(visitor, server)
        assert again.sends(message).json() == first
        assert server.engine.turns == ["/greet"]
        assert len(again.transcript()) == 3


def test_buttons_of_before_the_restart_are_taken_and_no_others(database: str) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("hello")
    with served() as server:
        again = comes_back(visitor, server)
        assert again.takes("Driving", visitor.greeting)[0]["text"] == DRIVING.text
        assert again.sends({"choice": "never-offered"}).status_code == 409


def test_who_did_not_write_left_nothing(database: str) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.transcript()
    assert rows(WebTurn) == []
    with served() as server:
        assert comes_back(visitor, server).reads().status_code == 401


def test_what_was_said_when_the_process_was_killed_is_there_up_to_the_last_moment(database: str) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
        is_stored(visitor, 1)
        server.kill()
    with served() as server:
        assert len(comes_back(visitor, server).transcript()) == 3


def test_a_stop_writes_what_waits(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "GATHER", 30.0)
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
        assert stored(visitor) == []
    assert len(stored(visitor)) == 1


def test_a_turn_is_one_row_and_nobody_can_read_it_in_the_database(database: str) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        for number in range(1, 4):
            visitor.writes(HER_WORDS)
            is_stored(visitor, number)
    with engine().connect() as connection:
        everything = str(connection.execute(text("SELECT * FROM web_turns")).all())
    assert visitor.id in everything
    for word in ("better off", "you said", "mother", "greet"):
        assert word not in everything


def test_only_the_end_of_a_very_long_conversation_is_read(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.channels.conversation.MAX_TRANSCRIPT", 6)
    monkeypatch.setattr(conversations, "MAX_TRANSCRIPT", 4)
    with served() as server:
        visitor = Visitor(server.address)
        for number in range(8):
            visitor.writes(f"number {number}")
        before = visitor.transcript()
        assert len(before) == 6
    with served() as server:
        assert comes_back(visitor, server).transcript() == before


def test_what_leaves_memory_is_read_again(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MAX_OPEN", 2)
    with served() as server:
        first = Visitor(server.address)
        first.writes("can i drive")
        is_stored(first, 1)
        others = [Visitor(server.address) for _ in range(3)]
        assert len(first.transcript()) == 3
        assert first.writes("hello")[0]["seq"] == 5
        assert others[-1].writes("hello")


def test_with_a_lost_key_she_goes_on_and_misses_nothing_new(database: str, configure: Configure) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
    with transaction() as session:
        session.execute(text("UPDATE web_turns SET turn = 'gAAAA'"))
    with served() as server:
        again = comes_back(visitor, server)
        assert again.writes("i want to die")[0]["type"] == "danger"
        assert again.transcript(after=3) == again.transcript()


def test_a_rotation_of_keys_ends_no_conversation(database: str, configure: Configure) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    configure(NIGHTLIGHT_KEYS=old)
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
    configure(NIGHTLIGHT_KEYS=f"{new},{old}")
    with served() as server:
        assert len(comes_back(visitor, server).transcript()) == 3


# --- the database is down


def test_while_the_database_is_down_the_conversation_goes_on_and_is_written_when_it_is_back(
    database: str, configure: Configure
) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("before")
        is_stored(visitor, 1)
        with down(configure, database):
            assert visitor.writes("i want to die")[0]["type"] == "danger"
            visitor.writes("still")
            assert len(visitor.transcript()) == 7
        is_stored(visitor, 3)
        before = visitor.transcript()
    with served() as server:
        assert comes_back(visitor, server).transcript() == before


def test_who_comes_back_while_it_is_down_is_answered_and_reads_the_rest_when_it_is_back(
    database: str, configure: Configure
) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
    with served() as server:
        again = comes_back(visitor, server)
        with down(configure, database):
            said = again.writes("i want to die")
            assert said[0]["type"] == "danger"
            assert said[0]["seq"] > 3  # or her page would take it for what it has already
            assert [m["text"] for m in again.transcript(after=3)] == ["i want to die", said[0]["text"]]
        wait_until(lambda: len(again.transcript()) == 5, "the rest is read")
        assert [m["seq"] for m in again.transcript()][:3] == [1, 2, 3]
        assert again.takes("Driving", visitor.greeting)
        is_stored(visitor, 3)
        before = again.transcript()
    with served() as server:
        assert comes_back(visitor, server).transcript() == before


def test_a_database_that_hangs_holds_no_turn_and_no_other_request(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PATIENCE", 0.3)
    monkeypatch.setattr(archive, "REST", 5.0)
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("before")
        is_stored(visitor, 1)
        with engine().begin() as other:
            if other.dialect.name == "postgresql":
                other.execute(text("LOCK TABLE web_turns IN ACCESS EXCLUSIVE MODE"))
            started = time.monotonic()
            for _ in range(5):
                assert visitor.writes("i want to die")[0]["type"] == "danger"
            assert time.monotonic() - started < 2
            started = time.monotonic()
            assert len(visitor.transcript()) == 13
            assert time.monotonic() - started < 2


def test_what_waits_is_bounded_and_the_newest_is_kept(
    database: str, configure: Configure, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backlog, "MOST", 3)
    with served() as server:
        visitor = Visitor(server.address)
        with down(configure, database):
            for number in range(6):
                visitor.writes(f"number {number}")
        is_stored(visitor, 3)
        assert "number 5" in stored(visitor)[-1]
        assert len(visitor.transcript()) == 13
    assert "were not stored" in caplog.text


def test_one_turn_that_cannot_be_stored_holds_up_no_other(database: str, caplog: pytest.LogCaptureFixture) -> None:
    with served() as server:
        visitor, other = Visitor(server.address), Visitor(server.address)
        with transaction() as session:
            transcripts.write(session, [Turn(visitor.id, 1, "{}", NIGHT)])
        visitor.writes("hello")
        other.writes("hello")
        is_stored(other, 1)
        assert stored(visitor) == ["{}"]
        assert len(visitor.transcript()) == 3


# --- erased


def test_who_deletes_her_conversation_has_it_erased_everywhere(database: str) -> None:
    with served() as server:
        visitor, other = Visitor(server.address), Visitor(server.address)
        for one in (visitor, other):
            one.writes("can i drive")
            is_stored(one, 1)
        desk.request_appointment(appointment(conversation_id=visitor.id))
        visitor.writes("the last words")
        assert visitor.leaves().status_code == 204
        assert stored(visitor) == []
        assert [row.conversation_id for row in rows(HandOff)] != [visitor.id]
        assert server.engine.forgotten == [visitor.id]
        for response in (visitor.reads(), visitor.sends({"text": "hello"}), visitor.leaves()):
            assert response.status_code == 401
        other.writes("hello")
        is_stored(other, 2)
        assert stored(visitor) == []
    with served() as server:
        assert comes_back(visitor, server).reads().status_code == 401


def test_what_cannot_be_erased_is_not_said_to_be(database: str, configure: Configure) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
        with down(configure, database):
            response = visitor.leaves()
            assert response.status_code == 503
            assert "nothing is erased" in response.json()["detail"]
            assert response.headers["retry-after"]
        assert len(visitor.transcript()) == 3
        assert visitor.leaves().status_code == 204


def test_what_was_just_being_written_does_not_come_back(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write = transcripts.write
    monkeypatch.setattr(transcripts, "write", lambda *given: time.sleep(0.2) or write(*given))
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("slow")
        time.sleep(0.05)
        assert visitor.leaves().status_code == 204
    assert stored(visitor) == []


def test_after_she_was_forgotten_in_the_chat_only_the_answer_to_that_is_kept(database: str) -> None:
    from dataclasses import replace

    done = replace(GREETING, name="utter_erasure_done", text="It is erased.", buttons=())
    with served() as server:
        server.engine.says |= {"yes": [done]}
        visitor = Visitor(server.address)
        visitor.writes("my name is rosalind")
        is_stored(visitor, 1)
        server.engine.before = lambda text: erase(visitor.id) if text == "yes" else None
        said = visitor.writes("yes")
        assert visitor.transcript() == said
        wait_until(lambda: ["erased" in turn for turn in stored(visitor)] == [True], "the answer alone is stored")
    assert "rosalind" not in "".join(stored(visitor))
    with served() as server:
        again = comes_back(visitor, server)
        assert again.transcript() == said
        assert again.writes("hello")[0]["seq"] > said[0]["seq"]


def test_an_erasure_forgets_the_transcript_and_no_other(database: str) -> None:
    with transaction() as session:
        for conversation_id in ("web-1", "web-2"):
            transcripts.write(session, [Turn(conversation_id, 1, "{}", NIGHT)])
            transcripts.append(session, conversation_id, CareTeamMessage("hello", "nurse"), NIGHT)
    desk.record(alert(), later())
    erase("web-1", later())
    assert [row.conversation_id for row in rows(WebTurn)] == ["web-2", "web-2"]


# --- what others add


def test_nobody_can_be_written_to_who_has_no_conversation(database: str) -> None:
    with pytest.raises(NoConversation), transaction() as session:
        transcripts.append(session, "web-1", CareTeamMessage("hello", "nurse"), NIGHT)


def test_what_the_care_team_wrote_while_she_was_away_is_there_when_she_comes_back(database: str) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
    with transaction() as session:
        transcripts.append(session, visitor.id, CareTeamMessage("We **called** you.", "care coordinator"), NIGHT)
    for _ in range(2):  # and again after one more restart
        with served() as server:
            message = comes_back(visitor, server).transcript()[-1]
            assert (message["seq"], message["from"], message["role"]) == (4, "care_team", "care coordinator")
            assert (message["type"], message["lang"], message["at"]) == ("text", "en", NIGHT.isoformat())
            assert message["html"] == "<p>We <strong>called</strong> you.</p>\n"
    assert [row.first for row in rows(WebTurn)] == [1, 4]


def test_what_the_care_team_writes_while_the_server_runs_is_in_the_transcript_once(database: str) -> None:
    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
        is_stored(visitor, 1)
        with transaction() as session:
            transcripts.append(session, visitor.id, CareTeamMessage("We called you.", "nurse"), NIGHT)
        for _ in range(3):
            assert [m["text"] for m in visitor.transcript(after=3)] == ["We called you."]
        visitor.writes("thanks")
        assert [m["from"] for m in visitor.transcript(after=3)] == ["care_team", "mother", "bot"]


def test_several_who_come_back_at_once_read_one_conversation(database: str) -> None:
    from support import at_once

    with served() as server:
        visitor = Visitor(server.address)
        visitor.writes("can i drive")
    reads: list[str] = []
    with served(Scripted()) as server:
        again = comes_back(visitor, server)
        kept = Conversations._read

        async def counted(self: Conversations, conversation_id: str) -> object:
            reads.append(conversation_id)
            return await kept(self, conversation_id)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Conversations, "_read", counted)
            said = at_once(lambda n: again.writes(f"hello {n}"), 4)
        assert sorted(m["seq"] for part in said for m in part) == [5, 7, 9, 11]
    assert len(reads) == 1
