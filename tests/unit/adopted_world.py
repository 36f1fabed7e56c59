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
from worlds import append, change, copy_reference

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
        tasks: "adopted"
        indicator_set: "adopted"
        legal: "cv-407-2023"
        mark: "C"
"""
_INDICATOR_SET = """
id: "adopted"
title: "Bộ chỉ số thử"
short_title: "Bộ thử"
legal: "cv-407-2023"
mark: "C"
field_prefix: "t"
levels: ["thcs"]
level_bands: [{{level: 1, label: "bắt đầu", from: 0}}]
overall: {{rule: "lowest", mark: "C"}}
failed_condition: {{rule: "lowest_level", mark: "C"}}
groups:
  - id: "A"
    title: "Điều kiện"
    max_points: 0
    criteria:
      - {{id: "A0", title: "Kế hoạch", mark: "C", condition: {{requires: ["{field}"]}}}}
"""


def declare(folder: Path, form: str, field: str) -> None:
    """Name one adopted form in the calendar, with an index that asks for one of its fields."""
    append(folder / "calendar.yml", _CALENDAR.format(form=form).strip("\n"))
    (folder / "indicator_sets/adopted.yml").write_text(_INDICATOR_SET.format(field=field), encoding="utf-8")
    for section in ("score_groups", "score_groups_short"):
        change(folder / "labels.yml", f"\n{section}:\n", f'\n{section}:\n  "A": "A"\n')
    header = (folder / "tasks/cv407-2023.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "tasks/adopted.csv").write_text(f"{header}\n", encoding="utf-8")


def adopt(
    name: str, reference: Reference, root: Path, alter: Callable[[Path], None] = lambda path: None
) -> tuple[Path, Reference]:
    """Adopt one of the offices' workbooks as the form of the term; the folder of declarations, and what they say."""
    folder = copy_reference(root)
    path = write_office_form(name, root)
    alter(path)
    adopted = adopt_workbook(path, reference, folder)
    with (adopted.folder / "cells.csv").open(encoding="utf-8") as lines:
        first = next(line for line in lines if line.startswith("answer,"))
    declare(folder, adopted.form_id, first.split(",")[1])
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
