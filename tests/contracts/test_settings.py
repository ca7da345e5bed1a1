"""Every setting is documented, and a wrong one says what to do."""

import re

import pytest

from bot.errors import NightlightError
from bot.settings import ROOT, Settings, read_settings
from support import NO_DELIVERY

SECRET = "a secret of some length, for tests only"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name, value in NO_DELIVERY.items():
        monkeypatch.setenv(name, value)


def documented() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", text, re.MULTILINE))


def test_the_example_names_every_setting_and_no_other():
    assert documented() == {field.alias for field in Settings.model_fields.values()}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NIGHTLIGHT_PORT", "http"),
        ("NIGHTLIGHT_PORT", "70000"),
        ("NIGHTLIGHT_TURN_TIMEOUT", "-1"),
        ("NIGHTLIGHT_ENVIRONMENT", "staging"),
        ("NIGHTLIGHT_LOG_LEVEL", "chatty"),
        ("NIGHTLIGHT_SMTP_TLS", "ssl"),
        ("NIGHTLIGHT_DELIVERY_TIMEOUT", "60"),
        ("NIGHTLIGHT_SMTP_HOST", "mail.clinic.example"),
        ("NIGHTLIGHT_SMTP_USER", "nightlight"),
        ("NIGHTLIGHT_MAIL_FROM", "nightlight@clinic.example"),
        ("NIGHTLIGHT_WEBHOOK_URL", "https://clinic.example/hooks"),
        ("NIGHTLIGHT_WEBHOOK_SECRET", SECRET),
        ("NIGHTLIGHT_FHIR_URL", "https://clinic.example/fhir"),
        ("NIGHTLIGHT_FHIR_TOKEN", SECRET),
        ("REDIS_URL", "http://127.0.0.1"),
        ("NIGHTLIGHT_TRUSTED_PROXIES", "-1"),
        ("NIGHTLIGHT_LIMIT_MESSAGES", "30"),
        ("NIGHTLIGHT_LIMIT_MESSAGES", "0/minute"),
        ("NIGHTLIGHT_LIMIT_REQUESTS", "30 per minute;"),
        ("NIGHTLIGHT_LIMIT_CONVERSATIONS", "30/fortnight"),
        ("NIGHTLIGHT_PUBLIC_URL", "clinic.example"),
        ("TWILIO_ACCOUNT_SID", "AC0"),
        ("TWILIO_AUTH_TOKEN", SECRET),
        ("TWILIO_FROM", "+12145550100"),
        ("TWILIO_API_URL", "api.twilio.com"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_names_itself(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(NightlightError, match=name):
        read_settings()


@pytest.mark.parametrize(
    "address", ["clinic.example", "ftp://clinic.example", "https://", "https://u:hidden@clinic.example", "https://c:x/"]
)
def test_an_address_that_is_none_stops_the_start_and_is_not_repeated(monkeypatch, address):
    monkeypatch.setenv("NIGHTLIGHT_WEBHOOK_URL", address)
    monkeypatch.setenv("NIGHTLIGHT_WEBHOOK_SECRET", SECRET)
    with pytest.raises(NightlightError, match="NIGHTLIGHT_WEBHOOK_URL: it") as error:
        read_settings()
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize(("address", "refused"), [("http://clinic.example", True), ("http://127.0.0.1:8080", False)])
def test_production_sends_nothing_unencrypted_to_another_machine(monkeypatch, address, refused):
    monkeypatch.setenv("NIGHTLIGHT_ENVIRONMENT", "production")
    monkeypatch.setenv("NIGHTLIGHT_FHIR_URL", address)
    monkeypatch.setenv("NIGHTLIGHT_FHIR_TOKEN", SECRET)
    if refused:
        with pytest.raises(NightlightError, match="NIGHTLIGHT_FHIR_URL"):
            read_settings()
    else:
        assert read_settings().fhir_url == address


def test_a_short_secret_and_a_password_in_clear_are_refused(monkeypatch):
    for name, value in {
        "WEBHOOK_URL": "https://clinic.example",
        "WEBHOOK_SECRET": "short-one",
        "SMTP_HOST": "mail.clinic.example",
        "MAIL_FROM": "Nightlight",
        "SMTP_USER": "nightlight",
        "SMTP_PASSWORD": "pass-word",
        "SMTP_TLS": "none",
    }.items():
        monkeypatch.setenv(f"NIGHTLIGHT_{name}", value)
    with pytest.raises(NightlightError) as error:
        read_settings()
    for name in ("WEBHOOK_SECRET", "MAIL_FROM", "SMTP_TLS"):
        assert f"NIGHTLIGHT_{name}" in str(error.value)
    assert "short-one" not in str(error.value)
    assert "pass-word" not in str(error.value)


def test_the_address_of_redis_is_not_repeated(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "memcached://:hidden@127.0.0.1")
    with pytest.raises(NightlightError, match="REDIS_URL") as error:
        read_settings()
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize("limit", ["", "30/minute", "30/minute;300/hour", "5/10 minutes"])
def test_a_limit_is_written_in_words_or_left_out(monkeypatch, limit):
    monkeypatch.setenv("NIGHTLIGHT_LIMIT_MESSAGES", limit)
    assert read_settings().limit_messages == limit


def test_no_secret_is_shown_with_the_settings(monkeypatch):
    monkeypatch.setenv("NIGHTLIGHT_WEBHOOK_URL", "https://clinic.example")
    monkeypatch.setenv("NIGHTLIGHT_WEBHOOK_SECRET", SECRET)
    assert SECRET not in repr(read_settings())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TWILIO_MESSAGING_SERVICE_SID": "MG0"}, "TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID"),
        ({"TWILIO_FROM": ""}, "TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID"),
        ({"TWILIO_FROM": "214-555-0100"}, "TWILIO_FROM"),
        ({"NIGHTLIGHT_PUBLIC_URL": ""}, "NIGHTLIGHT_PUBLIC_URL"),
        ({}, ""),
    ],
)
def test_twilio_is_set_in_whole_or_not_at_all(monkeypatch, changes, named):
    whole = {"ACCOUNT_SID": "AC0", "AUTH_TOKEN": SECRET, "FROM": "+12145550100"}
    for name, value in {**{f"TWILIO_{name}": value for name, value in whole.items()}, **changes}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(
        "NIGHTLIGHT_PUBLIC_URL", changes.get("NIGHTLIGHT_PUBLIC_URL", "https://nightlight.clinic.example")
    )
    if named:
        with pytest.raises(NightlightError, match=named) as error:
            read_settings()
        assert SECRET not in str(error.value)
    else:
        assert SECRET not in repr(read_settings())
