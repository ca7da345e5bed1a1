"""The page in a real browser, against the running processes: what a mother sees and can do."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import ActionChains, Keys

from browser.page import Page
from running import Nightlight

FIVE = {
    "Is ketamine therapy for postpartum depression legal?": "the FDA has not approved it for that use",
    "How long does ketamine therapy take to work?": "within hours or days",
    "How long do I need someone to watch the baby?": "the rest of that day, and best until the next morning",
    "Is ketamine safe while breastfeeding?": "very little ketamine in milk",
    "What if I need to drive in an emergency?": "Do not drive until the next day",
}
DANGER = "i want to kill myself"
MARKUP = '<img src="x" onerror="document.title=1"><script>document.title=2</script><b>is it legal?</b>'
SCREENS = {"phone": (360, 640, 1), "phone at 200 %": (360, 640, 2), "desk at 200 %": (1280, 800, 2)}


@pytest.fixture
def outage(nightlight: Nightlight) -> Iterator[Nightlight]:
    """Nightlight with its engine killed; running again afterwards, whatever the test did."""
    nightlight.kill("engine")
    yield nightlight
    if "engine" not in nightlight.ready():
        nightlight.start("engine")


def addresses(page: Page, inside: str) -> list[str]:
    return [link.get_dom_attribute("href") for link in page.all(f"{inside} a")]


def test_the_page_opens_with_what_it_is_and_whom_to_call(page: Page) -> None:
    assert "automated assistant" in page.last.text
    assert addresses(page, "#crisis") == ["tel:911", "tel:988", "sms:988"]
    assert all(link.is_displayed() for link in page.all("#crisis a"))


@pytest.mark.parametrize("page", [SCREENS["phone"]], indirect=True)
def test_on_a_phone_too_she_first_reads_what_it_is(page: Page) -> None:
    assert "automated assistant" in page.one(".message.bot p").text
    assert page.in_view(".message.bot > p:nth-of-type(1)")
    assert page.in_view("#crisis a")


def test_the_demonstration_says_that_its_answers_are_drafts(page: Page) -> None:
    assert "All answers are drafts" in page.one("#demo").text
    assert "Draft, not yet signed by a clinician" in page.asks("is it legal?")


@pytest.mark.parametrize(("question", "answer"), FIVE.items())
def test_she_reads_the_right_answer_to_what_mothers_ask_most(page: Page, question: str, answer: str) -> None:
    assert answer in page.asks(question)


def test_a_related_question_is_one_press_away(page: Page) -> None:
    page.asks("is it legal?")
    button = page.last.find_element("css selector", ".options button")
    title, before = button.text, page.last.text
    assert page.takes(button) != before
    assert title in page.all(".message.mother")[-1].text
    assert len(page.all(".options")) <= 1


def test_in_danger_she_can_call_and_write_to_a_person_before_anything_else(page: Page) -> None:
    page.asks(DANGER)
    said = page.all(".message.mother ~ .message.bot")
    assert "danger" in said[0].get_dom_attribute("class").split()
    assert addresses(page, ".message.danger p:nth-of-type(1)") == ["tel:988", "sms:988", "tel:911"]
    assert not page.all(".options, .message.danger :is(button, details)")
    assert "book" not in " ".join(message.text for message in said)


def test_what_she_types_stays_text(page: Page) -> None:
    page.asks(MARKUP)
    assert MARKUP in page.all(".message.mother")[-1].text
    assert not page.all("#log img, #log script, #log b")
    assert page.driver.title == "Chat"


def test_a_reload_keeps_the_conversation(page: Page) -> None:
    page.asks("is it legal?")
    before = [said.text for said in page.all(".message.bot, .message.mother > p:not(.state)")]
    page.driver.refresh()
    page.waits(lambda: len(page.all(".message.bot")) == 2, "the conversation is back")
    assert [said.text for said in page.all(".message.bot, .message.mother > p:not(.state)")] == before


def test_when_the_chat_is_away_she_is_told_and_what_she_wrote_is_sent_later(page: Page, outage: Nightlight) -> None:
    page.one("#text").send_keys("is it legal?", Keys.ENTER)
    page.waits(lambda: "Not sent" in page.words, "the page says that it could not send")
    assert "cannot be reached" in page.one("#status").text
    assert "call or text 988" in page.one("#status").text
    assert all(link.is_displayed() for link in page.all("#crisis a"))
    assert "is it legal?" in page.all(".message.mother")[-1].text
    outage.start("engine")
    page.waits(lambda: FIVE[next(iter(FIVE))] in page.words, "what she wrote is answered")
    assert not page.one("#status").text
    assert "Not sent" not in page.words


def test_the_keyboard_is_enough_and_shows_where_it_is(page: Page) -> None:
    page.driver.execute_script("document.activeElement.blur()")
    for _ in range(25):
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        assert page.focused.value_of_css_property("outline-style") == "solid", page.focused.text
        if page.focused.get_dom_attribute("id") == "text":
            break
    ActionChains(page.driver).send_keys("is it legal?", Keys.ENTER).perform()
    page.waits(lambda: len(page.all(".message.bot")) == 2, "Enter sends")
    assert page.focused.get_dom_attribute("id") == "text"


@pytest.mark.parametrize("page", SCREENS.values(), ids=SCREENS.keys(), indirect=True)
def test_nothing_is_cut_off_on_a_small_screen(page: Page) -> None:
    assert page.cut_off == []
    page.asks("is it legal?")
    assert page.cut_off == []
    page.asks(DANGER)
    assert page.cut_off == []
    for place in ("#crisis a", "#text", "#send"):
        assert page.in_view(place), f"{place} is in view"


def test_nothing_leaves_the_page_and_the_browser_complains_of_nothing(page: Page) -> None:
    for question in ("is it legal?", DANGER, MARKUP):
        page.asks(question)
    asked = page.requests()
    assert f"{page.address}/webhooks/web/messages" in asked
    assert all(address.startswith((f"{page.address}/", "data:")) for address in asked), asked
    assert page.console() == []
