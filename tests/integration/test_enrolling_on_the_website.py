"""She enrols on the website: her number, the words she agrees to, a code by text, and the code back."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.enrolment import register, staff, website
from bot.enrolment.states import State
from bot.enrolment.website import MAX_TRIES, NotEnrolled, Why, Wish
from bot.storage import texts
from bot.storage.models import Enrolment, EnrolmentChange, EnrolmentCode, TextMessage
from bot.storage.sessions import transaction
from bot.texting import sender
from enrolled import HER_NAME, enrolled
from support import HER_PHONE, NIGHT, at_once, later, rows

Configure = Callable[..., None]


def wish(**changes: str) -> Wish:
    return replace(Wish(HER_NAME, "(214) 555-0173", "America/Chicago", website.agreement().id), **changes)


def texted(number: int = -1) -> str:
    """The words of a text that was put in."""
    text_id = rows(TextMessage)[number].id
    with transaction() as session:
        return texts.by_id(session, text_id).body


def code(number: int = -1) -> str:
    """The code in a text."""
    [found] = re.findall(r"\b\d{6}\b", texted(number))
    return found


def why(work: Callable[..., object], *arguments: object) -> Why:
    with pytest.raises(NotEnrolled) as error:
        work(*arguments)
    return error.value.why


def test_she_is_enrolled_with_the_words_that_she_agreed_to(database: str) -> None:
    asked = website.ask(wish(), later())
    assert rows(Enrolment) == []
    assert rows(TextMessage)[0].purpose == "code"
    reference = website.confirm(asked.id, f" {code()[:3]} {code()[3:]} ", later(minutes=2))
    sheet = staff.show("ann", reference)
    assert (sheet.name, sheet.phone, sheet.member.state) == (HER_NAME, HER_PHONE, State.ACTIVE)
    assert (sheet.consent.at, sheet.consent.by) == (NIGHT, "herself, on the website")
    assert sheet.consent.words == website.agreement().text
    assert [(step.before, step.after, step.cause) for step in sheet.history] == [
        (None, "invited", "website"),
        ("invited", "active", "website"),
    ]
    assert "You get texts from" in texted()


def test_the_code_leaves_at_any_hour_and_not_after_its_time(database: str) -> None:
    website.ask(wish(), later())
    assert sender.send_all(later()) == 1
    website.ask(wish(phone="214-555-0188"), later())
    assert sender.send_all(later(minutes=10)) == 0


def test_a_wrong_code_counts_and_after_some_the_right_one_is_no_use(database: str) -> None:
    asked = website.ask(wish(), later())
    wrong = f"{(int(code()) + 1) % 10**6:06}"
    for _ in range(MAX_TRIES):
        assert why(website.confirm, asked.id, wrong, later()) is Why.CODE
    assert rows(EnrolmentCode)[0].tries == MAX_TRIES
    assert why(website.confirm, asked.id, code(), later()) is Why.CODE
    assert rows(Enrolment) == []


def test_a_code_is_good_once_and_for_ten_minutes(database: str) -> None:
    asked = website.ask(wish(), later())
    assert why(website.confirm, asked.id, code(), later(minutes=10)) is Why.CODE
    website.confirm(asked.id, code(), later(minutes=9))
    assert why(website.confirm, asked.id, code(0), later(minutes=9)) is Why.CODE
    assert why(website.confirm, "nobody", "123456", later()) is Why.CODE


def test_of_many_tries_at_once_none_is_free(database: str) -> None:
    asked = website.ask(wish(), later())
    right = code()

    def guess(number: int) -> bool:
        said = right if number == 7 else f"{number:06}"
        try:
            return bool(website.confirm(asked.id, said, later()))
        except NotEnrolled:
            return False

    at_once(guess, 8)
    assert rows(EnrolmentCode)[0].tries <= MAX_TRIES


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, Why.NAME),
        ({"name": "x" * 81}, Why.NAME),
        ({"phone": "555"}, Why.PHONE),
        ({"phone": "800-555-0173"}, Why.PHONE),
        ({"time_zone": "Texas"}, Why.TIME_ZONE),
        ({"agreed_text_id": "older words"}, Why.OTHER_TEXT),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(database: str, changes: dict[str, str], field: Why) -> None:
    assert why(website.ask, wish(**changes), later()) is field
    assert rows(TextMessage) == rows(EnrolmentCode) == []


def test_codes_are_bounded_for_a_number_and_for_all(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        website.ask(wish(), later())
    assert why(website.ask, wish(), later()) is Why.TOO_MANY
    website.ask(wish(), later(hours=2))
    website.ask(wish(), later(hours=4))
    assert why(website.ask, wish(), later(hours=6)) is Why.TOO_MANY
    monkeypatch.setattr(website, "OF_ALL", ((timedelta(days=1), 6),))
    website.ask(wish(phone="214-555-0188"), later(hours=6))
    assert why(website.ask, wish(phone="214-555-0189"), later(hours=6)) is Why.TOO_MANY


def test_who_wants_no_texts_is_sent_none_and_nobody_can_tell(database: str) -> None:
    register.stop(HER_PHONE, "stop", None, later())
    asked = website.ask(wish(), later())
    assert asked.id
    assert rows(TextMessage) == []
    assert why(website.confirm, asked.id, "123456", later()) is Why.CODE


@pytest.mark.parametrize("state", [State.INVITED, State.PAUSED, State.ACTIVE])
def test_who_is_enrolled_already_stays_it(database: str, state: State) -> None:
    before = enrolled(state)
    asked = website.ask(wish(name="rosalind  KETTERING"), later())
    assert website.confirm(asked.id, code(), later()) == before.reference
    [enrolment] = rows(Enrolment)
    assert enrolment.state == State.ACTIVE
    causes = [row.cause for row in rows(EnrolmentChange)]
    assert (causes[-1] == "website") is (state is not State.ACTIVE)


def test_another_person_with_the_number_begins_anew(database: str) -> None:
    before = enrolled()
    asked = website.ask(wish(name="Jane Doe"), later())
    assert rows(Enrolment)[0].state == State.ACTIVE  # nothing is done until the code has come back
    reference = website.confirm(asked.id, code(), later())
    assert reference != before.reference
    assert [row.state for row in rows(Enrolment)] == ["ended", "active"]
    assert rows(EnrolmentChange)[2].cause == "another_person"


def test_the_code_is_nowhere_but_in_its_text(database: str) -> None:
    website.ask(wish(), later())
    [kept] = rows(EnrolmentCode)
    assert code() not in str(vars(kept))


def test_where_no_text_can_leave_it_says_so(database: str, configure: Configure) -> None:
    configure(NIGHTLIGHT_ENVIRONMENT="production")
    assert why(website.ask, wish(), later()) is Why.UNAVAILABLE
