"""Provisional on the day, final later: the cases of `provisional.yml`, computed and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.status import report_status
from termreview.reporting.summaries.intervals import average_intervals, level_intervals, possible_scores
from termreview.reporting.summaries.summaries import build_view
from termreview.reporting.term.term_tables import TermTables
from termreview.scoring.score import score_term
from termreview.storage.contracts import CONTRACTS, shaped
from worlds import conditions_met, crowd, observe, spread

Case = dict[str, Any]
CASES = yaml.safe_load((Path(__file__).parent / "provisional.yml").read_text(encoding="utf-8"))["cases"]
IN_DOUBT = "1.4"


def report_of(case: Case, reference: Reference) -> ReportContext:
    """A district of primary schools: the first ones sent what the case says, the last ones nothing."""
    names = [f"school {number}" for number in range(len(case["points"]) + case["missing"])]
    term = crowd(reference, dict.fromkeys(names, "th"))
    received = dict(zip(names, case["points"], strict=False))
    doubted = list(received)[: case.get("errors", 0)]
    verified = [
        ruling
        for name, points in received.items()
        for ruling in spread(term, name, "1", points)
        if not (name in doubted and ruling.item_id == IN_DOUBT)
    ]
    facts = {name: conditions_met(term) | _claimed(term, case, name, doubted) for name in received}
    observed = observe(term, facts)
    scored = score_term(observed, term, verified)
    submissions = pd.DataFrame([_file(name, term) for name in received], columns=list(CONTRACTS["submissions"].columns))  # fmt: skip
    findings = pd.DataFrame([_error(name, term) for name in doubted], columns=list(CONTRACTS["findings"].columns))  # fmt: skip
    tables = TermTables(
        shaped("submissions", submissions),
        observed,
        shaped("findings", findings),
        scored.ledger,
        scored.scores,
    )
    return ReportContext(reference, build_view(reference, term, tables), None, term.plan.due_on)


def _claimed(term: TermReference, case: Case, name: str, doubted: list[str]) -> dict[str, Any]:
    """What the school itself says at the item in doubt: the points that the case counts there."""
    if name not in doubted:
        return {}
    item = next(item for item in term.indicator_set.items if item.item_id == IN_DOUBT)
    index = int(name.rpartition(" ")[2])
    rulings = spread(term, name, "1", case["points"][index])
    points = next(ruling.points for ruling in rulings if ruling.item_id == IN_DOUBT)
    count = {0: 0, 10: 50}[points]  # by the declared bands: no materials, more than 40
    return {item.field("self"): points, item.rule.fields[0]: count}


def _file(name: str, term: TermReference) -> dict[str, Any]:
    counts = dict.fromkeys(
        ("cells_total", "cells_used", "cells_flagged", "cells_unowned", "cells_ignored"), 0
    )
    return counts | {
        "submission_id": name, "school_id": name, "term_id": term.term.term_id, "file": f"{name}.xlsx",
        "sha256": "0" * 64, "size_bytes": 1, "received_on": pd.Timestamp(term.plan.due_on), "revision": 1,
        "fate": "accepted", "reason_code": None, "form_id": term.form.form_id, "found_by": "address",
        "is_late": False,
    }  # fmt: skip


def _error(name: str, term: TermReference) -> dict[str, Any]:
    item = next(item for item in term.indicator_set.items if item.item_id == IN_DOUBT)
    return dict.fromkeys(CONTRACTS["findings"].columns) | {
        "finding_id": name, "school_id": name, "term_id": term.term.term_id, "check_code": "not_a_number",
        "severity": "error", "cause": "not_a_number", "file": f"{name}.xlsx", "field_id": item.rule.fields[0],
        "message": "lỗi", "remedy": "sửa", "status": "open",
    }  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in CASES])
def test_a_report_is_as_final_as_what_came_in(case: Case, reference: Reference) -> None:
    report = report_of(case, reference)
    expected = case["expect"]
    assert report_status(report).status == expected["status"]
    standings, ledger = report.summaries.standings, report.term.tables.ledger
    spread_out = possible_scores(report.summaries.pending, ledger, standings, report.declared)
    rows = level_intervals(standings, spread_out, [1, 2, 3])
    own = rows[(rows["group_id"] == "1") & (rows["scope"] == "all")].set_index("level")
    found = own[["count", "low_count", "high_count"]].to_dict("index")
    assert {level: list(counts.values()) for level, counts in found.items()} == expected["levels"]
    averages = average_intervals(standings, spread_out)
    average = averages[(averages["group_id"] == "1") & (averages["scope"] == "all")].iloc[0]
    assert [average["final_low"], average["final_high"]] == expected["average"]
