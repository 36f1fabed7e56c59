"""One worksheet part of any shape, walked by the XML parser into its non-empty cells.

The slower of the two readers: it knows prefixes, comments, rich inline strings and cells without address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from termreview.cells import MAX_COLUMN, MAX_ROW, column_number
from termreview.spreadsheets.model.cell_values import Shared, make_cell
from termreview.spreadsheets.model.sheet_content import (
    MOST_HIDDEN,
    SheetContent,
    hides_row,
    note_columns,
    read_style,
    refuse_place,
    refuse_size,
)
from termreview.spreadsheets.packages.guard import Limits, RefusedFile
from termreview.spreadsheets.packages.xml_part import parse_xml
from termreview.spreadsheets.xlsx.formulas import SharedFormulas, read_formula
from termreview.spreadsheets.xlsx.looks import RunReader, colours_of

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


def walk_sheet(part: bytes, shared: Shared, limits: Limits) -> SheetContent:
    """Return the content of one worksheet part of any shape.

    Raises
    ------
    RefusedFile
        When the part is not well-formed, holds no cell data at all, names a cell twice or outside the grid,
        or holds too many.
    """
    content = SheetContent()
    masters = SharedFormulas()
    own_row = row = column = readings = 0  # the row being read; where its current cell says it stands
    has_cell_data = is_text = is_inline = False  # inside an inline string, whose tags are none of the sheet's
    cell_attributes: Mapping[str, str] = {}
    formula_attributes: Mapping[str, str] = {}
    texts: dict[str, list[str]] = {}  # of the cell being read: its f, v and is
    colours = colours_of(shared.theme)
    reader = RunReader(colours)
    current: list[str] = []

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal \
            own_row, \
            row, \
            column, \
            readings, \
            has_cell_data, \
            is_text, \
            is_inline, \
            reader, \
            cell_attributes, \
            formula_attributes, \
            current
        namespace, _, element = name.rpartition(" ")
        if namespace not in _NAMESPACES:
            return
        if element == "c":
            cell_attributes, formula_attributes = attributes, {}
            texts.clear()
            row, column = _place(attributes.get("r"), row, column + 1)
        elif element in ("v", "f", "is"):
            current = texts.setdefault(element, [])
            is_inline = element == "is"
            is_text = not is_inline
            reader = RunReader(colours)
            if element == "f":
                formula_attributes = attributes
        elif element == "t":
            is_text = readings == 0 and is_inline
        elif element == "rPh":
            readings += 1
        elif is_inline:
            if readings == 0:
                reader.start(element, attributes)
        elif element == "row":
            own_row = row = _row_number(attributes.get("r"), own_row + 1)
            column = 0
            if hides_row(attributes) and len(content.hidden_rows) < MOST_HIDDEN:
                content.hidden_rows.add(row)
        elif element == "sheetData":
            has_cell_data = True
        elif element == "col":
            note_columns(attributes, content)
        elif element == "mergeCell":
            content.merges.append(attributes.get("ref", "").upper())
        elif element == "sheetView" and attributes.get("showZeros") in ("0", "false"):
            content.hides_zeros = True
        elif element == "sheetFormatPr" and attributes.get("zeroHeight") in ("1", "true"):
            content.notes.add("rows_hidden_by_default")

    def on_end(name: str) -> None:
        nonlocal readings, is_text, is_inline
        namespace, _, element = name.rpartition(" ")
        if namespace not in _NAMESPACES:
            return
        if element in ("v", "f", "is", "t"):
            is_text = False
            is_inline = is_inline and element == "t"
        elif element == "rPh":
            readings -= 1
        elif element == "c" and texts:
            parts = {kind: "".join(pieces) for kind, pieces in texts.items()}
            formula = read_formula(row, column, formula_attributes, parts.get("f", ""), masters)
            stored_type, code, is_date, look = read_style(cell_attributes, shared)
            runs = reader.read() if any(font for _, font in reader.runs) else ()
            cell = make_cell(
                stored_type, parts.get("v"), parts.get("is"), formula, code, is_date, shared, look, runs
            )
            if cell is not None:
                if (row, column) in content.cells or row > MAX_ROW or column > MAX_COLUMN:
                    refuse_place(row, column)
                content.cells[row, column] = cell
                if row != own_row:
                    content.notes.add("cell_outside_its_row")
                if len(content.cells) > limits.cells:
                    refuse_size(limits)

    def on_text(text: str) -> None:
        if is_text:
            current.append(text)
            reader.text(text)

    parse_xml(part, on_start, on_end, on_text)
    if not has_cell_data:
        raise RefusedFile("damaged", "sheet_without_cells")
    return content


def _row_number(stored: str | None, expected: int) -> int:
    if not stored:
        return expected
    if not (stored.isdigit() and stored.isascii() and 1 <= int(stored[:9]) <= MAX_ROW):
        raise RefusedFile("damaged", "row_number", row=stored)
    return int(stored[:9])


def _place(stored: str | None, row: int, column: int) -> tuple[int, int]:
    """Return where one cell stands: where it says, else next to the one before."""
    if not stored:
        return row, column
    match = _ADDRESS.fullmatch(stored)
    if match is None:
        raise RefusedFile("damaged", "cell_address", cell=stored)
    return int(match[2]), column_number(match[1].upper())
