"""Schools and criteria: shares surely won, sorted so that schools with the same weakness stand together."""

from __future__ import annotations

import pandas as pd
import pytest
import report_world

from termreview.reporting.blocks.rows import ties
from termreview.reporting.summaries.index import by_weakest, school_criteria, school_points
from worlds import HK1

GAP = float("nan")


def test_each_scored_school_has_the_share_of_every_criterion_that_holds_points() -> None:
    report = report_world.report(HK1)
    ledger, standings = report.term.tables.ledger, report.summaries.standings
    shares = school_criteria(school_points(ledger, standings), standings, report.declared.indicator_set)
    scored = standings[standings["state"] == "scored"]["school_id"].drop_duplicates()
    assert list(shares.index) == list(scored)
    own = ledger[(ledger["school_id"] == shares.index[0]) & (ledger["criterion_id"] == shares.columns[0])]
    assert shares.iloc[0, 0] == pytest.approx(own["low"].sum() / own["max_points"].sum())
    assert shares.min().min() >= 0
    assert shares.max().max() <= 1


def test_a_criterion_over_all_schools_is_the_sum_of_its_schools() -> None:
    report = report_world.report(HK1)
    summaries = report.summaries
    points = school_points(report.term.tables.ledger, summaries.standings).assign(is_blank=False)
    shares = school_criteria(points, summaries.standings, report.declared.indicator_set)
    whole = summaries.criteria[summaries.criteria["scope"] == "all"].set_index("criterion_id")["low_share"]
    # Every school is asked the same items, so the share of sums is the mean of shares.
    assert shares.mean().to_dict() == pytest.approx(whole.to_dict())


def test_schools_of_one_weakness_stand_together_in_registry_order() -> None:
    shares = pd.DataFrame(
        {"1.3": [0.2, 0.9, 0.1, 0.5], "1.4": [0.9, 0.3, 0.8, 0.5], "2.3": [1.0, 1.0, 1.0, 1.0]},
        index=list("abcd"),
    )
    ordered, weakest = by_weakest(shares)
    assert list(ordered.columns) == ["2.3", "1.4", "1.3"], "the strongest criterion first"
    assert list(ordered.index) == ["a", "c", "d", "b"], "the commonest weakness first; d is weak in two alike"
    assert list(weakest) == ["1.3", "1.3", "1.3", "1.4"]


def test_a_school_without_any_share_is_left_out_and_no_school_leaves_nothing() -> None:
    shares = pd.DataFrame({"1.3": [GAP, 0.4], "1.4": [GAP, GAP]}, index=["a", "b"])
    ordered, weakest = by_weakest(shares)
    assert list(ordered.index) == ["b"]
    assert by_weakest(shares.iloc[0:0])[0].empty
    assert list(weakest) == ["1.3"]


def test_ties_are_all_named() -> None:
    frame = pd.DataFrame({"name": list("abcd"), "share": [0.5, 0.9, 0.9, GAP]})
    assert [row["name"] for row in ties(frame, "share")] == ["b", "c"]
    assert [row["name"] for row in ties(frame, "share", is_largest=False)] == ["a"]
    assert ties(frame.iloc[3:], "share") == []


def test_a_criterion_with_an_item_left_blank_is_not_the_weakest_of_its_school() -> None:
    """Criterion 2.3: 3 of 60 points known with items blank says nothing; 1.3: 6 of 30 known is 0.2."""
    report = report_world.report(HK1)
    standings = report.summaries.standings
    own = standings.loc[standings["state"] == "scored", "school_id"].iloc[0]
    rows = [
        {"criterion_id": "1.3", "low": 6.0, "high": 6.0, "max_points": 30.0, "reason": "claimed"},
        {"criterion_id": "2.3", "low": 3.0, "high": 3.0, "max_points": 6.0, "reason": "claimed"},
        {"criterion_id": "2.3", "low": 0.0, "high": 54.0, "max_points": 54.0, "reason": "unanswered"},
    ]
    ledger = pd.DataFrame(rows).assign(school_id=own, origin="self")
    shares = school_criteria(school_points(ledger, standings), standings, report.declared.indicator_set)
    assert shares.loc[own, "1.3"] == pytest.approx(0.2)
    assert pd.isna(shares.loc[own, "2.3"])
    assert by_weakest(shares)[1].loc[own] == "1.3"
