"""One score per group and school, rebuilt from the ledger alone, and the level where both bounds agree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.indicators import Criterion, Group, IndicatorSet
from termreview.scoring.ledger import facts_of, scored_schools
from termreview.scoring.rules import Facts, Flags, Numbers, Words, banded
from termreview.storage.contracts import CONTRACTS

OVERALL = "overall"
NOT_APPLICABLE = "not_applicable"
UNKNOWN = "unknown"


def build_scores(ledger: pd.DataFrame, observations: pd.DataFrame, reference: TermReference) -> pd.DataFrame:
    """Build the scores of one term: a row per group, and one for the whole set, of every expected school.

    A level is concluded only where the lowest and the highest possible score give the same one. A failed
    condition keeps the group at the lowest level; the whole set takes the lower of its groups. Schools to
    which the set does not apply are `not_applicable`, never zero.
    """
    if reference.indicator_set.is_none:
        return _with_not_applicable(pd.DataFrame(columns=list(CONTRACTS["scores"].columns)), reference)
    schools = scored_schools(reference)
    ids = [school_id for school_id, _ in schools]
    requires = [
        name
        for group in reference.indicator_set.groups
        for part in group.conditions
        for name in part.requires
    ]
    facts = facts_of(observations, schools, requires)
    is_submitted = _submitted(observations, ids)
    sums = ledger.groupby(["group_id", "school_id"])[["low", "high"]].sum()
    parts = []
    for group in reference.indicator_set.groups:
        bounds = sums.reindex([(group.group_id, school_id) for school_id in ids])
        low, high = (in_points(bounds[name].to_numpy(dtype=float)) for name in ("low", "high"))
        parts.append(_group_scores(group, reference, facts, ids, low, high, is_submitted))
    scores = pd.concat([*parts, _overall(parts, ids)], ignore_index=True)
    return _with_not_applicable(scores, reference)


def levels_of(points: Numbers, reference: TermReference) -> Numbers:
    """The level each total reaches by the bands of the set."""
    return banded(reference.indicator_set.level_bands, points, np.ones_like(points))[0]


def sure_levels(low: Numbers, is_met: Flags, reference: TermReference) -> Numbers:
    """The level that each total surely reaches: the lowest one where a mandatory condition may not be met."""
    return np.where(is_met, levels_of(low, reference), float(reference.indicator_set.level_bands[0].low))


def held_by(scores: pd.DataFrame, indicator_set: IndicatorSet) -> pd.Series:
    """What keeps each level below the one that its points alone would give; blank where nothing does.

    The mandatory conditions that failed (`1.1;1.2`), or `unknown` where it is open whether they are met. The points of the
    whole set stand for no level of their own: there the lower of its groups is asked.

    Parameters
    ----------
    scores
        Rows as `build_scores` builds them, all groups of a school together.
    """
    is_scored = scores["state"].eq("scored").fillna(False).astype(bool)
    if not is_scored.any():
        return pd.Series("", index=scores.index, dtype=object)
    is_lower = pd.Series(False, index=scores.index)
    for end in ("low", "high"):
        points = scores[end].fillna(0).to_numpy(dtype=float)
        alone = pd.Series(
            banded(indicator_set.level_bands, points, np.ones_like(points))[0], index=scores.index
        )
        groups = alone.where(scores["group_id"] != OVERALL).groupby(scores["school_id"]).transform("min")
        alone = alone.where(scores["group_id"] != OVERALL, groups)
        is_lower |= (scores[f"level_{end}"].astype("Float64") < alone).fillna(False).astype(bool)
    named = scores["conditions_failed"].where(scores["conditions"].eq("failed"), UNKNOWN)
    return named.where(is_scored & is_lower, "").astype(object)


def in_points(sums: Numbers) -> Numbers:
    """Sums of points without the dust of binary ones: points are declared in decimals, 0,1 + 0,2 is 0,3."""
    return np.round(sums, 6)


def condition_states(condition: Criterion, facts: Facts) -> Words:
    """`met`, `failed` or `unknown` per school: every required answer there, one denied, or one still open."""
    states = [facts.state(name) for name in condition.requires]
    failed = np.any([state == "nothing_to_report" for state in states], axis=0)
    met = np.all([state == "answered" for state in states], axis=0)
    return np.select([failed, met], ["failed", "met"], "unknown").astype(object)


def _submitted(observations: pd.DataFrame, ids: list[str]) -> Flags:
    silent = set(observations.loc[observations["state"] == "not_submitted", "school_id"].unique())
    known = set(observations["school_id"].unique())
    return np.array([school_id in known and school_id not in silent for school_id in ids], dtype=bool)


def _group_scores(
    group: Group,
    reference: TermReference,
    facts: Facts,
    ids: list[str],
    low: Numbers,
    high: Numbers,
    is_submitted: Flags,
) -> pd.DataFrame:
    by_condition = {part.criterion_id: condition_states(part, facts) for part in group.conditions}
    grid = np.array(list(by_condition.values()), dtype=object).reshape(len(by_condition), len(ids))
    failed, met = (grid == "failed").any(axis=0), (grid == "met").all(axis=0)
    lowest = float(reference.indicator_set.level_bands[0].low)
    level_low = sure_levels(low, met, reference)
    level_high = np.where(failed, lowest, levels_of(high, reference))
    names = np.array(list(by_condition), dtype=object)
    return pd.DataFrame(
        {
            "school_id": ids,
            "group_id": group.group_id,
            "state": np.where(is_submitted, "scored", "not_submitted"),
            "low": low,
            "high": high,
            "max_points": group.max_points,
            "level_low": level_low,
            "level_high": level_high,
            "conditions": np.select([failed, met], ["failed", "met"], "unknown") if by_condition else "none",
            "conditions_failed": [";".join(names[column == "failed"]) or None for column in grid.T],
            "reason": np.select(
                [level_low == level_high, ~is_submitted, ~met & ~failed],
                ["concluded", "not_submitted", "condition_unknown"],
                "bounds_apart",
            ),
        }
    )


def _overall(parts: list[pd.DataFrame], ids: list[str]) -> pd.DataFrame:
    level_low = np.min([part["level_low"] for part in parts], axis=0)
    level_high = np.min([part["level_high"] for part in parts], axis=0)
    failed = np.any([part["conditions"] == "failed" for part in parts], axis=0)
    absent = np.all([part["conditions"] == "none" for part in parts], axis=0)
    met = np.all([part["conditions"].isin(["met", "none"]) for part in parts], axis=0)
    named = zip(*(part["conditions_failed"] for part in parts), strict=True)
    return pd.DataFrame(
        {
            "school_id": ids,
            "group_id": OVERALL,
            "state": parts[0]["state"],
            "low": np.sum([part["low"] for part in parts], axis=0),
            "high": np.sum([part["high"] for part in parts], axis=0),
            "max_points": sum(part["max_points"].iloc[0] for part in parts) if ids else 0.0,
            "level_low": level_low,
            "level_high": level_high,
            "conditions": np.select([failed, absent, met], ["failed", "none", "met"], "unknown"),
            "conditions_failed": [
                ";".join(part for part in row if isinstance(part, str)) or None for row in named
            ],
            "reason": np.select(
                [level_low == level_high, parts[0]["state"] == "not_submitted"],
                ["concluded", "not_submitted"],
                "groups_open",
            ),
        }
    )


def _with_not_applicable(scores: pd.DataFrame, reference: TermReference) -> pd.DataFrame:
    """Every expected school a row per group, in registry order; the level set where it is concluded."""
    groups = [*(group.group_id for group in reference.indicator_set.groups), OVERALL]
    everyone = pd.MultiIndex.from_product(
        [[school.unit_id for school in reference.schools], groups], names=["school_id", "group_id"]
    )
    whole = scores.set_index(["school_id", "group_id"]).reindex(everyone).reset_index()
    is_outside = whole["state"].isna()
    whole["state"] = whole["state"].where(~is_outside, NOT_APPLICABLE)
    whole["conditions"] = whole["conditions"].where(~is_outside, "none")
    whole["reason"] = whole["reason"].where(~is_outside, NOT_APPLICABLE)
    whole["level"] = whole["level_low"].where(whole["level_low"] == whole["level_high"])
    whole["term_id"] = reference.term.term_id
    return whole
