"""What a report may be compared with: the same part of last year, and never what counts within one school year."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import report_world
from bs4 import BeautifulSoup

from termreview.errors import DeclarationError
from termreview.intake.checks.answer_grid import gather_answers
from termreview.reference.comparable import comparable_ratios, may_compare_scores
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.kinds.calendar import Calendar
from termreview.reporting.blocks.blocks import as_html
from termreview.reporting.records.provenance import terms_behind
from termreview.reporting.report.context import ReportContext
from termreview.reporting.school_pages.material import material_of
from termreview.reporting.sections.assessment.evidence import weigh
from termreview.reporting.sections.assessment.sections_highlights import changes
from termreview.reporting.sections.index.transitions import level_transitions
from termreview.reporting.sections.work.change import ratio_changes, task_changes
from termreview.reporting.sections.work.years import years_side_by_side, years_table
from termreview.reporting.summaries.change import ratio_change
from termreview.run.manifest import COMPARED, describe_inputs
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term
from worlds import HK1, HK2, append, change, copy_reference

NEXT, LAST = "2024-2025-hk1", "2024-2025-hk2"
OF_THE_YEAR = {
    "teachers_using_software", "teachers_using_platform", "teachers_trained", "fees_cashless_amount",
    "fees_cashless_pupils", "pupils_tested_online", "requests_solved", "adhoc_reports_answered",
    "statistics_on_time", "inspection_closed",
}  # fmt: skip


def text_of(block: object) -> str:
    return BeautifulSoup(as_html(block), "html.parser").get_text(" ")


@pytest.mark.parametrize(
    ("term_id", "previous", "compare_with"),
    [(HK1, None, None), (HK2, HK1, HK1), (NEXT, HK2, HK1), (LAST, NEXT, NEXT)],
)
def test_a_semester_review_is_compared_with_the_same_part_of_last_year(
    reference: Reference, term_id: str, previous: str | None, compare_with: str | None
) -> None:
    plan = reference.calendar.plan(parse_term(term_id))
    assert plan.previous == (parse_term(previous) if previous else None)
    assert plan.compare_with == (parse_term(compare_with) if compare_with else None)


@pytest.mark.parametrize(
    ("written", "found"),
    [("", HK1), ('        compare_with: "none"\n', None)],
)
def test_a_calendar_that_leaves_the_comparison_open_gets_the_one_that_is_fair(
    tmp_path: Path, written: str, found: str | None
) -> None:
    folder = copy_reference(tmp_path)
    old = '        previous: "2023-2024-hk2"\n        compare_with: "2023-2024-hk1"\n'
    change(folder / "calendar.yml", old, '        previous: "2023-2024-hk2"\n' + written)
    plan = load_reference(folder).calendar.plan(parse_term(NEXT))
    assert plan.compare_with == (parse_term(found) if found else None)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("2021-2022-hk1", r"calendar.yml:\d+: kỳ so sánh '2021-2022-hk1' chưa được khai báo"),
        (
            "2023-2024-hk2",
            r"calendar.yml:\d+: kỳ so sánh '2023-2024-hk2' không cùng năm học, cũng không phải cùng kỳ",
        ),
        ("2024-2025-hk2", r"calendar.yml:\d+: kỳ so sánh '2024-2025-hk2' không có hạn nộp trước kỳ này"),
    ],
)
def test_a_wrong_term_to_compare_with_is_told(tmp_path: Path, named: str, told: str) -> None:
    folder = copy_reference(tmp_path)
    old = 'previous: "2023-2024-hk2"\n        compare_with: "2023-2024-hk1"'
    change(folder / "calendar.yml", old, f'previous: "2023-2024-hk2"\n        compare_with: "{named}"')
    with pytest.raises(DeclarationError, match=told):
        load_reference(folder)


def test_only_numbers_count_from_the_start_of_a_year(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    row = "O1,YK.09,remarks,Ghi chú,text,,,,*,*,no,,,IV.2,,,C,year_start"
    append(folder / "forms" / "cv407-2023" / "rows.csv", row)
    with pytest.raises(
        DeclarationError, match="'counts_since' chỉ dùng cho chỉ tiêu ghi số hoặc ngày, không dùng cho 'text'"
    ):
        load_reference(folder)


def test_figures_that_count_within_a_year_are_never_compared_over_its_end(reference: Reference) -> None:
    first, second, third = (parse_term(term_id) for term_id in (HK1, HK2, NEXT))
    ids = {ratio.ratio_id for ratio in reference.ratios}
    assert {ratio.ratio_id for ratio in comparable_ratios(reference, first, second)} == ids
    for before in (first, second):
        kept = {ratio.ratio_id for ratio in comparable_ratios(reference, before, third)}
        assert ids - kept == OF_THE_YEAR
    assert may_compare_scores(reference, first, third)
    assert not may_compare_scores(reference, second, third)


def test_no_sentence_of_a_semester_review_compares_cumulative_figures_with_another_year() -> None:
    report = report_world.report(NEXT)
    assert report.previous is not None
    assert report.previous.declared.term == parse_term(HK1)
    titles = {ratio.ratio_id: ratio.title.lower() for ratio in report.reference.ratios}
    told = " ".join(changes(report)).lower()
    told += " ".join(
        point.told for point in (*weigh(report).risen_ratios, *weigh(report).fallen_ratios)
    ).lower()
    told += text_of(ratio_changes(report).html.partition("<table")[2]).lower()
    assert titles["pupils_identified"] in told
    assert not [titles[name] for name in OF_THE_YEAR if titles[name] in told]
    assert "học kỳ i năm học 2023-2024" in told
    assert "lượt nhiệm vụ" not in told
    assert "tính riêng cho từng năm học nên không so sánh với học kỳ I năm học 2023-2024" in text_of(
        task_changes(report)
    )
    assert {ratio_id for ratio_id, _ in material_of(report).ratios_before} == set(titles) - OF_THE_YEAR


def test_within_a_year_everything_is_compared_as_before() -> None:
    report = report_world.report(HK2)
    kept = set(ratio_change(report.previous.summaries.school_ratios, report.summaries.school_ratios, report.comparable_ratios)["ratio_id"])  # type: ignore[union-attr]  # fmt: skip
    assert kept >= OF_THE_YEAR
    assert "số lượt hoàn thành" in " ".join(changes(report))


def test_levels_are_not_compared_with_another_part_of_another_year() -> None:
    report = report_world.report(NEXT)
    year_end = replace(report, previous=report_world.report(HK2).term)
    assert report.may_compare_scores
    assert not year_end.may_compare_scores
    assert (weigh(year_end).raised, weigh(year_end).lowered) == ((), ())
    assert "Không so sánh điểm, mức độ" in text_of(level_transitions(year_end))
    assert not material_of(year_end).before


def test_checks_of_change_hold_no_cumulative_count_against_that_of_another_year(reference: Reference) -> None:
    term = reference.of(parse_term(NEXT))
    now = report_world.tables_of(NEXT, "on_time").observations
    before = report_world.tables_of(HK2, "on_time").observations
    answers = gather_answers(now, before, term)
    held = {name: not np.isnan(answers.previous[line]).all() for name, line in answers.lines.items()}
    assert held["pupils_count.total"]
    assert not held["online_tests_held_count"]
    within = gather_answers(report_world.tables_of(HK2, "on_time").observations, report_world.tables_of(HK1, "on_time").observations, reference.of(parse_term(HK2)))  # fmt: skip
    assert not np.isnan(within.previous[within.lines["online_tests_held_count"]]).all()


def first_year(report: ReportContext) -> ReportContext:
    return replace(report, years=(), previous=None)


def test_the_sentence_on_several_years_says_what_is_true() -> None:
    first, later = report_world.report(HK2), report_world.report(LAST)
    assert "Lịch báo cáo chưa có năm học nào trước năm học 2023-2024" in text_of(years_side_by_side(first))
    without = text_of(years_side_by_side(first_year(later)))
    assert "Chưa tổng hợp số liệu của học kỳ II năm học 2023-2024 nên chưa lập được bảng nhiều năm" in without
    with_years = text_of(years_side_by_side(later))
    assert "chưa lập được bảng nhiều năm" not in with_years
    assert "Số liệu chính học kỳ II qua các năm học" in with_years


def test_the_table_of_several_years_sets_the_same_part_of_each_year_side_by_side() -> None:
    report = report_world.report(LAST)
    soup = BeautifulSoup(as_html(years_table(report)), "html.parser")
    assert [head.get_text() for head in soup.select("thead th")][-2:] == ["2023-2024", "2024-2025"]
    cells = {row.th.get_text(): [cell.get_text() for cell in row.select("td")] for row in soup.select("tbody tr") if row.td}  # type: ignore[union-attr]  # fmt: skip
    for place, term_id in enumerate((HK2, LAST)):
        tables = report_world.tables_of(term_id)
        accepted = int(tables.submissions["fate"].eq("accepted").sum())
        expected = len(report.reference.of(parse_term(term_id)).schools)
        assert cells["Trường có báo cáo được tiếp nhận"][place].startswith(f"{accepted}/{expected} (")
    assert not [title for title in cells if "bồi dưỡng kỹ năng số trong năm học" in title]
    assert any("mã định danh" in title for title in cells)


def test_every_term_that_a_report_reads_is_part_of_its_record(
    reference: Reference, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from termreview.reporting.records import provenance
    from termreview.run import manifest

    monkeypatch.setattr(manifest, "tables_now", lambda _, term: term and {"term_id": term.term_id})
    monkeypatch.setattr(provenance, "has_tables", lambda *_: True)
    workspace, calendar = Workspace(tmp_path), reference.calendar
    assert isinstance(calendar, Calendar)

    def told(term_id: str) -> tuple[object, object]:
        declared = reference.of(parse_term(term_id))
        record = describe_inputs(workspace, reference, declared, datetime.date(2025, 1, 10), [], [])
        return record["previous"], record.get(COMPARED)

    assert told(HK2) == ({"term_id": HK1}, None)
    assert told(NEXT) == ({"term_id": HK2}, [{"term_id": HK1}])
    # Looking ahead reads both semesters of the years before.
    assert told(LAST) == ({"term_id": NEXT}, [{"term_id": HK2}, {"term_id": HK1}])
    behind = [term.term_id for term in terms_behind(workspace, reference, parse_term(LAST))]
    assert behind == [HK1, HK2, NEXT, LAST]
    assert pd.Series(behind).is_unique
