"""Provisional on the day, final later: which schools could still change a report, and what of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest
from report_world import build_tables, reference

from termreview.reporting.blocks.blocks import as_html
from termreview.reporting.editions.scope import Scope
from termreview.reporting.report.context import ReportContext, build_view
from termreview.reporting.report.status import FINAL, PROVISIONAL, report_status
from termreview.reporting.sections.assessment.sections_highlights import main_figures
from termreview.reporting.sections.basis.status import levels_remark, status_line, status_section
from termreview.reporting.summaries.intervals import (
    average_intervals,
    level_intervals,
    possible_scores,
    ratio_intervals,
    task_intervals,
)
from termreview.reporting.term.term_tables import TermTables
from termreview.storage.contracts import CONTRACTS
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


# ------------------------------------------------------------ what the outstanding could still make


def spread_of(report: ReportContext) -> pd.DataFrame:
    summaries = report.summaries
    return possible_scores(summaries.pending, report.term.tables.ledger, summaries.standings, report.declared)


def test_a_school_without_a_report_may_still_score_anything_but_what_was_verified() -> None:
    tables = build_tables(term_of(reference(), schools=("0477201",)), fate="missing")
    spread = spread_of(report_of(tables, ("0477201",))).set_index("group_id")
    assert spread[["low", "high"]].values.tolist() == [[0, 100], [0, 100], [0, 200]]
    assert spread[["level_low", "level_high"]].values.tolist() == [[1, 3]] * 3
    own = tables.ledger["item_id"] == "2.3.3"
    ruled = tables.ledger.assign(
        low=tables.ledger["low"].mask(own, 4.0), high=tables.ledger["high"].mask(own, 4.0),
        origin=tables.ledger["origin"].mask(own, "verified"),
    )  # fmt: skip
    spread = spread_of(report_of(replace(tables, ledger=ruled), ("0477201",))).set_index("group_id")
    assert spread.loc["2", ["low", "high"]].tolist() == [4, 94]


def test_an_error_opens_the_items_that_read_it_and_no_others() -> None:
    found = finding("0477201", "points_above_maximum", "q4725_2_3_2.self")
    report = report_of(replace(all_in(), findings=found))
    spread = spread_of(report).set_index("group_id")
    lines = report.term.tables.ledger.query("school_id == '0477201'")
    rest = lines[lines["item_id"] != "2.3.2"].groupby("group_id")[["low", "high"]].sum()
    most = lines.loc[lines["item_id"] == "2.3.2", "max_points"].item()
    assert spread.loc["1", ["low", "high"]].tolist() == rest.loc["1"].tolist()
    assert spread.loc["2", ["low", "high"]].tolist() == [rest.loc["2", "low"], rest.loc["2", "high"] + most]


def test_a_condition_in_doubt_leaves_the_lowest_level_possible() -> None:
    found = finding("0477201", "not_a_date", "cds_plan.on")
    spread = spread_of(report_of(replace(all_in(), findings=found))).set_index("group_id")
    assert spread.loc["2", "level_low"] == 1


@pytest.mark.parametrize("missing", [(), ("0477202",), ("0477201", "0477202", "0477301")])
def test_counts_of_levels_lie_where_any_outcome_would_put_them(missing: tuple[str, ...]) -> None:
    """Every outcome that the outstanding schools could have is counted, one by one: the interval is what they span."""
    schools = ("0477201", "0477202", "0477301")
    world = term_of(reference(), schools=schools)
    here = tuple(name for name in schools if name not in missing)
    parts = [build_tables(term_of(reference(), schools=(name,)), "missing" if name in missing else "on_time") for name in schools]  # fmt: skip
    tables = TermTables(
        **{
            name: pd.concat([getattr(part, name) for part in parts], ignore_index=True)
            for name in vars(parts[0])
        }
    )
    report = report_of(replace(tables, findings=tables.findings.iloc[:0]), schools)
    assert report_status(report).missing == missing
    standings, spread = report.summaries.standings, spread_of(report)
    frame = level_intervals(standings, spread, [1, 2, 3], reached_from=2)
    for group in world.indicator_set.groups:
        own = standings[standings["group_id"] == group.group_id]
        may = [
            range(int(row["score_level_low"]), int(row["score_level_high"]) + 1)
            if row["school_id"] in here
            else (1, 2, 3)
            for row in own.to_dict("records")
        ]
        outcomes = list(itertools.product(*may))
        rows = frame[(frame["group_id"] == group.group_id) & (frame["scope"] == "all")]
        for row in rows.to_dict("records"):
            wanted = (row["level"],) if row["level"] else (2, 3)
            counts = [sum(level in wanted for level in outcome) for outcome in outcomes]
            assert (row["low_count"], row["high_count"]) == (min(counts), max(counts))
            assert row["asked_count"] == 3
            assert row["low_count"] <= row["count"] <= row["high_count"]


def test_a_school_above_the_first_level_wherever_it_comes_out_counts_as_above_it() -> None:
    """Five scored schools and a silent one: level 3, level 2, level 2 or 3, level 1 or 2, level 1; and who knows."""
    bounds = [(3, 3), (2, 2), (2, 3), (1, 2), (1, 1), (None, None)]
    standings = pd.DataFrame(
        {
            "school_id": list("abcdef"), "group_id": "1", "level": "th",
            "state": [*["scored"] * 5, "not_submitted"],
            "score_level_low": [low for low, _ in bounds], "score_level_high": [high for _, high in bounds],
        }
    )  # fmt: skip
    silent = pd.DataFrame([{"school_id": "f", "group_id": "1", "level_low": 1, "level_high": 3}])
    rows = level_intervals(standings, silent, [1, 2, 3], reached_from=2).query("scope == 'all'")
    found = {row["level"]: (row["count"], row["low_count"], row["high_count"]) for row in rows.to_dict("records")}  # fmt: skip
    assert found == {1: (1, 1, 3), 2: (1, 1, 4), 3: (1, 1, 3), 0: (3, 3, 5)}


def test_averages_take_the_outstanding_from_their_least_to_their_most() -> None:
    schools = ("0477201", "0477202")
    parts = [build_tables(term_of(reference(), schools=(name,)), fate) for name, fate in zip(schools, ("on_time", "missing"), strict=True)]  # fmt: skip
    tables = TermTables(
        **{
            name: pd.concat([getattr(part, name) for part in parts], ignore_index=True)
            for name in vars(parts[0])
        }
    )
    report = report_of(replace(tables, findings=tables.findings.iloc[:0]), schools)
    own = report.summaries.standings.query("school_id == '0477201' and group_id == '1'").iloc[0]
    row = average_intervals(report.summaries.standings, spread_of(report)).query("scope == 'all'").iloc[0]
    assert (row["scored_count"], row["asked_count"]) == (1, 2)
    assert [row["low"], row["high"]] == [own["low"], own["high"]]
    assert [row["final_low"], row["final_high"]] == [own["low"] / 2, (own["high"] + 100) / 2]


def test_tasks_and_shares_know_what_is_not_in_yet() -> None:
    statuses = pd.DataFrame(
        {
            "task_id": "II.1.a", "school_id": ["a", "b", "c"], "level": "th",
            "status": ["done", "not_submitted", "under_way"],
        }
    )  # fmt: skip
    row = task_intervals(statuses, ["b"]).iloc[0]
    assert row[["done_count", "low_count", "high_count", "silent_count", "asked_count"]].tolist() == [
        1,
        1,
        2,
        1,
        3,
    ]
    ratios = pd.DataFrame(
        {
            "ratio_id": "r", "school_id": ["a", "b"], "level": "th", "numerator": [30.0, float("nan")],
            "denominator": [40.0, float("nan")], "value": [75.0, float("nan")], "state": ["counted", "unanswered"],
        }
    )  # fmt: skip
    unknown = ratio_intervals(ratios, ["b"]).iloc[0]
    assert unknown[["added", "low_share", "high_share"]].isna().all()
    before = pd.DataFrame(
        {"ratio_id": ["r"], "school_id": ["b"], "denominator": [60.0], "state": ["counted"]}
    )
    known = ratio_intervals(ratios, ["b"], before).iloc[0]
    assert known[["added", "low_share", "high_share"]].tolist() == [60.0, 0.3, 0.9]
    assert ratio_intervals(ratios, []).empty


# ------------------------------------------------------------------------------------ what is said


def test_a_provisional_report_names_who_could_change_it_and_a_final_one_nobody() -> None:
    tables = build_tables(term_of(reference(), schools=SCHOOLS), fate="missing")
    report = report_of(tables)
    told = as_html(status_line(report))
    assert "Báo cáo tạm thời" in told
    assert "4/4 trường" in told
    assert "và 02 trường khác" in told  # folded on the first page, all named in the section
    section = as_html(status_section(report)).replace("&amp;", "&")
    assert all(school.short_name in section for school in report.declared.schools)
    cards = as_html(main_figures(report))
    assert cards.count("khi đủ báo cáo: 0–3") == 2
    assert "Dự kiến khi đủ báo cáo" in section
    final = report_of(all_in())
    assert "Số liệu là số liệu chính thức: báo cáo của 04/04 trường" in as_html(status_line(final))
    assert "tạm thời" not in as_html(status_section(final))
    assert levels_remark(final) == ""
