"""Staff enrol mothers by a command; nothing but one invitation leaves until she answers; one number is one person."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.enrolment import register, staff
from bot.enrolment.states import State, WrongState
from bot.storage import enrolments, opt_outs, texts, threads
from bot.storage.models import (
    AuditEntry,
    Enrolment,
    EnrolmentChange,
    TextMessage,
    TextThread,
    TreatmentSession,
)
from bot.storage.sessions import transaction
from bot.texting import replies, sender
from bot.texting.render import Said
from enrolled import CONSENT, HER_NAME, enrolled, newcomer
from support import HER_PHONE, NIGHT, at_once, later, rows

Configure = Callable[..., None]
HEAD = "name,phone,consent_by,consent_on,consent_words,sessions,time_zone\n"
GOOD = f'{HER_NAME},214-555-0173,herself,2026-03-01,"{CONSENT}",2099-03-09 14:30; 2099-03-12 09:00,\n'
OTHER = 'Jane Doe,214-555-0188,front desk,2026-03-01 09:15,"Yes, text me",,America/Denver\n'
SECRETS = ("Rosalind", "Kettering", "5550173", "555-0173")


@pytest.fixture(autouse=True)
def ann(database: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_OPERATOR="ann")


def nightlight(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["enrol", *arguments])


def add(*more: str) -> Result:
    consent = ("--consent-by", "herself", "--consent-on", "2026-03-01", "--consent-words", CONSENT)
    return nightlight("add", "--name", HER_NAME, "--phone", "(214) 555-0173", *consent, *more)


def imported(tmp_path: Path, text: str, *more: str) -> Result:
    file = tmp_path / "mothers.csv"
    file.write_text(text, encoding="utf-8")
    return nightlight("import", str(file), *more)


def states() -> list[str]:
    return [row.state for row in rows(Enrolment)]


def bodies() -> list[str]:
    ids = [row.id for row in rows(TextMessage)]
    with transaction() as session:
        return [texts.by_id(session, text_id).body for text_id in ids]


# --- enrolling


def test_she_is_enrolled_and_invited_once(database: str) -> None:
    result = add("--session", "2099-03-09 14:30")
    assert result.exit_code == 0, result.output
    [enrolment] = rows(Enrolment)
    assert result.stdout.strip() == enrolment.reference
    assert (enrolment.state, enrolment.time_zone, enrolment.model_of_care) == (
        "invited",
        "America/Chicago",
        "in_clinic",
    )
    assert rows(TreatmentSession)[0].starts_at.isoformat() == "2099-03-09T19:30:00+00:00"
    [text] = rows(TextMessage)
    assert text.purpose == "invitation"
    assert "Reply 1 to agree" in bodies()[0]
    assert sender.send_all(lambda: text.created_at.replace(hour=18)) <= 1


def test_the_invitation_waits_for_her_morning_and_holds_nothing_else_up(database: str) -> None:
    reference = staff.enrol("ann", newcomer(), at=later())
    assert sender.send_all(later()) == 0
    with transaction() as session:
        conversation_id = enrolments.by_reference(session, reference).conversation_id
    replies.reply(conversation_id, "SM1", [Said("call or text 988", danger=True), Said("hello")], later())
    assert sender.send_all(later()) == 2
    assert sender.send_all(lambda: NIGHT.replace(hour=15)) == 1


def test_a_number_that_is_enrolled_is_not_enrolled_again(database: str) -> None:
    add()
    result = add()
    assert result.exit_code == 1
    assert rows(Enrolment)[0].reference in result.output
    assert not [word for word in SECRETS if word in result.output]
    assert states() == ["invited"]


def test_a_number_that_went_to_another_person_begins_anew_and_nothing_of_the_first_is_reachable(database: str) -> None:
    first = enrolled()
    with transaction() as session:
        old = threads.of_enrolment(session, first, NIGHT)
        threads.offer(old, [("hers", "/hers")])
        threads.keep_rest(old, ["the rest of hers"])
    replies.reply(first.conversation_id, "SM1", [Said("an answer to the first")], later())
    second = staff.enrol("ann", newcomer(name="Jane Doe"), replace=True, at=later())
    assert states() == ["ended", "invited"]
    assert rows(Enrolment)[1].reference == second
    caller = register.caller(HER_PHONE, later())
    assert caller.conversation_id != first.conversation_id
    assert caller.member is not None
    assert caller.member.reference == second
    assert replies.offered(caller.conversation_id) == []
    assert [row.state for row in rows(TextMessage)] == ["withheld", "waiting"]


def test_the_number_of_somebody_who_wants_no_texts_is_not_enrolled(database: str) -> None:
    register.stop(HER_PHONE, "stop", None, later())
    result = add()
    assert result.exit_code == 1
    assert "START" in result.output
    assert rows(Enrolment) == []


def test_where_no_text_can_leave_nobody_is_enrolled(database: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_ENVIRONMENT="production")
    assert "TWILIO_ACCOUNT_SID" in add().output
    assert rows(Enrolment) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"--phone": "214 555"}, "phone: the number has too few digits"),
        ({"--phone": "800-555-0173"}, "phone: "),
        ({"--phone": "call me"}, "phone: there is no number in it"),
        ({"--name": " "}, "name: "),
        ({"--consent-words": " "}, "consent_words: "),
        ({"--consent-on": "yesterday"}, "consent_on: "),
        ({"--consent-on": "2099-01-01"}, "consent_on: 2099-01-01 is still to come"),
        ({"--time-zone": "Texas"}, "time_zone: 'Texas' is none"),
        ({"--language": "tlh"}, "language: "),
        ({"--model-of-care": "by owl"}, "model_of_care: "),
        ({"--session": "2026-03-08 02:30"}, "sessions: There is no 2026-03-08 02:30"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_enrolled(database: str, changes: dict[str, str], says: str) -> None:
    result = add(*(word for pair in changes.items() for word in pair))
    assert result.exit_code == 1
    assert says in result.output
    assert rows(Enrolment) == []


def test_only_one_of_two_that_enrol_a_number_at_once_does(database: str) -> None:
    def enrol(_: int) -> bool:
        try:
            staff.enrol("ann", newcomer(), at=later())
        except Exception:
            return False
        return True

    assert sum(at_once(enrol, 4)) == 1
    assert states() == ["invited"]


# --- a file


def test_a_file_is_imported_in_whole(database: str, tmp_path: Path) -> None:
    result = imported(tmp_path, "\ufeff" + HEAD + GOOD + "\n" + OTHER)
    assert result.exit_code == 0, result.output
    assert states() == ["invited", "invited"]
    assert [row.time_zone for row in rows(Enrolment)] == ["America/Chicago", "America/Denver"]
    assert len(rows(TreatmentSession)) == len(rows(TextMessage)) == 2
    assert len(result.stdout.split()) == 2


def test_a_file_with_bad_lines_enrols_nobody_and_says_which(database: str, tmp_path: Path) -> None:
    enrolled(phone="+12145550199")
    text = (
        HEAD
        + GOOD
        + 'Two\tLines,214-555-0188,"front\ndesk",2026-03-01,"Yes\nplease",2026-03-08 02:30,Mars\n'
        + "Jo,12,,2026-13-01,,,\n"
        + "Jo,214-555-0173,x,2026-03-01,y,,\n"
        + "Jo,214-555-0177,x\n"
        + "Jo,214-555-0199,x,2026-03-01,y,,\n"
    )
    result = imported(tmp_path, text)
    assert result.exit_code == 1
    found = {line: set() for line, _ in re.findall(r"mothers\.csv:(\d+): (\w+)", result.output)}
    for line, column in re.findall(r"mothers\.csv:(\d+): (\w+)", result.output):
        found[line].add(column)
    assert found == {
        "3": {"time_zone", "sessions"},
        "6": {"phone", "consent_by", "consent_on", "consent_words"},
        "7": {"phone"},
        "8": {"it"},
        "9": {"This"},
    }
    assert "line 2" in result.output
    assert not [word for word in SECRETS if word in result.output]
    assert states() == ["active"]


def test_the_good_lines_alone_are_enrolled_if_that_is_said(database: str, tmp_path: Path) -> None:
    result = imported(tmp_path, HEAD + GOOD + "Jo,12,x,2026-03-01,y,,\n", "--good-ones")
    assert result.exit_code == 1
    assert "mothers.csv:3: phone" in result.output
    assert states() == ["invited"]


@pytest.mark.parametrize("text", ["", "name,phone\n", HEAD.replace("sessions", "diagnosis"), "\xff".encode("latin1")])
def test_a_file_that_is_none_is_refused(database: str, tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "mothers.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = nightlight("import", str(file))
    assert result.exit_code == 1
    assert "mothers.csv" in result.output
    assert "diagnosis" not in result.output.replace("mothers.csv", "")


# --- answering the invitation


def test_who_agrees_is_active_and_welcomed(database: str) -> None:
    enrolled(State.INVITED)
    assert register.agree(HER_PHONE, "1", "SM1", later())
    assert not register.agree(HER_PHONE, "1", "SM2", later())
    assert states() == ["active"]
    [welcome] = bodies()
    assert "automated assistant" in welcome
    assert "911" in welcome[:153]


def test_who_does_not_agree_is_not_texted_again(database: str) -> None:
    enrolled(State.INVITED)
    assert register.decline(HER_PHONE, "2", "SM1", later())
    assert states() == ["ended"]
    assert len(bodies()) == 1
    assert register.caller(HER_PHONE, later()).member is None


def test_every_change_is_kept_with_time_cause_and_words(database: str) -> None:
    enrolled(State.INVITED)
    register.agree(HER_PHONE, "1 please", "SM1", later(minutes=1))
    register.stop(HER_PHONE, "no mas", "SM2", later(minutes=2))
    register.start(HER_PHONE, "START", "SM3", later(minutes=3))
    assert [(row.before, row.after, row.cause, row.words) for row in rows(EnrolmentChange)] == [
        (None, "invited", "clinic", CONSENT),
        ("invited", "active", "answer", "1 please"),
        ("active", "opted_out", "stop", "no mas"),
        ("opted_out", "active", "start", "START"),
    ]
    assert [row.at for row in rows(EnrolmentChange)][1:] == [later(minutes=n)() for n in (1, 2, 3)]


def test_an_opt_out_outlives_everything_else_of_hers(database: str) -> None:
    enrolled()
    register.stop(HER_PHONE, "stop", None, later())
    with transaction() as session:
        for model in (TextMessage, TextThread, Enrolment):
            session.execute(model.__table__.delete())
    with transaction() as session:
        assert opt_outs.stands(session, HER_PHONE)
    assert register.caller(HER_PHONE, later()).opted_out


def test_what_has_ended_stays_ended(database: str) -> None:
    enrolment = enrolled(State.ENDED)
    with pytest.raises(WrongState):
        staff.pause("ann", enrolment.reference)


# --- what staff do


def test_the_list_says_nothing_of_who_they_are(database: str) -> None:
    enrolled()
    result = nightlight("list")
    assert rows(Enrolment)[0].reference in result.output
    assert "..73" in result.output
    assert not [word for word in SECRETS if word in result.output]
    assert rows(AuditEntry) == []


def test_a_look_at_names_or_at_all_of_her_is_recorded(database: str) -> None:
    reference = enrolled(sessions=(NIGHT,)).reference
    assert HER_NAME in nightlight("list", "--names").output
    shown = nightlight("show", reference.lower()).output
    for said in (HER_NAME, HER_PHONE, CONSENT, "Ann Fowler", "2026-03-01 21:15 CST", "invited -> active"):
        assert said in shown
    assert [(row.who, row.what, row.reference) for row in rows(AuditEntry)] == [
        ("ann", "listed the names of enrolments", None),
        ("ann", "showed an enrolment", reference),
    ]


def test_staff_pause_resume_and_end(database: str) -> None:
    reference = enrolled().reference
    assert nightlight("pause", reference, "--because", "in hospital").exit_code == 0
    assert states() == ["paused"]
    assert nightlight("resume", reference).exit_code == 0
    assert nightlight("resume", reference).exit_code == 1
    assert nightlight("resume").exit_code == 1
    assert nightlight("remove", reference).exit_code == 0
    assert states() == ["ended"]
    assert [row.what for row in rows(AuditEntry)] == [
        "set an enrolment paused, was active",
        "set an enrolment active, was paused",
        "set an enrolment ended, was active",
    ]


def test_who_opted_out_is_not_brought_back_by_staff(database: str) -> None:
    reference = enrolled().reference
    register.stop(HER_PHONE, "stop", None, later())
    assert nightlight("resume", reference).exit_code == 1
    assert states() == ["opted_out"]


def test_sessions_come_and_go(database: str) -> None:
    reference = enrolled().reference
    assert nightlight("session-add", reference, "2099-03-09 14:30").exit_code == 0
    assert nightlight("session-add", reference, "2020-03-09 14:30").exit_code == 1
    assert len(rows(TreatmentSession)) == 1
    assert nightlight("session-remove", reference, "2099-03-09 14:30").exit_code == 0
    assert nightlight("session-remove", reference, "2099-03-09 14:30").exit_code == 1
    assert rows(TreatmentSession) == []


def test_without_a_name_nobody_does_anything(database: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_OPERATOR="")
    assert "Say who you are" in add().output
    assert rows(Enrolment) == []
