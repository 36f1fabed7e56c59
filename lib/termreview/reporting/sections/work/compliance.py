"""One section on how periodic statistics are reported: on time, complete, returned, and whether the figures hold together."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Share, column
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import say, scope_title
from termreview.reporting.sections.work.consistency import completeness, consistency, ways_asked
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.term.schools import ALL, whole_of

_MOST_NAMED = 6


def reporting_duty(report: ReportContext) -> Block:
    """How the schools report statistics: on time, complete, returned to be mended, by school level; nothing in other reports."""
    if report.declared.plan.is_review:
        return Block("")
    levels = report.summaries.reporting_levels
    whole = completeness(report.term.answers, report.summaries.reporting, report.declared)
    frame = levels.merge(whole[["scope", "complete_count"]], on="scope")
    frame["title"] = [scope_title(report, scope) for scope in frame["scope"]]
    shares = {
        "on_time": ("on_time_count", "expected_count"), "complete": ("complete_count", "received_count"),
        "returned": ("needs_repair_count", "received_count"),
    }  # fmt: skip
    for name, (part, of) in shares.items():
        frame[name] = column(Share(row[part], row[of]) for row in records(frame))
    own = whole_of(frame)
    told = [
        say(report, f"duty.{name}", count=int(own[part]), total=int(own[of]))
        for name, (part, of) in shares.items()
    ]
    heads = report.reference.sentences["duty"]["columns"]
    return stack(
        bullets([one for one in told if one]),
        table(
            frame[frame["scope"] != ALL],
            columns={name: heads[name] for name in ("title", "expected_count", *shares)},
            caption=say(report, "duty.caption"),
            formats={"expected_count": "integer"},
            align=dict.fromkeys(shares, "right"),
            total_row=records(frame[frame["scope"] == ALL])[0],
            notes=[say(report, "duty.note")],
        ),
    )


def held_together(report: ReportContext) -> Block:
    """Whether statistics hold together within a form, between the forms of the year, with the term's answers and the index."""
    if report.declared.plan.is_review:
        return Block("")
    schools, texts = report.term.schools, report.reference.sentences["consistency"]
    found = consistency(
        report.term.answers, report.in_year, open_findings(report.term.tables.findings), schools,
        report.reference, report.declared,
    )  # fmt: skip
    names = dict(zip(schools["school_id"], schools["short_name"], strict=True))
    rows = []
    for way in ways_asked(schools, report.reference, report.declared):
        own = found[found["way"] == way]
        odd = [names[school_id] for school_id in own.loc[~own["is_agreeing"].astype(bool), "school_id"]]
        rows.append(
            {
                "way": texts["ways"][way], "compared": len(own),
                "agreeing": Share(len(own) - len(odd), len(own)) if len(own) else texts["nothing"],
                "schools": listed(odd, most=_MOST_NAMED),
            }
        )  # fmt: skip
    is_named = report.edition == INTERNAL
    heads = texts["columns"]
    shown = ("way", "compared", "agreeing", *(("schools",) if is_named else ()))
    missing = [
        report.reference.calendar.plan(term).title
        for term in report.reference.held_against(report.declared.term)
        if term not in report.in_year
    ]
    return stack(
        paragraph(say(report, "consistency.said")),
        table(
            pd.DataFrame(rows).assign(agreeing=column(row["agreeing"] for row in rows)),
            columns={name: heads[name] for name in shown},
            caption=say(report, "consistency.caption"),
            formats={"compared": "integer"},
            align={"agreeing": "right"},
            row_header="way",
            notes=[
                say(report, "consistency.note"),
                *([say(report, "consistency.not_run", terms=listed(missing))] if missing else []),
            ],
        ),
    )
