"""One group of the index at one school in one term, over all terms that were run: what insight looks back on.

A history has one row per expected school, group (and `overall`) and term: `school_id, term_id, school_year, part, level,
unit_id, group_id, low, high, most, rule_id, margin, is_reached, size, low_before`. `low`, `high` and `margin` (sure
points above the edge of the second level) are missing where the school was not scored, `is_reached` also where open
points leave it unsettled whether the second level is reached; `size` are its pupils. Where the same part of the year
before was scored by another index, `low_before` are the sure points by that one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.summaries.index import OVERALL, second_level
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.term.term_tables import TermTables
from termreview.scoring.earlier_rule import sure_points_by
from termreview.terms import Term, parse_term

COLUMNS = [
    "school_id", "term_id", "school_year", "part", "level", "unit_id", "group_id", "low", "high", "most", "rule_id",
    "margin", "is_reached", "size", "low_before",
]  # fmt: skip
NO_HISTORY = pd.DataFrame(columns=COLUMNS)


def term_history(
    reference: Reference, declared: TermReference, tables: TermTables, ran: Iterable[Term] = ()
) -> pd.DataFrame:
    """The rows of one term; none where it is not scored.

    Parameters
    ----------
    ran
        The terms that the history has: the year before is looked for among them.
    """
    index, scores, observations = declared.indicator_set, tables.scores, tables.observations
    if index.is_none:
        return NO_HISTORY
    schools = expected_schools(declared, reference.registry).set_index("school_id")
    rows = scores[scores["school_id"].isin(schools.index)]
    is_scored = rows["state"].eq("scored").to_numpy(dtype=bool)
    low, high = (
        np.where(is_scored, rows[name].to_numpy(dtype=float, na_value=np.nan), np.nan)
        for name in ("low", "high")
    )
    second = second_level(index)
    edge = next((band.start for band in index.level_bands if int(band.low) == second), np.nan)
    sizes = observations[observations["field_id"] == reference.insight.size_field]
    size = dict(
        zip(sizes["school_id"], sizes["value_number"].to_numpy(dtype=float, na_value=np.nan), strict=True)
    )
    before = _low_before(reference, declared, tables, ran)
    keys = zip(rows["school_id"], rows["group_id"], strict=True)
    level_low, level_high = (
        rows[name].to_numpy(dtype=float, na_value=np.nan) for name in ("level_low", "level_high")
    )
    is_settled = is_scored & ((level_low >= second) | (level_high < second))
    return pd.DataFrame(
        {
            "school_id": rows["school_id"].to_numpy(),
            "term_id": declared.term.term_id,
            "school_year": declared.term.school_year,
            "part": declared.term.part,
            "level": rows["school_id"].map(schools["level"]).to_numpy(),
            "unit_id": rows["school_id"].map(schools["commune_id"]).to_numpy(),
            "group_id": rows["group_id"].to_numpy(),
            "low": low,
            "high": high,
            "most": rows["max_points"].to_numpy(dtype=float, na_value=np.nan),
            "rule_id": index.set_id,
            "margin": low - edge,
            "is_reached": pd.Series(level_low >= second, dtype=object).where(is_settled, None).to_numpy(),
            "size": [size.get(school_id, np.nan) for school_id in rows["school_id"]],
            "low_before": np.where(is_scored, [before.get(key, np.nan) for key in keys], np.nan),
        },
        columns=COLUMNS,
    )


def _low_before(
    reference: Reference, declared: TermReference, tables: TermTables, ran: Iterable[Term]
) -> dict[tuple[str, str], float]:
    """By school and group, the sure points by the index of the year before; none where it was the same one."""
    earlier = [term for term in reference.calendar.same_part_before(declared.term) if term in set(ran)]
    if not earlier:
        return {}
    index = reference.of(earlier[-1]).indicator_set
    if index.is_none or index.set_id == declared.indicator_set.set_id:
        return {}
    found = sure_points_by(index, declared, tables.observations, tables.ledger)
    low = dict(
        zip(zip(found["school_id"], found["group_id"], strict=True), found["low"].astype(float), strict=True)
    )
    wholes = {group.group_id for group in index.groups} == set(found["group_id"])
    sums = found.groupby("school_id", sort=False)["low"].agg(lambda points: points.sum(skipna=False))
    return low | ({(str(school_id), OVERALL): float(points) for school_id, points in sums.items()} if wholes else {})  # fmt: skip


def with_term(
    history: pd.DataFrame, reference: Reference, declared: TermReference, tables: TermTables
) -> pd.DataFrame:
    """A history whose last term is told from other tables of it; as it is where nothing is looked back on."""
    if history.empty:
        return history
    ran = {parse_term(str(term_id)) for term_id in history["term_id"].unique()}
    own = term_history(reference, declared, tables, ran)
    return pd.concat([history[history["term_id"] != declared.term.term_id], own], ignore_index=True)


def group_panel(history: pd.DataFrame, part: str, group_id: str) -> pd.DataFrame:
    """The sure points of one group at the same part of every year, as `insight.trends` takes them."""
    own = history[(history["part"] == part) & (history["group_id"] == group_id)]
    return own.assign(
        numerator=own["low"], denominator=1.0, numerator_before=own["low_before"],
        denominator_before=own["low_before"].mask(own["low_before"].notna(), 1.0),
    )  # fmt: skip


def total_values(history: pd.DataFrame, part: str) -> pd.DataFrame:
    """The sure points of all groups together by school and year, as `insight.impact` takes them.

    `best` are those it would have if it won all that is open, `before` the sure ones by the index of the year before
    where that was another one.
    """
    own = history[(history["part"] == part) & (history["group_id"] != OVERALL)]
    keys = ["school_id", "school_year"]
    sums = own.groupby(keys, sort=False).agg(
        value=("low", lambda low: low.sum(skipna=False)),
        best=("high", lambda high: high.sum(skipna=False)),
        before=("low_before", lambda low: low.sum(skipna=False)),
        level=("level", "first"),
        unit_id=("unit_id", "first"),
        rule_id=("rule_id", "first"),
        size=("size", "first"),
    )
    return sums.dropna(subset=["value"]).reset_index()


def year_paths(history: pd.DataFrame, parts: tuple[str, str], asked_year: str = "") -> pd.DataFrame:
    """Where each school stood after the first part of each year and at its end, as `insight.early_warning` takes them.

    The end of `asked_year` is left out: the year is judged as if it were still to come.
    """
    groups = history[history["group_id"] != OVERALL]
    keys = ["school_id", "school_year"]
    least = groups.groupby([*keys, "part"], sort=False).agg(
        margin=("margin", lambda margin: margin.min(skipna=False)), level=("level", "first")
    )
    by_part = least.reset_index("part")
    first, last = (by_part[by_part["part"] == part].drop(columns="part") for part in parts)
    whole = history[(history["group_id"] == OVERALL) & (history["part"] == parts[1])].set_index(keys)
    paths = first.rename(columns={"margin": "start"}).join(last["margin"].rename("end"))
    paths = paths.join(whole["is_reached"]).reset_index()
    is_asked = paths["school_year"] == asked_year
    return paths.assign(
        end=paths["end"].mask(is_asked), is_reached=paths["is_reached"].astype(object).mask(is_asked, None)
    )


def school_events(reference: Reference) -> pd.DataFrame:
    """The mergers and splits of schools as `insight.trends` takes them: `kind, from_ids, to_ids`."""
    schools = {unit.unit_id for unit in reference.registry.units if unit.kind == "school"}
    rows = [
        (event.kind, list(event.from_ids), list(event.to_ids))
        for event in reference.registry.events
        if event.kind in ("merge", "split") and {*event.from_ids, *event.to_ids} <= schools
    ]
    return pd.DataFrame(rows, columns=["kind", "from_ids", "to_ids"])


def criteria_points(ledger: pd.DataFrame, schools: pd.DataFrame, criteria: Iterable[str]) -> pd.DataFrame:
    """What each scored school has in each criterion and how much of it was verified, as `insight.teaching` takes it."""
    lines = ledger[ledger["criterion_id"].isin(list(criteria)) & (ledger["origin"] != "unallocated")]
    sure = lines["low"].astype(float)
    own = lines.assign(verified=sure.where(lines["verified_points"].notna(), 0.0), low=sure)
    sums = own.groupby(["school_id", "criterion_id"], sort=False)[
        ["low", "high", "max_points", "verified"]
    ].sum()
    frame = (
        sums.astype(float).reset_index().merge(schools[["school_id", "level", "commune_id"]], on="school_id")
    )
    share = (frame["verified"] / frame["low"].where(frame["low"] > 0)).fillna(0.0)
    return frame.rename(columns={"commune_id": "unit_id"}).assign(verified_share=share)
