"""One ``.xls`` file's own records, for what the reading engine leaves out of it.

Error cells, formulas, number formats, hidden rows and columns, and numbers as stored. Texts stay the
engine's. Only Excel 97-2003 books (BIFF8) kept in the usual chain of large sectors are understood.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from termreview.intake.guard import ole_directory_entry
from termreview.intake.legacy_formulas import formula_text
from termreview.intake.old_fonts import by_style
from termreview.intake.workbook_model import Cell
from termreview.intake.xlsx_values import BUILT_IN_FORMATS, Shared, is_date_format, make_cell

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_LAST_SECTOR = 0xFFFFFFFA  # numbers from here on end a chain
_SMALL_STREAM = 4096

_Place = tuple[int, int]


@dataclass
class SheetRecords:
    """What the records of one worksheet say, by (row, column) counted from 1."""

    styles: dict[_Place, int] = field(default_factory=dict)
    stored: dict[_Place, tuple[str, str]] = field(default_factory=dict)  # type and value, texts left out
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
    for place in sorted(cells.keys() | sheet.stored.keys() | sheet.formulas.keys()):
        formula = sheet.formulas.get(place)
        style = sheet.styles.get(place, -1)
        code, is_date = shared.formats[style] if 0 <= style < len(shared.formats) else ("General", False)
        if place in sheet.stored:
            cell = make_cell(*sheet.stored[place], None, formula, code, is_date, shared)
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
    stream = _workbook_stream(data)
    if stream is None or stream[4:6] != b"\x00\x06":
        return None
    formats, styles, starts = dict(BUILT_IN_FORMATS), [], {}
    names: list[str] = []
    fonts: list[int] = []
    is_1904 = has_external_links = False
    has_macros = ole_directory_entry(data, "_VBA_PROJECT_CUR") >= 0
    for record, body in _records(stream, 0):
        if record == 0x85:
            starts[_short_text(body, 6, 1)] = struct.unpack_from("<I", body)[0]
            has_macros |= body[5] == 1
        elif record == 0x41E:
            formats[struct.unpack_from("<H", body)[0]] = _short_text(body, 2, 2)
        elif record == 0xE0:
            number, style = struct.unpack_from("<HH", body)
            styles.append(style)
            fonts.append(number - (number > 4))  # no font is the fourth
        elif record == 0x31:
            names.append(_short_text(body, 14, 1))
        elif record == 0x22:
            is_1904 = body[:1] == b"\x01"
        elif record == 0x1AE:
            has_external_links |= len(body) > 4
    shown = [(code := formats.get(number, "General"), is_date_format(code)) for number in styles]
    sheets = {name: _read_sheet(stream, start) for name, start in starts.items()}
    return BookRecords(
        sheets, Shared([], shown, is_1904), has_macros, has_external_links, by_style(names, fonts)
    )


def _read_sheet(stream: bytes, start: int) -> SheetRecords:
    sheet = SheetRecords()
    for record, body in _records(stream, start):
        if record == 0x208 and body[12] & 0x20:
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
                sheet.formulas[place] = formula_text(body)
                if (result := _formula_result(body)) is not None:
                    sheet.stored[place] = result
            elif record == 0x205:
                sheet.stored[place] = _boolean_or_error(body[6], body[7] == 1)
            elif record == 0x203:
                sheet.stored[place] = ("", _number_text(struct.unpack_from("<d", body, 6)[0]))
            elif record == 0x27E:
                sheet.stored[place] = ("", _packed_number(struct.unpack_from("<I", body, 6)[0]))
    return sheet


# formula, number, boolean or error, packed number, several packed numbers, text (three ways)
_FORMULAS = (0x06, 0x206, 0x406)  # some programs number it as older formats do
_CELL_RECORDS = frozenset({*_FORMULAS, 0x203, 0x205, 0x27E, 0xBD, 0xFD, 0x204, 0xD6})


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


def _short_text(body: bytes, position: int, width: int) -> str:
    """Return one text with its length in `width` bytes and a byte that says how wide its letters are."""
    length = int.from_bytes(body[position : position + width], "little")
    start = position + width + 1
    if body[position + width] & 1:
        return body[start : start + 2 * length].decode("utf-16-le")
    return body[start : start + length].decode("latin-1")


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


def _workbook_stream(data: bytes) -> bytes | None:
    """Return the workbook stream of one OLE file, whichever of its two kinds of sector holds it."""
    bits = struct.unpack_from("<H", data, 30)[0]
    if bits not in (9, 12):
        return None
    table = _sector_table(data, bits)
    # By its chain: programs that save twice leave sectors of older directories lying about.
    entries = _directory(_chain(data, table, struct.unpack_from("<I", data, 48)[0], bits, 1 << bits))
    if "workbook" not in entries:
        return None
    start, size = entries["workbook"]
    if size >= _SMALL_STREAM:
        return _chain(data, table, start, bits, 1 << bits)[:size]
    small = _chain(data, table, entries["root entry"][0], bits, 1 << bits)
    small_table = _chain(data, table, struct.unpack_from("<I", data, 60)[0], bits, 1 << bits)
    numbers = list(struct.unpack(f"<{len(small_table) // 4}I", small_table))
    return _chain(small, numbers, start, 6, 0)[:size]


def _directory(sectors: bytes) -> dict[str, tuple[int, int]]:
    """Return the first sector and the length of each stream of one OLE directory, by name in small letters."""
    entries: dict[str, tuple[int, int]] = {}
    for position in range(0, len(sectors) - 127, 128):
        length = struct.unpack_from("<H", sectors, position + 64)[0]
        name = sectors[position : position + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        entries.setdefault(name.lower(), struct.unpack_from("<II", sectors, position + 116))
    return entries


def _sector_table(data: bytes, bits: int) -> list[int]:
    """Return which sector follows each sector of one OLE file."""
    width, most = 1 << bits, len(data) >> bits
    sectors = list(struct.unpack_from("<109I", data, 76))
    more = struct.unpack_from("<I", data, 68)[0]
    while more < _LAST_SECTOR and len(sectors) <= most + 109:
        *numbers, more = struct.unpack_from(f"<{width // 4}I", data, (more + 1) << bits)
        sectors.extend(numbers)
    table: list[int] = []
    for sector in sectors:
        if sector < _LAST_SECTOR:
            table.extend(struct.unpack_from(f"<{width // 4}I", data, (sector + 1) << bits))
    return table


def _chain(data: bytes, table: list[int], start: int, bits: int, header: int) -> bytes:
    """Return the sectors of one chain, joined; no chain is longer than its file, so a loop ends there."""
    pieces: list[bytes] = []
    while start < _LAST_SECTOR and len(pieces) <= len(data) >> bits:
        position = header + (start << bits)
        pieces.append(data[position : position + (1 << bits)])
        start = table[start]
    return b"".join(pieces)
