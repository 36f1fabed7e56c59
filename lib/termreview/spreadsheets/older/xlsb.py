"""One binary workbook (``.xlsb``) of Excel 2007 and later, made of the records of its parts.

Not by the engine for older formats: it shows errors as blanks, keeps no formats and no formulas, and loses the
cells of programs that leave out the column of a cell next to the one before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from termreview.cells import MAX_COLUMN, MAX_ROW, address
from termreview.spreadsheets.model.cell_display import (
    BLACK,
    PLAIN,
    WHITE,
    Font,
    Look,
    Runs,
    cut_runs,
    display_of_runs,
    look_of,
)
from termreview.spreadsheets.model.cell_values import BUILT_IN_FORMATS, Shared, make_cell
from termreview.spreadsheets.model.number_format import may_show_date
from termreview.spreadsheets.model.sheet_content import MOST_HIDDEN, refuse_place, refuse_size, refuse_text
from termreview.spreadsheets.model.workbook_model import Cell, Sheet, Workbook
from termreview.spreadsheets.older.biff import ERRORS, NARROW, is_low_row, number_text, packed_number
from termreview.spreadsheets.older.formulas import steps_text
from termreview.spreadsheets.older.old_fonts import by_style
from termreview.spreadsheets.packages import guard
from termreview.spreadsheets.packages.guard import Limits, RefusedFile
from termreview.spreadsheets.xlsx.looks import Colours, colours_of
from termreview.spreadsheets.xlsx.package import find_part, relationships, workbook_part_name

_STATES = {1: "hidden", 2: "very_hidden"}
_ROW, _COLUMN, _MERGE, _VIEW = 0, 60, 176, 137
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
    hides_zeros: bool = False


class _Styles(NamedTuple):
    """What the cells look like, by style: formats, looks, the encoding of old fonts; and all fonts in order."""

    formats: list[tuple[str, bool]]
    looks: list[Look]
    old: Mapping[int, str]
    fonts: list[Font]


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
    def part(name: str) -> bytes | None:
        return parts.get(find_part(parts, name) or "")

    main = workbook_part_name(parts) or ""
    arrows = relationships(parts, main)
    by_kind = {arrow.kind: arrow.target for arrow in arrows.values()}
    is_1904, is_as_displayed, listed = False, False, []
    for record, body in _records(part(main) or b""):
        if record == 153:
            is_1904 = body[0] & 1 == 1
        elif record == 157:
            is_as_displayed = len(body) > 24 and not body[24] & 8
        elif record == 156:
            arrow_id, at = _text(body, 8)
            listed.append((_text(body, at)[0], _STATES.get(body[0] & 3, "visible"), arrow_id))
    if not listed:
        raise KeyError("no sheets")
    theme = part(by_kind.get("theme", ""))
    styles = _read_styles(part(by_kind.get("styles", "")) or b"", colours_of(theme))
    strings, runs = _read_strings(part(by_kind.get("sharedStrings", "")) or b"", styles.fonts)
    marked = {number: (strings[number], one) for number, one in runs.items()}
    shared = Shared(strings, styles.formats, is_1904, styles.looks, marked, theme)
    sheets, filled = [], 0
    notes = ["precision_as_displayed"] if is_as_displayed else []
    for name, state, arrow_id in listed:
        if arrow_id not in arrows or arrows[arrow_id].kind != "worksheet":
            notes.append("sheet_without_cells")
            continue
        content = _read_sheet(parts[find_part(parts, arrows[arrow_id].target) or ""], shared, styles, limits)
        filled += len(content.cells)
        if filled > limits.cells:
            raise RefusedFile("too_large", "cells_above", count=limits.cells)
        sheets.append(
            Sheet(
                name, state, content.cells, frozenset(content.hidden_rows), frozenset(content.hidden_columns),
                tuple(content.merges), content.old_fonts, content.hides_zeros,
            )
        )  # fmt: skip
    refuse_text((cell for sheet in sheets for cell in sheet.cells.values()), limits)
    has_macros, has_links = "vbaProject" in by_kind, "externalLink" in by_kind
    notes += ["macros"] * has_macros + ["external_links"] * has_links
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        notes.append("duplicate_sheet_name")
    return Workbook(tuple(sheets), "xlsb", has_macros, has_links, tuple(dict.fromkeys(notes)))


def _read_strings(part: bytes, fonts: Sequence[Font]) -> tuple[list[str], dict[int, Runs]]:
    """Return the shared strings in order, and the runs of those of several fonts."""
    strings: list[str] = []
    runs = {}
    for record, body in _records(part):
        if record == 19:
            text, end = _text(body, 1)
            if body[0] & 1:
                runs[len(strings)] = _runs(text, body, end, fonts)
            strings.append(text)
    return strings, runs


def _runs(text: str, body: bytes, at: int, fonts: Sequence[Font]) -> Runs:
    """Return the runs of one text of several fonts, told behind it."""
    count = min(struct.unpack_from("<I", body, at)[0], (len(body) - at - 4) // 4)
    starts = [struct.unpack_from("<HH", body, at + 4 + 4 * step) for step in range(count)]
    return cut_runs(text, starts, fonts)


def _colour(body: bytes, at: int, colours: Colours) -> str | None:
    """Return one colour; None for the usual one."""
    kind, number, tint = body[at] >> 1, body[at + 1], struct.unpack_from("<h", body, at + 2)[0] / 32767
    facts = {1: {"indexed": str(number)}, 2: {"rgb": body[at + 4 : at + 7].hex()}, 3: {"theme": str(number)}}
    return colours.read(facts.get(kind, {}) | ({"tint": str(tint)} if tint else {}))


def _read_styles(part: bytes, colours: Colours) -> _Styles:
    codes, numbers, fonts, names = dict(BUILT_IN_FORMATS), [], [], []
    faces: list[Font] = []
    grounds: list[str | None] = []
    fills: list[int] = []
    is_inside = False
    for record, body in _records(part):
        if record in (617, 618):
            is_inside = record == 617
        elif record == 43:
            names.append(_text(body, 21)[0])
            is_raised = body[6] in (1, 2)
            faces.append(Font(names[-1], body[2] & 8 != 0, is_raised, _colour(body, 12, colours)))
        elif record == 45:
            pattern = struct.unpack_from("<I", body)[0]
            ground = WHITE if pattern == 0 else None
            grounds.append(ground if pattern != 1 else _colour(body, 4, colours) or BLACK)
        elif record == 44:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif record == 47 and is_inside:
            number, font, fill = struct.unpack_from("<HHH", body, 2)
            numbers.append(number)
            fills.append(fill)
            fonts.append(font)
    shown = [(code := codes.get(number, "General"), may_show_date(code)) for number in numbers]
    looks = [
        look_of(faces[font] if font < len(faces) else Font(), grounds[fill] if fill < len(grounds) else WHITE)
        for font, fill in zip(fonts, fills, strict=True)
    ]
    return _Styles(shown, looks, by_style(names, fonts), faces)


def _read_sheet(part: bytes, shared: Shared, styles: _Styles, limits: Limits) -> _Content:
    content = _Content()
    row = column = 0
    for record, body in _records(part):
        if record == _ROW:
            row, column = struct.unpack_from("<I", body)[0] + 1, 0
            if (
                is_low_row(body[11] & 0x10, body[8:10], body[11] & 0x20)
                and len(content.hidden_rows) < MOST_HIDDEN
            ):
                content.hidden_rows.add(row)
        elif record == _COLUMN:
            first, last, width = struct.unpack_from("<III", body)
            if body[16] & 1 or width < NARROW:
                content.hidden_columns.update(range(first + 1, min(last + 1, MAX_COLUMN) + 1))
        elif record == _VIEW:
            content.hides_zeros = not body[0] & 0x10
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
            look = shared.looks[style] if style < len(shared.looks) else PLAIN
            if stored_type == "s":
                runs = _runs_of(record, body, at, stored, end, shared, styles.fonts)
                display = display_of_runs(runs, look) if runs else look.display
                cell = Cell(stored, stored, "text", formula, code, display) if stored or formula else None
            elif stored:
                cell = make_cell(stored_type, stored, None, formula, code, is_date, shared, look)
            else:
                cell = None
            if cell is None:
                continue
            if (row, column) in content.cells or not (1 <= row <= MAX_ROW and column <= MAX_COLUMN):
                refuse_place(row, column)
            content.cells[row, column] = cell
            if style in styles.old:
                content.old_fonts[row, column] = styles.old[style]
            if len(content.cells) > limits.cells:
                refuse_size(limits)
    return content


def _runs_of(
    record: int, body: bytes, at: int, text: str, end: int, shared: Shared, fonts: Sequence[Font]
) -> Runs:
    """Return the runs of one text of several fonts: of a shared string, or told behind a text of its own."""
    if record == 7:
        return shared.marked.get(struct.unpack_from("<I", body, at)[0], ("", ()))[1]
    return _runs(text, body, end, fonts) if record == _RICH and body[at] & 1 else ()


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
