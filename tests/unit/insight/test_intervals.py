"""Intervals are those of the textbooks, held against scipy."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from termreview.insight.intervals import (
    holm,
    mean_chance,
    mean_interval,
    share_interval,
    student_quantile,
    student_share,
)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 18, 57, 120])
def test_students_t_is_that_of_scipy(freedom: int) -> None:
    for t in (-3.0, -0.5, 0.0, 0.7, 2.2, 6.0):
        assert student_share(t, freedom) == pytest.approx(stats.t.cdf(t, freedom), abs=1e-12)
    for share in (0.001, 0.025, 0.5, 0.975, 0.9999):
        assert student_quantile(share, freedom) == pytest.approx(
            stats.t.ppf(share, freedom), rel=1e-6, abs=1e-9
        )


def test_a_mean_of_few_values_has_a_wide_interval_and_of_one_none() -> None:
    # mean 2, standard deviation 1, three values: 2 ± 4.302653 / √3
    mean, low, high = mean_interval([1, 2, 3])
    assert (mean, low, high) == pytest.approx((2, 2 - 2.484138, 2 + 2.484138), abs=1e-6)
    assert mean_interval([5.0]) == (5.0, -math.inf, math.inf)
    assert math.isnan(mean_interval([])[0])
    assert mean_chance([1, 2, 3]) == pytest.approx(stats.ttest_1samp([1, 2, 3], 0).pvalue)
    assert mean_chance([4.0]) == 1.0
    assert mean_chance([2.0, 2.0, 2.0]) == 1.0, "no spread, no chance to be worked out"


def test_a_share_never_leaves_0_to_1_and_of_nobody_is_open() -> None:
    found = stats.binomtest(2, 10).proportion_ci(method="wilson")
    assert share_interval(2, 10) == pytest.approx((found.low, found.high))
    assert share_interval(0, 5)[0] == 0.0
    assert share_interval(0, 0) == (0.0, 1.0)


def test_several_looks_make_each_less_sure() -> None:
    # Sorted: 0.01 × 3, 0.03 × 2, 0.04 × 1, none below the one before it
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([]) == []
