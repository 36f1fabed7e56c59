"""What an action did: by hand, never of few schools, not for luck, a ceiling, or schools that ran apart before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from termreview.insight.impact import CLEAR, NOT_SEEN, UNCLEAR, impact
from termreview.reference.texts.insight import Limits

HAND = Limits(fewest_acted=2, peers=1, least_effect=1)


def table(values: dict[str, list[float]], size: int = 100) -> pd.DataFrame:
    return pd.DataFrame(
        [(school, f"y{year}", value, "primary", size) for school, own in values.items() for year, value in enumerate(own)],
        columns=["school_id", "school_year", "value", "level", "size"],
    )  # fmt: skip


def acted(*schools: str, year: str = "y1", action: str = "training") -> pd.DataFrame:
    return pd.DataFrame({"action_id": action, "school_id": list(schools), "school_year": year})


def test_the_effect_is_the_difference_of_differences() -> None:
    # a: 40 → 52 (+12), its nearest peer c: 41 → 44 (+3); b: 60 → 68 (+8), its peer d: 61 → 64 (+3): (9 + 5) / 2
    found = impact(table({"a": [40, 52], "b": [60, 68], "c": [41, 44], "d": [61, 64]}), acted("a", "b"), HAND)
    (row,) = found.to_dict("records")
    assert row["effect"] == pytest.approx(7)
    assert (row["school_count"], row["peer_count"]) == (2, 2)
    assert pd.isna(row["pre_trend"]), "one earlier year shows no trend"


def test_a_peer_that_falls_by_itself_makes_no_action_look_good() -> None:
    schools = {
        "a": [50.0, 53],
        "b": [50.0, 53],
        **{f"c{n}": [50.0 + n / 100, 53 + n / 100] for n in range(5)},
        "x": [50.0, 10],
    }
    (row,) = impact(table(schools), acted("a", "b"), Limits(fewest_acted=2, peers=3)).to_dict("records")
    assert row["effect"] == pytest.approx(0, abs=0.05)


def world(
    effect: float, seed: int = 3, count: int = 10, drift: float = 0.0, top: float = 100.0
) -> pd.DataFrame:
    """Forty schools over three years; the first `count` even ones get the effect in the last."""
    lots = np.random.default_rng(seed)
    values = {}
    for number in range(40):
        has = number % 2 == 0 and number < 2 * count
        base = 40 + number / 2 + lots.normal(0, 2, 3)
        own = base + has * np.array([0, drift, drift + effect])
        values[f"s{number:02d}"] = list(np.minimum(own, top))
    return table(values)


def of(count: int = 10) -> pd.DataFrame:
    return acted(*(f"s{number:02d}" for number in range(0, 2 * count, 2)), year="y2")


@pytest.mark.parametrize(
    ("frame", "actions", "verdict", "reason"),
    [
        (world(9), of(), CLEAR, "gain"),
        (world(-9), of(), CLEAR, "harm"),
        (world(0), of(), NOT_SEEN, "below_worth"),
        (world(30, count=4), of(4), UNCLEAR, "too_few"),
        (world(3), of(), UNCLEAR, "small"),
        (world(9, drift=9), of(), UNCLEAR, "pre_trend"),
    ],
    ids=["worked", "did harm", "nothing", "four schools", "real but not worth having", "ran apart before"],
)
def test_the_verdict_claims_no_more_than_is_there(
    frame: pd.DataFrame, actions: pd.DataFrame, verdict: str, reason: str
) -> None:
    (row,) = impact(frame, actions, Limits()).to_dict("records")
    assert (row["verdict"], row["reason"]) == (verdict, reason)


def test_below_the_declared_number_there_is_not_even_a_figure() -> None:
    (row,) = impact(world(30, count=4), of(4), Limits()).to_dict("records")
    assert pd.isna(row["effect"])
    assert pd.isna(row["low"])


def test_schools_at_the_ceiling_are_no_proof_that_nothing_was_done() -> None:
    (row,) = impact(world(9, top=42.0), of(), Limits(), most=42.0).to_dict("records")
    assert row["ceiling_share"] > 0.5
    assert (row["verdict"], row["reason"]) == (UNCLEAR, "ceiling")


def test_weak_schools_after_a_bad_year_do_not_make_an_action_that_did_nothing() -> None:
    """Regression to the mean: the office chooses those that were lowest in the last year, by their luck."""
    clear, plain = 0, []
    for seed in range(20):
        lots = np.random.default_rng(seed)
        values = {f"s{n:02d}": list(50 + lots.normal(0, 3) + lots.normal(0, 5, 4)) for n in range(60)}
        chosen = sorted(values, key=lambda school: values[school][2])[:12]
        frame = table(values)
        (row,) = impact(frame, acted(*chosen, year="y3"), Limits()).to_dict("records")
        clear += row["verdict"] == CLEAR
        plain.append(np.mean([values[one][3] - values[one][2] for one in chosen]))
    assert np.mean(plain) > 5, "before and after alone look like an effect"
    assert clear == 0


def test_many_actions_are_looked_at_more_strictly_than_one() -> None:
    frame = world(0, seed=11)
    one = impact(frame, of(), Limits())["chance"].iloc[0]
    many = pd.concat([of(), *(of().assign(action_id=f"again{n}") for n in range(3))])
    assert impact(frame, many, Limits())["chance"].max() >= one


def test_other_actions_schools_are_no_peers_and_the_same_table_gives_the_same_figures() -> None:
    two = pd.concat([of(), acted("s01", "s03", "s05", "s07", "s09", "s11", year="y2", action="other")])
    found = impact(world(9), two, Limits()).set_index("action_id")
    assert found.loc["training", "peer_count"] == 24
    pd.testing.assert_frame_equal(found, impact(world(9), two, Limits()).set_index("action_id"))
