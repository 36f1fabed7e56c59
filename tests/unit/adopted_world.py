"""An office's own workbook adopted as the form of one term: declared, sent out, filled in, read back."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from office_forms import write_office_form

from termreview.forms.adopted.drafts import adopt_workbook
from termreview.forms.dispatch import write_forms
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference, load_reference
from termreview.terms import parse_term
from worlds import append, copy_reference

TERM = parse_term("2025-2026-hk1")
SCHOOL = "0477201"
_CALENDAR = """
  - id: "2025-2026"
    starts_on: "2025-09-05"
    terms:
      - id: "2025-2026-hk1"
        part: "hk1"
        title: "học kỳ I"
        report: "semester_review"
        due_on: "2026-01-10"
        data_as_of: "2025-12-31"
        form: "{form}"
        tasks: "none"
        indicator_set: "none"
        legal: "cv-407-2023"
        mark: "C"
"""


def declare(folder: Path, form: str) -> None:
    """Name one adopted form in the calendar: the office has no list of tasks and no index for it."""
    append(folder / "calendar.yml", _CALENDAR.format(form=form).strip("\n"))


def adopt(
    name: str, reference: Reference, root: Path, alter: Callable[[Path], None] = lambda path: None
) -> tuple[Path, Reference]:
    """Adopt one of the offices' workbooks as the form of the term; the folder of declarations, and what they say."""
    folder = copy_reference(root)
    path = write_office_form(name, root)
    alter(path)
    adopted = adopt_workbook(path, reference, folder)
    declare(folder, adopted.form_id)
    return folder, load_reference(folder)


def sent(declared: Reference, root: Path, previous: pd.DataFrame | None = None) -> Path:
    """The workbook of the school as it leaves the office."""
    (path,) = write_forms(declared, TERM, root / "forms", [SCHOOL], previous=previous)
    return path


def fill_in(
    path: Path, values: Mapping[str, object], sheet: str = "", change: Callable[[Any], None] | None = None
) -> Path:
    """Type values into cells with a program that is not ours, after whatever the school changed before."""
    book = openpyxl.load_workbook(path)
    page = book[sheet] if sheet else book.worksheets[0]
    if change is not None:
        change(page)
    for cell, value in values.items():
        page[cell] = value
    book.save(path)
    return path


def read_back(declared: Reference, path: Path, root: Path) -> Cleaned:
    """What intake takes from one file."""
    (root / "in").mkdir(exist_ok=True)
    path.rename(root / "in" / path.name)
    return clean_term(list_received(root / "in", datetime.date(2026, 1, 8)), declared, TERM)


def answers(cleaned: Cleaned) -> dict[str, tuple[object, str, str]]:
    """The answers of the school by field: value, sheet and cell."""
    own = cleaned.observations
    own = own[(own["school_id"] == SCHOOL) & (own["state"] == "answered")]
    return {
        row.field_id: (row.value_text if pd.isna(row.value_number) else row.value_number, row.sheet, row.cell)
        for row in own.itertuples()
    }
