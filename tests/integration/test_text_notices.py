"""The clinic's own people are told by text too, where they have a number and Twilio is set: the reference alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from bot.handoff import desk, worker
from bot.settings import ROOT
from bot.storage.models import OutboxEntry, TextMessage
from support import HER_WORDS, alert, appointment, later, rows
from twilio_stand_in import Refusal, Twilio, twilio

Configure = Callable[..., None]
ON_CALL = "+12145550161"


@pytest.fixture
def clinic_file(tmp_path: Path) -> Path:
    """A clinic whose first urgent contact has a number."""
    content = yaml.safe_load((ROOT / "clinics" / "in-clinic.yml").read_text())
    content["urgent_contacts"][0]["phone"] = ON_CALL
    path = tmp_path / "with-phone.yml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture
def stand_in(database: str, configure: Configure, clinic_file: Path) -> Iterator[Twilio]:
    with twilio() as started:
        public = {"NIGHTLIGHT_PUBLIC_URL": "https://nightlight.cedar-lane.example"}
        configure(NIGHTLIGHT_CLINIC=str(clinic_file), **started.variables, **public)
        yield started


def transports() -> list[str]:
    return [row.transport for row in rows(OutboxEntry)]


def test_whoever_is_on_call_is_texted_the_reference_and_nothing_of_hers(stand_in: Twilio) -> None:
    reference = desk.record(alert(), later())
    worker.deliver(later())
    [body] = stand_in.to(ON_CALL)
    assert reference in body
    assert "urgent" in body
    assert HER_WORDS not in body
    assert [row.state for row in rows(OutboxEntry)] == ["delivered"]
    assert rows(TextMessage) == []


def test_who_has_no_number_is_told_otherwise(stand_in: Twilio) -> None:
    desk.request_appointment(appointment(), later())
    assert transports() == ["file"]


def test_without_twilio_nobody_is_texted(stand_in: Twilio, configure: Configure) -> None:
    configure(TWILIO_ACCOUNT_SID="", TWILIO_AUTH_TOKEN="", TWILIO_FROM="")
    desk.record(alert(), later())
    assert transports() == ["file"]


def test_what_twilio_does_not_take_is_tried_again(stand_in: Twilio) -> None:
    moods = iter([Refusal(429, 20429, {"Retry-After": "300"})])
    stand_in.mood = lambda to, body, number: next(moods, "take")
    desk.record(alert(), later())
    worker.deliver(later())
    [entry] = rows(OutboxEntry)
    assert entry.state == "waiting"
    assert entry.next_attempt_at - later()() == timedelta(seconds=300)
    worker.deliver(later(minutes=6))
    assert len(stand_in.to(ON_CALL)) == 1
