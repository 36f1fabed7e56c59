"""One change between two terms: only what the same schools answered in both."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.reference.kinds.measures import Ratio
from termreview.reference.kinds.units import Registry
from termreview.reporting.blocks.number_format import printed_difference
from termreview.reporting.summaries.index import NOT_CONCLUDED, NOT_SUBMITTED, OVERALL
from termreview.reporting.summaries.ratios import COUNTED, ratios_by_scope

DONE = "done"
SAME, MERGED, NEW, GONE = "same", "merged", "new", "gone"


def paired_schools(
    before: pd.DataFrame, after: pd.DataFrame, registry: Registry, since: pd.Timestamp, until: pd.Timestamp
) -> pd.DataFrame:
    """Say which schools compare: one row per school of either term, key `school_id`.

    `pairing` is `same` (expected in both terms), `merged` (grew out of others in between; `predecessors` names
    them), `new`, or `gone` (expected before only).
    """
    earlier = set(before["school_id"])
    names = dict(zip(before["school_id"], before["short_name"], strict=True))
    rows: list[tuple[str, str, str, list[str]]] = []
    for school_id, name in zip(after["school_id"], after["short_name"], strict=True):
        if school_id in earlier:
            rows.append((school_id, name, SAME, []))
            continue
        former = registry.predecessors(school_id, since.date(), until.date())
        rows.append((school_id, name, MERGED if former else NEW, [names.get(unit, unit) for unit in former]))
    later = set(after["school_id"])
    rows += [(school_id, name, GONE, []) for school_id, name in names.items() if school_id not in later]
    return pd.DataFrame(rows, columns=["school_id", "short_name", "pairing", "predecessors"])


def ratio_change(before: pd.DataFrame, after: pd.DataFrame, ratios: Sequence[Ratio]) -> pd.DataFrame:
    """Compare ratios: one row per ratio, over the schools that count in both terms (`counted_count`).

    `before_*` and `after_*` are sums over these schools alone; `change` is after minus before in the ratio's unit, both
    as they are printed; `is_better` says whether it went the wanted way.
    """
    counted = [frame[frame["state"] == COUNTED] for frame in (before, after)]
    keys = counted[0][["ratio_id", "school_id"]].merge(counted[1][["ratio_id", "school_id"]])
    sums = []
    for frame in counted:
        scoped = ratios_by_scope(frame.merge(keys), ratios)
        sums.append(scoped[scoped["scope"] == "all"].set_index("ratio_id"))
    columns = ["title", "short_title", "unit", "better", "outline", "mark", "is_money"]
    frame = pd.DataFrame({name: sums[1][name] for name in columns})
    for prefix, own in zip(("before", "after"), sums, strict=True):
        frame[f"{prefix}_numerator"] = own["numerator"]
        frame[f"{prefix}_denominator"] = own["denominator"]
        frame[f"{prefix}_value"] = own["value"]
    frame["counted_count"] = sums[1]["counted_count"]
    frame = frame[frame["counted_count"].fillna(0) > 0].copy()
    forms = ["percent1" if unit == "percent" else "ratio" for unit in frame["unit"]]
    ends = zip(frame["before_value"], frame["after_value"], forms, strict=True)
    frame["change"] = pd.Series([printed_difference(*end) for end in ends], index=frame.index, dtype=float)
    frame["is_better"] = (frame["change"] > 0) == (frame["better"] == "higher")
    frame["is_better"] &= frame["change"] != 0
    return frame.reset_index(names="ratio_id")


def status_change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare tasks: one row per task, over the schools that gave a status in both terms (`counted_count`).

    `gain` is the difference of both shares (0-100) as they are printed.
    """
    answered = [frame[~frame["status"].isin(["unanswered", "not_submitted"])] for frame in (before, after)]
    both = answered[0].merge(answered[1], on=["task_id", "school_id"], suffixes=("_before", "_after"))
    both = both.assign(
        before_count=both["status_before"].eq(DONE).astype(int), after_count=both["status_after"].eq(DONE).astype(int),
        counted_count=1,
    )  # fmt: skip
    frame = (
        both.groupby("task_id", sort=False)[["before_count", "after_count", "counted_count"]]
        .sum()
        .reset_index()
    )
    for prefix in ("before", "after"):
        frame[f"{prefix}_pct"] = 100 * frame[f"{prefix}_count"] / frame["counted_count"]
    ends = zip(frame["before_pct"], frame["after_pct"], strict=True)
    gains = [printed_difference(*end, "percent1") for end in ends]
    return frame.assign(gain=pd.Series(gains, index=frame.index, dtype=float))


def standing_change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare scores: one row per school present in both terms and group.

    `move` is `up`, `same`, `down`, or `open` where a level is missing on either side; `points` is `rise` or `fall`
    only where the two intervals, as printed, do not touch, else `overlap` (or `open`).
    """
    kept = ["school_id", "group_id", "standing", "state", "score_level", "low", "placed_high", "held_by"]
    frame = after.merge(before[kept], on=["school_id", "group_id"], suffixes=("_after", "_before"))
    is_open = frame[["standing_before", "standing_after"]].isin([NOT_CONCLUDED, NOT_SUBMITTED]).any(axis=1)
    gap = (frame["score_level_after"] - frame["score_level_before"]).astype("Float64").fillna(0)
    frame["move"] = (
        pd.Series("same", index=frame.index).mask(gap > 0, "up").mask(gap < 0, "down").mask(is_open, "open")
    )
    is_scored = frame["state_before"].eq("scored") & frame["state_after"].eq("scored")
    rise = frame["low_after"] > frame["placed_high_before"]
    fall = frame["placed_high_after"] < frame["low_before"]
    points = pd.Series("overlap", index=frame.index).mask(rise, "rise").mask(fall, "fall")
    frame["points"] = points.where(is_scored.fillna(False), "open")
    return frame


def level_moves(changes: pd.DataFrame, group_id: str, standings: Sequence[str]) -> pd.DataFrame:
    """Count moves between standings of one group: one row per standing before, one column per standing after."""
    own = changes[changes["group_id"] == group_id]
    counts = pd.crosstab(own["standing_before"], own["standing_after"])
    return counts.reindex(index=list(standings), columns=list(standings), fill_value=0)


def moves_by_group(changes: pd.DataFrame) -> pd.DataFrame:
    """Count the moves of each group: one row per group with the counts of up, same, down and open."""
    own = changes[changes["group_id"] != OVERALL]
    counts = pd.crosstab(own["group_id"], own["move"]).reindex(
        columns=["up", "same", "down", "open"], fill_value=0
    )
    return counts.rename_axis(columns=None).reset_index()
