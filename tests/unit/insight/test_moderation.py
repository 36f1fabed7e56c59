"""Claims beside what was verified: gaps with intervals, the total if all were verified, the sample to draw next."""

from __future__ import annotations

import pandas as pd
import pytest

from termreview.insight.moderation import (
    draw,
    gaps,
    if_all_verified,
    mean_margin,
    next_sample,
    published_and_verified,
    sample_size,
)
from termreview.reference.texts.insight import Limits

LIMITS = Limits(fewest_of_item=3, fewest_drawn=3)


def lines(gaps_of: dict[str, list[float]]) -> pd.DataFrame:
    """By item the gap at school s0, s1 …; 5 points verified everywhere."""
    frame = pd.DataFrame(
        [(f"s{n}", item, 5 + gap, 5.0, gap) for item, own in gaps_of.items() for n, gap in enumerate(own)],
        columns=["school_id", "item_id", "self_points", "verified_points", "gap"],
    )
    return frame.assign(level="primary", verified_by="office")


def test_an_item_claimed_too_easily_is_told_with_its_interval() -> None:
    found = gaps(lines({"1.1": [0, 0, 1, -1, 0, 0], "1.4": [2, 3, 2, 3, 2, 3]}), "item_id", LIMITS)
    first = found.iloc[0]
    assert (first["item_id"], first["mean_gap"], first["lowered_count"]) == ("1.4", 2.5, 6)
    # 2.5 ± 2.570582 × 0.547723 / √6
    assert (first["low"], first["high"]) == pytest.approx((1.925197, 3.074803), abs=1e-5)
    assert list(found["is_easy"]) == [True, False]


def test_a_few_schools_carry_no_interval_and_no_verdict() -> None:
    (row,) = gaps(lines({"1.4": [3, 4]}), "item_id", LIMITS).to_dict("records")
    assert row["mean_gap"] == 3.5
    assert pd.isna(row["low"])
    assert row["is_easy"] is False or not row["is_easy"]


def test_a_school_without_a_claim_is_no_school_that_was_compared() -> None:
    (row,) = gaps(lines({"1.4": [3, 4, float("nan")]}), "item_id", LIMITS).to_dict("records")
    assert (row["verified_count"], row["compared_count"], row["school_count"]) == (3, 2, 2)


def test_what_one_school_claims_is_one_piece_of_evidence() -> None:
    many = lines({f"1.{n}": [0.0, 0.0, 6.0] for n in range(10)})
    (row,) = gaps(many, "level", LIMITS).to_dict("records")
    # Thirty lines of three schools with means 0, 0, 6: 2 ± 4.302653 × 3.464102 / √3
    assert (row["low"], row["high"]) == pytest.approx((-6.605306, 10.605306), abs=1e-5)
    assert not row["is_easy"]


def totals(published: list[float], verified: list[float | None]) -> pd.DataFrame:
    ids = [f"s{n}" for n in range(len(published))]
    return pd.DataFrame(
        {"school_id": ids, "published": published, "verified": pd.Series(verified, dtype=float)}
    )


def test_the_total_if_all_were_verified_rests_on_the_lots_and_the_chosen_tell_of_themselves_alone() -> None:
    # Ten schools with 60; s0 (chosen for its risk) loses 20; of the other nine s1, s2, s3 by lot lose 2, 4, 6.
    frame = totals([60.0] * 10, [40, 58, 56, 54, *[None] * 6])
    found = if_all_verified(frame, ["s1", "s2", "s3"], ["s0"], LIMITS)
    assert found.published == 60
    assert found.estimate == pytest.approx(60 - (20 + 9 * 4) / 10)
    # standard deviation 2, three of nine: 4.302653 × 2 × √((1 − 3/9)/3) × 9/10
    assert found.high is not None
    assert found.high - (found.estimate or 0) == pytest.approx(4.302653 * 2 * (2 / 9) ** 0.5 * 0.9, abs=1e-5)
    assert (found.drawn_count, found.risk_count, found.reason) == (3, 1, "")


def test_too_few_drawn_by_lot_and_no_total_is_estimated_however_many_were_chosen() -> None:
    frame = totals([60.0] * 10, [40, 41, 42, 43, 58, *[None] * 5])
    found = if_all_verified(frame, ["s4"], ["s0", "s1", "s2", "s3"], LIMITS)
    assert (found.estimate, found.low, found.reason) == (None, None, "too_few_drawn")


def test_when_every_school_was_verified_the_total_is_known() -> None:
    found = if_all_verified(
        totals([60, 50, 40], [50, 50, 40]), ["s0", "s1", "s2"], [], Limits(fewest_drawn=6)
    )
    assert found.estimate == pytest.approx(140 / 3)
    assert found.low == found.high == found.estimate


def test_the_next_sample_is_large_enough_for_the_margin_and_keeps_its_two_parts_apart() -> None:
    # Endless: (1.959964 × 6 / 3)² = 15.37; of 40: 15.37 / (1 + 15.37/40) = 11.1 → 12
    assert sample_size(40, 6, 3) == 12
    margin = mean_margin(12, 40, 6)
    assert margin is not None
    assert margin <= 3
    assert (mean_margin(11, 40, 6) or 0) > 3
    risks = pd.DataFrame({"school_id": [f"s{n:02d}" for n in range(45)], "risk": range(45)})
    found = next_sample(risks, 5, 2024, Limits(), spread=6)
    assert found.risk == ("s44", "s43", "s42", "s41", "s40")
    assert not set(found.risk) & set(found.drawn)
    assert (len(found.drawn), found.needed, found.seed) == (12, 12, 2024)
    assert found.drawn == next_sample(risks, 5, 2024, Limits(), spread=6).drawn
    assert found.drawn != next_sample(risks, 5, 2025, Limits(), spread=6).drawn
    few = next_sample(risks, 5, 2024, Limits(), spread=6, count=4)
    assert len(few.drawn) == 4
    assert (few.margin or 0) > 3, "fewer than needed: the wider margin is told"


def test_a_school_that_joins_does_not_move_the_lots_of_others() -> None:
    before = set(draw(["a", "b", "c", "d"], 2, 1))
    after = set(draw(["a", "b", "c", "d", "e"], 3, 1))
    assert before <= after or len(before - after) <= 1


def test_what_stands_unverified_is_set_beside_what_was_verified() -> None:
    ledger = pd.DataFrame(
        [
            ("s0", "1", "1.1", "verified", 6.0, None, 4.0, 4.0),
            ("s0", "1", "1.2", "self", 5.0, None, None, 5.0),
            ("s1", "1", "1.1", "self", 6.0, None, None, 6.0),
            ("s1", "2", "2.1", "unallocated", None, None, None, 0.0),
        ],
        columns=["school_id", "group_id", "item_id", "origin", "self_points", "computed_low", "verified_points", "low"],
    )  # fmt: skip
    found = published_and_verified(ledger).set_index("school_id")
    assert tuple(found.loc["s0"]) == (11.0, 9.0)
    assert found.loc["s1", "published"] == 6.0
    assert pd.isna(found.loc["s1", "verified"])
