"""The section on systems, by hand: sums over schools with both figures, how many agree, who differs, what stands alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import report_world

from termreview.reporting.report.context import ReportContext, build_view
from termreview.reporting.school_pages.work import tasks_view
from termreview.reporting.sections.work.systems import system_use, systems
from termreview.reporting.term.term_tables import SystemTables
from termreview.storage.contracts import from_rows
from worlds import observe, term_of


def report_with(
    rows: list[tuple[str, str, float | None, float | None, str]], further: int = 0
) -> ReportContext:
    report = report_world.report()
    ids = list(report.term.schools["school_id"])
    term_id = report.declared.term.term_id
    pairs = {pair.pair_id: pair for pair in report.reference.sources.pairs}
    compared, facts = [], []
    for school, pair_id, stated, system, verdict in rows:
        own = {"school_id": ids[int(school)], "term_id": term_id}
        pair = pairs[pair_id]
        gap = None if stated is None or system is None else stated - system
        compared.append(
            own | {
                "pair_id": pair_id, "field_id": pair.field_id, "fact_id": pair.fact_id, "source_id": "csdl_pupils",
                "stated": stated, "system": system, "difference": gap, "verdict": verdict, "reason_code": None, "period_to": None,
            }
        )  # fmt: skip
        facts.append(
            own | {"source_id": "csdl_pupils", "fact_id": pair.fact_id, "state": "counted", "value": system}
        )
    for number in range(further):
        facts.append(
            {"school_id": ids[number], "term_id": term_id, "source_id": "google_users", "fact_id": "google_accounts", "state": "counted", "value": 7.0}
        )  # fmt: skip
    told = [fact | {"period_from": None, "period_to": None, "file": "x.xlsx"} for fact in facts]
    return replace(
        report, systems=SystemTables(from_rows("source_facts", told), from_rows("corroborations", compared))
    )


def without_systems(report: ReportContext) -> ReportContext:
    sources = replace(report.reference.sources, systems=())
    return replace(report, reference=replace(report.reference, sources=sources))


def test_nothing_is_said_where_no_system_is_declared_and_no_export_came() -> None:
    assert systems(without_systems(report_world.report())).html == ""


def test_who_uses_a_system_and_how_much_is_told_by_report_and_by_system() -> None:
    declared = term_of(report_world.reference())
    platform = {"platform_main": "ms_teams", "classes_using_platform_count": 6}
    answers = {
        "0477101": {"has_website": 1},
        "0477201": {**platform, "questions_contributed_count": 40, "has_website": 0},
        "0477401": {"platform_main": "other_lms", "classes_using_platform_count": 9, "questions_contributed_count": 0},
        "0477301": {"platform_main": "ms_teams", "classes_using_platform_count": 0, "has_website": 1},
    }  # fmt: skip
    tables = replace(report_world.build_tables(declared, "on_time"), observations=observe(declared, answers))
    report = ReportContext(
        report_world.reference(), build_view(report_world.reference(), declared, tables), None, declared.plan.due_on
    )  # fmt: skip
    term_id = declared.term.term_id
    facts = [
        {"school_id": school, "term_id": term_id, "source_id": "school_totals", "fact_id": "intest_questions", "state": "counted",
         "value": value, "period_from": None, "period_to": None, "file": "x.csv"}
        for school, value in (("0477201", 35.0), ("0477401", 0.0), ("0477301", 5.0))
    ]  # fmt: skip
    told = SystemTables(from_rows("source_facts", facts), from_rows("corroborations", []))
    used = system_use(replace(report, systems=told)).set_index("system_id")
    columns = ["using_count", "answered_count", "stated", "system", "system_count"]
    # By hand. Teams: one school of three that name a platform has classes on it; the third named it for no class.
    assert used.loc["ms_teams", columns[:3]].tolist() == [1, 3, 6]
    assert used.loc["other_lms", columns[:3]].tolist() == [1, 3, 9]
    # Questions: one of two that say so contributed any; of a school without an answer the system tells, too.
    assert used.loc["intest", columns].tolist() == [1, 2, 40, 40, 3]
    assert used.loc["website", columns[:2]].tolist() == [2, 3]
    assert pd.isna(used.loc["website", "stated"])
    assert "hue_s" not in used.index  # nobody answered: missing is not zero


def test_each_school_is_told_of_its_own_figures() -> None:
    report = report_with([("0", "pupils_csdl", 200, 201, "agrees"), ("0", "classes_csdl", 9, 8, "differs")])
    first, second, *_ = report.term.schools["school_id"]
    [line] = [line for line in tasks_view(report, first)["lines"] if "hệ thống" in line]
    assert line == (
        "Đối chiếu với tệp xuất của các hệ thống: 1/2 chỉ tiêu khớp; khác nhau: số lớp (nhóm trẻ, lớp mẫu giáo) – Tổng số "
        "(trường báo cáo 9; số lớp: 8)."
    )
    assert not [line for line in tasks_view(report, second)["lines"] if "hệ thống" in line]


def test_each_school_stands_beside_its_level_where_enough_schools_have_figures() -> None:
    report = report_world.report()
    levels = list(report.term.schools["level"])
    level = max(set(levels), key=levels.count)
    places = [str(place) for place, own in enumerate(levels) if own == level][:6]
    rows = [(place, "pupils_csdl", 200, 200, "agrees") for place in places]
    rows[0] = (places[0], "pupils_csdl", 200, 180, "differs")
    first = report.term.schools["school_id"].iloc[int(places[0])]
    [line] = [one for one in tasks_view(report_with(rows), first)["lines"] if "hệ thống" in one]
    assert "0/1 chỉ tiêu khớp (06 trường cùng cấp học có số liệu: 5/6, đạt 83,3%); khác nhau:" in line
    [line] = [one for one in tasks_view(report_with(rows[:5]), first)["lines"] if "hệ thống" in one]
    assert "cùng cấp học" not in line


def test_sums_are_of_schools_with_both_figures_and_neither_replaces_the_other() -> None:
    block = systems(
        report_with(
            [
                ("0", "pupils_csdl", 200, 201, "agrees"),
                ("1", "pupils_csdl", 300, 250, "differs"),
                ("2", "pupils_csdl", None, 400, "not_comparable"),
            ],
            further=3,
        )
    )
    _, pairs, differing, others = block.tables.values()
    # By hand: 200 + 300 stated, 201 + 250 on the system; the third school has no answer and is in neither sum.
    assert pairs.iloc[0, [1, 3]].tolist() == [500, 451]
    assert ">1/2<" in block.html
    assert differing["Chênh lệch"].tolist() == [50]
    assert others["Tổng số"].tolist() == [21]
    assert "1/2 trường hợp so sánh được khớp nhau (50,0%)" in block.html


def test_what_cannot_be_compared_is_named_with_its_reason_to_the_office_and_to_the_school() -> None:
    report = report_with(
        [
            ("0", "pupils_csdl", 200, None, "not_comparable"),
            ("1", "classes_teams", 9, 8, "not_comparable"),
            ("2", "pupils_csdl", None, 400, "not_comparable"),
            ("3", "classes_csdl", 9, 9, "agrees"),
        ]
    )
    assert report.systems is not None
    reasons = ["facts_differ", "period_short", "no_answer", None]
    compared = report.systems.compared.assign(reason_code=reasons)
    report = replace(report, systems=SystemTables(report.systems.facts, compared))
    first, second, *_ = report.term.schools["short_name"]
    told = systems(report).html
    assert (
        f"Chưa so sánh được 02 trường hợp: {first} – Số trẻ/học sinh – Tổng số (các tệp xuất ghi khác nhau) và {second} – "
        "Số lớp có sử dụng nền tảng (thời gian của tệp xuất quá ngắn)." in told
    )
    own = [
        [line for line in tasks_view(report, school_id)["lines"] if "so sánh được" in line]
        for school_id in report.term.schools["school_id"]
    ]
    assert own[0] == [
        "Chưa so sánh được với tệp xuất của các hệ thống: số trẻ/học sinh – Tổng số (các tệp xuất ghi khác nhau)."
    ]
    assert [len(lines) for lines in own[:4]] == [1, 1, 0, 0]


def test_exports_that_compare_with_nothing_say_so() -> None:
    block = systems(report_with([("0", "pupils_csdl", None, 400, "not_comparable")]))
    assert "chưa có số liệu so sánh được" in block.html
    assert len(block.tables) == 1  # who uses which
