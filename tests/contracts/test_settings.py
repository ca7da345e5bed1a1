"""Every setting is documented, and a wrong one says what to do."""

import re

import pytest

from bot.errors import NightlightError
from bot.settings import ROOT, Settings, read_settings


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
    ],
)
def test_a_wrong_setting_stops_the_start_and_names_itself(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(NightlightError, match=name):
        read_settings()
