"""The pages of the schools in a real Chromium: two sheets of paper at most, no request, fit for a phone and the ear."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import opened
from playwright.sync_api import Browser

from demo_world import SEMESTER, YEAR_END, Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
PHONE = (390, 844)


def pages_of(demo: Demo) -> list[Path]:
    return [path for term in (SEMESTER, YEAR_END) for path in sorted((demo.workspace.reports(term) / "schools").glob("*.html"))]  # fmt: skip


def one_of_each(demo: Demo) -> list[Path]:
    found: dict[str, Path] = {}
    for path in pages_of(demo):
        found.setdefault(
            path.read_text(encoding="utf-8").partition('<body class="')[2].partition('"')[0], path
        )
    assert set(found) == {"scored", "reported", "silent"}
    return list(found.values())


def test_every_page_fits_on_two_sheets_and_asks_for_nothing(browser: Browser, demo: Demo) -> None:
    page, trouble = opened(browser, pages_of(demo)[0], 1000, 900)
    lengths = {}
    for path in pages_of(demo):
        page.goto(path.as_uri())
        paper = page.pdf(prefer_css_page_size=True, print_background=True)
        lengths[path] = len(pypdf.PdfReader(io.BytesIO(paper)).pages)
    page.close()
    assert len(lengths) > 100
    assert not {path.name: count for path, count in lengths.items() if count > 2}
    assert trouble == []


def test_on_a_phone_nothing_stands_outside(browser: Browser, demo: Demo) -> None:
    page, trouble = opened(browser, pages_of(demo)[0], *PHONE)
    widths = {}
    for path in pages_of(demo):
        page.goto(path.as_uri())
        widths[path.name] = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert not {name: width for name, width in widths.items() if width > PHONE[0]}
    assert trouble == []


def test_axe_finds_nothing_serious(browser: Browser, demo: Demo) -> None:
    for path in one_of_each(demo):
        page, _ = opened(browser, path, 1000, 900)
        found = Axe().run(page).response["violations"]
        page.close()
        told = [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
        assert not [line for line in told if line.startswith(("serious", "critical"))], told
