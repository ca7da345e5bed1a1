"""The clinic's staff see what waits, take it, say what became of it; and each look leaves a trace."""

from collections.abc import Callable
from datetime import datetime, timedelta

import icalendar
import pytest
from typer.testing import CliRunner, Result

from bot import clock
from bot.cli import app
from bot.handoff import desk, staff
from bot.storage import outbox
from bot.storage.models import Appointment, AuditEntry, HandOff, HandOffNote, OutboxEntry
from bot.storage.sessions import transaction
from support import HER_WORDS, alert, appointment, at_once, later, rows

Configure = Callable[..., None]
LOCAL = "%Y-%m-%d %H:%M"


@pytest.fixture(autouse=True)
def at_the_desk(database: str, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(NIGHTLIGHT_OPERATOR="ann")
    monkeypatch.setattr(clock, "now", later(hours=2, minutes=5))


def run(*words: str, text: str = "") -> Result:
    return CliRunner().invoke(app, words, input=text)


def inbox(*words: str, text: str = "") -> str:
    """What the command says; it must not fail."""
    result = run("inbox", *words, text=text)
    assert result.exit_code == 0, result.stderr
    return str(result.stdout + result.stderr)


def refused(*words: str) -> str:
    """The sentence with which the command is refused."""
    result = run("inbox", *words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return str(result.stderr)


def audited() -> list[tuple[str, str, str | None]]:
    return [(row.who, row.what, row.reference) for row in rows(AuditEntry)]


# --- who


@pytest.mark.parametrize(
    "words",
    [
        ("list",), ("show", "K7M-4QP"), ("take", "K7M-4QP"), ("note", "K7M-4QP", "x"), ("set", "K7M-4QP", "contacted"),
        ("close", "K7M-4QP"), ("reopen", "K7M-4QP"), ("export", "--ics"),
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_nobody_does_anything_without_a_name(configure: Configure, words: tuple[str, ...]) -> None:
    configure(NIGHTLIGHT_OPERATOR="")
    assert "--as NAME" in refused(*words)
    assert "no operator's name" in refused(*words, "--as", "Mother")


def test_the_name_with_the_command_counts_before_that_of_the_environment() -> None:
    reference = desk.record(alert())
    inbox("show", reference, "--as", "  bea   lund ")
    inbox("show", reference)
    assert audited() == [("bea lund", "showed", reference), ("ann", "showed", reference)]


# --- looking


def test_the_list_has_what_is_urgent_first_then_what_has_waited_longest() -> None:
    requests = [
        desk.request_appointment(appointment(confirmation_id=str(n)), later(minutes=m)) for n, m in ((1, 30), (2, 10))
    ]
    urgent = desk.record(alert(raised_at=later(minutes=60)()), later(minutes=60))
    lines = inbox("list").splitlines()
    assert lines[0].split() == ["reference", "urgency", "what", "status", "waited", "since", "taken", "by"]
    assert [line[:7] for line in lines[1:]] == [urgent, requests[1], requests[0]]
    assert "crisis self harm" in lines[1]
    assert "1 hour 5 minutes" in lines[1]
    assert "appointment, requested" in lines[2]
    assert "2026-03-01 22:15 CST" in lines[1]
    assert len({line.index("2026-03-01") for line in lines[1:]}) == 1
    assert audited() == []


def test_the_list_names_nobody_and_quotes_nobody() -> None:
    desk.record(alert())
    desk.request_appointment(appointment())
    said = inbox("list")
    for word in ("Rosalind", "5550173", "Frisco", "better off", HER_WORDS):
        assert word not in said


def test_an_empty_inbox_says_so() -> None:
    assert inbox("list") == "Nothing waits.\n"
    assert inbox("list", "--closed") == "Nothing is closed.\n"


def test_a_notice_that_never_arrived_is_said_beside_the_list() -> None:
    reference = desk.record(alert())
    assert "did not arrive" not in inbox("list")
    with transaction() as session:
        session.execute(OutboxEntry.__table__.update().values(state="failed", attempts=outbox.MAX_ATTEMPTS))
    assert f"did not arrive, so the contact may not know: {reference}" in inbox("list")


def test_an_alert_is_shown_with_all_that_she_wrote() -> None:
    reference = desk.record(alert())
    desk.record(alert(message_id="m-2", text="please\x1b[2J help\nme", raised_at=later(minutes=1)()))
    said = inbox("show", reference.lower().replace("-", ""))
    assert HER_WORDS in said
    assert "\x1b" not in said
    assert "channel: web" in said
    assert audited() == [("ann", "showed", reference)]


def test_a_request_is_shown_with_what_a_scheduler_needs() -> None:
    said = inbox("show", desk.request_appointment(appointment()))
    for line in ("name: Rosalind Kettering", "phone: +12145550173", "reach by: text", "day: Monday 2026-03-09"):
        assert line in said.splitlines()


def test_what_cannot_be_recorded_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise staff.WrongTransition("the audit is down")

    reference = desk.record(alert())
    monkeypatch.setattr(staff.audit, "append", fail)
    assert HER_WORDS not in refused("show", reference)


# --- doing


def test_a_hand_off_is_taken_noted_closed_and_reopened() -> None:
    reference = desk.record(alert())
    assert "You have" in inbox("take", reference)
    inbox("note", reference, "-", text="she is with her sister\n")
    inbox("close", reference)
    assert inbox("list") == "Nothing waits.\n"
    assert reference in inbox("list", "--closed")
    inbox("reopen", reference)
    assert reference in inbox("list")
    assert [row.level for row in rows(OutboxEntry)] == [1, 2]
    assert [row.text for row in rows(HandOffNote)] == ["she is with her sister"]
    assert [what for _, what, _ in audited()] == ["took", "noted", "closed", "reopened"]


@pytest.mark.parametrize("round_", range(2))
def test_of_operators_who_take_the_same_at_once_one_gets_it_and_the_others_read_who(round_: int) -> None:
    reference = desk.record(alert())

    def take(number: int) -> str:
        try:
            return staff.take(f"operator {number}", reference)
        except staff.WrongTransition as error:
            return str(error)

    said = at_once(take, 4)
    [row] = rows(HandOff)
    assert sorted(said) == sorted([reference] + [f"{reference} is taken, by {row.taken_by}."] * 3)
    assert audited() == [(row.taken_by, "took", reference)]


def test_what_is_taken_is_refused_with_who_has_it() -> None:
    reference = desk.record(alert())
    inbox("take", reference, "--as", "bea")
    assert refused("take", reference) == f"{reference} is taken, by bea.\n"
    assert "open already" in refused("reopen", desk.request_appointment(appointment()))
    assert "There is no hand-off" in refused("take", "K7M-4QP")
    assert "nothing in the note" in refused("note", reference, "  ")


def test_an_old_alert_is_not_reopened_beside_a_new_one_of_the_same_kind() -> None:
    old = desk.record(alert())
    inbox("take", old)
    new = desk.record(alert(message_id="m-2"))
    assert f"{new} is open for the same" in refused("reopen", old)


def test_a_request_goes_from_state_to_state_and_she_can_read_it() -> None:
    reference = desk.request_appointment(appointment())
    assert inbox("set", reference, "contacted") == f"{reference} is contacted now; it was requested.\n"
    inbox("set", reference, "Confirmed", "--for", "2026-03-09 14:30")
    status = desk.appointment_status("web-1")
    assert status
    assert status.confirmed_for
    assert status.confirmed_for.isoformat() == "2026-03-09T19:30:00+00:00"  # summer time since the day before
    assert "cannot become requested" in refused("set", reference, "requested")
    assert "is no state" in refused("set", reference, "booked")
    assert [what for _, what, _ in audited()] == ["set contacted, was requested", "set confirmed, was contacted"]


@pytest.mark.parametrize(
    ("visit", "sentence"),
    [
        ("monday", "is no time"), ("2026-03-08 02:30", "put forward"), ("2026-02-28 10:00", "is past"),
        ("", "for a time"),
    ],
)  # fmt: skip
def test_a_time_that_is_none_confirms_nothing(visit: str, sentence: str) -> None:
    reference = desk.request_appointment(appointment())
    assert sentence in refused("set", reference, "confirmed", "--for", visit)
    assert [row.state for row in rows(Appointment)] == ["requested"]
    assert audited() == []


def test_a_request_is_not_closed_before_somebody_says_what_became_of_it() -> None:
    reference = desk.request_appointment(appointment())
    inbox("take", reference)
    assert f"inbox set {reference} contacted" in refused("close", reference)
    inbox("set", reference, "declined")
    inbox("close", reference)


# --- the calendar


def confirm(number: int, visit: datetime) -> str:
    reference = desk.request_appointment(appointment(confirmation_id=str(number)), later())
    staff.set_state("ann", reference, "confirmed", visit, later(hours=1))
    return reference


def test_confirmed_visits_are_exported_and_say_nothing_of_why() -> None:
    visit = later(days=8)()
    second, first = confirm(1, visit), confirm(2, visit - timedelta(days=1))
    confirm(3, later(days=-30)())
    desk.request_appointment(appointment(confirmation_id="4"))
    result = run("inbox", "export", "--ics")
    events = list(icalendar.Calendar.from_ical(result.stdout_bytes).walk("VEVENT"))
    assert [event.decoded("dtstart") for event in events] == [visit - timedelta(days=1), visit]
    assert [str(event["uid"]) for event in events] == [f"{first}@nightlight", f"{second}@nightlight"]
    assert {str(event["summary"]) for event in events} == {"Appointment"}
    for word in ("Rosalind", "Kettering", "5550173", "Cedar", "Mental", "ketamine", "depression", "crisis"):
        assert word.lower() not in result.stdout.lower()
    assert audited()[-2:] == [("ann", "exported", first), ("ann", "exported", second)]


def test_a_visit_that_moves_replaces_the_one_before_in_a_calendar(tmp_path) -> None:
    reference = confirm(1, later(days=8)())
    file = tmp_path / "visits.ics"
    versions = []
    for days in (9, 10):
        staff.set_state("ann", reference, "confirmed", later(days=days)(), later(hours=2))
        inbox("export", "--ics", "--output", str(file))
        [event] = icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        versions.append((str(event["uid"]), event["sequence"]))
    assert versions == [(f"{reference}@nightlight", 2), (f"{reference}@nightlight", 3)]


# --- the audit


def test_the_audit_is_listed_and_verified_by_command() -> None:
    reference = desk.record(alert())
    inbox("show", reference)
    inbox("take", reference)
    assert f"{reference}  ann: took" in run("audit", "list", "--reference", reference.lower()).stdout
    said = run("audit", "verify").stdout
    assert "The audit holds: 2 entries" in said
    anchor = said.split()[-1]
    with transaction() as session:
        session.execute(AuditEntry.__table__.delete().where(AuditEntry.number == 2))
    for options in ((), ("--anchor", anchor)):
        result = run("audit", "verify", *options)
        assert result.exit_code == 1
        assert "Entry 2 is missing" in result.stderr
