"""One opening page of a report: five figures, what changed, what to decide."""

from __future__ import annotations

from termreview.reporting.blocks.blocks import (
    Block,
    badge_mark,
    bullets,
    inline,
    key_figures,
    paragraph,
    stack,
)
from termreview.reporting.blocks.tables import UNSURE
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.wording import label, shown_mark
from termreview.reporting.sections.assessment.highlight_changes import changes
from termreview.reporting.sections.assessment.highlight_decisions import decisions
from termreview.reporting.sections.assessment.highlights import Highlight, highlights


def main_figures(report: ReportContext) -> Block:
    """The figures that matter most, each with what it is counted from; an unsure one carries its mark, told below."""
    told = highlights(report)
    figures = key_figures([(one.label, _value(report, one), one.detail) for one in told])
    if not any(one.mark == UNSURE for one in told):
        return figures
    note = (
        inline(badge_mark(UNSURE), f" {label(report, 'notes', 'unsure')}")
        if report.edition == INTERNAL
        else label(report, "notes", "waiting")
    )
    return stack(figures, paragraph(note, css_class="small"))


def _value(report: ReportContext, one: Highlight) -> object:
    if one.mark != UNSURE:
        return one.value
    return inline(
        one.value, " " if report.edition == INTERNAL else "", badge_mark(shown_mark(report, one.mark))
    )


def what_changed(report: ReportContext) -> Block:
    """What changed since the term before, a line each."""
    return bullets(changes(report))


def to_decide(report: ReportContext) -> Block:
    """What the figures ask the office to decide, a line each."""
    return bullets(decisions(report))
