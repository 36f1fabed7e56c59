"""The index page of all reports in a real Chromium: it opens from the disk, and every link leads to a file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import opened
from playwright.sync_api import Browser

from demo_world import Demo

pytestmark = pytest.mark.browser


@pytest.fixture
def index(demo: Demo) -> Path:
    return demo.workspace.root / "reports" / "index.html"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)], ids=["laptop", "phone"])
def test_it_fits_the_screen_asks_nothing_and_axe_finds_nothing(
    browser: Browser, index: Path, width: int, height: int
) -> None:
    page, trouble = opened(browser, index, width, height)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    page.close()
    assert trouble == []
    assert [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found] == []


def test_every_link_leads_to_a_file_beside_it_or_a_place_in_it(browser: Browser, index: Path) -> None:
    page, _ = opened(browser, index, 1366, 768)
    links = page.eval_on_selector_all("a", "all => all.map(one => [one.getAttribute('href'), one.href])")
    assert len([href for href, _ in links if href.endswith(".html")]) >= 4
    for href, resolved in links:
        if href.startswith("#"):
            assert page.query_selector(f"[id='{href[1:]}']"), href
        else:
            assert not href.startswith(("/", "file:", "http")), href
            assert Path(unquote(urlsplit(resolved).path)).is_file(), href
    page.click("table a[href$='.html'] >> nth=0")
    assert page.evaluate("document.querySelector('h1').textContent").startswith("Sơ kết học kỳ I")
    page.close()


def test_it_prints_on_few_sheets(browser: Browser, index: Path, tmp_path: Path) -> None:
    page, _ = opened(browser, index, 1366, 768)
    page.pdf(path=str(tmp_path / "index.pdf"), prefer_css_page_size=True)
    page.close()
    assert len(pypdf.PdfReader(tmp_path / "index.pdf").pages) <= 3
