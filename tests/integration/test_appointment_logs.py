"""What she tells the form is in no log of the processes, though they log at DEBUG."""

import pytest

MARKERS = ("Markermann", "5550147", "after markerhour", "Markerinsurance")


@pytest.fixture
def told(visitor) -> None:
    for text in (
        "i want to book an appointment",
        "Markermann",
        "214 555 0147",
        "text",
        "after markerhour",
        "frisco",
        "friday morning",
        "Markerinsurance gold",
        "yes",
    ):
        said = visitor.writes(text)
    assert said[-1]["type"] == "form"
    assert "Markermann" in said[-1]["text"]
    visitor.writes("yes")


def test_what_she_tells_the_form_is_in_no_log(nightlight, told):
    for process in ("engine", "actions"):
        log = nightlight.said(process)
        for marker in MARKERS:
            assert marker.lower() not in log.lower().replace(" ", "" if marker.isdigit() else " "), process
