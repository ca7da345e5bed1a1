"""The chat page in a real browser, as a mother sees it. Imported as `browser.page`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
PATIENCE = 120  # seconds; an engine that was killed needs half a minute, on a busy machine more
Screen = tuple[int, int, float]  # width, height, and how many times all is enlarged
DESK: Screen = (1280, 800, 1)
# What stands outside the window, or is clipped; what only a screen reader reads is not on the screen.
CUT_OFF = """
const width = document.documentElement.clientWidth;
const seen = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !e.closest(".unseen"));
const out = seen.filter((e) => {
  const box = e.getBoundingClientRect();
  const clipped = getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > Math.ceil(box.width) + 1;
  return box.left < -1 || box.right > width + 1 || clipped;
});
if (document.documentElement.scrollWidth > width) out.push(document.documentElement);
return out.map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`);
"""


@contextmanager
def chromium() -> Iterator[Chrome]:
    """Debian's Chromium without a window, with its console and its requests recorded."""
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options, Service(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """The page, opened in a tab of its own on a screen of some size."""

    def __init__(self, driver: Chrome, address: str, screen: Screen = DESK) -> None:
        self.driver = driver
        self.address = address
        driver.switch_to.new_window("tab")
        self._has_size(*screen)
        self.console(), self.requests()  # what others left
        driver.get(address)
        self.waits(lambda: self.all(".message.bot"), "the page greets her")

    def _has_size(self, width: int, height: int, zoom: float) -> None:
        metrics = {"width": int(width / zoom), "height": int(height / zoom), "deviceScaleFactor": zoom, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def waits(self, true: Callable[[], object], what: str) -> None:
        """Returns once `true` is; fails the test with `what` if that takes too long."""
        WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: true(), f"waited in vain: {what}")

    def all(self, selector: str) -> list[WebElement]:
        """Everything on the page that `selector` finds."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first of what `selector` finds."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    @property
    def words(self) -> str:
        """All that can be read on the page."""
        return self.one("body").text

    @property
    def last(self) -> WebElement:
        """What the bot said last."""
        return self.all(".message.bot")[-1]

    @property
    def focused(self) -> WebElement:
        """What the keyboard speaks to."""
        return self.driver.switch_to.active_element

    @property
    def cut_off(self) -> list[str]:
        """What is cut off at a side, or makes the page scroll sideways."""
        return self.driver.execute_script(CUT_OFF)

    def in_view(self, selector: str) -> bool:
        """Whether all that `selector` finds is on the screen from top to bottom, without scrolling."""
        height = self.driver.execute_script("return innerHeight")
        boxes = [
            self.driver.execute_script("return arguments[0].getBoundingClientRect()", e) for e in self.all(selector)
        ]
        return all(box["top"] >= 0 and box["bottom"] <= height for box in boxes)

    def asks(self, text: str) -> str:
        """What the bot says to `text`."""
        return self._answered(lambda: self.one("#text").send_keys(text, Keys.ENTER))

    def takes(self, button: WebElement) -> str:
        """What the bot says when she presses `button`."""
        return self._answered(button.click)

    def _answered(self, act: Callable[[], object]) -> str:
        before = len(self.all(".message.bot"))
        act()
        # A message stands on the page a moment before its words do.
        self.waits(lambda: len(self.all(".message.bot")) > before and self.last.text, "the bot answers")
        return self.last.text

    def console(self) -> list[str]:
        """What the browser complained of since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> set[str]:
        """The addresses that the browser has asked for since it was last asked."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
