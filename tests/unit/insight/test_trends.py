"""A total over the years: its moves split exactly, schools followed through mergers, breaks drawn, slips told from luck."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from termreview.insight.trends import (
    as_today,
    lineages,
    moves,
    moves_by_unit,
    on_one_rule,
    placed_today,
    slips,
    totals,
)
from termreview.reference.texts.insight import Limits

LIMITS = Limits(fewest_schools=2)
NO_EVENTS = pd.DataFrame(columns=["kind", "from_ids", "to_ids"])
MERGED = pd.DataFrame([{"kind": "merge", "from_ids": ["a", "b"], "to_ids": ["ab"]}])


def panel(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """School, year, value, rule, value by the rule before; each school counts once."""
    frame = pd.DataFrame(
        [(*row, *(np.nan,) * (5 - len(row))) if len(row) > 3 else (*row, "r1", np.nan) for row in rows],
        columns=["school_id", "school_year", "numerator", "rule_id", "numerator_before"],
    )
    frame["denominator"] = 1.0
    frame["denominator_before"] = frame["numerator_before"].where(frame["numerator_before"].isna(), 1.0)
    return frame


def one_move(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = moves(frame, LIMITS).to_dict("records")
    assert row["real"] + row["counted"] + (row["rule"] if row["is_split"] else 0) == pytest.approx(
        row["move"]
    )
    return row


def test_a_move_is_real_change_and_who_is_counted() -> None:
    # Mean of a, b: 50 → 56 (each +6). With c (20) gone and d (80) come: (40+60+20)/3 = 40 → (46+66+80)/3 = 64.
    row = one_move(panel(("a", "y1", 40), ("b", "y1", 60), ("c", "y1", 20), ("a", "y2", 46), ("b", "y2", 66), ("d", "y2", 80)))  # fmt: skip
    assert (row["before"], row["after"], row["move"]) == (40, 64, 24)
    assert (row["real"], row["counted"], row["rule"]) == (6, 18, 0)
    assert (row["stayed_count"], row["joined_count"], row["left_count"]) == (2, 1, 1)


def test_where_no_school_is_in_both_years_all_of_the_move_is_who_is_counted() -> None:
    rows = [("a", "2022-2023", 40.0, 1.0, "r"), ("b", "2023-2024", 60.0, 1.0, "r")]
    frame = pd.DataFrame(rows, columns=["school_id", "school_year", "numerator", "denominator", "rule_id"])
    (found,) = moves(frame, LIMITS).to_dict("records")
    assert [found[name] for name in ("move", "real", "counted", "rule")] == [20, 0, 20, 0]
    assert (found["stayed_count"], found["is_sure"]) == (0, False)


def test_the_total_of_a_unit_is_of_the_schools_that_have_figures() -> None:
    rows = [
        ("a", "y1", 3.0, 4.0, "r"),
        ("b", "y1", 3.0, 8.0, "r"),
        ("c", "y1", np.nan, 5.0, "r"),
        ("a", "y2", 1.0, 4.0, "s"),
    ]
    frame = pd.DataFrame(rows, columns=["school_id", "school_year", "numerator", "denominator", "rule_id"])
    units = frame[["school_id", "school_year"]].assign(unit_id=["u", "u", "u", "v"])
    found = totals(frame, units).set_index(["unit_id", "school_year"])
    assert found.loc[("u", "y1")].tolist() == [6 / 12, 2, "r"]
    assert found.loc[("v", "y2")].tolist() == [1 / 4, 1, "s"]


def test_a_changed_rule_is_taken_out_where_the_old_one_can_be_reckoned() -> None:
    # By the new rule 52 and 70, by the old one 44 and 62: +3 really, +8 by the rule.
    row = one_move(panel(("a", "y1", 40, "r1"), ("b", "y1", 60, "r1"), ("a", "y2", 52, "r2", 44), ("b", "y2", 70, "r2", 62)))  # fmt: skip
    assert (row["real"], row["rule"], row["counted"]) == pytest.approx((3, 8, 0))
    assert row["is_split"]


def test_a_changed_rule_that_nobody_can_reckon_is_a_break_and_nothing_is_sure() -> None:
    frame = panel(("a", "y1", 40, "r1"), ("b", "y1", 60, "r1"), ("a", "y2", 52, "r2"), ("b", "y2", 70, "r2"))
    row = one_move(frame)
    assert not row["is_split"]
    assert not row["is_sure"]
    assert np.isnan(row["rule"])
    assert row["real"] == 11


def test_pupils_that_move_between_schools_are_who_is_counted() -> None:
    # 10/100 and 90/100 → both shares stay, pupils move: 5/50 and 135/150. Total 50 % → 70 %, nothing real.
    frame = pd.DataFrame(
        [("a", "y1", 10, 100), ("b", "y1", 90, 100), ("a", "y2", 5, 50), ("b", "y2", 135, 150)],
        columns=["school_id", "school_year", "numerator", "denominator"],
    ).assign(rule_id="r1")
    row = one_move(frame)
    assert (row["real"], row["counted"]) == pytest.approx((0.0, 0.2))


def test_a_school_without_a_figure_is_not_counted_as_zero() -> None:
    row = one_move(panel(("a", "y1", 40), ("b", "y1", 60), ("a", "y2", 50), ("b", "y2", np.nan)))
    assert (row["after"], row["real"], row["left_count"]) == (50, 10, 1)


def test_schools_are_followed_through_mergers_and_splits() -> None:
    events = pd.DataFrame(
        [
            {"kind": "merge", "from_ids": ["a", "b"], "to_ids": ["c"]},
            {"kind": "split", "from_ids": ["c"], "to_ids": ["d", "e"]},
            {"kind": "reparent", "from_ids": ["f", "g"], "to_ids": ["w"]},
        ]
    )
    assert lineages(["a", "b", "d", "f", "g"], events) == {
        "a": "d+e", "b": "d+e", "c": "d+e", "d": "d+e", "e": "d+e", "f": "f", "g": "g",
    }  # fmt: skip


def test_a_merged_pair_gives_the_same_totals_both_ways_and_nobody_leaves_as_it_is_today() -> None:
    frame = panel(("a", "y1", 40), ("b", "y1", 60), ("c", "y1", 80), ("ab", "y2", 55), ("c", "y2", 82))
    was, today = moves(frame, LIMITS).iloc[0], moves(as_today(frame, MERGED), LIMITS).iloc[0]
    assert was["before"] == today["before"] == 60
    assert was["after"] == today["after"] == 68.5
    assert (was["left_count"], was["joined_count"]) == (2, 1)
    assert (today["left_count"], today["joined_count"]) == (0, 0)
    # The pair (50 on average, twice counted) +5, the other +2: (2·5 + 2)/3; that it counts once now is the rest
    assert (today["real"], today["counted"]) == pytest.approx((4, 4.5))


def test_half_of_a_merged_school_is_not_counted_for_the_whole() -> None:
    frame = panel(("a", "y1", 40), ("b", "y1", np.nan), ("c", "y1", 80), ("ab", "y2", 55), ("c", "y2", 82))
    row = moves(as_today(frame, MERGED), LIMITS).iloc[0]
    assert (row["before"], row["joined_count"], row["real"]) == (80, 1, 2)


def test_units_as_they_are_today_lose_no_school_to_a_reform() -> None:
    frame = panel(("a", "y1", 40), ("b", "y1", 60), ("ab", "y2", 55), ("c", "y1", 70), ("c", "y2", 70))
    units = pd.DataFrame(
        [("a", "y1", "old1"), ("b", "y1", "old2"), ("c", "y1", "old2"), ("ab", "y2", "new"), ("c", "y2", "new")],
        columns=["school_id", "school_year", "unit_id"],
    )  # fmt: skip
    was = moves_by_unit(frame, units, LIMITS)
    assert was.empty, "no unit of then is there in both years"
    (today,) = moves_by_unit(as_today(frame, MERGED), placed_today(units, MERGED), LIMITS).to_dict("records")
    assert (today["unit_id"], today["stayed_count"], today["joined_count"]) == ("new", 2, 0)


def years(of_schools: dict[str, list[float]]) -> pd.DataFrame:
    return panel(*((school, f"y{place}", value) for school, own in of_schools.items() for place, value in enumerate(own)))  # fmt: skip


def test_a_school_that_slips_is_told_and_one_that_was_lucky_once_is_not() -> None:
    lots = np.random.default_rng(5)
    schools = {f"s{n}": list(50 + n + lots.normal(0, 2, 4)) for n in range(20)}
    schools["s3"] = [50, 51, 49, 20]  # slips
    schools["s4"] = [50, 50, 62, 51]  # was lucky once: falls by 11 to what it always was
    found = slips(years(schools), Limits()).set_index("school_id")
    assert list(found.index[found["is_slip"]]) == ["s3"]
    assert found.loc["s4", "chance"] == 1.0


def test_what_all_schools_lose_is_no_school_own_slip() -> None:
    lots = np.random.default_rng(6)
    schools = {f"s{n}": [*(50 + lots.normal(0, 2, 3)), 30 + lots.normal(0, 2)] for n in range(20)}
    assert not slips(years(schools), Limits())["is_slip"].any()


@pytest.mark.parametrize(("schools", "count"), [(20, 2), (5, 4)])
def test_too_few_years_or_schools_and_nothing_is_said(schools: int, count: int) -> None:
    frame = years({f"s{n}": [50.0 + n] * count for n in range(schools)})
    assert slips(frame, Limits()).empty


def test_years_by_an_older_rule_are_moved_to_the_rule_of_today() -> None:
    frame = panel(("a", "y1", 40, "r1"), ("b", "y1", 60, "r1"), ("a", "y2", 52, "r2", 44), ("b", "y2", 70, "r2", 62), ("a", "y3", 53, "r2"), ("b", "y3", 71, "r2"))  # fmt: skip
    moved = on_one_rule(frame).set_index(["school_id", "school_year"])["numerator"]
    assert moved["a", "y1"] == 48
    assert moved["a", "y2"] == 52
    unbridged = frame.assign(numerator_before=np.nan)
    assert set(on_one_rule(unbridged)["school_year"]) == {"y2", "y3"}
