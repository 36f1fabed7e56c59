"""One section of the year-end summary: tasks and ratios since the term before, among the same schools."""

from __future__ import annotations

from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, callout, paragraph, stack
from termreview.reporting.blocks.number_format import printed_difference
from termreview.reporting.blocks.rows import Record, records, ties
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Parts, column, joined
from termreview.reporting.charts.charts import dumbbell
from termreview.reporting.report.applicable import applies_if, has_ratios, has_states
from termreview.reporting.report.context import ReportContext, TermView
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import before_name, label, lower_first, marked, say, term_name
from termreview.reporting.sections.work.figures import coverage, ratio_with_parts
from termreview.reporting.summaries.change import (
    GONE,
    MERGED,
    SAME,
    paired_schools,
    ratio_change,
    status_change,
)
from termreview.text import capitalised

_LEAST_RATIO = 0.05  # of what is no per cent, such as pupils per computer


def compared_schools(report: ReportContext) -> Block:
    """Which schools compare, which grew out of others, which are gone."""
    if report.previous is None:
        return no_comparison(report)
    pairs = school_pairs(report, report.previous)
    same, merged, gone = (pairs[pairs["pairing"] == kind] for kind in (SAME, MERGED, GONE))
    items = [f"{row['short_name']} (từ {listed(row['predecessors'])})" for row in records(merged)]
    lines = [
        say(report, "change.same_schools", count=len(same), total=len(report.term.schools)),
        say(report, "change.merged", count=len(merged), names=listed(items)),
        say(
            report,
            "change.gone",
            count=len(gone),
            names=listed(list(gone["short_name"])),
            before=before_name(report),
        ),
    ]
    return bullets([line for line in lines if line])


@applies_if(has_states)
def task_changes(report: ReportContext) -> Block:
    """The share of schools that have done each task, before and after: chart and table."""
    if report.previous is None:
        return no_comparison(report)
    if not report.may_compare_statuses:
        return paragraph(say(report, "change.tasks_of_year", before=before_name(report)))
    frame = status_change(report.previous.summaries.school_statuses, report.summaries.school_statuses)
    runs = task_runs_change(report, report.previous)
    titles = {task.task_id: task.short_title for task in report.declared.tasks}
    frame = frame.assign(
        title=frame["task_id"].map(titles), name=frame["task_id"] + " " + frame["task_id"].map(titles),
    )  # fmt: skip
    rows = records(frame)
    frame = frame.assign(
        before_text=column(Parts(row["before_count"], row["counted_count"]) for row in rows),
        after_text=column(Parts(row["after_count"], row["counted_count"]) for row in rows),
    )
    before, after = term_names(report)
    text = say(
        report, "change.tasks", count=int((frame["gain"] > 0).sum()), total=len(frame), before=before_name(report),
        others=_others(report, "tasks", fallen=(frame["gain"] < 0).sum(), same=(frame["gain"] == 0).sum()),
    )  # fmt: skip
    return stack(
        paragraph(joined([line for line in (text, runs) if line])),
        report_chart(
            report, dumbbell, frame.sort_values("gain", ascending=False, kind="stable"), label="name", before="before_pct",
            after="after_pct", before_label=before, after_label=after, unit="percent",
            finding=say(report, "charts.task_changes.finding", tasks=len(frame), **_extreme_moves(report, frame, "before_pct", "after_pct", "title")),
            measure=say(report, "charts.task_changes.measure", before=before_name(report)),
            alt=_moved(report, frame, "before_pct", "after_pct", "title"),
            notes=(say(report, "change.tasks_note"),), source=_source(report, before, after),
        ),
        table(
            frame,
            columns={"task_id": "Mã", "title": "Nhiệm vụ", "before_text": before, "after_text": after, "before_pct": f"{before}, %", "after_pct": f"{after}, %", "gain": "Thay đổi, điểm %"},
            caption=say(report, "change.tasks_table"),
            formats={"before_pct": "decimal1", "after_pct": "decimal1", "gain": "decimal1"},
            align={"before_text": "right", "after_text": "right"},
            row_header="title",
            max_rows=0,
        ),
    )  # fmt: skip


def task_runs_change(report: ReportContext, before: TermView) -> str:
    """How many tasks of schools that reported both times were done before and are done now; blank where none compares.

    Counts alone: a share of these schools would stand beside the share of all that answered, for one thing.
    """
    if not report.may_compare_statuses:
        return ""
    frame = status_change(before.summaries.school_statuses, report.summaries.school_statuses)
    counted, start, end = (
        int(frame[name].sum()) for name in ("counted_count", "before_count", "after_count")
    )
    return say(report, "change.task_runs", start=start, end=end, counted=counted) if counted else ""


@applies_if(has_ratios)
def ratio_changes(report: ReportContext) -> Block:
    """The key ratios before and after, over the schools that count in both terms: chart and table."""
    if report.previous is None:
        return no_comparison(report)
    frame = ratio_change(
        report.previous.summaries.school_ratios, report.summaries.school_ratios, report.comparable_ratios
    )
    kept = {ratio.ratio_id for ratio in report.comparable_ratios}
    of_year = [ratio.short_title for ratio in report.reference.ratios if ratio.ratio_id not in kept]
    asked = report.summaries.ratios.query("scope == 'all'").set_index("ratio_id")["asked_count"]
    frame = frame.assign(asked_count=frame["ratio_id"].map(asked))
    is_share = frame["unit"] == "percent"
    shares = frame[is_share]
    before, after = term_names(report)
    frame = frame.assign(trend=_trends(report, frame))
    counts = frame["trend"].value_counts()
    text = say(
        report, "change.ratios", count=int(counts.get("better", 0)), total=len(frame), before=before_name(report),
        others=_others(report, "ratios", worse=counts.get("worse", 0), same=counts.get("same", 0)),
    )  # fmt: skip
    rest = label(report, "rest", "ratios")
    remark = (
        paragraph(say(report, "change.ratios_of_year", names=listed(of_year, rest=rest)))
        if of_year
        else Block("")
    )
    return stack(
        paragraph(text),
        remark,
        report_chart(
            report, dumbbell, shares.sort_values("change", ascending=False, kind="stable"), label="short_title", before="before_value",
            after="after_value", before_label=before, after_label=after, unit="percent", better="better",
            finding=say(report, "charts.ratio_changes.finding", ratios=len(shares), **_extreme_moves(report, frame[is_share & frame["trend"].ne("same")], "before_value", "after_value", "short_title")),
            measure=say(report, "charts.ratio_changes.measure", before=before_name(report)),
            alt=_moved(report, shares, "before_value", "after_value", "short_title"),
            notes=(say(report, "change.ratios_note"),), source=_source(report, before, after),
        ),
        _ratio_table(report, frame, before, after),
    )  # fmt: skip


def _trends(report: ReportContext, frame: pd.DataFrame) -> list[str]:
    """Where each ratio went: `better`, `worse`, or `same` where it moved by less than is worth telling."""
    least = {"percent": report.reference.highlights.least_change}
    return [
        "same"
        if abs(row["change"]) < least.get(row["unit"], _LEAST_RATIO)
        else "better"
        if row["is_better"]
        else "worse"
        for row in records(frame)
    ]


def _source(report: ReportContext, before: str, after: str) -> str:
    return say(
        report,
        "charts.source_of_two",
        before=lower_first(before),
        after=lower_first(after),
        as_of=report.as_of,
    )


def _extreme_moves(report: ReportContext, frame: pd.DataFrame, before: str, after: str, title: str) -> dict[str, Any]:  # fmt: skip
    """How many rose and fell as they are printed, and what did so most; several that moved alike are named together."""
    sizes = [printed_difference(row[before], row[after], "percent1") for row in records(frame)]
    moved = frame.assign(size=pd.Series(sizes, index=frame.index, dtype=float))
    rises, falls = moved[moved["size"] > 0], moved[moved["size"] < 0]

    def change_list(rows: list[Record], verb: str) -> str:
        word = report.reference.sentences["change"]["verbs"][verb]
        items = [
            say(report, "change.moved_item", title=lower_first(row[title]), start=row[before], end=row[after], verb=word)
            for row in rows
        ]  # fmt: skip
        return listed(items, most=3, rest=label(report, "rest", "points"))

    return {
        "rises": len(rises), "falls": len(falls), "risen": change_list(ties(rises, "size"), "up"),
        "fallen": change_list(ties(falls, "size", is_largest=False), "down"),
    }  # fmt: skip


def _moved(report: ReportContext, frame: pd.DataFrame, before: str, after: str, title: str) -> str:
    """What rose most and what fell most, as one sentence."""
    found = _extreme_moves(report, frame, before, after, title)
    lines = [say(report, f"change.{key}", items=found[key]) for key in ("risen", "fallen") if found[key]]
    return joined(lines) or say(report, "change.unmoved" if len(frame) else "change.nothing")


def _others(report: ReportContext, key: str, **counts: int) -> str:
    """What else is to be counted beside what rose, after a semicolon; nothing is said of none."""
    parts = [say(report, f"change.{key}_{name}", count=int(count)) for name, count in counts.items() if count]
    return joined(["; ", listed(parts)], "") if parts else ""


def _ratio_table(report: ReportContext, frame: pd.DataFrame, before: str, after: str) -> Block:
    rows, trends = records(frame), report.reference.sentences["change"]["ratios_trends"]
    shown = frame.assign(
        before_text=column(ratio_with_parts(row, "before_") for row in rows),
        after_text=column(ratio_with_parts(row, "after_") for row in rows),
        change_text=column(
            Number(row["change"], "decimal1" if row["unit"] == "percent" else "ratio") for row in rows
        ),
        trend=frame["trend"].map(trends),
        coverage=column(coverage(row) for row in rows),
    )
    return table(
        marked(report, shown),
        columns={"title": "Tỉ lệ", "before_text": before, "after_text": after, "change_text": "Thay đổi", "trend": "Chiều hướng", "coverage": "Trường so sánh được"},
        caption=say(report, "captions.ratio_changes"),
        align=dict.fromkeys(("before_text", "after_text", "change_text", "coverage"), "right"),
        marks="mark",
        max_rows=0,
        notes=[say(report, "notes.ratio_changes"), say(report, "tasks.money_note")],
    )  # fmt: skip


def school_pairs(report: ReportContext, previous: TermView) -> pd.DataFrame:
    """How the schools of both terms pair up."""
    since, until = (pd.Timestamp(view.declared.plan.due_on) for view in (previous, report.term))
    return paired_schools(previous.schools, report.term.schools, report.reference.registry, since, until)


def term_names(report: ReportContext) -> tuple[str, str]:
    """How the two terms are called in heads and legends."""
    before = term_name(report, report.previous.declared.term) if report.previous else ""
    plan = report.declared.plan
    after = say(report, "change.year_end") if plan.report == "year_end_summary" else plan.title
    return capitalised(before), capitalised(after)


def no_comparison(report: ReportContext) -> Block:
    """What stands where the term before has no tables."""
    before = before_name(report)
    text = say(report, "change.no_previous", before=before) if before else say(report, "change.no_earlier")
    return callout(say(report, "callouts.no_comparison"), [text], "query")
