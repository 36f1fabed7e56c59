"""The goal of an item in counts: by the rule it wins the most points, and no smaller count does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from termreview.reference.declarations import Reference
from termreview.reference.kinds.indicators import Item
from termreview.scoring.goal import goal_of
from termreview.scoring.rules import banded
from worlds import term_of

LEVELS = ("th", "thcs", "th_thcs")


@pytest.fixture(scope="module")
def items(reference: Reference) -> dict[str, Item]:
    return {item.item_id: item for item in term_of(reference).indicator_set.items}


def points(item: Item, level: str, top: float, bottom: float) -> float:
    low, _ = banded(item.rule.bands_of(level), np.array([top]), np.array([bottom]), item.rule.scale)
    return float(low[0])


@settings(max_examples=200, deadline=None)
@given(
    item_id=st.sampled_from(["1.4", "1.6.1", "1.6.2", "1.6.3", "1.7.1", "1.7.2"]),
    level=st.sampled_from(LEVELS),
    top=st.integers(0, 70),
    bottom=st.integers(1, 60),
)
def test_the_goal_is_the_least_count_that_wins_the_most(
    items: dict[str, Item], item_id: str, level: str, top: int, bottom: int
) -> None:
    item = items[item_id]
    rule = item.rule
    goal = goal_of(item, level, {rule.numerator: float(top), rule.denominator: float(bottom)})
    most = max(band.low for band in rule.bands_of(level))
    denominator = float(bottom) if rule.denominator else 1.0
    if goal is None:
        assert rule.scale == 100
        assert top > bottom
        return
    moves_top = goal.field_id == rule.numerator

    def won(count: float) -> float:
        return points(item, level, count, denominator) if moves_top else points(item, level, top, count)

    assert won(goal.wanted) == most
    assert goal.wanted >= goal.now == (top if moves_top else denominator)
    assert goal.wanted == goal.now or won(goal.wanted - 1) < most
    assert goal.whole is None or goal.wanted <= goal.whole


@pytest.mark.parametrize(
    ("item_id", "numbers", "wanted"),
    [
        ("1.6.1", {"teachers_online_account_count": 8.0, "teachers_count.total": 20.0}, 13.0),
        ("1.6.1", {"teachers_online_account_count": 12.0, "teachers_count.total": 20.0}, 13.0),
        ("1.4", {"materials_listed_count": 39.0}, 41.0),
        ("1.7.2", {"informatics_class_size_count": 30.0, "informatics_computers_working_count": 12.0}, 30.0),
    ],
    ids=["over 60 % of 20", "60 % itself is not over it", "over 40", "one pupil a computer"],
)
def test_edges(items: dict[str, Item], item_id: str, numbers: dict[str, float], wanted: float) -> None:
    goal = goal_of(items[item_id], "th", numbers)
    assert goal is not None
    assert goal.wanted == wanted


@pytest.mark.parametrize(
    "numbers", [{}, {"teachers_online_account_count": 3.0}, {"teachers_count.total": 0.0}]
)
def test_without_both_figures_there_is_no_goal(items: dict[str, Item], numbers: dict[str, float]) -> None:
    assert goal_of(items["1.6.1"], "th", numbers) is None


def test_what_a_claim_decides_has_no_goal(items: dict[str, Item]) -> None:
    assert goal_of(items["1.3.1"], "th", {}) is None
