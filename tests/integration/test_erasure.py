"""What a mother wrote is erased at her wish; what must stay stays, and leads nowhere."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import NightlightError
from bot.handoff import desk, staff, worker
from bot.privacy.erasure import erase
from bot.privacy.retention import retain
from bot.scheduling.transitions import WrongState
from bot.storage import audit, rotation
from bot.storage.erasure import Erased
from bot.storage.hand_offs import WrongTransition
from bot.storage.models import Appointment, AuditEntry, Base, HandOff, HandOffMessage, HandOffNote, OutboxEntry
from bot.storage.sessions import engine, transaction
from support import HER_PHONE, HER_WORDS, alert, appointment, at_once, later, rows


def stored() -> str:
    """All that the database holds, as staff could read it."""
    found = []
    for model in (HandOff, HandOffMessage, HandOffNote, Appointment, OutboxEntry, AuditEntry):
        with transaction() as session:
            for row in session.query(model):
                found.append(str({c.name: getattr(row, c.name) for c in model.__table__.columns}))
    return "\n".join(found)


def everything_on_disk(file: Path) -> bytes:
    """The database's file with all that waits beside it put into it, as happens by itself now and then."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def closed_alert(**changes: str) -> str:
    reference = desk.record(alert(**changes), later())
    staff.take("ann", reference, later())
    return staff.close("ann", reference, later())


def test_a_conversation_that_left_nothing_has_nothing_erased(database: str) -> None:
    assert erase("web-1", later()) == Erased()
    assert rows(AuditEntry) == []


def test_a_request_is_erased_and_called_off_and_nobody_is_told_of_it_any_more(database: str) -> None:
    reference = desk.request_appointment(appointment(), later())
    desk.ask_to_change(reference, "call me rosie, after two", later())
    assert erase("web-1", later()) == Erased(requests=(reference,), cancelled=(reference,))
    everything = stored()
    for word in ("Rosalind", "rosie", "5550173", "naps", "Frisco", "Bluebonnet", "after two", "web-1", "m-9"):
        assert word not in everything
    assert staff.waiting() == []
    assert rows(OutboxEntry) == []
    worker.tick(later())


def test_what_proves_her_consent_stays_and_leads_nowhere(database: str) -> None:
    reference = desk.request_appointment(appointment(), later())
    before = rows(Appointment)[0].phone_hash
    erase("web-1", later())
    [kept] = rows(Appointment)
    assert (kept.phone_hash, kept.agreed_at, kept.reach_by, kept.state) == (before, later()(), "text", "cancelled")
    assert desk.appointment_status("web-1") is None
    assert desk.appointment_status("web-1", HER_PHONE, reference) is None
    with pytest.raises(NightlightError, match="erased"):
        desk.ask_to_change(reference, "please")


def test_a_confirmed_visit_stays_with_its_time_alone(database: str) -> None:
    reference = desk.request_appointment(appointment(), later())
    staff.set_state("ann", reference, "confirmed", later(days=5)(), later())
    staff.note("ann", reference, "sent her the address", later())
    assert erase("web-1", later()) == Erased(requests=(reference,), visits=(reference,))
    details = staff.show("ann", reference)
    assert (details.request, details.confirmed_for) == (None, later(days=5)())
    assert [line.text for line in details.notes] == ["sent her the address"]
    [visit] = staff.visits("ann", later()())
    assert (visit.reference, visit.place) == (reference, "")


def test_an_alert_that_was_dealt_with_loses_its_words(database: str) -> None:
    reference = closed_alert()
    assert erase("web-1", later()) == Erased(alerts=(reference,))
    assert rows(HandOffMessage) == []
    assert HER_WORDS not in stored()
    assert "web-1" not in stored()
    assert [(row.who, row.what) for row in rows(AuditEntry)][-1] == ("mother", "erased")
    with pytest.raises(WrongTransition, match="erased"):
        staff.reopen("ann", reference)


def test_an_open_alert_is_kept_until_staff_close_it_and_erased_then(database: str) -> None:
    reference = desk.record(alert(), later())
    assert erase("web-1", later()) == Erased(open_alerts=(reference,))
    assert staff.show("ann", reference).messages[0].text == HER_WORDS
    staff.take("ann", reference)
    assert erase("web-1", later()) == Erased(open_alerts=(reference,))
    staff.close("ann", reference, later(hours=1))
    assert HER_WORDS not in stored()
    assert "web-1" not in stored()
    assert rows(HandOff)[0].erased_at == later(hours=1)()


def test_what_others_wrote_stays(database: str) -> None:
    other = desk.request_appointment(appointment(conversation_id="web-2"), later())
    mine = desk.request_appointment(appointment(), later())
    assert erase("web-1", later()).requests == (mine,)
    assert staff.show("ann", other).request == appointment(conversation_id="web-2")


def test_erasing_twice_is_erasing_once(database: str) -> None:
    desk.request_appointment(appointment(), later())
    assert erase("web-1", later()).requests
    assert erase("web-1", later()) == Erased()


def test_an_erasure_that_fails_has_erased_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    closed_alert()
    desk.request_appointment(appointment(), later())
    before = stored()
    monkeypatch.setattr("bot.storage.erasure._erase_request", fail)
    with pytest.raises(RuntimeError):
        erase("web-1", later())
    assert stored() == before


def test_no_encrypted_column_is_forgotten(database: str) -> None:
    """Whoever adds an encrypted column says here what an erasure does with it."""
    decided = {
        "hand_offs": {"message"},  # emptied
        "hand_off_messages": {"text"},  # deleted
        "hand_off_notes": {"text"},  # hers deleted, staff's kept
        "appointments": {"name", "phone", "best_time", "place", "time_words", "coverage"},  # emptied
        "unanswered_questions": {"text"},  # kept: redacted, and nothing says whose it was
        "conversation_events": {"events"},  # deleted
        "web_turns": {"turn"},  # deleted
        "audit_head": {"key"},  # nothing of hers
        "enrolments": {"name", "phone", "agreed_by", "agreed_words"},  # emptied, but for the words she agreed to
        "enrolment_changes": {"words"},  # emptied
        "enrolment_codes": {"name", "phone", "agreed_words"},  # deleted
        "text_threads": {"phone", "offered", "rest"},  # deleted as soon as she has had her answer
        "text_messages": {"body"},  # deleted
        "inbound_texts": {"phone", "body"},  # emptied as soon as it is answered
        "opt_outs": {"words", "lifted_words"},  # kept: the proof that she wants no texts
        "opt_out_key": {"key"},  # nothing of hers
    }
    found = {t.name: set(rotation.encrypted(t)) for t in Base.metadata.sorted_tables if rotation.encrypted(t)}
    assert found == decided


def test_what_is_erased_is_gone_from_the_file_of_sqlite_too(database: str) -> None:
    if not database.startswith("sqlite"):
        pytest.skip("PostgreSQL overwrites by vacuum; its files are not ours to look at")
    closed_alert()
    file = Path(engine().url.database)
    with engine().connect() as connection:
        [token] = connection.execute(text("SELECT text FROM hand_off_messages")).scalars()
    assert token.encode() in everything_on_disk(file)
    erase("web-1", later())
    assert token.encode() not in everything_on_disk(file)


def test_staff_and_mothers_who_work_at_once_do_not_lock_each_other_out(database: str) -> None:
    references = [desk.request_appointment(appointment(confirmation_id=str(n)), later()) for n in range(6)]

    def work(number: int) -> None:
        if number == 0:
            erase("web-1", later())
        elif number == 1:
            retain(later(days=60))
        else:
            for reference in references:
                staff.show(f"operator {number}", reference)
                with suppress(WrongState):
                    staff.set_state(f"operator {number}", reference, "contacted")

    at_once(work, 5)
    assert audit.verify().broken is None
