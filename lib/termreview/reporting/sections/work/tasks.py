"""One section of part II: the tasks of one heading, their status, and what measures them."""

from __future__ import annotations

from functools import cache

import pandas as pd

from termreview.reference.kinds.forms import applies
from termreview.reference.kinds.measures import Task
from termreview.reporting.blocks.blocks import Block, bullets, lead_in, paragraph, stack
from termreview.reporting.blocks.rows import Record, by_key, records, ties
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import TASK, trace_target
from termreview.reporting.blocks.values import joined
from termreview.reporting.charts.charts import Chart, stacked_bars
from termreview.reporting.report.applicable import has_states, shown_if
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import counted, fewest, label, lower_first, marked, say, threshold
from termreview.reporting.sections.work.figures import figures_table, scale_charts, set_aside
from termreview.reporting.summaries.tasks import UNANSWERED
from termreview.reporting.term.schools import ALL, short_names, whole_of

# A heading with fewer tasks says in its sentences all that a summary could.
MANY_TASKS = 4


@shown_if(has_states)
def overview(report: ReportContext) -> Block:
    """All tasks at once: how many schools have done each."""
    frame = whole_statuses(report)
    counts = whole_of(report.summaries.statuses)
    others = counted(
        report, "tasks.overview_parts", {name: counts[f"{name}_count"] for name in ("under_way", "not_started", "missing")}
    )  # fmt: skip
    text = say(
        report, "tasks.overview", count=len(own_tasks(report)), asked_tasks=len(frame),
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
        report, "charts.tasks.finding", tasks=len(known), least=_told(report, ties(known, "share", is_largest=False)) if len(known) else "",
        least_pct=low, best_pct=high, spread=None if low is None else high - low,
    )  # fmt: skip
    return report_chart(
        report, stacked_bars, shares.sort_values("share", ascending=False, kind="stable"), category="name", parts=list(parts),
        part_labels=parts | silent, totals="answered_count", as_share=True, fewest=fewest(report), aside=list(silent),
        finding=finding, alt=extremes(report, shares), notes=(say(report, "tasks.overview_note"),),
        measure=say(report, "charts.tasks.measure", received=int(who["received_count"]), expected=int(who["expected_count"])),
    )  # fmt: skip


def extremes(report: ReportContext, shares: pd.DataFrame, key: str = "tasks.extremes") -> str:
    """Which tasks most and fewest schools have done (`share`), as one sentence; ties are named together."""
    best, least = ties(shares, "share"), ties(shares, "share", is_largest=False)
    if not best or best[0]["share"] == least[0]["share"]:
        pct = 100 * best[0]["share"] if best else None
        return say(report, "tasks.extremes_equal", pct=pct) if best else say(report, "tasks.extremes_none")
    return say(report, key, tasks=len(shares), best=_told(report, best), least=_told(report, least))


def _told(report: ReportContext, rows: list[Record]) -> str:
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


def task_results(report: ReportContext, outline: str) -> Block:
    """The tasks of one heading of part II: what stands out, a sentence each, their ratios, all figures in a table."""
    tasks = [task for task in own_tasks(report) if task.outline == outline]
    frame = whole_statuses(report)
    statuses = by_key(frame, "task_id")
    return stack(
        _standing_out(report, frame[frame["outline"] == outline]),
        bullets([_task_told(report, task, statuses) for task in tasks]),
        *scale_charts(report, outline),
        figures_table(report, tasks, outline),
        set_aside(report, outline),
    )


def _standing_out(report: ReportContext, frame: pd.DataFrame) -> Block:
    """Which of several tasks are ahead and which behind; nothing is said of one task or of too few schools."""
    own = frame[frame["answered_count"] >= fewest(report)]
    shares = own.assign(share=done_share(own))
    if len(shares) < MANY_TASKS or shares["share"].nunique() < 2:
        return Block("")
    return paragraph(extremes(report, shares, "tasks.heading"))


def _task_told(report: ReportContext, task: Task, statuses: dict[str, Record]) -> Block:
    """One task: its title, how many schools have done it, the systems that the letter names for it."""
    row = statuses.get(task.task_id)
    if row is None:
        who = whole_of(report.summaries.reporting_levels)
        others = {"late": who["late_count"], "missing": who["missing_count"] + who["refused_count"]}
        text = say(
            report, "tasks.timeliness", count=int(who["on_time_count"]), total=int(who["expected_count"]),
            others=counted(report, "reporting.parts", others),
        )  # fmt: skip
    else:
        key = f"tasks.status{_degree(report, row)}" if row["answered_count"] else "tasks.status_unknown"
        text = say(
            report, key, count=row["done_count"], total=row["answered_count"], others=_other_statuses(report, row),
            silent=_silent(report, row),
        )  # fmt: skip
    systems = say(report, "tasks.systems", systems=task.systems) if task.systems else ""
    return lead_in(f"{task.task_id}. {task.short_title}:", text, systems)


def _degree(report: ReportContext, row: Record) -> str:
    """Whether most schools have done one task, only few, or neither; too few schools allow no such word."""
    if row["answered_count"] < fewest(report) or row["done_count"] in (0, row["answered_count"]):
        return ""
    pct = 100 * row["done_count"] / row["answered_count"]
    return (
        "_most"
        if pct >= threshold(report, "task_strong")
        else "_few"
        if pct < threshold(report, "task_weak")
        else ""
    )


def _other_statuses(report: ReportContext, row: Record) -> str:
    """The schools that have not done one task, by what they reported of it; nothing is said of none."""
    parts = [
        (row[f"{name}_count"], title.lower())
        for name, title in list(report.declared.form.choices("status").items())[1:]
    ]
    return listed(
        [say(report, "tasks.status_part", count=count, status=status) for count, status in parts if count]
    )


def _silent(report: ReportContext, row: Record) -> str:
    """The schools that a share leaves out, after a semicolon: without a report, or with the question left blank."""
    names = _unanswered(report).get(row["task_id"], [])
    parts = [
        say(report, f"tasks.silent.{key}", count=int(count), names=listed(names))
        for key, count in (("unanswered", len(names)), ("not_submitted", row["not_submitted_count"]))
        if count
    ]  # fmt: skip
    return joined(["; ", listed(parts)], "") if parts else ""


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
