"""The section on systems, by hand: sums over schools with both figures, how many agree, who differs, what stands alone."""

from __future__ import annotations

from dataclasses import replace

import report_world

from termreview.reporting.report.context import ReportContext
from termreview.reporting.sections.work.systems import systems
from termreview.reporting.term.term_tables import SystemTables
from termreview.storage.contracts import from_rows


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


def test_nothing_is_said_without_exports() -> None:
    assert systems(report_world.report()).html == ""


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
    pairs, differing, others = block.tables.values()
    # By hand: 200 + 300 stated, 201 + 250 on the system; the third school has no answer and is in neither sum.
    assert pairs.iloc[0, [1, 3]].tolist() == [500, 451]
    assert ">1/2<" in block.html
    assert differing["Chênh lệch"].tolist() == [50]
    assert others["Tổng số"].tolist() == [21]
    assert "1/2 trường hợp so sánh được khớp nhau (50,0%)" in block.html


def test_exports_that_compare_with_nothing_say_so() -> None:
    block = systems(report_with([("0", "pupils_csdl", None, 400, "not_comparable")]))
    assert "chưa có số liệu so sánh được" in block.html
    assert not block.tables
