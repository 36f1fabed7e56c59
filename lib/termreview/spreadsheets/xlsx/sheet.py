"""One worksheet part, read into its non-empty cells in one pass.

A regular expression names every character of the cell data: a character that fits nowhere sends the whole
sheet to the XML parser, which is slower and knows every shape. Both give the same cells. Only cells that
hold something are kept, so a border drawn down to row 1 048 576 costs nothing.

Written by hand: a term is cleaned at least 10 times as fast as by a loop over openpyxl (`make bench` holds that), and
looks, formulas and hidden parts of a cell are kept that calamine, which reads older formats, does not give.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from termreview.cells import MAX_ROW, parse_address
from termreview.spreadsheets.model.cell_values import CellStyle, Shared, make_cell
from termreview.spreadsheets.model.sheet_content import (
    MOST_HIDDEN,
    SheetContent,
    hides_row,
    note_columns,
    read_style,
    refuse_size,
)
from termreview.spreadsheets.model.workbook_model import Cell
from termreview.spreadsheets.packages.guard import Limits
from termreview.spreadsheets.xlsx.formulas import SharedFormulas, read_formula
from termreview.spreadsheets.xlsx.shared import UnusualShapeError, decode, plain_text, unescape_xml
from termreview.spreadsheets.xlsx.walk import walk_sheet

_TOKEN = re.compile(
    r'<c r="([A-Z]{1,3}+[1-9][0-9]{0,6}+)"([^<>/]*+)'  # address, other attributes
    r"(?:><v>([0-9]{1,15}+)</v></c>"  # a whole number or the number of a shared string
    r'|/>(?:<c r="[A-Z]{1,3}+[0-9]{1,7}+"[^<>/]*+/>)*+|></c>'  # nothing inside, and what follows like it
    r"|>([^<]*+(?:<(?!/?c[ >])[^<]*+)*+)</c>)"  # anything else inside
    r"|(?:</row>)?<row r=\"([1-9][0-9]{0,6}+)\"([^<>']*+)>|</row>"  # row: digits, other attributes
    r"|\s+|([\s\S]+)"  # anything else, with all that follows: the parser reads this sheet
)
_INSIDE = re.compile(
    r"(?:<f([^<>/]*)(?:/>|>([^<]*)</f>))?"  # formula: attributes, text
    r'(?:<v(?: xml:space="preserve")?>([^<]+)</v>|(<v ?/>|<v></v>))?'  # stored value, or an empty one
    r'|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>'  # inline string
)
_ATTRIBUTE = re.compile(r'\s{1,99}([A-Za-z:]+)="([^"<&]*)"')
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^<>]*\?>)?+\s*+<worksheet(?=[^<>]* xmlns=\"http://(?:schemas\."
    rb'openxmlformats\.org/spreadsheetml/2006|purl\.oclc\.org/ooxml/spreadsheetml)/main")[^<>]*>'
)
_COLUMN = re.compile(r"<col( [^<>]*?)/?>")
_MERGE = re.compile(r'<mergeCell ref="([A-Z0-9:]+)" ?/>')
_CHUNK = 1 << 16
_MOST_PLACES = 50_000
_LONGEST_REMEMBERED, _LONGEST_FORMULA = 200, 1000


class _Places(dict[str, tuple[int, int]]):
    """One (row, column) per address met: forms use the same addresses on every sheet of every file."""

    def __missing__(self, address: str) -> tuple[int, int]:
        try:
            place = parse_address(address)
        except ValueError:
            raise UnusualShapeError(address) from None
        if len(self) < _MOST_PLACES:
            self[address] = place
        return place


_PLACES = _Places()


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
    root = _ROOT.match(part)
    begin = part.find(b"<sheetData>")
    end = part.find(b"</sheetData>", begin)
    is_usual = root is not None and 0 <= begin < end and part[-80:].rstrip().endswith(b"</worksheet>")
    if root is None or not is_usual or part.find(b"<sheetData", end) >= 0:
        raise UnusualShapeError("worksheet")
    content = SheetContent()
    _scan_frame(plain_text(part[:begin])[root.end() :], part[end:], content)
    _scan_cells(decode(part[begin + len("<sheetData>") : end]), shared, limits, content)
    return content


def _scan_frame(head: str, tail: bytes, content: SheetContent) -> None:
    """Read what stands before and after the cells: hidden columns, merged cells."""
    columns = _COLUMN.findall(head)
    if len(columns) != head.count("<col") - head.count("<cols") or "'" in head or ' xmlns="' in head:
        raise UnusualShapeError("columns")
    content.hides_zeros = 'showZeros="0"' in head or 'showZeros="false"' in head
    if 'zeroHeight="1"' in head or 'zeroHeight="true"' in head:
        content.notes.add("rows_hidden_by_default")
    for column in columns:
        note_columns(_attributes(column), content)
    begin = tail.find(b"<mergeCells")
    if begin >= 0:
        content.merges.extend(_merges(tail[begin : tail.find(b"</mergeCells>", begin)].decode("latin-1")))


def _merges(part: str) -> Sequence[str]:
    merges: list[str] = _MERGE.findall(part)
    if len(merges) != part.count("<") - 1:
        raise UnusualShapeError("merged cells")
    return merges


def _scan_cells(text: str, shared: Shared, limits: Limits, content: SheetContent) -> None:
    cells, strings, styles, places = content.cells, shared.strings, shared.styles, _PLACES
    marked = shared.marked
    hides: dict[str, bool] = {}  # by the attributes of a row
    masters = SharedFormulas()
    new = tuple.__new__  # a named tuple made without its slower constructor
    row = filled = 0
    count = len(strings)
    position, end = 0, len(text)
    while position < end:
        stop = text.find("</row>", min(position + _CHUNK, end), end)
        stop = end if stop < 0 else stop
        for address, attributes, whole, inside, new_row, row_attributes, odd in _TOKEN.findall(
            text, position, stop
        ):
            if whole:
                place = places[address]
                if place[0] != row:
                    raise UnusualShapeError("a cell outside its row")
                filled += 1
                style = styles.get(attributes) or _cell_style(attributes, shared)
                number_format, is_shared, is_plain, _, _, look = style
                number = int(whole)
                if is_shared and number < count and strings[number]:
                    string = strings[number]
                    cells[place] = new(Cell, (string, string, "text", None, number_format, look.display))
                elif is_shared and number < count and number not in marked:
                    filled -= 1  # an empty string
                elif is_plain:
                    cells[place] = new(Cell, (number, whole, "number", None, number_format, look.display))
                elif (cell := _make_cell(attributes, whole, None, None, shared)) is not None:
                    cells[place] = cell
                else:
                    filled -= 1
            elif inside:
                place = places[address]
                if place[0] != row:
                    raise UnusualShapeError("a cell outside its row")
                stored, formula, inline = _read_inside(inside, *place, masters)
                if (cell := _make_cell(attributes, stored, formula, inline, shared)) is not None:
                    filled += 1
                    cells[place] = cell
            elif new_row:
                row = int(new_row)
                if row > MAX_ROW:
                    raise UnusualShapeError("a row outside the grid")
                if "hidden" in row_attributes or ' ht="0' in row_attributes:
                    if row_attributes not in hides:
                        hides[row_attributes] = hides_row(_attributes(row_attributes.removesuffix("/")))
                    if hides[row_attributes] and len(content.hidden_rows) < MOST_HIDDEN:
                        content.hidden_rows.add(row)
            elif odd:
                raise UnusualShapeError(odd)
        if filled != len(cells):
            raise UnusualShapeError("a cell named twice")
        if filled > limits.cells:
            refuse_size(limits)
        position = stop


def _cell_style(attributes: str, shared: Shared) -> CellStyle:
    """What the attributes of one cell say; remembered for all that have the same."""
    stored_type, number_format, is_date, look = read_style(_attributes(attributes), shared)
    is_plain = stored_type == "" and not is_date
    style = CellStyle(number_format, stored_type == "s", is_plain, stored_type, is_date, look)
    shared.styles[attributes] = style
    return style


def _make_cell(
    attributes: str, stored: str | None, formula: str | None, inline: str | None, shared: Shared
) -> Cell | None:
    style = shared.styles.get(attributes) or _cell_style(attributes, shared)
    number_format, _, _, stored_type, is_date, look = style
    return make_cell(stored_type, stored, inline, formula, number_format, is_date, shared, look)


_Inside = tuple[str | None, str | None, str | None]


def _read_inside(inside: str, row: int, column: int, masters: SharedFormulas) -> _Inside:
    """Return the stored value, the formula and the inline string of one cell from what stands inside it."""
    is_plain = inside[:3] == "<f>" and len(inside) < _LONGEST_FORMULA
    return _remembered_plain(inside) if is_plain else _read_any(inside, row, column, masters)


def _read_plain(inside: str) -> _Inside:
    return _read_any(inside, 0, 0, SharedFormulas())  # without attributes it leans on no other cell


_remembered_plain = lru_cache(maxsize=4096)(
    _read_plain
)  # a form's own formulas come back in every school's file


def _read_any(inside: str, row: int, column: int, masters: SharedFormulas) -> _Inside:
    match = _INSIDE.fullmatch(inside)
    if match is None:
        raise UnusualShapeError(inside)
    attributes, text, stored, empty, inline = match.groups()
    formula = None
    if attributes:
        formula = read_formula(row, column, _attributes(attributes), unescape_xml(text or ""), masters)
    elif text:
        formula = f"={unescape_xml(text)}"
    return (
        unescape_xml(stored or "") if stored or empty else None,
        formula,
        None if inline is None else unescape_xml(inline),
    )


def _attributes(text: str) -> Mapping[str, str]:
    """Return the attributes of one start tag by name; every character of it must belong to one."""
    return _remembered(text) if len(text) < _LONGEST_REMEMBERED else _read_attributes(text)


def _read_attributes(text: str) -> Mapping[str, str]:
    if not text or text.isspace():
        return {}
    if _ATTRIBUTE.sub("", text).strip():
        raise UnusualShapeError(text)
    return dict(_ATTRIBUTE.findall(text))


_remembered = lru_cache(maxsize=4096)(_read_attributes)  # the same on many sheets, in many files
