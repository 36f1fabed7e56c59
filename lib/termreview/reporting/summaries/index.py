"""One score of one school or scope on the indicator set: bounds, levels, criteria, conditions, open points."""

from __future__ import annotations

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reporting.blocks.rows import Record
from termreview.reporting.term.schools import ALL, with_all
from termreview.scoring.levels import UNKNOWN, held_by
from termreview.scoring.rules import UNANSWERED

OVERALL = "overall"
NOT_CONCLUDED, NOT_SUBMITTED = "not_concluded", "not_submitted"
UNALLOCATED = "unallocated"
__all__ = [
    "ALL", "NOT_CONCLUDED", "NOT_SUBMITTED", "OVERALL", "criterion_shares", "failed_conditions", "group_marks", "held_text",
    "level_distribution", "level_with_reason", "not_concluded", "open_by_gap_alone", "open_points", "open_reasons", "school_scores",
    "second_level", "surely_reached", "with_placed_high",
]  # fmt: skip


def school_scores(scores: pd.DataFrame, schools: pd.DataFrame, indicator_set: IndicatorSet) -> pd.DataFrame:
    """Say where each school stands: one row per school the set applies to and group, key `school_id, group_id`.

    `standing` is `level_1` … `level_3` where both bounds conclude one level, `not_concluded` where they do not,
    and `not_submitted`. Preschools have no row: the set does not apply to them. Levels follow from `low` and `high`;
    a report prints `low` to `placed_high`. `held_by` says what keeps a level below its points, where something does.
    """
    asked = schools.loc[
        schools["level"].isin(indicator_set.levels),
        ["school_id", "short_name", "level", "level_title", "place"],
    ]
    groups = [*(group.group_id for group in indicator_set.groups), OVERALL]
    frame = asked.merge(pd.DataFrame({"group_id": groups}), how="cross")
    kept = [
        "school_id", "group_id", "state", "low", "high", "max_points", "level_low", "level_high", "level",
        "conditions", "conditions_failed", "reason", "held_by",
    ]  # fmt: skip
    own = scores.assign(held_by=held_by(scores, indicator_set))[kept].rename(
        columns={name: f"score_{name}" for name in kept if name.startswith("level")}
    )
    frame = with_placed_high(frame.merge(own, on=["school_id", "group_id"], how="left"), indicator_set)
    standing = "level_" + frame["score_level"].astype("string")
    is_scored = frame["state"].eq("scored").fillna(False).astype(bool)
    frame["standing"] = standing.where(is_scored, NOT_SUBMITTED).fillna(NOT_CONCLUDED).astype(object)
    return frame


def held_text(reference: Reference, held_by: str) -> str:
    """Why a level is below the one of its points, in words; blank where nothing keeps it there.

    `held_by` is what `termreview.scoring.levels.held_by` tells of it.
    """
    if not held_by:
        return ""
    template = str(reference.labels["held_levels"][UNKNOWN if held_by == UNKNOWN else "failed"])
    return template.format(names=", ".join(held_by.split(";")))


def level_with_reason(reference: Reference, level: str, held_by: str) -> str:
    """One level as it stands beside points: with the reason where it is not the one that they give."""
    return f"{level} {held_text(reference, held_by)}".rstrip()


def with_placed_high(scores: pd.DataFrame, indicator_set: IndicatorSet) -> pd.DataFrame:
    """Add `placed_high` to rows with `group_id, high`: the most a score may come to on the points that items hold.

    Points that the set leaves unallocated are a gap of the set, not of a school: levels allow for them, printed
    points leave them out.
    """
    unplaced = {group.group_id: group.unplaced_points for group in indicator_set.groups}
    unplaced[OVERALL] = sum(unplaced.values())
    return scores.assign(placed_high=scores["high"] - scores["group_id"].map(unplaced).astype(float))


def level_distribution(standings: pd.DataFrame, indicator_set: IndicatorSet) -> pd.DataFrame:
    """Count schools by level reached: one row per group and scope, key `group_id, scope`.

    `reached_count` are the schools whose lowest possible level is the second one or above, concluded or not.
    """
    parts = [*(f"level_{level}" for level in indicator_set.level_titles()), NOT_CONCLUDED, NOT_SUBMITTED]
    counts = pd.crosstab([standings["group_id"], standings["level"]], standings["standing"])
    counts = counts.reindex(columns=parts, fill_value=0).add_suffix("_count").rename_axis(columns=None)
    frame = counts.reset_index().rename(columns={"level": "scope"})
    levels = list(dict.fromkeys(standings["level"]))
    frame = frame.sort_values("scope", key=lambda scopes: scopes.map(levels.index), kind="stable")
    frame["asked_count"] = frame[[f"{part}_count" for part in parts]].sum(axis=1)
    reached = standings[surely_reached(standings, indicator_set)].groupby(["group_id", "level"]).size()
    keys = pd.MultiIndex.from_frame(frame[["group_id", "scope"]])
    frame["reached_count"] = reached.reindex(keys, fill_value=0).to_numpy(dtype=int)
    frame["scored_count"] = frame["asked_count"] - frame[f"{NOT_SUBMITTED}_count"]
    frame = with_all(frame, ["group_id"])
    groups = [*(group.group_id for group in indicator_set.groups), OVERALL]
    absent = [group_id for group_id in groups if group_id not in set(frame["group_id"])]  # preschools alone
    if absent:
        frame = pd.DataFrame({"group_id": absent, "scope": ALL}).reindex(columns=frame.columns, fill_value=0)
    return frame.sort_values("group_id", kind="stable", ignore_index=True)


def second_level(indicator_set: IndicatorSet) -> int:
    """The level that headlines count from: the second lowest; 0 in a set of one level."""
    numbers = sorted(indicator_set.level_titles())
    return numbers[1] if len(numbers) > 1 else 0


def open_above(indicator_set: IndicatorSet, row: Record) -> int:
    """How many schools of one row of `level_distribution` have no concluded level and surely reach the second one."""
    return int(row["reached_count"]) - sum(
        int(row[f"level_{level}_count"])
        for level in indicator_set.level_titles()
        if level >= second_level(indicator_set)
    )


def surely_reached(standings: pd.DataFrame, indicator_set: IndicatorSet) -> pd.Series:
    """Whether each scored group lies at the second level or above wherever within its bounds it comes out."""
    is_scored = standings["state"].eq("scored").fillna(False).astype(bool)
    is_above = (standings["score_level_low"] >= second_level(indicator_set)).fillna(False).astype(bool)
    return is_scored & is_above


def criterion_shares(
    ledger: pd.DataFrame, standings: pd.DataFrame, indicator_set: IndicatorSet
) -> pd.DataFrame:
    """Sum the points of each criterion over the scored schools: one row per criterion and scope.

    `low_share` and `high_share` (0-1) are the summed bounds over the summed maximum; points that the set leaves
    unallocated belong to no criterion and are left out. `mark` is the least sure one among its items and rules.
    """
    scored = standings.loc[standings["state"] == "scored", ["school_id", "level"]].drop_duplicates()
    lines = ledger[ledger["origin"] != UNALLOCATED].merge(scored, on="school_id")
    sums = lines.groupby(["criterion_id", "level"], sort=False).agg(
        low=("low", "sum"),
        high=("high", "sum"),
        max_points=("max_points", "sum"),
        school_count=("school_id", "nunique"),
    )
    marks = ledger[ledger["origin"] != UNALLOCATED].groupby("criterion_id")["mark"].max()
    frame = with_all(sums.reset_index().rename(columns={"level": "scope"}), ["criterion_id"])
    about = pd.DataFrame(
        [
            (
                criterion.criterion_id,
                criterion.group_id,
                criterion.title,
                marks.get(criterion.criterion_id, criterion.mark),
            )
            for group in indicator_set.groups
            for criterion in group.criteria
            if not criterion.is_condition
        ],
        columns=["criterion_id", "group_id", "title", "mark"],
    )
    frame = about.merge(frame, on="criterion_id", how="left")
    frame["low_share"] = (frame["low"] / frame["max_points"]).astype(float)
    frame["high_share"] = (frame["high"] / frame["max_points"]).astype(float)
    return frame


def group_marks(ledger: pd.DataFrame) -> dict[str, str]:
    """The least sure mark among the lines of each group: how far its points can be trusted."""
    return {str(group_id): str(mark) for group_id, mark in ledger.groupby("group_id")["mark"].max().items()}


def failed_conditions(standings: pd.DataFrame, indicator_set: IndicatorSet) -> pd.DataFrame:
    """Count schools short of each mandatory condition: one row per condition, key `criterion_id`.

    `failed_count` of `scored_count` schools; `school_names` lists them in registry order.
    """
    scored = standings[(standings["state"] == "scored") & (standings["group_id"] != OVERALL)]
    failed = scored.assign(criterion_id=scored["conditions_failed"].fillna("").astype(str).str.split(";"))
    failed = failed.explode("criterion_id")
    failed["criterion_id"] = failed["criterion_id"].str.strip()
    failed = failed.drop_duplicates(["school_id", "criterion_id"]).sort_values("place", kind="stable")
    names = failed.groupby("criterion_id")["short_name"].agg(list)
    school_count = scored["school_id"].nunique()
    rows = [
        (
            condition.criterion_id, group.group_id, condition.title, condition.mark,
            len(names.get(condition.criterion_id, [])), school_count, names.get(condition.criterion_id, []),
        )
        for group in indicator_set.groups
        for condition in group.conditions
    ]  # fmt: skip
    columns = ["criterion_id", "group_id", "title", "mark", "failed_count", "scored_count", "school_names"]
    return pd.DataFrame(rows, columns=columns)


def open_points(ledger: pd.DataFrame, standings: pd.DataFrame) -> pd.DataFrame:
    """Sum the points still open: one row per school, group and reason, key `school_id, group_id, reason`."""
    scored = standings.loc[standings["state"] == "scored", ["school_id"]].drop_duplicates()
    lines = ledger.merge(scored, on="school_id")
    lines = lines.assign(open_points=lines["high"] - lines["low"])
    lines = lines[lines["open_points"] > 0]
    return lines.groupby(["school_id", "group_id", "reason"], as_index=False).agg(
        open_points=("open_points", "sum"), item_count=("item_id", "nunique")
    )


def open_reasons(open_by_school: pd.DataFrame) -> pd.DataFrame:
    """Sum the open points by reason: one row per group and reason, largest first within the group."""
    frame = open_by_school.groupby(["group_id", "reason"], as_index=False).agg(
        open_points=("open_points", "sum"),
        item_count=("item_count", "sum"),
        school_count=("school_id", "nunique"),
    )
    return frame.sort_values(["group_id", "open_points"], ascending=[True, False], ignore_index=True)


def open_by_gap_alone(not_concluded: pd.DataFrame) -> pd.Series:
    """Whether nothing but the unallocated points of the set keeps each result of `not_concluded` open."""
    alone = [{reason for reason, _ in reasons} == {UNALLOCATED} for reasons in not_concluded["reasons"]]
    return pd.Series(alone, index=not_concluded.index, dtype=bool) & (
        not_concluded["conditions"] != "unknown"
    )


def not_concluded(standings: pd.DataFrame, open_by_school: pd.DataFrame) -> pd.DataFrame:
    """List what is not concluded: one row per school and group, with the points open by reason (`reasons`)."""
    rows = standings[(standings["standing"] == NOT_CONCLUDED) & (standings["group_id"] != OVERALL)]
    ordered = open_by_school.sort_values("open_points", ascending=False, kind="stable")
    by_key: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for school_id, group_id, reason, points in zip(
        *(ordered[name].tolist() for name in ("school_id", "group_id", "reason", "open_points")), strict=True
    ):
        by_key.setdefault((school_id, group_id), []).append((reason, points))
    keys = zip(rows["school_id"], rows["group_id"], strict=True)
    return rows.assign(
        reasons=pd.Series([by_key.get(key, []) for key in keys], index=rows.index, dtype=object)
    )


def school_points(ledger: pd.DataFrame, standings: pd.DataFrame) -> pd.DataFrame:
    """Sum the points of each criterion at each scored school: one row per school and criterion, its index.

    `low` is what is surely won, `high` what may still be, of `max_points`; `is_blank` where the school left an item of
    it blank. Points that belong to no criterion are left out.
    """
    scored = standings.loc[standings["state"] == "scored", "school_id"]
    lines = ledger[(ledger["origin"] != UNALLOCATED) & ledger["school_id"].isin(scored)]
    grouped = lines.assign(is_blank=lines["reason"].eq(UNANSWERED)).groupby(["school_id", "criterion_id"])
    return grouped[["low", "high", "max_points"]].sum().assign(is_blank=grouped["is_blank"].any())


def school_criteria(
    points: pd.DataFrame, standings: pd.DataFrame, indicator_set: IndicatorSet
) -> pd.DataFrame:
    """Share out what is surely won of each criterion: one row per scored school, one column per criterion (0-1).

    Schools stand in registry order, criteria in the order of the set; mandatory conditions are left out. Missing where
    the school left an item blank: it is not the weakest there for want of an answer.
    """
    scored = standings[standings["state"] == "scored"].drop_duplicates("school_id")
    criteria = [
        criterion.criterion_id
        for group in indicator_set.groups
        for criterion in group.criteria
        if not criterion.is_condition
    ]
    is_fair = (points["max_points"] > 0) & ~points["is_blank"]
    shares = (points["low"] / points["max_points"].where(is_fair)).unstack("criterion_id")
    order = scored.sort_values("place", kind="stable")["school_id"]
    return shares.reindex(index=list(order), columns=criteria).astype(float).rename_axis(columns=None)


def by_weakest(shares: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Sort one table of shares so that its structure shows.

    Criteria from the strongest to the weakest over all schools; schools by the criterion they are weakest in, those of
    the most common weakness first, in registry order within each (no ranking of schools). Also returns that criterion
    for each school: of several equally weak ones the commonest.
    """
    known = shares.dropna(how="all")
    columns = known.mean().sort_values(ascending=False, kind="stable").index
    known = known[columns]
    lowest = known.min(axis=1)
    is_weakest = known.eq(lowest, axis=0)
    common = is_weakest.sum().sort_values(ascending=False, kind="stable").index
    weakest = is_weakest[common].idxmax(axis=1)
    counts = weakest.value_counts()
    places = {name: place for place, name in enumerate(sorted(counts.index, key=lambda name: (-counts[name], list(columns).index(name))))}  # fmt: skip
    order = weakest.map(places).sort_values(kind="stable").index
    return known.loc[order], weakest.loc[order]
