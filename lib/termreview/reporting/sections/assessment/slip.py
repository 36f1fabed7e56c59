"""The submission slip to the head of the office: figures, what is not final, who could change it, what to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from math import ceil
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.rows import Record, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import joined
from termreview.reporting.report.applicable import covered_count
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.status import report_status
from termreview.reporting.report.wording import label, say
from termreview.reporting.sections.assessment.highlight_decisions import decisions
from termreview.reporting.sections.assessment.highlights import highlights
from termreview.reporting.sections.basis.opening import letterhead, subject_of
from termreview.reporting.summaries.pending import MISSING

# What one A4 page holds, in lines of the table and signs of a line; schools that find no room are counted, and stand in
# annex 1 of the report.
MOST_LINES, TITLE_SIGNS, TOLD_SIGNS = 28, 32, 68
FEWEST_SCHOOLS, MOST_ITEMS, MOST_DECISIONS = 3, 6, 4
ROMAN = ("I", "II", "III", "IV")

Line = tuple[str, object, object]


def submission_slip(report: ReportContext) -> Block:
    """One page for the head of the office, of the internal report of all its schools; nothing for another report."""
    if report.edition != INTERNAL or not report.scope.is_whole:
        return Block("")
    office = report.declared.office
    before, after = [*_figures(report), *_not_final(report)], list(_decisions(report))
    room = MOST_LINES - sum(map(_height, [*before, *after]))
    frame = pd.DataFrame([*before, *_schools(report, room), *after], columns=["group", "title", "told"])
    numbers = dict(zip(dict.fromkeys(frame["group"]), ROMAN, strict=False))
    frame["group"] = [
        say(report, "slip.group", number=numbers[name], title=say(report, f"slip.groups.{name}"))
        for name in frame["group"]
    ]
    heads = {name: say(report, f"slip.heads.{name}") for name in ("title", "told")}
    to = say(report, "slip.to", signer=office.signer_title.capitalize())
    remark = say(report, "report.banner_text") if office.is_illustrative else ""
    return stack(
        letterhead(report, kind=say(report, "slip.kind"), sign=say(report, "slip.sign"), subject=say(report, "slip.subject", subject=subject_of(report))),
        paragraph(to),
        *([paragraph(remark, css_class="small")] if remark else []),
        table(frame, columns=heads, caption="", group_by="group", css_class="dense slip"),
        _opinion(report),
    )  # fmt: skip


def _figures(report: ReportContext) -> Iterator[Line]:
    for figure in highlights(report):
        yield "figures", figure.label, joined([figure.value, figure.detail], " – ")


def _not_final(report: ReportContext) -> Iterator[Line]:
    """Whether the figures are final, or how many schools could still change them."""
    status, total = report_status(report), len(report.summaries.reporting)
    group = "not_final"
    key = "final" if status.is_final else "provisional"
    told = say(
        report, f"slip.status.{key}", count=len(status.schools), total=total, scored=covered_count(report)
    )
    yield group, say(report, "slip.status.title"), told


def _schools(report: ReportContext, room: int) -> Iterator[Line]:
    """The schools that could change the report, each with what is open; the last line counts those without room."""
    pending = records(report.summaries.pending)
    lines = [_open(report, school) for school in pending]
    shown = 0
    while shown < len(lines) and (
        shown < FEWEST_SCHOOLS or room - sum(map(_height, lines[: shown + 1])) >= (shown + 1 < len(lines))
    ):
        shown += 1
    yield from lines[:shown]
    if rest := pending[shown:]:
        missing = sum(school["pending"] == MISSING for school in rest)
        yield (
            "schools",
            say(report, "slip.rest", count=len(rest)),
            say(report, "slip.rest_told", count=missing),
        )


def _open(report: ReportContext, school: Record) -> Line:
    own = [*school["items"], *school["conditions"]]
    told = say(
        report, f"slip.open.{school['pending']}", count=int(school["error_count"]) or len(own),
        items=listed(own, most=MOST_ITEMS, rest=label(report, "rest", "items")), due_on=report.declared.plan.due_on,
    )  # fmt: skip
    return "schools", school["short_name"], told


def _height(line: Line) -> int:
    """How many lines of the page one row of the table takes, about."""
    return max(ceil(len(str(line[1])) / TITLE_SIGNS), ceil(len(str(line[2])) / TOLD_SIGNS))


def _decisions(report: ReportContext) -> Iterator[Line]:
    """What to decide; a title each would say no more than its sentence: they are numbered."""
    group = "decisions"
    key = "final" if report_status(report).is_final else "provisional"
    wanted: Sequence[Any] = [say(report, f"slip.issue.{key}"), *decisions(report)[:MOST_DECISIONS]]
    for number, told in enumerate(wanted, start=1):
        yield group, say(report, "slip.decision", number=number), told


def _opinion(report: ReportContext) -> Block:
    """Room for who submits, beside what the head may decide."""
    words = report.reference.sentences["slip"]["opinion"]
    head = say(report, "slip.opinion.head", signer=report.declared.office.signer_title)
    rows = zip_longest(words["submitter_room"], words["head_room"], fillvalue=" ")
    return table(
        pd.DataFrame(rows, columns=["submitter", "head"]),
        columns={"submitter": words["submitter"], "head": head},
        caption="",
        css_class="dense slip",
    )
