"""The table by commune: each unit's reports, sizes, tasks and schools on the index, reckoned by hand."""

from __future__ import annotations

from dataclasses import replace

from report_world import build_tables, reference, report

from termreview.reporting.blocks.model import plain_text
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.report.context import ReportContext, build_view, present
from termreview.reporting.report.wording import communes_head
from termreview.reporting.sections.basis.annexes import missing_schools
from termreview.reporting.sections.basis.communes import by_commune
from termreview.scoring.score import score_term
from worlds import HK1, observe, term_of


def two_communes() -> ReportContext:
    """Three schools of one town and one of a commune; the lower secondary school of the town sent nothing."""
    declared = term_of(reference())
    tables = build_tables(declared, "on_time")
    statuses = [task.status_field for task in declared.tasks if task.status_field and task.levels == ("*",)]
    done, other = statuses[:3], statuses[3:4]
    size = {"classes_count.total": 4, "pupils_count.total": 100, "teachers_count.total": 7}
    observed = observe(
        declared,
        {
            "0477101": {**size, **dict.fromkeys(done, "done"), **dict.fromkeys(other, "under_way")},
            "0477201": {**size, "pupils_count.total": 250, **dict.fromkeys(done, "done")},
            "0477401": {"pupils_count.total": 30},
        },
    )
    scored = score_term(observed, declared)
    sent = tables.submissions["school_id"] != "0477301"
    tables = replace(
        tables, observations=observed, ledger=scored.ledger, scores=scored.scores, findings=tables.findings.iloc[:0],
        submissions=tables.submissions[sent].reset_index(drop=True),
    )  # fmt: skip
    return ReportContext(reference(), build_view(reference(), declared, tables), None, declared.plan.due_on)


def test_each_commune_has_its_own_sums() -> None:
    """Town: 2 of 3 reports, 100 + 250 pupils, 6 of 7 tasks done, 1 school with points; commune: 1 of 1, 30 pupils, no task told."""
    (part,) = by_commune(two_communes()).parts
    assert [[plain_text(cell).replace("\u00a0", "") for cell in row["cells"]] for row in part["rows"]] == [
        ["thị trấn Phong Mẫu", "2/3 (66,7%)", "8", "350", "14", "6/7 (85,7%)", "0/1 (0,0%)"],
        ["xã Tân Thành", "1/1 (100,0%)", "—", "30", "—", "—", "0/1 (0,0%)"],
    ]


def test_the_whole_stands_below_and_is_that_of_the_other_tables() -> None:
    block = by_commune(two_communes())
    (part,) = block.parts
    assert "380" in str(part["total"])
    assert "Toàn" in str(part["total"][0])


def test_a_report_of_one_commune_has_no_such_table() -> None:
    assert by_commune(report(HK1, unit="047702")).parts == ()


def test_the_shareable_table_says_the_same() -> None:
    internal = report(HK1)
    assert by_commune(present(internal, edition=SHAREABLE)).parts == by_commune(internal).parts


def test_the_head_names_the_kinds_of_units_that_there_are() -> None:
    """A town among communes before 2025; wards alone after it."""
    before = report(HK1)
    assert communes_head(before) == "Xã, thị trấn"
    assert "Xã, thị trấn" in missing_schools(before).html
    schools = before.term.schools.assign(commune_name="phường Tân An")
    assert communes_head(replace(before, term=replace(before.term, schools=schools))) == "Phường"
