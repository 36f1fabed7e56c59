"""One binary workbook (``.xlsb``) of Excel 2007 and later, made of the records of its parts.

Not by the engine for older formats: it shows errors as blanks, keeps no formats and no formulas, and loses the
cells of programs that leave out the column of a cell next to the one before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from termreview.intake import guard
from termreview.intake.guard import Limits, RefusedFile
from termreview.intake.legacy_formulas import steps_text
from termreview.intake.legacy_records import ERRORS, number_text, packed_number
from termreview.intake.number_format import may_show_date
from termreview.intake.old_fonts import by_style
from termreview.intake.workbook_model import MAX_COLUMN, MAX_ROW, Cell, Sheet, Workbook, address
from termreview.intake.xlsx_content import MOST_HIDDEN, refuse_place, refuse_size, refuse_text
from termreview.intake.xlsx_package import relationships, workbook_part_name
from termreview.intake.xlsx_values import BUILT_IN_FORMATS, Shared, make_cell

_STATES = {1: "hidden", 2: "very_hidden"}
_ROW, _COLUMN, _MERGE = 0, 60, 176
_SHORT = range(12, 19)  # cells that stand next to the one before, else as those with 11 less
_RICH = 62
_FORMULAS = range(8, 12)


@dataclass
class _Content:
    """What one worksheet part holds."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    old_fonts: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[str] = field(default_factory=list)


def read_binary(data: bytes, limits: Limits) -> Workbook | None:
    """Return one ``.xlsb`` workbook, or None where its records are not kept as expected.

    Raises
    ------
    RefusedFile
        When it holds more than may be read, or a cell twice.
    """
    members = guard.list_members(data, limits)
    parts = guard.inflate_members(
        data, members, lambda member: member.filename.lower().endswith((".bin", ".rels", ".xml"))
    )
    try:
        return _read_book(parts, limits)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError):
        return None


def _read_book(parts: Mapping[str, bytes], limits: Limits) -> Workbook:
    main = workbook_part_name(parts) or ""
    arrows = relationships(parts, main)
    by_kind = {arrow.kind: arrow.target for arrow in arrows.values()}
    is_1904, listed = False, []
    for record, body in _records(parts[main]):
        if record == 153:
            is_1904 = body[0] & 1 == 1
        elif record == 156:
            arrow_id, at = _text(body, 8)
            listed.append((_text(body, at)[0], _STATES.get(body[0] & 3, "visible"), arrow_id))
    if not listed:
        raise KeyError("no sheets")
    formats, old = _read_styles(parts.get(by_kind.get("styles", ""), b""))
    shared = Shared(_read_strings(parts.get(by_kind.get("sharedStrings", ""), b"")), formats, is_1904)
    sheets, notes, filled = [], [], 0
    for name, state, arrow_id in listed:
        if arrow_id not in arrows or arrows[arrow_id].kind != "worksheet":
            notes.append("sheet_without_cells")
            continue
        content = _read_sheet(parts[arrows[arrow_id].target], shared, old, limits)
        filled += len(content.cells)
        if filled > limits.cells:
            raise RefusedFile("too_large", f"more than {limits.cells} filled cells")
        sheets.append(
            Sheet(
                name, state, content.cells, frozenset(content.hidden_rows), frozenset(content.hidden_columns),
                tuple(content.merges), content.old_fonts,
            )
        )  # fmt: skip
    refuse_text((cell for sheet in sheets for cell in sheet.cells.values()), limits)
    has_macros, has_links = "vbaProject" in by_kind, "externalLink" in by_kind
    notes += ["macros"] * has_macros + ["external_links"] * has_links
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        notes.append("duplicate_sheet_name")
    return Workbook(tuple(sheets), "xlsb", has_macros, has_links, tuple(dict.fromkeys(notes)))


def _read_strings(part: bytes) -> list[str]:
    return [_text(body, 1)[0] for record, body in _records(part) if record == 19]


def _read_styles(part: bytes) -> tuple[list[tuple[str, bool]], dict[int, str]]:
    """Return the number format of each cell style, and the encoding of those whose font is an old one."""
    codes, numbers, fonts, names = dict(BUILT_IN_FORMATS), [], [], []
    is_inside = False
    for record, body in _records(part):
        if record in (617, 618):
            is_inside = record == 617
        elif record == 43:
            names.append(_text(body, 21)[0])
        elif record == 44:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif record == 47 and is_inside:
            number, font = struct.unpack_from("<HH", body, 2)
            numbers.append(number)
            fonts.append(font)
    shown = [(code := codes.get(number, "General"), may_show_date(code)) for number in numbers]
    return shown, by_style(names, fonts)


def _read_sheet(part: bytes, shared: Shared, old: Mapping[int, str], limits: Limits) -> _Content:
    content = _Content()
    row = column = 0
    for record, body in _records(part):
        if record == _ROW:
            row, column = struct.unpack_from("<I", body)[0] + 1, 0
            if body[11] & 0x10 and len(content.hidden_rows) < MOST_HIDDEN:
                content.hidden_rows.add(row)
        elif record == _COLUMN:
            first, last = struct.unpack_from("<II", body)
            if body[16] & 1:
                content.hidden_columns.update(range(first + 1, min(last + 1, MAX_COLUMN) + 1))
        elif record == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            content.merges.append(f"{address(top + 1, left + 1)}:{address(bottom + 1, right + 1)}")
        elif 0 < record < 19 or record == _RICH:
            if record in _SHORT:
                record, column, at = record - 11, column + 1, 4
            else:
                column, at = struct.unpack_from("<I", body)[0] + 1, 8
            style = struct.unpack_from("<I", body, at - 4)[0] & 0xFFFFFF
            code, is_date = shared.formats[style] if style < len(shared.formats) else ("General", False)
            stored_type, stored, end = _stored(record, body, at, shared.strings)
            formula = None
            if record in _FORMULAS:
                length = struct.unpack_from("<I", body, end + 2)[0]
                formula = steps_text(body[end + 6 : end + 6 + length], is_wide=True)
            cell: Cell | None
            if stored_type == "s":
                cell = Cell(stored, stored, "text", formula, code) if stored or formula else None
            else:
                cell = (
                    make_cell(stored_type, stored, None, formula, code, is_date, shared) if stored else None
                )
            if cell is None:
                continue
            if (row, column) in content.cells or not (1 <= row <= MAX_ROW and column <= MAX_COLUMN):
                refuse_place(row, column)
            content.cells[row, column] = cell
            if style in old:
                content.old_fonts[row, column] = old[style]
            if len(content.cells) > limits.cells:
                refuse_size(limits)
    return content


def _stored(record: int, body: bytes, at: int, strings: list[str]) -> tuple[str, str, int]:
    """Return the type and the value of one cell, and where in its record what follows them stands."""
    if record == 2:
        return "", packed_number(struct.unpack_from("<I", body, at)[0]), at + 4
    if record in (3, 11):
        return "e", ERRORS.get(body[at], "#N/A"), at + 1
    if record in (4, 10):
        return "b", str(body[at]), at + 1
    if record in (5, 9):
        return "", number_text(struct.unpack_from("<d", body, at)[0]), at + 8
    if record in (6, 8):
        return "s", *_text(body, at)
    if record == 7:
        return "s", strings[struct.unpack_from("<I", body, at)[0]], at + 4
    if record == _RICH:
        return "s", *_text(body, at + 1)
    return "", "", at


def _text(body: bytes, at: int) -> tuple[str, int]:
    """Return one text and where what follows it stands; its length is in letters, none at all is -1."""
    length = struct.unpack_from("<I", body, at)[0]
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(body):
        raise IndexError(end)
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one part: their number and length are written in bytes of seven bits."""
    at = 0
    while at < len(part):
        record = part[at]
        at += 1
        if record & 0x80:
            record, at = record & 0x7F | (part[at] & 0x7F) << 7, at + 1
        length = 0
        for step in range(4):
            length |= (part[at] & 0x7F) << 7 * step
            at += 1
            if not part[at - 1] & 0x80:
                break
        if at + length > len(part):
            raise IndexError(at)
        yield record, part[at : at + length]
        at += length
