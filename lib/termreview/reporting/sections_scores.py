"""One section on scores (II.7): every school with its bounds and levels, in registry order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from termreview.reference.indicators import Group, IndicatorSet
from termreview.reporting.blocks import Block, stack
from termreview.reporting.charts import Figure, interval_dots
from termreview.reporting.context import ReportContext
from termreview.reporting.narrative import listed
from termreview.reporting.number_format import interval_text, number_text
from termreview.reporting.summary_index import OVERALL
from termreview.reporting.tables import table
from termreview.reporting.trace_target import SCORE, trace_target
from termreview.reporting.wording import label, labels, say


def scores(report: ReportContext, group_id: str) -> Block:
    """Every school's score in one group with its bounds: chart, in registry order."""
    group = next(group for group in report.declared.indicator_set.groups if group.group_id == group_id)
    return stack(scores_chart(report, group))


def scores_chart(report: ReportContext, group: Group) -> Figure:
    """One row per school of one group: a dot, or a line between its bounds."""
    frame = report.summaries.standings
    own = frame[(frame["group_id"] == group.group_id) & (frame["state"] == "scored")]
    lines = level_lines(report.declared.indicator_set)
    bottom, top = lines[0][0], lines[-1][0]
    above, below = int((own["low"] > top).sum()), int((own["high"] < bottom).sum())
    caption = f"{label(report, 'score_groups', group.group_id)}. Xếp theo danh mục trường, không xếp hạng."
    if group.unallocated is not None:
        caption += f" Khoảng điểm gồm {number_text(group.unallocated.points, 'decimal1')} điểm chưa xác định được tiểu mục."
    absent = frame[(frame["group_id"] == group.group_id) & (frame["state"] == "not_submitted")]["short_name"]
    if len(absent):
        caption += f" Chưa có báo cáo: {listed(list(absent), most=20)}."
    return interval_dots(
        own, label="short_name", low="low", high="high", lines=lines, group="level_title",
        title=f"Điểm nhóm {group.group_id} của từng trường, thấp nhất – cao nhất", caption=caption,
        alt=say(
            report, "index.dots_alt", count=len(own), above=above, below=below, other=len(own) - above - below,
            top_line=top, bottom_line=bottom,
        ),
        limits=(0, group.max_points),
    )  # fmt: skip


def level_lines(indicator_set: IndicatorSet) -> list[tuple[float, str]]:
    """Where the levels begin, with their names, as chart lines."""
    return [
        (band.start, f"mức {int(band.low)}: {'trên' if band.is_open else 'từ'} {number_text(band.start)}")
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
                key: interval_text(low, high)
                for key, low, high, state in zip(
                    own.index, own["low"], own["high"], own["state"], strict=True
                )
                if state == "scored"
            }
            frame[f"points_{group_id}"] = frame["school_id"].map(bounds)
            columns[f"points_{group_id}"] = f"{name}: điểm"
        frame[f"level_{group_id}"] = frame["school_id"].map(
            {key: standing_text(report, standing) for key, standing in own["standing"].items()}
        )
        columns[f"level_{group_id}"] = f"{name}: mức"
        if group_id == OVERALL:
            conditions = labels(report, "conditions")
            frame["conditions"] = [
                conditions.get(str(value), str(value)) if state == "scored" else None
                for value, state in zip(
                    frame["school_id"].map(own["conditions"]),
                    frame["school_id"].map(own["state"]),
                    strict=True,
                )
            ]
            columns["conditions"] = label(report, "conditions_title", "conditions_title")
    points = [name for name in columns if name.startswith("points_")]
    columns["conditions"] = str(report.reference.labels.get("conditions_title", "Điều kiện"))
    return table(
        frame,
        columns=columns,
        caption="Điểm và mức độ của từng trường, xếp theo danh mục",
        align=dict.fromkeys(points, "right"),
        group_by="level_title",
        max_rows=12,
        traces={name: _score_of(name.removeprefix("points_")) for name in points},
        notes=[
            f"Mức chung lấy theo nhóm thấp hơn: quy tắc mang mức {indicator_set.overall_mark}, chưa dùng làm kết luận chính thức."
            if indicator_set.overall_mark == "C"
            else "Mức chung lấy theo nhóm thấp hơn."
        ],
    )


def _score_of(group_id: str) -> Callable[[Mapping[Any, Any]], str]:
    return lambda row: trace_target(SCORE, group_id, row["school_id"])


def standing_text(report: ReportContext, standing: str) -> str:
    """One standing as a table writes it: the level where concluded, else why not."""
    return label(report, "score_levels_short", standing.removeprefix("level_"))
