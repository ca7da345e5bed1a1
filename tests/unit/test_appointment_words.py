"""Every question, problem and outcome has its words, and they fit a text message with the longest answers."""

import re
from datetime import UTC, date, datetime

import pytest

from appointments import AT_HOME, IN_CLINIC
from bot.clinic import Clinic
from bot.safety.lines import line_facts
from bot.scheduling import lookup
from bot.scheduling.conversation import OPTIONAL, Message, Note, Outcome
from bot.scheduling.draft import ORDER, Draft, Question
from bot.scheduling.problems import Problem
from bot.scheduling.request import PartOfDay, ReachBy
from bot.scheduling.shown import facts, for_channel, status_facts
from bot.scheduling.status import AppointmentStatus
from bot.scheduling.words import book, buttons, responses
from bot.texting.gsm import MAX_SEGMENTS, not_gsm, segments

LONGEST = Draft(
    name="Żaneta “Wolfeschlegel” Hubert Blaine Ōe",
    phone="+525512345678",
    reach_by=ReachBy.TEXT,
    best_time="w" * 80,
    place="Northern Mariana Islands",
    day=date(2026, 9, 30),
    part_of_day=PartOfDay.AFTERNOON,
    time_words="w" * 80,
    coverage="w" * 80,
    agreed_at=datetime(2026, 3, 4, tzinfo=UTC),
)
STATUS = AppointmentStatus(
    "K7M-4QP",
    "confirmed",
    datetime(2026, 9, 30, tzinfo=UTC),
    None,
    "McKinney",
    datetime(2026, 9, 30, 23, 30, tzinfo=UTC),
)
IN_THE_MIDDLE = {Problem.NEEDED, Problem.ANSWER_MISSING, Problem.WORDS_TOO_LONG}


def said(clinic: Clinic):
    return responses(clinic, clinic.facts() | line_facts(clinic.country))


def filled(text: str, channel: str, clinic: Clinic) -> str:
    known = facts(LONGEST, clinic, channel) | status_facts(STATUS, clinic, channel)
    known |= for_channel({"her_words": "w" * 280, "place": LONGEST.place, "reference": "K7M-4QP"}, channel)
    return re.sub(r"\{(\w+)\}", lambda m: known[m[1]], text)


@pytest.mark.parametrize("clinic", [IN_CLINIC, AT_HOME], ids=lambda c: c.short_name)
@pytest.mark.parametrize("name", responses(IN_CLINIC, IN_CLINIC.facts()))
def test_words_are_filled_and_fit_a_text_message(clinic, name):
    by_channel = {response.get("channel", "web"): response["text"] for response in said(clinic)[name]}
    assert "{" not in filled(by_channel["web"], "web", clinic)
    message = filled(by_channel["sms"], "sms", clinic)
    assert not not_gsm(message)
    assert segments(message) <= MAX_SEGMENTS, f"{len(message)}: {message}"


def test_all_that_can_be_said_has_words():
    known = set(book().words)
    assert {f"ask_{q}" for q in Question} <= known
    assert {str(p) for p in set(Problem) - IN_THE_MIDDLE} <= known
    assert {f"needed_{q}" for q in set(ORDER) - set(OPTIONAL)} <= known
    assert {str(n) for n in Note} <= known
    assert {str(o) for o in Outcome if o not in {Outcome.ASKED, Outcome.CONFIRMED}} <= known
    assert {"saved", "not_saved", "unavailable", "over", "lookup_unavailable"} <= known
    assert {f"status_{s}" for s in ("requested", "contacted", "confirmed", "declined", "cancelled", "expired")} <= known
    assert {f"answer_missing_{q}" for q in ("best_time", "coverage", "agreed_at", "confirmed")} <= known


def test_buttons_are_the_clinics_places():
    assert [b["title"] for b in buttons("ask_place", IN_CLINIC)] == ["Allen", "McKinney", "Frisco", "Dallas"]
    assert buttons("ask_place", AT_HOME) == []


@pytest.mark.parametrize("key", book().words)
def test_no_button_asks_for_what_the_phone_company_takes(key):
    titles = {b["title"].upper() for b in buttons(key, IN_CLINIC)}
    assert not titles & {"STOP", "CANCEL", "END", "QUIT", "YES", "HELP", "START"}


class Shelf:
    """A desk with one request."""

    def __init__(self, of: str = "web-1") -> None:
        self.of, self.changes = of, []

    def appointment_status(self, conversation_id, phone, reference):
        by_both = (phone, reference) == ("+12145550123", "K7M-4QP")
        return STATUS if conversation_id == self.of or by_both else None

    def ask_to_change(self, reference, words, at):
        self.changes.append((reference, words))


def ask(shelf: Shelf, purpose: str, *texts: str, conversation: str = "web-2"):
    from appointments import setting

    answer = lookup.begin(lookup.Purpose(purpose), texts[0], setting(), conversation, shelf)
    for text in texts[1:]:
        kept = lookup.Lookup.from_json(answer.lookup.to_json())
        answer = lookup.step(kept, answer.ask, Message(text), setting(), conversation, shelf)
    return answer


def test_her_request_is_found_by_her_conversation():
    assert ask(Shelf(), "status", "how is my request", conversation="web-1").words == "status_confirmed"


@pytest.mark.parametrize(
    "texts",
    [
        ("what about my request K7M-4QP, my number is 214 555 0123",),
        ("status?", "k7m 4qp and 2145550123"),
        ("status?", "2145550123", "K7M4QP"),
        ("status?", "k7m-4qp", "my number is 214-555-0123"),
    ],
)
def test_her_request_is_found_by_phone_and_reference(texts):
    assert ask(Shelf(), "status", *texts).words == "status_confirmed"


def test_a_phone_alone_shows_nothing():
    assert ask(Shelf(), "status", "my number is 214 555 0123, what about my request").words == "ask_lookup_reference"


def test_guessing_ends_with_the_clinics_number():
    wrong = "2145550123 KKK-333"
    assert ask(Shelf(), "status", wrong).words == "lookup_not_found"
    assert ask(Shelf(), "status", wrong, wrong, wrong).words == "lookup_given_up"


def test_a_change_is_passed_on_in_her_words_once_she_has_agreed():
    shelf = Shelf("web-2")
    answer = ask(shelf, "change", "can you move my visit to friday?")
    assert (answer.words, answer.facts["her_words"]) == ("ask_change_confirmed", "can you move my visit to friday?")
    assert not shelf.changes
    assert ask(shelf, "change", "can you move my visit to friday?", "yes").words == "change_saved"
    assert shelf.changes == [("K7M-4QP", "can you move my visit to friday?")]


def test_what_should_change_is_asked_and_can_be_said_differently():
    shelf = Shelf("web-2")
    texts = ("i need to change it", "a later time", "no", "after 4 please", "yes")
    assert ask(shelf, "change", *texts).words == "change_saved"
    assert shelf.changes == [("K7M-4QP", "after 4 please")]


def test_she_can_leave_it():
    assert ask(Shelf("web-2"), "change", "i need to change it", "never mind").words == "lookup_left"


def test_ordinary_words_are_no_reference():
    assert lookup.find_reference("why try my 214 555 0123") is None
