"""One section on scores (II.7): every school with its bounds and levels, in registry order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reporting.blocks.blocks import Block, stack
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import SCORE, trace_target
from termreview.reporting.blocks.values import Interval, joined
from termreview.reporting.charts.charts import Bounds, Chart, interval_panels
from termreview.reporting.report.applicable import applies_if, covers_schools
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import (
    before_name,
    can_draw,
    group_title,
    label,
    labels,
    placed_notes,
    say,
)
from termreview.reporting.summaries.index import NOT_CONCLUDED, OVERALL, held_text, level_with_reason


@applies_if(covers_schools)
def scores(report: ReportContext) -> Block:
    """Every school's scores with their bounds, group beside group, in registry order: chart, then all in figures."""
    standings = report.summaries.standings
    scored = standings.loc[standings["state"] == "scored", "school_id"].nunique()
    drawn = [scores_chart(report)] if can_draw(report, scored) else []
    return stack(*drawn, scores_table(report))


def scores_chart(report: ReportContext) -> Chart:
    """One row per scored school, one panel per group: what is surely won, what may still be, what it concludes.

    Where the term before may be compared with, its bounds stand above.
    """
    indicator_set, standings = report.declared.indicator_set, report.summaries.standings
    scored = standings[standings["state"] == "scored"]
    frame = spread_scores(indicator_set, scored)
    lines = level_lines(indicator_set)
    notes = [say(report, "index.dots_note", lines=listed([say(report, "index.dots_line", level=name, line=told) for _, name, told in lines]))]  # fmt: skip
    notes += [_held_schools(report, scored), *placed_notes(report)]
    before_label = ""
    if report.previous is not None and report.may_compare_scores:
        earlier = report.previous.summaries.standings
        then = spread_scores(indicator_set, earlier[earlier["state"] == "scored"])
        frame = frame.merge(then.drop(columns=["short_name", "level_title"]), on="school_id", how="left", suffixes=("", "_before"))  # fmt: skip
        before_label = before_name(report)
        notes.append(say(report, "change.scores_note", before=before_label))
    absent = standings[standings["state"].isna() | (standings["state"] != "scored")]
    names = list(dict.fromkeys(absent["short_name"]))
    notes += [say(report, "index.dots_absent", names=listed(names, most=20))] if names else []
    of_groups = scored[scored["group_id"] != OVERALL]
    low = list(dict.fromkeys(of_groups.loc[of_groups["standing"] == f"level_{min(indicator_set.level_titles())}", "short_name"]))  # fmt: skip
    finding = say(
        report, "charts.scores.finding", scored=len(frame), low=len(low), names=listed(low, most=5),
        open=int((of_groups["standing"] == NOT_CONCLUDED).sum()),
    )  # fmt: skip
    return report_chart(
        report, interval_panels, frame, label="short_name", group="level_title", standings=standing_names(report),
        panels=[_bounds(report, group.group_id, bool(before_label)) for group in indicator_set.groups],
        lines=[(value, name) for value, name, _ in lines], limits=(0, max(group.max_points for group in indicator_set.groups)),
        before_label=before_label, finding=finding, alt=_finding(report, lines), notes=tuple(notes),
        measure=say(report, "charts.scores.measure", scored=len(frame), asked=standings["school_id"].nunique()),
    )  # fmt: skip


def _held_schools(report: ReportContext, scored: pd.DataFrame) -> str:
    """The schools whose colour is not that of their points, each with the reason; blank where there is none."""
    held = scored[(scored["held_by"] != "") & (scored["group_id"] != OVERALL)].sort_values(
        ["group_id", "place"]
    )
    items = [
        say(report, "index.dots_held_item", name=row["short_name"], group=row["group_id"], held=held_text(report.reference, row["held_by"]))
        for row in records(held)
    ]  # fmt: skip
    return say(report, "index.dots_held", items=joined(items, "; ")) if items else ""


def _bounds(report: ReportContext, group_id: str, has_before: bool) -> Bounds:
    names = [f"{name}_{group_id}" for name in ("low", "placed_high", "standing")]
    before = [f"{name}_before" for name in names[:2]] if has_before else []
    return Bounds(group_title(report, group_id), *names, *before)


def _finding(report: ReportContext, lines: list[tuple[float, str, str]]) -> str:
    """How many schools are surely above the top line, surely under the bottom one, and how many cross a line."""
    standings = report.summaries.standings
    bottom, top = lines[0][0], lines[-1][0]
    parts = []
    for group in report.declared.indicator_set.groups:
        own = standings[(standings["group_id"] == group.group_id) & (standings["state"] == "scored")]
        above, below = int((own["low"] > top).sum()), int((own["high"] < bottom).sum())
        crossing = int((own["standing"] == NOT_CONCLUDED).sum())
        parts.append(
            say(
                report, "index.dots_alt", group=group.group_id, count=len(own), above=above, below=below,
                crossing=crossing, top_line=top, bottom_line=bottom,
            )
        )  # fmt: skip
    return joined(parts)


def spread_scores(indicator_set: IndicatorSet, standings: pd.DataFrame) -> pd.DataFrame:
    """Lay the groups of each school side by side: one row per school, `low_<group>`, `placed_high_<group>`, `standing_<group>`."""
    frame = standings.sort_values("place", kind="stable").drop_duplicates("school_id")
    frame = frame[["school_id", "short_name", "level_title"]]
    for group in indicator_set.groups:
        own = standings[standings["group_id"] == group.group_id].set_index("school_id")
        for name in ("low", "placed_high", "standing"):
            frame[f"{name}_{group.group_id}"] = frame["school_id"].map(own[name])
    return frame


def standing_names(report: ReportContext) -> dict[str, str]:
    """What a score may conclude, with the name of each level: the key of a chart of scores."""
    titles = report.declared.indicator_set.level_titles()
    names = {f"level_{level}": say(report, "index.level_named", level=level, title=title) for level, title in titles.items()}  # fmt: skip
    return names | {NOT_CONCLUDED: standing_text(report, NOT_CONCLUDED).capitalize()}


def level_lines(indicator_set: IndicatorSet) -> list[tuple[float, str, str]]:
    """Where the levels begin: the line, the name of the level, and the line in words."""
    return [
        (band.start, f"mức {int(band.low)}", f"{'trên' if band.is_open else 'từ'} {number_text(band.start)}")
        for band in indicator_set.level_bands
        if band.start > 0
    ]


def scores_table(report: ReportContext) -> Block:
    """Every school's scores: bounds, level and conditions of each group, and the whole set."""
    indicator_set = report.declared.indicator_set
    standings = report.summaries.standings
    frame = standings.drop_duplicates("school_id")[["school_id", "short_name", "level_title"]]
    columns = {"short_name": "Trường"}
    for group_id in [*(group.group_id for group in indicator_set.groups), OVERALL]:
        own = standings[standings["group_id"] == group_id].set_index("school_id")
        name = label(report, "score_groups_short", group_id)
        if group_id != OVERALL:
            bounds = {
                key: Interval(low, high)
                for key, low, high, state in zip(
                    own.index, own["low"], own["placed_high"], own["state"], strict=True
                )
                if state == "scored"
            }
            frame[f"points_{group_id}"] = frame["school_id"].map(bounds)
            columns[f"points_{group_id}"] = f"{name}: điểm"
        frame[f"level_{group_id}"] = frame["school_id"].map(
            {
                key: level_with_reason(report.reference, standing_text(report, standing), held)
                for key, standing, held in zip(own.index, own["standing"], own["held_by"], strict=True)
            }
        )
        columns[f"level_{group_id}"] = name if group_id == OVERALL else f"{name}: mức độ"
        if group_id == OVERALL:
            conditions = labels(report, "conditions")
            frame["conditions"] = [
                conditions[str(value)] if state == "scored" else None
                for value, state in zip(
                    frame["school_id"].map(own["conditions"]),
                    frame["school_id"].map(own["state"]),
                    strict=True,
                )
            ]
    points = [name for name in columns if name.startswith("points_")]
    columns["conditions"] = label(report, "columns", "conditions")
    return table(
        frame,
        columns=columns,
        caption=say(report, "captions.scores"),
        align=dict.fromkeys(points, "right"),
        group_by="level_title",
        max_rows=0,
        traces={name: _score_of(name.removeprefix("points_")) for name in points},
        notes=[
            say(report, f"notes.overall{'_unsure' if indicator_set.overall_mark == 'C' else ''}"),
            *placed_notes(report),
        ],
    )


def _score_of(group_id: str) -> Callable[[Mapping[Any, Any]], str]:
    return lambda row: trace_target(SCORE, group_id, row["school_id"])


def standing_text(report: ReportContext, standing: str) -> str:
    """One standing as a table writes it: the level where concluded, else why not."""
    return label(report, "score_levels_short", standing.removeprefix("level_"))
