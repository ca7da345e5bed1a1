"""Nothing that we begin reaches her at night, whatever her time zone and whenever the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.texting.quiet import is_open, next_open
from enrolled import MOMENTS, ZONES


def clock(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
@example(moment=datetime(2026, 3, 8, 7, 59, tzinfo=UTC), zone="America/Chicago")  # the clocks jump from 2 to 3
@example(moment=datetime(2026, 11, 1, 6, 30, tzinfo=UTC), zone="America/Chicago")  # the hour from 1 to 2 comes twice
def test_the_next_opening_is_by_day_and_none_is_missed(moment: datetime, zone: str) -> None:
    opens = next_open(moment, zone)
    local = clock(opens, zone)
    assert time(9) <= local.time() < time(21)
    assert local.weekday() != 6 or local.time() >= time(12)
    assert moment <= opens < moment + timedelta(hours=17)
    assert is_open(opens, zone)
    if opens == moment:
        return
    assert local.time() in (time(9), time(12))
    for part in range(20):  # closed all the while
        assert not is_open(moment + (opens - moment) * part / 20, zone)
    assert not is_open(opens - timedelta(microseconds=1), zone)


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_the_hours_are_those_of_the_stricter_rule(moment: datetime, zone: str) -> None:
    local = clock(moment, zone)
    texas = time(12 if local.weekday() == 6 else 9) <= local.time() < time(21)
    federal = time(8) <= local.time() < time(21)
    assert is_open(moment, zone) == (texas and federal)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-06", 12), ("2026-03-07", 14), ("2026-10-31", 16), ("2026-11-04", 12)],
)
def test_a_night_has_as_many_hours_as_the_clocks_give_it(day: str, hours: int) -> None:
    """From 9 pm to 9 am, or to noon on a Sunday; one hour less or more when the clocks change."""
    closes = datetime.fromisoformat(f"{day} 21:00").replace(tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)
    assert next_open(closes, "America/Chicago") - closes == timedelta(hours=hours)
