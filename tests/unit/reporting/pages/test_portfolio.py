"""The index page of all reports: what it lists, what it links to, and that nothing of a report becomes markup."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from page_world import RECORD

from termreview.errors import RunError
from termreview.reference.declarations import Reference
from termreview.reporting.pages import portfolio
from termreview.reporting.pages.portfolio import write_portfolio
from termreview.reporting.records.page_record import with_record
from termreview.reporting.records.published import published_terms
from termreview.storage.workspace import RollUpWorkspace, Workspace
from termreview.terms import parse_term
from worlds import HK2

PAGE = "<!DOCTYPE html>\n<html><head>\n<title>Báo cáo</title>\n</head>\n<body></body></html>\n"
UNIT = "047702"
STATISTICS = "2023-2024-tkcn"


def published(workspace: Workspace, name: str, *beside: str, **changed: Any) -> Path:
    """Put one report with its record into the folder of its term, and empty files beside it."""
    record = copy.deepcopy(RECORD) | {"subject": ""} | changed
    folder = workspace.root / "reports" / "2023-2024" / record["term_id"][-3:]
    for each in beside:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        (folder / each).touch()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(with_record(PAGE, record), encoding="utf-8")
    return folder / name


def page_of(workspace: Workspace, reference: Reference) -> BeautifulSoup:
    return BeautifulSoup(write_portfolio(workspace, reference).read_text(encoding="utf-8"), "html.parser")


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """Two terms: one with a report in three formats and a commune's, one with a report alone."""
    workspace = Workspace(tmp_path)
    published(workspace, "a.html", "a.docx", "a-phu-luc.xlsx", "a-du-lieu.csv", "schools/0477101.html")
    published(workspace, f"a-{UNIT}.html", unit=UNIT)
    published(workspace, "b.html", term_id=HK2, kind="year_end_summary", status="provisional")
    return workspace


def test_it_lists_every_report_and_links_to_files_that_are_there(
    office: Workspace, reference: Reference
) -> None:
    page = page_of(office, reference)
    links = {unquote(str(link["href"])) for link in page.find_all("a") if not link["href"].startswith("#")}
    assert links == {
        "2023-2024/hk1/a.html", "2023-2024/hk1/a.docx", "2023-2024/hk1/a-phu-luc.xlsx", "2023-2024/hk1/a-du-lieu.csv",
        f"2023-2024/hk1/a-{UNIT}.html", "2023-2024/hk1/schools/0477101.html", "2023-2024/hk2/b.html",
    }  # fmt: skip
    for link in links:
        assert (office.root / "reports" / link).is_file(), link


def test_it_says_of_each_term_what_its_report_says(office: Workspace, reference: Reference) -> None:
    page = page_of(office, reference)
    overview = page.find("table")
    assert overview is not None
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in overview.find_all("tr")
    ]
    assert rows[1:] == [
        ["Học kỳ I, năm học 2023-2024", "Báo cáo sơ kết", "Chính thức", "20/01/2024", "1/2 (50,0%)", "0"],
        ["Học kỳ II, năm học 2023-2024", "Báo cáo tổng kết", "Tạm thời", "20/01/2024", "1/2 (50,0%)", "0"],
    ]  # fmt: skip
    (levels,) = page.find_all("table", class_="levels")
    counts = [[cell.get_text(strip=True) for cell in row.find_all("td")][1:] for row in levels.tbody("tr")]
    assert counts == [["0", "1", "0", "0", "1", "2"]] * 2
    for bar in levels.tbody.find_all("svg", preserveaspectratio="none"):
        widths = [float(box["width"]) for box in bar.find_all("rect")]
        assert widths == [140, 140]


def test_what_offices_handed_in_stands_beside_the_terms_own_report(
    office: Workspace, reference: Reference
) -> None:
    figures = {"expected_count": 32, "received_count": 30, "late_count": None, "levels": {}}
    for term in (HK2, STATISTICS):  # a term with a report of its own, and one without
        merged = published(office, "c.html", term_id=term, kind="roll_up", status="", figures=figures)
        place = RollUpWorkspace(office.root).reports(parse_term(term)) / merged.name
        place.parent.mkdir(parents=True)
        merged.rename(place)
    page = page_of(office, reference)
    told = [each.get_text(" ", strip=True) for each in page.find_all("article") if "tong-hop" in str(each)]
    assert (
        told
        == [
            "Báo cáo tổng hợp các đơn vị Bản nội bộ Phạm vi Các đơn vị đã gửi số liệu Số liệu đến ngày 20/01/2024 "
            "Báo cáo tiếp nhận 30/32 (93,8%) Trang web"
        ]
        * 2
    )
    assert page.find("table").find_all("tr")[-1].get_text("|", strip=True).endswith("30/32 (93,8%)|—")  # type: ignore[union-attr]
    assert not any(status.get_text(strip=True) == "" for status in page.find_all(class_="status"))


def test_a_commune_is_called_by_its_name(office: Workspace, reference: Reference) -> None:
    heads = [head.get_text(strip=True) for head in page_of(office, reference).find_all("th", scope="row")]
    assert "Xã Bình An" in heads


def test_a_report_made_of_something_else_is_marked(office: Workspace, reference: Reference) -> None:
    assert "outdated" not in re.sub(r"<style>.*?</style>", "", str(page_of(office, reference)), flags=re.S)
    origin = copy.deepcopy(RECORD["origin"])
    origin["inputs"][0]["files"][0][1] = "1" * 64
    published(office, f"a-{UNIT}.html", unit=UNIT, origin=origin)
    (mark,) = page_of(office, reference).find_all(class_="outdated")
    assert mark.find_parent("tr").th.get_text().startswith("Xã Bình An")


def test_it_is_written_anew_only_when_something_changed(office: Workspace, reference: Reference) -> None:
    path = write_portfolio(office, reference)
    content, stamp = path.read_bytes(), path.stat().st_mtime_ns
    assert write_portfolio(office, reference).stat().st_mtime_ns == stamp
    path.write_bytes(content + b"<p>x</p>")
    assert write_portfolio(office, reference).read_bytes() == content
    published(office, "b.html", term_id=HK2, kind="year_end_summary", status="final")
    assert write_portfolio(office, reference).read_bytes() != content


def test_what_is_no_report_is_left_out(office: Workspace, reference: Reference) -> None:
    folder = office.root / "reports" / "2023-2024" / "hk1"
    (folder / "thư.html").write_text("<html></html>", encoding="utf-8")
    (folder / "hỏng.html").write_text(PAGE + "\x00", encoding="utf-8")
    published(office, "lạc.html", term_id="2029-2030-hk1")
    published(office, "a.sua-tay.html")
    terms = published_terms(office, reference)
    assert [[report.page.rpartition("/")[2] for report in term.reports] for term in terms] == [
        ["a.html", f"a-{UNIT}.html"],
        ["b.html"],
    ]


def test_without_reports_it_says_so(tmp_path: Path, reference: Reference) -> None:
    assert "Chưa có báo cáo nào" in page_of(Workspace(tmp_path), reference).get_text()


def test_nothing_that_a_record_says_becomes_markup(tmp_path: Path, reference: Reference) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    workspace = Workspace(tmp_path)
    published(workspace, "a.html", unit=hostile, level=hostile, edition=hostile, status=hostile, kind=hostile)
    levels = RECORD["figures"]["levels"]["overall"]
    published(workspace, "b.html", figures=RECORD["figures"] | {"levels": {hostile: levels | {hostile: 1}}})
    page = page_of(workspace, reference)
    assert page.find_all(["img", "script"]) == []
    assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]


def test_a_disk_that_takes_no_page_does_not_undo_the_reports(
    office: Workspace, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(portfolio, "write_content", full)
    with pytest.raises(RunError, match="đã xuất báo cáo, nhưng chưa ghi được trang mục lục"):
        write_portfolio(office, reference)


def test_reports_of_parts_stand_by_unit_and_level_with_their_editions_side_by_side(
    tmp_path: Path, reference: Reference
) -> None:
    workspace = Workspace(tmp_path)
    for name, unit, level in (
        ("a", "", ""),
        ("a-u", UNIT, ""),
        ("a-th-thcs", "", "th_thcs"),
        ("a-th", "", "th"),
    ):
        for edition in ("shareable", "internal"):
            published(workspace, f"{name}-{edition}.html", unit=unit, level=level, edition=edition)
    (term,) = published_terms(workspace, reference)
    told = [(each.record["unit"], each.record["level"], each.record["edition"]) for each in term.reports]
    parts = [("", ""), ("", "th"), ("", "th_thcs"), (UNIT, "")]
    assert told == [(*part, edition) for part in parts for edition in ("internal", "shareable")]
