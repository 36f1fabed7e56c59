"""One blank workbook per expected school of one term, with last term's lasting answers filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from termreview.errors import UsageError
from termreview.forms.form import FormOrder, Value, write_form
from termreview.reference.comparable import comparable_answers
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.units import Unit
from termreview.storage.workspace import atomic_write, place_in
from termreview.terms import Term
from termreview.text import unaccented

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_NAME = 40


def write_forms(
    reference: Reference,
    term: Term,
    folder: Path,
    school_ids: Sequence[str] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    previous: pd.DataFrame | None = None,
) -> list[Path]:
    """Write the workbooks of one term into one folder; `file_name` names the files.

    Parameters
    ----------
    school_ids
        Only these schools; all expected ones when nothing is given.
    previous
        Observations of the term before; rows declared `prefill: last_term` are filled from it.

    Raises
    ------
    UsageError
        When a school is not expected in the term.
    """
    declared = reference.of(term)
    expected = {school.unit_id: school for school in declared.schools}
    unknown = [school_id for school_id in school_ids or () if school_id not in expected]
    if unknown:
        raise UsageError("schools_not_expected", term=term.term_id, schools=", ".join(unknown))
    chosen = [expected[school_id] for school_id in school_ids or expected]
    paths = []
    for number, school in enumerate(chosen, start=1):
        path = place_in(folder, file_name(school, term))
        with atomic_write(path) as beside:
            write_form(
                beside, form_order(reference, declared, school), lasting_answers(declared, school, previous)
            )
        paths.append(path)
        progress(number, len(chosen))
    return paths


def file_name(school: Unit, term: Term, what: str = "") -> str:
    """The name of one file for a school: code, short name without accents, term; `what` stands at the end.

    ASCII letters, digits, `-` and `_` alone: safe on any system, in any mail and in any archive.
    """
    name = _NOT_PLAIN.sub("-", unaccented(school.short_name))[:_LONGEST_NAME].strip("-")
    return "_".join(part for part in (school.unit_id, name, term.term_id, what) if part) + ".xlsx"


def form_order(reference: Reference, declared: TermReference, school: Unit) -> FormOrder:
    """What one school's workbook is written for."""
    parent = reference.registry.on(declared.plan.due_on).get(school.parent_id)
    return FormOrder(
        declared, school, reference.registry.level_titles()[school.level], parent.name if parent else ""
    )


def lasting_answers(
    declared: TermReference, school: Unit, previous: pd.DataFrame | None
) -> Mapping[str, Value]:
    """The answers of last term that hold until the school changes them."""
    if previous is None:
        return {}
    prefilled = {row.row_code for row in declared.form.rows if row.prefill == "last_term"}
    wanted = {
        field.field_id: field
        for field in declared.form.fields_for(school.level, declared.term.part)
        if field.row_code in prefilled
    }
    previous = comparable_answers(previous, declared)
    own = previous[(previous["school_id"] == school.unit_id) & (previous["state"] == "answered")]
    columns = (own[name].tolist() for name in ("field_id", "value_number", "value_text"))
    return {
        field_id: _answer(wanted[field_id], number, text)
        for field_id, number, text in zip(*columns, strict=True)
        if field_id in wanted
    }


def _answer(field: Field, number: float, text: str) -> Value:
    if field.kind == "yes_no":
        return "yes" if number else "no"
    if field.kind == "date":
        return pd.Timestamp(text).date()
    return float(number) if field.is_numeric else str(text)
