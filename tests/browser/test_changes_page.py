"""The page of what changed since a report was handed out, in a real Chromium: offline, read by axe, on a phone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import opened
from playwright.sync_api import Browser

from termreview.reporting.changes_page import write_changes
from termreview.reporting.comparison import Comparison
from termreview.reporting.issued import Issue
from termreview.reporting.moves import figures_along, moves_of
from termreview.reporting.replay import State, changes_between, replay
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
    told = figures_along(replay(first, second), ("pupils_count.total",))
    names = {school.unit_id: school.short_name for school in now.declared.schools}
    folder = tmp_path_factory.mktemp("changes")
    issue = Issue(1, folder, {"as_of": "2024-01-10", "status": "provisional"}, folder)
    files = changes_between(first, second).files
    comparison = Comparison(issue, None, now.as_of, tuple(moves_of(told)), told[-1][1], names, files, ())
    write_changes(now, comparison, folder / "changes.html", folder / "changes.csv")
    return folder / "changes.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_it_needs_nothing_but_itself_and_fits(browser: Browser, page_of_changes: Path, width: int) -> None:
    page, trouble = opened(browser, page_of_changes, width, 900)
    assert trouble == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("table").count() == 2
    found = Axe().run(page).response["violations"]
    page.close()
    told = [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    assert not [line for line in told if line.startswith(("serious", "critical"))], told
