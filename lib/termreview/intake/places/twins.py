"""One row of the form that stands twice on its sheet, copied with its code: both figures are asked about."""

from __future__ import annotations

from collections.abc import Collection

from termreview.cells import address
from termreview.forms.layout import SheetLayout
from termreview.intake.places.located import Located, Remark
from termreview.intake.values.personal_data import is_personal, names_persons
from termreview.reference.kinds.forms import FormRow
from termreview.spreadsheets.workbook import Cell, Sheet
from termreview.text import clean

_MOST_SHOWN = 3  # columns of a grid
_LONGEST = 60


def note_twins(
    located: Located,
    sheet: Sheet,
    plan: SheetLayout,
    code_columns: Collection[int],
    slipped: Collection[int] = (),
) -> None:
    """Remark every further row with the code of a row that is read, where it answers otherwise.

    A copied code stands in one of the columns in which codes were found; those of `slipped` rows are none.
    """
    codes = {form_row.row_code for block in plan.blocks for form_row, _ in block.rows}
    standing = [
        (place, text)
        for place, cell in sheet.cells.items()
        if place[1] in code_columns and (text := cell.text.strip()) in codes and place[0] not in slipped
    ]
    if len(standing) == len({text for _, text in standing}):
        return  # nearly always
    rows: dict[str, tuple[FormRow, int, dict[int, int]]] = {}
    for block in plan.blocks:
        for form_row, number in block.rows:
            positions = [
                (place, located.positions.get(place.field.field_id)) for place in block.places_by_row[number]
            ]
            here = {place.column: position.column for place, position in positions if position is not None}
            row = next((position.row for _, position in positions if position is not None), None)
            if row is not None:
                rows[form_row.row_code] = form_row, row, here
    for (row, column), code in standing:
        if (known := rows.get(code)) is None:
            continue
        form_row, own, columns = known
        at_own = sheet.cells.get((own, column))
        if row == own or at_own is None or at_own.text.strip() != form_row.row_code:
            continue
        differing = {
            answer: f"{quoted_answer(sheet.cells.get((own, answer)))} ({address(own, answer)}), "
            f"{quoted_answer(other)} ({address(row, answer)})"
            for answer in columns.values()
            if (other := sheet.cells.get((row, answer))) is not None
            and quoted_answer(sheet.cells.get((own, answer))) != quoted_answer(other)
        }
        located.twins.add((sheet.name, row))
        if differing:
            told = list(differing.values())
            found = "; ".join(told[:_MOST_SHOWN]) + ("; …" if len(told) > _MOST_SHOWN else "")
            first = address(own, next(iter(differing)))
            located.remarks.append(
                Remark("row_twice", sheet.name, first, found, form_row.row_code, form_row.label)
            )


def quoted_answer(cell: Cell | None) -> str:
    """One answer as it is quoted: never what may tell of a person."""
    text = clean(cell.text)[:_LONGEST] if cell is not None else ""
    if not text:
        return "để trống"
    return "…" if cell is not None and (is_personal(text) or names_persons(cell.text)) else text
