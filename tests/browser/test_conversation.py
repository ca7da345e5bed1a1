"""A conversation in the open chat: what is said, what she can do with it, and what survives."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot import clock
from bot.storage.models.answer import Vote
from bot.storage.models.transcript import WebTurn
from bot.storage.sessions import transaction
from bot.storage.transcripts import CareTeamMessage, append
from browser.chat import DESK, PHONE, Chat, Screen, addresses
from browser.conftest import Opens
from browser.script import EVIL, LEAD, STEPS
from browser.website import Website
from running import wait_until
from served import Served
from support import rows

PRINTED = "window.print = () => { top.printed = [document.title, document.body.innerText]; }"


def stored_conversation(chat: Chat) -> str:
    """The id of her conversation, once the server has stored what she wrote."""
    conversation_id = chat.page.evaluate("JSON.parse(sessionStorage['nl-chat']).conversation.id")
    wait_until(lambda: is_stored(conversation_id), "the conversation is stored")
    return conversation_id


def is_stored(conversation_id: str) -> bool:
    return any(row.conversation_id == conversation_id for row in rows(WebTurn))


def care_team_writes(chat: Chat, text: str) -> None:
    """Somebody of the care team answers in that conversation, from another process."""
    conversation_id = stored_conversation(chat)
    with transaction() as session:
        append(session, conversation_id, CareTeamMessage(text, "nurse"), clock.now())


def line(chat: Chat) -> str:
    """What stands below what she wrote last."""
    return chat.hers.last.locator(".state").inner_text()


# --- what is said


def test_what_she_writes_is_there_at_once_with_its_state(chat: Chat) -> None:
    chat.opens()
    held = []
    chat.page.route("**/messages", lambda route: held.append(route))
    chat.writes("short")
    expect(chat.hers.last).to_contain_text("short")
    assert line(chat) == "Sending…"
    expect(chat.page.locator(".typing")).to_be_visible()
    assert chat.input.input_value() == ""
    held[0].continue_()
    expect(chat.last).to_contain_text("A short answer.")
    expect(chat.page.locator(".typing")).to_have_count(0)
    expect(chat.page.locator(".state")).to_have_text("Sent")


def test_a_related_question_is_one_press_away_and_gone_afterwards(chat: Chat) -> None:
    chat.opens()
    assert "An answer to 'Driving'" in chat.takes("Driving")
    expect(chat.hers.last).to_contain_text("Driving")
    expect(chat.page.locator(".options")).to_have_count(1)
    expect(chat.button("Driving")).to_have_count(0)


def test_a_long_answer_opens_step_by_step(chat: Chat) -> None:
    chat.opens()
    chat.asks("long")
    expect(chat.last.get_by_text(LEAD)).to_be_visible()
    shown = [chat.last.get_by_text(step.strip()) for step in STEPS]
    seen = [[each.is_visible() for each in shown]]
    while (more := chat.last.get_by_text("Read more").locator("visible=true")).count():
        more.first.click()
        seen.append([each.is_visible() for each in shown])
    assert seen[0] == [False] * 4
    assert seen[-1] == [True] * 4
    assert len(seen) == 3
    chat.last.get_by_text("Show less").first.click()
    assert not any(each.is_visible() for each in shown)


def test_sources_unfold_and_drafts_say_so(chat: Chat) -> None:
    chat.opens()
    chat.asks("long")
    expect(chat.last.get_by_text("Draft, not yet signed by a clinician")).to_be_visible()
    source = chat.last.get_by_role("link", name="A study")
    expect(source).to_be_hidden()
    chat.last.get_by_text("Sources (2)").click()
    expect(source).to_have_attribute("href", "https://example.org/study")
    assert source.get_attribute("rel") == "noopener noreferrer"


def test_she_says_whether_an_answer_helped_and_may_change_her_mind(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    yes, no = (chat.last.get_by_role("button", name=name) for name in ("Yes", "No"))
    before = len(rows(Vote))
    yes.click()
    expect(yes).to_have_attribute("aria-pressed", "true")
    expect(chat.last.get_by_text("Thank you.")).to_be_visible()
    no.click()
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(yes).to_have_attribute("aria-pressed", "false")
    wait_until(lambda: [v.helpful for v in rows(Vote)[before:]] == [False], "the last vote is stored, once")


def test_a_vote_that_is_not_stored_is_not_called_stored(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    chat.page.route("**/feedback", lambda route: route.abort())
    chat.last.get_by_role("button", name="Yes").click()
    expect(chat.last.get_by_text("That could not be saved. Please try again.")).to_be_visible()
    expect(chat.last.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "false")


def test_only_answers_can_be_rated(chat: Chat) -> None:
    chat.opens()
    expect(chat.last.get_by_text("Was this helpful?")).to_have_count(0)
    chat.asks("danger")
    expect(chat.panel.get_by_text("Was this helpful?")).to_have_count(0)


def test_stored_and_reflected_markup_never_runs(chat: Chat) -> None:
    chat.opens()
    chat.asks("evil")
    chat.asks(EVIL)
    expect(chat.hers.last).to_contain_text(EVIL)
    chat.reloads()
    expect(chat.hers.last).to_contain_text(EVIL)
    assert chat.log.locator("img, script, [href^=javascript]").count() == 0
    assert chat.page.title() == "A clinic"


# --- forms


def test_a_question_brings_the_keyboard_that_fits_its_answer(chat: Chat) -> None:
    chat.opens()
    kind = "(e) => [e.inputMode, e.autocomplete, e.autocapitalize]"
    assert chat.input.evaluate(kind) == ["", "off", ""]
    chat.asks("name")
    assert chat.input.evaluate(kind) == ["", "name", "words"]
    chat.asks("phone")
    assert chat.input.evaluate(kind) == ["tel", "tel", ""]
    assert "too few digits" in chat.asks("wrong")
    assert chat.input.evaluate(kind) == ["tel", "tel", ""]
    chat.asks("short")
    assert chat.input.evaluate(kind) == ["", "off", ""]


# --- danger


def test_after_danger_the_lines_stand_out_and_stay_when_the_chat_is_closed(chat: Chat) -> None:
    chat.opens()
    expect(chat.afterwards).to_be_hidden()
    chat.asks("danger")
    assert addresses(chat.last.get_by_role("link")) == ["tel:988", "sms:988", "tel:911"]
    chat.page.keyboard.press("Escape")
    assert addresses(chat.afterwards.get_by_role("link")) == ["tel:911", "tel:988", "sms:988"]
    assert chat.in_view(chat.afterwards.get_by_role("link"))
    chat.page.goto(f"{chat.address}/other")
    assert chat.in_view(chat.afterwards.get_by_role("link"))
    assert not [url for url in chat.requests if url.endswith("/events") and chat.page.url in url]


def test_after_words_of_violence_at_home_nothing_shows_it_and_the_way_out_stands_out(chat: Chat) -> None:
    chat.opens()
    plain = chat.leave.evaluate("(e) => getComputedStyle(e).backgroundColor")
    chat.asks("danger")
    chat.asks("violence")
    assert chat.leave.evaluate("(e) => getComputedStyle(e).backgroundColor") != plain
    assert chat.in_view(chat.leave)
    chat.asks("danger")
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_be_visible()
    expect(chat.afterwards).to_be_hidden()
    chat.reloads()
    expect(chat.launcher).to_be_visible()
    expect(chat.afterwards).to_be_hidden()


# --- the network


def test_without_a_network_what_she_writes_is_kept_and_goes_out_once(chat: Chat) -> None:
    chat.page.clock.install()
    chat.opens()
    chat.page.context.set_offline(True)
    chat.writes("short")
    chat.passes_time_until(chat.page.locator(".state.failed"))
    assert line(chat).startswith("Not sent")
    expect(chat.log).to_contain_text("What you wrote is kept here")
    assert addresses(chat.page.locator("#log .numbers a")) == ["tel:911", "tel:988", "sms:988", "tel:214-555-0142"]
    chat.page.context.set_offline(False)
    expect(chat.last).to_contain_text("A short answer.")
    expect(chat.log).not_to_contain_text("Not sent")
    expect(chat.log).not_to_contain_text("cannot be reached")
    expect(chat.hers).to_have_count(1)


def test_she_can_try_again_at_once(chat: Chat) -> None:
    chat.page.clock.install()
    chat.opens()
    chat.page.route("**/messages", lambda route: route.fulfill(status=500, content_type="application/json", body="{}"))
    chat.writes("short")
    again = chat.panel.get_by_role("button", name="Try again")
    chat.passes_time_until(again)
    chat.page.unroute("**/messages")
    again.click()
    expect(chat.last).to_contain_text("A short answer.")
    expect(chat.hers).to_have_count(1)
    assert chat.focused == "input"


def test_what_is_too_long_is_given_back_to_change(chat: Chat) -> None:
    chat.opens()
    chat.writes("x" * 10_001)
    expect(chat.page.locator(".state.refused")).to_contain_text("too long")
    chat.panel.get_by_role("button", name="Change it").click()
    assert len(chat.input.input_value()) == 10_001
    expect(chat.hers).to_have_count(0)
    chat.input.fill("")
    chat.asks("short")


def test_a_slow_network_shows_that_it_works_and_loses_nothing(chat: Chat) -> None:
    session = chat.page.context.new_cdp_session(chat.page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": 6_000, "uploadThroughput": 6_000}
    session.send("Network.emulateNetworkConditions", slow)
    chat.opens()
    chat.writes("short")
    expect(chat.page.locator(".typing")).to_be_visible()
    expect(chat.last).to_contain_text("A short answer.")


def test_a_server_that_is_started_anew_goes_on_where_it_was(opens: Opens, website: Website, server: Served) -> None:
    chat = opens(website.address).opens()
    chat.asks("short")
    server.stop()
    chat.writes("long")
    expect(chat.log).to_contain_text("Trying again")
    server.restart()
    expect(chat.last).to_contain_text(LEAD)
    expect(chat.hers).to_have_count(2)
    expect(chat.log).not_to_contain_text("Trying again")
    chat.takes("Side effects")


# --- reload, history, tabs


def test_a_reload_keeps_the_conversation_open_and_reads_nothing_out_again(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    chat.input.fill("half a sen")
    before = [each.inner_text() for each in chat.said.all()]
    chat.reloads()
    expect(chat.said).to_have_count(len(before))
    assert [each.inner_text() for each in chat.said.all()] == before
    assert chat.log.get_attribute("aria-live") == "off"
    expect(chat.log).to_have_attribute("aria-live", "polite")
    assert chat.focused == ""
    assert chat.input.input_value() == "half a sen"


def test_on_another_page_it_is_still_open_and_back_and_forward_keep_it(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    chat.page.goto(f"{chat.address}/other")
    expect(chat.said).to_have_count(2)
    chat.asks("long")
    chat.page.go_back()
    expect(chat.said).to_have_count(3)
    chat.asks("short")
    chat.page.go_forward()
    expect(chat.said).to_have_count(4)
    expect(chat.hers).to_have_count(3)


def test_on_a_phone_it_does_not_cover_the_page_that_she_went_to(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(website.address, PHONE).opens()
    chat.asks("short")
    chat.page.goto(f"{website.address}/other")
    expect(chat.launcher).to_be_visible()
    expect(chat.panel).to_be_hidden()
    chat.launcher.click()
    expect(chat.said).to_have_count(2)
    chat.reloads()
    expect(chat.said).to_have_count(2)


def test_another_tab_joins_in_and_both_hear_all(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    other = chat.another()
    other.opens()
    expect(other.said).to_have_count(2)
    expect(other.hers).to_have_count(1)
    other.asks("long")
    expect(chat.last).to_contain_text(LEAD)
    expect(chat.hers).to_have_count(2)
    chat.asks("short")
    expect(other.said).to_have_count(4)
    expect(other.hers).to_have_count(3)


def test_before_she_writes_another_tab_has_a_conversation_of_its_own(chat: Chat) -> None:
    chat.opens()
    other = chat.another()
    other.opens()
    other.asks("short")
    expect(chat.said).to_have_count(1)


def test_deleted_in_one_tab_it_is_gone_in_the_other(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    other = chat.another()
    other.opens()
    chat.page.bring_to_front()
    chat.chooses("Delete it…")
    chat.button("Delete it").click()
    expect(other.log).to_contain_text("The conversation is deleted.")
    expect(other.said).to_have_count(0)
    assert other.kept == []


def test_only_if_she_wishes_so_it_is_there_after_the_tab_is_closed(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    assert chat.page.evaluate("Object.keys(localStorage)") == []
    chat.page.locator("#more").click()
    chat.panel.get_by_role("checkbox").check()
    expect(chat.log).to_contain_text("Others who use it could read it.")
    assert chat.page.evaluate("Object.keys(sessionStorage)") == []
    later = chat.another(f"{chat.address}/empty")
    chat.page.close()
    later.page.goto(chat.address)
    expect(later.said).to_have_count(2)
    later.page.locator("#more").click()
    later.panel.get_by_role("checkbox").uncheck()
    assert later.page.evaluate("Object.keys(localStorage)") == []


# --- the care team


def test_what_the_care_team_writes_later_arrives_by_itself(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    chat.page.locator("#more").focus()
    care_team_writes(chat, "We will call you today.")
    expect(chat.last).to_contain_text("We will call you today.")
    expect(chat.last).to_contain_text("Care team · nurse")
    assert chat.focused == "more"


def test_behind_the_launcher_it_is_announced_and_read_out_when_she_opens(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    chat.page.keyboard.press("Escape")
    care_team_writes(chat, "We will call you today.")
    expect(chat.launcher).to_have_accessible_name("Open chat: new message")
    assert chat.page.evaluate("document.activeElement.localName") == "nightlight-chat"
    chat.launcher.click()
    expect(chat.last).to_contain_text("We will call you today.")
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_have_accessible_name("Open chat")


def test_who_reads_further_up_is_not_moved(chat: Chat) -> None:
    chat.opens()
    for _ in range(3):
        chat.asks("long")
    chat.log.evaluate("(e) => { e.scrollTop = 0; }")
    care_team_writes(chat, "We will call you today.")
    expect(chat.last).to_contain_text("We will call you today.")
    assert chat.log.evaluate("(e) => e.scrollTop") == 0


# --- what she takes along, and what she deletes


def test_she_can_copy_it(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(website.address, permissions=["clipboard-read", "clipboard-write"]).opens()
    chat.asks("long")
    chat.chooses("Copy it")
    expect(chat.log).to_contain_text("Copied.")
    text = chat.page.evaluate("navigator.clipboard.readText()")
    assert (
        text.index("Assistant:") < text.index("You:\nlong") < text.index(LEAD) < text.index("[A study, 2024, https://")
    )


def test_where_copying_is_forbidden_she_is_told(chat: Chat) -> None:
    chat.page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject())")
    chat.opens()
    chat.chooses("Copy it")
    expect(chat.log).to_contain_text("Copying is not allowed here.")


def test_she_can_save_it_under_a_name_that_says_nothing(chat: Chat, tmp_path: Path) -> None:
    chat.opens()
    chat.asks("short")
    with chat.page.expect_download() as saving:
        chat.chooses("Save as text")
    assert saving.value.suggested_filename == "Chat.txt"
    saving.value.save_as(tmp_path / "saved")
    assert "You:\nshort\n\nAssistant:\nA short answer." in (tmp_path / "saved").read_text(encoding="utf-8")


def test_she_can_print_it_without_the_page_around_it(opens: Opens, server: Served, website: Website) -> None:
    chat = opens(f"{website.address}/strict")
    chat.page.context.add_init_script(PRINTED)
    chat.reloads()
    chat.opens()
    chat.asks("long")
    chat.chooses("Print, or save as PDF")
    chat.waits("() => window.printed")
    title, words = chat.page.evaluate("window.printed")
    assert title == "Chat"
    assert STEPS[-1].strip() in words
    assert "A clinic" not in words


def test_deleting_asks_once_says_what_is_erased_and_does_it(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    conversation_id = stored_conversation(chat)
    chat.chooses("Delete it…")
    expect(chat.menu).to_contain_text("What the care team has already received")
    chat.button("Keep it").click()
    expect(chat.menu).to_be_hidden()
    expect(chat.said).to_have_count(2)
    chat.chooses("Delete it…")
    chat.button("Delete it").click()
    expect(chat.log).to_contain_text("The conversation is deleted.")
    expect(chat.said).to_have_count(0)
    assert chat.kept == []
    wait_until(lambda: not is_stored(conversation_id), "it is erased on the server")
    chat.asks("short")
    expect(chat.hers).to_have_count(1)


def test_what_is_not_deleted_is_not_called_deleted(chat: Chat) -> None:
    chat.opens()
    chat.asks("short")
    chat.page.context.set_offline(True)
    chat.chooses("Delete it…")
    chat.button("Delete it").click()
    expect(chat.log).to_contain_text("it is not deleted yet")
    expect(chat.said).to_have_count(2)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_escape_closes_the_menu_before_the_chat(opens: Opens, server: Served, website: Website, screen: Screen) -> None:
    chat = opens(website.address, screen).opens()
    chat.page.locator("#more").click()
    expect(chat.menu).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.menu).to_be_hidden()
    assert chat.focused == "more"
    expect(chat.panel).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()


# --- time


@pytest.mark.parametrize("year", [1990, 2040])
def test_a_clock_that_is_wrong_changes_nothing(chat: Chat, year: int) -> None:
    chat.page.clock.install(time=f"{year}-01-01")
    chat.reloads()
    chat.opens()
    assert "A short answer." in chat.asks("short")
    chat.page.clock.fast_forward("26:00:00")
    assert LEAD in chat.asks("long")
    chat.reloads()
    expect(chat.said).to_have_count(3)
