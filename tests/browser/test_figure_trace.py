"""A figure of a report followed to its cells, in a real Chromium: it leads there, and it adds up."""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path

import pytest
from browsing import opened
from playwright.sync_api import Browser

from demo_world import SEMESTER, YEAR_END, Demo
from termreview.terms import Term

pytestmark = pytest.mark.browser

# Every figure that can be followed: what is printed, and what its look-up shows.
FOLLOWED = """() => [...document.querySelectorAll('main a[href^="#tra/"]')].map(link => {
  link.click();
  const dialog = document.querySelector("dialog.trace");
  const text = part => part ? part.textContent.trim() : "";
  const found = {
    printed: text(link), target: link.getAttribute("href"), isOpen: dialog.open,
    rows: dialog.querySelectorAll("tbody tr").length,
    total: [...dialog.querySelectorAll("tfoot tr > *")].map(text),
    facts: [...dialog.querySelectorAll("dt")].map(name => [text(name), text(name.nextElementSibling)]),
    body: text(dialog.querySelector(".trace-body")),
  };
  dialog.close();
  return found;
})"""


def numbers(text: str) -> list[float]:
    """The figures of one text in Vietnamese writing."""
    return [float(part.replace(".", "").replace(",", ".")) for part in re.findall(r"\d[\d.]*(?:,\d+)?", text)]


@pytest.mark.parametrize("term", [SEMESTER, YEAR_END], ids=["semester review", "year-end summary"])
def test_every_printed_figure_is_what_its_lines_add_up_to(browser: Browser, demo: Demo, term: Term) -> None:
    page, trouble = opened(browser, demo.result(term).report, 1366, 768)
    followed = page.evaluate(FOLLOWED)
    page.close()
    assert trouble == []
    kinds = [one["target"].split("/")[1] for one in followed]
    assert {"diem", "tieu-chi", "ti-le", "so-lieu", "nhiem-vu"} <= set(kinds)
    assert [one["target"] for one in followed if not one["isOpen"] or not one["rows"]] == []
    assert [one["target"] for one in followed if "Tổng các dòng khác" in one["body"]] == []
    sums = 0
    for kind, one in zip(kinds, followed, strict=True):
        printed, total = one["printed"], one["total"]
        if not total or "triệu" in printed or "một nửa" in printed:
            continue
        match kind:
            case "diem" | "so-lieu" | "tieu-chi":
                shown = total[1]
            case "ti-le" if "/" not in printed:
                shown = total[3]
            case _:
                continue
        sums += 1
        assert numbers(shown) == numbers(printed.split(" (")[0]), one
    assert sums > 200


def test_a_task_counts_the_schools_that_its_look_up_lists(browser: Browser, demo: Demo) -> None:
    page, _ = opened(browser, demo.result(SEMESTER).report, 1366, 768)
    followed = page.evaluate(FOLLOWED)
    page.close()
    tasks = [one for one in followed if "/nhiem-vu/" in one["target"]]
    assert len(tasks) >= 40
    for one in tasks:
        counts = [int(value) for name, value in one["facts"] if value.isdigit()]
        assert int(one["printed"]) in counts or one["printed"] == "0"


def test_a_school_is_found_by_its_name_without_tones_and_its_points_lead_to_cells(
    browser: Browser, demo: Demo
) -> None:
    page, trouble = opened(browser, demo.result(SEMESTER).report, 1366, 768)
    page.get_by_role("searchbox").fill("thcs nguyen du")
    page.locator(".trace-hits a").first.click()
    dialog = page.get_by_role("dialog")
    assert "THCS Nguyễn Du" in dialog.inner_text()
    dialog.locator('a[href^="#tra/diem/1/"]').click()
    dialog.locator('a[href^="#tra/tieu-muc/1.6.3/"]').click()
    text = dialog.inner_text()
    assert "qd-4725-2022/1.6.3" in text
    assert "Thống kê!" in text or "Chỉ số CĐS!" in text
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert trouble == []
    page.close()


def test_a_link_to_a_figure_opens_it_at_once_also_on_a_phone(browser: Browser, demo: Demo) -> None:
    page, trouble = opened(browser, demo.result(SEMESTER).report, 390, 844)
    page.goto(demo.result(SEMESTER).report.as_uri() + "#tra/so-lieu/pupils_count.total/th")
    page.reload()
    dialog = page.get_by_role("dialog")
    dialog.wait_for(state="visible")
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert trouble == []
    page.close()


def test_a_packed_look_up_opens_as_a_plain_one(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    """The page of many schools has its look-up deflated: the browser inflates it and shows the same lines."""
    source = demo.result(SEMESTER).report.read_text(encoding="utf-8")
    before, opening, rest = source.partition('<script type="application/json" id="tra-cuu-so-lieu">')
    text, end, after = rest.partition("</script>")
    packed = base64.b64encode(zlib.compress(text.encode("utf-8"))).decode("ascii")
    path = tmp_path / "packed.html"
    opening = opening.replace("application/json", "application/x-deflate;base64")
    path.write_text(f"{before}{opening}{packed}{end}{after}", encoding="utf-8")
    told = []
    for report in (demo.result(SEMESTER).report, path):
        page, trouble = opened(browser, report, 1366, 768)
        page.wait_for_selector("dialog.trace", state="attached")
        told.append(page.evaluate(FOLLOWED))
        page.close()
        assert trouble == []
    assert told[0] == told[1]
    assert len(told[0]) > 200
