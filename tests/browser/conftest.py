"""A browser for the tests of the widget, the chat's server, and the clinic's website on another origin."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, sync_playwright

from bot.settings import ROOT
from bot.storage.migrate import upgrade
from browser.chat import ARGUMENTS, DESK, Chat, Screen
from browser.script import script
from browser.website import Website
from running import Nightlight, environment
from served import Served
from support import NO_DELIVERY, NO_LIMITS

Opens = Callable[..., Chat]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium. Where there is none the tests are skipped, except in CI, where there must be one.

    For each module anew: Playwright's loop must be gone before tests with a loop of their own run.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        assert os.environ.get("CI") != "true", "CI must have a browser"
        pytest.skip("there is no browser here (Debian: chromium), so nothing is shown of what mothers see")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def website() -> Iterator[Website]:
    """The website of a clinic, on an origin of its own."""
    with Website() as website:
        yield website


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, website: Website) -> Iterator[Served]:
    """The chat's server with an engine that says what the tests want; it takes the chat of that website."""
    folder = tmp_path_factory.mktemp("server")
    with environment(settings_of(folder, website.address)):
        upgrade()
        server = Served(script())
        website.chat = server.address
        yield server
        server.stop()


def settings_of(folder: Path, origin: str) -> dict[str, str]:
    """The settings of a server whose clinic file names `origin`."""
    clinic = folder / "clinic.yml"
    facts = (ROOT / "clinics" / "in-clinic.yml").read_text(encoding="utf-8")
    clinic.write_text(facts.replace("origins: []", f"origins: [{origin}]"), encoding="utf-8")
    return {
        "NIGHTLIGHT_ENVIRONMENT": "development",
        "NIGHTLIGHT_CLINIC": str(clinic),
        "NIGHTLIGHT_VAR": str(folder / "var"),
        "NIGHTLIGHT_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": "",
        **NO_DELIVERY,
        **NO_LIMITS,
    }


@pytest.fixture
def opens(browser: Browser) -> Iterator[Opens]:
    """Opens an address in a browser that remembers nothing: (address, screen=DESK, **options of the context)."""
    contexts = []

    def opened(address: str, screen: Screen = DESK, **options: Any) -> Chat:
        context = browser.new_context(**screen.context, **options)
        contexts.append(context)
        return Chat(context.new_page(), address)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def chat(opens: Opens, server: Served, website: Website) -> Chat:
    """The chat on the clinic's website, closed."""
    return opens(website.address)


@pytest.fixture
def demo(opens: Opens, nightlight: Nightlight) -> Chat:
    """The demonstration, with the real engine behind it."""
    return opens(nightlight.address)
