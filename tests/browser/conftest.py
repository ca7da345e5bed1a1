"""A browser for the tests of the page, and a page in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from browser.page import CHROMIUM, DESK, DRIVER, Page, chromium
from running import Nightlight


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """Debian's Chromium. Where there is none the tests are skipped, except in CI, where there must be one."""
    missing = [path for path in (CHROMIUM, DRIVER) if not Path(path).exists()]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"no browser: {', '.join(missing)} is missing (Debian: chromium, chromium-driver)")
    assert not missing, f"CI must have a browser: {missing} is missing"
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Chrome, nightlight: Nightlight) -> Iterator[Page]:
    """The page, just opened, with nothing remembered; on a desk's screen, or on that of the parameter."""
    yield Page(browser, nightlight.address, getattr(request, "param", DESK))
    browser.close()
    browser.switch_to.window(browser.window_handles[0])
