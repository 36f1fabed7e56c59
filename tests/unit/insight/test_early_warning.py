"""A probability not to reach the level: only with enough history, only where it beats the base rate, and calibrated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from termreview.insight.early_warning import brier, own_gains, reliability, supported_range, warn
from termreview.reference.texts.insight import Limits


def test_the_brier_score_is_the_mean_squared_distance() -> None:
    # 0.2² + 0.5² + 0.9² over three: (0.04 + 0.25 + 0.81) / 3
    assert brier(np.array([0.2, 0.5, 0.1]), np.array([0, 1, 1])) == pytest.approx(1.1 / 3)


def test_bands_set_what_was_predicted_beside_what_came() -> None:
    found = reliability(np.array([0.05, 0.0, 0.1, 1.0]), np.array([0, 0, 1, 1]))
    assert list(found["school_count"]) == [2, 1, 1], "0.1 begins its band, 1 ends the last"
    assert list(found["predicted"]) == pytest.approx([0.025, 0.1, 1.0])
    assert list(found["missed"]) == [0, 1, 1]


def paths(years: int, seed: int = 1, schools: int = 40, is_blind: bool = False) -> pd.DataFrame:
    """Gains of 5 ± 2; the last year is to be judged. Blind: the first semester says nothing."""
    lots = np.random.default_rng(seed)
    rows = []
    for year in range(years):
        for number in range(schools):
            end = (number - schools / 2) * 0.8 + lots.normal(0, 2)
            start = lots.normal(-5, 8) if is_blind else end - 5 + lots.normal(0, 2)
            is_last = year == years - 1
            rows.append((f"s{number}", f"y{year}", "primary", start, np.nan if is_last else end, None if is_last else end >= 0))  # fmt: skip
    return pd.DataFrame(rows, columns=["school_id", "school_year", "level", "start", "end", "is_reached"])


def test_with_enough_history_schools_far_below_come_first_and_every_one_has_its_reason() -> None:
    found = warn(paths(5), Limits())
    assert found.model
    assert found.replay["skill"].max() > 0.5
    schools = found.schools.set_index("school_id")
    assert schools["probability"].is_monotonic_decreasing
    assert schools.loc["s0", "probability"] > 0.95
    assert schools.loc["s0", "reason"] == "far_below"
    assert schools.loc["s39", "probability"] < 0.05
    assert schools.loc["s39", "reason"] == "on_way"


def test_no_probability_is_surer_than_the_replay_supports() -> None:
    # Of ten predicted below 0,1 none missed: 1/12; of the eight highest (two alone are in the last band) seven did: 8/10
    probabilities = np.array([*[0.01] * 10, 0.3, 0.4, *[0.6] * 6, 0.95, 0.99])
    outcomes = np.array([*[0.0] * 12, 0.0, *[1.0] * 5, 1.0, 1.0])
    assert supported_range(probabilities, outcomes, 8) == pytest.approx((1 / 12, 8 / 10))
    # Of no school at all: one of each kind
    assert supported_range(np.array([]), np.array([]), 8) == (0.5, 0.5)
    found = warn(paths(5), Limits())
    assert 0 < found.least < found.most < 1
    assert found.schools["probability"].between(found.least, found.most).all()


@pytest.mark.parametrize(
    ("frame", "limits", "reason"),
    [
        (paths(3), Limits(), "few_years"),
        (paths(1), Limits(), "few_years"),
        (paths(5), Limits(fewest_events=500), "few_events"),
        (paths(5, is_blind=True), Limits(), "no_better"),
    ],
    ids=["two earlier years", "none", "few that missed", "no better than the base rate"],
)
def test_it_is_silent_below_its_history_and_where_it_knows_nothing(
    frame: pd.DataFrame, limits: Limits, reason: str
) -> None:
    found = warn(frame, limits)
    assert (found.model, found.reason) == ("", reason)
    assert found.schools.empty
    assert found.reliability.empty


def test_an_own_path_counts_the_more_the_longer_it_is() -> None:
    rows = [
        (f"s{n}", f"y{y}", "primary", 0.0, 5.0 + (8 if n % 2 else -8)) for n in range(10) for y in range(4)
    ]
    rows += [("new", "y0", "primary", 0.0, 13.0)]
    past = pd.DataFrame(rows, columns=["school_id", "school_year", "level", "start", "end"])
    now = pd.DataFrame({"school_id": ["s1", "s2", "new", "unknown"], "level": "primary", "start": 0.0})
    high, low, new, unknown = own_gains(past, now)
    assert high > new > unknown > low
