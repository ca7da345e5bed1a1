"""The database keeps what it is given, encrypted, counted once, or says that it did not."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.errors import NightlightError
from bot.handoff import desk
from bot.privacy.keys import WrongKey
from bot.storage import hand_offs, migrate, unanswered
from bot.storage.base import Base
from bot.storage.migrate import current, upgrade
from bot.storage.models import HandOff, HandOffMessage, OutboxEntry, UnansweredQuestion
from bot.storage.sessions import Conflict, StorageUnavailable, engine, transaction
from support import NIGHT, alert, at_once, later, rows

QUESTION = "Can I have sushi, it's jo 214 555 0142?"
Configure = Callable[..., None]


def ask(question: str, options: tuple[str, ...] = (), at: datetime = NIGHT) -> None:
    with transaction() as session:
        unanswered.keep(session, question, options, at)


def test_models_and_migrations_agree(database: str) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert current()


def test_a_database_of_the_first_version_is_brought_up_with_what_is_in_it(database: str) -> None:
    reference = desk.record(alert())
    with transaction() as session:
        hand_offs.take(session, reference, "nurse ann", later(minutes=4)())
        hand_offs.close(session, reference, later(minutes=9)())
    with engine().begin() as connection:
        command.downgrade(migrate._config(connection), "0001")
    assert not current()
    upgrade()
    assert current()
    [hand_off] = rows(HandOff)
    assert (hand_off.closed_at, hand_off.erase_on_close, hand_off.erased_at) == (later(minutes=4)(), False, None)
    test_models_and_migrations_agree(database)


def test_a_new_database_is_not_current_until_it_is_upgraded(configure: Configure) -> None:
    assert not current()
    upgrade()
    assert current()


def test_processes_that_start_at_once_upgrade_once(configure: Configure) -> None:
    at_once(lambda _: upgrade(), 6)
    assert current()


def test_processes_that_start_at_once_upgrade_postgresql_once(configure: Configure, postgresql: str | None) -> None:
    if postgresql is None:
        pytest.skip("no PostgreSQL server")
    configure(DATABASE_URL=postgresql)
    with engine().begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    at_once(lambda _: upgrade(), 4)
    assert current()
    engine().dispose()


def test_an_editor_sees_the_questions_that_came_most_often_first(database: str) -> None:
    ask("Can I eat before?")
    for spelling in ("Is sushi ok?", "is sushi OK", "  Is   sushi ok?! "):
        ask(spelling, ("faq_preparation",))
    with transaction() as session:
        first, second = unanswered.by_count(session, 10)
        assert unanswered.by_count(session, 1) == [first]
    assert (first.text, first.count, first.options) == ("Is sushi ok?", 3, ["faq_preparation"])
    assert (second.count, second.options) == (1, [])


def test_an_editor_sees_when_a_question_came_first_and_last(database: str) -> None:
    ask("is sushi ok")
    ask("is sushi ok", at=NIGHT + timedelta(days=2))
    [question] = rows(UnansweredQuestion)
    assert (question.first_seen, question.last_seen) == (NIGHT, NIGHT + timedelta(days=2))
    assert question.first_seen.tzinfo is UTC


def test_messages_of_emoji_are_told_apart(database: str) -> None:
    ask("😭😭")
    ask("🍣")
    assert [question.text for question in rows(UnansweredQuestion)] == ["😭😭", "🍣"]


def test_a_question_that_eight_mothers_ask_at_once_is_counted_eight_times(database: str) -> None:
    at_once(lambda _: ask("is sushi ok"), 8)
    assert [question.count for question in rows(UnansweredQuestion)] == [8]


def test_who_asked_is_not_kept_and_the_words_cannot_be_read_in_the_database(database: str) -> None:
    ask(QUESTION)
    [question] = rows(UnansweredQuestion)
    assert question.text == "Can I have sushi, it's [name] [phone]?"
    with engine().connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM unanswered_questions")).all())
    assert "sushi" not in stored
    assert "0142" not in stored


def test_what_was_stored_cannot_be_read_with_another_key(database: str, configure: Configure) -> None:
    ask(QUESTION)
    configure(NIGHTLIGHT_KEYS=Fernet.generate_key().decode())
    with pytest.raises(WrongKey):
        rows(UnansweredQuestion)


def test_nothing_is_stored_without_a_key_in_production(database: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS="", NIGHTLIGHT_ENVIRONMENT="production")
    with pytest.raises(NightlightError, match="NIGHTLIGHT_KEYS"):
        desk.record(alert())


def test_a_unit_of_work_that_fails_leaves_nothing(database: str) -> None:
    def work() -> None:
        with transaction() as session:
            hand_offs.raise_crisis(session, alert())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert rows(HandOff) == rows(HandOffMessage) == []


def test_a_conversation_cannot_have_two_open_alerts_of_one_kind(database: str) -> None:
    def second() -> HandOff:
        return hand_offs._new(alert(message_id="m-2"))

    desk.record(alert())
    with pytest.raises(Conflict), transaction() as session:
        session.add(second())
    with transaction() as session:
        other = second()
        other.reason = "crisis_psychosis"
        session.add(other)


def test_what_belongs_to_a_hand_off_goes_with_it(database: str) -> None:
    desk.record(alert())
    with transaction() as session:
        session.execute(HandOff.__table__.delete())
    assert rows(HandOffMessage) == rows(OutboxEntry) == []


def test_a_moment_without_a_zone_is_refused(database: str) -> None:
    with pytest.raises(Exception, match="time zone"):
        ask("is sushi ok", at=datetime(2026, 3, 2))


def test_staff_take_and_close_a_hand_off_once(database: str) -> None:
    reference = desk.record(alert())
    with transaction() as session:
        assert [found.reference for found in hand_offs.waiting(session)] == [reference]
        with pytest.raises(hand_offs.WrongTransition):
            hand_offs.close(session, reference, NIGHT)
        hand_offs.take(session, reference.lower().replace("-", " "), "nurse ann", later(minutes=4)())
    with pytest.raises(hand_offs.WrongTransition, match="nurse ann"), transaction() as session:
        hand_offs.take(session, reference, "nurse bea", later(minutes=5)())
    with transaction() as session:
        assert hand_offs.close(session, reference, NIGHT).taken_at == later(minutes=4)()
        assert hand_offs.waiting(session) == []


def test_two_of_the_staff_who_take_at_once_do_not_both_have_it(database: str) -> None:
    reference = desk.record(alert())

    def take(number: int) -> bool:
        try:
            with transaction() as session:
                hand_offs.take(session, reference, f"nurse {number}", NIGHT)
            return True
        except hand_offs.WrongTransition:
            return False

    assert sorted(at_once(take, 4)) == [False, False, False, True]


def test_staff_who_mistype_a_reference_are_told_so(database: str) -> None:
    with pytest.raises(NightlightError, match="looks like"), transaction() as session:
        hand_offs.by_reference(session, "XXX")


@pytest.mark.parametrize(
    "address", ["postgresql://postgres:secret@127.0.0.1:1/x", "postgres://postgres:secret@127.0.0.1:1/x"]
)
def test_a_database_that_is_down_says_so_without_its_password(configure: Configure, address: str) -> None:
    configure(DATABASE_URL=address)
    with pytest.raises(StorageUnavailable, match=r"127\.0\.0\.1:1") as error:
        desk.record(alert())
    assert "secret" not in str(error.value)


def test_a_server_that_never_answers_is_given_up_within_seconds(configure: Configure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        configure(DATABASE_URL=f"postgresql://postgres@127.0.0.1:{silent.getsockname()[1]}/x")
        started = datetime.now(UTC)
        with pytest.raises(StorageUnavailable):
            desk.record(alert())
    assert datetime.now(UTC) - started < timedelta(seconds=3.5)


def test_a_folder_that_cannot_be_made_is_a_database_that_is_down(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    configure(DATABASE_URL=f"sqlite:///{tmp_path / 'file' / 'db'}")
    with pytest.raises(StorageUnavailable):
        desk.record(alert())


def test_a_database_without_tables_is_a_database_that_is_down(configure: Configure) -> None:
    with pytest.raises(StorageUnavailable, match="no such table"):
        desk.record(alert())


@pytest.mark.parametrize("address", ["mysql://x/y", "nonsense", "sqlite+none:///x"])
def test_an_address_of_another_kind_is_refused(configure: Configure, address: str) -> None:
    configure(DATABASE_URL=address)
    with pytest.raises(NightlightError, match="DATABASE_URL"):
        desk.record(alert())


def test_a_database_that_is_locked_is_given_up_within_seconds(database: str) -> None:
    desk.record(alert())
    with engine().begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE hand_offs IN ACCESS EXCLUSIVE MODE"))
        started = datetime.now(UTC)
        with pytest.raises(StorageUnavailable):
            desk.record(alert(message_id="m-2"))
    assert datetime.now(UTC) - started < timedelta(seconds=4.5)
