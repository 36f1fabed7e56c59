"""One published page in a real Chromium: laptop, phone and print; nothing asked of the network."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from browsing import opened
from playwright.sync_api import Browser

from demo_world import SEMESTER, YEAR_END, Demo

pytestmark = pytest.mark.browser

DRAWN_PAST_THE_EDGE = """all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth)
                           .map(one => one.querySelector("desc").textContent)"""


@pytest.fixture(params=[SEMESTER, YEAR_END], ids=["semester review", "year-end summary"])
def report(request: pytest.FixtureRequest, demo: Demo) -> Path:
    return demo.result(request.param).report


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_it_fits_the_screen_and_asks_nothing(browser: Browser, report: Path, width: int, height: int) -> None:
    page, trouble = opened(browser, report, width, height)
    assert trouble == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.close()


def test_its_contents_list_leads_to_every_section(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report, 1366, 768)
    targets = page.eval_on_selector_all(
        "nav a[href^='#']", "links => links.map(link => link.getAttribute('href'))"
    )
    assert len(targets) >= 10
    missing = page.evaluate("names => names.filter(name => !document.getElementById(name.slice(1)))", targets)
    assert missing == []
    page.click(f"nav a[href='{targets[-1]}']")
    assert page.evaluate("window.scrollY") > 500
    page.close()


def test_headings_go_down_one_step_at_a_time(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report, 1366, 768)
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(heading => Number(heading.tagName[1]))")
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    page.close()


def test_no_open_table_or_chart_is_cut_on_a_laptop(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report, 1280, 768)
    cut = page.eval_on_selector_all(
        "main .scroll",
        """boxes => boxes.filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth)
                 .map(box => box.textContent.trim().slice(0, 60))""",
    )
    assert cut == []
    assert page.eval_on_selector_all("figure.chart svg", DRAWN_PAST_THE_EDGE) == []
    page.close()


@pytest.mark.parametrize("width", [390, 768])
def test_on_a_narrow_screen_each_chart_is_laid_out_anew(width: int, browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report, width, 844)
    assert page.eval_on_selector_all("figure.chart svg", DRAWN_PAST_THE_EDGE) == []
    shown = "all => all.filter(one => one.checkVisibility()).length"
    assert page.eval_on_selector_all("figure.chart .wide", shown) == 0
    assert page.eval_on_selector_all("figure.chart .narrow", shown) >= 6
    smallest = page.eval_on_selector_all(
        "figure.chart .narrow text", "all => Math.min(...all.map(one => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a))"
    )  # fmt: skip
    assert smallest >= 10
    page.emulate_media(media="print")
    assert page.eval_on_selector_all("figure.chart .narrow", shown) == 0
    page.close()
