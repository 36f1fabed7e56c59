"""The page of what changed since a report was handed out, in a real Chromium: offline, read by axe, on a phone."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import opened
from playwright.sync_api import Browser
from pypdf import PdfReader

from termreview.reporting.changes.bridge import build_bridge, changes_between
from termreview.reporting.changes.comparison import Comparison
from termreview.reporting.changes.page import write_changes
from termreview.reporting.changes.place_variances import key_figure_variances, place_variances
from termreview.reporting.changes.report_diff import ReportDiff, contents_along, section_calls
from termreview.reporting.changes.variances import figures_along, variances_of
from termreview.reporting.records.issued import Issue
from termreview.reporting.term.term_tables import State
from worlds import HK1

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
import report_world

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_of_changes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district in which nobody had reported, and then most had."""
    now, before = report_world.report(HK1), report_world.tables_of(HK1, "missing")
    first = State(now.reference, now.declared, before)
    second = State(now.reference, now.declared, now.term.tables)
    told = figures_along(build_bridge(first, second), ("pupils_count.total",))
    names = {school.unit_id: school.short_name for school in now.declared.schools}
    folder = tmp_path_factory.mktemp("changes")
    issue = Issue(1, folder, {"as_of": "2024-01-10", "status": "provisional"}, folder)
    files = changes_between(first, second).files
    comparison = Comparison(issue, None, now.as_of, tuple(variances_of(told)), told[-1][1], names, files, ())
    calls = section_calls(report_world.ROOT / "notebooks" / "3_semester_review.ipynb")
    bridge_steps = contents_along(now, first, second, calls)
    variances, main = place_variances(bridge_steps), key_figure_variances(bridge_steps)
    printed = ReportDiff(tuple(variances), tuple(main), bridge_steps[-1][1].counted, ())
    write_changes(
        now, comparison, folder / "changes.html", folder / "changes.csv", printed, folder / "every.csv"
    )
    return folder / "changes.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_it_needs_nothing_but_itself_and_fits(browser: Browser, page_of_changes: Path, width: int) -> None:
    page, trouble = opened(browser, page_of_changes, width, 900)
    assert trouble == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What matters is open; the long tail is folded by section, and no larger than a page can be.
    assert page.locator("table:visible").count() == 2
    assert page.locator("dl.key-figures dd.key-value", has_text="→").count() > 0
    assert page.locator("details.tail").count() > 20
    assert page_of_changes.stat().st_size < 1_500_000
    page.locator("details.tail > summary").first.press("Enter")
    assert page.locator("table:visible").count() > 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    # Nothing to be pushed sideways either, in all of it: on a phone rows stand as cards.
    boxes = "[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.innerText.slice(0, 900))"
    assert page.evaluate(boxes) == []
    found = Axe().run(page).response["violations"]
    page.close()
    told = [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    assert not [line for line in told if line.startswith(("serious", "critical"))], told


def test_print_holds_what_matters_and_of_the_tail_what_was_opened(
    browser: Browser, page_of_changes: Path
) -> None:
    page, _ = opened(browser, page_of_changes, 1280, 900)
    closed = len(PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    page.locator("details.tail").evaluate_all("parts => parts.forEach(part => part.open = true)")
    whole = len(PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    page.close()
    assert closed <= 14
    assert whole > closed + 10
