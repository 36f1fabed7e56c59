"""One workbook of Excel 95 or 97-2003 (``.xls``), made of its own records.

Not by the engine for older formats: it takes the letters of some programs for others, cuts long texts, shows
errors as blanks and keeps no formats.
"""

from __future__ import annotations

from termreview.cells import address
from termreview.spreadsheets.model.cell_display import PLAIN, display_of_runs
from termreview.spreadsheets.model.cell_values import Shared, make_cell
from termreview.spreadsheets.model.sheet_content import refuse_text
from termreview.spreadsheets.model.workbook_model import Cell, Sheet, Workbook
from termreview.spreadsheets.older.records import SheetRecords, read_records
from termreview.spreadsheets.packages.guard import Limits, RefusedFile


def read_excel(data: bytes, limits: Limits) -> Workbook | None:
    """Return one ``.xls`` workbook, or None where its records are not kept as expected.

    A formula that the records do not tell is marked by a bare ``=``.

    Raises
    ------
    RefusedFile
        When it holds more than may be read.
    """
    records = read_records(data, limits.cells)
    if records is None:
        return None
    sheets, notes = [], ["no_checksum"]
    for facts in records.sheets:
        if not facts.has_cells:
            notes.append("sheet_without_cells")
            continue
        cells = _cells(facts, records.shared)
        old = {place: records.old_styles.get(facts.styles.get(place, -1)) for place in cells}
        sheets.append(
            Sheet(
                name=facts.name,
                state=facts.state,
                cells=cells,
                hidden_rows=frozenset(facts.hidden_rows),
                hidden_columns=frozenset(facts.hidden_columns),
                merges=tuple(_merge(*corners) for corners in facts.merges),
                old_fonts={place: encoding for place, encoding in old.items() if encoding},
                hides_zeros=facts.hides_zeros,
            )
        )
    if sum(len(sheet.cells) for sheet in sheets) > limits.cells:
        raise RefusedFile("too_large", f"more than {limits.cells} filled cells")
    refuse_text((cell for sheet in sheets for cell in sheet.cells.values()), limits)
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        notes.append("duplicate_sheet_name")
    if records.is_as_displayed:
        notes.append("precision_as_displayed")
    if records.has_macros:
        notes.append("macros")
    if records.has_external_links:
        notes.append("external_links")
    return Workbook(
        tuple(sheets), "xls", records.has_macros, records.has_external_links, tuple(dict.fromkeys(notes))
    )


def _cells(sheet: SheetRecords, shared: Shared) -> dict[tuple[int, int], Cell]:
    """Return the cells of one sheet, row by row."""
    cells = {}
    for place in sorted(sheet.stored.keys() | sheet.formulas.keys() | sheet.texts.keys()):
        formula = sheet.formulas.get(place)
        style = sheet.styles.get(place, -1)
        code, is_date = shared.formats[style] if 0 <= style < len(shared.formats) else ("General", False)
        look = shared.looks[style] if 0 <= style < len(shared.looks) else PLAIN
        if place in sheet.stored:
            cell = make_cell(*sheet.stored[place], None, formula, code, is_date, shared, look)
        else:
            text, runs = sheet.texts.get(place, ""), sheet.runs.get(place)
            display = display_of_runs(runs, look) if runs else look.display
            cell = Cell(text, text, "text", formula, code, display) if text or formula is not None else None
        if cell is not None:
            cells[place] = cell
    return cells


def _merge(top: int, bottom: int, left: int, right: int) -> str:
    return f"{address(top + 1, left + 1)}:{address(bottom + 1, right + 1)}"
