"""One opening page of a report: five figures, what changed, what to decide."""

from __future__ import annotations

from collections.abc import Sequence

from termreview.reference.texts.stories import FILE as STORIES
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
from termreview.reporting.blocks.values import Sentence, joined
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import fill
from termreview.reporting.report.wording import label, mark_text
from termreview.reporting.sections.assessment.evidence import weigh
from termreview.reporting.sections.assessment.highlight_changes import changes
from termreview.reporting.sections.assessment.highlight_decisions import decisions
from termreview.reporting.sections.assessment.highlights import Highlight, highlights
from termreview.reporting.sections.assessment.reasons import main_causes
from termreview.reporting.sections.assessment.stories import story_sentences

_MOST_GOOD = 2  # of what goes well, named on the first page


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
        one.value, " " if report.edition == INTERNAL else "", badge_mark(mark_text(report, one.mark))
    )


def findings(report: ReportContext) -> Block:
    """What a reader must not miss, a line each and no more than declared: what is good, the stories, what is worst, why.

    Stories leave room for what is good and why; what is worst is told where stories leave room for it.
    """
    rules, evidence = report.reference.stories, weigh(report)
    worst = [*evidence.weak_ratios, *evidence.weak_tasks, *evidence.weak_criteria][:1]
    good = _finding(report, "good", [item.told for item in evidence.strong_tasks[:_MOST_GOOD]])
    why = _finding(report, "why", main_causes(report))
    room = max(rules.most_told - len(good) - len(why), 0)
    told = [*good, *story_sentences(report, "main")[:room]]
    if len(told) + len(why) < rules.most_told:
        told += _finding(report, "worst", [item.told for item in worst])
    told += why if told else []  # why, of what was told
    return bullets(told) if told else paragraph(rules.words["none"])


def _finding(report: ReportContext, name: str, items: Sequence[str]) -> list[Sentence]:
    """One finding of several items in the declared words; nothing of no items, or where it is left out."""
    text = report.reference.stories.words[name]
    return [fill(text, {"items": joined(items, "; ")}, name, STORIES)] if items and text else []


def what_changed(report: ReportContext) -> Block:
    """What changed since the term before, a line each; nothing in a signed report where nothing is compared."""
    if report.previous is None and report.edition != INTERNAL:
        return Block("")
    return bullets(changes(report))


def to_decide(report: ReportContext) -> Block:
    """What the figures ask the office to decide, a line each."""
    return bullets(decisions(report))
