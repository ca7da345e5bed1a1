"""Texts with a real carrier's ways in front of real processes: TLS ended by a proxy, slow sends, processes killed.

The whole of it, 10,000 texts of 500 numbers, is `make soak` (tests/soak/texts.py).
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from running import wait_until
from soak.texts import Plan, Soak, begun, latency, percentile, soak
from texters import new_number
from tls_proxy import tls_proxy
from twilio_stand_in import ACCOUNT, NUMBER, Twilio, new_sid, signature

LIMIT = 10.0  # seconds, on whatever machine; Twilio gives up after 15. `make soak` measures it


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Soak, Twilio]]:
    """Nightlight behind a proxy that ends TLS, and Twilio's stand-in, which knows that address only."""
    folder: Path = tmp_path_factory.mktemp("texts")
    with begun(folder, front=lambda target: tls_proxy(target, folder)) as started:
        yield started


def form(phone: str, body: str) -> dict[str, str]:
    return {"MessageSid": new_sid(), "From": phone, "To": NUMBER, "Body": body, "NumMedia": "0", "AccountSid": ACCOUNT}


def post(address: str, content: bytes, signed: str) -> int:
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    return httpx.post(address, content=content, headers=headers, verify=False, timeout=30).status_code


def test_behind_a_proxy_that_ends_tls_what_twilio_signed_is_taken(both: tuple[Soak, Twilio]) -> None:
    started, stand_in = both
    address = f"{started.variables['NIGHTLIGHT_PUBLIC_URL']}/webhooks/sms/messages"
    assert address.startswith("https://")
    fields = form(new_number(), "hello")
    content = urlencode(fields).encode()
    assert post(address, content, signature(address, fields)) == 200
    wait_until(lambda: bool(stand_in.to(fields["From"])), "the answer leaves")
    assert stand_in.to(fields["From"])[0].startswith("Cedar Lane: this line is for people")


def test_behind_a_proxy_no_byte_may_be_changed(both: tuple[Soak, Twilio]) -> None:
    started, _ = both
    address = f"{started.variables['NIGHTLIGHT_PUBLIC_URL']}/webhooks/sms/messages"
    fields = form(new_number(), "i want to die")
    content, signed = urlencode(fields).encode(), signature(address, fields)
    for place in range(0, len(content), 7):
        changed = bytes([content[place] ^ 1])
        assert post(address, content[:place] + changed + content[place + 1 :], signed) == 403
    # Signed for the address inside, or for the one that the proxy tells of: neither is the one that Twilio called.
    for other in (f"{started.address}/webhooks/sms/messages", "http://evil.example/webhooks/sms/messages"):
        assert post(address, content, signature(other, fields)) == 403


def test_a_report_is_proved_behind_a_proxy_too(both: tuple[Soak, Twilio]) -> None:
    started, _ = both
    address = f"{started.variables['NIGHTLIGHT_PUBLIC_URL']}/webhooks/sms/status?text=a-0"
    fields = {"MessageSid": new_sid(), "MessageStatus": "delivered"}
    content = urlencode(fields).encode()
    assert post(address, content, signature(address, fields)) == 204
    assert post(address.replace("a-0", "a-1"), content, signature(address, fields)) == 403


def test_the_carrier_is_answered_in_time_while_sends_are_slow(both: tuple[Soak, Twilio]) -> None:
    started, stand_in = both
    stand_in.delay = 2.0
    try:
        waited = latency(started, stand_in, each=4)
    finally:
        stand_in.delay = 0.0
    assert percentile(waited, 95) < LIMIT


def test_everybody_gets_what_she_must_get_over_repetitions_failures_and_kills(both: tuple[Soak, Twilio]) -> None:
    found = soak(Plan(texts=150, numbers=15, kills=2, patience=240), *both)
    assert found["faults"] == []
    assert found["texts"] == 150
