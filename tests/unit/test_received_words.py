"""What is said to texts that are no questions: it fits, and the lines stand where they are seen."""

import re

import pytest

from bot.clinic import Clinic
from bot.settings import ROOT
from bot.texting import book, inbox
from bot.texting.gsm import MAX_SEGMENTS, SEGMENT, not_gsm, segments
from bot.texting.render import Said, render

CLINICS = [Clinic.load(path.stem) for path in sorted((ROOT / "clinics").glob("*.yml"))]
WITHOUT_LINES = {"picture_too"}  # beside an answer
TO_ANYBODY = ("not_enrolled", "not_answered", "help", "picture", "no_such_option", "if_no_more")
# What phone companies take for commands; STOP stands where she may want it.
COMMANDS = re.compile(r"\b(?:YES|CANCEL|END|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT)\b")
HEALTH = re.compile(r"ketamine|depress|postpartum|mental|psych|suicid", re.IGNORECASE)

pytestmark = pytest.mark.parametrize("clinic", CLINICS, ids=lambda clinic: clinic.short_name)
WORDS = book.load(inbox.FILE)


def bodies(clinic: Clinic) -> dict[str, str]:
    return {key: book.said(words.under(clinic.model_of_care), book.facts_of(clinic)) for key, words in WORDS.items()}


def test_every_text_fits_one_answer(clinic: Clinic) -> None:
    for key, body in bodies(clinic).items():
        rendered = render([Said(body)], book.book()["more"].text)
        assert rendered.rest == (), key
        assert segments(body) <= MAX_SEGMENTS, key
        assert not not_gsm(body), key


def test_the_lines_stand_in_the_first_part(clinic: Clinic) -> None:
    for key, body in bodies(clinic).items():
        if key not in WITHOUT_LINES:
            assert "911" in body[:SEGMENT], key
            assert "988" in body[:SEGMENT], key


def test_help_names_the_lines_the_clinic_and_how_to_end_it(clinic: Clinic) -> None:
    body = bodies(clinic)["help"]
    assert body.index("911") < body.index("988") < body.index(clinic.phone) < body.index("STOP")
    assert body.startswith(clinic.short_name)
    assert "Msg & data rates may apply" in body


def test_no_text_asks_for_a_word_that_the_carrier_takes(clinic: Clinic) -> None:
    for key, body in bodies(clinic).items():
        assert not COMMANDS.search(body), key


def test_who_may_be_anybody_reads_nothing_of_anybodys_health(clinic: Clinic) -> None:
    for key in TO_ANYBODY:
        assert not HEALTH.search(bodies(clinic)[key]), key
