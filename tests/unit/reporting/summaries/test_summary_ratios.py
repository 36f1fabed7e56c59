"""Key ratios: sums over sums, only over schools that answered both parts, set against confirmed lines."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from termreview.reference.declarations import Reference
from termreview.reporting.summaries.ratios import ratios_against_lines, ratios_by_school, ratios_by_scope
from termreview.reporting.term.answers import spread_answers
from termreview.reporting.term.schools import expected_schools
from worlds import NOTHING, Value, observe, term_of

PARENTS = ("parents_linked_count", "parents_count")


def both(part: Value, whole: Value) -> dict[str, Value]:
    return dict(zip(PARENTS, (part, whole), strict=True))


def summed(reference: Reference, answers: dict[str, dict[str, Value]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    term = term_of(reference, schools=["0477201", "0477202", "0477203", "0477301"])
    schools = expected_schools(term, reference.registry)
    by_school = ratios_by_school(spread_answers(observe(term, answers), term), schools, reference.ratios)
    return by_school, ratios_by_scope(by_school, reference.ratios)


def figure(scoped: pd.DataFrame, ratio_id: str, scope: str = "all") -> pd.Series:
    return scoped.set_index(["ratio_id", "scope"]).loc[(ratio_id, scope)]


def test_a_ratio_is_the_sum_of_parts_over_the_sum_of_wholes(reference: Reference) -> None:
    _, scoped = summed(reference, {"0477201": both(10.0, 100.0), "0477202": both(90.0, 100.0)})
    own = figure(scoped, "parents_linked")
    assert own["value"] == pytest.approx(50.0)
    assert (own["numerator"], own["denominator"]) == (100.0, 200.0)
    assert (own["counted_count"], own["asked_count"]) == (2, 4)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({PARENTS[0]: 10.0}, "unanswered"),
        (both(NOTHING, 100.0), "unanswered"),
        (both(0.0, 0.0), "zero_denominator"),
        (both(120.0, 100.0), "contradictory"),
        (both(0.0, 100.0), "counted"),
    ],
)
def test_only_schools_that_answered_both_parts_count(
    reference: Reference, answers: dict[str, Value], state: str
) -> None:
    by_school, scoped = summed(reference, {"0477201": both(50.0, 100.0), "0477202": answers})
    rows = by_school[(by_school["ratio_id"] == "parents_linked") & (by_school["school_id"] == "0477202")]
    assert rows["state"].tolist() == [state]
    own = figure(scoped, "parents_linked")
    assert own["counted_count"] == (2 if state == "counted" else 1)
    assert own["value"] == pytest.approx(25.0 if state == "counted" else 50.0)
    assert own["contradictory_count"] == (1 if state == "contradictory" else 0)


def test_nobody_answering_leaves_the_ratio_missing_not_zero(reference: Reference) -> None:
    _, scoped = summed(reference, {})
    own = figure(scoped, "parents_linked")
    assert math.isnan(own["value"])
    assert math.isnan(own["numerator"])
    assert own["counted_count"] == 0


def test_a_line_of_one_level_is_held_against_that_level_alone(reference: Reference) -> None:
    def machines(pupils: float, computers: float) -> dict[str, Value]:
        return {"informatics_class_size_count": pupils, "informatics_computers_working_count": computers}

    by_school, scoped = summed(
        reference, {"0477201": machines(30, 10), "0477202": machines(40, 10), "0477301": machines(40, 20)}
    )
    lines = ratios_against_lines(by_school, scoped, reference.targets, 2024).set_index("scope")
    assert lines.loc["th", "value"] == pytest.approx(3.5)
    assert not lines.loc["th", "is_reached"]
    assert (lines.loc["th", "reached_count"], lines.loc["th", "counted_count"]) == (1, 2)
    assert lines.loc["thcs", "is_reached"]


def test_a_standard_of_each_school_is_not_reached_by_the_mean_and_who_misses_it_is_named(
    reference: Reference,
) -> None:
    """By hand: 30/15 = 2,0 and 40/10 = 4,0 are 70/25 = 2,8 together, below the 3 of the letter that one school misses."""
    own = {"informatics_class_size_count": 30.0, "informatics_computers_working_count": 15.0}
    crowded = {"informatics_class_size_count": 40.0, "informatics_computers_working_count": 10.0}
    by_school, scoped = summed(reference, {"0477201": own, "0477202": crowded})
    line = ratios_against_lines(by_school, scoped, reference.targets, 2024).set_index("scope").loc["th"]
    assert line["value"] == pytest.approx(2.8)
    assert (line["judged_by"], line["is_reached"], line["missed_by"]) == ("school", False, ["0477202"])
    assert (line["reached_count"], line["counted_count"]) == (1, 2)


@pytest.mark.parametrize(("year", "due"), [(2023, []), (2024, ["th", "thcs"]), (2025, ["all", "th", "thcs"])])
def test_a_line_is_due_in_its_year_and_later(reference: Reference, year: int, due: list[str]) -> None:
    by_school, scoped = summed(reference, {})
    lines = ratios_against_lines(by_school, scoped, reference.targets, year)
    assert sorted(lines.loc[lines["is_due"], "scope"]) == due


def test_hidden_targets_are_not_read_and_open_figures_reach_nothing(reference: Reference) -> None:
    by_school, scoped = summed(reference, {})
    lines = ratios_against_lines(by_school, scoped, reference.targets, 2024)
    shown = {target.target_id for target in reference.targets if target.is_shown}
    assert set(lines["target_id"]) <= shown
    assert lines["is_reached"].isna().all()
