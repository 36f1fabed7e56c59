"""One published page opened in a real Chromium, with everything that it complains of or asks for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

# What a step leads to comes at once; how long a busy machine may take over it is no fault of the page.
PATIENCE_MS = 300_000
expect.set_options(timeout=PATIENCE_MS)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; the test is skipped where none is installed."""
    found = os.environ.get("CHROMIUM") or next(
        (path for name in _NAMES if (path := shutil.which(name))), None
    )
    if found is None:
        pytest.skip(
            "no Chromium on this machine: neither the published pages nor the review desk were opened in a browser"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


def opened(browser: Browser, report: Path, width: int, height: int) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE_MS)
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "request",
        lambda request: trouble.append(request.url) if request.url.startswith(("http", "ws")) else None,
    )
    page.goto(report.as_uri())
    return page, trouble
