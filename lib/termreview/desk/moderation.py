"""One comparison of what schools claim with what the office verified: by item, by school level, by school."""

from __future__ import annotations

import pandas as pd

from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow

BY_ITEM, BY_LEVEL, BY_SCHOOL = "item_id", "level", "school_id"


def verified_lines(now: TermNow, scope: Scope) -> pd.DataFrame:
    """The ledger lines that were verified: one row per school and item; `gap` is self minus verified.

    `gap` is missing where the school claimed nothing: nothing is compared then.
    """
    ledger = now.scored.ledger
    lines = ledger[ledger["verified_points"].notna()]
    schools = now.schools[["school_id", "short_name", "level", "level_title", "commune_name", "place"]]
    lines = scope.of(lines.merge(schools, on="school_id"))
    return lines.assign(gap=lines["self_points"] - lines["verified_points"])


def gaps(lines: pd.DataFrame, by: str) -> pd.DataFrame:
    """Sum self minus verified: one row per value of `by`, the largest mean gap either way first.

    `compared_count` of `verified_count` lines have a claim to compare with; `lowered_count` were verified below
    the claim, `raised_count` above; `self_points` and `verified_points` are sums over the compared lines.
    """
    compared = lines[lines["gap"].notna()]
    counts = lines.groupby(by, sort=False).agg(
        verified_count=("item_id", "size"), school_count=("school_id", "nunique")
    )
    sums = compared.groupby(by, sort=False).agg(
        compared_count=("gap", "size"),
        self_points=("self_points", "sum"),
        verified_points=("verified_points", "sum"),
        mean_gap=("gap", "mean"),
        lowered_count=("gap", lambda gap: int((gap > 0).sum())),
        raised_count=("gap", lambda gap: int((gap < 0).sum())),
    )
    frame = counts.join(sums)
    whole = ["compared_count", "lowered_count", "raised_count"]
    frame[whole] = frame[whole].fillna(0).astype(int)
    order = frame["mean_gap"].abs().fillna(-1)
    return frame.assign(order=order).sort_values("order", ascending=False, kind="stable").drop(
        columns="order"
    ).reset_index()  # fmt: skip


def coverage(now: TermNow, scope: Scope) -> dict[str, int]:
    """How much of the index was verified: schools and lines, each with what there is in the scope."""
    ids = set(scope.school_ids(now))
    scored = set(now.standings.loc[now.standings["state"] == "scored", "school_id"])
    ledger = now.scored.ledger
    lines = ledger[ledger["school_id"].isin(ids & scored) & (ledger["origin"] != "unallocated")]
    verified = lines[lines["verified_points"].notna()]
    return {
        "school_count": int(verified["school_id"].nunique()),
        "school_total": int(lines["school_id"].nunique()),
        "line_count": len(verified),
        "line_total": len(lines),
    }
