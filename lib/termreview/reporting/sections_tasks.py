"""One section of part II: the tasks of one heading, their status, and what measures them."""

from __future__ import annotations

import pandas as pd

from termreview.reference.measures import Task
from termreview.reporting.blocks import Block, bullets, paragraph, stack
from termreview.reporting.charts import Figure, stacked_bars
from termreview.reporting.context import ReportContext
from termreview.reporting.narrative import listed
from termreview.reporting.rows import Record, by_key, largest, smallest
from termreview.reporting.sections_figures import figures_table, ratio_chart, set_aside
from termreview.reporting.summary_schools import ALL, whole_of
from termreview.reporting.tables import table
from termreview.reporting.trace_target import TASK, trace_target
from termreview.reporting.wording import labels, say

MISSING_LABEL = "Chưa có thông tin"


def overview(report: ReportContext) -> Block:
    """All tasks at once: how many schools have done each."""
    frame = whole_statuses(report)
    counts = whole_of(report.summaries.statuses)
    text = say(
        report, "tasks.overview", count=len(report.declared.tasks), asked_tasks=len(frame),
        done=counts["done_count"], asked=counts["asked_count"],
        pct=100 * counts["done_count"] / max(counts["asked_count"], 1), under_way=counts["under_way_count"],
        not_started=counts["not_started_count"], missing=counts["missing_count"],
    )  # fmt: skip
    return stack(paragraph(text), tasks_chart(report, frame), status_table(report, frame))


def tasks_chart(report: ReportContext, frame: pd.DataFrame) -> Figure:
    """The status of every task as shares of the schools it applies to."""
    statuses = labels(report, "statuses")
    parts = {f"{name}_count": statuses.get(name, name) for name in report.declared.form.choices("status")}
    parts["missing_count"] = MISSING_LABEL
    alt = ""
    if not frame.empty:
        share = frame["done_count"] / frame["asked_count"].where(frame["asked_count"] > 0)
        shares = frame.assign(share=share)
        best, least = largest(shares, "share"), smallest(shares, "share")
        alt = say(
            report, "tasks.overview_alt", best=best["title"], best_count=best["done_count"],
            best_total=best["asked_count"], least=least["title"], least_count=least["done_count"],
            least_total=least["asked_count"],
        )  # fmt: skip
    return stacked_bars(
        frame, category="name", parts=list(parts), part_labels=parts, totals="asked_count", as_share=True,
        title="Tình trạng thực hiện từng nhiệm vụ (số trường, tỉ lệ trên số trường được giao)", alt=alt,
        caption=say(report, "tasks.overview_note"),
    )  # fmt: skip


def status_table(report: ReportContext, frame: pd.DataFrame) -> Block:
    """The status of every task, counted, with what is missing told apart."""
    numbers = ["done_count", "under_way_count", "not_started_count", "unanswered_count", "not_submitted_count", "asked_count"]  # fmt: skip
    statuses = labels(report, "statuses")
    heads = {f"{name}_count": statuses.get(name, name) for name in report.declared.form.choices("status")}
    return table(
        frame,
        columns={"name": "Nhiệm vụ", "asked_count": "Trường được giao"}
        | heads
        | {"unanswered_count": "Bỏ trống", "not_submitted_count": "Chưa có báo cáo"},
        caption="Tình trạng thực hiện nhiệm vụ (số trường)",
        formats=dict.fromkeys(numbers, "integer"),
        marks="mark",
        max_rows=10,
        traces=dict.fromkeys(heads, lambda row: trace_target(TASK, row["task_id"], ALL)),
    )


def whole_statuses(report: ReportContext) -> pd.DataFrame:
    """The status counts of every task over all schools, with the task's names: one row per task."""
    statuses = report.summaries.statuses
    own = statuses[statuses["scope"] == ALL]
    tasks = pd.DataFrame(
        [(task.task_id, task.short_title, f"{task.task_id} {task.short_title}", task.mark, task.outline) for task in report.declared.tasks],
        columns=["task_id", "title", "name", "mark", "outline"],
    )  # fmt: skip
    return tasks.merge(own, on="task_id", how="inner")


def task_results(report: ReportContext, outline: str) -> Block:
    """The tasks of one heading of part II: a sentence each, their ratios as a chart, all figures in a table."""
    tasks = [task for task in report.declared.tasks if task.outline == outline]
    statuses = by_key(whole_statuses(report), "task_id")
    sentences: list[object] = [_task_sentence(report, task, statuses) for task in tasks]
    return stack(
        bullets(sentences),
        ratio_chart(report, outline),
        figures_table(report, tasks, outline),
        set_aside(report, outline),
    )


def _task_sentence(report: ReportContext, task: Task, statuses: dict[str, Record]) -> str:
    name = f"{task.task_id} {task.title}"
    row = statuses.get(task.task_id)
    if row is not None:
        text = say(
            report, "tasks.status", task=name, count=row["done_count"], total=row["asked_count"],
            others=_other_statuses(report, row),
        )  # fmt: skip
    else:
        who = whole_of(report.summaries.reporting_levels)
        text = say(
            report, "tasks.timeliness", task=name, count=int(who["on_time_count"]), total=int(who["expected_count"]),
            late=who["late_count"], missing=who["missing_count"] + who["refused_count"],
        )  # fmt: skip
    return f"{text} {say(report, 'tasks.systems', systems=task.systems)}" if task.systems else text


def _other_statuses(report: ReportContext, row: Record) -> str:
    """The schools that have not done one task, by what they said of it; nothing is said of none."""
    statuses = labels(report, "statuses")
    parts = [
        (row[f"{name}_count"], statuses.get(name, name).lower())
        for name in list(report.declared.form.choices("status"))[1:]
    ]
    parts.append((row["missing_count"], say(report, "tasks.status_missing")))
    return listed(
        [say(report, "tasks.status_part", count=count, status=status) for count, status in parts if count]
    )
