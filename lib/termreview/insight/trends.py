"""One measure of one school over the same part of several years: totals, exact splits of their moves, breaks, slips.

A panel has one row per school and year: `school_id, school_year, numerator, denominator, rule_id`, and where the rule
changed `numerator_before, denominator_before`: the same school by the rule of the year before, where it can be reckoned.
A mean or a share of schools has 1 as denominator. Years are texts that sort (`2023-2024`).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd

from termreview.insight.intervals import Floats, mean_chance, mean_interval, student_quantile, student_share
from termreview.reference.texts.insight import Limits

MOVE_COLUMNS = [
    "unit_id", "year_before", "school_year", "before", "after", "move", "real", "counted", "rule", "is_split",
    "stayed_count", "joined_count", "left_count", "real_low", "real_high", "is_sure",
]  # fmt: skip
_VALUES = ["numerator", "denominator", "numerator_before", "denominator_before"]


def lineages(school_ids: Iterable[str], events: pd.DataFrame) -> dict[str, str]:
    """The school of today that each school stands in, however many mergers and splits lie between.

    What was split cannot be told apart before the split: schools that were ever one are one line, named by its newest
    members joined with `+`.

    Parameters
    ----------
    events
        One row per merger or split: `kind` (`merge`, `split`), `from_ids`, `to_ids` (lists), in any order. Renames and
        new parents keep a school's code and change no line.
    """
    root = {school_id: school_id for school_id in school_ids}
    gone = set()

    def find(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    for row in events.to_dict("records"):
        if row["kind"] not in ("merge", "split"):
            continue
        ids = [*row["from_ids"], *row["to_ids"]]
        gone |= set(row["from_ids"]) - set(row["to_ids"])
        for other in ids[1:]:
            root[find(other)] = find(ids[0])
    members: dict[str, list[str]] = {}
    for one in root:
        members.setdefault(find(one), []).append(one)
    names = {key: "+".join(sorted(set(own) - gone) or sorted(own)) for key, own in members.items()}
    return {one: names[find(one)] for one in root}


def as_today(panel: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The panel with schools counted as they are today: one row per line of schools and year, its parts added up.

    A school that was expected and gave no figure has a row without one; its line has none in that year either: half
    of a later school beside the whole of it would be a change of nobody.
    """
    line_of = lineages(panel["school_id"], events)
    placed = panel.assign(school_id=panel["school_id"].map(line_of))
    for name in _VALUES:
        if name not in placed:
            placed[name] = np.nan
    kept = [name for name in placed.columns if name not in (*_VALUES, "school_id", "school_year")]
    by_line = placed.groupby(["school_id", "school_year"], sort=False)[_VALUES]
    sums = by_line.sum(min_count=1).where(by_line.count().eq(by_line.size(), axis=0))
    first = placed.groupby(["school_id", "school_year"], sort=False)[kept].first()
    return sums.join(first).reset_index()


def moves(panel: pd.DataFrame, limits: Limits, unit_id: str = "") -> pd.DataFrame:
    """Split each move of a total from year to year: one row per pair of years; `real + counted + rule == move`.

    The total is the sum of numerators over the sum of denominators of the schools counted. `real` is the mean of what
    the schools of both years changed by the rule of the year before, `rule` of what the new rule changes at them, each
    school with its denominator of the year before; `counted` is the rest: schools that joined or left, denominators
    that grew or shrank; where no school is in both years all of the move is. Where the rule changed and some school cannot be reckoned by the old one, `real` holds both
    together, `rule` is missing and `is_split` is false: the line breaks there.

    `real_low` and `real_high` bound the mean change of one school as if the schools were a sample of what a year may
    bring; `is_sure` says that this interval, corrected for the number of years looked at, leaves 0 out and that
    enough schools stayed.
    """
    years = sorted(panel["school_year"].unique())
    rows = []
    for before, after in pairwise(years):
        own = {year: _known(panel, year) for year in (before, after)}
        rows.append((unit_id, before, after, *_move(own[before], own[after], limits, max(len(years) - 1, 1))))
    return pd.DataFrame(rows, columns=MOVE_COLUMNS)


def _known(panel: pd.DataFrame, year: str) -> pd.DataFrame:
    own = panel[panel["school_year"] == year].dropna(subset=["numerator", "denominator"])
    return own[own["denominator"] > 0].set_index("school_id")


def _move(then: pd.DataFrame, now: pd.DataFrame, limits: Limits, looks: int) -> tuple[object, ...]:
    both = then.index.intersection(now.index, sort=False)
    start, end = _ratio(then), _ratio(now)
    was, became = then.loc[both], now.loc[both]
    is_ruled = bool((was["rule_id"] != became["rule_id"]).any())
    by_old, is_split = became, True
    if is_ruled:
        old = became.reindex(columns=["numerator_before", "denominator_before"])
        is_split = bool(old.notna().all(axis=None))
        if is_split:
            by_old = old.set_axis(["numerator", "denominator"], axis=1)
    weight = was["denominator"].to_numpy(dtype=float)
    first, old_rule, last = (_each(rows) for rows in (was, by_old, became))
    real = _weighted(old_rule - first, weight)
    rule = _weighted(last - old_rule, weight) if is_split else np.nan
    counted = end - start - real - (rule if is_split else 0.0)
    each = old_rule - first
    _, low, high = mean_interval(each, limits.false_alarm_rate / looks)
    is_sure = (
        is_split
        and len(both) >= limits.fewest_schools
        and mean_chance(each) * looks < limits.false_alarm_rate
    )
    return (
        start, end, end - start, real, counted, rule, is_split, len(both), len(now.index.difference(then.index)),
        len(then.index.difference(now.index)), low, high, is_sure,
    )  # fmt: skip


def _each(rows: pd.DataFrame) -> Floats:
    return (rows["numerator"] / rows["denominator"]).to_numpy(dtype=float)


def _weighted(values: Floats, weight: Floats) -> float:
    return float((values * weight).sum() / weight.sum()) if len(values) else 0.0


def _ratio(rows: pd.DataFrame) -> float:
    whole = float(rows["denominator"].sum())
    return float(rows["numerator"].sum()) / whole if whole else np.nan


def totals(panel: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The total of every unit in every year that it has figures of: `unit_id, school_year, value, school_count, rule_id`.

    `units` as `moves_by_unit` takes them.
    """
    placed = panel.merge(units[["school_id", "school_year", "unit_id"]], on=["school_id", "school_year"])
    known = placed.dropna(subset=["numerator", "denominator"])
    sums = known.groupby(["unit_id", "school_year"], sort=False).agg(
        part=("numerator", "sum"), whole=("denominator", "sum"), school_count=("school_id", "nunique"), rule_id=("rule_id", "first")
    )  # fmt: skip
    sums = sums[sums["whole"] > 0].reset_index()
    return sums.assign(value=sums["part"] / sums["whole"])[
        ["unit_id", "school_year", "value", "school_count", "rule_id"]
    ]


def moves_by_unit(panel: pd.DataFrame, units: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Split the moves of every unit's total: as `moves`, one row per unit and pair of years.

    Parameters
    ----------
    units
        `school_id, school_year, unit_id`: where each school stood in each year. As it was: the parent of then. As it is
        today: `placed_today`, with the panel of `as_today`.
    """
    placed = panel.merge(units[["school_id", "school_year", "unit_id"]], on=["school_id", "school_year"])
    found = [moves(own, limits, str(unit_id)) for unit_id, own in placed.groupby("unit_id", sort=False)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=MOVE_COLUMNS)


def placed_today(units: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Where each line of schools (`as_today`) stands today, in every year it has: `school_id, school_year, unit_id`."""
    line_of = lineages(units["school_id"], events)
    placed = units.assign(school_id=units["school_id"].map(line_of)).sort_values("school_year", kind="stable")
    last = placed.groupby("school_id")["unit_id"].last()
    return placed.assign(unit_id=placed["school_id"].map(last)).drop_duplicates(["school_id", "school_year"])


def slips(panel: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Schools that fell behind their own past in the last year: one row per school that can be judged, worst first.

    Expected is the mean of the school's own earlier years (by the rule of today where the rule changed, see
    `on_one_rule`), moved by the median change of all schools: not its last year alone, since after one lucky year every
    school falls (regression to the mean). `chance` is corrected for all schools looked at; the spread is the robust
    one of all schools' deviations of the last year or of the earlier ones, the larger, so that those that slip do not
    hide themselves. `is_slip`: the chance is below the declared rate, with enough schools and years.

    Returns
    -------
    pandas.DataFrame
        `school_id, years, expected, value, deviation, chance, is_slip`; no row where the history is too short.
    """
    columns = ["school_id", "years", "expected", "value", "deviation", "chance", "is_slip"]
    wide = panel.assign(value=panel["numerator"] / panel["denominator"]).pivot_table(
        index="school_id", columns="school_year", values="value"
    )
    years = sorted(wide.columns)
    if len(years) < limits.fewest_years + 1:
        return pd.DataFrame(columns=columns)
    past, last = wide[years[:-1]], wide[years[-1]]
    # Common to all schools in a year is no school's own doing.
    past = past - past.median() + past.median().mean()
    known = (past.notna().sum(axis=1) >= limits.fewest_years) & last.notna()
    past, last = past[known], last[known]
    if len(last) < limits.fewest_schools:
        return pd.DataFrame(columns=columns)
    mean = past.mean(axis=1)
    deviation = last - mean
    shift = float(deviation.median())
    deviation = deviation - shift
    # Of fewer years the own mean is less sure: each deviation is measured by its own spread.
    count = past.notna().sum(axis=1)
    scaled = deviation / np.sqrt(1 + 1 / count)
    rests = past.sub(mean, axis=0).div(np.sqrt(1 - 1 / count), axis=0).to_numpy(dtype=float)
    rests = rests[np.isfinite(rests)]
    spread = 1.4826 * max(float(scaled.abs().median()), float(np.median(np.abs(rests))))
    if spread <= 0:
        return pd.DataFrame(columns=columns)
    # A median deviation tells as much of a spread as 37 % as many values would.
    freedom = max(int(0.37 * len(rests) * (1 - 1 / len(years[:-1]))), 1)
    limit = -student_quantile(1 - limits.false_alarm_rate / len(scaled), freedom)
    score = scaled / spread
    frame = pd.DataFrame(
        {
            "school_id": list(scaled.index),
            "years": count.to_numpy(),
            "expected": (mean + shift).to_numpy(),
            "value": last.to_numpy(),
            "deviation": deviation.to_numpy(),
            "chance": [_lower_chance(one, freedom, len(scaled)) for one in score],
            "is_slip": (score < limit).to_numpy(),
        },
        columns=columns,
    )
    return frame.sort_values("deviation", kind="stable", ignore_index=True)


def _lower_chance(score: float, freedom: int, looks: int) -> float:
    return min(1.0, student_share(score, freedom) * looks)


def on_one_rule(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel with earlier years moved to the rule of today: by what the new rule changed at the schools of its year.

    The move is the mean difference between both rules over the schools that can be reckoned by both; years before a
    change that nobody can be reckoned over are left out, for nothing ties them to today.
    """
    years = sorted(panel["school_year"].unique())
    kept, shift = [panel[panel["school_year"] == years[-1]]] if years else [], 0.0
    for before, after in zip(years[-2::-1], years[:0:-1], strict=True):
        then, now = panel[panel["school_year"] == before], panel[panel["school_year"] == after]
        if set(then["rule_id"]) != set(now["rule_id"]):
            if "numerator_before" not in now or not now["numerator_before"].notna().any():
                break
            old = now["numerator_before"] / now["denominator_before"]
            shift += float((now["numerator"] / now["denominator"] - old).mean())
        kept.append(then.assign(numerator=then["numerator"] + shift * then["denominator"]))
    return pd.concat(kept[::-1], ignore_index=True) if kept else panel
