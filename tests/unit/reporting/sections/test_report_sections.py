"""Every section of both reports, over districts where all, some or none reported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import report_world
from bs4 import BeautifulSoup

from termreview.reporting.blocks.report_reading import RowLimit
from termreview.reporting.blocks.values import Interval
from termreview.reporting.changes import issued
from termreview.reporting.editions.scope import find_scope
from termreview.reporting.pages.rules import forbidden_markup
from termreview.reporting.report.wording import signed_grounds
from termreview.reporting.sections.assessment import sections_assessment, sections_highlights, slip, stories
from termreview.reporting.sections.assessment.assessment import at_most, limits, strengths
from termreview.reporting.sections.assessment.evidence import Point, weigh
from termreview.reporting.sections.basis import annexes, communes, footer, opening, quality, situation, status
from termreview.reporting.sections.index import (
    actions,
    conclusions,
    criteria,
    forecast,
    index,
    look_back,
    scores,
    sensitivity,
    transitions,
    trends,
)
from termreview.reporting.sections.work import change, compliance, ratios, statistics, systems, tasks, years
from termreview.run.work_list import report_step
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term
from worlds import HK1, HK2, ROOT

MODULES: dict[str, ModuleType] = {
    "actions": actions, "sensitivity": sensitivity,
    "annexes": annexes, "assessment": sections_assessment, "change": change,
    "conclusions": conclusions, "criteria": criteria, "footer": footer,
    "highlights": sections_highlights, "index": index, "issued": issued,
    "communes": communes, "opening": opening, "quality": quality, "ratios": ratios, "scores": scores,
    "situation": situation, "statistics": statistics, "compliance": compliance, "status": status,
    "slip": slip, "stories": stories, "systems": systems, "tasks": tasks, "years": years,
    "transitions": transitions, "forecast": forecast, "look_back": look_back, "trends": trends,
}  # fmt: skip
PARAGRAPHS = {
    "1": (
        "Các trường tiếp tục thực hiện việc điều hành, giám sát, hỗ trợ chuyển đổi số (29/49 trường hoàn thành, 59,2%; 09 trường đang thực hiện "
        "và 11 trường chưa thực hiện); kiện toàn bộ phận phụ trách (26/48 trường hoàn thành, 54,2%; 11 trường đang thực hiện và 11 trường chưa "
        "thực hiện; 01 trường bỏ trống chỉ tiêu: MN Phú Khê); ban hành kế hoạch của đơn vị (25/47 trường hoàn thành, 53,2%; 11 trường đang thực "
        "hiện và 11 trường chưa thực hiện; 02 trường bỏ trống chỉ tiêu: MN Thạch Bàn và TH Đông Sơn\u00a02). Còn chậm là việc ban hành quy chế, "
        "bảo vệ dữ liệu cá nhân (mới có 24/48 trường hoàn thành, 50,0%; 12 trường đang thực hiện và 12 trường chưa thực hiện; 01 trường bỏ trống "
        "chỉ tiêu: TH Đông Sơn\u00a02). Còn 06 trường chưa có báo cáo, không tính vào tỉ lệ. Kết quả đạt được: tỉ lệ yêu cầu hỗ trợ đã xử lý "
        "70,1% (440/628)."
    ),
    "5": (
        "Các trường tiếp tục thực hiện việc trang bị thiết bị, bảo đảm kết nối Internet (27/47 trường hoàn thành, 57,4%; 11 trường đang thực hiện "
        "và 09 trường chưa thực hiện; 02 trường bỏ trống chỉ tiêu: TH Nguyễn Bá Ngọc và TH&THCS Lê Quý Đôn); bố trí máy tính, phòng máy, phòng "
        "studio (15/30 trường hoàn thành, 50,0%; 09 trường đang thực hiện và 06 trường chưa thực hiện; 02 trường bỏ trống chỉ tiêu: TH An "
        "Lộc\u00a02 và THCS Bình Hòa); bảo đảm an toàn, an ninh thông tin (22/49 trường hoàn thành, 44,9%; 17 trường đang thực hiện và 10 trường "
        "chưa thực hiện). Còn 06 trường chưa có báo cáo (riêng việc bố trí máy tính, phòng máy, phòng studio: 05 trường), không tính vào tỉ lệ. "
        "Kết quả đạt được: tỉ lệ phòng học có thiết bị trình chiếu và kết nối Internet 34,9% (787/2.258). Về số học sinh học chung một máy tính "
        "trong giờ Tin học: TH 1,00 (475/473); THCS 0,92 (238/259); TH&THCS 0,84 (56/67); cả 31 trường có số liệu đạt mục tiêu."
    ),
}  # fmt: skip
NOTEBOOKS = {HK1: "3_semester_review", HK2: "4_year_end_summary"}


def cells(term_id: str) -> list[dict[str, Any]]:
    path = ROOT / "notebooks" / f"{NOTEBOOKS[term_id]}.ipynb"
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def calls(term_id: str) -> Iterator[tuple[str, str]]:
    for cell in cells(term_id):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and cell["id"] not in ("parameters", "setup", "look-up"):
            yield cell["id"], source


@pytest.mark.parametrize("fate", ["", "on_time", "late", "refused", "missing"])
@pytest.mark.parametrize("term_id", [HK1, HK2])
def test_every_step_of_the_notebook_shows_something_publishable(term_id: str, fate: str) -> None:
    report = report_world.report(term_id, fate)
    for name, call in calls(term_id):
        shown = eval(call, {**MODULES, "report": report})
        html = shown._repr_html_()
        page = BeautifulSoup(html, "html.parser")
        assert forbidden_markup(html) == [], name
        text = page.get_text(" ")
        assert not re.search(r"\{\w+(:\w+)?\}|\bnan\b|\bNone\b|<NA>", text), (name, text[:200])


def test_missing_reports_leave_dashes_and_no_zero_share() -> None:
    report = report_world.report(HK1, "missing")
    text = BeautifulSoup(ratios.key_ratios(report).html, "html.parser").get_text(" ")
    assert not re.search(r"(?<!\d)0,0", text)
    assert "—" in text
    assert "0/37" in text


def test_the_sections_of_a_district_without_reports_conclude_nothing() -> None:
    report = report_world.report(HK1, "missing")
    assert set(report.summaries.standings["standing"]) == {"not_submitted"}
    text = sections_assessment.strong_points(report).html
    assert "mức độ 3" not in text


PARTS = {
    HK1: [
        "I. Đặc điểm tình hình", "II. Kết quả thực hiện", "III. Đánh giá chung",
        "IV. Phương hướng, nhiệm vụ trọng tâm học kỳ II", "V. Kiến nghị, đề xuất",
    ],
    HK2: [
        "I. Đặc điểm tình hình", "II. Kết quả thực hiện", "III. Chuyển biến từ học kỳ I đến cuối năm học",
        "IV. Đánh giá chung", "V. Phương hướng, nhiệm vụ năm học tiếp theo", "VI. Kiến nghị, đề xuất",
    ],
}  # fmt: skip


@pytest.mark.parametrize("term_id", [HK1, HK2])
def test_headings_are_those_declared(term_id: str) -> None:
    labels = report_world.reference().labels
    headings = [
        line.lstrip("# ").strip()
        for cell in cells(term_id)
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
        if line.startswith("##")
    ]
    assert [heading for heading in headings if re.match("[IV]+[.] ", heading)] == PARTS[term_id]
    for number in range(1, 10):
        assert f"{number}. {labels['outline'][f'II.{number}']}" in headings


def test_one_paragraph_tells_what_differs_under_one_heading() -> None:
    """A line per task said the same of each: who has done it, who is silent."""
    report = report_world.report(HK1)
    assert tasks.results_text(report, "1") == PARAGRAPHS["1"]
    assert tasks.results_text(report, "5") == PARAGRAPHS["5"]
    for outline in "12345689":
        page = BeautifulSoup(tasks.task_results(report, outline).html, "html.parser")
        told = [
            line for line in page.find_all(["p", "li"]) if not line.find_parent(["table", "figure", "div"])
        ]
        assert len(told) == 1, outline


def test_no_task_is_left_out_and_every_count_of_it_is_told() -> None:
    report = report_world.report(HK1)
    statuses = tasks.whole_statuses(report)
    for task in report.declared.tasks:
        told = tasks.results_text(report, task.outline)
        assert task.text_title in told
        for row in statuses[statuses["task_id"] == task.task_id].to_dict("records"):
            assert f"{row['done_count']}/{row['answered_count']} trường" in told, task.task_id
            assert f"{row['not_submitted_count']:02d} trường" in told, task.task_id


def test_words_of_letters_and_targets_follow_what_the_office_has() -> None:
    """An office without a letter printed “nhiệm vụ của công văn hướng dẫn”, one without a target a heading of targets."""
    own = report_world.report(HK1)
    plan = replace(
        own.declared.plan, legal="huong-dan-2024-2025"
    )  # a place kept for a letter that nobody has seen
    bare = replace(
        own, reference=replace(own.reference, targets=()), term=replace(own.term, declared=replace(own.declared, plan=plan)),
    )  # fmt: skip
    told = [
        BeautifulSoup(tasks.overview(one).html, "html.parser").find("p").get_text() for one in (own, bare)
    ]
    assert told[0].startswith("Báo cáo theo dõi 20 nhiệm vụ theo Công văn số 407/PGDĐT, trong đó")
    assert told[1].startswith("Báo cáo theo dõi 20 nhiệm vụ, trong đó")
    assert signed_grounds(bare).startswith("Căn cứ ")
    heads = "".join("".join(cell["source"]) for cell in cells(HK1) if cell["cell_type"] == "markdown")
    assert "### Kết quả các tỉ lệ chính" in heads
    assert "công văn" not in heads.lower()
    assert "mục tiêu" not in heads.lower()


def test_what_a_sentence_leaves_out_is_counted_by_its_kind() -> None:
    """“… và 10 nội dung khác” ended a list of tasks; one low ratio was told as some."""
    report = report_world.report(HK1)
    point = Point("a", "tỉ lệ a 10,0%")
    assert at_most(report, ["a"] * 7, "ratios") == "a; a; a; a và 03 tỉ lệ khác"
    weak = replace(weigh(report), weak_ratios=(point,), strong_tasks=(point,) * 9)
    assert "Tỉ lệ còn thấp: tỉ lệ a 10,0%." in limits(report, weak)
    assert any(line.endswith("và 05 nhiệm vụ khác.") for line in strengths(report, weak))


def test_the_closing_names_the_office_in_full() -> None:
    """Wording 48: “Phòng GDĐT” closed the report of the office."""
    told = (
        BeautifulSoup(sections_assessment.signature(report_world.report(HK1)).html, "html.parser")
        .find("p")
        .get_text()
    )
    assert told == (
        "Trên đây là báo cáo kết quả thực hiện nhiệm vụ ứng dụng công nghệ\u00a0thông\u00a0tin, chuyển đổi số và thống kê giáo dục học kỳ I, "
        "năm học 2023-2024 của Phòng Giáo dục và Đào tạo huyện Phong Mẫu, kính báo cáo./."
    )


def test_a_mark_stands_beside_every_figure_that_has_one() -> None:
    report = report_world.report(HK1)
    page = BeautifulSoup(tasks.task_results(report, "8").html, "html.parser")
    figures = report.summaries.figures
    marks = [figures.loc[figures["task_id"] == "III.6", "mark"].tolist()]
    assert [tag.get_text() for tag in page.select("tbody .mark")] == marks[0]


@pytest.mark.parametrize("term_id", [HK1, HK2])
def test_the_signed_report_has_no_letters_but_one_asterisk_and_what_it_means_once(term_id: str) -> None:
    """191 to 223 letter chips stood in one document."""
    report = replace(report_world.report(term_id), edition="shareable")
    read = []
    for cell_id, call in calls(term_id):
        block = eval(call, {**MODULES, "report": report})
        page = BeautifulSoup(block.html, "html.parser")
        marks = {tag.get_text() for tag in page.select(".mark")}
        assert marks <= {"*"}, cell_id
        read.append(page.get_text() if cell_id != "grounds" else "")
    assert "Độ tin cậy" not in " ".join(read)
    assert " ".join(read).count("dấu (*)") == 1


def test_the_signed_report_cites_in_one_sentence_what_the_internal_one_lists() -> None:
    report = report_world.report(HK1)
    listed = BeautifulSoup(opening.grounds(report).html, "html.parser")
    signed = BeautifulSoup(opening.grounds(replace(report, edition="shareable")).html, "html.parser")
    assert len(listed.select("li")) >= 3
    assert next(one.get_text() for one in signed.select("p:not(.callout p)")) == (
        "Thực hiện Công văn số 407/PGDĐT ngày 06/10/2023 của Phòng Giáo dục và Đào tạo huyện Phong Điền; "
        "căn cứ Quyết định số 4725/QĐ-BGDĐT ngày 30/12/2022 và Quyết định số 131/QĐ-TTg ngày 25/01/2022, "
        "Phòng GDĐT báo cáo kết quả như sau."
    )


def test_points_of_no_item_are_told_once_and_widen_no_printed_score() -> None:
    report = report_world.report(HK1)
    rows = report.summaries.not_concluded.query("group_id == '2'").iloc[:3]
    reasons = [[("unallocated", 10.0)], [("unallocated", 10.0), ("blank", 2.0)], [("unallocated", 10.0)]]
    rows = rows.assign(
        conditions=["met", "met", "unknown"], reasons=pd.Series(reasons, index=rows.index, dtype=object)
    )
    altered = replace(
        report, term=replace(report.term, summaries=replace(report.summaries, not_concluded=rows))
    )
    assert weigh(altered).open_count == 2, "what the set leaves open is no limit of a school"
    told = index.introduction(altered)
    text = BeautifulSoup(told.html, "html.parser").get_text(" ")
    assert "Trong 03 trường chưa rõ mức độ nhóm 2, 01 trường chỉ do 10 điểm" in text
    assert "mức độ nhóm 1," not in text
    own = report.summaries.standings.query("group_id == '2' and state == 'scored'").iloc[0]
    table = BeautifulSoup(scores.scores_table(report).html, "html.parser")
    assert "Điểm nhóm 2 tính trên 90 điểm đã xác định" in table.get_text(" ")
    row = next(line for line in table.select("tbody tr") if own["short_name"] in line.get_text(" "))
    assert str(Interval(own["low"], own["high"] - 10)) in [cell.get_text() for cell in row.select("td")]


@pytest.mark.parametrize(
    ("fate", "is_said"), [("missing", True), ("", True), ("late", False), ("refused", False)]
)
def test_who_counts_as_silent_is_told_by_the_day_that_the_list_gives(fate: str, is_said: bool) -> None:
    """A file that is there, with a later day in the list, is of a school that the report calls silent."""
    said = "chưa nhận được báo cáo đến ngày 10/01/2024; báo cáo nhận sau ngày này chưa tổng hợp"
    shown = annexes.missing_schools(report_world.report(HK1, fate))
    assert (said in shown._repr_html_()) is is_said


def test_a_school_that_is_called_silent_is_told_with_the_refused_file_that_names_it() -> None:
    report = report_world.report(HK1, "missing")
    reporting = report.summaries.reporting
    school_id = reporting.loc[reporting["state"] == "missing", "school_id"].iloc[0]
    findings = report.term.tables.findings
    told = {"check_code": "file_names_schools", "file": "cụm 3.xlsx", "found": f"0477999; {school_id}"}
    row = pd.DataFrame([told], columns=findings.columns)
    tables = replace(report.term.tables, findings=pd.concat([findings, row], ignore_index=True))
    shown = annexes.missing_schools(replace(report, term=replace(report.term, tables=tables)))
    assert "có tệp nêu tên trường nhưng chưa tiếp nhận được: cụm 3.xlsx" in shown._repr_html_()
    assert "cụm 3.xlsx" not in annexes.missing_schools(report)._repr_html_()


def test_text_of_schools_is_escaped() -> None:
    report = report_world.report(HK1)
    row = ("difficulties", "<img src=x onerror=alert(1)>", "", False, 1, ["TH A"])
    hostile = pd.DataFrame([row], columns=report.summaries.opinions.columns)
    summaries = replace(report.summaries, opinions=hostile)
    html = sections_assessment.proposals(replace(report, term=replace(report.term, summaries=summaries))).html
    assert "<img" not in html
    assert "&lt;img" in html


def test_without_the_term_before_nothing_is_compared() -> None:
    report = replace(report_world.report(HK2), previous=None)
    for name, call in calls(HK2):
        html = eval(call, {**MODULES, "report": report})._repr_html_()
        if name in ("change-schools", "change-tasks", "change-ratios", "change-levels"):
            assert "Chưa so sánh được" in html
    assert "so với học kỳ I" not in sections_assessment.strong_points(report).html


def test_the_same_tables_give_the_same_page() -> None:
    first = [
        eval(call, {**MODULES, "report": report_world.report(HK2)})._repr_html_() for _, call in calls(HK2)
    ]
    report_world.report.cache_clear()
    again = [
        eval(call, {**MODULES, "report": report_world.report(HK2)})._repr_html_() for _, call in calls(HK2)
    ]
    assert first == again


def test_notebooks_name_no_figure() -> None:
    for term_id in NOTEBOOKS:
        for _, call in calls(term_id):
            assert not re.search(r"\d{2,}", call), call


def test_the_notebooks_stand_where_the_runner_looks() -> None:
    assert all((Path(ROOT) / "notebooks" / f"{name}.ipynb").is_file() for name in NOTEBOOKS.values())


def test_no_chart_has_a_row_for_each_of_more_schools_than_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    own = report_world.report()
    drawn = [scores.scores(own), criteria.schools_by_criterion(own)]
    assert all("<svg" in block._repr_html_() for block in drawn)
    monkeypatch.setitem(own.reference.sentences["assessment"]["thresholds"], "most_drawn", "30")
    left = [scores.scores(own), criteria.schools_by_criterion(own)]
    assert not any("<svg" in block._repr_html_() for block in left)
    assert [len(block.tables) for block in left] == [len(block.tables) for block in drawn]


def test_rows_are_limited_in_reports_of_more_schools_than_declared_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """55 schools: all is printed; where 30 are the most, tables of more rows are told in a line, those of a level of 4 not."""
    reference = report_world.report().reference
    workspace, declared = Workspace(Path(ROOT)), reference.of(parse_term("2023-2024-hk1"))

    def limit(level: str = "") -> RowLimit | None:
        scope = find_scope(reference, declared, level=level)
        return report_step(workspace, reference, declared, declared.plan.due_on, scope).arrangement.limit

    assert limit() is None
    monkeypatch.setitem(reference.sentences["assessment"]["thresholds"], "most_drawn", "30")
    assert limit() == RowLimit(30, reference.publishing["annex"]["instead"])
    assert limit("th_thcs") is None
