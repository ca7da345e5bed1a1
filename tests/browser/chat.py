"""The chat in a real browser, as a mother sees it. Imported as `browser.chat`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
]
PATIENCE = 60_000  # ms; this machine may be busy
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}}
ROOT = "document.querySelector('nightlight-chat').shadowRoot"
STILL = f"""() => [document, {ROOT}].flatMap((each) => each.getAnimations()).every((each) => {{
  return each.playState !== "running" || each.effect.getTiming().iterations > 9;
}})"""
# What stands outside the panel, or is clipped; what only a screen reader reads is not on the screen.
CUT_OFF = """
() => {
  const root = document.querySelector("nightlight-chat").shadowRoot;
  const panel = root.querySelector("#panel").getBoundingClientRect();
  const seen = [...root.querySelectorAll("#panel *")].filter((e) => e.checkVisibility() && !e.closest(".unseen, svg"));
  return seen.filter((e) => {
    const box = e.getBoundingClientRect();
    const clipped = getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > Math.ceil(box.width) + 1;
    return box.left < panel.left - 1 || box.right > panel.right + 1 || clipped;
  }).map((e) => `${e.tagName}#${e.id}.${e.className} ${e.textContent.slice(0, 40)}`);
}
"""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Screen:
    """Width and height in CSS pixels, and whether it is touched."""

    width: int
    height: int
    touch: bool = False

    @property
    def context(self) -> dict[str, Any]:
        """Options of a browser context."""
        return {"viewport": {"width": self.width, "height": self.height}, "has_touch": self.touch}


DESK = Screen(1280, 800)
PHONE = Screen(390, 844, touch=True)
SMALL_PHONE = Screen(320, 568, touch=True)


class Chat:
    """A page with the chat in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(address)
        self.launcher = page.locator("#launcher")
        self.panel = page.locator("#panel")
        self.log = page.locator("#log")
        self.input = page.locator("#input")
        self.crisis = page.locator("#crisis")
        self.afterwards = page.locator("#afterwards")
        self.menu = page.locator("#menu")
        self.leave = page.locator("#leave")

    def another(self, address: str = "") -> "Chat":
        """The same browser, in another tab."""
        return Chat(self.page.context.new_page(), address or self.address)

    def opens(self) -> "Chat":
        """She opens it, and is greeted."""
        self.launcher.click()
        expect(self.said.first).to_be_visible()
        return self

    @property
    def said(self) -> Locator:
        """What the bot and the care team said."""
        return self.page.locator("#log .bot")

    @property
    def hers(self) -> Locator:
        """What she said."""
        return self.page.locator("#log .mother")

    @property
    def last(self) -> Locator:
        """What was said last by others."""
        return self.said.last

    def writes(self, text: str) -> None:
        """She writes it and presses Enter."""
        self.input.fill(text)
        self.input.press("Enter")

    def asks(self, text: str) -> str:
        """What is said to `text`."""
        return self._answered(lambda: self.writes(text))

    def takes(self, title: str) -> str:
        """What is said when she presses the button `title`."""
        return self._answered(self.button(title).click)

    def _answered(self, act: Callable[[], object]) -> str:
        before = self.said.count()
        act()
        self.waits(f"() => {ROOT}.querySelectorAll('#log .bot').length > {before}")
        self.waits(f"() => !{ROOT}.querySelector('.typing') && !{ROOT}.querySelector('.sending')")
        return self.last.inner_text()

    def button(self, name: str) -> Locator:
        """The button that she knows by that name."""
        return self.panel.get_by_role("button", name=name, exact=True)

    def chooses(self, entry: str) -> None:
        """She opens the menu and presses `entry`."""
        self.page.locator("#more").click()
        self.menu.get_by_text(entry, exact=True).click()

    def waits(self, true: str) -> None:
        """Returns once the JavaScript function `true` gives something true."""
        self.page.wait_for_function(true)

    def passes_time_until(self, there: Locator) -> None:
        """Waits by the page's own clock, which the test has installed, until that is there."""
        for _ in range(120):
            if there.count():
                return
            self.page.clock.run_for(500)
        raise AssertionError(f"a minute passed in vain: {there}")

    def reloads(self) -> None:
        """She reloads the page."""
        self.page.reload()

    @property
    def focused(self) -> str:
        """The id of what the keyboard speaks to in the chat; empty if that is elsewhere."""
        return self.page.evaluate(f"{ROOT}.activeElement?.id ?? ''")

    @property
    def kept(self) -> list[str]:
        """The names of all that the browser keeps for this website: cookies, and both kinds of storage."""
        stored = self.page.evaluate("[...Object.keys(sessionStorage), ...Object.keys(localStorage)]")
        return stored + [cookie["name"] for cookie in self.page.context.cookies()]

    @property
    def cut_off(self) -> list[str]:
        """What is cut off at a side."""
        return self.page.evaluate(CUT_OFF)

    def in_view(self, *places: Locator) -> bool:
        """Whether all of them are on the screen from top to bottom, without scrolling."""
        height = self.page.evaluate("innerHeight")
        boxes = [box for place in places for each in place.all() if (box := each.bounding_box())]
        return bool(boxes) and all(box["y"] >= 0 and box["y"] + box["height"] <= height + 0.5 for box in boxes)

    def findings(self) -> list[str]:
        """What axe finds wrong by WCAG 2.2, A and AA."""
        self.waits(STILL)
        found = Axe().run(self.page, options=RULES).response["violations"]
        return [
            f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
            for each in found
            for node in each["nodes"]
        ]

    def leaves_to(self, act: Callable[[], object], address: str) -> None:
        """She does something after which another page is there."""
        act()
        self.page.wait_for_url(address)


def addresses(links: Locator) -> list[str | None]:
    """Where they lead."""
    return [link.get_attribute("href") for link in links.all()]
