"""Notices arrive at a real mail server and a real web server, and say so when they did not."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.handoff import desk, worker
from bot.handoff.transports.notice import Notice, Undelivered
from bot.handoff.transports.smtp import to_smtp
from bot.handoff.transports.webhook import to_webhook
from bot.settings import settings
from bot.storage.models import OutboxEntry
from receivers import DROP, HANG, Mood, always, certificate, dripping_server, http_receiver, only, smtp_receiver
from support import HER_WORDS, alert, files, later, rows

Configure = Callable[..., None]
SECRET = "a secret of some length, for tests only"
NOTICE = Notice(
    idempotency_key="K7M-4QP-1-smtp",
    hand_off_id=7,
    reference="K7M-4QP",
    role="care coordinator on call",
    email="on-call@cedar-lane.example",
    level=1,
    urgent=True,
    waits_since="2026-03-02T03:15:00+00:00",
    text="Something urgent waits for you in Nightlight: reference K7M-4QP.",
)


def by_mail(configure: Configure, port: int, **more: str) -> None:
    address = {"NIGHTLIGHT_SMTP_HOST": "127.0.0.1", "NIGHTLIGHT_SMTP_PORT": str(port), "NIGHTLIGHT_SMTP_TLS": "none"}
    configure(**address | {"NIGHTLIGHT_MAIL_FROM": "nightlight@cedar-lane.example"} | more)


def by_webhook(configure: Configure, address: str, **more: str) -> None:
    configure(NIGHTLIGHT_WEBHOOK_URL=f"{address}/hooks", NIGHTLIGHT_WEBHOOK_SECRET=SECRET, **more)


def test_a_mail_says_that_something_waits_and_its_reference(configure: Configure) -> None:
    with smtp_receiver() as (port, received):
        by_mail(configure, port)
        to_smtp(NOTICE)
        to_smtp(NOTICE)
    first, again = received.mails
    assert (first["To"], first["Subject"]) == ("on-call@cedar-lane.example", "Nightlight: K7M-4QP")
    assert first["Message-ID"] == again["Message-ID"] == "<K7M-4QP-1-smtp@cedar-lane.example>"
    assert first.get_content().strip() == NOTICE.text


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_mail_goes_encrypted_and_with_a_password(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    context, file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    options = {"authenticator": only("nightlight", "pass word"), "auth_required": True}
    options |= {"tls_context": context} if tls == "starttls" else {"ssl_context": context, "auth_require_tls": False}
    with smtp_receiver(**options) as (port, received):
        user = {"NIGHTLIGHT_SMTP_USER": "nightlight", "NIGHTLIGHT_SMTP_TLS": tls}
        by_mail(configure, port, **user, NIGHTLIGHT_SMTP_PASSWORD="pass word")
        to_smtp(NOTICE)
        by_mail(configure, port, **user, NIGHTLIGHT_SMTP_PASSWORD="another")
        with pytest.raises(Undelivered, match="535"):
            to_smtp(NOTICE)
    assert len(received.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_mail_server_with_a_certificate_of_nobody_known_gets_nothing(
    configure: Configure, tmp_path: Path, tls: str
) -> None:
    context, _ = certificate(tmp_path)
    with smtp_receiver(**{"tls_context" if tls == "starttls" else "ssl_context": context}) as (port, received):
        by_mail(configure, port, NIGHTLIGHT_SMTP_TLS=tls)
        with pytest.raises(Undelivered, match="SSLCertVerificationError"):
            to_smtp(NOTICE)
    assert received.mails == []


@pytest.mark.parametrize("mood", [always(451), always(554)])
def test_a_mail_that_is_refused_did_not_arrive(configure: Configure, mood: Mood) -> None:
    with smtp_receiver(mood) as (port, _):
        by_mail(configure, port)
        with pytest.raises(Undelivered, match=r"answered (451|554)"):
            to_smtp(NOTICE)


def test_a_webhook_is_signed_and_carries_its_key(configure: Configure) -> None:
    with http_receiver() as (address, received):
        by_webhook(configure, address)
        to_webhook(NOTICE)
    [post] = received.posts
    signed = post.headers["X-Nightlight-Timestamp"].encode() + b"." + post.body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert post.headers["X-Nightlight-Signature"] == f"v1={expected}"
    assert post.headers["Idempotency-Key"] == NOTICE.idempotency_key
    assert abs(time.time() - int(post.headers["X-Nightlight-Timestamp"])) < 5
    assert post.path == "/hooks"
    assert json.loads(post.body) == NOTICE.told()
    assert "hand_off_id" not in NOTICE.told()


def test_a_webhook_goes_encrypted_to_a_certificate_that_is_known_and_to_no_other(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, file = certificate(tmp_path)
    with http_receiver(tls=context) as (address, received):
        by_webhook(configure, address)
        with pytest.raises(Undelivered, match="ConnectError"):
            to_webhook(NOTICE)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        to_webhook(NOTICE)
    assert len(received.posts) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 408, 425, 429, 500, 503])
def test_a_webhook_has_arrived_only_where_the_receiver_says_so(configure: Configure, status: int) -> None:
    with http_receiver() as (elsewhere, moved), http_receiver(always(status, Location=elsewhere)) as (address, _):
        by_webhook(configure, address)
        with pytest.raises(Undelivered, match=str(status)):
            to_webhook(NOTICE)
    assert moved.posts == []


@pytest.mark.parametrize("mood", [lambda *_: HANG, lambda *_: DROP])
def test_a_receiver_that_hangs_or_hangs_up_is_given_up_in_time(configure: Configure, mood: Mood) -> None:
    with http_receiver(mood) as (address, _):
        by_webhook(configure, address, NIGHTLIGHT_DELIVERY_TIMEOUT="0.5")
        started = time.monotonic()
        with pytest.raises(Undelivered):
            to_webhook(NOTICE)
    assert time.monotonic() - started < 2


def test_a_receiver_that_answers_a_byte_at_a_time_is_given_up_in_time(configure: Configure) -> None:
    with dripping_server(b"220-wait\r\n") as mail, dripping_server(b"HTTP/1.1 200 OK\r\nX: y\r\n") as web:
        by_mail(configure, mail, NIGHTLIGHT_DELIVERY_TIMEOUT="0.5")
        by_webhook(configure, f"http://127.0.0.1:{web}")
        for deliver in (to_smtp, to_webhook):
            started = time.monotonic()
            with pytest.raises(Undelivered):
                deliver(NOTICE)
            assert time.monotonic() - started < 2


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_encrypted_mail_server_that_hangs_is_given_up_in_time(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    context, file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    options = {"tls_context" if tls == "starttls" else "ssl_context": context}
    with smtp_receiver(lambda *_: HANG, **options) as (port, received):
        by_mail(configure, port, NIGHTLIGHT_SMTP_TLS=tls, NIGHTLIGHT_DELIVERY_TIMEOUT="1")
        started = time.monotonic()
        with pytest.raises(Undelivered):
            to_smtp(NOTICE)
        assert time.monotonic() - started < 3
    assert sum(received.came.values()) == 1


def test_nobody_listens(configure: Configure) -> None:
    by_mail(configure, 1)
    by_webhook(configure, "http://127.0.0.1:1")
    for deliver in (to_smtp, to_webhook):
        with pytest.raises(Undelivered):
            deliver(NOTICE)


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("Fri, 31 Dec 9999 23:59:59 GMT", None), ("soon", 0)])
def test_a_receiver_says_when_to_come_again(configure: Configure, said: str, seconds: int | None) -> None:
    with http_receiver(always(429, Retry_After=said)) as (address, _):
        by_webhook(configure, address)
        with pytest.raises(Undelivered) as error:
            to_webhook(NOTICE)
    asked = error.value.retry_after or timedelta()
    assert asked == timedelta(seconds=seconds) if seconds is not None else asked > timedelta(days=365)


def test_a_hand_off_goes_by_all_that_is_configured_and_by_a_file_if_nothing_is(
    database: str, configure: Configure
) -> None:
    desk.record(alert(conversation_id="web-0"), later())
    with smtp_receiver() as (port, mail), http_receiver() as (address, web):
        by_mail(configure, port)
        by_webhook(configure, address)
        configure(NIGHTLIGHT_FHIR_URL=f"{address}/fhir", NIGHTLIGHT_FHIR_TOKEN="token")
        reference = desk.record(alert(conversation_id="web-1"), later())
        assert worker.tick(later())
    assert list(mail.taken) == [f"{reference}-1-smtp"]
    assert list(web.taken) == [f"{reference}-1-webhook"]
    assert [row.transport for row in rows(OutboxEntry)] == ["file", "smtp", "webhook"]
    assert {row.state for row in rows(OutboxEntry)} == {"delivered"}
    assert len(files(settings().var / "outbox")) == 1
    told = str(mail.mails[0]) + str(web.posts[0])
    for word in (HER_WORDS, "crisis", "self_harm", "web-1"):
        assert word not in told


def test_a_crisis_that_goes_by_two_transports_still_goes_to_the_next_contact_once(
    database: str, configure: Configure
) -> None:
    with smtp_receiver() as (port, mail), http_receiver() as (address, web):
        by_mail(configure, port)
        by_webhook(configure, address)
        reference = desk.record(alert(), later())
        for minutes in (0, 15, 15):
            assert worker.tick(later(minutes=minutes))
    assert list(mail.taken) == [f"{reference}-1-smtp", f"{reference}-2-smtp"]
    assert list(web.taken) == [f"{reference}-1-webhook", f"{reference}-2-webhook"]


def test_what_a_receiver_says_stands_in_no_log(
    database: str, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    with http_receiver(always(500)) as (address, _):
        by_webhook(configure, address)
        desk.record(alert(), later())
        worker.tick(later())
    assert "did not arrive by webhook: the receiver answered 500" in caplog.text
    assert SECRET not in caplog.text


def test_a_transport_that_was_taken_out_of_the_settings_is_said(
    database: str, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    by_webhook(configure, "http://127.0.0.1:1")
    desk.record(alert(), later())
    configure(NIGHTLIGHT_WEBHOOK_URL="", NIGHTLIGHT_WEBHOOK_SECRET="")
    worker.tick(later())
    assert "NIGHTLIGHT_WEBHOOK_URL is not set any more" in caplog.text
    assert [row.state for row in rows(OutboxEntry)] == ["waiting"]
