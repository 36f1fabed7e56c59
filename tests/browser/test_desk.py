"""The review desk in a real Chromium, served by a real Voilà and in a real JupyterLab, on one small office."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from axe_playwright_python.sync_playwright import Axe
from browsing import PATIENCE_MS
from desk_world import TERM, new_office
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from termreview.cli.__main__ import main as command
from termreview.desk.serving.serving import free_port, is_listening
from termreview.desk.term.overview import published
from termreview.desk.term.term_now import look
from termreview.reference.declarations import load_reference
from termreview.reporting.school_pages.pages import school_page
from termreview.storage.workspace import Workspace, read_tables
from termreview.terms import parse_term

pytestmark = pytest.mark.browser

TOKEN = "only-for-this-test"
VERIFIED = f"0477201,{TERM},1.3.1,2.5,đã xem phần mềm tại trường,Chuyên viên A,2024-01-12"
CORRECTED = (
    f"qd-0001,{TERM},cell,0477201,informatics_computers_working_count,not_a_number,mười lăm,correct,15,"
    "đã gọi điện đối chiếu với sổ của trường,Chuyên viên A,2024-01-12"
)
SCREEN = ViewportSize(width=1366, height=768)
LIBRARY = Path(__file__).resolve().parents[2] / "lib"
MAKEFILE = LIBRARY.parent / "Makefile"


@dataclass(frozen=True)
class Served:
    """One server of the desk: where it is, whose office it shows, and the command that serves it."""

    url: str
    port: int
    office: Workspace
    command: psutil.Process

    def started(self) -> list[psutil.Process]:
        """What the command has started: the server, and a kernel for each page."""
        return self.command.children(recursive=True)

    def kernels(self) -> list[psutil.Process]:
        """The kernels among them; others may end while they are looked at."""
        found = []
        for child in self.started():
            with suppress(psutil.NoSuchProcess):
                if "ipykernel_launcher" in " ".join(child.cmdline()):
                    found.append(child)
        return found


def environment(folder: Path) -> dict[str, str]:
    """What one server is told; what JupyterLab remembers of earlier days on this machine stays out of it."""
    paths = [str(LIBRARY), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "JUPYTER_TOKEN": TOKEN,
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "lab-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "lab-workspaces"),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONIOENCODING": "utf-8",
    }


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[psutil.Process]:
    """One server for as long as the block runs."""
    log = folder / f"server-{port}.log"
    with log.open("w", encoding="utf-8") as stream:
        server = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdout=stream, stderr=subprocess.STDOUT
        )
        try:
            ends = time.monotonic() + PATIENCE_MS / 1000
            while not is_listening(port):
                assert server.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < ends, "the server does not answer"
                time.sleep(0.1)
            yield psutil.Process(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """An office of its own for each test: what one test writes, no other one reads."""
    return new_office(tmp_path)


@pytest.fixture
def voila(office: Workspace, browser: Browser) -> Iterator[Served]:
    port = free_port(8930)
    command = [sys.executable, "-m", "termreview.cli", "--root", str(office.root), "desk", "--no-browser"]
    with running([*command, "--port", str(port)], office.root, port) as process:
        yield Served(f"http://127.0.0.1:{port}/", port, office, process)


class Seat:
    """One analyst in front of one page; every step waits for what it leads to."""

    def __init__(self, page: Page, role: str) -> None:
        self.page, self.desk = page, page.locator(".termreview-desk")
        self.role = role
        expect(self.desk.get_by_role("tab")).to_have_count(10)
        # What was half typed comes back by itself, and what follows from it is told next.
        expect(self.desk.locator(".status")).to_contain_text(re.compile("Đã mở kỳ báo cáo|Đã tính điểm"))
        self.sit(role)

    def sit(self, role: str) -> None:
        """Say who decides at this desk."""
        self.desk.get_by_label("Người xử lý").fill(role)
        self.page.keyboard.press("Tab")

    def said(self, text: str) -> None:
        expect(self.desk.locator(".status")).to_contain_text(text)

    @contextmanager
    def done(self) -> Iterator[None]:
        """Wait until what the block asks for is done: the status line counts its turns."""
        status = self.desk.locator(".status")
        turn = int(status.get_attribute("data-turn") or 0)
        yield
        self.page.wait_for_function(
            "turn => { const line = document.querySelector('.termreview-desk .status');"
            " return line && Number(line.dataset.turn) > turn && !line.classList.contains('status-busy') }",
            arg=turn,
        )  # fmt: skip

    def press(self, name: str) -> None:
        """Press one button and wait until it has done its work."""
        with self.done():
            self.button(name).click()

    def open(self, name: str) -> None:
        tab = self.desk.get_by_role("tab", name=name)
        if tab.get_attribute("aria-selected") != "true":
            with self.done():
                tab.click()

    def visible(self, locator: Locator) -> Locator:
        return locator.locator("visible=true").first

    def button(self, name: str, exact: bool = True) -> Locator:
        return self.visible(self.desk.get_by_role("button", name=name, exact=exact))

    def pick(self, title: str) -> None:
        """Pick one row of a table by the words of its button, and wait until it is marked."""
        row = self.desk.locator(".pick-row", has=self.page.get_by_role("button", name=title, exact=True))
        with self.done():
            self.visible(row.get_by_role("button")).click()
        expect(self.visible(self.desk.locator(".pick-row.picked", has_text=title))).to_be_visible()

    def fill(self, name: str, text: str) -> None:
        box = self.visible(self.desk.get_by_role("textbox", name=name, exact=True))
        box.fill(text)
        self.page.keyboard.press("Tab")

    def school_line(self) -> Locator:
        """The line of the school in the tab in front."""
        return self.visible(self.desk.locator(".desk-picker input[list]"))

    def school(self, typed: str) -> None:
        """Type a school the way people do, and leave the line."""
        with self.done():
            self.school_line().fill(typed)
            self.page.keyboard.press("Tab")

    def form(self) -> Locator:
        """The form in front, if there is one."""
        return self.desk.locator(".desk-form").locator("visible=true")

    def within_the_screen(self, locator: Locator) -> None:
        """Nothing of one part is cut off at a side of the screen."""
        box = locator.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= SCREEN["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]

    def show(self, cause: str, school: str) -> None:
        """Work on one finding until its surroundings are shown."""
        self.open("Lỗi, giải trình")
        self.pick(cause)
        self.pick(school)
        expect(self.visible(self.desk.locator(".desk-finding .desk-title"))).to_contain_text(cause)
        context = self.visible(self.desk.locator(".desk-context"))
        expect(context).to_contain_text(school)

    def verify(self, item: str, points: str, reason: str) -> None:
        """Give one item of the school in view its points."""
        self.pick(item)
        with self.done():
            self.visible(self.desk.get_by_label("Điểm (bước 0,5)")).select_option(points)
        self.said("Chưa ghi gì")
        with self.done():
            self.fill("Nhận xét, lý do", reason)
        self.press("Ghi điểm")
        self.said(f"Đã ghi {points} điểm thẩm định cho tiểu mục {item}")
        expect(self.visible(self.desk.locator(".pick-row", has_text=item))).to_contain_text(points)

    def try_correction(self, cause: str, school: str, value: str) -> None:
        """Work on one finding up to the effect of a correction; nothing is saved yet."""
        self.show(cause, school)
        self.button("Sửa số liệu").click()
        self.fill("Số liệu đúng", value)
        self.fill("Lý do", "đã gọi điện đối chiếu với sổ của trường")
        self.press("Xem ảnh hưởng")
        self.said("Đã tính ảnh hưởng")
        expect(self.button("Ghi quyết định")).to_be_visible()


@pytest.fixture
def screen(browser: Browser) -> Iterator[BrowserContext]:
    """A small office screen; what one page of it has loaded, the next one need not."""
    with browser.new_context(viewport=SCREEN) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def analyst(screen: BrowserContext, voila: Served) -> tuple[Seat, list[str]]:
    """One analyst at the desk, and what went wrong there."""
    return seat(screen, voila.url, "Chuyên viên A")


def seat(screen: BrowserContext, url: str, role: str) -> tuple[Seat, list[str]]:
    """Open one page; what goes wrong in it, or leaves the machine, is written down."""
    page = screen.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((url, url.replace("http", "ws", 1), "data:", "blob:"))
            else trouble.append(request.url)
        ),
    )
    page.goto(f"{url}?token={TOKEN}")
    return Seat(page, role), trouble


def test_nobody_without_the_token_gets_in_and_nobody_from_outside(voila: Served) -> None:
    for path in (
        "", "?token=wrong", "voila/render/0_review_desk.ipynb", "voila/files/0_review_desk.ipynb",
        "api/kernels/00000000-0000-0000-0000-000000000000", "api/contents",
    ):  # fmt: skip
        status, content = asked(voila.url + path)
        assert status in (302, 403, 404), path
        assert b"termreview" not in content, path
    assert asked(f"{voila.url}?token={TOKEN}")[0] == 200
    for address in outside_addresses():
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, voila.port)) != 0, f"the desk answers on {address}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def asked(url: str) -> tuple[int, bytes]:
    """What a server answers to one request, without following where it points to."""
    try:
        with urllib.request.build_opener(_NoRedirect).open(url, timeout=PATIENCE_MS / 1000) as answer:
            return answer.status, b""
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def outside_addresses() -> list[str]:
    """The addresses by which other machines would reach this one."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        found = set()
    return sorted(str(address) for address in found if not str(address).startswith("127."))


def test_an_analyst_works_a_term_through(analyst: tuple[Seat, list[str]], voila: Served) -> None:
    """Work on findings, decide, see the score move, undo, verify, try what would be, reload and find it all kept; every tab accessible."""
    first, trouble = analyst
    page, desk = first.page, first.desk
    assert page.evaluate("document.documentElement.lang") == "vi"
    expect(desk).to_contain_text("9/10 (90,0")
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]

    first.try_correction("Không phải số", "TH Trần Quốc Toản", "15")
    expect(desk.locator(".desk-effect").first).to_contain_text("42,5–64,5")
    expect(desk.locator(".desk-effect").first).to_contain_text("46,0–62,5")
    assert load_reference(voila.office.reference).decisions == ()
    desk.locator(".desk-effect").first.scroll_into_view_if_needed()
    head, line = desk.locator(".desk-head").bounding_box(), desk.locator(".status").bounding_box()
    assert head is not None
    assert line is not None
    assert head["y"] < 0 <= line["y"] < SCREEN["height"] / 2, "what is said stays in view beside the form"
    first.press("Ghi quyết định")
    first.said("Đã ghi quyết định qd-0001")
    first.press("Hoàn tác qd-0001")
    first.said("Đã hoàn tác quyết định qd-0001")
    assert load_reference(voila.office.reference).decisions == ()

    first.try_correction("Không phải số", "TH Trần Quốc Toản", "15")
    first.press("Ghi quyết định")
    first.said("Đã ghi quyết định qd-0001")

    first.open("Thẩm định")
    expect(first.visible(desk.locator(".pick-row.picked"))).to_contain_text("1.3.1")
    first.verify("1.3.1", "2,5", "đã xem phần mềm tại trường")

    first.open("Nếu… thì")
    first.press("Nội dung cần làm để đạt mức độ tiếp theo")
    first.said("Đã tính thử")
    expect(desk).to_contain_text("Nâng từ mức độ 1 lên mức độ 2")

    page.reload()
    again = Seat(page, "Chuyên viên B")
    again.open("Thẩm định")
    expect(again.button("Hoàn tác")).to_be_disabled()  # nothing of this role
    again.sit("Chuyên viên A")
    again.pick("1.3.1")
    again.press("Hoàn tác TH Trần Quốc Toản 1.3.1")
    again.said("Đã hoàn tác điểm thẩm định của tiểu mục 1.3.1")
    assert load_reference(voila.office.reference).verified == ()
    again.verify("1.3.1", "2,5", "đã xem phần mềm tại trường")
    again.open("Lỗi, giải trình")
    again.press("Đã quyết định")
    expect(again.visible(again.desk.locator(".pick-row", has_text="Không phải số"))).to_be_visible()
    expect(again.button("Hoàn tác qd-0001")).to_be_enabled()
    look_at_every_tab(again)
    assert trouble == []


TALLEST_LINE = "desk => Math.max(...[...desk.querySelectorAll('.desk-line')].map(line => line.offsetHeight))"


@pytest.fixture
def verified_office(office: Workspace) -> Workspace:
    """An office that has verified one item already: the claims of a school stand beside what was seen there."""
    list_line(office, "verified_points.csv", VERIFIED)
    return office


def list_line(office: Workspace, name: str, line: str) -> None:
    """Write one line at the end of a list of an office."""
    with (office.reference / name).open("a", encoding="utf-8", newline="") as stream:
        stream.write(f"{line}\n")


@pytest.mark.usefixtures("verified_office")
def test_every_other_part_shows_what_it_promises(analyst: tuple[Seat, list[str]]) -> None:
    """The school's own page, claims beside verified points, schools to visit, one action for all, files to take away, looking back."""
    one, trouble = analyst
    page, desk = one.page, one.desk
    one.open("Từng trường")
    one.press("Phiếu gửi trường")
    frame = desk.frame_locator("iframe.desk-page")
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Phiếu phản hồi")

    one.open("Thẩm định")
    one.press("Tự chấm so với thẩm định")
    expect(one.visible(desk.locator("table", has_text="Chênh trung bình"))).to_contain_text("1.3.1")
    one.press("Trường cần kiểm tra trực tiếp")
    expect(one.visible(desk.locator(".desk-note", has_text="sai số tối đa"))).to_contain_text("±")
    with one.done():
        one.visible(
            desk.locator(".pick-row").get_by_role("button", name="TH Trần Quốc Toản", exact=True)
        ).click()
    expect(one.visible(desk.locator(".desk-picker input"))).to_have_value(re.compile("Trần Quốc Toản"))

    one.open("Nếu… thì")
    one.press("Toàn địa bàn, từng giải pháp")
    with one.done():
        one.visible(desk.get_by_label("Giả định đạt mọi điều kiện bắt buộc")).check()
    expect(one.visible(desk.locator(".desk-effect"))).to_contain_text("trường được thêm điểm")

    one.open("So sánh số liệu")
    expect(one.visible(desk.locator("figure.chart svg"))).to_be_visible()
    one.press("Tạo tệp tải về")
    for words, start in (
        ("Bảng CSV", b"\xef\xbb\xbf"),
        ("Bảng Excel", b"PK"),
        ("Biểu đồ SVG", b"<"),
        ("Biểu đồ PNG", b"\x89PNG"),
    ):
        with page.expect_download() as taken:
            one.visible(desk.get_by_role("link", name=words)).click()
        assert Path(taken.value.path()).read_bytes().startswith(start), words
        assert taken.value.suggested_filename.startswith(f"{TERM}-low-1-low-2."), words

    one.open("Nhìn lại, dự báo")
    expect(one.visible(desk.get_by_text("Xu hướng qua các năm:"))).to_be_visible()
    one.press("Trường có thể học hỏi lẫn nhau")
    expect(one.visible(desk.get_by_text("Trường có thể học hỏi lẫn nhau:"))).to_be_visible()
    assert trouble == []


def heading(page: Page, title: str) -> Locator:
    """The head of one column of the schools' table."""
    return page.locator(".sheet-scroll:visible").last.get_by_role("columnheader", name=title).first


def first_cells(page: Page) -> list[str]:
    """The first cell of every row in sight of the schools' table."""
    return page.locator(".sheet-scroll:visible").last.locator("tbody th").all_inner_texts()


def test_the_table_is_sorted_searched_filtered_grouped_copied_and_taken_away(
    analyst: tuple[Seat, list[str]], screen: BrowserContext, voila: Served
) -> None:
    one, trouble = analyst
    page, desk = one.page, one.desk
    screen.grant_permissions(["clipboard-read", "clipboard-write"])
    one.open("Bảng")
    count = page.locator(".sheet-count:visible").last
    expect(count).to_have_text("10/10 dòng")
    points = "Chỉ số Dạy, học: điểm thấp nhất"

    rows = page.locator(".sheet-scroll:visible").last.locator("tbody tr")
    place = page.locator(".sheet-scroll:visible").last.locator("thead th").all_inner_texts().index(points)
    for way in ("ascending", "descending"):  # the first click goes up, as in a spreadsheet
        heading(page, points).locator(".dt-column-order").click()
        expect(heading(page, points)).to_have_attribute("aria-sort", way)
        shown = [row.locator("th, td").nth(place).inner_text().replace(",", ".") for row in rows.all()]
        numbers = [float(value) for value in shown if value != "—"]
        assert numbers == sorted(numbers, reverse=way == "descending")
        assert shown[: len(numbers)] == [value for value in shown if value != "—"], (
            "what is missing stands last"
        )
        assert 1 < len(numbers) < 10
    page.get_by_label("Tìm trong bảng").last.fill("0477205")  # by its code, which no column shows
    expect(count).to_have_text("1/10 dòng")
    assert first_cells(page) == ["Trường TH Bình Hòa"]

    page.get_by_label("Tìm trong bảng").last.fill("binh an")  # found without its marks
    expect(count).not_to_have_text("10/10 dòng")
    assert all("Bình An" in " ".join(row.split()) for row in rows.all_inner_texts())
    page.get_by_label("Tìm trong bảng").last.fill("")
    expect(count).to_have_text("10/10 dòng")

    heading(page, "Cấp học").locator(".dtcc-button_dropdown").click()
    page.locator(".dtcc-dropdown").get_by_role("button", name="Tiểu học", exact=True).click()
    page.keyboard.press("Escape")
    expect(count).to_have_text("7/10 dòng")
    heading(page, points).locator(".dtcc-button_dropdown").click()
    menu = page.locator(".dtcc-dropdown")
    menu.get_by_role("combobox").select_option(label="Từ … trở lên")
    menu.get_by_role("spinbutton").or_(menu.locator("input:visible")).first.fill(str(max(numbers)))
    page.keyboard.press("Escape")
    expect(count).not_to_have_text("7/10 dòng")
    kept = first_cells(page)
    assert 0 < len(kept) < 7

    with one.done():
        desk.get_by_label("Nhóm theo").fill("cap hoc")
        page.keyboard.press("Tab")
    groups = page.locator(".desk-table-groups .sheet-scroll")
    expect(groups.locator("tbody tr").last).to_contain_text("Tất cả trường đang xem")
    expect(groups.locator("tbody tr").last.locator("th, td").nth(1)).to_have_text(str(len(kept)))
    found = Axe().run(page, context=".termreview-desk").response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []

    page.get_by_role("button", name="Chép bảng").last.click()
    expect(count).to_contain_text("Đã chép")
    copied = [line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").splitlines()]
    assert copied[0][0] == "Trường"
    assert [line[0] for line in copied[1:]] == kept, "the names are there, in the order that is shown"
    assert {len(line) for line in copied} == {len(copied[0])}
    assert copied[1][place] == f"{max(numbers):g}".replace(".", ",")

    one.press("Tải bảng")
    for words, start in (("Bảng Excel", b"PK"), ("Bảng nhóm CSV", b"\xef\xbb\xbf")):
        with page.expect_download() as taken:
            one.visible(desk.get_by_role("link", name=words, exact=True)).click()
        assert Path(taken.value.path()).read_bytes().startswith(start), words

    one.fill("Tên khung nhìn", "Tiểu học điểm cao")
    one.press("Lưu khung nhìn")
    one.said("Đã lưu khung nhìn")
    [path] = (voila.office.root / "data" / "views").glob("*.json")
    assert json.loads(path.read_text(encoding="utf-8"))["view"]["order"] == [[points, "desc"]]
    page.reload()  # the view stands in the address
    again = Seat(page, "Chuyên viên A")
    expect(again.desk.get_by_role("tab", name="Bảng")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".sheet-count:visible").last).to_have_text(f"{len(kept)}/10 dòng")
    assert first_cells(page) == kept
    expect(page.locator(".desk-table-groups .sheet-scroll")).to_be_visible()
    page.goto(voila.url)
    again = Seat(page, "Chuyên viên A")
    again.open("Bảng")
    expect(page.locator(".sheet-count:visible").last).to_have_text("10/10 dòng")
    with again.done():
        again.desk.get_by_label("Khung nhìn đã lưu").select_option(label="Tiểu học điểm cao")
    expect(page.locator(".sheet-count:visible").last).to_have_text(f"{len(kept)}/10 dòng")
    assert first_cells(page) == kept
    scroll = page.locator(".sheet-scroll:visible").last
    scroll.evaluate("place => { place.style.maxHeight = '120px'; place.scrollTo(300, 60) }")
    # Measured in one moment: while tables above still come or go, the whole moves between two measurements.
    distances = scroll.evaluate(
        """place => ["thead th", "tbody th"].map(one => {
            const [own, around] = [place.querySelector(one), place].map(box => box.getBoundingClientRect());
            return [own.x - around.x, own.y - around.y];
        })"""
    )
    (head_x, head_y), (corner_x, _) = distances
    assert abs(head_y) < 4, "the head stays in sight"
    assert max(abs(head_x), abs(corner_x)) < 4, "and the names of the schools"
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with again.done():
        page.locator(".sheet-open:visible").last.click()
    expect(again.desk.get_by_role("tab", name="Từng trường")).to_have_attribute("aria-selected", "true")
    assert trouble == []


def test_a_click_on_a_chart_shows_the_schools_that_were_meant(analyst: tuple[Seat, list[str]]) -> None:
    """A bar leads to the table of the schools that it counts, by mouse and by keyboard; a reload shows them again."""
    one, trouble = analyst
    page, desk = one.page, one.desk
    one.open("So sánh số liệu")
    for name, words in (
        ("Nhóm số liệu thứ nhất", "Trường, địa bàn, báo cáo"),  # of which the level comes first
        ("Nhóm số liệu thứ hai", "(chỉ xem số liệu thứ nhất)"),
    ):
        with one.done():
            one.visible(desk.get_by_label(name, exact=True)).select_option(label=words)
    bars = desk.locator('figure.chart:visible a[href^="#only-"]')
    expect(bars).to_have_count(3)
    count = page.locator(".sheet-count:visible").last
    with one.done():
        bars.filter(has_text="Tiểu học: 7 trường").locator("rect").click()
    expect(desk.get_by_role("tab", name="Bảng")).to_have_attribute("aria-selected", "true")
    expect(count).to_have_text("7/7 dòng")
    one.said("Đang xem 7 trường: Cấp học: Tiểu học")
    only = one.visible(desk.locator(".desk-table-only"))
    expect(only).to_contain_text("Cấp học: Tiểu học")
    page.wait_for_function(
        "JSON.parse(new URLSearchParams(location.search).get('bang') || '{}').only?.level === 'Tiểu học'"
    )
    page.reload()
    again = Seat(page, "Chuyên viên A")
    expect(count).to_have_text("7/7 dòng")
    again.press("Xem mọi trường")
    expect(count).to_have_text("10/10 dòng")
    expect(only).to_be_hidden()
    again.open("So sánh số liệu")
    with again.done():
        again.visible(desk.get_by_label("Nhóm số liệu thứ nhất", exact=True)).select_option(
            label="Trường, địa bàn, báo cáo"
        )
    with again.done():
        again.visible(desk.get_by_label("Nhóm số liệu thứ hai", exact=True)).select_option(
            label="(chỉ xem số liệu thứ nhất)"
        )
    first = bars.first
    first.focus()
    with again.done():
        page.keyboard.press("Enter")
    expect(desk.get_by_role("tab", name="Bảng")).to_have_attribute("aria-selected", "true")
    expect(only).to_be_visible()
    assert trouble == []


def test_a_term_is_returned_made_and_issued_without_a_command_line(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """The advised action stood in words: a person who writes no commands could not take it."""
    one, trouble = analyst
    page = one.page
    for name, start in (("Danh sách nhắc", b"PK"), ("Tạo tệp trả trường", b"PK")):
        one.press(name)
        with page.expect_download() as taken:
            one.visible(one.desk.locator(".desk-office-result a")).click()
        assert Path(taken.value.path()).read_bytes().startswith(start), name
    expect(one.button("Phát hành…")).to_be_disabled()
    one.press("Lập báo cáo")
    one.said("Đã lập")
    expect(one.desk).to_contain_text("Báo cáo đã lập khớp với số liệu ở đây")
    one.press("Phát hành…")
    one.said("Sẽ phát hành bản nội bộ, lập trên 9 tệp")
    issued = voila.office.reports(parse_term(TERM)) / "issued"
    assert not issued.exists()  # told before it is done
    one.press("Xác nhận phát hành")
    one.said("Đã phát hành lần 1")
    assert (issued / "1").is_dir()
    links = one.desk.locator(".desk-office-result a")
    assert any(name.endswith(".docx") for name in links.all_inner_texts())
    found = Axe().run(page, context=".termreview-desk").response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    one.open("Từng trường")
    one.school("0477201")
    one.press("Tệp trường đã nộp")
    with page.expect_download() as taken:
        one.visible(one.desk.get_by_role("link", name="0477201.xlsx")).click()
    kept = voila.office.raw(parse_term(TERM)) / "0477201.xlsx"
    assert Path(taken.value.path()).read_bytes() == kept.read_bytes()
    one.press("Tệp trả của trường")
    one.said("Đã ghi 1 tệp trả trường")
    assert trouble == []


def look_at_every_tab(one: Seat) -> None:
    """Turn every tab up by keyboard; nothing is in the way of who cannot see or use a mouse."""
    one.open("Toàn cảnh")
    one.desk.get_by_role("tab", name="Toàn cảnh").focus()
    for _ in range(7):
        expect(one.desk.locator(".pick-row:visible .sheet-open:text-is('')")).to_have_count(0)
        found = Axe().run(one.page, context=".termreview-desk").response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
        assert one.desk.evaluate(TALLEST_LINE) < 200, "a line of controls pushes the rest off the screen"
        one.page.keyboard.press("ArrowRight")
        with one.done():
            one.page.keyboard.press("Enter")


def rivals(first: Seat, screen: BrowserContext, url: str) -> tuple[Seat, Seat]:
    """Two desks that tried another correction of the same cell, the first of which was just written down."""
    second, _ = seat(screen, url, "Chuyên viên B")
    first.try_correction("Không phải số", "TH Bình An 2", "9")
    second.try_correction("Không phải số", "TH Bình An 2", "8")
    first.press("Ghi quyết định")
    return first, second


def parents_export(office: Workspace, has_accounts: bool) -> Path:
    """Put an export of twenty parents at two schools beside the files of the term; nobody has declared its system."""
    folder = office.raw(parse_term(TERM)) / "sources"
    folder.mkdir()
    accounts = ["Mã tài khoản"] if has_accounts else []
    rows = [["Mã trường", "Ngày cập nhật", *accounts, "Họ tên phụ huynh", "Trạng thái"]]
    for n in range(20):
        account = [f"TK{n:03d}"] if has_accounts else []
        state = "Chưa" if has_accounts and n >= 12 else "Đã kết nối"
        school = "0477201" if n % 2 else "0477203"
        rows.append([school, "08/01/2024", *account, f"Nguyễn Thị Mật Danh {n}", state])
    path = folder / "phu-huynh.csv"
    path.write_text("\n".join(map(";".join, rows)), encoding="utf-8-sig")
    return path


def looked_at(page: Page, office: Workspace, name: str) -> None:
    """Hold what stands on the page against the rules of access, and keep a picture of it."""
    axe = Axe().run(page, context=".termreview-desk")
    assert axe.violations_count == 0, axe.generate_report()
    page.screenshot(path=os.environ.get("PICTURES", str(office.root)) + f"/{name}.png", full_page=True)


def test_an_unknown_export_is_mapped_previewed_and_confirmed(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """A file of a system that nobody declared: nothing is written before the preview is confirmed, no person is shown."""
    first, trouble = analyst
    page, desk, office = first.page, first.desk, voila.office
    parents_export(office, has_accounts=True)
    first.press("Làm mới")
    first.open("Hệ thống")
    expect(first.visible(desk.locator(".pick-row", has_text="phu-huynh.csv"))).to_contain_text(
        "Chưa có bố cục"
    )
    expect(first.form()).to_be_visible()
    assert "Mật Danh" not in page.content()
    layouts = sorted((office.reference / "sources").iterdir())
    first.fill("Tên của tệp xuất", "Phụ huynh kết nối")
    first.visible(
        desk.get_by_role("textbox", name="Hệ thống", exact=True)
        .or_(desk.get_by_role("combobox", name="Hệ thống", exact=True))
        .locator("visible=true")
    ).fill("Hue-S")
    page.keyboard.press("Tab")
    for name, choice in (
        ("Dòng trùng khi giống nhau ở cột", "Mã tài khoản"), ("Số liệu", "Số phụ huynh đã kết nối trên Hue-S"),
        ("Chỉ tính dòng", "Trạng thái = Đã kết nối"),
    ):  # fmt: skip
        first.visible(desk.get_by_label(name, exact=True)).select_option(label=choice)
    first.press("Thêm số liệu")
    first.press("Xem trước")
    first.said("Chưa ghi gì")
    expect(first.visible(desk.locator(".desk-effect"))).to_contain_text(
        "20 dòng: đếm 20, không rõ trường 0, trùng 0"
    )
    assert sorted((office.reference / "sources").iterdir()) == layouts
    looked_at(page, office, "mapping")
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=os.environ.get("PICTURES", str(office.root)) + "/mapping-390.png", full_page=True)
    page.set_viewport_size(SCREEN)
    first.press("Xác nhận bố cục")
    first.said("Đã ghi bố cục")
    assert len(list((office.reference / "sources").iterdir())) == len(layouts) + 1
    expect(first.visible(desk.locator(".pick-row", has_text="phu-huynh.csv"))).to_contain_text(
        "Hue-S: Phụ huynh kết nối"
    )
    with first.done():
        first.button("Đối chiếu").click()
    expect(desk).to_contain_text("Số phụ huynh đã kết nối với nhà trường qua ứng dụng")
    page.screenshot(path=os.environ.get("PICTURES", str(office.root)) + "/agreement.png", full_page=True)
    assert trouble == []


def test_a_drafted_layout_is_looked_at_completed_and_confirmed(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """A draft of the command line: shown with what it would count, refused while it names no system, then in force."""
    first, trouble = analyst
    page, desk, office = first.page, first.desk, voila.office
    export = parents_export(office, has_accounts=False)
    assert command(["--root", str(office.root), "source", str(export), "--id", "hue-s"]) == 6
    draft = office.reference / "sources" / "hue-s.yml"
    assert "Mật Danh" not in draft.read_text(encoding="utf-8")
    first.press("Làm mới")
    first.open("Hệ thống")
    told = first.visible(desk.locator(".desk-effect", has_text="bản nháp"))
    expect(told).to_contain_text("20 dòng: đếm 20, không rõ trường 0, trùng 0")
    assert "Mật Danh" not in page.content()
    first.button("Xác nhận bản nháp").click()
    expect(desk).to_contain_text("Chưa ghi tên hệ thống")
    assert "is_draft" in draft.read_text(encoding="utf-8")
    text = (
        draft.read_text(encoding="utf-8")
        .replace("…", "Hue-S")
        .replace('title: "hue-s"', 'title: "Phụ huynh kết nối"')
    )
    draft.write_text(text, encoding="utf-8")
    first.press("Làm mới")
    expect(first.visible(desk.locator(".desk-effect", has_text="bản nháp"))).to_contain_text(
        "Phụ huynh kết nối"
    )
    looked_at(page, office, "draft")
    first.press("Xác nhận bản nháp")
    first.said("Đã ghi bố cục")
    assert "is_draft" not in draft.read_text(encoding="utf-8")
    expect(first.visible(desk.locator(".pick-row", has_text="phu-huynh.csv"))).to_contain_text(
        "Hue-S: Phụ huynh kết nối"
    )
    assert trouble == []


def test_two_desks_at_once_lose_nothing_and_show_each_other(
    analyst: tuple[Seat, list[str]], screen: BrowserContext, voila: Served
) -> None:
    first, second = rivals(analyst[0], screen, voila.url)
    first.said("Đã ghi quyết định")
    second.press("Ghi quyết định")
    second.said("vừa có người khác xử lý")
    expect(second.desk).to_contain_text("Chuyên viên A")
    second.press("Làm mới")
    second.said("1 quyết định mới của người khác")
    second.press("Đã quyết định")
    second.show("Không phải số", "TH Bình An 2")
    reference = load_reference(voila.office.reference)
    assert [one.decided_by for one in reference.decisions] == ["Chuyên viên A"]

    second.open("Toàn cảnh")  # a file that arrives is seen there without a click
    (voila.office.raw(parse_term(TERM)) / "den-muon.pdf").write_bytes(b"%PDF-1.4 khong phai bieu mau")
    second.said("Mới nhận 1 tệp: den-muon.pdf")
    second.page.close()


def test_the_batch_run_gives_the_figures_that_the_desk_showed(office: Workspace) -> None:
    list_line(office, "decisions.csv", CORRECTED)
    list_line(office, "verified_points.csv", VERIFIED)
    shown = look(TERM, "2024-01-15", str(office.root))
    done = subprocess.run(
        [sys.executable, "-m", "termreview.cli", "--root", str(office.root), "run", TERM, "--as-of", "2024-01-15"],
        env=environment(office.root), capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    tables = read_tables(office, parse_term(TERM), ("observations", "findings", "ledger", "scores"))
    assert tables["scores"].equals(shown.scored.scores)
    assert tables["ledger"].equals(shown.scored.ledger)
    assert tables["findings"].equals(shown.cleaned.findings)
    assert tables["observations"].equals(shown.cleaned.observations)
    own = tables["scores"].query("school_id == '0477201' and group_id == '1'").iloc[0]
    assert (own["low"], own["high"]) == (45.5, 62.0)
    assert published(shown).is_same
    pages = office.reports(parse_term(TERM)) / "schools"
    for school_id in ("0477201", "0477101", "0477301"):  # the pages of the schools, too
        assert school_page(shown.report, school_id) == (pages / f"{school_id}.html").read_text(
            encoding="utf-8"
        )


def test_a_school_typed_without_its_code_is_the_one_that_gets_the_points(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """The line showed the new school's name, the points went to the school before."""
    one, trouble = analyst
    one.open("Thẩm định")
    one.school("0477205")
    expect(one.form()).to_contain_text("Trường TH Bình Hòa (0477205)")
    one.school("binh an 2")
    expect(one.school_line()).to_have_value("Trường TH Bình An 2 · 0477204")
    expect(one.form()).to_contain_text("Trường TH Bình An 2 (0477204)")
    one.verify("1.3.1", "2,5", "đã xem phần mềm tại trường")
    one.said("Trường TH Bình An 2 (0477204)")
    (given,) = load_reference(voila.office.reference).verified
    assert (given.school_id, given.points) == ("0477204", 2.5)
    assert trouble == []


def test_points_entered_for_one_school_are_not_saved_for_the_one_typed_after(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """Typing another school and pressing the button at once: the line is left by the very click."""
    one, _ = analyst
    one.open("Thẩm định")
    one.school("0477205")
    with one.done():
        one.visible(one.desk.get_by_label("Điểm (bước 0,5)")).select_option("2,5")
    with one.done():
        one.fill("Nhận xét, lý do", "đã xem phần mềm tại trường")
    expect(one.button("Ghi điểm")).to_be_enabled()
    one.school_line().fill("Bình An 2")
    one.button("Ghi điểm").click()
    expect(one.form()).to_contain_text("Trường TH Bình An 2 (0477204)")
    expect(one.button("Ghi điểm")).to_be_disabled()
    assert load_reference(voila.office.reference).verified == ()


@pytest.mark.parametrize("tab", ["Thẩm định", "Từng trường", "Nếu… thì"])
def test_every_school_line_asks_or_takes_back_what_it_cannot_place(
    analyst: tuple[Seat, list[str]], tab: str
) -> None:
    one, trouble = analyst
    one.open(tab)
    one.school("0477205")
    expect(one.school_line()).to_have_value("Trường TH Bình Hòa · 0477205")
    one.school("TH Bình An")
    one.said("2 trường")
    expect(one.school_line()).to_have_value("TH Bình An")
    expect(one.form()).to_have_count(0)
    one.within_the_screen(one.visible(one.desk.locator(".picker-problem")))
    one.press("Trường TH Bình An 1 · 0477203")
    expect(one.school_line()).to_have_value("Trường TH Bình An 1 · 0477203")
    expect(one.desk.locator(".picker-problem:visible")).to_have_count(0)
    one.school("Trường Không Có")
    one.said("Không trường nào có tên hoặc mã “Trường Không Có”")
    expect(one.school_line()).to_have_value("Trường TH Bình An 1 · 0477203")
    if tab != "Từng trường":
        one.school("THCS Nguyễn Du")  # a school of the term that sent nothing
        one.said("(0477301) không có ở đây")
        expect(one.school_line()).to_have_value("Trường TH Bình An 1 · 0477203")
    assert trouble == []


def test_these_places_one_school_and_a_rule_are_three_choices(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """One choice, "all places of this cause", saved a rule for files to come and did not say so."""
    one, trouble = analyst
    lines = {
        "Các vị trí đang liệt kê": "cell",
        "mọi vị trí (2)": "school",
        "Quy tắc chung cho mọi tệp": "rule",
    }
    for choice, scope in lines.items():
        one.show("Không phải số", "TH Trần Quốc Toản")
        one.button(choice, exact=False).click()
        one.button("Chấp nhận giải trình").click()
        one.visible(one.desk.locator(".desk-form textarea")).fill("trường đã giải trình bằng văn bản")
        one.page.keyboard.press("Tab")
        one.press("Xem ảnh hưởng")
        one.said("Đã tính ảnh hưởng")
        reach = one.visible(one.desk.locator(".desk-effect .callout"))
        expect(reach).to_contain_text("(0477201)")
        if scope != "school":
            expect(reach).to_contain_text("3 vị trí ở 2 trường")
        if scope == "rule":
            expect(reach).to_contain_text("mọi tệp nộp sau")
        one.press("Ghi quyết định")
        one.said("Đã ghi quyết định qd-0001")
        rows = load_reference(voila.office.reference).decisions
        assert {row.scope for row in rows} == {scope}
        assert {row.school_id for row in rows} == {
            "cell": {"0477201", "0477204"}, "school": {"0477201"}, "rule": {"*"},
        }[scope]  # fmt: skip
        if scope != "rule":
            one.press("Hoàn tác qd-0001")
            one.said("Đã hoàn tác quyết định qd-0001")
            assert load_reference(voila.office.reference).decisions == ()
    one.press("Danh sách quyết định")
    row = one.visible(one.desk.locator(".pick-row", has_text="qd-0001"))
    expect(row).to_contain_text("Quy tắc chung")
    expect(row).to_contain_text("Mọi trường, cả tệp nộp sau")
    one.within_the_screen(row)
    found = Axe().run(one.page, context=".termreview-desk").response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    one.press("Rút qd-0001")
    one.said("Đã hoàn tác quyết định qd-0001")
    assert load_reference(voila.office.reference).decisions == ()
    assert trouble == []


def test_a_refused_save_is_no_news_to_any_desk(
    analyst: tuple[Seat, list[str]], screen: BrowserContext, voila: Served
) -> None:
    """The list was written anew with the same rows; both desks then told of others' decisions."""
    first, second = rivals(analyst[0], screen, voila.url)
    first.said("Đã ghi quyết định qd-0001")
    path = voila.office.reference / "decisions.csv"
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    second.press("Ghi quyết định")
    second.said("vừa có người khác xử lý")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    second.press("Làm mới")
    second.said("1 quyết định mới của người khác")
    first.said("Đã ghi quyết định qd-0001")


def test_a_dead_kernel_is_told_at_once_and_what_was_typed_comes_back(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    one, _ = analyst
    one.open("Thẩm định")
    one.school("0477204")
    expect(one.form()).to_contain_text("(0477204)")
    with one.done():
        one.visible(one.desk.get_by_label("Điểm (bước 0,5)")).select_option("2,5")
    one.visible(one.desk.get_by_label("Nhận xét, lý do")).fill("đang gõ dở thì mất")
    for kernel in voila.kernels():
        kernel.kill()
    banner = one.page.locator("#desk-connection")
    expect(banner).to_contain_text("Mất kết nối")
    expect(banner).to_contain_text("chữ đang gõ được giữ")
    one.within_the_screen(banner)
    banner.get_by_role("button", name="Tải lại trang").click()
    again = Seat(one.page, "Chuyên viên A")
    expect(again.form()).to_contain_text("(0477204)")  # the same tab and school, and what was typed there
    reason = again.visible(again.desk.get_by_label("Nhận xét, lý do"))
    expect(reason).to_have_value("đang gõ dở thì mất")
    one.page.goto(f"{voila.url}?token={TOKEN}")
    expect(banner).to_contain_text("Trường TH Bình An 2 (0477204)")  # told where another place is opened
    again = Seat(one.page, "Chuyên viên A")
    again.open("Thẩm định")
    again.school("0477205")
    expect(again.form()).to_contain_text("(0477205)")
    expect(reason).to_have_value("")  # what was typed for one school is in the form of no other
    again.school("0477204")
    expect(reason).to_have_value("đang gõ dở thì mất")
    expect(again.visible(again.desk.get_by_label("Điểm (bước 0,5)"))).to_have_value("2,5")
    expect(again.button("Ghi điểm")).to_be_enabled()
    again.button("Ghi điểm").click()
    again.said("Đã ghi 2,5 điểm thẩm định cho tiểu mục 1.3.1 của Trường TH Bình An 2 (0477204)")
    (given,) = load_reference(voila.office.reference).verified
    assert (given.school_id, given.points, given.reason) == ("0477204", 2.5, "đang gõ dở thì mất")
    expect(again.form()).to_contain_text("1.3.2")
    again.page.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('termreview-desk'))")


def test_a_reload_keeps_the_scope_the_tab_and_the_school(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """A reload began anew at the first tab, with all schools and without the one that was worked on."""
    one, trouble = analyst
    with one.done():
        one.desk.get_by_role("combobox", name="Cấp học", exact=True).select_option(label="Tiểu học")
    one.open("Thẩm định")
    one.school("0477205")
    expect(one.form()).to_contain_text("(0477205)")
    one.page.wait_for_function("location.search.includes('truong=0477205')")
    one.page.reload()
    again = Seat(one.page, "Chuyên viên A")
    expect(again.desk.get_by_role("tab", name="Thẩm định")).to_have_attribute("aria-selected", "true")
    expect(again.school_line()).to_have_value("Trường TH Bình Hòa · 0477205")
    expect(again.form()).to_contain_text("(0477205)")
    expect(again.desk.get_by_role("combobox", name="Cấp học", exact=True)).to_have_value("Tiểu học")
    one.page.goto(f"{voila.url}?ky=nonsense&cap=x&the=y&bang=[1")  # an address that somebody has typed over
    other = Seat(one.page, "Chuyên viên A")
    expect(other.desk.get_by_role("tab", name="Toàn cảnh")).to_have_attribute("aria-selected", "true")
    assert trouble == []


def test_a_desk_that_stands_ready_hears_of_files_that_come_and_is_made_anew_when_it_died(
    voila: Served, screen: BrowserContext
) -> None:
    """A page is handed a desk that has read already; one whose process had died would keep it waiting for ever."""
    first, _ = seat(screen, voila.url, "Chuyên viên A")
    first.said("Đã mở kỳ báo cáo: 9 tệp")
    for kernel in voila.kernels():
        kernel.kill()
    first.page.close()
    second, trouble = seat(screen, voila.url, "Chuyên viên A")
    second.said("Đã mở kỳ báo cáo: 9 tệp")
    second.open("Từng trường")
    expect(second.school_line()).not_to_have_value("")
    assert trouble == []


def test_a_killed_desk_leaves_no_server_and_its_page_says_so(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """`kill -9` of the command left the server and its kernels running."""
    one, _ = analyst
    children = voila.started()
    assert len(children) >= 2, "a server and a kernel"
    voila.command.kill()
    banner = one.page.locator("#desk-connection")
    expect(banner).to_contain_text("Mất kết nối")
    expect(banner).to_contain_text("termreview desk")
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_MS / 1000)
    assert alive == []
    assert not is_listening(voila.port)


@contextmanager
def held(served: Served) -> Iterator[None]:
    """Have the desk answer nothing while the block runs: the slowest of all machines."""
    kernels = served.kernels()
    assert kernels
    for kernel in kernels:
        kernel.suspend()
    try:
        yield
    finally:
        for kernel in kernels:
            kernel.resume()


def test_text_typed_while_the_desk_is_still_answering_is_kept(
    analyst: tuple[Seat, list[str]], voila: Served
) -> None:
    """The answer to a click gave the line of the reason another name, and with it took away what stood in it."""
    one, trouble = analyst
    one.show("Không phải số", "TH Trần Quốc Toản")
    reason = one.visible(one.desk.locator(".desk-form textarea"))
    with held(voila):
        one.button("Quy tắc chung cho mọi tệp", exact=False).click()
        one.button("Chấp nhận giải trình").click()
        reason.click()
        one.page.keyboard.type("trường đã giải trình bằng văn bản")
    expect(one.form()).to_contain_text("Lý do của quy tắc (ghi cho mọi trường")
    expect(reason).to_have_value("trường đã giải trình bằng văn bản")
    one.press("Xem ảnh hưởng")
    one.said("Đã tính ảnh hưởng")

    with held(voila):  # what is typed after a click belongs to the form that the click leads to
        one.button("TH Bình An 2").click()
        reason.fill("gọi điện cho trường")
        reason.press("End")
        one.page.keyboard.type(" ngày 12")
    expect(one.form().locator("[data-draft]")).to_contain_text("Trường TH Bình An 2 (0477204)")
    expect(reason).to_have_value("gọi điện cho trường ngày 12")
    one.pick("TH Trần Quốc Toản")
    expect(reason).to_have_value("trường đã giải trình bằng văn bản")
    one.pick("TH Bình An 2")
    expect(reason).to_have_value("gọi điện cho trường ngày 12")

    one.open("Thẩm định")
    one.school("0477205")
    author = one.desk.get_by_label("Người xử lý")
    with held(voila):
        one.button("Làm mới").click()
        one.school_line().fill("binh an 2")
    one.said("Đã cập nhật")
    expect(one.school_line()).to_have_value("binh an 2")
    with one.done():
        one.page.keyboard.press("Tab")
    expect(one.form()).to_contain_text("Trường TH Bình An 2 (0477204)")
    with held(voila):
        one.button("1.3.2").click()
        one.visible(one.desk.get_by_label("Nhận xét, lý do")).fill("đã xem phần mềm tại trường")
        author.fill("Chuyên viên C")
    expect(one.form().locator("[data-draft]")).to_contain_text("1.3.2")
    expect(one.visible(one.desk.get_by_label("Nhận xét, lý do"))).to_have_value("đã xem phần mềm tại trường")
    expect(author).to_have_value("Chuyên viên C")
    assert trouble == []


def lab_command(port: int) -> list[str]:
    """What `make lab` runs, on a port of its own and without opening a browser."""
    recipe = re.search(r"^lab:.*\n((?:\t.*\n)+)", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe is not None
    options = recipe[1].replace("\\\n", " ").split("jupyter lab", 1)[1].split()
    assert "--ServerApp.ip=127.0.0.1" in options
    own = ["--allow-root", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    return [sys.executable, "-m", "jupyterlab", *own, *options]


def test_the_same_notebook_works_in_jupyterlab(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, port = new_office(tmp_path), free_port(8960)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(LIBRARY / "termreview" / "desk" / "theme" / "jupyter"))
    with running(lab_command(port), office.root, port):
        url = f"http://127.0.0.1:{port}/"
        with urllib.request.urlopen(f"{url}lab", timeout=PATIENCE_MS / 1000) as answer:
            assert urlsplit(answer.url).path == "/login"
        page = browser.new_page(viewport=SCREEN)
        page.set_default_timeout(PATIENCE_MS)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{url}lab/tree/notebooks/0_review_desk.ipynb?token={TOKEN}")
        run_all_cells(page)
        one = Seat(page, "Chuyên viên A")
        one.try_correction("Không phải số", "TH Trần Quốc Toản", "15")
        expect(one.desk.locator(".desk-effect").first).to_contain_text("46,0–62,5")
        one.press("Ghi quyết định")
        one.said("Đã ghi quyết định qd-0001")
        one.press("Hoàn tác qd-0001")
        one.said("Đã hoàn tác quyết định qd-0001")
        one.open("Bảng")
        page.get_by_label("Tìm trong bảng").last.fill("binh an")
        expect(page.locator(".sheet-count:visible").last).not_to_have_text("10/10 dòng")
        beside = page.locator(
            ".jp-DirListing-item"
        ).all_inner_texts()  # the folder of the notebook is in view
        page.get_by_title("/", exact=True).or_(page.locator(".jp-BreadCrumbs-home")).first.click()
        for name in ("data", "notebooks"):  # and above it that of the office
            expect(page.locator(".jp-DirListing-item", has_text=name).first).to_be_visible()
        assert any("0_review_desk" in name for name in beside)
        page.close()
    assert [address for address in asked if not address.startswith((url, "data:", "blob:"))] == []


def run_all_cells(page: Page) -> None:
    """Run the notebook as a person does, once its kernel is there."""
    page.locator(".jp-Notebook .jp-CodeCell").wait_for()
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle")
    page.locator(".jp-Notebook .jp-MarkdownCell").click()
    page.get_by_role("menuitem", name="Chạy", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
