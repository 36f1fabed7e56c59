"""One section on what changed since a report was handed out: every figure that moved, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.tables import STACKED, table
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.changes.bridge import DECISION, FILE_CAUSES, IN_PLACE
from termreview.reporting.changes.bridge_figures import HIGH, LOW, STANDING
from termreview.reporting.changes.comparison import Comparison, compare_with
from termreview.reporting.changes.variance_texts import (
    figure_text,
    group_of,
    heading_of,
    part_text,
    share_parts,
    step_text,
    title_of,
    written_as,
)
from termreview.reporting.changes.variances import Variance, causes_of
from termreview.reporting.editions.scope import INTERNAL
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import say
from termreview.reporting.summaries.index import OVERALL

_SHOWN = 20


def since_issued(report: ReportContext) -> Block:
    """What changed since the last report that was handed out; empty where there is none, or nothing moved."""
    if report.since is None:
        return Block("")
    comparison = compare_with(report, report.since.issue)
    return changes_list(report, comparison) if comparison.variances else Block("")


def changes_list(report: ReportContext, comparison: Comparison) -> Block:
    """The changes in words by cause, then every figure that moved: those of all schools, then each school's."""
    tables = (office_table, schools_table)
    return stack(
        changes_summary(report, comparison), *(shown(report, comparison, _SHOWN) for shown in tables)
    )


def changes_summary(report: ReportContext, comparison: Comparison, printed_count: int = 0) -> Block:
    """The changes in words: which reports, how much, and by which cause."""
    return stack(
        paragraph(opening(report, comparison, printed_count)), bullets(cause_lines(report, comparison))
    )


def opening(report: ReportContext, comparison: Comparison, printed_count: int = 0) -> str:
    """Which two reports are compared, and how much moved.

    Parameters
    ----------
    printed_count
        How many figures that the report prints changed, those that compare with another term among them.
    """
    issue = comparison.issue
    schools = len({variance.key[0] for variance in comparison.of_schools})
    values = {
        "number": issue.number, "as_of": issue.as_of, "now": comparison.as_of,
        "status": _status_text(report, issue.status), "now_status": _status_text(report, comparison.status),
        "figures": len(comparison.of_office), "schools": schools,
    }  # fmt: skip
    if not comparison.variances and printed_count:
        return say(report, "issued.nothing_own", printed=printed_count, **values)
    if not comparison.variances:
        return say(report, "issued.nothing", **values)
    if comparison.later is not None:
        return say(report, "issued.opening_later", later=comparison.later.number, **values)
    return say(report, "issued.opening", **values)


def _status_text(report: ReportContext, status: str) -> str:
    return str(report.reference.publishing["status"][status]).lower()


def cause_lines(report: ReportContext, comparison: Comparison) -> list[str]:
    """What each cause that has a part moved, a line each."""
    lines = []
    for cause in comparison.causes:
        names = comparison.schools_by(cause)
        if cause in FILE_CAUSES:
            own = [key for key, why in comparison.files.items() if why == cause]
            names = [comparison.names.get(key, key) + _file_text(report, cause, key) for key in own]
        ruled = listed(comparison.ruled) if cause == DECISION and comparison.ruled else ""
        ids = say(report, "issued.ruled", ids=ruled) if ruled else ""
        told = say(report, "issued.schools", count=len(names), names=listed(names, most=12)) if names else ""
        lines.append(
            say(report, f"issued.told.{cause}", schools=told or say(report, "issued.no_school"), ids=ids)
        )
    return lines


def _file_text(report: ReportContext, cause: str, school_id: str) -> str:
    """The name of the file that somebody changed where it lay, for the office alone."""
    if cause != IN_PLACE or report.edition != INTERNAL:
        return ""
    files = report.term.tables.submissions.query("fate == 'accepted' and school_id == @school_id")["file"]
    return "".join(say(report, "issued.file", file=name) for name in files)


def office_table(report: ReportContext, comparison: Comparison, max_rows: int | None = None) -> Block:
    """The figures of all schools that moved: what they were and are, and the part of each cause."""
    causes, rows = causes_of(comparison.of_office), []
    for variance in comparison.of_office:
        written, decimals = written_as(report, variance)
        parts = variance.printed_parts(decimals)
        rows.append(
            {
                "group": group_of(report, variance),
                "title": title_of(report, variance) + share_parts(report, variance, written),
                "before": figure_text(variance.before, written), "after": figure_text(variance.after, written),
                "move": part_text(sum(parts.values(), Decimal(0))) or "0",
                **{cause: part_text(parts[cause]) for cause in causes},
            }
        )  # fmt: skip
    return _table(report, rows, "office", ["move", *causes], [], max_rows)


def schools_table(report: ReportContext, comparison: Comparison, max_rows: int | None = None) -> Block:
    """The scores and levels of schools that moved, group by group: bounds and level, and the part of each cause."""
    by_school: dict[tuple[str, str], dict[str, Variance]] = {}
    for variance in comparison.of_schools:
        school_id, kind, _, group_id = variance.key
        by_school.setdefault((group_id, school_id), {})[kind] = variance
    order = [*(group.group_id for group in report.declared.indicator_set.groups), OVERALL]
    places = list(comparison.names)
    rows = []
    for group_id, school_id in sorted(
        by_school, key=lambda key: (_place(order, key[0]), _place(places, key[1]))
    ):
        variances = by_school[group_id, school_id]
        rows.append(
            {
                "group": heading_of(report, group_id),
                "title": comparison.names.get(school_id, school_id),
                **_bounds(comparison, school_id, group_id, variances),
                "level": _level(report, variances),
                "why": "; ".join(
                    say(report, "issued.cause", cause=say(report, f"issued.columns.{cause}"), part=part)
                    for cause in causes_of(variances.values())
                    if (part := _part(report, variances, cause))
                ),
            }
        )
    return _table(report, rows, "schools", ["level", "why"], [say(report, "issued.schools_note")], max_rows)


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _bounds(
    comparison: Comparison, school_id: str, group_id: str, variances: dict[str, Variance]
) -> dict[str, str]:
    """The bounds of one group before and now; where only one end moved, the other is what it was."""
    if group_id == OVERALL:
        return {"before": "", "after": ""}
    told = {}
    for side in ("before", "after"):
        ends = [
            getattr(variances[kind], side)
            if kind in variances
            else comparison.figures[school_id, kind, "", group_id]
            for kind in (LOW, HIGH)
        ]
        told[side] = interval_text(*(None if end.value is None else float(end.value) for end in ends))
    return told


def _level(report: ReportContext, variances: dict[str, Variance]) -> str:
    """How the level changed, from what it was to what it is."""
    if STANDING not in variances:
        return ""
    steps = variances[STANDING].steps
    return step_text(report, replace(steps[-1], before=steps[0].before, held_before=steps[0].held_before))


def _part(report: ReportContext, variances: dict[str, Variance], cause: str) -> str:
    """What one cause did to one school's score: to the lower and the upper bound, and to the level."""
    ends = [
        part_text(variances[kind].printed_parts(1)[cause]) if kind in variances else ""
        for kind in (LOW, HIGH)
    ]
    points = say(report, "issued.bounds", low=ends[0] or "0", high=ends[1] or "0") if any(ends) else ""
    steps = [
        step_text(report, step)
        for step in (variances[STANDING].steps if STANDING in variances else ())
        if step.cause == cause
    ]
    return ", ".join(part for part in (points, *steps) if part)


def _table(
    report: ReportContext,
    rows: list[dict[str, Any]],
    name: str,
    last: Sequence[str],
    notes: list[str],
    max_rows: int | None,
) -> Block:
    if not rows:
        return Block("")
    columns = ["title", "before", "after", *last]
    heads = {column: say(report, f"issued.columns.{column}") for column in columns[1:]}
    return table(
        pd.DataFrame(rows, columns=["group", *columns]),
        columns={"title": say(report, f"issued.heads.{name}")} | heads,
        caption=say(report, f"issued.tables.{name}"),
        align=dict.fromkeys(columns[1:] if name == "office" else ("before", "after"), "right"),
        group_by="group",
        css_class=STACKED,
        max_rows=max_rows,
        notes=[*notes, say(report, "issued.parts_note")],
    )
