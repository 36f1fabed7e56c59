"""One figure with the interval that the outstanding schools could still make of it; what is missing is never zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reporting.summaries.index import OVERALL, with_placed_high
from termreview.reporting.summaries.pending import BLANK, ERRORS
from termreview.reporting.summaries.ratios import COUNTED
from termreview.reporting.term.schools import ALL
from termreview.scoring.levels import levels_of

_POSSIBLE_COLUMNS = ["school_id", "group_id", "level", "low", "high", "level_low", "level_high"]
_SCORED = "scored"
_ENDS = ("low", "high", "placed_high")


def possible_scores(
    pending: pd.DataFrame, ledger: pd.DataFrame, standings: pd.DataFrame, declared: TermReference
) -> pd.DataFrame:
    """Bound what each outstanding school may still score: one row per school the set applies to and group.

    Items in doubt may turn out anywhere from nothing to their maximum, conditions in doubt met or failed; of a
    school without a file that counts, all is in doubt but what the office has verified. `level` is the school's own
    level of school, `level_low` and `level_high` bound the level of the group.
    """
    outstanding = set(pending["school_id"])
    lines: dict[tuple[str, str], list[tuple[str, str, float, float, float]]] = {}
    for school_id, group_id, *line in _lists(
        ledger, "school_id", "group_id", "item_id", "origin", "low", "high", "max_points"
    ):
        if school_id in outstanding:
            lines.setdefault((school_id, group_id), []).append(tuple(line))
    states = {
        (school_id, group_id): state
        for school_id, group_id, state in _lists(standings, "school_id", "group_id", "conditions")
    }
    rows: list[dict[str, Any]] = []
    for school in pending.to_dict("records"):
        if (school["school_id"], OVERALL) not in states:
            continue
        groups = []
        for group in declared.indicator_set.groups:
            own = lines.get((school["school_id"], group.group_id), [])
            conditions = {part.criterion_id for part in group.conditions}
            state = "unknown" if conditions else "none"
            touched = None  # all that is not verified
            if school["pending"] in (ERRORS, BLANK):
                touched = set(school["items"])
                if not conditions & set(school["conditions"]):
                    state = states[school["school_id"], group.group_id]
            low = high = 0.0
            for item_id, origin, surely, perhaps, most in own:
                is_open = origin != "verified" and (touched is None or item_id in touched)
                low, high = low + (0.0 if is_open else surely), high + (most if is_open else perhaps)
            groups.append((group.group_id, low, high, *_level_bounds(low, high, state, declared)))
        lows, highs, lowest, highest = zip(*(bounds for _, *bounds in groups), strict=True)
        whole = (OVERALL, sum(lows), sum(highs), min(lowest), min(highest))
        rows += [
            dict(zip(_POSSIBLE_COLUMNS, (school["school_id"], name, school["level"], *bounds), strict=True))
            for name, *bounds in (*groups, whole)
        ]
    return with_placed_high(pd.DataFrame(rows, columns=_POSSIBLE_COLUMNS), declared.indicator_set)


def _lists(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of one table, row by row."""
    return list(zip(*(frame[name].tolist() for name in names), strict=True))


def _level_bounds(low: float, high: float, conditions: str, declared: TermReference) -> tuple[int, int]:
    """The lowest and the highest level of one group, by its bounds and the state of its conditions."""
    lowest = int(declared.indicator_set.level_bands[0].low)
    by_low, by_high = levels_of(np.round(np.array([low, high], dtype=float), 6), declared)
    return (
        int(by_low) if conditions in ("met", "none") else lowest,
        lowest if conditions == "failed" else int(by_high),
    )


def level_intervals(
    standings: pd.DataFrame, possible: pd.DataFrame, levels: Sequence[int], reached_from: int = 0
) -> pd.DataFrame:
    """Count schools by level now and as they may still come out: one row per group, scope and level.

    `count` of `asked_count` schools stand at the level now; once nothing is open it will be `low_count` to
    `high_count`: an outstanding school may reach what `possible` says, another that is not concluded any level
    between its bounds. With `reached_from`, one more row of level 0 counts the schools at that level or above, those
    included whose level is not concluded but lies there wherever within its bounds.
    """
    outstanding = {
        (school_id, group_id): (low, high)
        for school_id, group_id, low, high in _lists(
            possible, "school_id", "group_id", "level_low", "level_high"
        )
    }
    names = ("school_id", "group_id", "level", "state", "score_level_low", "score_level_high")
    bounds: dict[str, list[tuple[str, tuple[int, int], tuple[int, int] | None]]] = {}
    for school_id, group_id, scope, state, low, high in _lists(standings, *names):
        now = (int(low), int(high)) if state == _SCORED else None
        final = outstanding.get((school_id, group_id)) or now or (min(levels), max(levels))
        bounds.setdefault(group_id, []).append((scope, final, now))
    scopes = [ALL, *dict.fromkeys(standings["level"])]
    wanted = [(level, level, level) for level in levels]
    wanted += [(0, reached_from, max(levels))] if reached_from else []
    rows = []
    for group_id, schools in bounds.items():
        for scope in scopes:
            own = [(final, now) for level, final, now in schools if scope in (ALL, level)]
            for level, least, most in wanted:
                count = sum(now is not None and now[0] >= least and now[1] <= most for _, now in own)
                surely = sum(low >= least and high <= most for (low, high), _ in own)
                possibly = sum(high >= least and low <= most for (low, high), _ in own)
                rows.append((group_id, scope, level, count, surely, possibly, len(own)))
    columns = ["group_id", "scope", "level", "count", "low_count", "high_count", "asked_count"]
    return pd.DataFrame(rows, columns=columns)


def average_intervals(standings: pd.DataFrame, possible: pd.DataFrame) -> pd.DataFrame:
    """Average the scores now and as they may still come out: one row per group and scope, key `group_id, scope`.

    `low` to `high` is the average over the `scored_count` schools with a score; `final_low` to `final_high` that over
    all `asked_count`, each outstanding school anywhere from its least to its most; `placed_high` and
    `final_placed_high` are the ends as printed, without what the set leaves unallocated. Missing where no school is scored.
    """
    may = possible.set_index(["school_id", "group_id"])
    frame = standings.set_index(["school_id", "group_id"])
    is_scored = frame["state"].eq(_SCORED).fillna(False)
    bounds = pd.DataFrame(
        {
            "group_id": frame.index.get_level_values("group_id"), "scope": frame["level"].to_numpy(),
            "scored_count": is_scored.to_numpy(dtype=int), "asked_count": 1,
            **{name: frame[name].where(is_scored, 0.0).to_numpy(dtype=float) for name in _ENDS},
            **{f"final_{name}": may[name].reindex(frame.index).fillna(frame[name]).to_numpy(dtype=float) for name in _ENDS},
        }
    )  # fmt: skip
    by_level = bounds.groupby(["group_id", "scope"], sort=False, as_index=False).sum()
    whole = bounds.drop(columns="scope").groupby("group_id", sort=False, as_index=False).sum()
    sums = pd.concat([whole.assign(scope=ALL), by_level], ignore_index=True)
    for name in _ENDS:
        for column, count in ((name, "scored_count"), (f"final_{name}", "asked_count")):
            sums[column] = sums[column] / sums[count].where(sums[count] > 0)
    return sums.sort_values(
        "group_id", key=lambda ids: ids.map(list(dict.fromkeys(ids)).index), kind="stable", ignore_index=True
    )


def task_intervals(school_statuses: pd.DataFrame, silent: Sequence[str]) -> pd.DataFrame:
    """Count who has done each task, now and as it may still come out: one row per task, key `task_id`.

    `done_count` of `asked_count` now; `low_count` to `high_count` once the silent schools (nothing of them counts
    yet) have answered; `silent_count` of them are asked.
    """
    frame = school_statuses.assign(
        done_count=(school_statuses["status"] == "done").astype(int),
        silent_count=school_statuses["school_id"].isin(silent).astype(int),
        asked_count=1,
    )
    frame["low_count"] = frame["done_count"].where(frame["silent_count"] == 0, 0)
    frame["high_count"] = frame["done_count"].where(frame["silent_count"] == 0, 1)
    counts = ["done_count", "low_count", "high_count", "silent_count", "asked_count"]
    return frame.groupby("task_id", sort=False, as_index=False)[counts].sum()


def ratio_intervals(
    school_ratios: pd.DataFrame, silent: Sequence[str], before: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Bound each share over all schools: one row per ratio that is asked of a silent school, key `ratio_id`.

    `numerator` and `denominator` are those of the schools that count now. What a silent school adds to the denominator
    is not known; it is taken as it was the term before (`added`), and of it anything from nothing to all may belong to
    the numerator: `low_share` to `high_share` (0-1). Both are missing where that figure is not there for every one of
    the `silent_count` schools.
    """
    names = ("ratio_id", "school_id", "state", "denominator")
    known = (
        {}
        if before is None
        else {(row[0], row[1]): row[-1] for row in _lists(before, *names) if row[2] == COUNTED}
    )
    by_ratio: dict[str, list[tuple[Any, ...]]] = {}
    for ratio_id, *own in _lists(school_ratios, *names, "numerator"):
        by_ratio.setdefault(ratio_id, []).append(tuple(own))
    rows = []
    for ratio_id, schools in by_ratio.items():
        asked = [school_id for school_id, *_ in schools if school_id in silent]
        if not asked:
            continue
        now = [row for row in schools if row[1] == COUNTED]
        counted = [row for row in now if row[0] not in silent]
        added = [known.get((ratio_id, school_id)) for school_id in asked]
        more = None if None in added else float(sum(value for value in added if value is not None))
        bottom, top = (np.sum([row[place] for row in counted]) for place in (2, 3))
        whole = None if more is None else bottom + more
        low, high = (top / whole, (top + (more or 0.0)) / whole) if whole else (np.nan, np.nan)
        bottoms, tops = (np.sum([row[place] for row in now]) for place in (2, 3))
        rows.append((ratio_id, tops, bottoms, len(asked), more, low, high))
    columns = ["ratio_id", "numerator", "denominator", "silent_count", "added", "low_share", "high_share"]
    return pd.DataFrame(rows, columns=columns)
