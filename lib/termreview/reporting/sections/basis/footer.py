"""One footer of a report: what it is and the day it speaks for, what it was made from, how to prove it.

The signed edition prints the hash of these lines alone; the lines themselves go to the properties of its Word file.
"""

from __future__ import annotations

import hashlib
from typing import Any

from termreview.installation import made_with
from termreview.reporting.blocks.blocks import paragraph, stack
from termreview.reporting.blocks.model import origin_part
from termreview.reporting.editions.scope import scope_subject
from termreview.reporting.records.page_record import COUNTS, FORMAT, Footer
from termreview.reporting.records.provenance import SHORT, inputs_fingerprint, origin_record, short_hash
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import fill
from termreview.reporting.report.status import report_status
from termreview.reporting.report.wording import lower_first, say
from termreview.reporting.sections.basis.opening import subject_of
from termreview.reporting.term.schools import ALL, whole_of
from termreview.terms import parse_term


def footer(report: ReportContext) -> Footer:
    """What this is, the day it speaks for, and by which files, declarations and program it was made.

    In the signed edition one line with the SHA-256 of all this, which stays beside it as a part that no page shows.
    """
    who = whole_of(report.summaries.reporting_levels)
    opening = say(
        report, "report.footer", subject=subject_of(report), as_of=report.as_of, received=who["received_count"],
        expected=who["expected_count"],
    )  # fmt: skip
    words = report.reference.provenance["footer"]
    standing = fill(
        words["standing"],
        {
            "status": lower_first(report_status(report).title),
            "edition": report.reference.publishing["edition"][report.edition],
        },
    )
    lines = [f"{standing} {opening}", *made_of(report)]
    if report.edition == INTERNAL:
        block = stack(*map(paragraph, lines))
        return Footer(block.html, block.parts, record_of(report))
    text = "\n".join(lines)
    code = hashlib.sha256(text.encode()).hexdigest()[:SHORT]
    line = paragraph(fill(words["code"], {"code": code}))
    return Footer(line.html, (*line.parts, origin_part(text)), record_of(report))


def made_of(report: ReportContext) -> list[str]:
    """The lines that say what the report was made from; none for one put together without files."""
    words, provenance = report.reference.provenance["footer"], report.provenance
    if not provenance.inputs:
        return []
    *before, (own_id, own) = provenance.inputs.items()
    lines = [
        fill(
            words["made_of"],
            {
                "files": len(own), "term": _term_text(report, own_id), "inputs": inputs_fingerprint(own),
                "declarations": len(provenance.declarations),
                "reference": report.reference.fingerprint_of(report.declared.term)[:SHORT],
            },
        )
    ]  # fmt: skip
    for term_id, sources in before[::-1]:
        told = {
            "files": len(sources),
            "term": _term_text(report, term_id),
            "inputs": inputs_fingerprint(sources),
        }
        lines.append(fill(words["compared"], told))
    program = made_with()
    lines.append(
        fill(
            words["made_with"],
            {
                "version": program["package_version"], "package": program["package_sha256"][:SHORT],
                "python": program["python"], "libraries": len(program["libraries"]),
                "library": short_hash(program["libraries"]),
            },
        )
    )  # fmt: skip
    return [*lines, str(words["how_to_verify"])]


def _term_text(report: ReportContext, term_id: str) -> str:
    plan = report.reference.calendar.plan(parse_term(term_id))
    told = {"term": plan.title, "school_year": plan.term.school_year}
    return fill(report.reference.publishing["facts"]["term_text"], told)


def record_of(report: ReportContext) -> dict[str, Any]:
    """What the page carries of itself: what it is, what it was made from, the figures that an index page shows."""
    plan, scope = report.declared.plan, report.scope
    return {
        "format": FORMAT,
        "kind": plan.report,
        "term_id": plan.term.term_id,
        "as_of": report.as_of.isoformat(),
        "edition": report.edition,
        "status": report_status(report).status,
        "unit": scope.unit.unit_id if scope.unit else "",
        "level": scope.level,
        "subject": scope_subject(report.reference, scope),
        "figures": key_counts(report),
        "origin": origin_record(report.provenance, hides_names=report.edition != INTERNAL),
    }


def key_counts(report: ReportContext) -> dict[str, Any]:
    """Schools expected and received, and schools by level of each group of the index."""
    who = whole_of(report.summaries.reporting_levels)
    levels = report.summaries.levels
    # Parts that add up, and the wholes: not the schools that reached a level whichever it is.
    counts = [name for name in levels.columns if name.endswith("_count") and name != "reached_count"]
    return {
        **{name: int(who[name]) for name in COUNTS},
        "levels": {
            row["group_id"]: {name: int(row[name]) for name in counts}
            for row in levels[levels["scope"] == ALL].to_dict("records")
        },
    }
