"""What an office's day does to a desk: the network is cut, a list is open in Excel, six hundred schools report."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from browsing import PATIENCE_MS
from desk import new_district
from desk_world import TERM
from playwright.sync_api import Browser, Page, expect
from test_desk import (
    SCREEN,
    TOKEN,
    Seat,
    Served,
    analyst,
    heading,
    office,
    running,
    screen,
    seat,
    voila,
)

from termreview.desk.serving.serving import free_port
from termreview.reference.declarations import load_reference
from termreview.terms import parse_term

__all__ = ["analyst", "office", "screen", "voila"]  # fixtures
pytestmark = pytest.mark.browser

REASON = "đã gọi điện đối chiếu với sổ của trường"
SCHOOLS = 600


class Cable:
    """A way to one port of this machine that can be cut, and mended."""

    def __init__(self, to: int) -> None:
        self._to, self._open = to, list[socket.socket]()
        self.port = free_port(9350)
        self.mend()

    def mend(self) -> None:
        """Let connections through, from now on."""
        self._door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """End every connection, and let no new one through."""
        for one in (self._door, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = door.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while content := one.recv(65_536):
                other.sendall(content)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@contextmanager
def page_of(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=SCREEN) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def test_a_cut_network_is_told_at_once_keeps_what_is_typed_and_comes_back(
    browser: Browser, voila: Served
) -> None:
    """No click is kept for later; what is half typed stays where it is, and is saved once the network is back."""
    cable = Cable(voila.port)
    with page_of(browser) as page:
        page.goto(f"http://127.0.0.1:{cable.port}/?token={TOKEN}")
        one = Seat(page, "Chuyên viên A")
        one.show("Không phải số", "TH Trần Quốc Toản")
        one.fill("Số liệu đúng", "15")
        reason = one.visible(one.desk.get_by_role("textbox", name="Lý do", exact=True))
        reason.fill("đã gọi điện đối chiếu")
        cable.cut()
        banner = page.locator("#desk-connection")
        expect(banner).to_contain_text("Mất kết nối")
        expect(banner).to_contain_text("Chữ đang gõ được giữ")
        expect(banner).to_have_attribute("role", "alert")
        expect(reason).to_have_value("đã gọi điện đối chiếu")
        reason.press("End")
        page.keyboard.type(" với sổ của trường")  # one goes on typing
        one.button("Chấp nhận giải trình").click(force=True)  # in vain, and not kept for later
        cable.mend()
        expect(banner).to_contain_text("Đã nối lại")
        expect(reason).to_have_value(REASON)
        assert load_reference(voila.office.reference).decisions == ()
        reason.press("Tab")
        one.said("Đã tính ảnh hưởng")
        one.button("Ghi quyết định").click()
        one.said("Đã ghi quyết định qd-0001")
        [decided] = load_reference(voila.office.reference).decisions
        assert (decided.new_value, decided.reason) == ("15", REASON)
    cable.cut()


def test_a_list_that_is_open_in_excel_is_told_and_nothing_is_half_written(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """What the spreadsheet program saves later would take the decision away again."""
    one, trouble = analyst
    path = voila.office.reference / "decisions.csv"
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    one.show("Không phải số", "TH Trần Quốc Toản")
    one.fill("Số liệu đúng", "15")
    one.fill("Lý do", REASON)
    one.said("Đã tính ảnh hưởng")
    for name in ("~$decisions.csv", ".~lock.decisions.csv#"):
        note = path.with_name(name)
        note.write_text("Chuyên viên B", encoding="utf-8")
        one.press("Ghi quyết định")
        one.said("decisions.csv đang mở trong Excel")
        one.said(name)
        note.unlink()
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == beside
    expect(one.visible(one.desk.get_by_role("textbox", name="Lý do", exact=True))).to_have_value(REASON)
    one.button("Ghi quyết định").click()
    one.said("Đã ghi quyết định qd-0001")
    assert [one.new_value for one in load_reference(voila.office.reference).decisions] == ["15"]
    assert trouble == []


def test_six_hundred_schools_are_sorted_searched_and_filtered_without_pages(
    browser: Browser, tmp_path: Path
) -> None:
    """Every school stands in the one table; how long a sort and a search take in the browser is printed, not asserted."""
    district, port = new_district(tmp_path, SCHOOLS), free_port(8990)
    command = [sys.executable, "-m", "termreview.cli", "--root", str(tmp_path), "desk", "--no-browser", "--port", str(port)]  # fmt: skip
    with running(command, tmp_path, port), browser.new_context(viewport=SCREEN) as context:
        context.set_default_timeout(PATIENCE_MS)
        one, trouble = seat(context, f"http://127.0.0.1:{port}/", "Chuyên viên A")
        page, desk = one.page, one.desk
        expected = len(load_reference(district.reference).of(parse_term(TERM)).schools)
        assert expected >= SCHOOLS
        listed = desk.locator(".pick-table:visible tbody tr")  # who has sent
        expect(listed).to_have_count(expected)
        one.open("Bảng")
        rows, count = (
            page.locator(".sheet-scroll:visible tbody tr"),
            page.locator(".sheet-count:visible").last,
        )
        expect(count).to_have_text(f"{expected}/{expected} dòng")
        expect(rows).to_have_count(expected)
        assert page.locator(".dt-paging").count() == 0
        points = "Chỉ số Dạy, học: điểm thấp nhất"
        page.evaluate("window.began = performance.now()")
        heading(page, points).locator(".dt-column-order").click()
        expect(heading(page, points)).to_have_attribute("aria-sort", "ascending")
        sorted_ms = page.evaluate("performance.now() - window.began")
        search = page.get_by_label("Tìm trong bảng").last
        page.evaluate("window.began = performance.now()")
        search.fill("04800012")
        expect(count).not_to_have_text(f"{expected}/{expected} dòng")
        searched_ms = page.evaluate("performance.now() - window.began")
        expect(rows).to_have_count(1)
        search.fill("")
        heading(page, "Cấp học").locator(".dtcc-button_dropdown").click()
        page.locator(".dtcc-dropdown").get_by_role("button", name="Trung học cơ sở", exact=True).click()
        page.keyboard.press("Escape")
        expect(count).not_to_have_text(f"{expected}/{expected} dòng")
        shown = int(count.inner_text().split("/")[0])
        expect(rows).to_have_count(shown)
        assert 0 < shown < expected
        print(f"\n{expected} schools: sorted in {sorted_ms:.0f} ms, searched in {searched_ms:.0f} ms")
        assert trouble == []
