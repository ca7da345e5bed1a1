"""Takes the pictures of the README and of docs/widget.md, of the demonstration as it is: `make screens`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bot.settings import ROOT
from browser.chat import ARGUMENTS, PHONE, Chat, Screen
from running import Nightlight, published_model

SCREENS = ROOT / "docs" / "screens"
QUESTION = "Is it safe while I am breastfeeding?"
DANGER = "i dont want to be here anymore"
FORM = ("I would like to book a visit", "Rosalind Kettering")
DESK = Screen(1200, 740)
HALF_PHONE = Screen(390, 700, touch=True)


def take(browser: Browser, address: str) -> None:
    """All pictures, into `SCREENS`."""
    picture(browser, address, "desktop", DESK, [QUESTION])
    picture(browser, address, "phone", PHONE, [QUESTION])
    picture(browser, address, "dark", PHONE, [QUESTION], color_scheme="dark")
    picture(browser, address, "danger", PHONE, [DANGER])
    picture(browser, address, "form", HALF_PHONE, FORM)


def picture(
    browser: Browser, address: str, name: str, screen: Screen, says: list[str] | tuple[str, ...], **options: str
) -> None:
    """The chat on such a screen after she has said that."""
    context = browser.new_context(**screen.context, reduced_motion="reduce", **options)
    chat = Chat(context.new_page(), address).opens()
    for text in says:
        chat.asks(text)
    chat.page.locator("#input").blur()
    chat.page.screenshot(path=SCREENS / f"{name}.png")
    context.close()


def main() -> None:
    """Start the server and the browser, take the pictures, end both."""
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        nightlight = Nightlight(Path(folder), published_model())
        nightlight.migrate()
        try:
            nightlight.start("engine", "actions")
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            take(browser, nightlight.address)
            browser.close()
        finally:
            nightlight.stop()


if __name__ == "__main__":
    main()
