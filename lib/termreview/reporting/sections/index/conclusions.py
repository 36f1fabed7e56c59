"""One section on what the indicator set cannot conclude yet (II.7), and why."""

from __future__ import annotations

from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Interval, Number, column, joined
from termreview.reporting.report.applicable import applies_if, covers_schools
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import label, labels, placed_notes, say
from termreview.reporting.summaries.index import OVERALL
from termreview.text import capitalised


@applies_if(covers_schools)
def not_concluded(report: ReportContext) -> Block:
    """What is not concluded and why: open points by reason, then school by school."""
    standings = report.summaries.standings
    groups = standings[(standings["group_id"] != OVERALL) & (standings["state"] == "scored")]
    frame = report.summaries.not_concluded
    text = say(report, "index.not_concluded", count=len(frame), total=len(groups))
    if frame.empty:
        return paragraph(text)
    return stack(paragraph(text), reasons_table(report), schools_table(report))


def reasons_table(report: ReportContext) -> Block:
    """Open points by group and reason: what would let the levels be concluded."""
    reasons, groups = labels(report, "reasons"), labels(report, "score_groups")
    frame = report.summaries.open_reasons
    frame = frame.assign(
        reason_text=[capitalised(reasons[reason]) for reason in frame["reason"]],
        group=[groups[group_id] for group_id in frame["group_id"]],
    )
    return table(
        frame,
        columns={"reason_text": "Nguyên nhân", "open_points": "Điểm chưa xác định", "item_count": "Lượt tiểu mục", "school_count": "Trường"},
        caption=say(report, "captions.open_reasons"),
        formats={"open_points": "points", "item_count": "integer", "school_count": "integer"},
        group_by="group",
    )  # fmt: skip


def schools_table(report: ReportContext) -> Block:
    """Every school and group without a concluded level: its bounds, possible levels, open points by reason."""
    reasons = labels(report, "reasons")
    frame = report.summaries.not_concluded
    rows = records(frame)
    short = dict(report.reference.sentences.get("open_reasons", {}))
    frame = frame.assign(
        group=[label(report, "score_groups", row["group_id"]) for row in rows],
        bounds=column(Interval(row["low"], row["placed_high"]) for row in rows),
        possible=column(Interval(row["score_level_low"], row["score_level_high"], "integer") for row in rows),
        why=[
            joined(
                [*([say(report, "outlook.condition")] if row["conditions"] == "unknown" else []),
                 *(joined([short.get(reason, reasons[reason]), Number(points, "points")]) for reason, points in row["reasons"])],
                "; ",
            )
            for row in rows
        ],
    ).sort_values(["group_id", "place"], kind="stable")  # fmt: skip
    return table(
        frame,
        columns={"short_name": "Trường", "bounds": "Khoảng điểm", "possible": "Mức độ có thể", "why": "Điểm chưa xác định theo nguyên nhân"},
        caption=say(report, "captions.open_schools"),
        align={"bounds": "right", "possible": "center"},
        group_by="group",
        max_rows=10,
        notes=placed_notes(report),
    )  # fmt: skip
