"""An operator puts a new key in front, rotates, and takes the old one away."""

import json
from collections.abc import Callable, Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.enrolment import register, website
from bot.enrolment.website import Wish
from bot.handoff import desk, staff
from bot.handoff.alert import CrisisAlert
from bot.handoff.spool import spool
from bot.privacy.keys import keyed_hash, rotated
from bot.settings import settings
from bot.storage import conversations, inbound_texts, rotation, threads, transcripts, unanswered
from bot.storage.conversations import Batch
from bot.storage.models import Appointment, Base, Enrolment, HandOff, TextThread, UnansweredQuestion, WebTurn
from bot.storage.sessions import StorageUnavailable, engine, transaction
from bot.storage.transcripts import Turn
from bot.texting import replies
from bot.texting.received import Received
from bot.texting.render import Said
from enrolled import enrolled
from support import HER_PHONE, HER_WORDS, NIGHT, alert, appointment, rows

Configure = Callable[..., None]
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def rotate() -> Result:
    return CliRunner().invoke(app, ["keys", "rotate"])


def ask(question: str) -> None:
    with transaction() as session:
        unanswered.keep(session, question, (), NIGHT)


def talk(words: str) -> None:
    with transaction() as session:
        conversations.append(session, "web-1", 0, [Batch(1, True, json.dumps([{"text": words}]))], NIGHT)
        transcripts.write(session, [Turn("web-1", 1, words, NIGHT)])


def text_her() -> None:
    """Enrolled, asked on the website, texted, opted out and back again."""
    enrolment = enrolled()
    replies.reply(register.caller(HER_PHONE).conversation_id, "SM1", [Said(HER_WORDS, (("one", "/one"),))])
    website.ask(Wish("Rosalind", HER_PHONE, "America/Chicago", website.agreement().id))
    register.stop(HER_PHONE, "stop", None)
    register.start(HER_PHONE, "start", None)
    with transaction() as session:
        threads.keep_rest(threads.of_enrolment(session, enrolment, NIGHT), ["the rest"])
        inbound_texts.keep(session, Received("SM2", HER_PHONE, HER_WORDS, NIGHT))


def tokens() -> Iterator[tuple[str, str]]:
    """Everything encrypted in the database, as it is stored, with where."""
    with engine().connect() as connection:
        for table in Base.metadata.sorted_tables:
            for name in rotation.encrypted(table):
                found = connection.execute(text(f"SELECT {name} FROM {table.name}"))
                yield from ((f"{table.name}.{name}", token) for (token,) in found if token is not None)


@pytest.fixture(autouse=True)
def full(database: str, configure: Configure) -> None:
    """A database with something in every encrypted column, written with the old key; the new one is in front."""
    configure(NIGHTLIGHT_KEYS=OLD)
    staff.note("ann", desk.record(alert()), "she is with her sister")
    desk.request_appointment(appointment())
    ask("is sushi ok")
    talk("is sushi ok")
    text_her()
    configure(NIGHTLIGHT_KEYS=f"{NEW},{OLD}")


def test_there_is_something_in_every_encrypted_column() -> None:
    encrypted = {f"{t.name}.{name}" for t in Base.metadata.sorted_tables for name in rotation.encrypted(t)}
    assert {where for where, _ in tokens()} == encrypted


def test_after_a_rotation_the_old_key_can_go(configure: Configure) -> None:
    result = rotate()
    assert result.exit_code == 0, result.output
    for where, token in tokens():
        assert Fernet(NEW).decrypt(token.encode()) is not None, where
    configure(NIGHTLIGHT_KEYS=NEW)
    waiting = {item.kind: staff.show("ann", item.reference) for item in staff.waiting()}
    assert waiting["crisis"].messages[0].text == HER_WORDS
    assert waiting["crisis"].notes[0].text == "she is with her sister"
    assert waiting["appointment"].request == appointment()
    assert [question.text for question in rows(UnansweredQuestion)] == ["is sushi ok"]
    assert [row.turn for row in rows(WebTurn)] == ["is sushi ok"]
    assert CliRunner().invoke(app, ["audit", "verify"]).exit_code == 0


def test_what_is_looked_for_is_found_before_during_and_after(configure: Configure) -> None:
    reference = next(row.reference for row in rows(HandOff) if row.kind == "appointment")

    def found() -> bool:
        ask("Is sushi OK?")
        return desk.appointment_status("elsewhere", HER_PHONE, reference) is not None

    assert found()
    assert rotate().exit_code == 0
    assert found()
    configure(NIGHTLIGHT_KEYS=NEW)
    assert found()
    assert [row.phone_hash for row in rows(Appointment)] == [keyed_hash(HER_PHONE)]
    assert [(question.text, question.count) for question in rows(UnansweredQuestion)] == [("is sushi ok", 4)]


def test_who_is_enrolled_or_wants_no_texts_is_known_before_during_and_after(configure: Configure) -> None:
    other = "+12145550188"
    register.stop(other, "stop", None)

    def known() -> bool:
        caller = register.caller(HER_PHONE)
        return caller.member is not None and register.caller(other).opted_out

    assert known()
    assert rotate().exit_code == 0
    assert known()
    configure(NIGHTLIGHT_KEYS=NEW)
    assert known()
    assert [row.phone_hash for row in rows(Enrolment)] == [keyed_hash(HER_PHONE)]
    assert {row.phone_hash for row in rows(TextThread)} == {keyed_hash(HER_PHONE), keyed_hash(other)}


def test_a_question_counted_under_both_keys_becomes_one(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=NEW)
    ask("is sushi ok")
    configure(NIGHTLIGHT_KEYS=f"{NEW},{OLD}")
    assert len(rows(UnansweredQuestion)) == 2
    assert rotate().exit_code == 0
    assert [question.count for question in rows(UnansweredQuestion)] == [2]


def test_a_rotation_that_was_broken_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    for number in range(5):
        ask(f"question number {'x' * number}")
    batches = rotation.rotate()
    next(batches)
    batches.close()
    with monkeypatch.context() as patch:
        patch.setattr(rotation, "rotated", _fails_after(3))
        with pytest.raises(StorageUnavailable):
            list(rotation.rotate())
    assert rotate().exit_code == 0
    assert rotate().stdout.startswith("0 rows")
    for _, token in tokens():
        Fernet(NEW).decrypt(token.encode())


def _fails_after(times: int) -> Callable[[str], str | None]:
    left = iter(range(times))

    def fails(token: str) -> str | None:
        if next(left, None) is None:
            raise StorageUnavailable("pulled the plug")
        return rotated(token)

    return fails


def test_what_no_key_can_read_is_left_and_said(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=Fernet.generate_key().decode())
    desk.record(alert(conversation_id="web-2"))
    lost = {token for where, token in tokens() if where.startswith("hand_off_messages")}
    configure(NIGHTLIGHT_KEYS=f"{NEW},{OLD}")
    result = rotate()
    assert result.exit_code == 1
    assert "No key can read 2 rows" in result.output
    assert len(lost & {token for _, token in tokens()}) == 1


def test_the_spool_is_rotated_with_what_cannot_be_read_left_as_it_is(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=OLD)
    spool().append(alert(message_id="m-2"))
    file = settings().var / "spool" / "alerts.spool"
    with file.open("ab") as damaged:
        damaged.write(b"\xffnonsense\n")
    configure(NIGHTLIGHT_KEYS=f"{NEW},{OLD}")
    assert rotate().exit_code == 1
    good, bad = file.read_bytes().splitlines()
    assert json.loads(Fernet(NEW).decrypt(good))["text"] == HER_WORDS
    assert bad == b"\xffnonsense"
    configure(NIGHTLIGHT_KEYS=NEW)
    found: list[CrisisAlert] = []
    spool().drain(found.append)
    assert found == [alert(message_id="m-2")]
