"""An appointment request reaches a FHIR server as one resource, however often it is sent."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from bot.handoff.transports import fhir
from bot.handoff.transports.fhir import resource, to_fhir
from bot.handoff.transports.notice import Notice, Undelivered
from bot.handoff.transports.registry import transports_for
from bot.scheduling.request import AppointmentRequest, PartOfDay, ReachBy
from receivers import always, http_receiver
from support import NIGHT

Configure = Callable[..., None]
REQUEST = AppointmentRequest(
    conversation_id="web-1",
    channel="web",
    confirmation_id="m-9",
    name="Ana Ruiz-O'Neil",
    phone="+12145550142",
    reach_by=ReachBy.TEXT,
    best_time="while she naps",
    place="Frisco",
    day=date(2026, 3, 10),
    part_of_day=PartOfDay.MORNING,
    time_words="tuesday morning, not before 9",
    coverage="Aetna",
    agreed_at=NIGHT,
)
ANY_TIME = replace(REQUEST, day=None, part_of_day=PartOfDay.ANY, best_time="", time_words="", coverage="")
NOTICE = Notice("K7M-4QP-1-fhir", 7, "K7M-4QP", "scheduler", "s@clinic.example", 1, False, "2026-03-02", "Something")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hand-off of the notice has a request behind it."""
    monkeypatch.setattr(fhir, "request_of", lambda hand_off_id: REQUEST if hand_off_id == 7 else None)


SCHEDULER = ("scheduler", "schedulers@cedar-lane.example")


def test_a_request_is_a_proposal_by_the_mother_with_her_reference() -> None:
    made = resource(REQUEST, "K7M-4QP")
    assert (made["resourceType"], made["status"], made["intent"]) == ("ServiceRequest", "active", "proposal")
    assert made["identifier"] == [{"system": "urn:nightlight:hand-off", "value": "K7M-4QP"}]
    assert made["subject"] == made["requester"] == {"reference": "#mother"}
    [patient] = made["contained"]
    assert patient == {
        "resourceType": "Patient",
        "id": "mother",
        "name": [{"text": "Ana Ruiz-O'Neil"}],
        "telecom": [{"system": "sms", "value": "+12145550142"}],
    }
    assert made["locationCode"] == [{"text": "Frisco"}]
    repeat = made["occurrenceTiming"]["repeat"]
    assert repeat == {"boundsPeriod": {"start": "2026-03-10", "end": "2026-03-10"}, "when": ["MORN"]}
    assert made["authoredOn"] == "2026-03-02T03:15:00Z"
    notes = " ".join(note["text"] for note in made["note"])
    for words in ("text message", "while she naps", "not before 9", "Aetna"):
        assert words in notes


@pytest.mark.parametrize("request_", [REQUEST, ANY_TIME, replace(REQUEST, day=None), replace(ANY_TIME, name="李 静")])
def test_what_is_made_is_valid_and_is_read_back_the_same(request_: AppointmentRequest) -> None:
    made = resource(request_, "K7M-4QP")
    assert json.loads(ServiceRequest.model_validate(made).model_dump_json()) == made


def test_where_any_time_will_do_nothing_is_said_of_time() -> None:
    made = resource(ANY_TIME, "K7M-4QP")
    assert "occurrenceTiming" not in made
    assert [note["text"] for note in made["note"]] == ["Get back to her by text message."]


def test_no_diagnosis_and_no_conversation_goes_with_it() -> None:
    made = resource(REQUEST, "K7M-4QP")
    assert {"reasonCode", "reasonReference", "category", "bodySite"}.isdisjoint(made)
    text = json.dumps(made).lower()
    for word in ("ketamine", "depress", "postpartum", "web-1", "m-9"):
        assert word not in text


def test_the_server_gets_it_with_the_token_and_as_a_conditional_create(asked: None, configure: Configure) -> None:
    with http_receiver(always(201)) as (address, received):
        configure(NIGHTLIGHT_FHIR_URL=f"{address}/fhir/", NIGHTLIGHT_FHIR_TOKEN="a token")
        to_fhir(NOTICE)
    [post] = received.posts
    assert post.path == "/fhir/ServiceRequest"
    assert post.headers["Authorization"] == "Bearer a token"
    assert post.headers["Content-Type"] == "application/fhir+json"
    assert post.headers["If-None-Exist"] == "identifier=urn%3Anightlight%3Ahand-off%7CK7M-4QP"
    assert json.loads(post.body) == resource(REQUEST, "K7M-4QP")


@pytest.mark.parametrize("status", [400, 401, 412, 422, 500])
def test_a_request_that_the_server_refuses_did_not_arrive(asked: None, configure: Configure, status: int) -> None:
    with http_receiver(always(status)) as (address, _):
        configure(NIGHTLIGHT_FHIR_URL=address, NIGHTLIGHT_FHIR_TOKEN="a token")
        with pytest.raises(Undelivered, match=str(status)):
            to_fhir(NOTICE)


def test_a_hand_off_without_a_request_is_not_sent(asked: None, configure: Configure) -> None:
    with http_receiver() as (address, received):
        configure(NIGHTLIGHT_FHIR_URL=address, NIGHTLIGHT_FHIR_TOKEN="a token")
        with pytest.raises(Undelivered, match="no appointment request"):
            to_fhir(replace(NOTICE, hand_off_id=8))
    assert received.posts == []


def test_only_appointment_requests_go_to_the_fhir_server(configure: Configure) -> None:
    settings: dict[str, Any] = {"NIGHTLIGHT_FHIR_URL": "http://127.0.0.1:1", "NIGHTLIGHT_FHIR_TOKEN": "a token"}
    configure(**settings)
    assert transports_for("appointment", SCHEDULER) == ["file", "fhir"]
    assert transports_for("crisis", SCHEDULER) == ["file"]
