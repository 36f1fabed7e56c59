"""One criterion of one school: the share of its points that is surely won, and where each school is weakest."""

from __future__ import annotations

import pandas as pd

from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reporting.summaries.index import UNALLOCATED
from termreview.scoring.rules import UNANSWERED


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
