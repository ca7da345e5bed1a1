"""Rasa remembers a conversation in the database, encrypted, and goes on without it."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import text

from bot.clock import now
from bot.engine import tracker_store
from bot.engine.memory import Memory
from bot.engine.tracker_store import EncryptedTrackerStore
from bot.errors import NightlightError
from bot.storage import conversations
from bot.storage.models import ConversationEvents
from bot.storage.sessions import engine, transaction
from support import HER_WORDS, rows

Configure = Callable[..., None]
DOWN = "postgresql://postgres:secret@127.0.0.1:1/x"
HER = "web-1"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no database that is down."""
    monkeypatch.setattr(tracker_store, "PATIENCE", 10.0)


@pytest.fixture
def store() -> EncryptedTrackerStore:
    return EncryptedTrackerStore()


def start() -> list:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def says(words: str) -> list:
    return [UserUttered(words, {"name": "faq"}), ActionExecuted("utter_faq"), BotUttered("so"), *start()[2:]]


def go_on(tracker: DialogueStateTracker, events: list) -> None:
    tracker.update_with_events(events, None, override_timestamp=False)


async def turn(store: EncryptedTrackerStore, words: str, her: str = HER) -> None:
    """One turn, as Rasa's processor has it."""
    tracker = await store.get_or_create_tracker(her, append_action_listen=False)
    go_on(tracker, [*([] if tracker.events else start()), *says(words)])
    await store.save(tracker)
    await store.settle()


async def said(store: EncryptedTrackerStore, her: str = HER) -> list[str]:
    """What she wrote in this session, as the store knows it."""
    tracker = await store.retrieve(her)
    return [event.text for event in tracker.events if event.type_name == "user"] if tracker else []


@contextmanager
def down(configure: Configure, database: str) -> Iterator[None]:
    configure(DATABASE_URL=DOWN)
    yield
    configure(DATABASE_URL=database)


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that was down is asked again at once."""
    monkeypatch.setattr(tracker_store, "REST", 0.0)


async def test_another_engine_remembers_what_this_one_heard(database: str, store: EncryptedTrackerStore) -> None:
    for words in ("one", "two", "three"):
        await turn(store, words)
    after_restart = EncryptedTrackerStore()
    assert await said(after_restart) == ["one", "two", "three"]
    mine, other = await store.retrieve(HER), await after_restart.retrieve(HER)
    assert [event.as_dict() for event in mine.events] == [event.as_dict() for event in other.events]
    assert [row.count for row in rows(ConversationEvents)] == [7, 4, 4]  # a turn writes what it added, once
    assert await store.keys() == {HER}
    assert await store.retrieve("web-2") is None


async def test_what_she_wrote_cannot_be_read_in_the_database(database: str, store: EncryptedTrackerStore) -> None:
    await turn(store, HER_WORDS)
    with engine().connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM conversation_events")).all())
    assert HER in stored
    for word in ("better off", "user", "utter_faq"):
        assert word not in stored


async def test_a_new_session_is_read_alone_and_the_old_one_is_kept(database: str, store: EncryptedTrackerStore) -> None:
    await turn(store, "yesterday")
    tracker = await store.retrieve(HER)
    go_on(tracker, [*start(), *says("today")])
    await store.save(tracker)
    await turn(store, "and now")
    for known in (store, EncryptedTrackerStore()):
        assert await said(known) == ["today", "and now"]
        whole = await known.retrieve_full_tracker(HER)
        assert [e.text for e in whole.events if e.type_name == "user"] == ["yesterday", "today", "and now"]


async def test_what_is_forgotten_is_in_the_database_no_more_and_others_are(
    database: str, store: EncryptedTrackerStore
) -> None:
    await turn(store, "mine")
    await turn(store, "hers", "web-2")
    await store.forget(HER)
    assert [row.conversation_id for row in rows(ConversationEvents)] == ["web-2"]
    assert (await said(store), await said(store, "web-2")) == ([], ["hers"])


async def test_what_was_deleted_behind_the_engine_is_soon_not_remembered(
    database: str, store: EncryptedTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await turn(store, "one")
    monkeypatch.setattr(tracker_store, "FRESH", 0.0)
    with transaction() as session:
        assert conversations.forget(session, HER) == 1
    assert await said(store) == []


async def test_what_is_deleted_during_a_turn_does_not_come_back(database: str, store: EncryptedTrackerStore) -> None:
    await turn(store, "one")
    tracker = await store.retrieve(HER)
    with transaction() as session:
        conversations.forget(session, HER)
    go_on(tracker, says("two"))
    await store.save(tracker)
    await turn(store, "three")
    assert await said(EncryptedTrackerStore()) == ["three"]


async def test_a_conversation_goes_on_while_the_database_is_down_and_is_merged_back(
    database: str, configure: Configure, store: EncryptedTrackerStore, no_rest: None
) -> None:
    await turn(store, "before")
    with down(configure, database):
        await turn(store, "during")
        await turn(store, "still")
        assert await said(store) == ["before", "during", "still"]
        assert await store.keys() == {HER}
    await turn(store, "after")
    assert await said(EncryptedTrackerStore()) == ["before", "during", "still", "after"]


async def test_who_is_not_in_memory_begins_anew_and_what_was_before_is_kept(
    database: str, configure: Configure, store: EncryptedTrackerStore, no_rest: None
) -> None:
    await turn(EncryptedTrackerStore(), "before")
    with down(configure, database):
        assert await said(store) == []
        await turn(store, "during")
    await turn(store, "after")
    known = EncryptedTrackerStore()
    assert await said(known) == ["during", "after"]
    whole = await known.retrieve_full_tracker(HER)
    assert [e.text for e in whole.events if e.type_name == "user"] == ["before", "during", "after"]


async def test_who_only_looked_while_it_was_down_is_read_when_it_is_up(
    database: str, configure: Configure, store: EncryptedTrackerStore, no_rest: None
) -> None:
    await turn(EncryptedTrackerStore(), "before")
    with down(configure, database):
        assert await said(store) == []
    assert await said(store) == ["before"]


async def test_a_database_that_is_down_is_left_alone_for_a_while(
    database: str, configure: Configure, store: EncryptedTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    with down(configure, database):
        monkeypatch.setattr(tracker_store, "transaction", lambda **options: asked.append(1) or transaction(**options))
        for words in ("one", "two", "three"):
            await turn(store, words)
    assert len(asked) == 1


async def test_a_database_that_hangs_costs_a_turn_half_a_second_and_the_next_ones_nothing(
    database: str, store: EncryptedTrackerStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await turn(store, "before")
    monkeypatch.setattr(tracker_store, "PATIENCE", 0.5)
    with engine().begin() as other:
        if other.dialect.name == "postgresql":
            other.execute(text("LOCK TABLE conversation_events IN ACCESS EXCLUSIVE MODE"))
        ticks = asyncio.create_task(_ticks())
        started = time.monotonic()
        await turn(store, "during")
        first = time.monotonic() - started
        await turn(store, "still")
        assert 0.5 <= first < 1
        assert time.monotonic() - started - first < 0.3
        assert await ticks < 0.3  # the turns of others went on meanwhile
    monkeypatch.setattr(tracker_store, "PATIENCE", 10.0)
    assert await said(store) == ["before", "during", "still"]
    assert "longer than" in caplog.text


async def _ticks() -> float:
    """The longest that the loop was held, in a second."""
    longest, end = 0.0, time.monotonic() + 1
    while time.monotonic() < end:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    return longest


async def test_a_write_that_was_given_up_and_done_later_counts_once(
    database: str, store: EncryptedTrackerStore, no_rest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await turn(store, "before")
    tracker = await store.retrieve(HER)
    go_on(tracker, says("slow"))
    monkeypatch.setattr(tracker_store, "PATIENCE", 0.05)
    append = conversations.append
    monkeypatch.setattr(conversations, "append", lambda *given: time.sleep(0.3) or append(*given))
    await store.save(tracker)
    monkeypatch.setattr(conversations, "append", append)
    await asyncio.sleep(0.6)
    monkeypatch.setattr(tracker_store, "PATIENCE", 10.0)
    await turn(store, "after")
    assert await said(store) == await said(EncryptedTrackerStore()) == ["before", "slow", "after"]


async def test_a_late_write_does_not_bring_back_what_was_forgotten(
    database: str, store: EncryptedTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "PATIENCE", 0.05)
    append = conversations.append
    monkeypatch.setattr(conversations, "append", lambda *given: time.sleep(0.3) or append(*given))
    await turn(store, "slow")
    await store.forget(HER)
    await asyncio.sleep(0.5)
    assert rows(ConversationEvents) == []


async def test_what_cannot_be_deleted_is_said(
    database: str, configure: Configure, store: EncryptedTrackerStore
) -> None:
    await turn(store, "one")
    with down(configure, database), pytest.raises(NightlightError):
        await store.forget(HER)


async def test_with_a_lost_key_she_begins_anew(
    database: str, configure: Configure, store: EncryptedTrackerStore, caplog: pytest.LogCaptureFixture
) -> None:
    await turn(store, HER_WORDS)
    configure(NIGHTLIGHT_KEYS=Fernet.generate_key().decode())
    other = EncryptedTrackerStore()
    await turn(other, "again")
    await turn(other, "and again")
    assert await said(other) == await said(EncryptedTrackerStore()) == ["again", "and again"]
    assert "could not be read" in caplog.text


async def test_memory_keeps_no_more_than_it_may(database: str) -> None:
    memory = Memory(most=3)
    store = EncryptedTrackerStore(memory=memory)
    for number in range(5):
        await turn(store, "hello", f"web-{number}")
    assert memory.ids() == {"web-2", "web-3", "web-4"}
    await turn(store, "again", "web-0")
    assert await said(store, "web-0") == ["hello", "again"]


async def test_conversations_that_nobody_touched_can_be_deleted_by_age(
    database: str, store: EncryptedTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "now", lambda: now() - timedelta(days=40))
    await turn(store, "long ago")
    await turn(store, "long ago", "web-2")
    monkeypatch.setattr(tracker_store, "now", now)
    await turn(store, "today", "web-2")
    with transaction() as session:
        assert conversations.forget_untouched(session, now() - timedelta(days=30)) == 1
    assert {row.conversation_id for row in rows(ConversationEvents)} == {"web-2"}


async def test_no_log_holds_her_words(
    database: str, configure: Configure, store: EncryptedTrackerStore, caplog: pytest.LogCaptureFixture, no_rest: None
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    caplog.set_level(logging.DEBUG, "sqlalchemy")
    await turn(store, HER_WORDS)
    with down(configure, database):
        await turn(store, HER_WORDS)
    await turn(store, HER_WORDS)
    assert "tracker store" in caplog.text
    for word in ("better off", "secret"):
        assert word not in caplog.text
