"""One ``.xls`` workbook of Excel 95 (BIFF5) or 97-2003 (BIFF8), made of its own records.

Not by the engine for older formats: it takes the letters of some programs for others, cuts long texts, shows
errors as blanks and keeps no formats.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from termreview.cells import address
from termreview.spreadsheets.model.cell_display import (
    BLACK,
    PLAIN,
    WHITE,
    Font,
    Runs,
    cut_runs,
    display_of_runs,
    look_of,
)
from termreview.spreadsheets.model.cell_values import BUILT_IN_FORMATS, Shared, make_cell
from termreview.spreadsheets.model.number_format import may_show_date
from termreview.spreadsheets.model.sheet_content import LEAST_HEIGHT, LEAST_WIDTH, refuse_text
from termreview.spreadsheets.model.workbook_model import Cell, Sheet, Workbook
from termreview.spreadsheets.older.formulas import formula_text
from termreview.spreadsheets.older.old_fonts import by_style
from termreview.spreadsheets.packages.guard import Limits, RefusedFile
from termreview.spreadsheets.packages.ole_streams import FILE_PASS, workbook_stream
from termreview.spreadsheets.packages.sniffing import ole_directory_entry
from termreview.spreadsheets.xlsx.looks import PALETTE

_STATES = {1: "hidden", 2: "very_hidden"}
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BIFF5, _BIFF8 = b"\x00\x05", b"\x00\x06"
_FIRST = 64  # records among which a workbook says that it is locked
_CODE_PAGES = {367: "ascii", 32768: "mac_roman", 32769: "cp1252"}  # the others bear their number
NARROW = 256 * LEAST_WIDTH  # of a column, in parts of a letter
_Place = tuple[int, int]
_HALF = re.compile("[\ud800-\udfff]")
_FORMULAS = (0x06, 0x206, 0x406)  # some programs number it as older formats do
_EMPTY = 3
_LABELS = (0x204, 0xD6)
# Formula, number, boolean or error, packed number, several packed numbers, text (three ways).
_CELL_RECORDS = frozenset({*_FORMULAS, *_LABELS, 0x203, 0x205, 0x27E, 0xBD, 0xFD})


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
                merges=tuple(
                    f"{address(top + 1, left + 1)}:{address(bottom + 1, right + 1)}"
                    for top, bottom, left, right in facts.merges
                ),
                old_fonts={place: encoding for place, encoding in old.items() if encoding},
                hides_zeros=facts.hides_zeros,
            )
        )
    if sum(len(sheet.cells) for sheet in sheets) > limits.cells:
        raise RefusedFile("too_large", "cells_above", count=limits.cells)
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


def is_low_row(is_hidden: int, height: bytes, is_set: int) -> bool:
    """Whether one row is hidden, or too low for anyone to see: its height in twips, whether somebody set it."""
    twips = int.from_bytes(height, "little")
    return bool(is_hidden) or (twips < 20 * LEAST_HEIGHT and bool(twips or is_set))


@dataclass
class SheetRecords:
    """What the records of one sheet say, by (row, column) counted from 1."""

    name: str = ""
    state: str = "visible"
    has_cells: bool = True  # a chart or a module of macros has none
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # top, bottom, left, right, from 0
    styles: dict[_Place, int] = field(default_factory=dict)
    stored: dict[_Place, tuple[str, str]] = field(default_factory=dict)  # type and value, texts left out
    texts: dict[_Place, str] = field(default_factory=dict)
    runs: dict[_Place, Runs] = field(default_factory=dict)  # of texts of several fonts
    formulas: dict[_Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hides_zeros: bool = False


@dataclass(frozen=True)
class BookRecords:
    """What the records of one workbook say: its sheets in order, its formats by style, its calendar."""

    sheets: tuple[SheetRecords, ...]
    shared: Shared
    has_macros: bool
    has_external_links: bool
    old_styles: dict[int, str]
    is_as_displayed: bool  # it goes on with its numbers as they are shown


def read_records(data: bytes, most_cells: int) -> BookRecords | None:
    """Return the records of one ``.xls`` file, or None where they are not kept as expected.

    Raises
    ------
    RefusedFile
        When a sheet has more than `most_cells`.
    """
    try:
        return _read_book(data, most_cells)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError):
        return None


def _read_book(data: bytes, most_cells: int) -> BookRecords | None:
    stream = workbook_stream(data)
    if stream is None or stream[4:6] not in (_BIFF5, _BIFF8):
        return None
    lock = next((body for record, body in islice(_records(stream, 0), _FIRST) if record == FILE_PASS), None)
    if lock is not None:
        from termreview.spreadsheets.packages.default_password import stream_within  # with numpy

        if (stream := stream_within(stream, lock)) is None:
            raise RefusedFile("password_protected", "locked_xls")
    letters = "cp1252" if stream[4:6] == _BIFF5 else ""
    formats, styles = dict(BUILT_IN_FORMATS), []
    sheets: list[SheetRecords] = []
    starts: list[int] = []
    names: list[str] = []
    fonts: list[int] = []
    faces: list[bytes] = []
    grounds: list[bytes] = []
    palette, is_as_displayed = list(PALETTE), False
    pieces: list[bytes] = []  # of the shared strings
    before, is_1904, has_external_links = 0, False, False
    has_macros = ole_directory_entry(data, "_VBA_PROJECT_CUR") >= 0
    for record, body in _records(stream, 0):
        before = record if record != 0x3C else before
        if before == 0xFC:
            pieces.append(body)
        elif record == 0x85:
            state = _STATES.get(body[4] & 3, "visible")
            sheets.append(SheetRecords(short_text(body, 6, 1, letters), state, body[5] == 0))
            starts.append(struct.unpack_from("<I", body)[0])
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
            grounds.append(body)
        elif record == 0x92:
            for step in range(min(struct.unpack_from("<H", body)[0], 56, (len(body) - 2) // 4)):
                palette[8 + step] = body[2 + 4 * step : 5 + 4 * step].hex().upper()
        elif record == 0x0E:
            is_as_displayed = body[:2] == b"\0\0"
        elif record == 0x31:
            faces.append(body)
            names.append(short_text(body, 14, 1, letters))
        elif record == 0x22:
            is_1904 = body[:1] == b"\x01"
        elif record == 0x1AE:
            has_external_links |= len(body) > 4
    strings, changes = rich_strings(pieces)
    known = [
        Font(name, body[2] & 8 != 0, body[8:10] in (b"\1\0", b"\2\0"), colour_at(palette, body[4:6]))
        for name, body in zip(names, faces, strict=True)
    ]
    looks = [
        look_of(known[font] if font < len(known) else Font(), _ground(body, palette, bool(letters)))
        for font, body in zip(fonts, grounds, strict=True)
    ]
    of_runs = [*known[:4], Font(), *known[4:]]  # there is no fourth
    runs = {number: cut_runs(strings[number], starts, of_runs) for number, starts in changes.items()}
    shown = [(code := formats.get(number, "General"), may_show_date(code)) for number in styles]
    for sheet, start in zip(sheets, starts, strict=True):
        if sheet.has_cells:
            _read_sheet(sheet, _records(stream, start), letters, strings, runs, most_cells)
    old = by_style(names, fonts)
    shared = Shared([], shown, is_1904, looks)
    return BookRecords(tuple(sheets), shared, has_macros, has_external_links, old, is_as_displayed)


def colour_at(palette: Sequence[str], number: bytes) -> str | None:
    """Return the colour that one number names; None for the usual one."""
    place = int.from_bytes(number, "little")
    return palette[place] if place < len(palette) else None


def _ground(body: bytes, palette: Sequence[str], is_old: bool) -> str | None:
    """Return the colour behind the letters of one style; None where it is a pattern of two."""
    if is_old:
        fill = struct.unpack_from("<I", body, 8)[0]
        pattern, colour = fill >> 16 & 0x3F, fill & 0x7F
    else:
        pattern = struct.unpack_from("<I", body, 14)[0] >> 26
        colour = struct.unpack_from("<H", body, 18)[0] & 0x7F
    if pattern > 1:
        return None
    return WHITE if pattern == 0 else colour_at(palette, bytes([colour])) or BLACK


def _code_page(number: int) -> str:
    """Return the encoding that one workbook of Excel 95 names by its number."""
    name = _CODE_PAGES.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _read_sheet(
    sheet: SheetRecords,
    records: Iterator[tuple[int, bytes]],
    letters: str,
    strings: list[str],
    runs: Mapping[int, Runs],
    most_cells: int,
) -> None:
    """Fill in what the records of one sheet say."""
    place, pieces = (0, 0), list[bytes]()  # of the text that the formula at this place gave
    for record, body in records:
        if record == 0x3C and pieces:
            pieces.append(body)
            continue
        if pieces:
            sheet.texts[place] = pieces_text(pieces, letters)
            pieces = []
        if record == 0x207 and place in sheet.formulas:
            pieces = [body]
        elif record == 0x208 and is_low_row(body[12] & 0x20, body[6:8], body[12] & 0x40):
            sheet.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif record == 0x23E:
            sheet.hides_zeros = not body[0] & 0x10
        elif record == 0x7D and (body[8] & 0x01 or struct.unpack_from("<H", body, 4)[0] < NARROW):
            first, last = struct.unpack_from("<HH", body)
            sheet.hidden_columns.update(range(first + 1, min(last, 255) + 2))
        elif record == 0xE5:
            count = min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 8)
            sheet.merges += [struct.unpack_from("<4H", body, 2 + 8 * step) for step in range(count)]
        elif record in _CELL_RECORDS:
            if len(sheet.styles) > most_cells:
                raise RefusedFile("too_large", "sheet_cells_above", count=most_cells)
            row, column, style = struct.unpack_from("<HHH", body)
            place = (row + 1, column + 1)
            sheet.styles[place] = style
            if record == 0xBD:
                for step in range((len(body) - 6) // 6):
                    style, packed = struct.unpack_from("<HI", body, 4 + 6 * step)
                    sheet.styles[row + 1, column + 1 + step] = style
                    sheet.stored[row + 1, column + 1 + step] = ("", packed_number(packed))
            elif record in _FORMULAS:
                sheet.formulas[place] = "=" if letters else formula_text(body)
                stored = _formula_result(body)
                if stored is None and body[6] == _EMPTY and len(sheet.formulas[place]) > 1:
                    stored = ("", "")  # a sum is no text: written by a program that does not calculate
                if stored is not None:
                    sheet.stored[place] = stored
            elif record == 0xFD:
                index = struct.unpack_from("<I", body, 6)[0]
                if index >= len(strings):
                    raise RefusedFile("damaged", "shared_string_past", string=index, count=len(strings))
                sheet.texts[place] = strings[index]
                if index in runs:
                    sheet.runs[place] = runs[index]
            elif record in _LABELS:
                sheet.texts[place] = short_text(body, 6, 2, letters)
            elif record == 0x205:
                sheet.stored[place] = _boolean_or_error(body[6], body[7] == 1)
            elif record == 0x203:
                sheet.stored[place] = ("", number_text(struct.unpack_from("<d", body, 6)[0]))
            elif record == 0x27E:
                sheet.stored[place] = ("", packed_number(struct.unpack_from("<I", body, 6)[0]))
    if pieces:
        sheet.texts[place] = pieces_text(pieces, letters)


def _formula_result(body: bytes) -> tuple[str, str] | None:
    """Return the stored type and value of one formula, None where it is a text."""
    result = body[6:14]
    if result[6:] != b"\xff\xff":
        return "", number_text(struct.unpack("<d", result)[0])
    return _boolean_or_error(result[2], result[0] == 2) if result[0] in (1, 2) else None


def _boolean_or_error(value: int, is_error: bool) -> tuple[str, str]:
    return ("e", ERRORS.get(value, "#N/A")) if is_error else ("b", str(value))


def number_text(number: float) -> str:
    """Return one number as a text that reads back the same."""
    return str(int(number)) if number.is_integer() and abs(number) <= 2**53 else repr(number)


def packed_number(packed: int) -> str:
    """Return one number packed into 30 bits: a whole number or the upper half of a double, maybe times 100."""
    number: float
    if packed & 2:
        number = (packed >> 2) - ((packed & 0x80000000) >> 1)
    else:
        number = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return number_text(float(number / 100 if packed & 1 else number))


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one substream; what stands before it, and charts embedded in it, is stepped over."""
    depth = 0
    while True:
        record, length = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4 : position + 4 + length]
        position += 4 + length
        depth += (record == 0x809) - (record == 0x0A)
        if depth <= 0 and record == 0x0A:
            return
        if depth == 1:
            yield record, body


def short_text(body: bytes, position: int, width: int, letters: str) -> str:
    """Return one text with its length in `width` bytes; in Excel 97 and later a byte says how wide its letters are."""
    length = int.from_bytes(body[position : position + width], "little")
    start = position + width
    if letters:
        return body[start : start + length].decode(letters, "replace")
    if body[start] & 1:
        return body[start + 1 : start + 1 + 2 * length].decode("utf-16-le", "replace")
    return body[start + 1 : start + 1 + length].decode("latin-1")


def pieces_text(pieces: list[bytes], letters: str) -> str:
    """Return one text that runs on over several records, each of which says anew how wide its letters are."""
    length = int.from_bytes(pieces[0][:2], "little")
    rest = [pieces[0][2:], *pieces[1:]]
    if letters:
        return b"".join(rest)[:length].decode(letters, "replace")
    texts = [
        piece[1:].decode("utf-16-le" if piece[0] & 1 else "latin-1", "surrogatepass")
        for piece in rest
        if piece
    ]
    return whole_letters("".join(texts)[:length])


def whole_letters(text: str) -> str:
    """Return one text with the halves of its letters joined; a half that stands alone becomes the mark of none."""
    if _HALF.search(text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def rich_strings(pieces: list[bytes]) -> tuple[list[str], dict[int, list[tuple[int, int]]]]:
    """Return the shared strings, and of those of several fonts from which letter on which font holds.

    They run on over several records; a string that is cut says in the next one anew how wide its letters are.
    """
    data = b"".join(pieces)
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    strings: list[str] = []
    changes: dict[int, list[tuple[int, int]]] = {}
    at, part = 8, 1
    count = struct.unpack_from("<I", data, 4)[0] if pieces else 0
    while len(strings) < count and at + 3 <= len(data):
        left, marks = struct.unpack_from("<HB", data, at)
        at += 3
        runs = struct.unpack_from("<H", data, at)[0] if marks & 8 else 0
        at += 2 if marks & 8 else 0
        more = struct.unpack_from("<I", data, at)[0] if marks & 4 else 0
        at += 4 if marks & 4 else 0
        texts, width = [], 1 + (marks & 1)
        while left and at < len(data):
            while ends[part] < at:
                part += 1
            length = min(left, (ends[part] - at) // width)
            letters = data[at : at + length * width]
            texts.append(letters.decode("utf-16-le" if width == 2 else "latin-1", "surrogatepass"))
            at, left = at + length * width, left - length
            if left and ends[part] < len(data):
                at, width = ends[part] + 1, 1 + (data[ends[part]] & 1)
            elif left:
                break
        if runs and at + 4 * runs <= len(data):
            changes[len(strings)] = [struct.unpack_from("<HH", data, at + 4 * run) for run in range(runs)]
        strings.append(whole_letters("".join(texts)))
        at += 4 * runs + more
    return strings, changes
