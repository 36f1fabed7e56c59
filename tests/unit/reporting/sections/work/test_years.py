"""Three school years side by side, reckoned by hand: figures of each year, a line where they are not of one kind."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from report_world import build_tables

from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.blocks.model import plain_text
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.report.context import ReportContext, TermView, build_view, present
from termreview.reporting.sections.work.years import BREAK, ratio_panels, years_side_by_side, years_table
from termreview.scoring.score import score_term
from worlds import SCHOOL_OF, change, conditions_met, copy_reference, observe, spread, term_of

YEARS = ("2022-2023-hk1", "2023-2024-hk1", "2024-2025-hk1")
_YEAR = """school_years:
  - id: "2022-2023"
    starts_on: "2022-09-05"
    terms:
      - id: "2022-2023-hk1"
        part: "hk1"
        title: "học kỳ I"
        report: "semester_review"
        due_on: "2023-01-10"
        data_as_of: "2022-12-31"
        form: "cu-2022"
        tasks: "cv407-2023"
        indicator_set: "cu-2022"
        legal: "cv-407-2023"
        mark: "C"
"""
TH, THCS = SCHOOL_OF["th"], SCHOOL_OF["thcs"]


@pytest.fixture(scope="module")
def three_years(tmp_path_factory: pytest.TempPathFactory) -> ReportContext:
    """The first year had another index, and asked for pupils in other words; both other years are alike."""
    folder = copy_reference(tmp_path_factory.mktemp("years"))
    shutil.copytree(folder / "forms" / "cv407-2023", folder / "forms" / "cu-2022")
    change(folder / "forms" / "cu-2022" / "form.yml", 'id: "cv407-2023"', 'id: "cu-2022"')
    change(
        folder / "forms" / "cu-2022" / "rows.csv",
        "pupils_count,Số trẻ/học sinh",
        "pupils_count,Số học sinh có mặt",
    )
    shutil.copy(folder / "checks" / "cv407-2023.csv", folder / "checks" / "cu-2022.csv")
    shutil.copy(folder / "indicator_sets" / "qd-4725-2022.yml", folder / "indicator_sets" / "cu-2022.yml")
    change(folder / "indicator_sets" / "cu-2022.yml", 'id: "qd-4725-2022"', 'id: "cu-2022"')
    change(folder / "calendar.yml", "school_years:\n", _YEAR)
    reference = load_reference(folder)
    first, second, last = (view_of(reference, *of) for of in (
        (YEARS[0], {TH: 100, THCS: 50}, {TH: 80}),
        (YEARS[1], {TH: 120}, {TH: 40}),
        (YEARS[2], {TH: 130, THCS: 70}, {TH: 90, THCS: 76}),
    ))  # fmt: skip
    return ReportContext(reference, last, None, last.declared.plan.due_on, years=(first, second))


def view_of(reference: Reference, term_id: str, pupils: dict[str, int], points: dict[str, int]) -> TermView:
    """Two schools of one year: who is not named sent nothing; points of group 1 are verified."""
    declared = term_of(reference, term_id, [TH, THCS])
    tables = build_tables(declared, "on_time")
    answers = {
        name: {"pupils_count.total": count, **conditions_met(declared)} for name, count in pupils.items()
    }
    observed = observe(declared, answers)
    rulings = [ruling for name, total in points.items() for ruling in spread(declared, name, "1", total)]
    scored = score_term(observed, declared, rulings)
    sent = tables.submissions["school_id"].isin(list(pupils))
    tables = replace(
        tables, observations=observed, ledger=scored.ledger, scores=scored.scores, findings=tables.findings.iloc[:0],
        submissions=tables.submissions[sent].reset_index(drop=True),
    )  # fmt: skip
    return build_view(reference, declared, tables)


def rows_of(report: ReportContext) -> dict[str, list[str]]:
    (part,) = years_table(report).parts
    cells = [[plain_text(cell).replace("\u00a0", "") for cell in row["cells"]] for row in part["rows"]]
    return {own[0]: own[1:] for own in cells}


def test_each_year_has_its_own_figures_and_a_line_where_they_break(three_years: ReportContext) -> None:
    """Pupils 150, 120, 200: asked otherwise in the first year. Group 1 from level 2 on: 1 of 2, 0 of the 1 that has points, 2 of 2."""
    (part,) = years_table(three_years).parts
    heads = [column["title"] for column in part["columns"]]
    assert heads == ["Nội dung", "2022-2023", "Ngắt", "2023-2024", "2024-2025"], (
        "no line where nothing breaks"
    )
    rows = rows_of(three_years)
    assert rows["Trường có báo cáo được tiếp nhận"] == ["2/2 (100,0%)", "", "1/2 (50,0%)", "2/2 (100,0%)"]
    assert rows["Trẻ và học sinh"] == ["150", BREAK, "120", "200"]
    group = next(own for title, own in rows.items() if title.startswith("Nhóm 1"))
    assert group == ["1/2 (50,0%)", BREAK, "0/1 (0,0%)", "2/2 (100,0%)"]
    note = next(plain_text(note) for note in part["notes"] if BREAK in plain_text(note))
    assert "năm học 2023-2024 không so sánh được với năm học 2022-2023" in note
    assert "bộ chỉ số khác" in note
    assert "nội dung hỏi đã thay đổi: Trẻ và học sinh" in note


def test_what_was_asked_otherwise_is_no_change(three_years: ReportContext) -> None:
    """Ratios of pupils break in the table of years: the text must not call their difference a rise."""
    first, second = (
        {ratio.ratio_id for ratio in replace(three_years, previous=year).comparable_ratios}
        for year in three_years.years
    )
    assert second - first == {
        ratio.ratio_id
        for ratio in three_years.reference.ratios
        if ratio.ratio_id in second and "pupils_count.total" in (*ratio.numerator, *ratio.denominator)
    }
    assert "pupils_identified" in second - first
    assert "teachers_making_materials" not in second - first


def test_years_alike_have_no_line(three_years: ReportContext) -> None:
    alike = replace(three_years, years=three_years.years[1:])
    (part,) = years_table(alike).parts
    assert [column["title"] for column in part["columns"]] == ["Nội dung", "2023-2024", "2024-2025"]
    assert not any(BREAK in plain_text(note) for note in part["notes"])


def test_the_signed_report_is_silent_without_earlier_years(three_years: ReportContext) -> None:
    alone = replace(three_years, years=())
    assert "chưa lập được bảng nhiều năm" in years_side_by_side(alone).html
    assert years_side_by_side(present(alone, edition=SHAREABLE)).parts == ()
    assert years_side_by_side(present(three_years, edition=SHAREABLE)).parts


def test_the_signed_report_keeps_to_the_leading_ratios(three_years: ReportContext) -> None:
    def ratios(report: ReportContext) -> int:
        names = {ratio.title for ratio in report.reference.ratios} | {
            ratio.short_title for ratio in report.reference.ratios
        }
        return len(names & set(rows_of(report)))

    signed = present(three_years, edition=SHAREABLE)
    assert 0 < ratios(signed) < ratios(three_years)
    rows = rows_of(signed)  # without sizes and parts it fits an upright page
    assert rows["Trường có báo cáo được tiếp nhận"] == ["2/2", "", "1/2", "2/2"]
    assert rows["Trẻ và học sinh"] == ["150", BREAK, "120", "200"]
    assert "Lớp (nhóm lớp)" in rows_of(three_years)
    assert "Lớp (nhóm lớp)" not in rows
    assert all("(" not in cell for own in rows.values() for cell in own)


def test_a_ratio_has_another_rule_from_the_year_on_that_asks_otherwise(three_years: ReportContext) -> None:
    """Pupils are asked otherwise from 2023-2024 on; teachers are not."""
    panels = ratio_panels(three_years)
    rules = {name: panel.groupby("school_year")["rule_id"].first().tolist() for name, panel in panels.items()}
    assert rules["pupils_identified"] == ["0", "1", "1"]
    assert rules["teachers_making_materials"] == ["0", "0", "0"]
    own = panels["pupils_identified"].query("school_year == '2024-2025'").set_index("school_id")
    asked = three_years.summaries.school_ratios.query(
        "ratio_id == 'pupils_identified' and state == 'counted'"
    ).set_index("school_id")
    assert own["denominator"].dropna().to_dict() == asked["denominator"].to_dict()
    assert (own["numerator"] / own["denominator"]).dropna().to_dict() == pytest.approx(
        asked["value"].to_dict()
    )
