"""One key ratio of one school or scope, with its numerator, its denominator and the line it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from termreview.reference.kinds.forms import applies
from termreview.reference.kinds.measures import SCHOOL, Ratio, Target
from termreview.reporting.blocks.rows import by_key
from termreview.reporting.term.answers import Answers
from termreview.reporting.term.schools import ALL

_SCHOOL_COLUMNS = ("ratio_id", "school_id", "level", "numerator", "denominator", "value", "state")
MILLION = 1_000_000  # đồng: reports print amounts in millions
COUNTED, UNANSWERED, ZERO, CONTRADICTORY = "counted", "unanswered", "zero_denominator", "contradictory"


def ratios_by_school(answers: Answers, schools: pd.DataFrame, ratios: Sequence[Ratio]) -> pd.DataFrame:
    """Divide for each school: one row per ratio and expected school it applies to.

    `state` says whether the school counts: `counted`, `unanswered` (a part is missing), `zero_denominator`, or
    `contradictory` (a share whose part exceeds its whole). `value` stands only where it counts.
    """
    ids, levels = schools["school_id"].to_numpy(), schools["level"].to_numpy()
    columns: dict[str, list[Any]] = {name: [] for name in _SCHOOL_COLUMNS}
    for ratio in ratios:
        is_asked = np.array([applies(ratio.levels, level) for level in levels], dtype=bool)
        numerator = answers.total(ratio.numerator).to_numpy()[is_asked]
        denominator = answers.total(ratio.denominator).to_numpy()[is_asked]
        is_open = np.isnan(numerator) | np.isnan(denominator)
        state = np.select(
            [is_open, denominator <= 0, (ratio.unit == "percent") & (numerator > denominator)],
            [UNANSWERED, ZERO, CONTRADICTORY],
            COUNTED,
        ).astype(object)
        value = np.full(len(numerator), np.nan)
        np.divide(numerator * ratio.scale, denominator, out=value, where=state == COUNTED)
        ratio_ids = np.full(len(numerator), ratio.ratio_id, dtype=object)
        parts = (ratio_ids, ids[is_asked], levels[is_asked], numerator, denominator, value, state)
        for name, part in zip(_SCHOOL_COLUMNS, parts, strict=True):
            columns[name].append(part)
    return pd.DataFrame(
        {name: np.concatenate(parts) for name, parts in columns.items() if parts},
        columns=list(_SCHOOL_COLUMNS),
    )


def ratios_by_scope(by_school: pd.DataFrame, ratios: Sequence[Ratio]) -> pd.DataFrame:
    """Divide sums by sums: one row per ratio and scope (a school level or `all`), key `ratio_id, scope`.

    Numerator and denominator are summed over the counted schools alone; `counted_count` of `asked_count` schools
    says how many those are, `contradictory_count` how many were set aside.
    """
    is_counted = by_school["state"] == COUNTED
    long = by_school.assign(
        numerator=by_school["numerator"].where(is_counted),
        denominator=by_school["denominator"].where(is_counted),
        counted_count=is_counted.astype(int),
        contradictory_count=(by_school["state"] == CONTRADICTORY).astype(int),
        asked_count=1,
    )
    columns = ["numerator", "denominator", "counted_count", "contradictory_count", "asked_count"]
    by_level = long.groupby(["ratio_id", "level"], sort=False)[columns].sum().reset_index()
    whole = long.groupby("ratio_id", sort=False)[columns].sum().reset_index().assign(level=ALL)
    frame = pd.concat([whole, by_level], ignore_index=True).rename(columns={"level": "scope"})
    is_known = frame["counted_count"] > 0
    frame[["numerator", "denominator"]] = frame[["numerator", "denominator"]].where(is_known)
    about = pd.DataFrame(
        [
            (ratio.ratio_id, ratio.title, ratio.short_title, ratio.unit, ratio.better, ratio.scale, ratio.task_id,
             ratio.outline, ratio.mark, is_money(ratio))
            for ratio in ratios
        ],
        columns=["ratio_id", "title", "short_title", "unit", "better", "scale", "task_id", "outline", "mark", "is_money"],
    )  # fmt: skip
    frame = about.merge(frame, on="ratio_id")
    frame["value"] = (
        frame["numerator"] * frame["scale"] / frame["denominator"].where(frame["denominator"] > 0)
    )
    return frame.assign(is_hidden=False)


def is_money(ratio: Ratio) -> bool:
    """Say whether both parts of one ratio are amounts of money (đồng)."""
    return all(name.endswith("_vnd") for name in (*ratio.numerator, *ratio.denominator))


def ratios_against_lines(
    by_school: pd.DataFrame, by_scope: pd.DataFrame, targets: Sequence[Target], year: int
) -> pd.DataFrame:
    """Hold ratios against their confirmed lines: one row per shown target and scope, key `target_id, scope`.

    A line that covers all levels of its ratio is read for `all`, another for each of its levels.
    `reached_count` of `counted_count` schools reach it, `missed_by` names the others. `is_reached` speaks of the
    scope's own value, or of every school where the line is judged by school; `is_due` says whether the line has to be
    reached in `year`.
    """
    figures = by_key(by_scope, "ratio_id", "scope")
    counted = by_school[by_school["state"] == COUNTED]
    rows = []
    for target in targets:
        if not target.is_shown or target.ratio_id not in set(by_scope["ratio_id"]):
            continue
        known = [scope for ratio_id, scope in figures if ratio_id == target.ratio_id and scope != ALL]
        wanted = [scope for scope in known if applies(target.levels, scope)]
        for scope in [ALL] if wanted == known else wanted:
            figure = figures[target.ratio_id, scope]
            own = counted[counted["ratio_id"] == target.ratio_id]
            own = own[(own["level"] == scope) | (scope == ALL)]
            value, values = figure["value"], own["value"]
            is_lower = figure["better"] == "lower"
            reached = values <= target.value if is_lower else values >= target.value
            is_reached = value <= target.value if is_lower else value >= target.value
            if target.judged_by == SCHOOL:
                is_reached = reached.all()
            rows.append(
                {
                    "target_id": target.target_id,
                    "ratio_id": target.ratio_id,
                    "scope": scope,
                    "title": target.title,
                    "year": target.year,
                    "source_document": target.source_document,
                    "mark": target.mark,
                    "line": target.value,
                    "value": value,
                    "unit": figure["unit"],
                    "better": figure["better"],
                    "short_title": figure["short_title"],
                    "numerator": figure["numerator"],
                    "denominator": figure["denominator"],
                    "is_money": figure["is_money"],
                    "judged_by": target.judged_by,
                    "is_due": target.is_due(year),
                    "is_reached": pd.NA if pd.isna(value) else bool(is_reached),
                    "missed_by": own.loc[~reached, "school_id"].tolist(),
                    "reached_count": int(reached.sum()),
                    "counted_count": len(values),
                    "asked_count": int(figure["asked_count"]),
                }
            )
    columns = [
        "target_id", "ratio_id", "scope", "title", "year", "source_document", "mark", "line", "value", "unit",
        "better", "short_title", "numerator", "denominator", "is_money", "judged_by", "is_due", "is_reached", "missed_by",
        "reached_count", "counted_count", "asked_count",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"is_reached": "boolean"})
