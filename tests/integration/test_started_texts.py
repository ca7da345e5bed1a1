"""What we begin leaves once, in her hours, while it makes sense, and no more often than the clinic allows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clinic import TextTimes, clinic
from bot.enrolment import register
from bot.enrolment.states import State
from bot.storage import enrolments, texts, threads
from bot.storage.models import DueText, Enrolment, TextMessage
from bot.storage.sessions import transaction
from bot.texting import sender, started
from enrolled import enrolled
from support import HER_PHONE, at_once, rows

CHICAGO = ZoneInfo("America/Chicago")
SESSION = datetime(2026, 3, 10, 14, 30, tzinfo=CHICAGO)  # a Tuesday
Clock = Callable[[], datetime]


def on(day: int, hour: int, minute: int = 0, month: int = 3) -> Clock:
    return lambda: datetime(2026, month, day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


def bodies() -> list[str]:
    ids = [row.id for row in rows(TextMessage)]
    with transaction() as session:
        return [texts.by_id(session, text_id).body for text_id in ids]


def outcomes() -> dict[str, str]:
    return {row.kind: row.outcome for row in rows(DueText)}


def test_all_of_a_session_leaves_at_its_time(database: str) -> None:
    enrolled(sessions=(SESSION,))
    moments = {}
    for hour in range(24 * 10):
        at = on(8, 0)() + timedelta(hours=hour)
        before = len(rows(TextMessage))
        started.start_texts(lambda at=at: at)
        if len(rows(TextMessage)) > before:
            moments[rows(TextMessage)[-1].idempotency_key.split("-")[2]] = f"{at.astimezone(CHICAGO):%d %H}"
    assert moments == {
        "reminder_day_before": "09 17",
        "reminder_morning": "10 09",
        "check_in_1": "11 11",
        "check_in_3": "13 11",
        "check_in_7": "17 11",
    }
    assert set(outcomes().values()) == {"queued"}


def test_a_reminder_says_when_and_what_to_see_to_and_nothing_of_why(database: str) -> None:
    enrolled(sessions=(SESSION,))
    started.start_texts(on(9, 17))
    [body] = bodies()
    assert "tomorrow (Tue, Mar 10) at 2:30 PM" in body
    assert "baby" in body
    assert "ride home" in body


def test_two_workers_and_a_restart_send_nothing_twice(database: str) -> None:
    for number in range(5):
        enrolled(phone=f"+1214555017{number}", sessions=(SESSION,))
    at_once(lambda _: started.start_texts(on(9, 17)), 4)
    started.start_texts(on(9, 17, 30))
    assert len(rows(TextMessage)) == len(rows(DueText)) == 5


@pytest.mark.parametrize(
    ("at", "queued"),
    [(on(9, 20), {"reminder_day_before"}), (on(9, 21), set()), (on(10, 13), {"reminder_morning"}), (on(10, 15), set())],
)
def test_what_was_missed_is_sent_late_only_while_it_makes_sense(database: str, at: Clock, queued: set[str]) -> None:
    enrolled(sessions=(SESSION,))
    started.start_texts(at)
    assert {kind for kind, outcome in outcomes().items() if outcome == "queued"} == queued


def test_a_check_in_is_up_to_a_day_late_and_then_left_out(database: str) -> None:
    enrolled(sessions=(SESSION,))
    started.start_texts(on(12, 10))
    assert outcomes()["check_in_1"] == "queued"
    started.start_texts(on(14, 12))
    assert outcomes()["check_in_3"] == "missed"


def test_a_session_that_is_moved_is_reminded_of_again(database: str) -> None:
    enrolment = enrolled(sessions=(SESSION,))
    started.start_texts(on(9, 17))
    with transaction() as session:
        assert enrolments.remove_session(session, enrolment, SESSION)
        enrolments.add_session(session, enrolment, SESSION + timedelta(days=1))
    started.start_texts(on(10, 17))
    assert len(rows(TextMessage)) == 2


@pytest.mark.parametrize("state", [state for state in State if state is not State.ACTIVE])
def test_nobody_but_the_active_is_begun_with(database: str, state: State) -> None:
    enrolled(state, sessions=(SESSION,))
    started.start_texts(on(9, 17))
    assert rows(TextMessage) == rows(DueText) == []


def test_no_more_leave_in_a_week_than_the_clinic_allows(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clinic(), "texts", TextTimes(a_week=2))
    enrolled(sessions=tuple(SESSION + timedelta(days=days) for days in range(0, 20, 3)))
    for hour in range(0, 24 * 25, 4):
        started.start_texts(lambda hour=hour: on(8, 9)() + timedelta(hours=hour))
    moments = [row.created_at for row in rows(TextMessage)]
    assert len(moments) >= 6
    assert all(later - earlier >= timedelta(days=7) for earlier, later in zip(moments, moments[2:], strict=False))


def test_nothing_is_begun_in_the_middle_of_a_talk(database: str) -> None:
    enrolled(sessions=(SESSION,))
    register.caller(HER_PHONE, on(9, 16, 50))
    started.start_texts(on(9, 17))
    assert rows(TextMessage) == []
    started.start_texts(on(9, 17, 6))
    assert len(rows(TextMessage)) == 1


def test_a_check_in_offers_to_tell_how_she_is(database: str) -> None:
    enrolment = enrolled(sessions=(SESSION,))
    started.start_texts(on(11, 11))
    with transaction() as session:
        [(_, payload)] = threads.offered(threads.of_enrolment(session, enrolment, SESSION))
    assert payload == "/report_symptoms"
    assert "Reply 1" in bodies()[-1]


def test_what_waits_when_she_opts_out_is_not_sent(database: str) -> None:
    enrolled(sessions=(SESSION,))
    started.start_texts(on(9, 17))
    register.stop(HER_PHONE, "stop", None, on(9, 17))
    assert sender.send_all(on(9, 17)) == 0
    assert [row.state for row in rows(TextMessage)] == ["withheld"]
    assert rows(Enrolment)[0].state == State.OPTED_OUT


def test_what_the_carrier_takes_late_in_the_evening_waits_and_is_then_left_out(database: str) -> None:
    enrolled(sessions=(SESSION,))
    started.start_texts(on(9, 20, 59))
    assert sender.send_all(on(9, 21)) == 0
    assert sender.send_all(on(10, 9)) == 0  # "tomorrow" would be wrong by now
    assert [row.state for row in rows(TextMessage)] == ["withheld"]


def test_a_clinic_that_cannot_text_begins_nothing(database: str, configure: Callable[..., None]) -> None:
    enrolled(sessions=(SESSION,))
    configure(NIGHTLIGHT_ENVIRONMENT="production")
    started.start_texts(on(9, 17))
    assert rows(DueText) == []
