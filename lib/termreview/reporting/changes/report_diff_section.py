"""One section of a report by every figure in it that changed: cells of tables, sentences, and the part of each cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, escape_text, key_figures, paragraph, stack
from termreview.reporting.blocks.model import Part
from termreview.reporting.blocks.number_format import decimal_text, number_text
from termreview.reporting.blocks.tables import STACKED, table
from termreview.reporting.changes.place_variances import PlaceVariance
from termreview.reporting.changes.report_diff import PREVIOUS, PRINTED_CAUSES, ReportDiff
from termreview.reporting.changes.variance_texts import part_text
from termreview.reporting.records.issued import SYSTEMS
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import say

_MOST: Final = 120  # rows of one section on the page; the list has all


def main_figures(report: ReportContext, compared: ReportDiff) -> Block:
    """The figures of the report's opening page, from what they were to what they are, with the part of each cause."""
    return key_figures([_main_figure(report, variance) for variance in compared.main])


def _main_figure(report: ReportContext, variance: PlaceVariance) -> tuple[str, str, str]:
    before, after = (text or number_text(None) for text in (variance.before, variance.after))
    label = variance.where.row
    if before == after:
        return label, after, say(report, "issued.printed.unchanged")
    value = say(report, "issued.step", before=before, after=after)
    if variance.figures is None:
        return (
            label,
            value,
            listed([say(report, f"issued.columns.{cause}") for cause in _causes_of([variance])]),
        )
    told = {cause: _joined(own) for cause, own in variance.parts.items()}
    causes = [say(report, "issued.cause", cause=say(report, f"issued.columns.{cause}"), part=part) for cause, part in told.items() if part]  # fmt: skip
    return label, value, "; ".join(causes)


def diff_view(report: ReportContext, compared: ReportDiff) -> Block:
    """What is compared and what the parts mean, then section by section every printed figure that changed, folded."""
    told = diff_opening(report, compared)
    if not compared.variances:
        return paragraph(told)
    sections: dict[str, list[PlaceVariance]] = {}
    for variance in compared.variances:
        sections.setdefault(variance.where.section, []).append(variance)
    folded = [_folded(report, title, variances) for title, variances in sections.items()]
    return stack(paragraph(told), bullets(_notes(report, compared)), *folded)


def diff_opening(report: ReportContext, compared: ReportDiff) -> str:
    """How many figures the report prints, and how many of them changed."""
    if not compared.variances:
        return say(report, "issued.printed.nothing", counted=compared.counted)
    values = {"counted": compared.counted, "figures": compared.figures, "words": compared.words}
    return say(report, "issued.printed.opening", **values)


def _notes(report: ReportContext, compared: ReportDiff) -> list[str]:
    notes = [
        say(report, "issued.printed.adds_up"),
        say(report, "issued.printed.words"),
        say(report, "issued.printed.read"),
    ]
    if compared.unread:
        notes.append(
            say(report, "issued.printed.unread", numbers=listed([str(number) for number in compared.unread]))
        )
    outside = [cause for cause in (PREVIOUS, SYSTEMS) if cause in compared.causes]
    return notes + [say(report, f"issued.printed.{cause}") for cause in outside]


def section_label(report: ReportContext, title: str) -> str:
    """The heading of one section of the report as it is told here."""
    return title or say(report, "issued.printed.elsewhere")


def _folded(report: ReportContext, title: str, variances: Sequence[PlaceVariance]) -> Block:
    """One section of the report: closed on the page, with the number of what changed in it."""
    cells = [variance for variance in variances if variance.where.row or variance.where.table]
    lines = [variance for variance in variances if not (variance.where.row or variance.where.table)]
    blocks = []
    if cells:
        blocks.append(_table(report, cells, "cells"))
    if figures := [variance for variance in lines if variance.figures is not None]:
        blocks.append(_table(report, figures, "lines"))
    if words := [variance for variance in lines if variance.figures is None]:
        blocks.append(paragraph(say(report, "issued.printed.tables.words"), "lead-in"))
        blocks.append(bullets([_changed_text(report, variance) for variance in words]))
    inner = stack(*blocks)
    summary = say(report, "issued.printed.section", title=section_label(report, title), count=len(variances))
    parts: tuple[Part, ...] = (*paragraph(summary).parts, *inner.parts)
    html = f'<details class="tail"><summary>{escape_text(summary)}</summary>{inner.html}</details>'
    return Block(html, parts)


def _table(report: ReportContext, variances: Sequence[PlaceVariance], kind: str) -> Block:
    shown = variances[:_MOST]
    causes = _causes_of(shown)
    frame = pd.DataFrame([_row(report, variance, causes) for variance in shown])
    columns = {
        "title": say(report, "issued.printed.heads.cells") if kind == "cells" else say(report, "issued.printed.heads.lines"),
        **{name: say(report, f"issued.columns.{name}") for name in ("before", "after", "move", *causes)},
    }  # fmt: skip
    left = len(variances) - len(shown)
    return table(
        frame,
        columns=columns,
        caption=say(report, "issued.printed.tables.cells") if kind == "cells" else say(report, "issued.printed.tables.lines"),
        align=dict.fromkeys((*columns,)[1:], "right"),
        group_by="group" if kind == "cells" else None,
        css_class=STACKED,
        notes=[say(report, "issued.printed.more", count=left)] if left else [],
    )  # fmt: skip


def _causes_of(variances: Iterable[PlaceVariance]) -> list[str]:
    found = {cause for variance in variances for cause, _, _ in variance.steps}
    return [cause for cause in PRINTED_CAUSES if cause in found]


def _row(report: ReportContext, variance: PlaceVariance, causes: Sequence[str]) -> dict[str, Any]:
    where = variance.where
    is_line = not (where.row or where.table)
    title = str(variance.after) if is_line else " · ".join(part for part in (where.row, where.column) if part)
    row: dict[str, Any] = {"group": where.table or say(report, "issued.printed.main"), "title": title}
    if is_line:  # of a sentence only the figures that changed
        row |= {"before": _figures(variance, 0), "after": _figures(variance, -1)}
    else:
        row |= {"before": variance.before or number_text(None), "after": variance.after or number_text(None)}
    if variance.figures is None:
        turned = {cause for cause, _, _ in variance.steps}
        told = {cause: say(report, "issued.printed.turned") if cause in turned else "" for cause in causes}
        return row | {"move": say(report, "issued.printed.turned")} | told
    parts, own = (
        variance.parts,
        _causes_of([variance]),
    )  # of what turned from nothing into a zero: the zero is its part
    return row | {
        "move": _joined(variance.variances) or "0",
        **{cause: _joined(parts[cause]) or "0" if cause in own else "" for cause in causes},
    }  # fmt: skip


def _figures(variance: PlaceVariance, bridge_step: int) -> str:
    told = (variance.figures or ())[bridge_step]
    return " / ".join(
        decimal_text(told[key]) if key in told else number_text(None) for key in variance.changed
    )


def _joined(parts: Sequence[Decimal]) -> str:
    """The parts of one cause in the changed figures of one place; nothing where it has no part in any."""
    if not any(parts):
        return ""
    return " / ".join(part_text(part) or "0" for part in parts)


def _changed_text(report: ReportContext, variance: PlaceVariance) -> str:
    """One sentence that came, went or changed its words, and by which causes."""
    causes = listed([say(report, f"issued.columns.{cause}").lower() for cause in _causes_of([variance])])
    if variance.before is None:
        return say(report, "issued.printed.came", after=variance.after, causes=causes)
    if variance.after is None:
        return say(report, "issued.printed.went", before=variance.before, causes=causes)
    return say(report, "issued.printed.reworded", before=variance.before, after=variance.after, causes=causes)


def diff_columns(report: ReportContext) -> dict[str, str]:
    """The columns of the list of all printed figures that changed."""
    first = ("section", "table", "row", "column", "number", "before", "after", "move")
    return {
        **{name: say(report, f"issued.printed.csv.{name}") for name in first},
        **{cause: say(report, f"issued.columns.{cause}") for cause in PRINTED_CAUSES},
        "steps": say(report, "issued.printed.csv.steps"),
    }


def printed_rows(report: ReportContext, compared: ReportDiff) -> Iterable[Mapping[str, Any]]:
    """Every printed figure that changed, a row each with its parts; of changed words the way they went."""
    for variance in compared.variances:
        where = variance.where
        about = {
            "section": section_label(report, where.section),
            "table": where.table,
            "row": where.row or (variance.after or variance.before),
            "column": where.column,
        }
        if variance.figures is None:
            yield about | {
                "before": variance.before,
                "after": variance.after,
                "steps": _step_lines(report, variance),
            }
            continue
        first, last = variance.figures[0], variance.figures[-1]
        order = list(dict.fromkeys([*last, *first]))
        for number, key in enumerate(variance.changed):
            own = {cause: parts[number] for cause, parts in variance.parts.items() if parts[number]}
            yield about | {
                "number": order.index(key) + 1 if len(order) > 1 and key in order else None,
                "before": first.get(key),
                "after": last.get(key),
                "move": variance.variances[number],
                **own,
                "steps": "" if own else _step_lines(report, variance),
            }


def _step_lines(report: ReportContext, variance: PlaceVariance) -> str:
    """Each change of one text on its way, with its cause."""
    nothing = number_text(None)
    return "; ".join(
        say(report, "issued.cause", cause=say(report, f"issued.columns.{cause}"), part=f"{one or nothing} → {other or nothing}")
        for cause, one, other in variance.steps
    )  # fmt: skip
