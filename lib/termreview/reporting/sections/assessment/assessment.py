"""One assessment of the term: the strengths and limits that the figures show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from termreview.reporting.blocks.values import Number, Sentence, joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import fill
from termreview.reporting.report.wording import before_name, fewest, label, say, threshold
from termreview.reporting.sections.assessment.evidence import Evidence, Point, schools_named
from termreview.reporting.sections.assessment.stories import fallen_schools, story_sentences

# What the points are that a sentence leaves out, by the sentence.
_RESTS: Final = {"tasks": "tasks", "left": "tasks", "ratios": "ratios", "criteria": "criteria"}


def strengths(report: ReportContext, evidence: Evidence) -> list[str]:
    """What the figures show to be going well."""
    lines = []
    total = max(evidence.expected_count, 1)
    is_many = evidence.expected_count >= fewest(report)
    is_reported = 100 * evidence.reported_count / total >= threshold(report, "report_rate_strong")
    # Who mostly sent too late has not kept the rule of reporting, however many sent.
    is_on_time = 100 * evidence.on_time_count >= threshold(report, "ratio_weak") * evidence.reported_count
    if is_many and is_reported and is_on_time:
        lines.append(
            say(
                report, "assessment.strengths.report_rate", count=evidence.reported_count, total=evidence.expected_count,
                on_time=evidence.on_time_count,
            )
        )  # fmt: skip
    if not is_many and evidence.on_time:
        lines.append(
            say(report, "assessment.strengths.on_time", names=schools_named(report, evidence.on_time))
        )
    for key, items in (
        ("schools", evidence.done_by_school),
        ("tasks", evidence.strong_tasks),
        ("lines", evidence.reached_lines),
        ("ratios", evidence.strong_ratios),
        ("levels", evidence.top_levels),
    ):
        if items:
            lines.append(
                say(
                    report,
                    f"assessment.strengths.{key}",
                    items=point_list(report, items, _RESTS.get(key, "points")),
                )
            )
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
        names = schools_named(report, evidence.absent)
        lines.append(
            say(
                report, "assessment.limits.reports", count=missing, total=evidence.expected_count, names=names
            )
        )
    for key, items in (
        ("left", evidence.left_by_task),
        ("tasks", evidence.weak_tasks),
        ("lines", evidence.missed_lines),
        ("ratios", evidence.weak_ratios),
        ("criteria", evidence.weak_criteria),
    ):
        if items:
            values = {"criterion_weak": Number(threshold(report, "criterion_weak"))}
            listed = point_list(report, items, _RESTS.get(key, "points"))
            lines.append(say(report, f"assessment.limits.{key}", items=listed, **values))
    if evidence.fallen_ratios:
        lines.append(_change_line(report, "limits", evidence.fallen_ratios))
    fallen = fallen_schools(report)  # told below, with what they fell by
    if lowered := [point for point in evidence.lowered if point.name not in fallen]:
        lines.append(_moves_line(report, "limits.lowered", lowered))
    if evidence.failed_count:
        lines.append(
            say(
                report,
                "assessment.limits.conditions",
                count=evidence.failed_count,
                names=schools_named(report, evidence.failed),
            )
        )
    if evidence.open_count:
        lines.append(
            say(
                report,
                "assessment.limits.not_concluded",
                count=evidence.open_count,
                total=evidence.group_count,
                schools=len(evidence.not_concluded),
                names=schools_named(report, evidence.not_concluded),
            )
        )
    if evidence.repair_count:
        lines.append(
            say(
                report,
                "assessment.limits.repair",
                count=evidence.repair_count,
                total=evidence.reported_count,
                names=schools_named(report, evidence.in_repair),
            )
        )
    return [*lines, *story_sentences(report, "limits")]


def point_list(report: ReportContext, items: Sequence[Point], rest: str = "points") -> str:
    """Several points with their figures, as one sentence lists them."""
    return at_most(report, [item.told for item in items], rest)


def at_most(report: ReportContext, items: Sequence[str], rest: str = "points") -> Sentence:
    """Several items as one sentence lists them, at most as many as declared; items may hold commas.

    What is left is counted by the declared word for its kind (`rest` at labels.yml), points unless told.
    """
    most = int(threshold(report, "most_listed"))
    if len(items) <= most:
        return joined(items, "; ")
    others = fill(label(report, "rest", rest), {"count": len(items) - most + 1})
    return joined([joined(items[: most - 1], "; "), others], " và ")


def _moves_line(report: ReportContext, key: str, items: Sequence[Point]) -> str:
    values = {
        "count": len(items),
        "items": point_list(report, items, "results"),
        "before": before_name(report),
    }
    return say(report, f"assessment.{key}", **values)


def _change_line(report: ReportContext, part: str, items: Sequence[Point]) -> str:
    step = Number(threshold(report, "change_strong"))
    return say(
        report, f"assessment.{part}.change", items=point_list(report, items, "ratios"), change_strong=step,
        before=before_name(report),
    )  # fmt: skip
