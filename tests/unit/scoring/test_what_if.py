"""A district after supposed changes, the strength of its levels, and the actions of the office."""

from __future__ import annotations

import pandas as pd
import pytest
import report_world
from pandas.testing import assert_frame_equal

from termreview.scoring.actions import try_actions
from termreview.scoring.level_margin import (
    CLAIM,
    MARGIN_KINDS,
    NOT_CONCLUDED,
    PENDING,
    ROUNDING,
    SOLID,
    weigh_levels,
)
from termreview.scoring.levels import OVERALL
from termreview.scoring.rules import UNANSWERED
from termreview.scoring.score import score_term
from termreview.scoring.what_if import of_school, what_if
from worlds import HK1

REPORT = report_world.report(HK1)
TABLES, DECLARED = REPORT.term.tables, REPORT.declared
ADVICE = REPORT.reference.advice[DECLARED.indicator_set.set_id]
SCHOOL = str(TABLES.scores.query("state == 'scored'")["school_id"].iloc[0])


def test_nothing_supposed_is_the_term_as_it_is() -> None:
    same = what_if(TABLES.observations, DECLARED)
    real = score_term(TABLES.observations, DECLARED)
    assert_frame_equal(same.ledger, real.ledger)
    assert_frame_equal(same.scores, real.scores)


def test_points_supposed_at_one_school_change_that_school_alone() -> None:
    after = what_if(TABLES.observations, DECLARED, ledger=TABLES.ledger, points={(SCHOOL, "1.5.1"): 15.0})
    line = after.ledger.query("school_id == @SCHOOL and item_id == '1.5.1'").iloc[0]
    assert (line["low"], line["high"]) == (15.0, 15.0)
    others = after.scores["school_id"] != SCHOOL
    assert_frame_equal(after.scores[others], TABLES.scores[others])


def test_an_answer_supposed_goes_through_the_rules() -> None:
    facts = {(SCHOOL, "teachers_making_materials_count"): 0.0, (SCHOOL, "teachers_count.total"): 10.0}
    after = what_if(TABLES.observations, DECLARED, answers=facts)
    line = after.ledger.query("school_id == @SCHOOL and item_id == '1.6.3'").iloc[0]
    assert (line["computed_low"], line["computed_high"]) == (0.0, 0.0)


@pytest.mark.parametrize("points", [-0.5, 16.0])
def test_points_outside_of_the_item_are_refused(points: float) -> None:
    with pytest.raises(ValueError, match=r"1\.5\.1"):
        what_if(TABLES.observations, DECLARED, points={(SCHOOL, "1.5.1"): points})


def test_one_school_alone_scores_as_it_does_among_all() -> None:
    observations, declared = of_school(TABLES.observations, DECLARED, SCHOOL)
    alone = what_if(observations, declared).scores
    among = TABLES.scores[TABLES.scores["school_id"] == SCHOOL].reset_index(drop=True)
    assert_frame_equal(alone, among)


def test_every_group_of_every_scored_school_is_weighed_once() -> None:
    weighed = weigh_levels(TABLES.ledger, TABLES.scores, DECLARED)
    scored = TABLES.scores.query("state == 'scored' and group_id != @OVERALL")
    assert len(weighed) == len(scored)
    assert set(weighed["strength"]) <= set(MARGIN_KINDS)
    assert weighed.loc[weighed["level"].isna(), "strength"].eq(NOT_CONCLUDED).all()


def small(low: float, points: list[float], reason: str = "claimed") -> tuple[pd.DataFrame, pd.DataFrame]:
    """One school of one group with the given points of its first items, and its score."""
    items = DECLARED.indicator_set.groups[0].items[: len(points)]
    ledger = pd.DataFrame(
        {
            "school_id": "s", "group_id": "1", "item_id": [item.item_id for item in items], "low": points, "high": points,
            "reason": reason,
        }
    )  # fmt: skip
    level = 1 if low < 50 else 2 if low <= 75 else 3
    scores = pd.DataFrame(
        [{"school_id": "s", "group_id": "1", "state": "scored", "low": low, "level": level}]
    )
    return ledger, scores


@pytest.mark.parametrize(
    ("low", "points", "reason", "doubted", "strength", "item", "if_level"),
    [
        (60.0, [6.0, 6.0], "claimed", (), SOLID, "", None),
        (52.0, [6.0, 1.0], "claimed", (), CLAIM, "1.3.1", 1),
        (52.0, [6.0, 1.0], "agreed", (), SOLID, "", None),
        (50.0, [6.0, 6.0], "agreed", (), ROUNDING, "", 1),
        (75.5, [6.0, 6.0], "agreed", (), ROUNDING, "", 2),
        (49.5, [6.0, 6.0], "claimed", (), SOLID, "", None),
        (54.0, [3.0, 6.0], "agreed", ("q4725_1_3_2.self",), PENDING, "1.3.2", 1),
    ],
    ids=["far above", "one claim away", "checked points", "on the edge 50", "half above 75", "level 1", "a questioned answer"],
)  # fmt: skip
def test_a_level_is_as_strong_as_what_it_hangs_on(
    low: float,
    points: list[float],
    reason: str,
    doubted: tuple[str, ...],
    strength: str,
    item: str,
    if_level: int | None,
) -> None:
    ledger, scores = small(low, points, reason)
    row = weigh_levels(ledger, scores, DECLARED, {("s", name) for name in doubted}).iloc[0]
    assert (row["strength"], row["item_id"]) == (strength, item)
    assert (None if pd.isna(row["if_level"]) else row["if_level"]) == if_level


def test_an_action_raises_the_schools_that_it_says() -> None:
    tried = try_actions(TABLES.ledger, TABLES.scores, DECLARED, ADVICE)
    assert len(tried) == len(ADVICE.actions)
    assert tried["raised_count"].is_monotonic_decreasing
    scored = list(dict.fromkeys(TABLES.scores.query("state == 'scored'")["school_id"]))
    for told in tried.to_dict("records"):
        action = next(action for action in ADVICE.actions if action.action_id == told["action_id"])
        points = {
            (row["school_id"], row["item_id"]): row["max_points"]
            for row in TABLES.ledger.to_dict("records")
            if row["item_id"] in action.items and row["school_id"] in scored and row["reason"] != UNANSWERED
        }
        met = scored if action.meets_conditions else []
        after = what_if(
            TABLES.observations, DECLARED, ledger=TABLES.ledger, points=points, met_conditions=met
        )
        whole = after.scores["group_id"] == OVERALL
        rises = after.scores["school_id"].isin(scored) & (
            after.scores["level_low"] > TABLES.scores["level_low"]
        )
        assert tuple(after.scores.loc[rises & whole, "school_id"]) == told["raised"]
        assert int((rises & ~whole).sum()) == told["group_count"]
        assert after.ledger["low"].sum() - TABLES.ledger["low"].sum() == pytest.approx(told["points"])
    assert tried["raised_count"].max() > 0


def test_an_action_at_no_school_raises_nobody() -> None:
    nobody = TABLES.scores["state"] == "absent"
    tried = try_actions(TABLES.ledger, TABLES.scores[nobody], DECLARED, ADVICE)
    assert len(tried) == len(ADVICE.actions)
    assert not tried[["school_count", "raised_count", "group_count", "points"]].to_numpy(dtype=float).any()
