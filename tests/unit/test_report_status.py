"""Provisional on the day, final later: which schools could still change a report, and what of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest
from report_world import build_tables, reference

from termreview.contracts import CONTRACTS
from termreview.reporting.context import ReportContext, build_view
from termreview.reporting.scope import Scope
from termreview.reporting.status import FINAL, PROVISIONAL, report_status
from termreview.reporting.term_tables import TermTables
from worlds import HK1, term_of

SCHOOLS = ("0477101", "0477201", "0477202", "0477301")


def report_of(tables: TermTables, schools: Sequence[str] = SCHOOLS) -> ReportContext:
    declared = term_of(reference(), schools=schools)
    view = build_view(reference(), declared, tables)
    return ReportContext(reference(), view, None, declared.plan.due_on, Scope())


def all_in(schools: Sequence[str] = SCHOOLS) -> TermTables:
    """Every school sent a file that counts, and none has an error."""
    tables = build_tables(term_of(reference(), schools=schools), fate="on_time")
    return replace(tables, findings=tables.findings.iloc[:0])


def finding(school_id: str, code: str, field_id: str | None, **other: str) -> pd.DataFrame:
    row = dict.fromkeys(CONTRACTS["findings"].columns)
    row |= {
        "finding_id": f"{school_id}-{code}-{field_id}", "school_id": school_id, "term_id": HK1, "check_code": code,
        "severity": "error", "cause": code, "file": f"{school_id}.xlsx", "field_id": field_id, "status": "open",
        **other,
    }  # fmt: skip
    return pd.DataFrame([row])


def test_a_report_with_everything_in_is_final() -> None:
    status = report_status(report_of(all_in()))
    assert (status.status, status.title, status.schools) == (FINAL, "Chính thức", ())
    assert status.is_final


@pytest.mark.parametrize("fate", ["missing", "refused"])
def test_a_school_without_a_file_that_counts_keeps_it_provisional(fate: str) -> None:
    tables = build_tables(term_of(reference(), schools=SCHOOLS), fate=fate)
    status = report_status(report_of(tables))
    assert (status.status, status.title) == (PROVISIONAL, "Tạm thời")
    assert getattr(status, fate) == SCHOOLS == status.schools


@pytest.mark.parametrize(
    ("found", "items", "conditions"),
    [
        (finding("0477201", "not_a_number", "teachers_online_account_count"), ("1.6.1",), ()),
        (finding("0477201", "points_above_maximum", "q4725_2_3_2.self"), ("2.3.2",), ()),
        # The check compares two fields; its finding stands at the first, the item may read the second.
        (
            finding("0477201", "teachers_women_at_most_total", "teachers_count.women"),
            ("1.6.1", "1.6.2", "1.6.3"),
            (),
        ),
        (finding("0477201", "not_a_date", "cds_plan.on"), (), ("2.2",)),
    ],
)
def test_an_error_that_a_score_reads_keeps_it_provisional(
    found: pd.DataFrame, items: tuple[str, ...], conditions: tuple[str, ...]
) -> None:
    report = report_of(replace(all_in(), findings=found))
    assert report_status(report).errors == ("0477201",)
    row = report.summaries.pending.iloc[0]
    assert (row["pending"], row["error_count"], row["conditions"]) == ("errors", 1, conditions)
    assert set(items) <= set(row["items"])


@pytest.mark.parametrize(
    "found",
    [
        finding("0477201", "not_a_number", "support_requests_received_count"),  # no item reads it
        finding("0477201", "not_a_number", "teachers_online_account_count", status="settled"),
        finding("0477201", "not_a_number", "teachers_online_account_count", severity="query"),
        finding("0477201", "not_a_number", "teachers_online_account_count", file="0477201 cũ.xlsx"),
        finding("0477101", "girls_at_most_pupils", "pupils_girls_count.a6"),  # a preschool has no score
    ],
)
def test_what_can_change_no_score_leaves_it_final(found: pd.DataFrame) -> None:
    assert report_status(report_of(replace(all_in(), findings=found))).is_final


def test_points_that_were_verified_are_not_in_doubt() -> None:
    tables = replace(all_in(), findings=finding("0477201", "points_above_maximum", "q4725_2_3_2.self"))
    own = (tables.ledger["school_id"] == "0477201") & (tables.ledger["item_id"] == "2.3.2")
    ledger = tables.ledger.assign(origin=tables.ledger["origin"].mask(own, "verified"))
    assert report_status(report_of(replace(tables, ledger=ledger))).is_final


def test_a_later_file_that_could_not_be_taken_in_keeps_it_provisional() -> None:
    tables = all_in()
    later = tables.submissions[tables.submissions["school_id"] == "0477301"].assign(
        submission_id="later", file="sửa.pdf", fate="refused", reason_code="pdf", revision=2
    )
    submissions = pd.concat([tables.submissions, later], ignore_index=True)
    refused = finding("0477301", "refused_pdf", None, file="sửa.pdf")
    with_later = replace(tables, submissions=submissions, findings=refused)
    assert report_status(report_of(with_later)).refused == ("0477301",)
    settled = replace(with_later, findings=refused.assign(status="settled"))
    assert report_status(report_of(settled)).is_final


def test_a_missing_sheet_doubts_what_was_left_empty() -> None:
    tables = all_in()
    found = finding("0477201", "sheet_missing", None)
    whole = tables.observations.assign(
        state=tables.observations["state"].mask(tables.observations["state"] == "blank", "answered")
    )
    assert report_status(report_of(replace(tables, observations=whole, findings=found))).is_final
    assert report_status(report_of(replace(tables, findings=found))).errors == ("0477201",)


def test_only_the_schools_of_the_scope_count() -> None:
    tables = build_tables(term_of(reference(), schools=("0477301",)), fate="missing")
    both = replace(
        all_in(("0477201",)),
        observations=pd.concat([all_in(("0477201",)).observations, tables.observations]),
    )
    assert report_status(report_of(both, ("0477201",))).is_final
