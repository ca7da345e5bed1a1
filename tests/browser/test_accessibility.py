"""What axe finds (WCAG 2.2, A and AA) in every state of the chat and of the demonstration, and what is announced."""

from typing import Any

import pytest
from playwright.sync_api import expect

from browser.chat import DESK, PHONE, ROOT, Chat, Screen
from browser.conftest import Opens
from browser.website import Website
from served import Served

# Notes each text that a screen reader would be given by the one live region, and any other that there might be.
LISTEN = """() => {
  const root = document.querySelector("nightlight-chat").shadowRoot;
  window.announced = [];
  const isLive = (e) => {
    for (let at = e.nodeType === 1 ? e : e.parentElement; at; at = at.parentElement) {
      const live = at.getAttribute("aria-live");
      if (live) return live !== "off";
      if (["log", "status", "alert"].includes(at.getAttribute("role"))) return true;
    }
    return false;
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) {
      if (isLive(node) && !node.ariaHidden && node.textContent.trim()) window.announced.push(node.textContent);
    }
  }).observe(root.querySelector("#panel"), { childList: true, subtree: true });
}"""

VIEWS: dict[str, tuple[str, Screen, dict[str, Any]]] = {
    "light": ("/", DESK, {"color_scheme": "light"}),
    "dark": ("/", DESK, {"color_scheme": "dark"}),
    "phone": ("/", PHONE, {}),
    "right to left": ("/right-to-left", PHONE, {"color_scheme": "dark"}),
    "another color": ("/yellow", DESK, {}),
    "spanish": ("/spanish", DESK, {}),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_axe_finds_nothing_in_any_state(
    opens: Opens, server: Served, website: Website, view: tuple[str, Screen, dict[str, Any]]
) -> None:
    path, screen, options = view
    chat = opens(f"{website.address}{path}", screen, reduced_motion="reduce", **options)
    held: list[Any] = []
    assert chat.findings() == [], "closed"
    chat.opens()
    assert chat.findings() == [], "open"
    chat.asks("long")
    for rest in chat.log.locator("summary").all():
        rest.click()
    chat.last.locator(".rating button").first.click()
    chat.page.locator("#more").click()
    assert chat.findings() == [], "an answer with everything open, and the menu"
    chat.menu.get_by_role("button").last.click()
    assert chat.findings() == [], "asked whether to delete"
    chat.page.keyboard.press("Escape")
    chat.page.route("**/messages", lambda route: held.append(route))
    chat.writes("danger")
    expect(chat.page.locator(".typing")).to_be_visible()
    assert chat.findings() == [], "typing"
    held[0].continue_()
    chat.page.unroute("**/messages")
    chat.asks("phone")
    assert chat.findings() == [], "danger, and a question of the form"
    chat.page.keyboard.press("Escape")
    assert chat.findings() == [], "closed, with the lines"


def test_axe_finds_nothing_without_a_network(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(website.address, reduced_motion="reduce")
    chat.page.clock.install()
    chat.page.context.set_offline(True)
    chat.launcher.click()
    expect(chat.panel.get_by_text("cannot be reached")).to_be_visible()
    assert chat.findings() == [], "never opened before"
    chat.page.context.set_offline(False)
    expect(chat.said.first).to_be_visible()
    chat.page.context.set_offline(True)
    chat.writes("short")
    chat.passes_time_until(chat.page.locator(".state.failed"))
    assert chat.findings() == [], "not sent"


def test_each_message_is_announced_once_and_hers_is_not(chat: Chat) -> None:
    chat.opens()
    assert chat.page.locator("#panel [role=log], #panel [role=status], #panel [role=alert]").count() == 1
    chat.page.evaluate(LISTEN)
    chat.asks("short")
    chat.asks("danger")
    announced = chat.page.evaluate("window.announced")
    assert len([text for text in announced if "A short answer." in text]) == 1
    assert len([text for text in announced if "Please talk to a person now" in text]) == 1
    assert len(announced) == 2


def test_focus_stays_where_it_is_when_something_is_said(chat: Chat) -> None:
    chat.opens()
    chat.input.fill("short")
    chat.page.locator("#send").click()
    chat.page.locator("#theirs").focus()
    expect(chat.last).to_contain_text("A short answer.")
    assert chat.page.evaluate("document.activeElement.id") == "theirs"


def test_a_screen_reader_finds_it_all_by_name(chat: Chat) -> None:
    chat.opens()
    chat.asks("long")
    chat.asks("danger")
    chat.asks("phone")
    tree = chat.panel.aria_snapshot()
    for part in (
        'dialog "Chat"',
        'heading "Chat" [level=2]',
        'button "Your conversation"',
        'button "Leave quickly"',
        'button "Close chat"',
        'region "Crisis lines"',
        'link "Call 911"',
        'link "Call 988"',
        'link "Text 988"',
        'log "Conversation"',
        "Assistant:",
        "You:",
        'group "Was this helpful?"',
        'textbox "Your message"',
        'button "Send"',
    ):
        assert part in tree, f"{part} in\n{tree}"


def test_on_a_phone_a_screen_reader_is_told_that_nothing_else_is_there(
    opens: Opens, server: Served, website: Website
) -> None:
    chat = opens(website.address, PHONE).opens()
    assert chat.panel.evaluate("(e) => e.matches(':modal')")
    assert "A clinic" not in chat.page.locator("body").aria_snapshot() or chat.page.evaluate(f"{ROOT}.activeElement.id")
