"""One pair of schools that can learn from each other: weak in a criterion here, good at it nearby, verified first.

Criteria have one row per school and criterion: `school_id, level, unit_id, criterion_id, low, high, max_points,
verified_share` (the share of the sure points that the office has verified, 0-1).
"""

from __future__ import annotations

import pandas as pd

from termreview.reference.texts.insight import Limits

PAIR_COLUMNS = [
    "criterion_id", "learner_id", "teacher_id", "level", "is_same_unit", "is_verified", "learner_share",
    "teacher_share", "points",
]  # fmt: skip


def pairs(criteria: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Give each school that is weak in a criterion its teacher: one row per learner and criterion that has one.

    Weak is who stays below the declared share of the points even if all that is open were granted; good is who
    reaches the declared share for sure. Of the good schools of the same level the verified come first, then those of
    the same commune, then the best; nobody teaches more schools in one criterion than declared, those that lack most
    choose first. `points` is what the learner lacks to its teacher.
    """
    frame = criteria[criteria["max_points"] > 0]
    frame = frame.assign(sure=frame["low"] / frame["max_points"], best=frame["high"] / frame["max_points"])
    rows: list[tuple[object, ...]] = []
    for (criterion_id, level), own in frame.groupby(["criterion_id", "level"], sort=False):
        learners = own[own["best"] < limits.weak_share].sort_values(["best", "school_id"], kind="stable")
        teachers = own[own["sure"] >= limits.good_share].to_dict("records")
        asked = dict.fromkeys((one["school_id"] for one in teachers), 0)
        for learner in learners.to_dict("records"):
            free = [one for one in teachers if asked[one["school_id"]] < limits.most_learners]
            if not free:
                break
            best = min(
                free,
                key=lambda one: (
                    one["verified_share"] < 1, one["unit_id"] != learner["unit_id"], -one["sure"],
                    asked[one["school_id"]], one["school_id"],
                ),
            )  # fmt: skip
            asked[best["school_id"]] += 1
            points = learner["max_points"] * (best["sure"] - learner["best"])
            rows.append(
                (criterion_id, learner["school_id"], best["school_id"], level, best["unit_id"] == learner["unit_id"],
                 best["verified_share"] >= 1, learner["best"], best["sure"], points)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=PAIR_COLUMNS)


def pair_of_each_unit(found: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """One pair to visit per commune: the learner and teacher with most points to win over all their criteria.

    Parameters
    ----------
    found
        As `pairs` gives them.
    units
        The commune by school.

    Returns
    -------
    pandas.DataFrame
        `unit_id, learner_id, teacher_id, criteria, points`, in the order of the learners' communes.
    """
    columns = ["unit_id", "learner_id", "teacher_id", "criteria", "points"]
    if found.empty:
        return pd.DataFrame(columns=columns)
    keys = ["unit_id", "learner_id", "teacher_id"]
    sums = (
        found.assign(unit_id=found["learner_id"].map(units))
        .groupby(keys, sort=False)
        .agg(criteria=("criterion_id", lambda ids: ";".join(ids)), points=("points", "sum"))
        .reset_index()
    )
    best = sums.sort_values(
        ["points", "learner_id", "teacher_id"], ascending=[False, True, True], kind="stable"
    )
    return best.drop_duplicates("unit_id").sort_values("unit_id", kind="stable", ignore_index=True)
