"""One assessment of the term: strengths, limits, causes and next steps that the figures call for."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.reporting.blocks.rows import by_key, records
from termreview.reporting.blocks.values import Number, Sentence, joined
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import fill
from termreview.reporting.report.wording import before_name, fewest, label, lower_first, say, threshold
from termreview.reporting.sections.assessment.evidence import Evidence, Point
from termreview.reporting.sections.assessment.stories import fallen_schools, stories_told
from termreview.reporting.summaries.quality import schools_writing

EVIDENCE_REASONS = ("no_evidence", "disputed")
UNANSWERED_REASONS = ("unanswered", "no_facts", "unreadable")


def strengths(report: ReportContext, evidence: Evidence) -> list[str]:
    """What the figures show to be going well."""
    lines = []
    total = max(evidence.expected_count, 1)
    is_many = evidence.expected_count >= fewest(report)
    if is_many and 100 * evidence.reported_count / total >= threshold(report, "report_rate_strong"):
        lines.append(
            say(
                report, "assessment.strengths.report_rate", count=evidence.reported_count, total=evidence.expected_count,
                on_time=evidence.on_time_count,
            )
        )  # fmt: skip
    for key, items in (
        ("tasks", evidence.strong_tasks),
        ("lines", evidence.reached_lines),
        ("ratios", evidence.strong_ratios),
        ("levels", evidence.top_levels),
    ):
        if items:
            lines.append(say(report, f"assessment.strengths.{key}", items=told(report, items)))
    if evidence.risen_ratios:
        lines.append(_change_line(report, "strengths", evidence.risen_ratios))
    if evidence.raised:
        lines.append(_moves_line(report, "strengths.raised", evidence.raised))
    return lines


def limits(report: ReportContext, evidence: Evidence) -> list[str]:
    """What the figures show to be lacking."""
    lines = []
    missing = evidence.expected_count - evidence.reported_count
    if missing:
        lines.append(say(report, "assessment.limits.reports", count=missing, total=evidence.expected_count))
    for key, items in (
        ("tasks", evidence.weak_tasks),
        ("lines", evidence.missed_lines),
        ("ratios", evidence.weak_ratios),
        ("criteria", evidence.weak_criteria),
    ):
        if items:
            values = {"criterion_weak": Number(threshold(report, "criterion_weak"))}
            lines.append(say(report, f"assessment.limits.{key}", items=told(report, items), **values))
    if evidence.fallen_ratios:
        lines.append(_change_line(report, "limits", evidence.fallen_ratios))
    fallen = fallen_schools(report)  # told below, with what they fell by
    if lowered := [point for point in evidence.lowered if point.name not in fallen]:
        lines.append(_moves_line(report, "limits.lowered", lowered))
    if evidence.failed_count:
        lines.append(say(report, "assessment.limits.conditions", count=evidence.failed_count))
    if evidence.open_count:
        lines.append(
            say(
                report,
                "assessment.limits.not_concluded",
                count=evidence.open_count,
                total=evidence.group_count,
            )
        )
    if evidence.repair_count:
        lines.append(
            say(
                report, "assessment.limits.repair", count=evidence.repair_count, total=evidence.reported_count
            )
        )
    return [*lines, *stories_told(report, "limits")]


def causes(report: ReportContext, evidence: Evidence) -> list[str]:
    """Why, as far as figures tell: open points by reason, broken machines, what schools name, faulty input."""
    lines = []
    open_points = report.summaries.open_points
    for key, reasons in (
        ("no_evidence", ("no_evidence",)),
        ("disputed", ("disputed",)),
        ("unanswered", UNANSWERED_REASONS),
    ):
        own = open_points[open_points["reason"].isin(reasons)]
        if not own.empty:
            lines.append(
                say(
                    report, f"assessment.causes.{key}", schools=own["school_id"].nunique(),
                    points=own["open_points"].sum(),
                )
            )  # fmt: skip
    held = sum(
        group.unallocated.points for group in report.declared.indicator_set.groups if group.unallocated
    )
    text = say(report, "assessment.causes.unallocated", points=held)
    if held and text:
        lines.append(text)
    figures = by_key(report.summaries.figures, "figure_id")
    for figure_id in report.reference.sentences["assessment"]["named_figures"]:
        row = figures.get(figure_id)
        if row is not None and pd.notna(row["value"]) and row["value"] > 0:
            key = f"assessment.named_figures.{figure_id}"
            lines.append(
                say(report, key, value=row["value"], counted=row["counted_count"], asked=row["asked_count"])
            )
    if evidence.repair_count:
        lines.append(say(report, "assessment.causes.repair", count=evidence.repair_count))
    shared = report.summaries.findings.query("severity == 'error' and school_count > 1")
    checks = {check.check_code for check in report.declared.checks}
    items = [
        say(
            report,
            "assessment.causes.repair_item",
            title=lower_first(row["title"]),
            count=row["school_count"],
        )
        for row in records(shared[shared["check_code"].isin(checks)])
    ]
    if items:
        lines.append(say(report, "assessment.causes.repair_shared", items=at_most(report, items)))
    named = schools_writing(report.summaries.opinions, "difficulties")
    if named:
        key = "difficulties" if report.edition == INTERNAL else "difficulties_counted"
        lines.append(say(report, f"assessment.causes.{key}", count=named))
    return lines


def next_steps(report: ReportContext, evidence: Evidence) -> list[str]:
    """What the limits call for."""
    lines = []
    missing = evidence.expected_count - evidence.reported_count
    if missing:
        lines.append(say(report, "assessment.next_steps.reports", count=missing))
    if evidence.repair_count:
        lines.append(say(report, "assessment.next_steps.repair", count=evidence.repair_count))
    for key, items in (
        ("tasks", evidence.weak_tasks),
        ("ratios", evidence.weak_ratios),
        ("criteria", evidence.weak_criteria),
    ):
        if items:
            names = list(dict.fromkeys(item.name for item in items))
            lines.append(say(report, f"assessment.next_steps.{key}", items=at_most(report, names)))
    if evidence.line_goals:
        goals, office = told(report, evidence.line_goals), report.declared.office.short_name
        lines.append(say(report, "assessment.next_steps.lines", items=goals, office=office))
    if evidence.failed_count:
        lines.append(say(report, "assessment.next_steps.conditions", count=evidence.failed_count))
    open_points = report.summaries.open_points
    lacking = open_points.loc[open_points["reason"].isin(EVIDENCE_REASONS), "school_id"].nunique()
    if lacking:
        lines.append(say(report, "assessment.next_steps.evidence", count=lacking))
    return [*lines, *stories_told(report, "next")]


def told(report: ReportContext, items: Sequence[Point]) -> str:
    """Several points with their figures, as one sentence lists them."""
    return at_most(report, [item.told for item in items])


def at_most(report: ReportContext, items: Sequence[str]) -> Sentence:
    """Several items as one sentence lists them, at most as many as declared; items may hold commas."""
    most = int(threshold(report, "most_listed"))
    if len(items) <= most:
        return joined(items, "; ")
    rest = fill(label(report, "rest", "points"), {"count": len(items) - most + 1})
    return joined([joined(items[: most - 1], "; "), rest], " và ")


def _moves_line(report: ReportContext, key: str, items: Sequence[Point]) -> str:
    values = {"count": len(items), "items": told(report, items), "before": before_name(report)}
    return say(report, f"assessment.{key}", **values)


def _change_line(report: ReportContext, part: str, items: Sequence[Point]) -> str:
    step = Number(threshold(report, "change_strong"))
    return say(
        report, f"assessment.{part}.change", items=told(report, items), change_strong=step,
        before=before_name(report),
    )  # fmt: skip
