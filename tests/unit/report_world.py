"""One illustrative term as tables: contract-valid, drawn from the declarations, the same on every run."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.kinds.forms import Field
from termreview.reporting.editions.scope import find_scope, narrowed, narrowed_before, narrowed_tables
from termreview.reporting.report.context import ReportContext, TermView, build_view
from termreview.reporting.term.term_tables import TermTables
from termreview.scoring.score import score_term
from termreview.storage.contracts import CONTRACTS, shaped
from termreview.terms import Term, parse_term

ROOT = Path(__file__).resolve().parents[2]


@cache
def reference() -> Reference:
    """The committed declarations."""
    return load_reference(ROOT / "data" / "reference")


def share(*parts: object) -> float:
    """A number of 0-1 that depends on the words alone."""
    text = "|".join(str(part) for part in parts)
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


def fate_of(school_id: str, term_id: str) -> str:
    """What came of one school: mostly on time, some late, some refused, some missing."""
    draw = share(school_id, term_id, "fate")
    return "missing" if draw < 0.08 else "refused" if draw < 0.12 else "late" if draw < 0.25 else "on_time"


def value_of(field: Field, school_id: str, term_id: str) -> tuple[str, float | None, str | None]:
    """State, number and text of one answer."""
    draw = share(school_id, term_id, field.field_id)
    if draw < 0.02 or (draw < 0.25 and field.column_id == "evidence"):
        return "blank", None, None
    if field.kind in ("text", "date"):
        return "answered", None, "2023-10-16" if field.kind == "date" else f"12/KH-{school_id[-2:]}"
    if field.kind in ("status", "choice"):
        options = list(dict(dict(reference().forms["cv407-2023"].options)[field.options]))
        return "answered", None, options[min(int(draw * draw * len(options) * 1.2), len(options) - 1)]
    if field.kind == "yes_no":
        return "answered", float(draw > 0.3), None
    if field.kind == "points":
        return "answered", round((field.maximum or 0) * min(draw + 0.3, 1.0) * 2) / 2, None
    if field.kind == "percent":
        return "answered", round(60 + 40 * draw, 2), None
    return "answered", float(round(10 + 30 * draw)), None


def build_tables(declared: TermReference, fate: str = "") -> TermTables:
    """The five tables of one term; every school shares one fate where it is given."""
    term_id, due_on = declared.term.term_id, pd.Timestamp(declared.plan.due_on)
    submissions, observations, findings = [], [], []
    for school in declared.schools:
        came = fate or fate_of(school.unit_id, term_id)
        file = f"{school.unit_id}.xlsx"
        if came != "missing":
            days = int(share(school.unit_id, term_id, "day") * 9)
            submissions.append(
                {
                    "submission_id": f"{term_id}-{school.unit_id}", "school_id": school.unit_id, "term_id": term_id,
                    "file": file, "sha256": "0" * 64, "size_bytes": 1000, "revision": 1, "found_by": "address",
                    "received_on": due_on + pd.Timedelta(days=days + 1 if came == "late" else -days),
                    "fate": "refused" if came == "refused" else "accepted", "form_id": declared.form.form_id,
                    "reason_code": "damaged" if came == "refused" else None, "is_late": came == "late",
                    "cells_total": 200, "cells_used": 190, "cells_flagged": 4, "cells_unowned": 0, "cells_ignored": 6,
                }
            )  # fmt: skip
        is_in = came in ("on_time", "late")
        for field in declared.form.fields_for(school.level, declared.term.part):
            state, number, text = (
                value_of(field, school.unit_id, term_id) if is_in else ("not_submitted", None, None)
            )
            observations.append(
                {
                    "school_id": school.unit_id, "term_id": term_id, "field_id": field.field_id, "state": state,
                    "value_number": number, "value_text": text, "original": None, "file": file if is_in else None,
                    "sheet": None, "cell": None, "found_by": "address" if is_in else "none", "note": None,
                }
            )  # fmt: skip
        if is_in and share(school.unit_id, term_id, "fault") < 0.3:
            findings.append(
                {
                    "finding_id": f"{school.unit_id}-1", "school_id": school.unit_id, "term_id": term_id,
                    "check_code": "girls_at_most_pupils", "severity": "error", "cause": "girls_at_most_pupils",
                    "file": file, "sheet": "Thống kê", "cell": "D7", "field_id": "pupils_girls_count.total",
                    "found": "400", "expected": "350", "message": "lệch", "remedy": "Kiểm tra lại.",
                    "status": "open", "decision_id": None,
                }
            )  # fmt: skip
    observed = shaped("observations", pd.DataFrame(observations))
    scored = score_term(observed, declared)
    return TermTables(
        shaped("submissions", pd.DataFrame(submissions, columns=list(CONTRACTS["submissions"].columns))),
        observed,
        shaped("findings", pd.DataFrame(findings, columns=list(CONTRACTS["findings"].columns))),
        scored.ledger,
        scored.scores,
    )


def with_answers(tables: TermTables, kind: str, place: int) -> TermTables:
    """The tables with another answer in one place, counted among the answers of one kind, and scored by it."""
    declared = reference().of(parse_term(str(tables.observations["term_id"].iloc[0])))
    kinds = {name: field.kind for name, field in declared.form.all_fields().items()}
    observed = tables.observations.copy()
    rows = observed.index[observed["field_id"].map(kinds).eq(kind) & observed["state"].eq("answered")]
    row = rows[place % len(rows)]
    if kind == "status":
        is_done = observed.at[row, "value_text"] == "done"
        observed.at[row, "value_text"] = "not_started" if is_done else "done"
    elif kind == "yes_no":
        observed.at[row, "value_number"] = 1.0 - observed.at[row, "value_number"]
    else:
        observed.at[row, "value_number"] += 17.0
    scored = score_term(observed, declared)
    return replace(tables, observations=observed, ledger=scored.ledger, scores=scored.scores)


@cache
def tables_of(term_id: str, fate: str = "") -> TermTables:
    """The five tables of one whole term, built once."""
    return build_tables(reference().of(parse_term(term_id)), fate)


@cache
def report(term_id: str = "2023-2024-hk1", fate: str = "", unit: str = "", level: str = "") -> ReportContext:
    """One report over the illustrative tables, with the terms that it compares with where they are declared."""
    declared = reference().of(parse_term(term_id))
    scope = find_scope(reference(), declared, unit, level)
    own = narrowed(reference(), declared, scope)
    view = build_view(reference(), own, narrowed_tables(tables_of(term_id, fate), own))

    def read(term: Term) -> TermView:
        earlier = narrowed_before(reference(), reference().of(term), own, scope)
        return build_view(reference(), earlier, narrowed_tables(tables_of(term.term_id, fate), earlier))

    before = declared.plan.compare_with
    previous = None if before is None else read(before)
    years = tuple(read(term) for term in reference().calendar.same_part_before(declared.term))
    return ReportContext(reference(), view, previous, declared.plan.due_on, scope, years=years)
