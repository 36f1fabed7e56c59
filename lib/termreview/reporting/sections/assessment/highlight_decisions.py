"""One opening page: what the figures ask the office to decide."""

from __future__ import annotations

from collections.abc import Sequence

from termreview.reporting.blocks.tables import UNSURE
from termreview.reporting.blocks.values import joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.sections.assessment.evidence import EVIDENCE_REASONS, Point, weigh
from termreview.reporting.sections.assessment.highlights import tell
from termreview.reporting.summaries.index import open_by_gap_alone


def decisions(report: ReportContext) -> list[str]:
    """What has to be decided, in the declared order and no more than declared; one sentence says so if nothing has."""
    texts = {
        "reports": _reports, "repair": _repair, "focus": _focus, "verify": _verify, "conditions": _conditions,
        "lines": _lines, "unallocated": _unallocated, "marks": _marks,
    }  # fmt: skip
    declared = report.reference.highlights
    found = [line for name in declared.decisions if (line := texts[name](report))]
    return found[: declared.most_decisions] or [tell(report, "decision_texts.none")]


def _reports(report: ReportContext) -> str:
    reporting = report.summaries.reporting
    absent = reporting[~reporting["state"].isin(["on_time", "late"])]
    if absent.empty:
        return ""
    names, due_on = listed(list(absent["short_name"])), report.declared.plan.due_on
    counts = {"count": len(absent), "total": len(reporting)}
    if report.as_of <= due_on:  # nothing to extend yet
        return tell(report, "decision_texts.reports_early", names=names, due_on=due_on, **counts)
    return tell(report, "decision_texts.reports", names=names, **counts)


def _repair(report: ReportContext) -> str:
    evidence = weigh(report)
    count, total = evidence.repair_count, evidence.reported_count
    return tell(report, "decision_texts.repair", count=count, total=total) if count else ""


def _focus(report: ReportContext) -> str:
    """The tasks, ratios and criteria that lag most: as many of each in turn as a sentence holds."""
    evidence = weigh(report)
    criteria = [
        tell(report, "decision_texts.focus_criterion", item=point.told) for point in evidence.weak_criteria
    ]
    lagging = (_point_texts(evidence.weak_tasks), _point_texts(evidence.weak_ratios), criteria)
    in_turn = [
        told[place] for place in range(max(map(len, lagging))) for told in lagging if place < len(told)
    ]
    return tell(report, "decision_texts.focus", items=_some(report, in_turn)) if in_turn else ""


def _lines(report: ReportContext) -> str:
    items = _point_texts(weigh(report).missed_lines)
    return tell(report, "decision_texts.lines", items=_some(report, items)) if items else ""


def _verify(report: ReportContext) -> str:
    """Where points wait for evidence or for a ruling, and how many levels hang on them."""
    open_points = report.summaries.open_points
    own = open_points[open_points["reason"].isin(EVIDENCE_REASONS)]
    if own.empty:
        return ""
    hanging = report.summaries.not_concluded.merge(own[["school_id", "group_id"]].drop_duplicates())
    return tell(
        report, "decision_texts.verify", count=len(hanging), total=len(report.summaries.not_concluded),
        schools=own["school_id"].nunique(), points=own["open_points"].sum(),
    )  # fmt: skip


def _conditions(report: ReportContext) -> str:
    count = weigh(report).failed_count
    return tell(report, "decision_texts.conditions", count=count) if count else ""


def _unallocated(report: ReportContext) -> str:
    """The levels that are open for no other reason than points of the set that belong to no item."""
    groups = report.declared.indicator_set.groups
    points = sum(group.unplaced_points for group in groups)
    rows = report.summaries.not_concluded
    count = int(open_by_gap_alone(rows).sum())
    if not points or not count:
        return ""
    return tell(report, "decision_texts.unallocated", count=count, total=len(rows), points=points)


def _marks(report: ReportContext) -> str:
    indicator_set = report.declared.indicator_set
    marks = {indicator_set.overall_mark, indicator_set.failed_condition_mark}
    marks |= {item.rule.mark for item in indicator_set.items}
    has_scores = bool((report.summaries.standings["state"] == "scored").any())
    return tell(report, "decision_texts.marks") if UNSURE in marks and has_scores else ""


def _point_texts(points: Sequence[Point]) -> list[str]:
    return [point.told for point in points]


def _some(report: ReportContext, items: Sequence[str]) -> str:
    """As many items as one sentence may name."""
    return joined(items[: report.reference.highlights.most_named], "; ")
