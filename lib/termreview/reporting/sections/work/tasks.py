"""One section of part II: the tasks of one heading, their status, and what measures them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

from termreview.reference.kinds.forms import applies
from termreview.reference.kinds.measures import Task
from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.rows import Record, records, ties
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import TASK, trace_target
from termreview.reporting.blocks.values import joined
from termreview.reporting.charts.charts import Chart, stacked_bars
from termreview.reporting.report.applicable import applies_if, has_states
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import (
    by_letter,
    counted,
    fewest,
    label,
    lower_first,
    marked,
    say,
    threshold,
)
from termreview.reporting.sections.work.figures import figures_table, ratio_lines, scale_charts, set_aside
from termreview.reporting.summaries.tasks import UNANSWERED
from termreview.reporting.term.schools import ALL, short_names, whole_of

# Of fewer tasks none is called slow for being the last.
MANY_TASKS = 4


@applies_if(has_states)
def overview(report: ReportContext) -> Block:
    """All tasks at once: how many schools have done each."""
    frame = whole_statuses(report)
    counts = whole_of(report.summaries.statuses)
    others = counted(
        report, "tasks.overview_parts", {name: counts[f"{name}_count"] for name in ("under_way", "not_started", "missing")}
    )  # fmt: skip
    text = say(
        report, "tasks.overview", count=len(own_tasks(report)), asked_tasks=len(frame), by=by_letter(report, "tasks.by_letter"),
        done=counts["done_count"], answered=counts["answered_count"],
        pct=100 * counts["done_count"] / max(counts["answered_count"], 1), others=joined(["; ", others], "") if others else "",
    )  # fmt: skip
    return stack(paragraph(text), tasks_chart(report, frame), status_table(report, frame))


def tasks_chart(report: ReportContext, frame: pd.DataFrame) -> Chart:
    """The status of every task as shares of the schools that said it, the task most of them have done first.

    The schools that are silent stand beside the bar: they are no part of a share.
    """
    parts = {f"{name}_count": title for name, title in report.declared.form.choices("status").items()}
    silent = {
        "unanswered_count": say(report, "charts.tasks.aside"),
        "not_submitted_count": label(report, "charts", "no_report"),
    }
    shares = frame.assign(share=done_share(frame))
    known = shares[shares["share"].notna()]
    pcts = 100 * known["share"]
    low, high = (pcts.min(), pcts.max()) if len(known) else (None, None)
    who = whole_of(report.summaries.reporting_levels)
    finding = say(
        report, "charts.tasks.finding", tasks=len(known), least=_task_list(report, ties(known, "share", is_largest=False)) if len(known) else "",
        least_pct=low, best_pct=high, spread=None if low is None else high - low,
    )  # fmt: skip
    return report_chart(
        report, stacked_bars, shares.sort_values("share", ascending=False, kind="stable"), category="name", parts=list(parts),
        part_labels=parts | silent, totals="answered_count", as_share=True, fewest=fewest(report), aside=list(silent),
        finding=finding, alt=extremes(report, shares), notes=(say(report, "tasks.overview_note"),),
        measure=say(report, "charts.tasks.measure", received=int(who["received_count"]), expected=int(who["expected_count"])),
    )  # fmt: skip


def extremes(report: ReportContext, shares: pd.DataFrame) -> str:
    """Which tasks most and fewest schools have done (`share`), as one sentence; ties are named together."""
    best, least = ties(shares, "share"), ties(shares, "share", is_largest=False)
    if not best or best[0]["share"] == least[0]["share"]:
        pct = 100 * best[0]["share"] if best else None
        return say(report, "tasks.extremes_equal", pct=pct) if best else say(report, "tasks.extremes_none")
    return say(report, "tasks.extremes", best=_task_list(report, best), least=_task_list(report, least))


def _task_list(report: ReportContext, rows: list[Record]) -> str:
    rest = label(report, "rest", "tasks")
    return listed(
        [say(report, "tasks.extreme", title=lower_first(row["title"]), count=row["done_count"], total=row["answered_count"]) for row in rows],
        most=3, rest=rest,
    )  # fmt: skip


def status_table(report: ReportContext, frame: pd.DataFrame) -> Block:
    """The status of every task, counted, with what is missing told apart; folded, as it repeats the chart."""
    numbers = ["done_count", "under_way_count", "not_started_count", "unanswered_count", "not_submitted_count", "answered_count", "asked_count"]  # fmt: skip
    heads = {f"{name}_count": title for name, title in report.declared.form.choices("status").items()}
    return table(
        marked(report, frame),
        columns={
            "task_id": "Mã",
            "title": "Nhiệm vụ",
            "asked_count": "Trường được giao",
            "answered_count": "Trường có báo cáo",
        }
        | heads
        | {"unanswered_count": "Bỏ trống", "not_submitted_count": "Chưa có báo cáo"},
        caption=say(report, "captions.tasks"),
        formats=dict.fromkeys(numbers, "integer"),
        row_header="title",
        marks="mark",
        max_rows=0,
        traces=dict.fromkeys(heads, lambda row: trace_target(TASK, row["task_id"], ALL)),
    )


@cache
def whole_statuses(report: ReportContext) -> pd.DataFrame:
    """The status counts of every task over all schools, with the task's names: one row per task."""
    statuses = report.summaries.statuses
    own = statuses[statuses["scope"] == ALL]
    tasks = pd.DataFrame(
        [(task.task_id, task.short_title, f"{task.task_id} {task.short_title}", task.mark, task.outline) for task in report.declared.tasks],
        columns=["task_id", "title", "name", "mark", "outline"],
    )  # fmt: skip
    return tasks.merge(own, on="task_id", how="inner")


def own_tasks(report: ReportContext) -> list[Task]:
    """The tasks that any school of the report is asked for, in their order."""
    levels = set(report.term.schools["level"])
    return [task for task in report.declared.tasks if any(applies(task.levels, level) for level in levels)]


def task_results(report: ReportContext, outline: str, further: Sequence[str] = ()) -> Block:
    """The tasks of one heading of part II: one paragraph on what differs among them, their ratios, all figures in a table.

    `further` sentences end the paragraph.
    """
    tasks = [task for task in own_tasks(report) if task.outline == outline]
    text = joined([line for line in (results_text(report, outline), *further) if line])
    return stack(
        *([paragraph(text)] if text else []),
        *scale_charts(report, outline),
        figures_table(report, tasks, outline),
        set_aside(report, outline),
    )


def results_text(report: ReportContext, outline: str) -> str:
    """What the schools have done of one heading: tasks by how many have done them, the slow ones last, who is silent, ratios."""
    tasks = [task for task in own_tasks(report) if task.outline == outline]
    statuses = whole_statuses(report)
    own = statuses[statuses["outline"] == outline]
    rows = records(own.assign(share=done_share(own)).sort_values("share", ascending=False, kind="stable"))
    titles = {task.task_id: task.text_title or lower_first(task.short_title) for task in tasks}
    groups: dict[str, list[Record]] = {}
    for row in rows:
        groups.setdefault(_degree(report, row, rows), []).append(row)
    lines = [
        say(report, f"tasks.groups.{degree}", items=listed([_item(report, row, degree, titles) for row in own_rows]))
        for degree, own_rows in groups.items()
    ]  # fmt: skip
    lines.append(_silent(report, rows, titles))
    lines += [_timeliness(report, titles[task.task_id]) for task in tasks if not task.status_field]
    return joined([line for line in [*lines, *ratio_lines(report, outline)] if line])


def _timeliness(report: ReportContext, title: str) -> str:
    """What the schools have done of a task that is to report: how many did so in time."""
    who = whole_of(report.summaries.reporting_levels)
    others = {"late": who["late_count"], "missing": who["missing_count"] + who["refused_count"]}
    return say(
        report, "tasks.timeliness", title=title, count=int(who["on_time_count"]), total=int(who["expected_count"]),
        others=counted(report, "reporting.parts", others),
    )  # fmt: skip


def _degree(report: ReportContext, row: Record, rows: list[Record]) -> str:
    """How far one task of a heading is: all, most, some, few or none of who answered; the last of several that differ is slow.

    Too few schools allow neither most nor few.
    """
    if not row["answered_count"]:
        return "unknown"
    if row["done_count"] in (0, row["answered_count"]):
        return "all" if row["done_count"] else "none"
    if row["answered_count"] < fewest(report):
        return "some"
    pct = 100 * row["share"]
    if pct >= threshold(report, "task_strong"):
        return "most"
    known = [other["share"] for other in rows if other["answered_count"] >= fewest(report)]
    is_last = len(known) >= MANY_TASKS and row["share"] == min(known) < max(known)
    return "few" if is_last or pct < threshold(report, "task_weak") else "some"


def _item(report: ReportContext, row: Record, degree: str, titles: Mapping[str, str]) -> str:
    """One task: how many schools of those that answered have done it, what the others report, who left it blank."""
    title, names = titles[row["task_id"]], _unanswered(report).get(row["task_id"], [])
    counts = {"count": int(row["done_count"]), "total": int(row["answered_count"])}
    is_alone = len(report.term.schools) == 1
    parts = [] if is_alone or degree == "unknown" else [say(report, f"tasks.parts.{degree}", **counts)]
    parts += [_other_statuses(report, row)]
    parts += (
        [say(report, "tasks.unanswered", count=len(names), names=listed(names))]
        if names and not is_alone
        else []
    )
    parts = [part for part in parts if part]
    return say(report, "tasks.item", title=title, parts=joined(parts, "; ")) if parts else title


def _other_statuses(report: ReportContext, row: Record) -> str:
    """The schools that have not done one task, by what they reported of it; nothing is said of none."""
    parts = [
        (row[f"{name}_count"], title.lower())
        for name, title in list(report.declared.form.choices("status").items())[1:]
    ]
    return listed(
        [say(report, "tasks.status_part", count=count, status=status) for count, status in parts if count]
    )


def _silent(report: ReportContext, rows: list[Record], titles: Mapping[str, str]) -> str:
    """How many schools the shares of one heading leave out for want of a report, once for all tasks but those that differ."""
    counts = [int(row["not_submitted_count"]) for row in rows]
    if not any(counts) or len(report.term.schools) == 1:
        return ""
    usual = max(counts, key=counts.count)
    others = [
        say(report, "tasks.silent_other", title=titles[row["task_id"]], count=count)
        for row, count in zip(rows, counts, strict=True)
        if count != usual
    ]
    but = say(report, "tasks.silent_but", items=joined(others, "; ")) if others else ""
    return say(report, "tasks.silent", count=usual, but=but)


@cache
def _unanswered(report: ReportContext) -> dict[str, list[str]]:
    """By task the names of the schools that sent a report and left its question blank; once for all tasks of a report."""
    names = short_names(report.term.schools)
    by_school = report.summaries.school_statuses
    found: dict[str, list[str]] = {}
    for row in records(by_school.loc[by_school["status"] == UNANSWERED, ["task_id", "school_id"]]):
        found.setdefault(row["task_id"], []).append(names[row["school_id"]])
    return found


def done_share(statuses: pd.DataFrame) -> pd.Series:
    """The share (0-1) of the schools that answered which have done each task; missing where none answered."""
    return statuses["done_count"] / statuses["answered_count"].where(statuses["answered_count"] > 0)
