"""One OpenDocument spreadsheet, walked by the XML parser: formulas, errors and hidden parts kept.

The engine for older formats reads ``.ods`` too, but loses formulas, errors, yes/no values and hidden rows.
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter

from termreview.cells import MAX_COLUMN, MAX_ROW, address
from termreview.spreadsheets.model.cell_values import read_iso, read_number, read_serial
from termreview.spreadsheets.model.sheet_content import LEAST_HEIGHT, LEAST_WIDTH, MOST_HIDDEN, refuse_text
from termreview.spreadsheets.model.workbook_model import Cell, CellValue, Display, Sheet, Workbook
from termreview.spreadsheets.older.old_fonts import encoding_of_font
from termreview.spreadsheets.older.opendocument_looks import Styles, format_of_day, format_of_displayed
from termreview.spreadsheets.packages.guard import Limits, RefusedFile
from termreview.spreadsheets.packages.xml_part import parse_xml

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_MODULE = "http://openoffice.org/2004/office module"

_ZEROS_HIDDEN = re.compile(rb'"ShowZeroValues" config:type="boolean">false<')
_LONGEST_NAME = 255
_HIDDEN = ("collapse", "filter")
_OTHER_BODIES = {
    _OFFICE + "text": ("word_document", "opendocument_text"),
    _OFFICE + "presentation": ("unsupported_format", "opendocument_presentation"),
    _OFFICE + "drawing": ("unsupported_format", "opendocument_drawing"),
}
_MARKS = {_TEXT + "tab": "\t", _TEXT + "line-break": "\n"}

_LENGTH = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(in|cm|mm|pt|px|pc)")
_POINTS = {"in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pt": 1.0, "px": 0.75, "pc": 12.0}
_LETTER = 5.25  # points: how wide one figure is
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_DURATION = re.compile(r"(-?)PT?(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:[.,][0-9]+)?)S)?")
_FORMULA_PREFIX = re.compile(r"[a-z]+:(?==)")


@dataclass
class _Table:
    """One table as it fills up: its cells, and where the reading stands."""

    name: str
    is_hidden: bool
    row: int = 0  # rows finished so far
    column: int = 0  # columns finished in this row
    columns_declared: int = 0
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    row_cells: dict[int, Cell] = field(default_factory=dict)
    hidden_rows: list[range] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[str] = field(default_factory=list)
    column_styles: list[tuple[int, str]] = field(default_factory=list)  # where cells name none
    row_fonts: dict[int, str] = field(default_factory=dict)
    old_fonts: dict[tuple[int, int], str] = field(default_factory=dict)


def read_opendocument(
    parts: Mapping[str, bytes], names: frozenset[str], limits: Limits, kind: str = "ods"
) -> Workbook:
    """Return one OpenDocument workbook from its XML parts; `names` are all members of the archive.

    A workbook kept as a single XML file (`kind` is ``fods``) is its own ``content.xml``.

    Raises
    ------
    RefusedFile
        When it is no spreadsheet, is not well-formed or too large.
    """
    styles = Styles()
    if "styles.xml" in parts:
        parse_xml(parts["styles.xml"], styles.start)
    tables, notes = _walk_tables(parts["content.xml"], limits, styles)
    hides_zeros = _ZEROS_HIDDEN.search(parts.get("settings.xml", parts["content.xml"])) is not None
    if any(name.startswith("Basic/") for name in names):
        notes.append("macros")
    sheets = tuple(
        Sheet(
            table.name,
            "hidden" if table.is_hidden else "visible",
            table.cells,
            _hidden_rows(table),
            frozenset(table.hidden_columns),
            tuple(table.merges),
            table.old_fonts,
            hides_zeros,
        )
        for table in tables
    )
    refuse_text((cell for sheet in sheets for cell in sheet.cells.values()), limits)
    if len({table.name.casefold() for table in tables}) < len(tables):
        notes.append("duplicate_sheet_name")
    return Workbook(sheets, kind, "macros" in notes, "external_links" in notes, tuple(dict.fromkeys(notes)))


def _hidden_rows(table: _Table) -> frozenset[int]:
    """Return the hidden rows down to the last filled one: "all rows below" may stand for a million."""
    last = max((row for row, _ in table.cells), default=0)
    hidden = (row for rows in table.hidden_rows for row in rows[: max(last - rows.start + 1, 0)])
    return frozenset(islice(hidden, MOST_HIDDEN))


def _walk_tables(part: bytes, limits: Limits, styles: Styles) -> tuple[list[_Table], list[str]]:
    tables: list[_Table] = []
    notes: list[str] = []
    hidden_styles: set[str] = set()
    low_rows: set[str] = set()  # by the names of their styles
    narrow_columns: set[str] = set()
    path: list[str] = [""]
    table: _Table | None = None
    cell: Mapping[str, str] | None = None
    row: Mapping[str, str] = {}
    paragraphs: list[list[str]] = []  # of the cell being read, each in pieces
    run_font: str | None = None  # of the letters of this cell that are in a font of their own
    spans: list[str] = []  # the styles of the letters being read, the innermost last
    runs: list[tuple[str, str]] = []  # the text of this cell, each piece with the style of its own
    style_name, aside = "", 0  # aside: how deep inside a comment or a drawing
    filled = characters = 0

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal table, cell, row, run_font, style_name, aside
        parent = path[-1]
        path.append(name)
        if parent == _OFFICE + "body" and name in _OTHER_BODIES and not aside:
            raise RefusedFile(*_OTHER_BODIES[name])
        if name == _STYLE + "style":
            style_name = attributes.get(_STYLE + "name", "")
        elif name == _STYLE + "table-properties" and attributes.get(_TABLE + "display") == "false":
            hidden_styles.add(style_name)
        elif name == _STYLE + "table-row-properties" and _is_below(
            attributes.get(_STYLE + "row-height"), LEAST_HEIGHT
        ):
            low_rows.add(style_name)
        elif name == _STYLE + "table-column-properties" and _is_below(
            attributes.get(_STYLE + "column-width"), LEAST_WIDTH * _LETTER
        ):
            narrow_columns.add(style_name)
        elif name == _TABLE + "table" and parent == _OFFICE + "spreadsheet" and not aside:
            is_hidden = attributes.get(_TABLE + "style-name", "") in hidden_styles
            table = _Table(attributes.get(_TABLE + "name", "")[:_LONGEST_NAME], is_hidden)
            tables.append(table)
            if len(tables) > limits.sheets:
                raise RefusedFile("too_large", "sheets_above", count=limits.sheets)
        elif name == _MODULE:
            notes.append("macros")
        elif name == _TABLE + "table-source" or name == _TABLE + "dde-link":
            notes.append("external_links")
            if table is not None and table.name.startswith("'") and tables[-1] is table:
                tables.pop()  # what was last seen of another file: no sheet of this one bears such a name
        if table is None:
            styles.start(name, attributes)
            return
        if aside or name == _OFFICE + "annotation" or name.startswith(_DRAWING) or name == _TABLE + "shapes":
            aside += 1
        elif name == _TABLE + "table-row":
            row, table.column = attributes, 0
            if attributes.get(_TABLE + "style-name") in low_rows:
                row = {**attributes, _TABLE + "visibility": "collapse"}
            table.row_cells, table.row_fonts = {}, {}
        elif name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            cell, run_font = attributes, None
            paragraphs.clear()
            spans.clear()
            runs.clear()
        elif name == _TABLE + "table-column":
            first = table.columns_declared + 1
            table.columns_declared += _repeats(attributes, "number-columns-repeated", MAX_COLUMN)
            default = attributes.get(_TABLE + "default-cell-style-name", "Default")
            table.column_styles.append((first, default))
            is_narrow = attributes.get(_TABLE + "style-name") in narrow_columns
            if is_narrow or attributes.get(_TABLE + "visibility") in _HIDDEN:
                table.hidden_columns.update(range(first, min(table.columns_declared, MAX_COLUMN) + 1))
        elif cell is not None and name == _TEXT + "p":
            paragraphs.append([])
            if runs:
                runs.append(("\n", ""))
        elif cell is not None and name == _TEXT + "span" and styles.has_marked_text:
            spans.append(attributes.get(_TEXT + "style-name", ""))
            run_font = run_font or encoding_of_font(styles.of("text", spans[-1]).get("name", ""))
        elif cell is not None and name == _TEXT + "s" and paragraphs:
            count = attributes.get(_TEXT + "c", "1")
            add(" " * min(int(count[:9]) if count.isdigit() and count.isascii() else 1, 32_767))
        elif cell is not None and name in _MARKS and paragraphs:
            add(_MARKS[name])

    def on_end(name: str) -> None:
        nonlocal table, cell, aside, filled
        path.pop()
        if table is None:
            return
        if aside:
            aside -= 1
        elif spans and name == _TEXT + "span":
            spans.pop()
        elif cell is not None and name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            shown = "\n".join("".join(pieces) for pieces in paragraphs) if paragraphs else None
            style = _cell_style(table, cell, row)
            font = run_font or encoding_of_font(styles.of("table-cell", style).get("name", ""))
            _finish_cell(table, cell, make_cell(cell, shown, styles.display(style, runs)), font)
            cell = None
        elif name == _TABLE + "table-row":
            filled += _finish_row(table, row, limits.cells - filled)
        elif name == _TABLE + "table" and path[-1] == _OFFICE + "spreadsheet":
            table = None

    def on_text(text: str) -> None:
        if cell is not None and not aside and paragraphs and path[-1].startswith(_TEXT):
            add(text)

    def add(text: str) -> None:
        nonlocal characters
        characters += len(text)
        if characters > limits.text_characters:
            raise RefusedFile("too_large", "characters_above", count=limits.text_characters)
        paragraphs[-1].append(text)
        runs.append((text, spans[-1] if spans else ""))

    parse_xml(part, on_start, on_end, on_text)
    return tables, notes


def _is_below(size: str | None, least: float) -> bool:
    """Whether one length is below some points."""
    match = _LENGTH.fullmatch(size or "")
    return match is not None and float(match[1]) * _POINTS[match[2]] < least


def _cell_style(table: _Table, cell: Mapping[str, str], row: Mapping[str, str]) -> str:
    """Return the name of one cell's style: its own, its row's, its column's or the common one."""
    style = cell.get(_TABLE + "style-name") or row.get(_TABLE + "default-cell-style-name")
    columns = bisect_right(table.column_styles, table.column + 1, key=itemgetter(0))
    return style or (table.column_styles[columns - 1][1] if columns else "Default")


def _repeats(attributes: Mapping[str, str], name: str, most: int) -> int:
    count = attributes.get(_TABLE + name, "1")
    return min(int(count[:9]), most) if count.isdigit() and count.isascii() else 1


def _finish_cell(table: _Table, attributes: Mapping[str, str], cell: Cell | None, font: str | None) -> None:
    """Add one cell, as often as it says it is repeated, to its row."""
    first = table.column + 1
    table.column += _repeats(attributes, "number-columns-repeated", MAX_COLUMN)
    wide = _repeats(attributes, "number-columns-spanned", MAX_COLUMN)
    high = _repeats(attributes, "number-rows-spanned", MAX_ROW)
    if wide > 1 or high > 1:
        last = address(table.row + high, first + wide - 1)
        table.merges.append(f"{address(table.row + 1, first)}:{last}")
    if cell is not None:
        if table.column > MAX_COLUMN:
            raise RefusedFile("damaged", "row_outside_grid", row=table.row + 1)
        table.row_cells.update(dict.fromkeys(range(first, table.column + 1), cell))
        if font is not None:
            table.row_fonts.update(dict.fromkeys(range(first, table.column + 1), font))


def _finish_row(table: _Table, attributes: Mapping[str, str], left: int) -> int:
    """Add one row, as often as it says it is repeated; return how many cells that were."""
    first = table.row + 1
    repeats = _repeats(attributes, "number-rows-repeated", MAX_ROW)
    table.row += repeats
    if attributes.get(_TABLE + "visibility") in _HIDDEN:
        table.hidden_rows.append(range(first, table.row + 1))
    if not table.row_cells:
        return 0
    if table.row > MAX_ROW:
        raise RefusedFile("damaged", "cell_row_outside_grid", row=table.row)
    count = repeats * len(table.row_cells)
    if count > left:
        raise RefusedFile("too_large", "cells_above_limit")
    for row in range(first, table.row + 1):
        table.cells.update({(row, column): cell for column, cell in table.row_cells.items()})
        table.old_fonts.update({(row, column): font for column, font in table.row_fonts.items()})
    return count


def make_cell(attributes: Mapping[str, str], shown: str | None, display: Display | None) -> Cell | None:
    """Return one cell from its attributes and the text it shows, or None when it holds nothing."""
    cell = _make_cell(attributes, shown)
    if cell is None:
        return None
    if cell.kind not in ("number", "date") or shown is None:
        return cell._replace(display=display)
    code: str | None = ""
    if cell.kind == "number":
        is_percent = attributes.get(_OFFICE + "value-type") == "percentage"
        code = format_of_displayed(shown, float(cell.value), is_percent)  # type: ignore[arg-type]
    elif isinstance(cell.value, datetime.date):
        code = format_of_day(shown, cell.value)
    if code is None or not shown.strip():
        display = (display or Display())._replace(shown=shown.strip())
    return cell._replace(number_format=code or None, display=display)


def _make_cell(attributes: Mapping[str, str], shown: str | None) -> Cell | None:
    formula = attributes.get(_TABLE + "formula")
    if formula is not None:
        formula = _FORMULA_PREFIX.sub("", formula, count=1)
    stored_type = attributes.get(_OFFICE + "value-type", "")
    value: CellValue
    if attributes.get(_CALC + "value-type") == "error":
        return Cell(shown or "#N/A", shown or "#N/A", "error", formula)
    if stored_type == "string":
        text = attributes.get(_OFFICE + "string-value", shown or "")
        value, kind = text, "text"
    elif stored_type in ("float", "percentage", "currency"):
        text = attributes.get(_OFFICE + "value", "")
        value, kind = read_number(text), "number"
    elif stored_type == "boolean":
        text = attributes.get(_OFFICE + "boolean-value", "").upper()
        value, kind = {"TRUE": True, "FALSE": False}.get(text), "boolean"
    elif stored_type == "date":
        text = attributes.get(_OFFICE + "date-value", "")
        value, kind = read_iso(text), "date"
    elif stored_type == "time":
        text = attributes.get(_OFFICE + "time-value", "")
        value, kind = _read_duration(text)
    elif shown is not None:
        value, text, kind = shown, shown, "text"
    else:
        return None if formula is None else Cell(None, formula, "formula_without_value", formula)
    if value is None:
        value, kind = text, "error"
    return Cell(value, text, kind, formula) if text or formula is not None else None


def _read_duration(text: str) -> tuple[CellValue, str]:
    """Return one ISO duration as a time of day, or as a number of days from one day on, with its kind."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None, "error"
    hours, minutes = int(match[2] or 0), int(match[3] or 0)
    seconds = float((match[4] or "0").replace(",", "."))
    days = (hours * 3600 + minutes * 60 + seconds) / 86_400
    if match[1] or days >= 1:
        return (-days if match[1] else days), "number"
    return read_serial(days), "date"
