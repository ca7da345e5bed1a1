"""The check of the form's words finds what would be wrong with them."""

from pathlib import Path

import pytest

from appointments import AT_HOME, IN_CLINIC
from bot.faq.check import check_form
from bot.settings import ROOT

WORDING = ROOT / "data" / "wording.yml"


def findings(folder: Path, words: str) -> list[str]:
    path = folder / "appointment.yml"
    path.write_text(f"words:\n  ask_name:\n{words}\nterms: {{}}\n")
    return [finding.rule for finding in check_form(path, [IN_CLINIC, AT_HOME], WORDING)]


def test_the_words_of_the_project_are_right():
    assert check_form(ROOT / "data" / "appointment.yml", [IN_CLINIC, AT_HOME], WORDING) == []


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("    web: Your visit is guaranteed.\n    sms: hello", "wording"),
        ("    web: hello\n    sms: Reply YES to send it", "wording"),
        (f"    web: hello\n    sms: {'long ' * 70}", "sms"),
        ("    web: hello\n    sms: “hello”", "sms"),
        ("    web: Call 214-555-0199\n    sms: hello", "number"),
        ("    web: Hello {her_age}\n    sms: hello", "schema"),
        ("    web: hello", "schema"),
    ],
)
def test_what_is_wrong_is_found(tmp_path, words, rule):
    assert rule in findings(tmp_path, words)
