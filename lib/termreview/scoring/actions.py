"""One action of the office tried out on all its schools: who rises, by the levels of the scorer that scores the term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.advice import Action, Advice
from termreview.scoring.levels import OVERALL, in_points, sure_levels
from termreview.scoring.rules import UNANSWERED, Flags, Numbers

COLUMNS = ["action_id", "title", "school_count", "raised_count", "group_count", "points", "raised", "mark"]


def try_actions(
    ledger: pd.DataFrame, scores: pd.DataFrame, reference: TermReference, advice: Advice
) -> pd.DataFrame:
    """Try every declared action alone: one row per action, key `action_id`, most schools raised first.

    Returns
    -------
    pandas.DataFrame
        `school_count` schools with something to win, `raised` the ids of those whose overall level surely rises
        (`raised_count`), `group_count` group levels that do, `points` won over all.
    """
    standing = _standing(ledger, scores, reference)
    rows = [(*_tried(action, standing, reference), advice.mark) for action in advice.actions]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(
        ["raised_count", "group_count", "points"], ascending=False, kind="stable"
    ).reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class _Standing:
    """The schools whose score counts as they stand: their ledger lines, and by group and school what these add up to.

    `place` is the group and school of each line, as one number; `sure_level` has one more row, of the whole set.
    Of a line that is not `is_answered` the school left the item blank: what an action would win there is not known.
    """

    schools: list[str]
    item_ids: list[str]
    place: np.ndarray
    low: Numbers
    most: Numbers
    is_answered: Flags
    is_met: Flags
    sure_level: Numbers


def _standing(ledger: pd.DataFrame, scores: pd.DataFrame, reference: TermReference) -> _Standing:
    groups = [group.group_id for group in reference.indicator_set.groups]
    counted = scores[scores["state"] == "scored"]
    schools = list(dict.fromkeys(counted["school_id"].tolist()))
    by_group = {
        group_id: counted[counted["group_id"] == group_id].set_index("school_id").loc[schools]
        for group_id in (*groups, OVERALL)
    }
    lines = ledger[ledger["school_id"].isin(schools)]
    row, column = (
        pd.Index(groups, dtype=object).get_indexer(pd.Index(lines["group_id"].to_numpy(dtype=object))),
        pd.Index(schools, dtype=object).get_indexer(pd.Index(lines["school_id"].to_numpy(dtype=object))),
    )
    conditions = np.array([by_group[name]["conditions"].to_numpy(dtype=object) for name in groups])
    return _Standing(
        schools,
        lines["item_id"].tolist(),
        row * len(schools) + column,
        lines["low"].to_numpy(dtype=float),
        lines["max_points"].to_numpy(dtype=float),
        lines["reason"].ne(UNANSWERED).to_numpy(dtype=bool),
        np.isin(conditions, ("met", "none")).reshape(len(groups), len(schools)),
        np.array([own["level_low"].to_numpy(dtype=float) for own in by_group.values()]),
    )


def _tried(action: Action, standing: _Standing, reference: TermReference) -> tuple[object, ...]:
    """One action alone, its items at their maximum wherever points are known to lack: a row of `COLUMNS` but for the mark."""
    chosen = set(action.items)
    is_raised = np.array([item_id in chosen for item_id in standing.item_ids], dtype=bool)
    is_raised &= (standing.low < standing.most) & standing.is_answered
    low = np.where(is_raised, standing.most, standing.low)
    gains = np.zeros(len(standing.schools), dtype=bool)
    gains[standing.place[is_raised] % max(len(gains), 1)] = True
    is_met = standing.is_met
    if action.meets_conditions:
        gains |= ~is_met.all(axis=0)
        is_met = np.ones_like(is_met)
    sums = np.bincount(standing.place, low, is_met.size).reshape(is_met.shape)
    levels = np.array(
        [sure_levels(in_points(own), met, reference) for own, met in zip(sums, is_met, strict=True)]
    )
    rises = np.vstack([levels, levels.min(axis=0)]) > standing.sure_level
    raised = tuple(np.array(standing.schools, dtype=object)[rises[-1]])
    return (
        action.action_id, action.title, int(gains.sum()), len(raised), int(rises[:-1].sum()),
        float(in_points(low.sum() - standing.low.sum())), raised,
    )  # fmt: skip
