"""One school's page (phiếu phản hồi): what its template shows, gathered from the parts that fit the school."""

from __future__ import annotations

from typing import Any

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.school_outlook import advice_of, look_ahead
from termreview.reporting.report.wording import before_name, label, say
from termreview.reporting.school_pages.index import (
    change_view,
    conditions_view,
    criteria_view,
    last_result,
    lead_view,
    level_margins_view,
    scores_view,
    years_view,
)
from termreview.reporting.school_pages.material import doubt_mark, material_of, standing_level, word
from termreview.reporting.school_pages.todo import fall_lines, silence_of, todo_view
from termreview.reporting.school_pages.work import findings_view, good_view, ratios_view, tasks_view
from termreview.reporting.summaries.index import OVERALL
from termreview.scoring.goal import goal_of
from termreview.scoring.next_level import CONDITION, RAISE, PathStep
from termreview.scoring.rules import UNANSWERED

SCORED, REPORTED, SILENT = "scored", "reported", "silent"


def kind_of(report: ReportContext, school_id: str) -> str:
    """`scored`; `reported`: a report came, but the index does not apply; `silent`: no report that could be read."""
    material = material_of(report)
    if material.reporting[school_id]["state"] not in ("on_time", "late"):
        return SILENT
    return SCORED if (school_id, OVERALL) in material.standings else REPORTED


def page_view(report: ReportContext, school_id: str) -> dict[str, Any]:
    """Everything that the template of one school's page fills in; words are text, drawings are SVG."""
    kind = kind_of(report, school_id)
    silence = silence_of(report, school_id) if kind == SILENT else ""
    view: dict[str, Any] = {
        "kind": kind,
        "todo": todo_view(report, school_id, silence),
        "fall": [],
        "words": report.reference.school_pages,
        "head": _head(report, school_id),
        "findings": findings_view(report, school_id),
        "foot": _foot(report, kind),
    }
    if kind == SILENT:
        return view | {"lead": _silent_lead(report, school_id, silence)}
    view |= {"tasks": tasks_view(report, school_id), "good": good_view(report, school_id)}
    if kind == REPORTED:
        return view | {"lead": _unscored_lead(report, view), "ratios": ratios_view(report, school_id)}
    return view | {
        "lead": lead_view(report, school_id),
        "fall": fall_lines(report, school_id),
        "scores": scores_view(report, school_id),
        "criteria": criteria_view(report, school_id),
        "conditions": conditions_view(report, school_id),
        "strength": level_margins_view(report, school_id),
        "path": path_view(report, school_id),
        "change": change_view(report, school_id),
        "years": years_view(report, school_id),
        "change_title": word(report, "change.title", before=before_name(report) or "kỳ trước"),
    }


def _head(report: ReportContext, school_id: str) -> dict[str, Any]:
    material, plan, office = material_of(report), report.declared.plan, report.declared.office
    school, reporting = material.schools[school_id], material.reporting[school_id]
    places = {"term": plan.title, "school_year": plan.term.school_year}
    due_on = number_text(plan.due_on, "date")
    state = str(reporting["state"])
    received = {"received_on": number_text(reporting["received_on"], "date")} if state in ("on_time", "late") else {}  # fmt: skip
    told = word(report, f"head.{state}", due_on=due_on, **received)
    return {
        "office": office.name,
        "parent": office.parent_body,
        "page_title": word(report, "head.page_title", school=school["name"], **places),
        "subtitle": word(report, "head.subtitle", **places),
        "school": school["name"],
        "facts": [
            (word(report, "head.code"), school_id),
            (word(report, "head.level"), school["level_title"]),
            (word(report, "head.commune"), school["commune_name"]),
            (word(report, "head.report"), told),
        ],
        "as_of": word(report, "head.as_of", as_of=number_text(report.as_of, "date")),
        "internal": word(report, "head.internal"),
        "illustrative": say(report, "report.banner_text") if office.is_illustrative else "",
    }


def _silent_lead(report: ReportContext, school_id: str, silence: str) -> dict[str, Any]:
    due_on = number_text(report.declared.plan.due_on, "date")
    notes = [word(report, f"lead.{silence}_note", due_on=due_on), *last_result(report, school_id)]
    return {"title": word(report, f"lead.{silence}"), "notes": notes, "kind": "silent"}


def _unscored_lead(report: ReportContext, view: dict[str, Any]) -> dict[str, Any]:
    tasks = view["tasks"]
    is_scored = not report.declared.indicator_set.is_none
    counts = {"done": tasks["done"], "total": tasks["total"]}
    title = word(report, "lead.preschool", **counts) if tasks["total"] else word(report, "lead.received")
    note = word(report, "lead.preschool_note" if is_scored else "lead.unscored_note")
    return {"title": title, "notes": [note], "kind": "plain"}


def _foot(report: ReportContext, kind: str) -> list[str]:
    made = word(
        report, "foot.made", office=report.declared.office.short_name,
        as_of=number_text(report.as_of, "date"),
    )  # fmt: skip
    if kind != SCORED:
        return [made]
    marks = word(report, "foot.marks", set=report.declared.indicator_set.short_title)
    return [word(report, "foot.claims"), marks, made]


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
