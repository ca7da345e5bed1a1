"""When the texts around a session are due, and until when they make sense, in every time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clinic import Clinic, ModelOfCare, TextTimes
from bot.texting import schedule
from bot.texting.schedule import Due, due_texts, is_superseded, spoken
from enrolled import MOMENTS, ZONES

CHICAGO, DENVER = ZoneInfo("America/Chicago"), ZoneInfo("America/Denver")
TIMES = TextTimes()
AFTERNOON = datetime(2026, 3, 10, 14, 30, tzinfo=CHICAGO)  # a Tuesday
ZONE = st.sampled_from(ZONES).map(ZoneInfo)


def by_kind(starts_at: datetime, hers: ZoneInfo = CHICAGO) -> dict[str, Due]:
    return {due.kind: due for due in due_texts(starts_at, hers, CHICAGO, TIMES)}


def test_the_texts_around_a_session_come_by_her_clock() -> None:
    said = {kind: f"{due.at.astimezone(CHICAGO):%a %H:%M}" for kind, due in by_kind(AFTERNOON).items()}
    assert said == {
        "reminder_day_before": "Mon 17:00",
        "reminder_morning": "Tue 09:00",
        "check_in_1": "Wed 11:00",
        "check_in_3": "Fri 11:00",
        "check_in_7": "Tue 11:00",
    }


def test_the_morning_reminder_of_an_early_session_is_due_earlier_and_never_after_it_began() -> None:
    early = by_kind(AFTERNOON.replace(hour=8))["reminder_morning"]
    assert early.at.astimezone(CHICAGO).hour == 6  # and so it waits, and is missed: nobody is texted before 9
    assert early.until == AFTERNOON.replace(hour=8)


def test_a_check_in_may_be_a_day_late_and_a_reminder_may_not() -> None:
    found = by_kind(AFTERNOON)
    assert found["check_in_1"].until - found["check_in_1"].at == timedelta(hours=24)
    assert found["reminder_day_before"].until.astimezone(CHICAGO).isoformat() == "2026-03-10T00:00:00-05:00"


@given(starts_at=MOMENTS, hers=ZONE, visit=ZONE)
def test_every_text_makes_sense_for_a_while_and_comes_in_order(
    starts_at: datetime, hers: ZoneInfo, visit: ZoneInfo
) -> None:
    found = list(due_texts(starts_at, hers, visit, TIMES))
    reminders, check_ins = found[:2], found[2:]
    assert all(due.at < due.until for due in found if due.words != "reminder_day_before")
    assert reminders[1].at <= starts_at - schedule.BEFORE_VISIT
    assert [due.at for due in check_ins] == sorted(due.at for due in check_ins)
    assert all(starts_at - schedule.LONGEST_AHEAD <= due.at for due in found)
    assert all(due.until <= starts_at + schedule.longest_after(TIMES) for due in found)


def test_who_has_another_session_is_asked_after_that_one() -> None:
    check_ins = by_kind(AFTERNOON)
    friday = [AFTERNOON + timedelta(days=3)]
    asked = [k for k in ("check_in_1", "check_in_3", "check_in_7") if not _superseded(check_ins[k], friday)]
    assert asked == ["check_in_1"]
    assert not _superseded(check_ins["reminder_day_before"], friday)
    assert not _superseded(check_ins["check_in_7"], [AFTERNOON - timedelta(days=1), AFTERNOON])


def _superseded(due: Due, others: list[datetime]) -> bool:
    return is_superseded(due, AFTERNOON, others, CHICAGO)


@pytest.mark.parametrize(
    ("today", "hers", "said"),
    [
        (date(2026, 3, 9), CHICAGO, "tomorrow (Tue, Mar 10) at 2:30 PM"),
        (date(2026, 3, 10), CHICAGO, "at 2:30 PM"),
        (date(2026, 3, 1), CHICAGO, "Tue, Mar 10 at 2:30 PM"),
        (date(2026, 3, 10), DENVER, "at 2:30 PM (CDT)"),
    ],
)
def test_the_time_is_said_by_the_clinics_clock(today: date, hers: ZoneInfo, said: str) -> None:
    assert spoken(AFTERNOON.astimezone(UTC), CHICAGO, hers, today) == said


def test_whoever_is_treated_at_home_hears_her_own_clock() -> None:
    clinic = Clinic.load("in-clinic")
    assert schedule.zone_of_visits(clinic, ModelOfCare.IN_CLINIC, "America/Denver") == CHICAGO
    assert schedule.zone_of_visits(clinic, ModelOfCare.AT_HOME, "America/Denver") == DENVER
