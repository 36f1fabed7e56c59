"""Items of the index that a school left blank: it is asked about them, they count as open, and nobody praises them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from report_world import build_tables, reference

from termreview.intake.clean import blank_items
from termreview.reference.declarations import TermReference
from termreview.reporting.blocks.blocks import as_html
from termreview.reporting.editions.scope import Scope
from termreview.reporting.report.context import ReportContext, build_view
from termreview.reporting.report.status import PROVISIONAL, report_status
from termreview.reporting.school_pages.material import material_of
from termreview.reporting.school_pages.page import path_view
from termreview.reporting.school_pages.work import good_view
from termreview.reporting.sections.basis.status import status_section
from termreview.reporting.term.term_tables import TermTables
from termreview.scoring.score import score_term
from termreview.storage.contracts import CONTRACTS
from worlds import State, observe, term_of

SCHOOL, NURSERY = "0477201", "0477101"
LEFT = ("2.3.2", "2.3.3")


def whole(term: TermReference) -> dict[str, object]:
    """Every item of the index answered."""
    fields = {item.field(column): column for item in term.indicator_set.items for column in item.columns}
    values: dict[str, object] = {"in_use": 1.0, "self": 1.0, "evidence": "sổ"}
    return {name: values[column] for name, column in fields.items()}


def without(term: TermReference, answers: dict[str, object], items: tuple[str, ...]) -> dict[str, object]:
    left = {
        item.field(column)
        for item in term.indicator_set.items
        if item.item_id in items
        for column in item.columns
    }
    return {name: value for name, value in answers.items() if name not in left}


def asked_of(term: TermReference, answers: dict[str, object]) -> list[tuple[str, str, str, str]]:
    found = blank_items(observe(term, {SCHOOL: answers, NURSERY: {}}), term)  # type: ignore[arg-type,dict-item]
    return [(school_id, remark.label, remark.found, remark.detail) for school_id, remark in found]


def test_a_school_is_asked_about_each_group_whose_items_it_left_blank() -> None:
    term = term_of(reference(), schools=[SCHOOL, NURSERY])
    assert asked_of(term, whole(term)) == []
    assert asked_of(term, without(term, whole(term), LEFT)) == [(SCHOOL, "2", "2/11", "2.3.2, 2.3.3")]
    groups = {group.group_id: [item for item in group.items if "in_use" in item.columns] for group in term.indicator_set.groups}  # fmt: skip
    assert [(label, len(detail.split(", "))) for _, label, _, detail in asked_of(term, {})] == [
        (group_id, len(items)) for group_id, items in groups.items()
    ], "a sheet left blank is asked about whole; a nursery, which the index does not cover, is not"


def test_an_item_answered_in_one_cell_or_said_to_be_none_is_not_blank() -> None:
    term = term_of(reference(), schools=[SCHOOL, NURSERY])
    for told in (1.0, State("nothing_to_report")):
        answers = without(term, whole(term), ("2.3.2",)) | {"q4725_2_3_2.self": told}
        assert asked_of(term, answers) == []


def blank_report() -> ReportContext:
    """One school that sent everything but two items, and was asked about them."""
    term = term_of(reference(), schools=[SCHOOL])
    tables = build_tables(term, "on_time")
    left = {
        item.field(column)
        for item in term.indicator_set.items
        if item.item_id in LEFT
        for column in item.columns
    }
    is_left = tables.observations["field_id"].isin(left)
    observations = tables.observations.assign(
        state=tables.observations["state"].mask(is_left, "blank"),
        value_number=tables.observations["value_number"].mask(is_left),
        value_text=tables.observations["value_text"].mask(is_left),
    )
    ((school_id, remark),) = [one for one in blank_items(observations, term) if one[1].label == "2"]
    row = dict.fromkeys(CONTRACTS["findings"].columns) | {
        "finding_id": "1", "school_id": school_id, "term_id": term.term.term_id, "check_code": remark.code,
        "severity": "query", "cause": remark.cause, "file": f"{SCHOOL}.xlsx", "field_id": remark.field_id,
        "message": "bỏ trống", "remedy": "điền", "status": "open",
    }  # fmt: skip
    findings = pd.DataFrame([row]).astype(tables.findings.dtypes.to_dict())
    scored = score_term(observations, term)
    tables = TermTables(tables.submissions, observations, findings, scored.ledger, scored.scores)
    return ReportContext(reference(), build_view(reference(), term, tables), None, term.plan.due_on, Scope())


def test_blank_items_could_change_the_report_and_are_not_praised() -> None:
    report = blank_report()
    pending = report.summaries.pending.iloc[0]
    assert (pending["pending"], set(LEFT) <= set(pending["items"])) == ("blank", True)
    assert report_status(report).status == PROVISIONAL
    assert report_status(report).schools == (SCHOOL,)
    assert "Bỏ trống tiểu mục của bộ chỉ số, chưa giải trình: 01 trường" in as_html(status_section(report))
    assert not [line for line in good_view(report, SCHOOL) if "không có lỗi" in line]
    settled = replace(report.term.tables, findings=report.term.tables.findings.assign(status="accepted"))
    explained = replace(report, term=build_view(reference(), report.declared, settled))
    assert report_status(explained).schools == ()


def test_advice_never_starts_from_nought_points_where_nothing_was_answered() -> None:
    report = blank_report()
    open_items = {
        row["item_id"] for row in material_of(report).lacking[SCHOOL] if row["reason"] == "unanswered"
    }
    path = path_view(report, SCHOOL)["rows"]
    rows = {row["id"]: row["before"] for row in path}
    assert set(LEFT) <= open_items
    assert rows
    assert all(rows[name] == "—" for name in open_items & set(rows))
    assert {
        row["id"] for row in path if row["title"].startswith("Báo cáo tiểu mục còn bỏ trống")
    } == open_items & set(rows)
