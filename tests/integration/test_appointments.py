"""An appointment request is stored once, found by her alone, and changed by rules."""

import pytest
from sqlalchemy import text

from bot.errors import NightlightError
from bot.handoff import desk
from bot.scheduling.status import AppointmentStatus
from bot.scheduling.transitions import STATES, WrongState, check
from bot.storage import appointments, hand_offs
from bot.storage.models import Appointment, AuditEntry, HandOff, OutboxEntry
from bot.storage.sessions import StorageUnavailable, engine, transaction
from support import HER_PHONE, NIGHT, appointment, at_once, later, rows

VISIT = later(days=7)()


def move(reference: str, *states: str) -> None:
    for state in states:
        with transaction() as session:
            appointments.move(session, reference, state, NIGHT, VISIT if state == "confirmed" else None)


def test_a_request_is_a_hand_off_and_a_notice_to_the_schedulers(database: str) -> None:
    reference = desk.request_appointment(appointment(), later())
    [hand_off], [entry] = rows(HandOff), rows(OutboxEntry)
    assert (hand_off.reference, hand_off.kind, hand_off.urgency) == (reference, "appointment", 0)
    assert (entry.role, entry.level, entry.hand_off_id) == ("scheduler", 1, hand_off.id)
    with transaction() as session:
        assert appointments.request_of(session, hand_off.id) == appointment()
        assert appointments.request_of(session, hand_off.id + 1) is None


@pytest.mark.parametrize("changes", [{"day": None, "best_time": "", "coverage": ""}, {"person": "p-7"}])
def test_what_she_left_open_comes_back_as_she_left_it(database: str, changes: dict[str, object]) -> None:
    desk.request_appointment(appointment(**changes))
    with transaction() as session:
        assert appointments.request_of(session, rows(HandOff)[0].id) == appointment(**changes)


def test_the_same_summary_confirmed_twice_is_one_request(database: str) -> None:
    assert desk.request_appointment(appointment()) == desk.request_appointment(appointment())
    assert len(rows(Appointment)) == len(rows(HandOff)) == len(rows(OutboxEntry)) == 1


def test_the_same_summary_confirmed_eight_times_at_once_is_one_request(database: str) -> None:
    assert len(set(at_once(lambda _: desk.request_appointment(appointment()), 8))) == 1
    assert len(rows(Appointment)) == len(rows(HandOff)) == len(rows(OutboxEntry)) == 1


def test_another_summary_and_another_mother_are_other_requests(database: str) -> None:
    asked = [appointment(), appointment(confirmation_id="m-10"), appointment(conversation_id="web-2")]
    assert len({desk.request_appointment(request) for request in asked}) == 3


def test_nothing_of_a_request_is_stored_without_its_notice(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr(desk.outbox, "queue", fail)
    with pytest.raises(StorageUnavailable):
        desk.request_appointment(appointment())
    assert rows(Appointment) == rows(HandOff) == []


def test_who_she_is_cannot_be_read_in_the_database(database: str) -> None:
    desk.request_appointment(appointment())
    with engine().connect() as connection:
        stored = str([connection.execute(text(f"SELECT * FROM {t}")).all() for t in ("appointments", "hand_offs")])
    for word in ("Rosalind", "Kettering", "5550173", "naps", "Frisco", "Bluebonnet", "after two"):
        assert word not in stored


def test_she_sees_her_request_from_its_conversation(database: str) -> None:
    reference = desk.request_appointment(appointment(), later())
    expected = AppointmentStatus(reference, "requested", later()(), appointment().day, "Frisco")
    assert desk.appointment_status("web-1") == expected
    assert desk.appointment_status("web-2") is None


def test_she_sees_the_last_of_several_and_the_one_that_she_names(database: str) -> None:
    first = desk.request_appointment(appointment())
    last = desk.request_appointment(appointment(confirmation_id="m-10"))
    found = [desk.appointment_status("web-1", reference=named) for named in (None, first.lower(), last)]
    assert [status and status.reference for status in found] == [last, first, last]


def test_from_elsewhere_she_needs_both_her_number_and_the_reference(database: str) -> None:
    reference = desk.request_appointment(appointment())
    assert desk.appointment_status("web-2", HER_PHONE, reference)
    assert desk.appointment_status("web-2", HER_PHONE) is None
    assert desk.appointment_status("web-2", None, reference) is None
    assert desk.appointment_status("web-2", "+12145550174", reference) is None
    assert desk.appointment_status("web-2", HER_PHONE, "K7M-4QP") is None


def test_a_confirmed_visit_has_its_time_and_only_then(database: str) -> None:
    reference = desk.request_appointment(appointment())
    move(reference, "contacted", "confirmed")
    status = desk.appointment_status("web-1")
    assert status
    assert (status.status, status.confirmed_for) == ("confirmed", VISIT)
    move(reference, "cancelled")
    status = desk.appointment_status("web-1")
    assert status
    assert (status.status, status.confirmed_for) == ("cancelled", None)


ALLOWED = {
    ("requested", "contacted"), ("requested", "confirmed"), ("requested", "declined"), ("requested", "cancelled"),
    ("requested", "expired"), ("contacted", "confirmed"), ("contacted", "declined"), ("contacted", "cancelled"),
    ("contacted", "expired"), ("confirmed", "confirmed"), ("confirmed", "contacted"), ("confirmed", "declined"),
    ("confirmed", "cancelled"), ("expired", "contacted"), ("expired", "confirmed"),
}  # fmt: skip


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_request_goes_only_where_it_may(before: str, after: str) -> None:
    if (before, after) in ALLOWED:
        check("K7M-4QP", before, after)
    else:
        with pytest.raises(WrongState, match=f"K7M-4QP is {before} and cannot become {after}"):
            check("K7M-4QP", before, after)


def test_a_wrong_step_changes_nothing_and_says_what_can_be_done(database: str) -> None:
    reference = desk.request_appointment(appointment())
    move(reference, "contacted")
    with pytest.raises(WrongState, match="confirmed, declined, cancelled, expired"):
        move(reference, "requested")
    move(reference, "declined")
    with pytest.raises(WrongState, match="new request"):
        move(reference, "contacted")
    assert [(row.state, row.changes) for row in rows(Appointment)] == [("declined", 2)]


@pytest.mark.parametrize(("state", "visit"), [("confirmed", None), ("contacted", VISIT)])
def test_a_visit_is_confirmed_for_a_time_and_only_then(database: str, state: str, visit: object) -> None:
    reference = desk.request_appointment(appointment())
    with pytest.raises(NightlightError, match="for a time"), transaction() as session:
        appointments.move(session, reference, state, NIGHT, visit)


def test_what_she_wants_changed_comes_back_to_the_schedulers(database: str) -> None:
    reference = desk.request_appointment(appointment(), later())
    with transaction() as session:
        hand_offs.take(session, reference, "ann", NIGHT)
        hand_offs.close(session, reference, NIGHT)
    desk.ask_to_change(reference.lower(), "please call me off on monday", later(hours=3))
    [hand_off] = rows(HandOff)
    assert (hand_off.status, hand_off.taken_by, hand_off.closed_at) == ("open", None, None)
    assert hand_offs.waits_since(hand_off) == later(hours=3)()
    assert [(row.role, row.level) for row in rows(OutboxEntry)] == [("scheduler", 1), ("scheduler", 2)]
    with transaction() as session:
        [note] = hand_offs.notes(session, hand_off.id)
    assert (note.author, note.text) == ("mother", "please call me off on monday")
    assert [(row.who, row.reference) for row in rows(AuditEntry)] == [("mother", reference)]


def test_what_is_no_request_cannot_be_changed(database: str) -> None:
    with pytest.raises(NightlightError, match="no appointment request"):
        desk.ask_to_change("K7M-4QP", "later please")


def test_a_request_that_nobody_settles_expires_and_still_waits_for_staff(database: str) -> None:
    old, touched, settled = (
        desk.request_appointment(appointment(confirmation_id=name), later()) for name in ("old", "touched", "settled")
    )
    with transaction() as session:
        appointments.move(session, touched, "contacted", later(days=20)())
        appointments.move(session, settled, "declined", later(days=1)())
        assert appointments.expire(session, later(days=10)(), later(days=40)()) == [old]
        assert old in {hand_off.reference for hand_off in hand_offs.waiting(session)}
    assert [row.state for row in rows(Appointment)] == ["expired", "contacted", "declined"]
