"""One action of the office tried out on all its schools: who rises, by the very scorer that scores the term."""

from __future__ import annotations

import pandas as pd

from termreview.reference.advice import Action, Advice
from termreview.reference.declarations import TermReference
from termreview.scoring.levels import OVERALL
from termreview.scoring.what_if import what_if

COLUMNS = ["action_id", "title", "school_count", "raised_count", "group_count", "points", "raised", "mark"]


def try_actions(
    observations: pd.DataFrame,
    ledger: pd.DataFrame,
    scores: pd.DataFrame,
    reference: TermReference,
    advice: Advice,
) -> pd.DataFrame:
    """Try every declared action alone: one row per action, key `action_id`, most schools raised first.

    Returns
    -------
    pandas.DataFrame
        `school_count` schools with something to win, `raised` the ids of those whose overall level surely rises
        (`raised_count`), `group_count` group levels that do, `points` won over all.
    """
    before = _lowest(scores)
    rows = []
    for action in advice.actions:
        points = points_of(action, ledger, scores)
        met = _schools_in_doubt(scores) if action.meets_conditions else ()
        if points or met:
            after = what_if(observations, reference, ledger=ledger, points=points, met_conditions=met)
            gained = _lowest(after.scores) - before
            won = float(after.ledger["low"].sum() - ledger["low"].sum())
        else:
            gained, won = before * 0, 0.0
        rises = gained[gained > 0].index
        whole = [school_id for school_id, group_id in rises if group_id == OVERALL]
        schools = {school_id for school_id, _ in points} | set(met)
        rows.append(
            (action.action_id, action.title, len(schools), len(whole), len(rises) - len(whole), won, tuple(whole), advice.mark)
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(
        ["raised_count", "group_count", "points"], ascending=False, kind="stable"
    ).reset_index(drop=True)


def points_of(action: Action, ledger: pd.DataFrame, scores: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The items that one action takes to their maximum, at every school whose score counts and lacks points there."""
    scored = set(scores.loc[scores["state"] == "scored", "school_id"])
    own = ledger[
        ledger["item_id"].isin(action.items)
        & (ledger["low"] < ledger["max_points"])
        & ledger["school_id"].isin(scored)
    ]
    return {
        (school_id, item_id): float(most)
        for school_id, item_id, most in zip(own["school_id"], own["item_id"], own["max_points"], strict=True)
    }


def _schools_in_doubt(scores: pd.DataFrame) -> tuple[str, ...]:
    own = scores[(scores["state"] == "scored") & scores["conditions"].isin(["failed", "unknown"])]
    return tuple(dict.fromkeys(own["school_id"]))


def _lowest(scores: pd.DataFrame) -> pd.Series:
    """The lowest level that each scored school may have, by school and group."""
    own = scores[scores["state"] == "scored"]
    return own.set_index(["school_id", "group_id"])["level_low"].astype(float)
