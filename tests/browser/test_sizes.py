"""The chat on screens of all sizes: nothing is cut off, and what she needs in danger is in view."""

import pytest
from playwright.sync_api import expect

from browser.chat import DESK, PHONE, SMALL_PHONE, Chat, Screen
from browser.conftest import Opens
from browser.website import Website
from served import Served

SCREENS = {
    "desk": DESK,
    "phone": PHONE,
    "small phone": SMALL_PHONE,
    "phone on its side": Screen(844, 390, touch=True),
    "phone with its keyboard open": Screen(390, 420, touch=True),
    "small phone with its keyboard open": Screen(320, 300, touch=True),
    "small phone at 200 %": Screen(160, 284, touch=True),
    "desk at 400 %": Screen(320, 200),
}


def assert_all_is_there(chat: Chat) -> None:
    assert chat.cut_off == []
    assert chat.in_view(chat.crisis.get_by_role("link"), chat.input, chat.page.locator("#send"))


@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS.keys())
def test_nothing_is_cut_off_and_the_lines_and_the_input_are_in_view(
    opens: Opens, server: Served, website: Website, screen: Screen
) -> None:
    chat = opens(website.address, screen).opens()
    assert_all_is_there(chat)
    for said in ("phone", "long", "danger"):
        chat.asks(said)
        assert_all_is_there(chat)
    for rest in chat.log.locator("summary").all():
        rest.click()
    assert_all_is_there(chat)
    chat.page.locator("#more").click()
    assert chat.cut_off == []


def test_with_letters_of_twice_the_size_too(opens: Opens, server: Served, website: Website) -> None:
    # On phones that leaves room for a dozen letters in a line: there the bars keep theirs a little smaller.
    for screen, size in {DESK: "32px", PHONE: "28px", SMALL_PHONE: "28px"}.items():
        chat = opens(website.address, screen)
        session = chat.page.context.new_cdp_session(chat.page)
        session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        chat.opens()
        assert chat.input.evaluate("(e) => getComputedStyle(e).fontSize") == size
        assert chat.said.first.evaluate("(e) => getComputedStyle(e).fontSize") == "32px"
        for said in ("long", "danger"):
            chat.asks(said)
            assert_all_is_there(chat)


def test_small_letters_of_the_website_do_not_make_the_chat_small(
    opens: Opens, server: Served, website: Website
) -> None:
    chat = opens(f"{website.address}/hostile").opens()
    assert chat.input.evaluate("(e) => getComputedStyle(e).fontSize") == "16px"


@pytest.mark.parametrize("screen", [DESK, PHONE, SMALL_PHONE], ids=["desk", "phone", "small phone"])
def test_the_way_out_is_always_in_view(opens: Opens, server: Served, website: Website, screen: Screen) -> None:
    chat = opens(website.address, screen).opens()
    for said in ("long", "violence", "long"):
        chat.asks(said)
        assert chat.in_view(chat.leave)


@pytest.mark.parametrize("screen", [DESK, SMALL_PHONE], ids=["desk", "small phone"])
def test_everything_is_large_enough_for_a_thumb(opens: Opens, server: Served, website: Website, screen: Screen) -> None:
    chat = opens(website.address, screen).opens()
    chat.asks("long")
    for rest in chat.log.locator("summary").all():
        rest.click()
    targets = chat.panel.locator("button, summary, #crisis a, #leave, textarea").locator("visible=true")
    sizes = {each.inner_text(): (box["width"], box["height"]) for each in targets.all() if (box := each.bounding_box())}
    assert not {name: size for name, size in sizes.items() if min(size) < 24}
    rating = {"Yes", "No"}
    assert not {name: size for name, size in sizes.items() if min(size) < 43.9 and name not in rating}


def test_a_long_answer_shows_its_beginning_and_a_short_one_its_end(
    opens: Opens, server: Served, website: Website
) -> None:
    chat = opens(website.address, SMALL_PHONE).opens()
    chat.asks("long")
    assert chat.in_view(chat.last.locator("p").first)
    chat.asks("short")
    assert chat.in_view(chat.last)


def test_the_page_behind_does_not_scroll_and_is_given_back(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(website.address, PHONE).opens()
    overflow = "getComputedStyle(document.documentElement).overflow"
    assert chat.page.evaluate(overflow) == "hidden"
    chat.button("Close chat").click()
    expect(chat.panel).to_be_hidden()
    assert chat.page.evaluate(overflow) == "visible"
