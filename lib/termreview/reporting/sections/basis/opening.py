"""One section of the report's opening: banner, letterhead, grounds, key points."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.blocks.blocks import Block, badge_mark, bullets, callout, inline, paragraph, stack
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.values import Parts, joined
from termreview.reporting.editions.scope import scope_subject
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import fill
from termreview.reporting.report.official_document import file_words, head_block
from termreview.reporting.report.status import report_status
from termreview.reporting.report.wording import (
    cited_documents,
    document_text,
    guiding_letter,
    label,
    labels,
    say,
    scope_title,
    signed_grounds,
)
from termreview.reporting.term.schools import ALL, whole_of
from termreview.text import capitalised


def banner(report: ReportContext) -> Block:
    """What the reader must know first: whether the figures are illustrative, and the day they speak for."""
    plan = report.declared.plan
    later = report.term.tables.submissions.query("fate == 'accepted'")["received_on"] > pd.Timestamp(
        report.as_of
    )
    lines = (
        [str(report.reference.publishing["edition"]["internal_note"])] if report.edition == INTERNAL else []
    )
    if report.declared.office.is_illustrative:
        lines.append(say(report, "report.banner_text"))
    lines.append(say(report, "report.as_of", as_of=report.as_of, due_on=plan.due_on))
    if later.any():
        lines.append(say(report, "report.as_of_early", count=int(later.sum()), as_of=report.as_of))
    return paragraph(joined(lines))


def letterhead(report: ReportContext, *, kind: str = "", sign: str = "BC", subject: str = "") -> Block:
    """The head of an official document; number and day stay blank for the clerk.

    Of another document than the report: its kind, the sign of that kind in its number, its subject.
    """
    part = {
        "facts": facts_of(report),
        "words": file_words(report.reference),
        "whole": scope_title(report, ALL),
    }
    return head_block(
        report.declared.office, labels(report, "document"), part,
        kind=kind, sign=sign, subject=subject or subject_of(report), year=report.as_of.year,
    )  # fmt: skip


def facts_of(report: ReportContext) -> list[list[str]]:
    """What the covers of the files say of the report, line by line: term, day, status, edition, scope, coverage."""
    words = report.reference.publishing["facts"]
    who = whole_of(report.summaries.reporting_levels)
    plan, term = report.declared.plan, report.declared.plan.title
    told = {
        "term": fill(words["term_text"], {"term": capitalised(term), "school_year": plan.term.school_year}),
        "as_of": number_text(report.as_of, "date"),
        "due_on": number_text(plan.due_on, "date"),
        "status": report_status(report).title,
        "edition": report.reference.publishing["edition"][report.edition],
        "scope": scope_title(report, ALL),
        "received": str(Parts(who["received_count"], who["expected_count"])),
    }
    return [[words[name], text] for name, text in told.items()]


def subject_of(report: ReportContext) -> str:
    """What the report is about, in one line."""
    plan = report.declared.plan
    key = f"report.subject.{plan.report}"
    subject = say(report, key, term_title=plan.title, school_year=plan.term.school_year)
    return " ".join(part for part in (subject, scope_subject(report.reference, report.scope)) if part)


def grounds(report: ReportContext) -> Block:
    """Căn cứ: the documents the report stands on; in the signed report one sentence, else with dates and marks."""
    declared, cited = report.declared, cited_documents(report)
    office = declared.office.text_name
    letter = guiding_letter(report)
    reading = callout(
        say(report, "callouts.figures"), [say(report, "report.how_to_read"), label_marks(report)]
    )
    if report.edition != INTERNAL:
        return stack(paragraph(signed_grounds(report)), reading)
    opening = (
        say(report, "report.opening", legal=document_text(letter), office=office)
        if letter
        else say(report, "report.opening_bare", office=office)
    )
    lines = [inline(document_text(document), " ", badge_mark(document.mark)) for document in cited]
    notes = [
        say(report, "report.two_dates", number=d.number, cited_on=d.cited_on, confirmed_on=d.confirmed_on)
        for d in cited
        if d.has_two_dates and letter  # a letter nobody has seen cites nothing
    ]
    remark = (
        callout(
            say(report, "callouts.document_dates"), [*notes, say(report, "report.unconfirmed_dates")], "query"
        )
        if notes
        else ""
    )
    return stack(
        paragraph(opening), paragraph(say(report, "report.grounds_intro")), bullets(lines), remark, reading,
    )  # fmt: skip


def label_marks(report: ReportContext) -> str:
    """What the letters A, B, C beside a figure mean; in the signed report what its asterisks mean."""
    return label(report, "notes", "marks" if report.edition == INTERNAL else "waiting")
