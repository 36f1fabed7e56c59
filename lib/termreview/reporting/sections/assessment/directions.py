"""One direction of part IV: what is to be done, how much of it, by whom and by which day."""

from __future__ import annotations

import datetime as dt

from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.values import Number, joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import fill
from termreview.reporting.report.wording import fewest, lower_first, say, threshold
from termreview.reporting.sections.assessment.assessment import at_most, point_list
from termreview.reporting.sections.assessment.evidence import (
    EVIDENCE_REASONS,
    Evidence,
    amount_left,
    schools_named,
)
from termreview.reporting.sections.assessment.stories import story_sentences
from termreview.reporting.sections.work.figures import parts_of_ratio
from termreview.reporting.sections.work.ratios import is_judged_by_school, missed_summary
from termreview.reporting.term.schools import ALL

_SENT_IN = ("reports", "repair")


def next_steps(report: ReportContext, evidence: Evidence) -> list[str]:
    """What the limits call for, a direction a line, each with its number, who does it and by when."""
    lines: list[str] = []

    def direct(key: str, **values: object) -> None:
        office = report.declared.office.short_name
        by = direction_day(report, key.split("_", 1)[0])
        lines.append(say(report, f"assessment.next_steps.{key}", by=by, office=office, **values))

    def direct_schools(key: str, school_ids: list[str] | tuple[str, ...]) -> None:
        if school_ids:
            direct(key, count=len(school_ids), names=schools_named(report, school_ids))

    direct_schools("reports", evidence.absent)
    direct_schools("repair", evidence.in_repair)
    if evidence.left_by_task:
        direct("tasks_left", items=point_list(report, evidence.left_by_task, "tasks"))
    if evidence.weak_tasks:
        direct("tasks", items=at_most(report, [item.goal for item in evidence.weak_tasks], "tasks"))
    if evidence.weak_ratios:
        direct("ratios", items=at_most(report, [item.goal for item in evidence.weak_ratios], "ratios"))
    if evidence.weak_criteria:
        line = Number(threshold(report, "criterion_weak"))
        direct("criteria", items=point_list(report, evidence.weak_criteria, "criteria"), criterion_weak=line)
    for key, values in _target_steps(report):
        direct(key, **values)
    direct_schools("conditions", evidence.failed)
    open_points = report.summaries.open_points
    lacking = open_points.loc[open_points["reason"].isin(EVIDENCE_REASONS), "school_id"]
    direct_schools("evidence", list(dict.fromkeys(lacking)))
    return [*lines, *story_sentences(report, "next", by=direction_day(report, "stories"))]


def direction_day(report: ReportContext, name: str) -> dt.date:
    """By which day one kind of direction is to be carried out: so many days on, or the next such day of a year.

    What is to be sent in has the day that the schools were told: the term's own while it is open, then that of what is
    sent again.
    """
    plan = report.declared.plan
    if name in _SENT_IN:
        for told in (plan.due_on, plan.resubmission_due_on):
            if told is not None and report.as_of <= told:
                return told
    text = str(report.reference.sentences["assessment"]["dates"][plan.report][name])
    if text.startswith("+"):
        return report.as_of + dt.timedelta(days=int(text))
    day, month = map(int, text.split("/"))
    own = report.as_of.replace(month=month, day=day)
    return own if own > report.as_of else own.replace(year=own.year + 1)


def _target_steps(report: ReportContext) -> list[tuple[str, dict[str, object]]]:
    """A direction for each target that is not reached: what is left of the whole, or the schools that miss it."""
    lines = report.summaries.lines
    is_many = len(report.term.schools) >= fewest(report)  # enough to name single schools of a small level
    is_telling = (is_judged_by_school(lines) & is_many) | (lines["counted_count"] >= fewest(report))
    targets = {target.target_id: target for target in report.reference.targets}
    steps: list[tuple[str, dict[str, object]]] = []
    by_school: dict[str, list[str]] = {}
    for row in records(lines[lines["is_reached"].eq(False).fillna(False) & is_telling]):
        target = targets[row["target_id"]]
        if is_judged_by_school(row):
            missed = say(report, "assessment.target_missed", **missed_summary(report, row))
            by_school.setdefault(lower_first(row["title"]), []).append(missed)
        elif row["scope"] == ALL:
            value = Number(row["value"], "percent1" if row["unit"] == "percent" else "ratio")
            left = amount_left(row, row["line"])
            goal = say(report, "assessment.target_goal", title=row["title"])
            if target.goal and left is not None:
                goal = fill(target.goal, {"left": left}, "goal", "targets.csv")
            steps.append(("targets", {"goal": goal, "value": value, "parts": parts_of_ratio(row)}))
    for title, parts in by_school.items():
        steps.append(("targets_schools", {"title": title, "values": joined(parts, "; ")}))
    return steps
