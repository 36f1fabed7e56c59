"""A tiny world: three schools a term with complete answers that agree, so that every finding has one known cause.

Semester I holds a preschool, a primary and a lower secondary school; before semester II the primary school
is merged into a combined one, so both terms together show all four levels.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from termreview.forms.form import FormOrder, Value, write_form
from termreview.forms.layout import FormLayout, Place, form_layout
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import RECEIVED_LIST, list_received
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.units import Unit
from termreview.terms import parse_term

ROOT = Path(__file__).resolve().parents[2]
SUBMISSIONS = ROOT / "tests" / "data" / "submissions"
EXPECTED = ROOT / "tests" / "data" / "expected"

HK1, HK2 = parse_term("2023-2024-hk1"), parse_term("2023-2024-hk2")
PRESCHOOL, PRIMARY, SECONDARY, COMBINED = "0477101", "0477222", "0477301", "0477406"
ON_TIME = {HK1.term_id: datetime.date(2024, 1, 5), HK2.term_id: datetime.date(2024, 5, 20)}

_NAMED: dict[str, Value] = {
    "platform_main": "ms_teams",
    "online_tests_phase": "pilot",
    "results_updated_pct": 94.64,
    "people_decision_number": "25/QĐ-PM",
    "people_decision_on": datetime.date(2023, 10, 6),
    "plan_number": "48/KH-PM",
    "plan_on": datetime.date(2023, 10, 20),
    "difficulties": "Đường truyền ở điểm trường lẻ chưa ổn định.",
    "proposals": "Đề nghị bổ sung máy tính cho phòng Tin học.",
    "next_steps": "Tiếp tục bồi dưỡng kỹ năng số cho giáo viên.",
    "elessons_count": 12,
    "multimedia_count": 9,
    "etextbooks_count": 6,
    "simulations_count": 3,
    "materials_approved_count": 30,
    "materials_listed_count": 24,
    "informatics_class_size_count": 30,
    "informatics_computers_working_count": 15,
    "fees_due_vnd": 60_000_000,
    "fees_cashless_vnd": 45_000_000,
    "equipment_bought_count": 4,
    "equipment_bought_vnd": 48_000_000,
    "computers_count": 40,
    "computers_antivirus_count": 36,
    "classrooms_solid_count": 6,
    "classrooms_semi_solid_count": 3,
    "classrooms_temporary_count": 1,
    "classrooms_count": 10,
    "classrooms_projector_internet_count": 7,
    "managers_count.total": 2,
    "managers_count.permanent": 2,
    "managers_count.women": 1,
    "managers_count.qualified": 2,
    "other_staff_count.total": 4,
    "other_staff_count.permanent": 1,
    "other_staff_count.contract": 3,
    "lab_tests_count": 8,
    "lab_tests_pupils_count": 60,
    "support_requests_received_count": 9,
    "support_requests_solved_count": 8,
}
_PER_PART = {
    "classes_count": 2, "pupils_count": 50, "pupils_girls_count": 24, "pupils_ethnic_count": 6,
    "pupils_ethnic_girls_count": 3, "pupils_disabled_count": 1, "pupils_two_sessions_count": 40,
    "pupils_boarding_count": 20,
}  # fmt: skip


_held: list[tempfile.TemporaryDirectory[str]] = []


def scratch() -> Path:
    """A new folder that lasts as long as the test run."""
    _held.append(tempfile.TemporaryDirectory(prefix="termreview-"))
    return Path(_held[-1].name)


@cache
def reference() -> Reference:
    """The committed declarations, with the registry cut down to the schools of this world."""
    whole = load_reference(ROOT / "data" / "reference")
    kept = (PRESCHOOL, PRIMARY, SECONDARY, COMBINED)
    units = tuple(unit for unit in whole.registry.units if unit.kind != "school" or unit.unit_id in kept)
    return replace(whole, registry=replace(whole.registry, units=units))


@cache
def declared(term_id: str = HK1.term_id) -> TermReference:
    """What is declared for one term of this world."""
    return reference().of(parse_term(term_id))


def school(school_id: str, term_id: str = HK1.term_id) -> Unit:
    """One school of this world, even where the term does not expect it."""
    due_on = declared(term_id).plan.due_on
    periods = [unit for unit in reference().registry.units if unit.unit_id == school_id]
    return next((unit for unit in periods if unit.is_valid_on(due_on)), periods[0])


def layout_of(school_id: str, term_id: str = HK1.term_id) -> FormLayout:
    """The layout of one school's workbook."""
    term = declared(term_id)
    return form_layout(term.form, school(school_id, term_id).level, term.term.part)


def place_of(field_id: str, school_id: str, term_id: str = HK1.term_id) -> tuple[str, Place]:
    """Sheet title and place of one field on one school's workbook."""
    return next(
        (sheet.plan.title, place)
        for sheet in layout_of(school_id, term_id).sheets
        for block in sheet.blocks
        for place in block.places
        if place.field.field_id == field_id
    )


def answers_of(school_id: str, term_id: str = HK1.term_id) -> dict[str, Value]:
    """A complete set of answers that passes every check of the form."""
    term = declared(term_id)
    fields = term.form.fields_for(school(school_id, term_id).level, term.term.part)
    grades = [field.column_id for field in fields if field.field_id.startswith("pupils_count.")][1:]
    return {field.field_id: _answer(field, grades) for field in fields}


def _answer(field: Field, grades: Sequence[str]) -> Value:
    row, _, column = field.field_id.partition(".")
    if field.field_id in _NAMED:
        return _NAMED[field.field_id]
    if row in _PER_PART:
        return _PER_PART[row] * (len(grades) if column == "total" else 1)
    if row == "parents_count":
        return _PER_PART["pupils_count"] * len(grades)
    if row == "teachers_count":
        return {"total": 20, "permanent": 18, "contract": 2, "women": 15, "qualified": 19}[column]
    if row.startswith("result_"):
        is_primary = row.startswith("result_th_")
        pupils = 50 * sum((grade <= "g5") == is_primary for grade in grades)
        return (
            pupils - 3 * (pupils // 4)
            if row.endswith(("excellent_count", "thcs_good_count"))
            else pupils // 4
        )
    if field.kind == "status":
        return "done"
    if field.kind == "yes_no":
        return "yes"
    if field.kind == "points":
        return (field.maximum or 0) / 2
    if field.kind == "date":
        return datetime.date(2023, 10, 16)
    if field.kind == "text":
        return "12/KH-PM"
    return 0 if column else 3


def write_school(
    path: Path, school_id: str, term_id: str = HK1.term_id, changes: Mapping[str, Value] | None = None
) -> FormLayout:
    """Write one filled workbook as the office's form would come back."""
    unit, registry = school(school_id, term_id), reference().registry
    order = FormOrder(
        declared(term_id),
        unit,
        registry.level_titles()[unit.level],
        registry.on(unit.valid_from)[unit.parent_id].name,
    )
    return write_form(path, order, answers_of(school_id, term_id) | dict(changes or {}))


def receive(folder: Path, dates: Mapping[str, datetime.date], term_id: str = HK1.term_id) -> None:
    """Write `received.csv` for the files of one folder; those without a date came on time."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f'"{name}",{dates.get(name, ON_TIME[term_id])},' for name in names if name != RECEIVED_LIST]
    text = "\n".join(["file,received_on,note", *lines]) + "\n"
    (folder / RECEIVED_LIST).write_text(text, encoding="utf-8-sig")


def clean_folder(
    folder: Path, term_id: str = HK1.term_id, previous: pd.DataFrame | None = None, workers: int = 1
) -> Cleaned:
    """Clean the files of one folder as one term of this world."""
    files = list_received(folder, ON_TIME[term_id])
    return clean_term(files, reference(), parse_term(term_id), previous, workers)


def rows_of(frame: pd.DataFrame, school_ids: Sequence[str]) -> bytes:
    """The rows of some schools as bytes: the form in which two runs are compared."""
    here: bytes = frame[frame["school_id"].isin(list(school_ids))].to_csv(index=False).encode()
    return here


def plain(value: object) -> object:
    """One value of a table as plain Python; missing becomes None."""
    return None if pd.isna(value) else value  # type: ignore[call-overload]
