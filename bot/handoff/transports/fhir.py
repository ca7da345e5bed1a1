"""Appointment requests as FHIR R4 resources, for the clinic's own record system (docs/adr/0009).

Unlike a notice this carries a name and a telephone number: it goes to the one system that the clinic named
for it, with a bearer token. It says no diagnosis, and not what the appointment is for.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from bot.handoff.transports.http import post
from bot.handoff.transports.notice import Notice, Undelivered
from bot.scheduling.request import AppointmentRequest, PartOfDay, ReachBy
from bot.settings import settings
from bot.storage import appointments
from bot.storage.sessions import transaction

REFERENCES = "urn:nightlight:hand-off"
PATIENT = "mother"
WHEN = {PartOfDay.MORNING: "MORN", PartOfDay.AFTERNOON: "AFT", PartOfDay.EVENING: "EVE"}


def to_fhir(notice: Notice) -> None:
    """Creates the request of `notice` at the FHIR server, unless it is there already.

    Raises `Undelivered` unless the server says that it has it.
    """
    current = settings()
    if not current.fhir_url:
        raise Undelivered("NIGHTLIGHT_FHIR_URL is not set any more")
    request = request_of(notice.hand_off_id)
    if request is None:
        raise Undelivered("there is no appointment request behind it")
    headers = {
        "Authorization": f"Bearer {current.fhir_token.get_secret_value()}",
        "Content-Type": "application/fhir+json",
        "Accept": "application/fhir+json",
        "Prefer": "return=minimal",
        "Idempotency-Key": notice.idempotency_key,
        "If-None-Exist": urlencode({"identifier": f"{REFERENCES}|{notice.reference}"}),
    }
    post(f"{current.fhir_url.rstrip('/')}/ServiceRequest", _as_json(request, notice.reference), headers)


def request_of(hand_off_id: int) -> AppointmentRequest | None:
    """The appointment request behind that hand-off; None if there is none."""
    with transaction() as session:
        return appointments.request_of(session, hand_off_id)


def resource(request: AppointmentRequest, reference: str) -> dict[str, Any]:
    """`request` as a ServiceRequest: what she asks for, as a proposal; `reference` is its identifier.

    Checked against the R4B definition, which for ServiceRequest and Patient is R4's.
    """
    read: dict[str, Any] = json.loads(_as_json(request, reference))
    return read


def _as_json(request: AppointmentRequest, reference: str) -> bytes:
    # It takes half a second to load, and only the worker of a clinic with a FHIR server needs it.
    from fhir.resources.R4B.servicerequest import ServiceRequest

    return str(ServiceRequest.model_validate(_service_request(request, reference)).model_dump_json()).encode()


def _service_request(request: AppointmentRequest, reference: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "contained": [_patient(request)],
        "identifier": [{"system": REFERENCES, "value": reference}],
        "status": "active",
        "intent": "proposal",  # nobody has promised her anything
        "code": {"text": "Appointment"},
        "subject": {"reference": f"#{PATIENT}"},
        "requester": {"reference": f"#{PATIENT}"},
        "authoredOn": request.agreed_at.isoformat(),
        "locationCode": [{"text": request.place}],
        "note": [{"time": request.agreed_at.isoformat(), "text": line} for line in _notes(request)],
        **_occurrence(request),
    }


def _patient(request: AppointmentRequest) -> dict[str, Any]:
    system = "sms" if request.reach_by is ReachBy.TEXT else "phone"
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "name": [{"text": request.name}],
        "telecom": [{"system": system, "value": request.phone}],
    }


def _occurrence(request: AppointmentRequest) -> dict[str, Any]:
    """The day and the part of it that suit her; nothing where any will do."""
    repeat: dict[str, Any] = {}
    if request.day:
        repeat["boundsPeriod"] = {"start": request.day.isoformat(), "end": request.day.isoformat()}
    if request.part_of_day in WHEN:
        repeat["when"] = [WHEN[request.part_of_day]]
    return {"occurrenceTiming": {"repeat": repeat}} if repeat else {}


def _notes(request: AppointmentRequest) -> Iterator[str]:
    yield "Get back to her by text message." if request.reach_by is ReachBy.TEXT else "Get back to her by a call."
    if request.best_time:
        yield f"Best time to reach her: {request.best_time}"
    if request.time_words:
        yield f"When a visit suits her: {request.time_words}"
    if request.coverage:
        yield f"Coverage: {request.coverage}"
