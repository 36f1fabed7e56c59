"""One school's path to its next level on its page: each step with what it takes, points before and after."""

from __future__ import annotations

from typing import Any

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.school_outlook import advice_of, look_ahead
from termreview.reporting.report.wording import label
from termreview.reporting.school_pages.material import doubt_mark, material_of, standing_level, word
from termreview.scoring.goal import goal_of
from termreview.scoring.next_level import CONDITION, RAISE, PathStep
from termreview.scoring.rules import UNANSWERED


def path_view(report: ReportContext, school_id: str) -> dict[str, Any]:
    """The steps, their totals by group, or why there is no path."""
    outlook, advice = look_ahead(report), advice_of(report)
    path = outlook.paths.get(school_id)
    if path is None:
        key = "path.short" if school_id in outlook.unconfirmed else "path.top"
        title = word(report, "path.other_title")
        return {"title": title, "lead": word(report, key), "rows": [], "totals": [], "note": ""}
    rows = [
        {
            "id": step.key,
            "title": _title(report, school_id, step),
            "goal": _goal(report, school_id, step),
            "before": "" if step.kind == CONDITION else _before(report, school_id, step),
            "after": "" if step.kind == CONDITION else number_text(step.after, "points"),
            "effort": advice.efforts.get(step.effort, str(step.effort)),
        }
        for step in path.steps
    ]
    standings = material_of(report).standings
    totals = []
    for group in report.declared.indicator_set.groups:
        now, then = standings[school_id, group.group_id], outlook.after[school_id, group.group_id]
        level = label(report, "score_levels_short", str(int(then["level_low"]))).lower()
        if then["level_low"] != then["level_high"]:
            level = word(report, "path.at_least", level=level)
        totals.append(
            {
                "title": word(report, "path.total", group=group.group_id),
                "before": f"{interval_text(now['low'], now['placed_high'])} ({standing_level(report, now).lower()})",
                "after": f"{interval_text(then['low'], then['placed_high'])} ({level})",
            }
        )
    return {
        "title": word(report, "path.title", level=path.level),
        "lead": word(report, "path.lead", level=path.level, count=len(path.steps)),
        "rows": rows,
        "totals": totals,
        "note": word(report, "path.mark", doubt=doubt_mark(report, advice.mark)),
    }


def _before(report: ReportContext, school_id: str, step: PathStep) -> str:
    """What is won now, as an interval where it is open; of an item that the school left blank nothing is known."""
    if _is_blank(report, school_id, step):
        return number_text(None, "points")
    row = _open_line(report, school_id, step)
    return interval_text(row["low"], row["high"]) if row else number_text(step.before, "points")


def _is_blank(report: ReportContext, school_id: str, step: PathStep) -> bool:
    row = _open_line(report, school_id, step)
    return row is not None and row["reason"] == UNANSWERED


def _open_line(report: ReportContext, school_id: str, step: PathStep) -> Record | None:
    open_lines = material_of(report).lacking.get(school_id, [])
    return next((row for row in open_lines if row["item_id"] == step.key), None)


def _title(report: ReportContext, school_id: str, step: PathStep) -> str:
    groups = report.declared.indicator_set.groups
    titles = {item.item_id: item.title for group in groups for item in group.items}
    titles |= {condition.criterion_id: condition.title for group in groups for condition in group.conditions}
    kind = "blank" if _is_blank(report, school_id, step) else step.kind
    return word(report, f"path.{kind}", title=titles[step.key])


def _goal(report: ReportContext, school_id: str, step: PathStep) -> str:
    """What the step comes to in counts, where counts decide its points."""
    if step.kind != RAISE:
        return ""
    declared, material = report.declared, material_of(report)
    level = material.schools[school_id]["level"]
    item = next(item for item in declared.indicator_set.items if item.item_id == step.key)
    goal = goal_of(item, level, material.numbers.get(school_id, {}))
    if goal is None or goal.wanted <= goal.now:
        return ""
    named = declared.form.fields_for(level, declared.term.part)
    label = next((field.label for field in named if field.field_id == goal.field_id), goal.field_id)
    places = {"label": label, "now": number_text(goal.now), "wanted": number_text(goal.wanted)}
    if goal.whole is None:
        return word(report, "path.goal", **places)
    return word(report, "path.goal_share", **places, whole=number_text(goal.whole))
