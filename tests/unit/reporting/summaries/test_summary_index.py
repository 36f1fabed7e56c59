"""The indicator set summed up: levels only where concluded, preschools outside, open points with their reason."""

from __future__ import annotations

import pandas as pd
import pytest

from termreview.reference.declarations import Reference
from termreview.reporting.summaries.index import (
    criterion_shares,
    failed_conditions,
    level_distribution,
    level_with_reason,
    not_concluded,
    open_by_gap_alone,
    open_points,
    open_reasons,
    school_scores,
)
from termreview.reporting.term.schools import expected_schools
from termreview.scoring.score import Scored, score_term
from worlds import NOTHING, Value, conditions_met, observe, spread, term_of

SCHOOLS = ["0477101", "0477201", "0477202", "0477203"]


def standings(
    reference: Reference, answers: dict[str, dict[str, Value]], **points: float
) -> tuple[pd.DataFrame, Scored]:
    term = term_of(reference, schools=SCHOOLS)
    rulings = [ruling for name, total in points.items() for ruling in spread(term, name[1:], "1", total)]
    scored = score_term(observe(term, answers), term, rulings)
    schools = expected_schools(term, reference.registry)
    return school_scores(scored.scores, schools, term.indicator_set), scored


def test_a_level_is_counted_only_where_both_bounds_conclude_it(reference: Reference) -> None:
    term = term_of(reference, schools=SCHOOLS)
    met = conditions_met(term)
    frame, _ = standings(reference, {"0477201": met, "0477202": met}, s0477201=80.0)
    own = frame[frame["group_id"] == "1"].set_index("school_id")["standing"]
    assert own.to_dict() == {"0477201": "level_3", "0477202": "not_concluded", "0477203": "not_submitted"}
    levels = level_distribution(frame, term.indicator_set).set_index(["group_id", "scope"]).loc[("1", "all")]
    assert levels["level_3_count"] == 1
    assert levels["not_concluded_count"] == 1
    assert levels["not_submitted_count"] == 1
    assert levels["asked_count"] == 3
    assert levels["scored_count"] == 2


def test_a_preschool_has_no_row_and_is_never_zero(reference: Reference) -> None:
    frame, _ = standings(reference, {"0477101": {"computers_count": 2.0}})
    assert "0477101" not in set(frame["school_id"])


def test_shares_of_criteria_leave_unallocated_points_out(reference: Reference) -> None:
    term = term_of(reference, schools=SCHOOLS)
    frame, scored = standings(reference, {"0477201": conditions_met(term)}, s0477201=100.0)
    shares = criterion_shares(scored.ledger, frame, term.indicator_set)
    whole = shares[shares["scope"] == "all"].set_index("criterion_id")
    assert set(whole["school_count"]) == {1}, "schools that did not submit have no share"
    assert (whole.loc[whole["group_id"] == "1", "low_share"] == 1.0).all()
    placed = sum(item.max_points for item in term.indicator_set.items if item.group_id == "2")
    assert whole.loc[whole["group_id"] == "2", "max_points"].sum() == pytest.approx(placed)


def test_failed_conditions_name_their_schools(reference: Reference) -> None:
    term = term_of(reference, schools=SCHOOLS)
    met = conditions_met(term)
    answers = {"0477201": met, "0477202": met | {"online_regulation.number": NOTHING}}
    frame, _ = standings(reference, answers)
    failed = failed_conditions(frame, term.indicator_set).set_index("criterion_id")
    assert failed.loc["1.2", "failed_count"] == 1
    assert len(failed.loc["1.2", "school_names"]) == 1
    assert failed.loc["1.1", "failed_count"] == 0
    assert failed.loc["1.1", "scored_count"] == 2


def test_open_points_explain_what_is_not_concluded(reference: Reference) -> None:
    term = term_of(reference, schools=SCHOOLS)
    frame, scored = standings(reference, {"0477201": conditions_met(term)})
    by_school = open_points(scored.ledger, frame)
    bounds = frame[(frame["school_id"] == "0477201") & (frame["group_id"] == "2")].iloc[0]
    own = by_school[by_school["group_id"] == "2"]
    assert own["open_points"].sum() == pytest.approx(bounds["high"] - bounds["low"])
    held = open_reasons(by_school).query("group_id == '2' and reason == 'unallocated'")
    assert held["open_points"].tolist() == [10.0]
    listed = not_concluded(frame, by_school)
    assert set(listed["group_id"]) == {"1", "2"}
    assert dict(listed.iloc[1]["reasons"])["unallocated"] == 10.0


def test_printed_points_leave_out_what_the_set_places_in_no_item_and_levels_keep_it(
    reference: Reference,
) -> None:
    term = term_of(reference, schools=SCHOOLS)
    met = conditions_met(term)
    rulings = [
        *spread(term, "0477201", "2", 45.0), *spread(term, "0477202", "2", 55.0), *spread(term, "0477201", "1", 80.0),
    ]  # fmt: skip
    scored = score_term(observe(term, {"0477201": met, "0477202": met}), term, rulings)
    frame = school_scores(scored.scores, expected_schools(term, reference.registry), term.indicator_set)
    rows = frame.set_index(["school_id", "group_id"])[["low", "high", "placed_high", "standing"]]
    assert rows.loc[("0477201", "1")].tolist() == [80.0, 80.0, 80.0, "level_3"]
    assert rows.loc[("0477201", "2")].tolist() == [45.0, 55.0, 45.0, "not_concluded"]
    assert rows.loc[("0477202", "2")].tolist() == [55.0, 65.0, 55.0, "level_2"]
    assert rows.loc[("0477201", "overall"), "placed_high"] == 125.0
    listed = not_concluded(frame, open_points(scored.ledger, frame))
    assert list(zip(listed["school_id"], listed["group_id"], strict=True)) == [
        ("0477201", "2"),
        ("0477202", "1"),
    ]
    assert open_by_gap_alone(listed).tolist() == [True, False]
    assert not open_by_gap_alone(listed.assign(conditions="unknown")).any()


def test_a_failed_condition_stands_beside_a_level_below_its_points(reference: Reference) -> None:
    term = term_of(reference, schools=SCHOOLS)
    met = conditions_met(term)
    without = met | {"online_plan.number": NOTHING, "online_regulation.number": NOTHING}
    answers = {"0477201": met, "0477202": without, "0477203": without}
    frame, _ = standings(reference, answers, s0477201=71.0, s0477202=71.0, s0477203=42.0)
    held = frame[frame["group_id"] == "1"].set_index("school_id")
    assert held["standing"].to_dict() == {"0477201": "level_2", "0477202": "level_1", "0477203": "level_1"}
    assert held["held_by"].to_dict() == {"0477201": "", "0477202": "1.1;1.2", "0477203": ""}, (
        "42 is level 1 anyway"
    )
    assert (
        level_with_reason(reference, "mức 1", held["held_by"]["0477202"])
        == "mức 1 do chưa đạt điều kiện 1.1, 1.2"
    )
    assert level_with_reason(reference, "mức 1", held["held_by"]["0477203"]) == "mức 1"


def test_an_unknown_condition_stands_beside_a_level_that_points_alone_would_conclude(
    reference: Reference,
) -> None:
    term = term_of(reference, schools=SCHOOLS)
    met = conditions_met(term)
    unclear = {name: answer for name, answer in met.items() if name != "online_regulation.number"}
    frame, _ = standings(reference, {"0477201": met, "0477202": unclear}, s0477201=57.0, s0477202=57.0)
    held = frame.set_index(["school_id", "group_id"])["held_by"]
    assert held["0477201", "1"] == ""
    assert held["0477202", "1"] == "unknown"
    assert held["0477203", "1"] == "", "a school without a report has no points"
    assert (
        level_with_reason(reference, "chưa kết luận", "unknown")
        == "chưa kết luận do chưa rõ điều kiện bắt buộc"
    )


def test_the_whole_is_held_only_where_no_other_group_is_as_low_by_its_points(reference: Reference) -> None:
    term = term_of(reference, schools=SCHOOLS)
    without = conditions_met(term) | {"online_regulation.number": NOTHING}
    rulings = [
        ruling
        for school_id, group_2 in (("0477201", 60.0), ("0477202", 30.0))
        for group_id, total in (("1", 71.0), ("2", group_2))
        for ruling in spread(term, school_id, group_id, total)
    ]
    scored = score_term(observe(term, {"0477201": without, "0477202": without}), term, rulings)
    frame = school_scores(scored.scores, expected_schools(term, reference.registry), term.indicator_set)
    held = frame.set_index(["school_id", "group_id"])["held_by"]
    assert (held["0477201", "1"], held["0477201", "overall"]) == ("1.2", "1.2")
    assert (held["0477202", "1"], held["0477202", "overall"]) == ("1.2", ""), (
        "group 2 is at level 1 by its points"
    )
