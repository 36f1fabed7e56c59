"""One cause of what is lacking: what schools state and what the checks find, beyond the schools or theirs, as declared."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from termreview.reference.texts.opinions import CAUSES
from termreview.reporting.blocks.rows import by_key, records
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.wording import lower_first, say
from termreview.reporting.sections.assessment.assessment import at_most
from termreview.reporting.sections.assessment.evidence import UNANSWERED_REASONS, Evidence, schools_named
from termreview.reporting.summaries.quality import schools_writing

STATED = "difficulties"  # the question in which schools say what is hard


def causes(report: ReportContext, evidence: Evidence) -> dict[str, list[str]]:
    """Why, as far as schools and figures tell: sentences by kind of cause (`CAUSES`), first what schools state."""
    kinds = report.reference.sentences["assessment"]["cause_kinds"]
    found = {kind: _stated(report, kind) for kind in CAUSES}
    for name, text in _found(report, evidence):
        found[kinds.get(name, CAUSES[-1])].append(text)
    return found


def cause_note(report: ReportContext) -> str:
    """How many schools state what is hard; blank for none."""
    named = schools_writing(report.summaries.opinions, STATED)
    key = STATED if report.edition == INTERNAL else f"{STATED}_counted"
    return say(report, f"assessment.causes.{key}", count=named) if named else ""


def main_causes(report: ReportContext) -> list[str]:
    """What most schools state of each kind of cause, in the words of the office."""
    return [item for kind in CAUSES for item in _items(report, kind)[:1]]


def _stated(report: ReportContext, kind: str) -> list[str]:
    items = _items(report, kind)
    return [say(report, "assessment.causes.stated", items=at_most(report, items))] if items else []


def _items(report: ReportContext, kind: str) -> list[str]:
    """What schools state of one kind, in the words of the office, each with how many state it."""
    groups = report.reference.opinions.groups
    own_words = {group.text for group in groups if group.field_id == STATED and group.cause == kind}
    opinions = report.summaries.opinions
    own = opinions[(opinions["field_id"] == STATED) & opinions["text"].isin(own_words)]
    return [
        say(report, "assessment.causes.stated_item", text=row["text"], count=int(row["school_count"]))
        for row in records(own)
    ]


def _found(report: ReportContext, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What figures and checks tell, each under the name that its kind is declared by."""
    figures = by_key(report.summaries.figures, "figure_id")
    for figure_id in report.reference.sentences["assessment"]["named_figures"]:
        row = figures.get(figure_id)
        if row is not None and pd.notna(row["value"]) and row["value"] > 0:
            key = f"assessment.named_figures.{figure_id}"
            yield (
                figure_id,
                say(report, key, value=row["value"], counted=row["counted_count"], asked=row["asked_count"]),
            )
    open_points = report.summaries.open_points
    for key, reasons in (
        ("no_evidence", ("no_evidence",)),
        ("disputed", ("disputed",)),
        ("unanswered", UNANSWERED_REASONS),
    ):
        own = open_points[open_points["reason"].isin(reasons)]
        if not own.empty:
            ids = list(dict.fromkeys(own["school_id"]))
            yield (
                key,
                say(
                    report, f"assessment.causes.{key}", schools=len(ids), points=own["open_points"].sum(),
                    names=schools_named(report, ids),
                ),
            )  # fmt: skip
    held = sum(group.unplaced_points for group in report.declared.indicator_set.groups)
    text = say(report, "assessment.causes.unallocated", points=held)
    if held and text:
        yield "unallocated", text
    if evidence.repair_count:
        yield "repair", say(report, "assessment.causes.repair", count=evidence.repair_count)
    shared = report.summaries.findings.query("severity == 'error' and school_count > 1")
    checks = {check.check_code for check in report.declared.checks}
    items = [
        say(
            report, "assessment.causes.repair_item", title=lower_first(row["title"]), count=row["school_count"]
        )
        for row in records(shared[shared["check_code"].isin(checks)])
    ]  # fmt: skip
    if items:
        yield "repair_shared", say(report, "assessment.causes.repair_shared", items=at_most(report, items))
