"""One section on what the office itself can do (IV): each declared action alone, and the schools it would raise."""

from __future__ import annotations

from functools import cache

import pandas as pd

from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.report.applicable import applies_if, covers_schools
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.school_outlook import advice_of
from termreview.reporting.report.wording import label, say
from termreview.reporting.term.schools import short_names
from termreview.scoring.actions import try_actions


@cache
def tried(report: ReportContext) -> pd.DataFrame:
    """Every declared action tried on the schools of the report, most schools raised first; once per report."""
    tables = report.term.tables
    return try_actions(tables.ledger, tables.scores, report.declared, advice_of(report))


@applies_if(covers_schools)
def office_actions(report: ReportContext) -> Block:
    """Which single action lifts most schools, then each with the schools it would raise; nothing where none is declared."""
    frame = tried(report)
    if frame.empty:
        return Block("")
    most = int(frame["raised_count"].max())
    best = frame.loc[frame["raised_count"] == most, "title"]
    told = (
        say(report, "outlook.actions_best", count=most, names=listed([f"“{title}”" for title in best], rest="{count} giải pháp khác"))
        if most else say(report, "outlook.actions_nothing")
    )  # fmt: skip
    return stack(paragraph(told), actions_table(report))


def actions_table(report: ReportContext) -> Block:
    """Every action: its items, the schools with something to win, those whose level rises, the points won."""
    advice, frame = advice_of(report), tried(report)
    names = short_names(report.term.schools)
    declared = {action.action_id: action for action in advice.actions}
    rows = records(frame)
    items = [
        say(
            report,
            "outlook.actions_conditions"
            if declared[row["action_id"]].meets_conditions
            else "outlook.actions_items",
            items=", ".join(declared[row["action_id"]].items),
        )
        for row in rows
    ]
    frame = frame.assign(
        what=[f"{row['title']} ({item})" for row, item in zip(rows, items, strict=True)],
        names=[listed([names[school_id] for school_id in row["raised"]], most=60) for row in rows],
    )
    return table(
        frame,
        columns={
            "what": say(report, "outlook.actions_head"), "school_count": "Trường có thể thêm điểm", "raised_count": "Trường nâng mức độ",
            "names": "Tên trường nâng mức độ", "points": "Điểm thêm, cộng các trường",
        },
        caption=say(report, "outlook.actions_caption"),
        formats={"school_count": "integer", "raised_count": "integer", "points": "points"},
        max_rows=0,
        notes=[say(report, "outlook.actions_note", mark=advice.mark, meaning=label(report, "marks", advice.mark), office=report.declared.office.short_name)],
    )  # fmt: skip
