"""One school's next duty at the head of its page: what to do, by when, and whom to call; why a level fell."""

from __future__ import annotations

from typing import Any

from termreview.reference.kinds.calendar import contact_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.report.context import ReportContext
from termreview.reporting.school_pages.material import material_of, word
from termreview.reporting.school_pages.work import asked_counts
from termreview.reporting.summaries.index import level_with_reason

View = dict[str, Any]
MISSING, REFUSED, UNREAD = "missing", "refused", "unread"


def todo_view(report: ReportContext, school_id: str, silence: str) -> View:
    """What the school owes, with its day, how it is done, and whom it calls.

    `silence` is why nothing counts (`silence_of`), blank where a report does. `kind` is `owed` or `nothing`.
    """
    counts = asked_counts(report, school_id)
    if silence:
        key = silence
    elif counts["error"]:
        key = "mend_and_explain" if counts["query"] else "mend"
    else:
        key = "explain" if counts["query"] else "nothing"
    until = _until(report)
    title = word(report, f"todo.{key}", until=until, errors=counts["error"], queries=counts["query"])
    how = {MISSING: "how_missing", REFUSED: "how_refused", UNREAD: "how_unread", "nothing": ""}.get(
        key, "how_mend"
    )
    notes = [word(report, f"todo.{how}", school_id=school_id)] if how else []
    office = report.declared.office
    call = word(report, "todo.call", contact=contact_text(office, report.reference.labels["contact"]))
    return {"title": title, "notes": notes, "call": call, "kind": "nothing" if key in ("nothing", UNREAD) else "owed"}  # fmt: skip


def silence_of(report: ReportContext, school_id: str) -> str:
    """Why nothing counts of one school: no file, a file that cannot be read, or one that this machine has not read."""
    reporting = material_of(report).reporting[school_id]
    if reporting["state"] != "refused":
        return MISSING
    return UNREAD if reporting["refused_reason"] == "cannot_be_opened" else REFUSED


def fall_lines(report: ReportContext, school_id: str) -> list[str]:
    """One sentence for each group that surely fell a level since the term compared with, then the school's own reason."""
    material = material_of(report)
    lines = []
    for group in report.declared.indicator_set.groups:
        was, now = (table.get((school_id, group.group_id)) for table in (material.before, material.standings))
        if was is None or now is None or {was["state"], now["state"]} != {"scored"}:
            continue
        if now["score_level_high"] < was["score_level_low"]:
            lines.append(
                word(report, "fall.group", group=group.group_id, title=group.title, before=_levels(was), after=level_with_reason(report.reference, _levels(now), now["held_by"]),
                     start=interval_text(was["low"], was["placed_high"]), end=interval_text(now["low"], now["placed_high"]))
            )  # fmt: skip
    if not lines:
        return []
    reason = told_reason(report, school_id)
    return [*lines, word(report, "fall.reason", reason=reason) if reason else word(report, "fall.no_reason")]


def _levels(row: Record) -> str:
    low, high = int(row["score_level_low"]), int(row["score_level_high"])
    return str(low) if low == high else f"{low}–{high}"


def told_reason(report: ReportContext, school_id: str) -> str:
    """What the school wrote where the office looks for the cause of a fall; blank where it wrote nothing."""
    field_id = report.reference.stories.cause_field
    told = report.term.answers.text(field_id).get(school_id) if field_id else None
    return str(told).rstrip(". ") if isinstance(told, str) else ""


def _until(report: ReportContext) -> str:
    day = report.declared.plan.resubmission_due_on
    if day is None:
        return word(report, "todo.soon")
    return word(report, "todo.until" if report.as_of <= day else "todo.at_once", day=number_text(day, "date"))
