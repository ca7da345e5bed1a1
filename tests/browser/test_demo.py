"""The demonstration with the real engine: what mothers ask most, danger, the form by keyboard, and the page itself."""

import pytest
from playwright.sync_api import expect

from browser.chat import DESK, PHONE, ROOT, Chat, Screen, addresses
from browser.conftest import Opens
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
# The request for a visit, word for word: what she writes, and what is asked next.
FORM = [
    ("i want to book a visit", "What name should they ask for?", ("", "name")),
    ("Rosalind Kettering", "number", ("tel", "tel")),
    ("214", "number", ("tel", "tel")),
    ("214-555-0173", "", None),
]


def tabs_to(chat: Chat, name: str) -> None:
    """She presses Tab until she is there, and sees at each step where she is."""
    for _ in range(40):
        chat.page.keyboard.press("Tab")
        focused = chat.page.evaluate("""() => {
            let at = document.activeElement;
            if (at.shadowRoot) at = at.shadowRoot.activeElement;
            const { outlineStyle, outlineWidth } = getComputedStyle(at);
            return [at.ariaLabel || at.innerText || at.id, outlineStyle, parseFloat(outlineWidth)];
        }""")
        assert focused[1] == "solid", focused
        assert focused[2] >= 2, focused
        if focused[0] == name:
            return
    raise AssertionError(f"{name} cannot be reached by the keyboard")


def types(chat: Chat, text: str) -> str:
    """What is said to `text`, typed and sent by the keyboard alone."""
    return chat._answered(lambda: (chat.page.keyboard.type(text), chat.page.keyboard.press("Enter")))


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_she_reads_the_right_answer_to_what_mothers_ask_most(
    opens: Opens, nightlight: Nightlight, screen: Screen
) -> None:
    chat = opens(nightlight.address, screen).opens()
    assert "automated assistant" in chat.last.inner_text()
    assert chat.last.get_by_role("button").count() == 5
    for question, answer in FIVE.items():
        assert answer in chat.asks(question)
        assert "Draft, not yet signed by a clinician" in chat.last.inner_text()


def test_in_danger_she_can_call_and_write_to_a_person_before_anything_else(demo: Chat) -> None:
    demo.opens()
    demo.asks(DANGER)
    words = demo.page.locator("#log .danger")
    assert addresses(words.locator("p").first.get_by_role("link")) == ["tel:988", "sms:988", "tel:911"]
    assert words.get_by_role("button").count() == 0
    expect(demo.page.locator(".options")).to_have_count(0)


def test_after_violence_at_home_the_page_does_not_show_it(demo: Chat) -> None:
    demo.opens()
    demo.asks("my husband beats me")
    demo.page.keyboard.press("Escape")
    expect(demo.launcher).to_be_visible()
    expect(demo.afterwards).to_be_hidden()


def test_a_whole_conversation_needs_no_more_than_a_keyboard(demo: Chat) -> None:
    tabs_to(demo, "Open chat")
    demo.page.keyboard.press("Enter")
    expect(demo.said.first).to_be_visible()
    assert demo.focused == "input"
    assert "FDA has not approved" in types(demo, "is it legal?")
    assert demo.focused == "input"
    demo.page.keyboard.press("Shift+Tab")
    demo._answered(lambda: demo.page.keyboard.press("Enter"))  # the last of the related questions
    assert demo.focused == "input"
    types(demo, DANGER)
    assert demo.page.locator("#log .danger").count() == 1
    for text, question, _ in FORM:
        assert question in types(demo, text)
    demo.page.keyboard.press("Escape")
    assert demo.focused == "launcher"


def test_the_form_brings_keyboards_and_says_in_words_what_is_wrong(demo: Chat) -> None:
    demo.opens()
    for text, question, keyboard in FORM:
        assert question in demo.asks(text)
        if keyboard:
            assert demo.input.evaluate("(e) => [e.inputMode, e.autocomplete]") == list(keyboard)
    expect(demo.last).to_have_class("message bot form bot ")


def test_a_screen_reader_reads_the_conversation_in_order(demo: Chat) -> None:
    demo.opens()
    demo.asks("is it legal?")
    demo.asks(DANGER)
    tree = demo.panel.aria_snapshot()
    order = ["Need help right now?", "automated assistant", "is it legal?", "FDA", DANGER, "call 988", "Your message"]
    for part in order:
        assert part in tree, f"{part} in its place"
        tree = tree[tree.index(part) + len(part) :]


def test_nothing_leaves_the_server_and_the_browser_complains_of_nothing(demo: Chat) -> None:
    demo.opens()
    for question in ("is it legal?", DANGER, MARKUP):
        demo.asks(question)
    assert {url for url in demo.requests if not url.startswith((f"{demo.address}/", "data:"))} == set()
    assert demo.complaints == []
    assert demo.page.title() == "Women's clinic"
    assert MARKUP in demo.hers.last.inner_text()


# --- the page


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_on_the_page(opens: Opens, nightlight: Nightlight, screen: Screen, theme: str) -> None:
    demo = opens(nightlight.address, screen)
    demo.page.get_by_role("button", name=theme).click()
    assert demo.findings() == []
    width = demo.page.evaluate("document.documentElement.scrollWidth")
    assert width == screen.width


def test_the_page_shows_the_clinic_that_the_chat_speaks_for(demo: Chat) -> None:
    page = demo.page
    expect(page.get_by_text("Cedar Lane Women's Mental Health")).to_be_visible()
    expect(page.get_by_role("heading", name="Treatment here, at the clinic")).to_be_visible()
    expect(page.get_by_role("heading", name="Treatment at home, with video visits")).to_be_hidden()
    expect(page.get_by_text("drafts that no clinician has signed")).to_be_visible()
    expect(page.locator("pre")).to_contain_text(f'<script src="{demo.address}/widget.js" defer></script>')


def test_the_switch_changes_the_page_and_the_chat(demo: Chat) -> None:
    demo.opens()
    ground = "(e) => getComputedStyle(e).backgroundColor"
    for theme, color in {"Dark": "rgb(23, 20, 29)", "Light": "rgb(246, 241, 234)"}.items():
        demo.page.get_by_role("button", name=theme).click()
        assert demo.panel.evaluate(ground) == color
        expect(demo.page.get_by_role("button", name=theme)).to_have_attribute("aria-pressed", "true")


def test_the_chat_can_be_linked_to_as_a_page(opens: Opens, nightlight: Nightlight) -> None:
    chat = opens(f"{nightlight.address}/chat")
    expect(chat.said.first).to_be_visible()
    assert chat.page.title() == "Chat"
    assert chat.findings() == []
    chat.waits(f"() => {ROOT}.activeElement.id === 'input'")
