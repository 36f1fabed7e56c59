"""One ``.xls`` file's own records, for what the reading engine leaves out of it.

Error cells, formulas, number formats, hidden rows and columns, numbers and texts as stored: the engine takes
the letters of Excel 95 and of some other programs for others, and cuts a long result. Books of Excel 95 (BIFF5)
and 97-2003 (BIFF8) are understood.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from termreview.intake.guard import ole_directory_entry
from termreview.intake.legacy_formulas import formula_text
from termreview.intake.legacy_streams import workbook_stream
from termreview.intake.legacy_strings import pieces_text, shared_strings, short_text
from termreview.intake.old_fonts import by_style
from termreview.intake.workbook_model import Cell
from termreview.intake.xlsx_values import BUILT_IN_FORMATS, Shared, is_date_format, make_cell

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BIFF5, _BIFF8 = b"\x00\x05", b"\x00\x06"
_CODE_PAGES = {367: "ascii", 32768: "mac_roman", 32769: "cp1252"}  # the others bear their number

_Place = tuple[int, int]


@dataclass
class SheetRecords:
    """What the records of one worksheet say, by (row, column) counted from 1."""

    styles: dict[_Place, int] = field(default_factory=dict)
    stored: dict[_Place, tuple[str, str]] = field(default_factory=dict)  # type and value, texts left out
    texts: dict[_Place, str] = field(default_factory=dict)
    formulas: dict[_Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class BookRecords:
    """What the records of one workbook say: its sheets by name, its formats by style, its calendar."""

    sheets: dict[str, SheetRecords]
    shared: Shared
    has_macros: bool
    has_external_links: bool
    old_styles: dict[int, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()  # of the sheets in order, where the engine may take their letters for others


def old_cells_of(book: BookRecords | None, sheet: SheetRecords | None) -> dict[_Place, str]:
    """The encoding by place, of the cells of one sheet whose font is from before Unicode."""
    if book is None or sheet is None or not book.old_styles:
        return {}
    return {
        place: book.old_styles[style] for place, style in sheet.styles.items() if style in book.old_styles
    }


def complete_cells(cells: dict[_Place, Cell], sheet: SheetRecords, shared: Shared) -> dict[_Place, Cell]:
    """Return the cells of one sheet, the engine's texts together with everything else as stored."""
    complete = {}
    for place in sorted(cells.keys() | sheet.stored.keys() | sheet.formulas.keys() | sheet.texts.keys()):
        formula = sheet.formulas.get(place)
        style = sheet.styles.get(place, -1)
        code, is_date = shared.formats[style] if 0 <= style < len(shared.formats) else ("General", False)
        if place in sheet.stored:
            cell = make_cell(*sheet.stored[place], None, formula, code, is_date, shared)
        elif place in sheet.texts:
            text = sheet.texts[place]
            cell = Cell(text, text, "text", formula, code) if text or formula is not None else None
        else:
            cell = cells.get(place, Cell("", "", "text"))._replace(formula=formula, number_format=code)
        if cell is not None:
            complete[place] = cell
    return complete


def read_records(data: bytes) -> BookRecords | None:
    """Return the records of one ``.xls`` file, or None where they are not kept as expected."""
    try:
        return _read_book(data)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError):
        return None


def _read_book(data: bytes) -> BookRecords | None:
    stream = workbook_stream(data)
    if stream is None or stream[4:6] not in (_BIFF5, _BIFF8):
        return None
    letters = "cp1252" if stream[4:6] == _BIFF5 else ""
    formats, styles, starts = dict(BUILT_IN_FORMATS), [], {}
    names: list[str] = []
    fonts: list[int] = []
    titles: list[str] = []
    pieces: list[bytes] = []  # of the shared strings
    before, is_1904, has_external_links = 0, False, False
    has_macros = ole_directory_entry(data, "_VBA_PROJECT_CUR") >= 0
    for record, body in _records(stream, 0):
        before = record if record != 0x3C else before
        if before == 0xFC:
            pieces.append(body)
        elif record == 0x85:
            titles.append(short_text(body, 6, 1, letters))
            starts[titles[-1]] = struct.unpack_from("<I", body)[0]
            has_macros |= body[5] == 1
        elif record == 0x42 and letters:
            letters = _code_page(struct.unpack_from("<H", body)[0])
        elif record == 0x41E:
            width = 1 if letters else 2
            formats[struct.unpack_from("<H", body)[0]] = short_text(body, 2, width, letters)
        elif record == 0xE0:
            number, style = struct.unpack_from("<HH", body)
            styles.append(style)
            fonts.append(number - (number > 4))  # no font is the fourth
        elif record == 0x31:
            names.append(short_text(body, 14, 1, letters))
        elif record == 0x22:
            is_1904 = body[:1] == b"\x01"
        elif record == 0x1AE:
            has_external_links |= len(body) > 4
    strings = shared_strings(pieces)
    shown = [(code := formats.get(number, "General"), is_date_format(code)) for number in styles]
    sheets = {name: _read_sheet(stream, start, letters, strings) for name, start in starts.items()}
    return BookRecords(
        sheets,
        Shared([], shown, is_1904),
        has_macros,
        has_external_links,
        by_style(names, fonts),
        tuple(titles) if letters else (),
    )


def _code_page(number: int) -> str:
    """Return the encoding that one workbook of Excel 95 names by its number."""
    name = _CODE_PAGES.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _read_sheet(stream: bytes, start: int, letters: str, strings: list[str]) -> SheetRecords:
    sheet = SheetRecords()
    place, pieces = (0, 0), list[bytes]()  # of the text that the formula at this place gave
    for record, body in _records(stream, start):
        if record == 0x3C and pieces:
            pieces.append(body)
            continue
        if pieces:
            sheet.texts[place] = pieces_text(pieces, letters)
            pieces = []
        if record == 0x207 and place in sheet.formulas:
            pieces = [body]
        elif record == 0x208 and body[12] & 0x20:
            sheet.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif record == 0x7D and body[8] & 0x01:
            first, last = struct.unpack_from("<HH", body)
            sheet.hidden_columns.update(range(first + 1, min(last, 255) + 2))
        elif record in _CELL_RECORDS:
            row, column, style = struct.unpack_from("<HHH", body)
            place = (row + 1, column + 1)
            sheet.styles[place] = style
            if record == 0xBD:
                for step in range((len(body) - 6) // 6):
                    style, packed = struct.unpack_from("<HI", body, 4 + 6 * step)
                    sheet.styles[row + 1, column + 1 + step] = style
                    sheet.stored[row + 1, column + 1 + step] = ("", _packed_number(packed))
            elif record in _FORMULAS:
                sheet.formulas[place] = "=" if letters else formula_text(body)
                if (stored := _formula_result(body)) is not None:
                    sheet.stored[place] = stored
            elif record == 0xFD:
                index = struct.unpack_from("<I", body, 6)[0]
                if index < len(strings):
                    sheet.texts[place] = strings[index]
            elif record in _LABELS:
                sheet.texts[place] = short_text(body, 6, 2, letters)
            elif record == 0x205:
                sheet.stored[place] = _boolean_or_error(body[6], body[7] == 1)
            elif record == 0x203:
                sheet.stored[place] = ("", _number_text(struct.unpack_from("<d", body, 6)[0]))
            elif record == 0x27E:
                sheet.stored[place] = ("", _packed_number(struct.unpack_from("<I", body, 6)[0]))
    if pieces:
        sheet.texts[place] = pieces_text(pieces, letters)
    return sheet


# formula, number, boolean or error, packed number, several packed numbers, text (three ways)
_FORMULAS = (0x06, 0x206, 0x406)  # some programs number it as older formats do
_LABELS = (0x204, 0xD6)
_CELL_RECORDS = frozenset({*_FORMULAS, *_LABELS, 0x203, 0x205, 0x27E, 0xBD, 0xFD})


def _formula_result(body: bytes) -> tuple[str, str] | None:
    """Return the stored type and value of one formula, None where it is a text."""
    result = body[6:14]
    if result[6:] != b"\xff\xff":
        return "", _number_text(struct.unpack("<d", result)[0])
    return _boolean_or_error(result[2], result[0] == 2) if result[0] in (1, 2) else None


def _boolean_or_error(value: int, is_error: bool) -> tuple[str, str]:
    return ("e", _ERRORS.get(value, "#N/A")) if is_error else ("b", str(value))


def _number_text(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) <= 2**53 else repr(number)


def _packed_number(packed: int) -> str:
    """Return one number packed into 30 bits: a whole number or the upper half of a double, maybe times 100."""
    number: float
    if packed & 2:
        number = (packed >> 2) - ((packed & 0x80000000) >> 1)
    else:
        number = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return _number_text(float(number / 100 if packed & 1 else number))


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one substream; charts embedded in it are stepped over."""
    depth = 0
    while True:
        record, length = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4 : position + 4 + length]
        position += 4 + length
        depth += (record == 0x809) - (record == 0x0A)
        if depth == 0:
            return
        if depth == 1:
            yield record, body
