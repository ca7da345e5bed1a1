"""The chat on a clinic's website: before it is opened, opening and closing it, looks, and what the website can do."""

import pytest
from playwright.sync_api import expect

from browser.chat import DESK, PHONE, ROOT, Chat, Screen, addresses
from browser.conftest import Opens
from browser.script import DISCLOSURE, FIVE
from browser.website import Website
from served import Served

LINES = ["tel:911", "tel:988", "sms:988"]


def test_until_it_is_opened_it_is_one_request_and_keeps_nothing(chat: Chat, server: Served) -> None:
    expect(chat.launcher).to_be_visible()
    assert [url for url in chat.requests if url.startswith(server.address)] == [f"{server.address}/widget.js"]
    assert chat.kept == []


def test_she_is_greeted_with_what_it_is_and_what_mothers_ask_most(chat: Chat, server: Served) -> None:
    chat.opens()
    assert DISCLOSURE in chat.last.inner_text()
    assert chat.last.get_by_role("button").all_inner_texts() == list(FIVE)
    assert addresses(chat.crisis.get_by_role("link")) == LINES
    assert chat.kept == []
    fetched = [url.removeprefix(server.address) for url in chat.requests if url.startswith(server.address)]
    assert fetched == ["/widget.js", "/widget/main.js", "/webhooks/web/conversations"]


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_focus_goes_to_the_input_and_back_to_the_launcher(
    opens: Opens, server: Served, website: Website, screen: Screen
) -> None:
    chat = opens(website.address, screen)
    chat.opens()
    chat.waits(f"() => {ROOT}.activeElement?.id === 'input'")
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused == "launcher"
    chat.launcher.click()
    assert chat.focused == "input"
    chat.button("Close chat").click()
    expect(chat.panel).to_be_hidden()
    assert chat.focused == "launcher"


def test_on_a_phone_it_covers_the_page_and_nothing_behind_it_is_reached(
    opens: Opens, server: Served, website: Website
) -> None:
    chat = opens(website.address, PHONE).opens()
    assert chat.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    for _ in range(20):
        chat.page.keyboard.press("Tab")
        assert chat.page.evaluate("document.activeElement.localName") in {"nightlight-chat", "body"}


def test_on_a_desk_the_page_beside_it_stays_usable(chat: Chat) -> None:
    chat.opens()
    chat.page.locator("#theirs").click()
    assert chat.page.evaluate("document.activeElement.id") == "theirs"
    expect(chat.panel).to_be_visible()


def test_a_screen_that_is_turned_keeps_what_she_is_writing(chat: Chat) -> None:
    chat.opens()
    chat.input.fill("half a sen")
    chat.page.set_viewport_size({"width": 390, "height": 844})
    chat.waits(f"() => {ROOT}.querySelector('#panel').matches(':modal')")
    assert (chat.focused, chat.input.input_value()) == ("input", "half a sen")
    chat.page.set_viewport_size({"width": 1280, "height": 800})
    chat.waits(f"() => !{ROOT}.querySelector('#panel').matches(':modal')")
    assert (chat.focused, chat.input.input_value()) == ("input", "half a sen")


def test_the_website_can_open_close_and_listen_and_hears_no_words(chat: Chat) -> None:
    chat.page.evaluate("""() => {
        window.heard = [];
        for (const name of ["open", "close", "message"]) Nightlight.on(name, (detail) => heard.push([name, detail]));
        document.addEventListener("nightlight-open", () => heard.push(["dom", null]));
        Nightlight.open();
    }""")
    expect(chat.said.first).to_be_visible()
    chat.asks("short")
    chat.page.evaluate("Nightlight.close()")
    expect(chat.panel).to_be_hidden()
    heard = chat.page.evaluate("heard")
    assert [name for name, _ in heard] == ["open", "dom", "message", "message", "close"]
    assert [detail for name, detail in heard if name == "message"] == [{"from": "bot"}] * 2


def test_what_the_browser_closes_by_itself_can_be_opened_again(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(website.address, PHONE).opens()
    chat.panel.evaluate("(e) => e.close()")
    expect(chat.launcher).to_be_visible()
    assert chat.page.evaluate("document.documentElement.style.overflow") == ""
    chat.launcher.click()
    expect(chat.panel).to_be_visible()


def test_what_opened_it_gets_the_focus_back(chat: Chat) -> None:
    chat.page.evaluate("document.querySelector('#theirs').onclick = () => Nightlight.open()")
    chat.page.locator("#theirs").click()
    expect(chat.said.first).to_be_visible()
    chat.page.keyboard.press("Escape")
    assert chat.page.evaluate("document.activeElement.id") == "theirs"


def test_a_script_tag_that_stands_twice_gives_one_chat(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/twice")
    expect(chat.launcher).to_have_count(1)
    assert chat.complaints == []


# --- the website that it stands on


def test_a_strict_policy_of_the_website_is_kept(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/strict").opens()
    chat.asks("long")
    chat.asks("danger")
    chat.page.locator("#more").click()
    assert chat.page.locator("#send").evaluate("(e) => getComputedStyle(e).borderRadius") != "0px"
    assert chat.complaints == []


def test_hostile_styles_of_the_website_change_nothing(opens: Opens, server: Served, website: Website) -> None:
    friendly, hostile = (opens(f"{website.address}{path}", reduced_motion="reduce") for path in ("/", "/hostile"))
    looks = """() => {
      const root = document.querySelector("nightlight-chat").shadowRoot;
      return [...root.querySelectorAll("#launcher, #panel, #panel *:not(svg, path)")].map((e) => {
        const { x, y, width, height } = e.getBoundingClientRect();
        const style = getComputedStyle(e);
        const names = ["color", "fontFamily", "fontSize", "letterSpacing", "textTransform", "visibility", "opacity"];
        return [e.localName, x, y, width, height, ...names.map((name) => style[name])];
      });
    }"""
    assert hostile.page.evaluate(looks) == friendly.page.evaluate(looks)
    for chat in (friendly, hostile):
        chat.opens().asks("short")
    assert hostile.page.evaluate(looks) == friendly.page.evaluate(looks)


def test_a_website_that_the_clinic_does_not_name_gets_the_numbers_alone(opens: Opens, server: Served) -> None:
    with Website("127.0.0.1") as elsewhere:
        elsewhere.chat = server.address
        chat = opens(elsewhere.address)
        chat.launcher.click()
        assert_only_numbers(chat)


# --- the server cannot be reached


def assert_only_numbers(chat: Chat) -> None:
    expect(chat.panel.get_by_text("The chat cannot be reached just now.")).to_be_visible()
    assert addresses(chat.crisis.get_by_role("link")) == LINES
    assert addresses(chat.page.locator("#room").get_by_role("link")) == [*LINES, "tel:214-555-0142"]
    expect(chat.page.locator("#room")).to_contain_text("Call Cedar Lane: 214-555-0142")


def test_with_the_server_dead_she_reads_the_numbers_and_can_try_again(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.launcher.click()
    assert_only_numbers(chat)
    chat.page.context.set_offline(False)
    expect(chat.said.first).to_be_visible()  # by itself


def test_she_can_try_again_by_hand(chat: Chat, server: Served) -> None:
    chat.page.route("**/widget/main.js", lambda route: route.abort())
    chat.launcher.click()
    assert_only_numbers(chat)
    chat.page.unroute("**/widget/main.js")
    chat.button("Try again").click()
    expect(chat.said.first).to_be_visible()


def test_while_it_is_fetched_the_lines_are_there_already(chat: Chat) -> None:
    held = []
    chat.page.route("**/widget/main.js", lambda route: held.append(route))
    chat.launcher.click()
    expect(chat.panel.get_by_text("One moment…")).to_be_visible()
    assert chat.in_view(chat.crisis.get_by_role("link"), chat.leave)
    held[0].continue_()
    expect(chat.said.first).to_be_visible()


def test_focus_that_has_gone_elsewhere_meanwhile_is_not_taken(chat: Chat) -> None:
    held = []
    chat.page.route("**/widget/main.js", lambda route: held.append(route))
    chat.launcher.click()
    call = chat.crisis.get_by_role("link", name="Call 988")
    call.focus()
    held[0].continue_()
    expect(chat.said.first).to_be_visible()
    assert call.evaluate("(e) => e.getRootNode().activeElement === e")


# --- looks and words

CONTRASTS = """() => {
  const root = document.querySelector("nightlight-chat").shadowRoot;
  const rgb = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const chat = customElements.get("nightlight-chat");
  return [...root.querySelectorAll("#launcher, #send, .options button")].map((e) => {
    const { color, backgroundColor } = getComputedStyle(e);
    return chat.contrast(rgb(color), rgb(backgroundColor));
  });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/yellow", "/pale"])
def test_no_color_that_a_clinic_chooses_makes_it_unreadable(
    opens: Opens, server: Served, website: Website, path: str, theme: str
) -> None:
    chat = opens(f"{website.address}{path}", color_scheme=theme).opens()
    contrasts = chat.page.evaluate(CONTRASTS)
    assert len(contrasts) == 7
    assert min(contrasts) >= 4.5


def test_it_can_stand_on_the_other_side(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/yellow")
    assert chat.launcher.bounding_box()["x"] < 100
    chat.opens()
    assert chat.panel.bounding_box()["x"] < 100


def test_the_clinic_can_choose_words(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/words")
    expect(chat.launcher).to_have_text("Ask us")
    chat.opens()
    expect(chat.panel.get_by_role("heading", level=2)).to_have_text("Questions")


def test_it_speaks_the_language_of_the_page_where_it_can(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/spanish")
    chat.launcher.click()
    expect(chat.said.first).to_be_visible()
    expect(chat.leave).to_have_text("Salir rápido")
    expect(chat.said.first).to_have_attribute("lang", "en")
    assert chat.page.locator("#frame").get_attribute("lang") == "es"


def test_from_right_to_left_all_is_mirrored(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/right-to-left")
    assert chat.launcher.bounding_box()["x"] < 100
    chat.opens().asks("short")
    panel, close, hers = (each.bounding_box() for each in (chat.panel, chat.page.locator("#close"), chat.hers.first))
    assert close["x"] - panel["x"] < 20
    assert hers["x"] - panel["x"] < 20


def test_the_dark_is_dark_and_a_website_can_wish_otherwise(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(website.address, color_scheme="dark")
    ground = f"() => getComputedStyle({ROOT}.querySelector('#panel')).backgroundColor"
    assert chat.page.evaluate(ground) == "rgb(23, 20, 29)"
    chat.page.evaluate("document.querySelector('nightlight-chat').setAttribute('theme', 'light')")
    assert chat.page.evaluate(ground) == "rgb(246, 241, 234)"


def test_who_wants_no_motion_gets_none(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(website.address, reduced_motion="reduce").opens()
    chat.asks("short")
    assert chat.page.evaluate(f"{ROOT}.getAnimations().length") == 0


# --- leaving


@pytest.mark.parametrize("by", ["click", "Enter", "Space"])
def test_who_leaves_quickly_leaves_no_trace(opens: Opens, server: Served, website: Website, by: str) -> None:
    chat = opens(f"{website.address}/other")
    chat.page.goto(f"{website.address}/leave")
    chat.opens().asks("short")
    assert chat.kept == ["nl-chat"]
    chat.leaves_to(chat.leave.click if by == "click" else lambda: chat.leave.press(by), f"{website.address}/empty")
    assert chat.kept == []
    chat.page.go_back()
    chat.page.wait_for_url(f"{website.address}/other")


def test_it_can_be_a_page_of_its_own(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/full")
    expect(chat.said.first).to_be_visible()
    assert chat.panel.bounding_box() == {"x": 0, "y": 0, "width": 1280, "height": 800}
    expect(chat.page.locator("#close")).to_be_hidden()
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_visible()
