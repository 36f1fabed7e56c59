"""One worksheet part, read into its non-empty cells in one pass.

A regular expression names every character of the cell data: a character that fits nowhere sends the whole
sheet to the XML parser, which is slower and knows every shape. Both give the same cells. Only cells that
hold something are kept, so a border drawn down to row 1 048 576 costs nothing.
"""

from __future__ import annotations

import re

from termreview.intake.guard import Limits
from termreview.intake.workbook_model import COLUMN_NUMBERS, MAX_COLUMN, MAX_ROW, Cell
from termreview.intake.xlsx_content import (
    SheetContent,
    note_columns,
    read_style,
    refuse_place,
    refuse_size,
)
from termreview.intake.xlsx_formulas import SharedFormulas, read_formula
from termreview.intake.xlsx_shared import UnusualShapeError, plain_text, unescape_xml
from termreview.intake.xlsx_values import Shared, make_cell
from termreview.intake.xlsx_walk import walk_sheet

_TOKEN = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"([^<>/]*)'  # letters, digits, other attributes
    r'(?:/>(?:<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"[^<>/]*/>)*'  # nothing inside, and what follows like it
    r"|>(?:<f([^<>/]*)(?:/>|>([^<]*)</f>))?"  # formula: attributes, text
    r'(?:<v(?: xml:space="preserve")?>(?:([0-9]{1,15})|([^<]+))</v>|(<v ?/>|<v></v>)'  # digits, other, empty
    r'|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'  # inline string
    r'|</row>|<row r="([1-9][0-9]{0,6})"([^<>\']*)>'  # row: digits, other attributes
    r"|\s+|([\s\S])"  # anything else
)
_ATTRIBUTE = re.compile(r'\s+([A-Za-z:]+)="([^"<&]*)"')
_ROOT = re.compile(
    r"\s*(?:<\?xml[^<>]*\?>)?\s*<worksheet(?=[^<>]* xmlns=\"http://(?:schemas\.openxmlformats\.org/"
    r'spreadsheetml/2006|purl\.oclc\.org/ooxml/spreadsheetml)/main")[^<>]*>'
)
_COLUMN = re.compile(r"<col( [^<>]*?)/?>")
_MERGE = re.compile(r'<mergeCell ref="([A-Z0-9:]+)" ?/>')
_CHUNK = 1 << 19


def read_sheet(part: bytes, shared: Shared, limits: Limits) -> SheetContent:
    """Return the content of one worksheet part.

    Raises
    ------
    RefusedFile
        When the part is not well-formed, names a cell twice or outside the grid, or holds too many.
    """
    try:
        return scan_sheet(part, shared, limits)
    except UnusualShapeError:
        return walk_sheet(part, shared, limits)


def scan_sheet(part: bytes, shared: Shared, limits: Limits) -> SheetContent:
    """Return the content of one worksheet part in the shape that spreadsheet programs write.

    Raises
    ------
    UnusualShapeError
        When it is in another shape, whose cells only `walk_sheet` reads rightly.
    """
    text = plain_text(part)
    root = _ROOT.match(text)
    begin = text.find("<sheetData>")
    end = text.find("</sheetData>", begin)
    if root is None or begin < 0 or end < 0 or text.find("<sheetData", begin + 1) >= 0:
        raise UnusualShapeError("sheetData")
    if text.count(' xmlns="') != 1 or not text[-80:].rstrip().endswith("</worksheet>"):
        raise UnusualShapeError("worksheet")
    content = SheetContent()
    _scan_frame(text[root.end() : begin], text[end:], content)
    _scan_cells(text, begin + len("<sheetData>"), end, shared, limits, content)
    return content


def _scan_frame(head: str, tail: str, content: SheetContent) -> None:
    """Read what stands before and after the cells: hidden columns, merged cells."""
    columns, merges = _COLUMN.findall(head), _MERGE.findall(tail)
    is_all = len(columns) == head.count("<col") - head.count("<cols")
    if not is_all or len(merges) != tail.count("<mergeCell") - tail.count("<mergeCells") or "'" in head:
        raise UnusualShapeError("columns or merges")
    if 'zeroHeight="1"' in head or 'zeroHeight="true"' in head:
        content.notes.add("rows_hidden_by_default")
    for column in columns:
        note_columns(_attributes(column), content)
    content.merges.extend(merges)


def _scan_cells(
    text: str, position: int, end: int, shared: Shared, limits: Limits, content: SheetContent
) -> None:
    cells, strings = content.cells, shared.strings
    masters: SharedFormulas = {}
    styles: dict[str, tuple[str, str, bool]] = {}
    row, row_digits, filled, known = 0, "", 0, len(shared.strings)
    new = tuple.__new__  # a named tuple made without its slower constructor
    while position < end:
        stop = text.find("</row>", min(position + _CHUNK, end), end)
        stop = end if stop < 0 else stop + len("</row>")
        for (
            letters, digits, attributes, formula_attributes, formula, whole, stored, empty, inline,
            new_row, row_attributes, odd,
        ) in _TOKEN.findall(text, position, stop):  # fmt: skip
            if letters:
                if not (whole or stored or inline or formula or formula_attributes or empty):
                    continue
                if digits != row_digits:
                    raise UnusualShapeError("a cell outside its row")
                style = styles.get(attributes)
                if style is None:
                    style = styles[attributes] = read_style(_attributes(attributes), shared)
                stored_type, number_format, is_date = style
                column = COLUMN_NUMBERS[letters]
                cell: Cell | None
                if formula or formula_attributes or not whole:
                    cell = make_cell(
                        stored_type,
                        unescape_xml(whole or stored) if whole or stored or empty else None,
                        unescape_xml(inline),
                        read_formula(
                            row, column, _attributes(formula_attributes), unescape_xml(formula), masters
                        ),
                        number_format,
                        is_date,
                        shared,
                    )
                elif stored_type == "s" and (number := int(whole)) < known:
                    string = strings[number]
                    cell = new(Cell, (string, string, "text", None, number_format)) if string else None
                elif stored_type == "" and not is_date:
                    cell = new(Cell, (int(whole), whole, "number", None, number_format))
                else:
                    cell = make_cell(stored_type, whole, None, None, number_format, is_date, shared)
                if cell is not None:
                    cells[row, column] = cell
                    filled += 1
                    if column > MAX_COLUMN or filled != len(cells):
                        refuse_place(row, column)
            elif new_row:
                row_digits, row = new_row, int(new_row)
                if row > MAX_ROW:
                    refuse_place(row, 1)
                if ' hidden="1"' in row_attributes or ' hidden="true"' in row_attributes:
                    content.hidden_rows.add(row)
            elif odd:
                raise UnusualShapeError(odd)
        if filled > limits.cells:
            refuse_size(limits)
        position = stop


def _attributes(text: str) -> dict[str, str]:
    """Return the attributes of one start tag by name; every character of it must belong to one."""
    if not text or text.isspace():
        return {}
    if _ATTRIBUTE.sub("", text).strip():
        raise UnusualShapeError(text)
    return dict(_ATTRIBUTE.findall(text))
