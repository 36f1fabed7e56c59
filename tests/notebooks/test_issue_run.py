"""A report handed out, then a late file, a corrected one, a ruling and another rule: four parts that add up exactly."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import re
import shutil
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from agreement_reading import read_page
from demo_world import SEMESTER, YEAR_END, Demo, as_of, new_workspace
from termreview.cli import __main__ as cli
from termreview.errors import ContractError, RunError, UsageError
from termreview.reference.declarations import load_reference
from termreview.reporting.changes.bridge import CORRECTION, DECISION, LATE, PROGRAM, RULE
from termreview.reporting.changes.comparison import compare_with
from termreview.reporting.pages.portfolio import write_portfolio
from termreview.reporting.records.issued import (
    broken_issues,
    find_issue,
    issued_tables,
    issues_of,
    list_issues,
)
from termreview.reporting.report.context import open_report
from termreview.run.issuing import issue_report
from termreview.run.runner import RunResult, run_term
from termreview.run.work_list import report_step, table_steps
from termreview.storage.atomic_files import sha256_of
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term
from worlds import append, change

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from intake_world import PRESCHOOL, PRIMARY, SECONDARY, receive, write_school

TERM = parse_term("2023-2024-hk1")
FIRST_DAY, SECOND_DAY = datetime.date(2024, 1, 15), datetime.date(2024, 2, 10)
REPORT = "bao-cao-so-ket-2023-2024-hk1.html"
HEADING = "4. Thay đổi so với báo cáo đã phát hành"


def run(workspace: Workspace, day: datetime.date) -> RunResult:
    """The tables and the internal report; what stands beside it is no matter here."""
    reference = load_reference(workspace.reference)
    declared = reference.of(TERM)
    steps = [*table_steps(workspace, declared, day), report_step(workspace, reference, declared, day)]
    return run_term(workspace, reference, TERM, day, steps=steps)


def test_an_issue_of_a_report_whose_term_before_has_other_figures_now_says_so(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace(Path(shutil.copytree(demo.workspace.root, tmp_path / "copy")))
    command = ["--root", str(workspace.root), "issue", YEAR_END.term_id]
    assert cli.main(command) == 0
    assert "chưa như hiện nay" not in capsys.readouterr().out
    day = as_of(demo.reference, SEMESTER)
    (next(iter(sorted(workspace.raw(SEMESTER).glob("*.xlsx"))))).unlink()
    steps = table_steps(workspace, demo.reference.of(SEMESTER), day)
    run_term(workspace, demo.reference, SEMESTER, day, steps=steps)
    assert cli.main(command) == 0
    told = capsys.readouterr().out
    assert f"lập khi số liệu kỳ {SEMESTER.term_id} chưa như hiện nay" in told
    assert f"`termreview run {YEAR_END.term_id}`" in told


def test_a_report_handed_out_a_moment_ago_has_not_changed_but_by_what_systems_count(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What exports of systems count was told as gone, by another version of the program, at any comparison."""
    workspace = Workspace(Path(shutil.copytree(demo.workspace.root, tmp_path / "copy")))
    for term in (SEMESTER, YEAR_END):
        for command in ("issue", "compare"):
            assert cli.main(["--root", str(workspace.root), command, term.term_id]) == 0
        assert re.search(r"Toàn bộ [\d.]+ số liệu trong báo cáo không thay đổi", capsys.readouterr().out)
    shutil.rmtree(workspace.raw(SEMESTER) / "sources")
    steps = table_steps(workspace, demo.reference.of(SEMESTER), as_of(demo.reference, SEMESTER))
    run_term(workspace, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), steps=steps)
    assert cli.main(["--root", str(workspace.root), "compare", SEMESTER.term_id]) == 0
    listing = workspace.reports(SEMESTER) / f"thay-doi-{SEMESTER.term_id}-1-nay-moi-so.csv"
    rows = list(csv.DictReader(io.StringIO(listing.read_bytes().decode("utf-8-sig")), delimiter=";"))
    counted = [row for row in rows if row["Mục của báo cáo"].endswith("Sử dụng các hệ thống")]
    assert any(row["Đã phát hành"] for row in counted)
    assert not any(row["Nay"] for row in counted)
    assert all(row["Dữ liệu hệ thống"] or "Dữ liệu hệ thống" in row["Nguyên nhân"] for row in counted)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An office that has issued its report on the day, and made the next one after all kinds of changes."""
    workspace = new_workspace(tmp_path_factory.mktemp("office"))
    raw = workspace.raw(TERM)
    raw.mkdir(parents=True)
    write_school(raw / "first.xlsx", PRIMARY)
    write_school(raw / "second.xlsx", PRESCHOOL)
    receive(raw, {})
    run(workspace, FIRST_DAY)
    with pytest.raises(UsageError, match="lập cho ngày 15/01/2024"):
        issue(workspace, SECOND_DAY)
    issue(workspace, FIRST_DAY)

    write_school(raw / "late.xlsx", SECONDARY)
    write_school(raw / "first again.xlsx", PRIMARY, changes={"teachers_online_account_count": 20})
    receive(raw, {"late.xlsx": SECOND_DAY, "first again.xlsx": SECOND_DAY})
    rules = workspace.reference
    append(
        rules / "decisions.csv",
        f"QD-1,{TERM.term_id},cell,{PRIMARY},teachers_using_software_count,,3,correct,18,kiểm tra,tổ thẩm định,2024-02-01",
    )
    append(
        rules / "verified_points.csv",
        f"{PRIMARY},{TERM.term_id},2.3.1,5.5,hồ sơ,tổ thẩm định,2024-02-01",
    )
    change(
        rules / "indicator_sets" / "qd-4725-2022.yml",
        "- {from: 20, points: [6, 7]}",
        "- {from: 20, points: 9}",
    )
    with pytest.raises(UsageError, match="khai báo đã đổi"):
        issue(workspace, None)
    run(workspace, SECOND_DAY)
    return workspace


def issue(workspace: Workspace, day: datetime.date | None) -> object:
    return issue_report(workspace, load_reference(workspace.reference), TERM, as_of=day)


def test_an_issue_keeps_the_report_as_it_was_and_what_it_was_made_of(office: Workspace) -> None:
    (first,) = list_issues(office, TERM)
    assert first.number == 1
    assert first.as_of == FIRST_DAY
    assert first.status == "provisional"
    assert first.record["pending"]["missing"][0] == "0477102"
    assert first.record["received_until"] == "2024-01-05"
    assert len(first.record["inputs"]) == 2
    page = BeautifulSoup(first.reports[0].read_text(encoding="utf-8"), "html.parser")
    assert "Báo cáo tạm thời" in page.get_text(" ")
    assert HEADING not in [heading.get_text(" ", strip=True) for heading in page.find_all("h3")]
    assert len(issued_tables(first).submissions) == 2


def test_the_next_report_says_what_changed_and_why(office: Workspace) -> None:
    page = BeautifulSoup((office.reports(TERM) / REPORT).read_text(encoding="utf-8"), "html.parser")
    heading = next(found for found in page.find_all("h3") if found.get_text(" ", strip=True) == HEADING)
    told = heading.find_next("ul").get_text(" ", strip=True)
    for words in (
        "Trường nộp báo cáo sau lần phát hành trước",
        "Trường nộp lại",
        "QD-1",
        "Quy tắc tính điểm",
    ):
        assert words in told
    heads = [
        cell.get_text(" ", strip=True) for cell in heading.find_next("table").find_all("th", scope="col")
    ]
    assert heads == [
        "Số liệu",
        "Trước",
        "Nay",
        "Thay đổi",
        "Nộp sau",
        "Nộp lại",
        "Quyết định",
    ]  # no level moved by the rule


def test_four_causes_have_their_parts_and_these_add_up_exactly(office: Workspace) -> None:
    report = open_report(TERM.term_id, workspace_root=str(office.root))
    comparison = compare_with(report, find_issue(office, TERM, 1))
    assert comparison.causes == (LATE, CORRECTION, DECISION, RULE)
    for variance in comparison.variances:
        assert sum(variance.parts.values()) == variance.amount
        assert variance.parts[PROGRAM] == 0
    variances = {variance.key: variance for variance in comparison.variances}
    assert comparison.files == {PRIMARY: CORRECTION, SECONDARY: LATE}
    received = variances["", "reporting", "received", ""]
    assert (received.before.value, received.after.value, received.parts[LATE]) == (2, 3, 1)
    assert variances[SECONDARY, "standing", "", "1"].steps[0].before == "not_submitted"
    # By hand, from the answers of the primary school and the rules of 1.6.1, 1.6.2, 1.4 and 2.3.1.
    first, second = variances[PRIMARY, "high", "", "1"].parts, variances[PRIMARY, "low", "", "2"].parts
    assert {cause: float(part) for cause, part in first.items() if part} == {
        CORRECTION: 3.5,
        DECISION: 3.5,
        RULE: 2,
    }
    assert {cause: float(part) for cause, part in second.items() if part} == {DECISION: 2.5}


def test_the_page_and_the_list_say_the_same_and_add_up(
    office: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--root", str(office.root), "compare", TERM.term_id, "--output", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "QD-1" in out
    assert "(số liệu đến ngày 15/01/2024, tạm thời), báo cáo đến ngày 10/02/2024 (tạm thời)" in out
    text = (tmp_path / "thay-doi-2023-2024-hk1-1-nay.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    counted = 0
    for row in rows:
        if row["Thay đổi"]:
            parts = [
                number(row[name]) for name in ("Nộp sau", "Nộp lại", "Quyết định", "Quy tắc", "Phiên bản")
            ]
            assert sum(parts) == number(row["Thay đổi"])
            if row["Đã phát hành"] and row["Nay"]:
                assert number(row["Nay"]) - number(row["Đã phát hành"]) == number(row["Thay đổi"])
            counted += 1
    assert counted > 20
    page = BeautifulSoup((tmp_path / "thay-doi-2023-2024-hk1-1-nay.html").read_text(encoding="utf-8"), "html.parser")  # fmt: skip
    assert page.h1.get_text(strip=True) == "Thay đổi so với báo cáo đã phát hành lần 1"
    tables = [table for table in page.find_all("table") if not table.find_parent("details", class_="tail")]
    shown = sum(len(table.select("tbody tr:not(.group)")) for table in tables)
    schools = {(row["Mã trường"], row["Nhóm số liệu"]) for row in rows if row["Mã trường"]}
    assert shown == len([row for row in rows if not row["Mã trường"]]) + len(schools)


def test_every_figure_that_the_report_prints_is_told_with_parts_that_add_up(
    office: Workspace, tmp_path: Path
) -> None:
    """The two pages as a reader has them, read by what knows nothing of the comparison: no cell that differs is left out."""
    assert cli.main(["--root", str(office.root), "compare", TERM.term_id, "--output", str(tmp_path)]) == 0
    listing = tmp_path / "thay-doi-2023-2024-hk1-1-nay-moi-so.csv"
    rows = list(csv.DictReader(io.StringIO(listing.read_bytes().decode("utf-8-sig")), delimiter=";"))
    causes = ("Nộp sau", "Nộp lại", "Quyết định", "Quy tắc", "Phiên bản", "Kỳ trước", "Dữ liệu hệ thống")
    for row in rows:
        parts = [number(row[name]) for name in causes if row[name]]
        assert sum(parts) == number(row["Thay đổi"] or "0")
        if row["Đã phát hành"] and row["Nay"] and row["Thay đổi"]:
            assert number(row["Nay"]) - number(row["Đã phát hành"]) == number(row["Thay đổi"])
        assert row["Thay đổi"] or row["Nguyên nhân"]
    told = {(row["Bảng"], row["Dòng hoặc đoạn văn"], row["Cột"]) for row in rows}
    (first,) = list_issues(office, TERM)
    before, after = cells_of(first.reports[0]), cells_of(office.reports(TERM) / REPORT)
    differing = [at for at in {**before, **after} if before.get(at) != after.get(at)]
    with_figures = [at for at in differing if has_figure(before.get(at, [])) or has_figure(after.get(at, []))]
    assert len(with_figures) > 100
    assert [(at, before.get(at), after.get(at)) for at in with_figures if at not in told] == []
    # A criterion's share and a mean by level, of which no other table of the page of changes speaks.
    shares = [row for row in rows if row["Mục của báo cáo"].endswith("Tiêu chí đạt thấp") and row["Nộp sau"]]
    assert shares
    page = BeautifulSoup(listing.with_name("thay-doi-2023-2024-hk1-1-nay.html").read_text("utf-8"), "html.parser")  # fmt: skip
    assert len(page.select("details.tail")) == len({row["Mục của báo cáo"] for row in rows})


def cells_of(page: Path) -> dict[tuple[str, str, str], list[str]]:
    """The cells of one page by table, row and column, but of what it says itself on changes since an issue."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for table in read_page(page).tables:
        if "so với báo cáo đã phát hành" not in table.caption:
            for group, cells in table.rows:
                row = " – ".join(part for part in (group, cells[0]) if part)
                for column, text in zip(table.columns, cells, strict=True):
                    found.setdefault((table.caption, row, column), []).append(text)
    return found


NAMING = re.compile(
    r"\b0\d{4,}|\d{1,2}/\d{1,2}/\d{4}|\d+(?:\.\d{1,2})+(?!\d)|[Mm]ức (?:độ )?\d|[^\W\d_][\w.-]*\d[\w.-]*"
)


def has_figure(texts: list[str]) -> bool:
    """Whether one text holds a number that is no day, no code of a school or an item and no level."""
    return any(re.search(r"\d", NAMING.sub("", text)) for text in texts)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_issues_are_numbered_and_never_overwritten(office: Workspace) -> None:
    """Last in this file: it hands out the second report."""
    before = {path: path.read_bytes() for path in find_issue(office, TERM, 1).folder.rglob("*") if path.is_file()}  # fmt: skip
    kept = issue_report(office, load_reference(office.reference), TERM)
    again = issue_report(office, load_reference(office.reference), TERM)
    assert (kept.issue.number, kept.is_new, again.issue.number, again.is_new) == (2, True, 2, False)
    assert [found.number for found in issues_of(office, TERM)] == [1, 2]
    assert all(path.read_bytes() == content for path, content in before.items())
    assert cli.main(["--root", str(office.root), "compare", TERM.term_id, "1", "2"]) == 0
    assert (office.reports(TERM) / "thay-doi-2023-2024-hk1-1-2.csv").is_file()
    _two_issues_are_compared_from_the_older_to_the_newer(office)
    assert cli.main(["--root", str(office.root), "compare", TERM.term_id, "3"]) == 2
    record = json.loads((kept.issue.folder / "record" / "issue.json").read_text(encoding="utf-8"))
    assert not any(str(office.root) in str(value) for value in record.values())
    _rules_that_cannot_be_read_count_as_rules(office)
    # What was kept is checked when it is read back; a page that somebody edited is not handed out.
    (kept.issue.folder / "record" / "ledger.parquet").write_bytes(b"other")
    with pytest.raises(ContractError, match="lần phát hành 2"):
        issued_tables(find_issue(office, TERM, 2))
    (kept.issue.folder / "record" / "issue.json").write_text('{"number": 2}', encoding="utf-8")
    _a_broken_issue_is_named_and_stops_nobody_else(office)
    shutil.rmtree(kept.issue.folder)
    page = office.reports(TERM) / REPORT
    page.write_text(page.read_text(encoding="utf-8") + "<!-- -->", encoding="utf-8")
    with pytest.raises(RunError, match="không còn là tệp đã xuất"):
        issue_report(office, load_reference(office.reference), TERM)


def _a_broken_issue_is_named_and_stops_nobody_else(office: Workspace) -> None:
    """The record of the second issue says too little: the first is compared with, the index page names the second."""
    assert [found.number for found in list_issues(office, TERM)] == [1]
    (broken,) = broken_issues(office, TERM)
    assert (broken.number, broken.path.name) == (2, "issue.json")
    assert "thiếu 'as_of'" in broken.faults
    with pytest.raises(ContractError, match="thiếu 'as_of'"):
        find_issue(office, TERM, 2)
    reference = load_reference(office.reference)
    index = BeautifulSoup(write_portfolio(office, reference).read_text(encoding="utf-8"), "html.parser")
    told = index.find("h3", string="Bản phát hành không đọc được").find_next("p").get_text()
    assert "reports/2023-2024/hk1/issued/2/record/issue.json" in told
    assert "Khôi phục" in told
    with contextlib.redirect_stderr(io.StringIO()) as said:
        assert cli.main(["--root", str(office.root), "compare", TERM.term_id]) == 0
        assert cli.main(["--root", str(office.root), "compare", TERM.term_id, "2"]) == 6
    assert said.getvalue().count("Lần phát hành 2 của kỳ 2023-2024-hk1 không đọc được") == 2
    assert "khôi phục tệp" in said.getvalue()
    table = office.reports(TERM) / "issued" / "1" / "record" / "scores.parquet"
    content = table.read_bytes()
    table.write_bytes(content[:100])
    assert [found.path for found in broken_issues(office, TERM)] == [table, broken.path]
    table.write_bytes(content)
    (broken.path).write_text("{", encoding="utf-8")
    assert [found.faults for found in broken_issues(office, TERM)] == [("không còn hoặc không đọc được",)]


def _two_issues_are_compared_from_the_older_to_the_newer(office: Workspace) -> None:
    """Whoever names them the other way round gets the same page, and is told; one is not compared with itself."""
    listing = office.reports(TERM) / "thay-doi-2023-2024-hk1-1-2-moi-so.csv"
    content = listing.read_bytes()
    listing.unlink()
    with contextlib.redirect_stdout(io.StringIO()) as told:
        assert cli.main(["--root", str(office.root), "compare", TERM.term_id, "2", "1"]) == 0
    assert "so từ lần 1 đến lần 2" in told.getvalue()
    assert listing.read_bytes() == content
    assert cli.main(["--root", str(office.root), "compare", TERM.term_id, "1", "1"]) == 2


def _rules_that_cannot_be_read_count_as_rules(office: Workspace) -> None:
    """Declarations that a later program cannot read: the parts still add up, and no other cause gets theirs."""
    issue = find_issue(office, TERM, 1)
    kept = issue.folder / "record" / "declarations" / "ratios.csv"
    content = kept.read_bytes()
    kept.write_bytes(content + b"oddly written by another version\n")
    report = open_report(TERM.term_id, workspace_root=str(office.root))
    with pytest.raises(ContractError, match="lần phát hành 1"):
        compare_with(report, issue)
    told = {**issue.record, "declarations": {**issue.record["declarations"], "ratios.csv": sha256_of(kept.read_bytes())}}  # fmt: skip
    comparison = compare_with(report, replace(issue, record=told))
    assert PROGRAM not in comparison.causes
    assert comparison.files == {PRIMARY: CORRECTION, SECONDARY: LATE}
    assert all(sum(variance.parts.values()) == variance.amount for variance in comparison.variances)
    kept.write_bytes(content)
