"""One section of the year-end summary: tasks and ratios since the term before, among the same schools."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.blocks import Block, bullets, callout, paragraph, stack
from termreview.reporting.charts import dumbbell
from termreview.reporting.context import ReportContext, TermView
from termreview.reporting.narrative import listed
from termreview.reporting.number_format import number_text
from termreview.reporting.rows import largest, records
from termreview.reporting.sections_figures import coverage, parts_text
from termreview.reporting.summary_change import (
    GONE,
    MERGED,
    SAME,
    paired_schools,
    ratio_change,
    status_change,
)
from termreview.reporting.tables import table
from termreview.reporting.wording import say


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
        say(report, "change.gone", count=len(gone), names=listed(list(gone["short_name"]))),
        say(report, "change.years"),
    ]
    return bullets([line for line in lines if line])


def task_changes(report: ReportContext) -> Block:
    """The share of schools that have done each task, before and after: chart and table."""
    if report.previous is None:
        return no_comparison(report)
    frame = status_change(report.previous.summaries.school_statuses, report.summaries.school_statuses)
    names = {task.task_id: f"{task.task_id} {task.short_title}" for task in report.declared.tasks}
    frame = frame.assign(name=frame["task_id"].map(names), gain=frame["after_pct"] - frame["before_pct"])
    rows = records(frame)
    frame = frame.assign(
        before_text=[
            f"{number_text(row['before_count'])}/{number_text(row['counted_count'])}" for row in rows
        ],
        after_text=[f"{number_text(row['after_count'])}/{number_text(row['counted_count'])}" for row in rows],
    )
    before, after = term_names(report)
    best = largest(frame, "gain") if len(frame) else None
    alt = (
        say(report, "change.tasks_alt", best=best["name"], before=best["before_pct"], after=best["after_pct"])
        if best is not None
        else say(report, "change.nothing")
    )
    return stack(
        paragraph(say(report, "change.tasks", count=int((frame["gain"] > 0).sum()), total=len(frame))),
        dumbbell(
            frame, label="name", before="before_pct", after="after_pct", before_label=before, after_label=after,
            unit="percent", title="Tỉ lệ trường hoàn thành từng nhiệm vụ, cùng các trường ở hai kỳ", alt=alt,
            caption="Chỉ tính trường trả lời câu hỏi tình trạng ở cả hai kỳ; số trường ghi ở bảng dưới.",
        ),
        table(
            frame,
            columns={"name": "Nhiệm vụ", "before_text": before, "after_text": after, "before_pct": f"{before} (%)", "after_pct": f"{after} (%)", "gain": "Thay đổi (điểm %)"},
            caption="Số trường hoàn thành nhiệm vụ ở hai kỳ, trên số trường trả lời cả hai kỳ",
            formats={"before_pct": "decimal1", "after_pct": "decimal1", "gain": "decimal1"},
            align={"before_text": "right", "after_text": "right"},
            max_rows=10,
        ),
    )  # fmt: skip


def ratio_changes(report: ReportContext) -> Block:
    """The key ratios before and after, over the schools that count in both terms: chart and table."""
    if report.previous is None:
        return no_comparison(report)
    frame = ratio_change(
        report.previous.summaries.school_ratios, report.summaries.school_ratios, report.reference.ratios
    )
    asked = report.summaries.ratios.query("scope == 'all'").set_index("ratio_id")["asked_count"]
    frame = frame.assign(asked_count=frame["ratio_id"].map(asked))
    shares = frame[frame["unit"] == "percent"]
    before, after = term_names(report)
    best = largest(shares.assign(size=shares["change"].abs()), "size") if len(shares) else None
    alt = (
        say(
            report,
            "change.ratios_alt",
            best=best["short_title"],
            before=best["before_value"],
            after=best["after_value"],
        )
        if best is not None
        else say(report, "change.nothing")
    )
    return stack(
        paragraph(say(report, "change.ratios", count=int(frame["is_better"].sum()), total=len(frame))),
        dumbbell(
            shares, label="short_title", before="before_value", after="after_value", before_label=before,
            after_label=after, unit="percent", title="Các tỉ lệ chính ở hai kỳ, cùng các trường", alt=alt,
            caption="Mỗi dòng chỉ tính các trường có đủ tử số và mẫu số ở cả hai kỳ.",
        ),
        _ratio_table(frame, before, after, say(report, "tasks.money_note")),
    )  # fmt: skip


def _ratio_table(frame: pd.DataFrame, before: str, after: str, money_note: str) -> Block:
    rows = records(frame)
    forms = ["percent1" if row["unit"] == "percent" else "ratio" for row in rows]

    def parts(prefix: str) -> list[str]:
        return [
            f"{number_text(row[f'{prefix}_value'], form)} ({parts_text(row, f'{prefix}_')})"
            for row, form in zip(rows, forms, strict=True)
        ]

    shown = frame.assign(
        before_text=parts("before"),
        after_text=parts("after"),
        change_text=[
            number_text(row["change"], "decimal1" if row["unit"] == "percent" else "ratio") for row in rows
        ],
        trend=[
            "tốt lên" if row["is_better"] else "không đổi" if row["change"] == 0 else "kém đi" for row in rows
        ],
        coverage=[coverage(row) for row in rows],
    )
    return table(
        shown,
        columns={"title": "Tỉ lệ", "before_text": before, "after_text": after, "change_text": "Thay đổi", "trend": "Chiều hướng", "coverage": "Trường so sánh được"},
        caption="Các tỉ lệ chính ở hai kỳ, trên cùng các trường",
        align=dict.fromkeys(("before_text", "after_text", "change_text", "coverage"), "right"),
        marks="mark",
        max_rows=10,
        notes=["Thay đổi tính bằng điểm phần trăm; riêng học sinh/máy tính tính bằng số học sinh, giảm là tốt lên.", money_note],
    )  # fmt: skip


def school_pairs(report: ReportContext, previous: TermView) -> pd.DataFrame:
    """How the schools of both terms pair up."""
    since, until = (pd.Timestamp(view.declared.plan.due_on) for view in (previous, report.term))
    return paired_schools(previous.schools, report.term.schools, report.reference.registry, since, until)


def term_names(report: ReportContext) -> tuple[str, str]:
    """How the two terms are called in heads and legends."""
    before = report.previous.declared.plan.title if report.previous else ""
    return before[:1].upper() + before[1:], "Cuối năm học"


def no_comparison(report: ReportContext) -> Block:
    """What stands where the term before has no tables."""
    return callout("Chưa so sánh được", [say(report, "change.no_previous")], "query")
