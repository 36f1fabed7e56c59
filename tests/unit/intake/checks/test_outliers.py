"""One figure among its peers: a real outlier is found, an honest spread is left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from intake_world import declared

from termreview.intake.checks.checks import FEWEST_PEERS, usual_bounds
from termreview.reference.kinds.checks import load_checks
from termreview.reference.loading.source import Source

FIGURES = st.lists(st.floats(0.01, 1e9), min_size=FEWEST_PEERS, max_size=40)


def test_a_figure_in_thousands_stands_out_and_its_peers_do_not() -> None:
    figures = np.array([310, 280, 350, 400, 260, 330, 300, 290, 0.31]) * 1000
    low, high = usual_bounds(figures, 2, 4)
    assert [figure for figure in figures if not low <= figure <= high] == [310]


def test_too_few_peers_say_nothing() -> None:
    assert usual_bounds(np.array([1.0] * (FEWEST_PEERS - 1)), 2, 4) == (0, np.inf)
    missing = np.array([1.0] * (FEWEST_PEERS - 1) + [np.nan, 0.0])
    assert usual_bounds(missing, 2, 4) == (0, np.inf)


def test_peers_that_agree_exactly_leave_room() -> None:
    low, high = usual_bounds(np.full(20, 35.0), 2, 4)
    assert low <= 35 / 1.7
    assert high >= 35 * 1.7


def test_nine_tenths_of_the_deviants_do_not_hide_the_bounds() -> None:
    rng = np.random.default_rng(1)
    figures = np.exp(rng.normal(5, 0.2, 40))
    low, high = usual_bounds(np.concatenate([figures, figures[:10] * 1000]), 2, 4)
    assert ((figures >= low) & (figures <= high)).all()
    assert (figures[:10] * 1000 > high).all()


@pytest.mark.parametrize("seed", range(5))
def test_honest_schools_are_seldom_asked(seed: int) -> None:
    figures = np.exp(np.random.default_rng(seed).normal(3, 0.35, 200))
    low, high = usual_bounds(figures, 2, 4)
    assert ((figures < low) | (figures > high)).mean() <= 1 / 20


@settings(deadline=None)
@given(FIGURES, st.floats(0.001, 1000))
def test_bounds_move_with_the_unit(figures: list[float], factor: float) -> None:
    values = np.array(figures)
    low, high = usual_bounds(values, 2, 4)
    assert low <= np.median(values) <= high
    np.testing.assert_allclose(usual_bounds(values * factor, 2, 4), (low * factor, high * factor), rtol=1e-6)


def test_every_declared_outlier_check_states_its_factor_and_its_deviations() -> None:
    checks = [check for check in declared().checks if check.kind == "outlier"]
    assert len(checks) >= 8
    assert all(check.severity == "query" and check.mark == "C" for check in checks)
    assert all(float(check.low) >= 2 and float(check.high) >= 3 for check in checks)


def test_an_outlier_check_without_limits_is_a_mistake(tmp_path: Path) -> None:
    form = declared().form
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / f"{form.form_id}.csv").write_text(
        "check_code,kind,severity,fields,against,low,high,levels,terms,title,message,remedy,mark\n"
        "x,outlier,query,computers_count,,1,,*,*,t,m,r,C\n",
        encoding="utf-8",
    )
    source = Source(tmp_path)
    load_checks(source, form, ["mn", "th", "thcs", "th_thcs"])
    assert ["'outlier'" in problem.message for problem in source.problems] == [True]
