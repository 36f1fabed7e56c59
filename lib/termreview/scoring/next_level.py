"""One path of one school: the cheapest set of steps that surely takes every group to the level after its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.advice import Advice
from termreview.reference.kinds.indicators import Group, IndicatorSet
from termreview.scoring.levels import OVERALL

EVIDENCE, RAISE, CONDITION = "evidence", "raise", "condition"
# Why points that a school claims do not count yet: papers and figures are lacking, not the work itself.
_PAPER_REASONS = frozenset({"no_evidence", "no_facts"})
_TINY = 1e-9
Line = dict[Any, Any]


@dataclass(frozen=True)
class PathStep:
    """One step: points of one item from `before` to `after`, or one mandatory condition (no points)."""

    kind: str
    group_id: str
    key: str
    before: float
    after: float
    effort: int

    @property
    def gain(self) -> float:
        """Points won."""
        return self.after - self.before


@dataclass(frozen=True)
class NextLevel:
    """One school's way to `level`; `is_reachable` says whether the steps it still has are enough."""

    school_id: str
    level: int
    is_reachable: bool
    steps: tuple[PathStep, ...]

    @property
    def effort(self) -> int:
        """The efforts of all steps together."""
        return sum(step.effort for step in self.steps)


def next_levels(
    ledger: pd.DataFrame, scores: pd.DataFrame, reference: TermReference, advice: Advice
) -> dict[str, NextLevel]:
    """Find the path of every scored school below the highest level, by school.

    The level aimed at is the one after the lowest that the school may have now. It counts as reached when the
    lowest possible score of each group reaches it and all mandatory conditions are met: points that could not be
    placed, and items in doubt, are not counted on. Of all sets of steps that do, the one with the least effort is
    taken, then with the fewest steps, then with the most points, then the first in the order of the set.
    """
    indicator_set = reference.indicator_set
    top = max(indicator_set.level_titles())
    whole = scores[(scores["group_id"] == OVERALL) & (scores["state"] == "scored")]
    lowest = dict(zip(whole["school_id"].tolist(), whole["level_low"].tolist(), strict=True))
    lines: dict[str, list[Line]] = {}
    names = ("school_id", "item_id", "low", "max_points", "self_points", "reason")
    for values in zip(*(ledger[name].tolist() for name in names), strict=True):
        lines.setdefault(values[0], []).append(dict(zip(names, values, strict=True)))
    groups = {
        (row["school_id"], row["group_id"]): row
        for row in scores[scores["state"] == "scored"].to_dict("records")
    }
    found = {}
    for school_id, level in lowest.items():
        if level < top:
            target = int(level) + 1
            own = {group.group_id: groups[school_id, group.group_id] for group in indicator_set.groups}
            found[school_id] = _path(school_id, target, lines[school_id], own, indicator_set, advice)
    return found


def _path(
    school_id: str,
    target: int,
    rows: list[Line],
    groups: dict[str, Line],
    indicator_set: IndicatorSet,
    advice: Advice,
) -> NextLevel:
    steps: list[PathStep] = []
    is_reachable = True
    for group in indicator_set.groups:
        row = groups[group.group_id]
        if int(row["level_low"]) >= target:
            continue
        if row["conditions"] in ("failed", "unknown"):
            steps += _condition_steps(group, row, advice)
        needed = points_needed(indicator_set, target, float(row["low"]))
        chosen = cheapest(options_of(rows, group, advice), needed)
        is_reachable &= chosen is not None
        steps += chosen or []
    return NextLevel(school_id, target, is_reachable, tuple(steps))


def points_needed(indicator_set: IndicatorSet, level: int, low: float) -> float:
    """How many points lack from a total to a level; the smallest step above an edge that is itself outside."""
    band = next(band for band in indicator_set.level_bands if int(band.low) == level)
    return max(0.0, band.start - low + (1e-6 if band.is_open else 0.0))


def _condition_steps(group: Group, row: Line, advice: Advice) -> list[PathStep]:
    failed = str(row["conditions_failed"] or "").split(";") if row["conditions"] == "failed" else []
    return [
        PathStep(CONDITION, group.group_id, condition.criterion_id, 0.0, 0.0, advice.condition_effort)
        for condition in group.conditions
        if not failed or condition.criterion_id in failed
    ]


def options_of(rows: list[Line], group: Group, advice: Advice) -> list[list[PathStep]]:
    """The steps still open at each item of one group, at most one of which is taken: papers, or the work itself."""
    options = []
    known = {item.item_id for item in group.items}
    for row in rows:
        if row["item_id"] not in known:
            continue
        low, most = float(row["low"]), float(row["max_points"])
        own = row["self_points"]
        steps = []
        if row["reason"] in _PAPER_REASONS and not pd.isna(own) and own > low + _TINY:
            steps.append(
                PathStep(EVIDENCE, group.group_id, row["item_id"], low, float(own), advice.evidence_effort)
            )
        if most > low + _TINY:
            steps.append(
                PathStep(RAISE, group.group_id, row["item_id"], low, most, advice.effort(row["item_id"]))
            )
        if steps:
            options.append(steps)
    return options


def cheapest(options: list[list[PathStep]], needed: float) -> list[PathStep] | None:
    """The steps, at most one of each item, that win at least the points needed: least effort, fewest steps, most points.

    None where all of them together do not. Exact: for each effort and number of steps the most points that they
    can win, item by item.
    """
    if needed <= 0:
        return []
    best: dict[tuple[int, int], tuple[float, tuple[PathStep, ...]]] = {(0, 0): (0.0, ())}
    for steps in options:
        reached = dict(best)
        for (effort, count), (gain, taken) in best.items():
            for step in steps:
                key = (effort + step.effort, count + 1)
                if gain + step.gain > reached.get(key, (-1.0, ()))[0] + _TINY:
                    reached[key] = (gain + step.gain, (*taken, step))
        best = reached
    enough = [key for key, (gain, _) in best.items() if gain + _TINY >= needed]
    return list(best[min(enough)][1]) if enough else None
