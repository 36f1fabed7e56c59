"""The tables of the illustrative years as a run of their files leaves them, without writing and reading workbooks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.units import Unit
from termreview.sample.schools.schools import Answer
from termreview.sample.years.past_years import past_answers
from termreview.scoring.score import score_term
from termreview.storage.contracts import from_rows
from termreview.storage.workspace import Workspace, write_table
from termreview.terms import Term


def write_term_tables(workspace: Workspace, reference: Reference, term: Term) -> None:
    """Write the tables of one term as a run would leave them if every school had sent a faultless file in time."""
    declared = reference.of(term)
    told: list[dict[str, object]] = []
    submissions = []
    for school in declared.schools:
        answers = past_answers(school, term, reference)
        file = f"{school.unit_id}_BC_{term.part.upper()}_{term.school_year}.xlsx"
        told += _observed(school, declared, answers, file)
        submissions.append(_submission(school, declared, answers, file))
    observations = from_rows("observations", told)
    scored = score_term(observations, declared, reference.verified)
    frames = {
        "submissions": from_rows("submissions", submissions), "observations": observations, "findings": from_rows("findings", []),
        "ledger": scored.ledger, "scores": scored.scores,
    }  # fmt: skip
    for name, frame in frames.items():
        write_table(workspace, term, name, frame)


def _observed(
    school: Unit, declared: TermReference, answers: Mapping[str, Answer], file: str
) -> Iterable[dict[str, object]]:
    for field in declared.form.fields_for(school.level, declared.term.part):
        value = answers.get(field.field_id)
        if field.kind == "yes_no" and value is not None:
            value = float(value == "yes")
        is_number = isinstance(value, int | float)
        yield {
            "school_id": school.unit_id, "term_id": declared.term.term_id, "field_id": field.field_id,
            "state": "blank" if value is None else "answered",
            "value_number": float(value) if is_number else None,  # type: ignore[arg-type]
            "value_text": None if value is None or is_number else str(value),
            "original": None if value is None else str(value), "file": file, "found_by": "none",
        }  # fmt: skip


def _submission(
    school: Unit, declared: TermReference, answers: Mapping[str, Answer], file: str
) -> dict[str, object]:
    content = repr(sorted(answers.items())).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    return {
        "submission_id": sha256[:16], "school_id": school.unit_id, "term_id": declared.term.term_id, "file": file, "sha256": sha256,
        "size_bytes": len(content), "received_on": pd.Timestamp(declared.plan.due_on) - pd.Timedelta(days=3), "revision": 1,
        "fate": "accepted", "form_id": declared.plan.form, "found_by": "code", "is_late": False, "cells_total": len(answers),
        "cells_used": len(answers), "cells_flagged": 0, "cells_unowned": 0, "cells_ignored": 0,
    }  # fmt: skip
