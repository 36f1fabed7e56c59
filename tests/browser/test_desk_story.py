"""A new analyst's first ten minutes at the desk, on a real Voilà: every task done, its clicks and keys counted and held.

Seconds are printed, never asserted: a busy machine is no fault of the desk. `docs/desk-and-excel.md` lists the same tasks beside Excel.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PATIENCE_MS
from desk_world import TERM
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_desk import (
    LIBRARY,
    TOKEN,
    Seat,
    Served,
    first_cells,
    heading,
    lab_command,
    office,
    running,
    seat,
    voila,
)

from termreview.desk.serving.serving import free_port
from termreview.reference.declarations import load_reference
from termreview.terms import parse_term

__all__ = ["office", "voila"]  # fixtures
pytestmark = pytest.mark.browser

REASON = "đã gọi điện đối chiếu với sổ của trường"
POINTS = "Chỉ số Dạy, học: điểm thấp nhất"
COUNTING = """() => {
  window.counted = { clicks: 0, keys: 0, typed: 0 };
  document.addEventListener("click", (event) => { if (event.isTrusted && event.detail) window.counted.clicks += 1 }, true);
  document.addEventListener("keydown", (event) => {
    if (event.isTrusted) window.counted[event.key.length === 1 && !event.ctrlKey ? "typed" : "keys"] += 1;
  }, true);
}"""


class Counted:
    """One page whose clicks, keys (letters of a typed text are `typed`) and seconds are counted, task by task."""

    def __init__(self, page: Page, tasks: dict[str, tuple[int, int, float]] | None = None) -> None:
        """Count what is done in one page; `tasks` are those of another page, to be told together."""
        self.page = page
        self.tasks: dict[str, tuple[int, int, float]] = {} if tasks is None else tasks
        page.evaluate(COUNTING)

    @contextmanager
    def task(self, name: str, clicks: int, keys: int) -> Iterator[None]:
        """One task, which may take so many clicks and keys; typed texts are not counted as keys."""
        before, began = self.page.evaluate("window.counted"), time.monotonic()
        yield
        after = self.page.evaluate("window.counted")
        took = tuple(after[what] - before[what] for what in ("clicks", "keys"))
        self.tasks[name] = (*took, time.monotonic() - began)
        assert took[0] <= clicks, f"{name}: {took[0]} clicks"
        assert took[1] <= keys, f"{name}: {took[1]} keys"

    def tell(self, size: str) -> None:
        """Print what was counted."""
        print(f"\n{size}: task | clicks | keys | s")
        for name, (clicks, keys, seconds) in self.tasks.items():
            print(f"  {name} | {clicks} | {keys} | {seconds:.1f}")
        sums = [sum(part) for part in zip(*self.tasks.values(), strict=True)]
        print(f"  all | {sums[0]} | {sums[1]} | {sums[2]:.1f}")


@contextmanager
def desk_of(
    browser: Browser, voila: Served, width: int, height: int
) -> Iterator[tuple[BrowserContext, Seat, list[str]]]:
    with browser.new_context(viewport={"width": width, "height": height}) as context:
        context.set_default_timeout(PATIENCE_MS)
        one, trouble = seat(context, voila.url, "Chuyên viên A")
        yield context, one, trouble


def in_view(page: Page, locator: Locator) -> bool:
    """Say whether one part stands whole in the window as it is scrolled."""
    box, size = locator.bounding_box(), page.viewport_size
    return (
        box is not None and size is not None and box["y"] >= 0 and box["y"] + box["height"] <= size["height"]
    )


def short_name(voila: Served, school_id: str) -> str:
    schools = load_reference(voila.office.reference).of(parse_term(TERM)).schools
    return next(school.short_name for school in schools if school.unit_id == school_id)


def put_own_chart(
    context: BrowserContext, voila: Served, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copy the recipe of one's own figure into the report notebook, as its text tells a beginner, in a real JupyterLab."""
    port, path = free_port(8970), voila.office.notebooks / "3_semester_review.ipynb"
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(LIBRARY / "termreview" / "desk" / "theme" / "jupyter"))
    with running(lab_command(port), voila.office.root, port):
        lab = context.new_page()
        lab.goto(f"http://127.0.0.1:{port}/lab/tree/notebooks/6_my_analysis.ipynb?token={TOKEN}")
        recipe = lab.get_by_role("heading", name="Hình của mình trong báo cáo").locator("visible=true").first
        recipe.wait_for()
        expect(lab.locator("#jp-main-statusbar")).to_contain_text("| Idle")
        with Counted(lab, counted.tasks).task("own chart into the report", clicks=4, keys=3):
            recipe.click()
            lab.keyboard.press("ArrowDown")
            expect(lab.locator(".jp-Notebook:visible .jp-CodeCell.jp-mod-selected")).to_be_visible()
            lab.keyboard.press("c")
            lab.locator(".jp-DirListing-item", has_text="3_semester_review.ipynb").dblclick()
            heading_of = lab.locator(".jp-Notebook:visible .jp-MarkdownCell h2").locator("visible=true").first
            heading_of.click()
            lab.keyboard.press("v")
            expect(
                lab.locator(".jp-Notebook:visible .jp-CodeCell", has_text="Điểm chung theo xã")
            ).to_be_visible()
            lab.keyboard.press("ControlOrMeta+s")
            ends = time.monotonic() + PATIENCE_MS / 1000
            while "Điểm chung theo xã" not in path.read_text(encoding="utf-8"):
                assert time.monotonic() < ends, "the notebook was not saved"
                lab.wait_for_timeout(100)
        lab.close()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_a_new_analyst_does_a_term_in_ten_minutes(
    browser: Browser, voila: Served, width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Find the largest cause, correct three, return two files, sort, filter, group, export, own chart, make, issue."""
    with desk_of(browser, voila, width, height) as (context, one, trouble):
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page, desk, counted = one.page, one.desk, Counted(one.page)
        with counted.task("find the largest cause", clicks=1, keys=0):
            one.open("Lỗi, giải trình")
            causes = one.visible(desk.locator(".pick-table"))
            sizes = [int(text) for text in causes.locator("tbody tr td:nth-child(3)").all_inner_texts()]
            assert sizes[0] == max(sizes)  # it stands first, and is open
        with counted.task("turn to what is no number", clicks=1, keys=0):
            one.pick("Không phải số")
        for number, value in enumerate(("15", "50", "9"), start=1):
            with counted.task(f"correct a figure ({number})", clicks=2, keys=4):
                field = one.visible(desk.get_by_role("textbox", name="Số liệu đúng", exact=True))
                if number == 1:
                    field.click()  # after that the keyboard stands there by itself
                expect(field).to_be_focused()
                page.keyboard.type(value)
                if number == 1:
                    page.keyboard.press("Tab")
                    page.keyboard.type(REASON)
                    page.keyboard.press("Tab")
                else:
                    one.button(REASON, exact=False).click()
                one.said("Đã tính ảnh hưởng")
                with one.done():
                    one.button("Ghi quyết định").click()
                one.said(f"Đã ghi quyết định qd-000{number}")
                if number < 3:
                    one.said("Tiếp theo:")
        decided = load_reference(voila.office.reference).decisions
        assert [(one.action, one.new_value, one.reason) for one in decided] == [("correct", value, REASON) for value in ("15", "50", "9")]  # fmt: skip
        with counted.task("return the files", clicks=2, keys=0):
            one.open("Toàn cảnh")
            one.press("Tạo tệp trả trường")
            one.said("tệp trả trường")
        assert len(list((voila.office.reports(parse_term(TERM)) / "returns").glob("*.xlsx"))) >= 2
        with counted.task("return two files, one by one", clicks=7, keys=0):
            for number, school_id in enumerate(("0477202", "0477203")):
                if number:
                    one.open("Toàn cảnh")
                with one.done():
                    one.visible(
                        desk.get_by_role("button", name=short_name(voila, school_id), exact=True)
                    ).click()
                expect(one.school_line()).to_have_value(re.compile(school_id))
                one.press("Tệp trả của trường")
                with page.expect_download() as returned:
                    one.visible(desk.locator(".desk-download")).click()
                assert school_id in returned.value.suggested_filename
                assert Path(returned.value.path()).read_bytes().startswith(b"PK")
        one.open("Toàn cảnh")
        with counted.task("write to every school", clicks=1, keys=0):
            one.press("Soạn thư")
            one.said("Không thư nào được gửi đi")
        with counted.task("sort by a score, lowest first", clicks=2, keys=0):
            one.open("Bảng")
            heading(page, POINTS).locator(".dt-column-order").click()
            expect(heading(page, POINTS)).to_have_attribute("aria-sort", "ascending")
        with counted.task("filter one school level", clicks=2, keys=1):
            heading(page, "Cấp học").locator(".dtcc-button_dropdown").click()
            page.locator(".dtcc-dropdown").get_by_role("button", name="Tiểu học", exact=True).click()
            page.keyboard.press("Escape")
            expect(page.locator(".sheet-count:visible").last).to_have_text("7/10 dòng")
        kept = first_cells(page)
        with counted.task("group by commune", clicks=1, keys=1):
            with one.done():
                desk.get_by_label("Nhóm theo").click()
                page.keyboard.type("xã, phường, thị trấn")
                page.keyboard.press("Tab")
            groups = page.locator(".desk-table-groups .sheet-scroll")
            expect(groups.locator("tbody tr").last).to_contain_text("Tất cả trường đang xem")
        with counted.task("take the table to Excel", clicks=2, keys=0):
            one.press("Tải bảng")
            with page.expect_download() as taken:
                one.visible(desk.get_by_role("link", name="Bảng Excel", exact=True)).click()
            taken.value.save_as(voila.office.root / "bang.xlsx")
            book = openpyxl.load_workbook(voila.office.root / "bang.xlsx")
            assert [row[0].value for row in book.worksheets[0].iter_rows() if row[0].value in kept] == kept
        with counted.task("ask a disc of a chart which school it is", clicks=2, keys=0):
            one.open("So sánh số liệu")
            mark = desk.locator('a[href^="#school-"]').first
            name = (mark.text_content() or "").partition(":")[0]
            with one.done():
                mark.locator("circle").click()
            expect(desk.get_by_role("tab", name="Từng trường")).to_have_attribute("aria-selected", "true")
            expect(one.school_line()).to_have_value(re.compile(re.escape(name)))
        put_own_chart(context, voila, counted, monkeypatch)
        with counted.task("make the report", clicks=2, keys=0):
            one.open("Toàn cảnh")
            one.press("Lập báo cáo")
            one.said("Đã lập")
        [made] = voila.office.reports(parse_term(TERM)).glob(f"bao-cao-so-ket-{TERM}.html")
        assert "Điểm chung theo xã" in made.read_text(encoding="utf-8"), (
            "the analyst's own chart stands in the report"
        )
        with counted.task("issue it", clicks=2, keys=0):
            one.press("Phát hành…")
            one.press("Xác nhận phát hành")
            one.said("Đã phát hành lần 1")
        counted.tell(f"{width} × {height}")
        assert trouble == []


def test_a_decision_takes_one_screen_and_eight_keys(browser: Browser, voila: Served) -> None:
    """The row picked, its form, its school and what was saved stand in one window; the mouse may stay where it is."""
    with desk_of(browser, voila, 1366, 768) as (_, one, trouble):
        page, desk = one.page, one.desk
        one.open("Lỗi, giải trình")
        one.pick("Không phải số")
        counted = Counted(page)
        desk.get_by_role("textbox", name="Số liệu đúng", exact=True).locator("visible=true").first.focus()
        with counted.task("a decision by keyboard alone", clicks=0, keys=8):
            page.keyboard.type("15")
            page.keyboard.press("Tab")
            page.keyboard.type(REASON)
            page.keyboard.press("Tab")
            one.said("Đã tính ảnh hưởng")
            save = one.button("Ghi quyết định")
            for part in (one.visible(desk.locator(".pick-row.picked")), one.visible(desk.locator(".desk-form-title")), save, desk.locator(".status")):  # fmt: skip
                assert in_view(page, part)
            page.keyboard.press("Tab")
            expect(save).to_be_focused()
            with one.done():
                page.keyboard.press("Enter")
            one.said("Tiếp theo:")
        assert in_view(page, desk.locator(".status"))
        expect(one.visible(desk.get_by_role("textbox", name="Số liệu đúng", exact=True))).to_be_focused()
        counted.tell("1366 × 768")
        one.press("Hoàn tác qd-0001")
        one.said("Đã hoàn tác quyết định qd-0001")
        assert load_reference(voila.office.reference).decisions == ()
        one.press("Làm lại qd-0001")
        assert [one.new_value for one in load_reference(voila.office.reference).decisions] == ["15"]
        assert trouble == []


def test_values_are_typed_or_pasted_down_a_column(browser: Browser, voila: Served) -> None:
    """Many places with different values: Enter goes on, a column copied from Excel fills several, one click writes all."""
    with desk_of(browser, voila, 1366, 768) as (context, one, trouble):
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page, desk = one.page, one.desk
        one.open("Lỗi, giải trình")
        one.pick("Không phải số")
        one.fill("Lý do", REASON)
        counted = Counted(page)
        with counted.task("three places, three values", clicks=3, keys=3):
            one.button("Mỗi vị trí một giá trị (3)").click()
            cells = desk.locator(".value-column input:visible")
            expect(cells).to_have_count(3)
            cells.first.click()
            page.keyboard.type("15")
            page.keyboard.press("Enter")
            expect(cells.nth(1)).to_be_focused()
            page.evaluate("navigator.clipboard.writeText('50\\n9\\n')")
            page.keyboard.press("ControlOrMeta+V")
            expect(cells.nth(2)).to_have_value("9")
            one.said("Đã tính ảnh hưởng")
            with one.done():
                one.button("Ghi quyết định").click()
            one.said("qd-0001")
        counted.tell("1366 × 768")
        assert [one.new_value for one in load_reference(voila.office.reference).decisions] == [
            "15",
            "50",
            "9",
        ]
        assert trouble == []


def test_every_view_is_usable_at_twice_its_size_and_prints_whole(browser: Browser, voila: Served) -> None:
    """1366 px at 200 % are 683: nothing scrolls sideways, pressed buttons say so; on paper no row is cut and no control stands."""
    with desk_of(browser, voila, 683, 384) as (_, one, trouble):
        page, desk = one.page, one.desk
        for tab in desk.get_by_role("tab").all():
            one.open(tab.inner_text())
            assert page.evaluate("document.documentElement.scrollWidth") <= 683, tab.inner_text()
            for group in desk.locator(".desk-switch:visible").all():
                pressed = [
                    button.get_attribute("aria-pressed") for button in group.get_by_role("button").all()
                ]
                assert pressed.count("true") == 1, tab.inner_text()
                assert set(pressed) <= {"true", "false"}
            found = Axe().run(page, context=".termreview-desk").response["violations"]
            assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
            page.emulate_media(media="print")
            cut = "places => places.filter(place => place.offsetParent && place.scrollHeight > place.clientHeight + 2).length"
            assert desk.locator(".sheet-scroll").evaluate_all(cut) == 0, tab.inner_text()
            assert desk.locator(".desk-button:visible, .desk-field:visible").count() == 0, tab.inner_text()
            assert desk.locator("header").is_visible()
            page.emulate_media(media="screen")
        assert trouble == []


def test_a_page_that_waits_says_what_it_waits_for(browser: Browser, voila: Served) -> None:
    """From the first moment on a text stands in the page, spoken by screen readers; files are counted while they are read."""
    with browser.new_context(viewport={"width": 1366, "height": 768}) as context:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.add_init_script(
            "window.told = []; new MutationObserver(() => { for (const line of document.querySelectorAll('[role=status]'))"
            " { const text = line.textContent.trim(); if (text && !window.told.includes(text)) window.told.push(text) } })"
            ".observe(document, { subtree: true, childList: true, characterData: true })"
        )
        page.goto(f"{voila.url}?token={TOKEN}")
        Seat(page, "Chuyên viên A")
        told = page.evaluate("window.told")
        assert told, "nothing was said while the page opened"
        assert any("Đang" in text for text in told), told
        assert any("Đã mở kỳ báo cáo" in text for text in told), told
