"""The calls by which the page enrols her, over HTTP, with the engine as a process."""

import json
import re

import httpx
import pytest

from bot.settings import settings
from bot.storage.models import Enrolment
from bot.texting import sender
from running import Nightlight
from support import rows

PATH = "/webhooks/sms/enrolments"
WISH = {"name": "Rosalind Kettering", "phone": "214-555-0173", "time_zone": "America/Chicago"}


@pytest.fixture
def page(nightlight: Nightlight) -> httpx.Client:
    return httpx.Client(base_url=nightlight.address, timeout=20)


def test_she_reads_the_words_gives_her_number_and_then_the_code(page: httpx.Client, clinic_side: None) -> None:
    shown = page.get(PATH).json()
    assert "Message and data rates may apply" in shown["text"]
    asked = page.post(PATH, json=WISH | {"agreed_text_id": shown["agreed_text_id"]})
    assert asked.status_code == 202, asked.text
    assert set(asked.json()) == {"id", "expires_at"}
    sender.send_all()
    [file] = (settings().var / "sms").glob("code-*.json")
    [code] = re.findall(r"\b\d{6}\b", json.loads(file.read_text())["body"])
    wrong = page.post(f"{PATH}/confirm", json={"id": asked.json()["id"], "code": "12"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    assert wrong.headers["content-type"] == "application/problem+json"
    done = page.post(f"{PATH}/confirm", json={"id": asked.json()["id"], "code": code})
    assert (done.status_code, done.json()) == (201, {"enrolled": True})
    assert [row.state for row in rows(Enrolment)] == ["active"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        (WISH | {"agreed_text_id": "older words"}, 409),
        (WISH | {"agreed_text_id": "x", "admin": True}, 422),
        (WISH | {"agreed_text_id": "x" * 5_000}, 413),
    ],
)
def test_what_is_no_such_form_is_refused(page: httpx.Client, body: dict[str, str], status: int) -> None:
    refused = page.post(PATH, json=body)
    assert refused.status_code == status, refused.text
    assert refused.json()["status"] == status
    assert "Rosalind" not in refused.text
