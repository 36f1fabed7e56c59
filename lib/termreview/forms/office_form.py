"""One office's own workbook filled for one school as it stands: drawings, formats, drop-downs and print settings stay."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from termreview.errors import RunError
from termreview.forms.layout import FINGERPRINT_SHEET, FormLayout, fingerprint_rows
from termreview.forms.office_sheets import office_sheets
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.forms import Field, Form, OfficeWorkbook
from termreview.reference.kinds.units import Unit
from termreview.spreadsheets.editing.cells import Place, cells_at, write_value
from termreview.spreadsheets.editing.package import (
    Package,
    leave_out_code,
    open_package,
    save_package,
    set_authors,
    sheets_of,
    styles_part,
    tree,
    workbook_part,
)
from termreview.spreadsheets.editing.sheets import add_sheet, recalculate, text_sheet
from termreview.spreadsheets.editing.styles import dated_format, open_styles
from termreview.spreadsheets.editing.xml import UnmarkableError
from termreview.text import capitalised, clean

Filled = str | int | float | datetime.date
Value = Filled | None
_BEFORE_1900, _FIRST_OF_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)


def fill_office_workbook(
    path: Path,
    office: OfficeWorkbook,
    layout: FormLayout,
    term: TermReference,
    school: Unit,
    answers: Mapping[str, Value],
) -> None:
    """Write the workbook of one school: who it is, answers known before, and the hidden marks by which it is known again.

    Macros are left out.

    Raises
    ------
    RunError
        When the office's workbook cannot be filled.
    """
    office_sheets(office)  # says what is wrong with it
    form, plan = layout.form, term.plan
    title = capitalised(plan.title)
    identity = {
        "school_id": school.unit_id,
        "school_name": school.name,
        "term_id": form.word("term_line", term=title, school_year=term.term.school_year),
    }
    values: dict[str, dict[Place, Filled]] = {}
    for cell in office.identity:
        is_inside = cell.place == cell.label_place
        head = f"{cell.label.partition(':')[0]}: " if is_inside else ""
        values.setdefault(cell.sheet, {})[cell.place] = head + identity[cell.name]
    for sheet, place in layout.places.values():
        if (value := answers.get(place.field.field_id)) is not None:
            shown = _as_displayed(form, place.field, value)
            values.setdefault(sheet, {})[place.row, place.column] = shown
    marks = fingerprint_rows(layout, term.term.term_id, school.unit_id)
    try:
        package = open_package(office.path)
        leave_out_code(package)
        _write(package, values)
        last = len(sheets_of(package))
        add_sheet(package, FINGERPRINT_SHEET, text_sheet(marks), last, state="veryHidden")
        set_authors(package, form.title, term.office.name, plan.due_on.isoformat())
        save_package(path, package)
    except UnmarkableError:
        raise RunError("office_workbook_unfillable", file=office.path.name, form=form.form_id) from None


def _as_displayed(form: Form, field: Field, value: Filled) -> Filled:
    """One answer as the school reads it: the label of a choice."""
    options = "yes_no" if field.kind == "yes_no" else field.options
    return form.choices(options).get(value, value) if options and isinstance(value, str) else value


def _write(package: Package, values: Mapping[str, Mapping[Place, Filled]]) -> None:
    parts = {clean(sheet.name): sheet.part for sheet in sheets_of(package)}
    book = open_styles(tree(package, styles_part(package)))
    properties = tree(package, workbook_part(package)).find("{*}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    for name, own in values.items():
        for place, cell in cells_at(tree(package, parts[clean(name)]), own).items():
            value = own[place]
            if isinstance(value, datetime.date):
                cell.set("s", str(dated_format(book, int(cell.get("s", "0")))))
                value = (value - (_FIRST_OF_1904 if is_1904 else _BEFORE_1900)).days
            write_value(cell, value)
    if values:
        recalculate(package)
