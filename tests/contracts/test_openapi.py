"""The channel does what its OpenAPI document says, whatever it is sent, and never fails."""

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.engine.channels.openapi import document
from running import Nightlight, Visitor
from served import Listener

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BASE = "/webhooks/web"


@pytest.fixture(scope="module")
def talker(nightlight: Nightlight) -> Visitor:
    """Somebody whose conversation all of this is sent to."""
    return Visitor(nightlight.address)


@pytest.fixture
def described(nightlight: Nightlight) -> object:
    """What the running server says of itself."""
    return schemathesis.openapi.from_url(f"{nightlight.address}{BASE}/openapi.json")


# A stream does not end by itself: it has tests of its own.
schema = schemathesis.pytest.from_fixture("described").exclude(path="/events")


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_described(
    case: schemathesis.Case, nightlight: Nightlight, talker: Visitor
) -> None:
    # Who deletes her conversation has none any more: each deletion has its own.
    who = Visitor(nightlight.address) if case.method.upper() == "DELETE" else talker
    _is_about(case, who.id)
    case.call_and_validate(
        base_url=f"{nightlight.address}{BASE}", headers={"Authorization": f"Bearer {who.token}"}, checks=CHECKS
    )


def _is_about(case: schemathesis.Case, conversation_id: str) -> None:
    """Names the right conversation where another one is named: else hardly anything would get past that."""
    if case.query.get("conversation"):
        case.query["conversation"] = conversation_id
    if isinstance(case.body, dict) and isinstance(case.body.get("conversation"), str):
        case.body["conversation"] = conversation_id


def test_the_document_is_one(nightlight: Nightlight) -> None:
    response = httpx.get(f"{nightlight.address}{BASE}/openapi.json")
    said = response.json()
    assert said == document()
    assert said["openapi"].startswith("3.")
    assert set(said["paths"]) == {"/conversations", "/messages", "/events", "/feedback", "/openapi.json"}
    assert schemathesis.openapi.from_dict(said).statistic.operations.total == 7


def test_an_event_holds_a_message_as_it_is_described(nightlight: Nightlight, talker: Visitor) -> None:
    described = document()
    one = {"$ref": "#/components/schemas/Message", "components": described["components"]}
    heard = Listener(nightlight.address, talker.token)
    for message in heard.waits_for(bool, "the greeting arrives"):
        jsonschema_rs.Draft202012Validator(one).validate(message)
    heard.leaves()


def test_a_message_has_every_field_that_the_document_names(talker: Visitor) -> None:
    named = document()["components"]["schemas"]["Message"]
    assert set(named["required"]) == set(named["properties"])
    assert all(set(message) == set(named["properties"]) for message in talker.transcript())


def test_an_address_that_takes_something_else_says_what(nightlight: Nightlight) -> None:
    response = httpx.put(f"{nightlight.address}{BASE}/messages")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["allow"].split(", "))
