"""One published page as different readers meet it: by ear, by keyboard, on paper, without colour."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PATIENCE_MS
from playwright.sync_api import Browser, Page

from demo_world import SEMESTER, YEAR_END, Demo

pytestmark = pytest.mark.browser

# What is left of a sheet of A4 between the margins of the print style, in CSS pixels.
PAPER_WIDTH = 650


@pytest.fixture(params=[SEMESTER, YEAR_END], ids=["semester review", "year-end summary"])
def report(request: pytest.FixtureRequest, demo: Demo) -> Path:
    return demo.result(request.param).report


def opened(browser: Browser, report: Path, width: int = 1280, height: int = 800) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(report.as_uri())
    return page


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", ["", "-chia-se", "-phieu-trinh"], ids=["internal", "signed", "slip"])
def test_axe_finds_nothing(browser: Browser, report: Path, kind: str, width: int) -> None:
    page = opened(browser, report.with_name(f"{report.stem}{kind}.html"), width, 844)
    found = Axe().run(page).response["violations"]
    page.close()
    assert [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found] == []


def test_it_has_one_of_each_landmark_and_headings_that_the_ear_can_follow(
    browser: Browser, report: Path
) -> None:
    page = opened(browser, report)
    counts = page.evaluate(
        "['header','nav','main','footer','h1'].map(name => document.querySelectorAll(name).length)"
    )
    assert counts == [1, 1, 1, 1, 1]
    assert page.evaluate("document.documentElement.lang") == "vi"
    names = page.eval_on_selector_all(
        "[role=region]", "all => all.map(one => one.getAttribute('aria-label'))"
    )
    assert all(names)
    page.close()


def test_the_keyboard_skips_to_the_text_and_past_the_contents_and_shows_where_it_is(
    browser: Browser, report: Path
) -> None:
    page = opened(browser, report)
    page.keyboard.press("Tab")
    first = page.evaluate(
        "[document.activeElement.className, document.activeElement.getBoundingClientRect().top >= 0]"
    )
    assert first == ["skip", True], "the first stop is the way to the text, and it can be seen"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#noi-dung"
    page.focus("nav a.skip")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#than-bai"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#than-bai') !== null"), (
        "the contents list is passed"
    )
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline not in ("none", ""), "the focus is seen"
    page.close()


def test_a_folded_table_opens_by_keyboard(browser: Browser, report: Path) -> None:
    page = opened(browser, report)
    page.focus("details.folded summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details.folded').open")
    assert (
        page.evaluate("document.querySelector('details.folded table').getBoundingClientRect().height") > 100
    )
    page.close()


def test_the_figures_of_the_opening_page_are_seen_at_once_on_a_laptop(browser: Browser, report: Path) -> None:
    page = opened(browser, report, 1366, 768)
    tops = page.eval_on_selector_all(
        ".lead .key-value", "all => all.map(one => one.getBoundingClientRect().bottom)"
    )
    assert len(tops) == 5
    assert tops[1] < 768, "what matters most begins on the first screen"
    page.close()


def test_on_paper_the_main_points_fill_one_sheet_and_nothing_is_shrunk(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    page = opened(browser, report, PAPER_WIDTH)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER_WIDTH
    last = plain(page.inner_text(".lead li:last-child >> nth=-1"))
    folded = plain(page.text_content("details.folded caption") or "")
    page.pdf(path=tmp_path / "report.pdf", format="A4", prefer_css_page_size=True)
    page.close()
    sheets = [plain(sheet.extract_text()) for sheet in pypdf.PdfReader(tmp_path / "report.pdf").pages[:9]]
    assert last in sheets[0], "the main points end on their sheet"
    assert plain("Căn cứ") in sheets[1]
    assert [sheet for sheet in sheets if folded in sheet], "a folded table is printed open"


def plain(text: str) -> str:
    """The unaccented letters and digits of one text: a PDF does not give every Vietnamese letter back."""
    return re.sub(r"[^A-Za-z0-9]", "", text)


def test_parts_of_a_bar_differ_without_colour(browser: Browser, report: Path) -> None:
    """The lightness of the palette's steps, as a grey printer sees it, is at least a tenth apart."""
    page = opened(browser, report)
    images = page.eval_on_selector_all("figure.chart svg", "all => all.map(one => one.outerHTML).join(' ')")
    page.close()
    used = [colour for colour in ("#17496b", "#639fc2", "#f0b468") if colour in images]
    assert len(used) == 3
    greys = sorted(lightness(colour) for colour in used)
    assert all(after - before > 0.1 for before, after in itertools.pairwise(greys)), greys


def lightness(colour: str) -> float:
    """The relative luminance of one colour (WCAG), 0-1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_district_report_stays_a_light_file(report: Path) -> None:
    assert report.stat().st_size < 3_000_000


def test_on_paper_the_slip_is_one_sheet_and_the_signature_stands_below_its_words(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    sheets = {}
    for kind in ("phieu-trinh", "chia-se"):
        page = opened(browser, report.with_name(f"{report.stem}-{kind}.html"), PAPER_WIDTH)
        page.emulate_media(media="print")
        page.pdf(path=tmp_path / f"{kind}.pdf", format="A4", prefer_css_page_size=True)
        page.close()
        sheets[kind] = [
            plain(sheet.extract_text()) for sheet in pypdf.PdfReader(tmp_path / f"{kind}.pdf").pages
        ]
    assert len(sheets["phieu-trinh"]) == 1
    assert plain("TRƯỞNG PHÒNG") in sheets["chia-se"][-1]
    assert plain("kính báo cáo") in sheets["chia-se"][-1]
