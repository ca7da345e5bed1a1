"""Everything that the bot can say by text fits, at every clinic, as it leaves."""

from collections.abc import Iterator
from itertools import combinations

import pytest
import yaml

from bot.clinic import Clinic, fill
from bot.faq.checks.form import HERS as IN_THE_FORM
from bot.faq.checks.texting import HERS as IN_TEXTS
from bot.faq.checks.texting import ON_THE_WEBSITE
from bot.faq.compile import Response, compile_faq, fill_response
from bot.faq.library import library
from bot.faq.notices import ERASURE, compile_notices
from bot.faq.options import asked, options
from bot.safety.lines import crisis_lines, line_facts
from bot.safety.words import crisis_words_of
from bot.scheduling.words import book, buttons, responses
from bot.settings import ROOT
from bot.texting import book as texting
from bot.texting.gsm import MAX_SEGMENTS, SEGMENT, not_gsm, segments
from bot.texting.render import Said, render

CLINICS = [Clinic.load(path.stem) for path in sorted((ROOT / "clinics").glob("*.yml"))]
MORE = texting.book()["more"].text
NONE = ("None of these", "/none_of_these")

pytestmark = pytest.mark.parametrize("clinic", CLINICS, ids=lambda clinic: clinic.short_name)


def facts(clinic: Clinic) -> dict[str, str]:
    return clinic.facts() | line_facts(clinic.country)


def by_text(clinic: Clinic) -> Iterator[tuple[str, Said]]:
    """Every response that Rasa says by text, by name, with its options."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]
    spoken: dict[str, list[Response]] = {
        name: [fill_response(response, facts(clinic)) for response in found] for name, found in domain.items()
    }
    spoken |= compile_faq(library(), clinic) | compile_notices(ERASURE, facts(clinic))
    for name, found in spoken.items():
        own = [response for response in found if response.get("channel") == "sms"] or found
        for response in own:
            offered = tuple((b["title"], b["payload"]) for b in response.get("buttons") or [])
            yield name, Said(response["text"], offered)


def of_the_form(clinic: Clinic) -> Iterator[tuple[str, Said]]:
    for name, found in responses(clinic, facts(clinic)).items():
        [response] = [response for response in found if response.get("channel") == "sms"]
        text = response["text"]
        for placeholder, longest in IN_THE_FORM.items():
            text = text.replace(f"{{{placeholder}}}", longest)
        offered = buttons(name.removeprefix("utter_appointment_"), clinic)
        yield name, Said(text, tuple((b["title"], b["payload"]) for b in offered))


def assert_fits(said: Said, name: str) -> str:
    rendered = render([said], MORE)
    [(body, _)] = rendered.texts
    assert rendered.rest == (), f"{name} is too long for one answer: {body}"
    assert segments(body) <= MAX_SEGMENTS, name
    assert not not_gsm(body), name
    return body


def test_every_answer_and_notice_fits_one_answer(clinic: Clinic) -> None:
    names = [name for name, said in by_text(clinic) if assert_fits(said, name)]
    assert len(names) > 50


def test_every_word_of_the_form_fits_with_all_its_options(clinic: Clinic) -> None:
    for name, said in of_the_form(clinic):
        assert_fits(said, name)
        assert render([said], MORE).options == said.options, f"{name} has no room for its options"
    assert set(book().words)


def test_what_must_be_chosen_from_is_shown_in_whole(clinic: Clinic) -> None:
    """Where she cannot go on without an option, all of them are in the text."""
    for name, said in by_text(clinic):
        if name in ("utter_report_symptoms", "utter_offer_a_person"):
            assert render([said], MORE).options == said.options, name


def test_did_you_mean_has_room_for_any_three_questions(clinic: Clinic) -> None:
    text = yaml.safe_load((ROOT / "domain.yml").read_text())["responses"]["utter_did_you_mean"][0]["text"]
    longest = sorted([*library(), *asked()], key=lambda i: -len(options([i], library(), asked())[0]["title"]))[:5]
    for three in combinations(longest, 3):
        offered = [(o["title"], o["payload"]) for o in options(three, library(), asked())]
        said = Said(text, (*offered, NONE))
        assert render([said], MORE).options == said.options


def test_every_crisis_text_has_its_numbers_in_the_first_part(clinic: Clinic) -> None:
    lines = crisis_lines(clinic.country)
    for key, words in crisis_words_of(clinic).items():
        for situation, said in words.variants().items():
            body = assert_fits(Said(said.sms, danger=True), f"{key} {situation}")
            for line in ("emergency", "suicide"):
                assert lines[line].number in body[:SEGMENT], f"{key} {situation}"


def test_every_text_that_is_no_answer_fits(clinic: Clinic) -> None:
    known = texting.facts_of(clinic) | IN_TEXTS
    for key, words in texting.book().items():
        for text in filter(None, (words.text, words.at_home)):
            if key not in ON_THE_WEBSITE:
                assert_fits(Said(fill(text, known)), key)
