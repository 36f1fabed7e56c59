"""Change between two terms: the same schools only, merged ones apart, no trend where intervals touch."""

from __future__ import annotations

import pandas as pd
import pytest

from termreview.reference.declarations import Reference
from termreview.reporting.summaries.change import (
    level_moves,
    moves_by_group,
    paired_schools,
    ratio_change,
    standing_change,
    status_change,
)
from termreview.reporting.term.schools import expected_schools
from termreview.terms import parse_term
from worlds import HK1, HK2


def test_a_merged_school_stands_apart_with_its_predecessors(reference: Reference) -> None:
    before, after = (reference.of(parse_term(name)) for name in (HK1, HK2))
    pairs = paired_schools(
        expected_schools(before, reference.registry), expected_schools(after, reference.registry),
        reference.registry, pd.Timestamp(before.plan.due_on), pd.Timestamp(after.plan.due_on),
    ).set_index("school_id")  # fmt: skip
    assert pairs.loc["0477406", "pairing"] == "merged"
    assert len(pairs.loc["0477406", "predecessors"]) == 2
    assert pairs.loc[["0477222", "0477310"], "pairing"].tolist() == ["gone", "gone"]
    assert (pairs["pairing"] == "same").sum() == 53


def school_ratio(school_id: str, part: float, whole: float, state: str = "counted") -> dict[str, object]:
    return {
        "ratio_id": "parents_linked", "school_id": school_id, "level": "th", "numerator": part, "denominator": whole,
        "value": 100 * part / whole, "state": state,
    }  # fmt: skip


def test_ratios_compare_over_schools_that_count_in_both_terms(reference: Reference) -> None:
    before = pd.DataFrame([school_ratio("s1", 10, 100), school_ratio("s2", 90, 100)])
    after = pd.DataFrame(
        [school_ratio("s1", 40, 100), school_ratio("s2", 0, 100, "unanswered"), school_ratio("s3", 9, 9)]
    )
    change = ratio_change(before, after, reference.ratios).set_index("ratio_id").loc["parents_linked"]
    assert (change["before_value"], change["after_value"], change["change"]) == pytest.approx(
        (10.0, 40.0, 30.0)
    )
    assert change["counted_count"] == 1
    assert change["is_better"]


def test_fewer_pupils_per_computer_is_better(reference: Reference) -> None:
    before, after = (
        pd.DataFrame(
            [school_ratio("s1", pupils, 10) | {"ratio_id": "pupils_per_computer", "value": pupils / 10}]
        )
        for pupils in (30.0, 20.0)
    )
    change = ratio_change(before, after, reference.ratios).iloc[0]
    assert change["change"] == pytest.approx(-1.0)
    assert change["is_better"]


def test_tasks_compare_over_schools_that_gave_a_status_in_both_terms() -> None:
    columns = ["task_id", "school_id", "level", "status"]
    before = pd.DataFrame([("t", "s1", "th", "under_way"), ("t", "s2", "th", "unanswered")], columns=columns)
    after = pd.DataFrame([("t", "s1", "th", "done"), ("t", "s2", "th", "done")], columns=columns)
    change = status_change(before, after).iloc[0]
    assert (change["before_count"], change["after_count"], change["counted_count"]) == (0, 1, 1)


def standing(
    school_id: str, level: int | None, low: float, high: float, state: str = "scored"
) -> dict[str, object]:
    name = "not_submitted" if state != "scored" else f"level_{level}" if level else "not_concluded"
    return {
        "school_id": school_id, "group_id": "1", "standing": name, "state": state, "score_level": level, "low": low,
        "placed_high": high, "held_by": "",
    }  # fmt: skip


def test_levels_move_only_where_both_terms_conclude_and_points_only_where_intervals_part() -> None:
    before = pd.DataFrame(
        [
            standing("a", 1, 40, 45),
            standing("b", 2, 60, 70),
            standing("c", None, 48, 52),
            standing("d", 3, 80, 90),
        ]
    )
    after = pd.DataFrame(
        [
            standing("a", 2, 55, 60),
            standing("b", 2, 65, 75),
            standing("c", 2, 60, 60),
            standing("d", 2, 60, 70),
        ]
    )
    changes = standing_change(before, after).set_index("school_id")
    assert changes["move"].to_dict() == {"a": "up", "b": "same", "c": "open", "d": "down"}
    assert changes["points"].to_dict() == {"a": "rise", "b": "overlap", "c": "rise", "d": "fall"}
    moves = level_moves(changes, "1", ["level_1", "level_2", "level_3", "not_concluded"])
    assert moves.loc["level_1", "level_2"] == 1
    assert moves.loc["level_3", "level_2"] == 1
    assert moves.to_numpy().sum() == 4
    counts = moves_by_group(changes).iloc[0]
    assert counts[["up", "same", "down", "open"]].tolist() == [1, 1, 1, 1]
