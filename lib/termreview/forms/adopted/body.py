"""One table's body read line by line: what is asked, what heads a part, what is a total, a note or a signature."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from termreview.cells import address
from termreview.forms.adopted.heads import Head
from termreview.forms.adopted.office_workbook import OfficeSheet
from termreview.forms.adopted.proposal import Doubt, LeftOut
from termreview.reference.texts.adoption_texts import AdoptionTexts
from termreview.text import clean

_NUMBER = re.compile(r"[(\[]?(\d{1,3}(\.\d{1,3})*|[IVXLC]+(\.\d+)*|[A-ZĐ]|[a-zđ])[.)\]/]*")
_ROMAN = re.compile(r"([IVXLC]+|[A-ZĐ])[.)]?")
_LEADING = re.compile(r"^\s*[-–+•*]+\s*")
_NUMBERED = re.compile(r"^((?:[IVXLC]+|\d{1,2}(?:\.\d{1,2})*|[A-ZĐa-zđ])[.)])\s+(\S.*)$")
_BRACKETS = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True)
class Line:
    """One line that asks something: its row, printed number and label, what it is a part of, its open columns."""

    row: int
    number: str
    label: str
    label_cell: str
    printed: str
    unit: str
    columns: tuple[int, ...]


@dataclass
class Body:
    """What one body holds: the parts (title, cell, lines) in order, and the row after the last one read."""

    parts: list[tuple[str, str, list[Line]]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    end: int = 0


@dataclass
class _Reader:
    sheet: OfficeSheet
    head: Head
    marks: AdoptionTexts
    body: Body
    parent: str = ""
    unit: str = ""

    def leave(self, row: int, column: int, text: str, reason: str) -> None:
        self.body.left_out.append(LeftOut(self.sheet.name, address(row, column), text, reason))

    def doubt(self, row: int, column: int, code: str, found: str = "") -> None:
        self.body.doubts.append(Doubt(self.sheet.name, address(row, column), code, found))

    def label_of(self, row: int) -> tuple[str, int]:
        """The label of one row and its column: the last label column that has a text of its own."""
        texts = dict.fromkeys(self.sheet.text(row, column) for column in self.head.label_columns)
        own = [column for column in self.head.label_columns if self.sheet.cell(row, column).text]
        return " – ".join(text for text in texts if text), own[-1] if own else 0

    def open_columns(self, row: int) -> tuple[list[int], int]:
        """The columns to be answered in one row, and how many are computed; what is printed there is told."""
        found, computed = [], 0
        for column in self.head.answer_columns:
            merge = self.sheet.covers.get((row, column))
            if merge is not None and (merge.top, merge.left) != (row, column):
                continue
            cell = self.sheet.cell(row, column)
            if cell.is_formula:
                computed += 1
                continue
            if cell.text and not cell.is_number:
                if not self.marks.is_a("blocked", cell.text):
                    self.leave(row, column, cell.text, "printed")
                    self.doubt(row, column, "cell_text", cell.text)
                continue
            if cell.text:
                self.doubt(row, column, "cell_filled", cell.text)
            if merge is not None:
                self.doubt(row, column, "cell_merged")
            found.append(column)
        return found, computed


def read_body(sheet: OfficeSheet, head: Head, last_row: int, title: str, marks: AdoptionTexts) -> Body:
    """Read the lines below one head, at most to one row; nothing that is printed there is lost."""
    body = Body(end=head.first_body_row)
    reader = _Reader(sheet, head, marks, body)
    body.parts.append((title, address(head.top, head.left), []))
    opened: list[int] = []
    row = head.first_body_row
    while row <= last_row:
        texts = _texts(sheet, row, head)
        if not texts or (len(texts) == 1 and _is_only_numbered(sheet, row, head)):
            if not any(sheet.cell(row, column).has_border for column in head.label_columns):
                if not texts and not _goes_on(sheet, row + 1, last_row, head):
                    break
            else:
                opened.append(row)
        elif _is_below(sheet, row, head, texts, marks):
            break
        else:
            _read_line(reader, row, texts, last_row)
        row += 1
    body.end = row
    if opened:
        reader.doubt(opened[0], head.label_columns[0], "open_rows")
        for number in opened:
            reader.leave(number, head.label_columns[0], "", "open")
    _drop_last_total(reader)
    return body


def _texts(sheet: OfficeSheet, row: int, head: Head) -> Mapping[int, str]:
    texts = {column: sheet.cell(row, column).text for column in range(head.left, head.right + 1)}
    return {column: text for column, text in texts.items() if text}


def _is_only_numbered(sheet: OfficeSheet, row: int, head: Head) -> bool:
    """Say whether one row has a number and nothing else: a line for the school to fill."""
    column = head.number_column
    return column is not None and _NUMBER.fullmatch(sheet.cell(row, column).text) is not None and not any(
        sheet.text(row, one) for one in head.label_columns
    )  # fmt: skip


def _goes_on(sheet: OfficeSheet, row: int, last_row: int, head: Head) -> bool:
    """Say whether a table without frames goes on below a blank row: the next row is numbered and labelled."""
    if row > last_row or head.number_column is None:
        return False
    number = sheet.cell(row, head.number_column).text
    return _NUMBER.fullmatch(number) is not None and any(sheet.text(row, one) for one in head.label_columns)


def _is_below(
    sheet: OfficeSheet, row: int, head: Head, texts: Mapping[int, str], marks: AdoptionTexts
) -> bool:
    """Say whether one row is a note or a signature below the table: it says so, has no number and no frame."""
    number = sheet.cell(row, head.number_column).text if head.number_column else ""
    if number and _NUMBER.fullmatch(number):
        return False
    first = _LEADING.sub("", next(iter(texts.values()))).strip("(*")
    is_framed = any(sheet.cell(row, column).has_border for column in head.answer_columns)
    return not is_framed and (
        any(marks.starts("below", text.strip("(* ")) for text in texts.values()) or first.endswith(":")
    )


def _read_line(reader: _Reader, row: int, texts: Mapping[int, str], last_row: int) -> None:
    sheet, head, marks, body = reader.sheet, reader.head, reader.marks, reader.body
    number = sheet.cell(row, head.number_column).text if head.number_column else ""
    printed, column = reader.label_of(row)
    if not column:  # the label stands in the number's column, across, or nowhere
        column = next(iter(texts))
        printed, number = texts[column], ""
        if printed not in [sheet.text(row, one) for one in head.label_columns] and column > max(
            head.label_columns
        ):
            for place, text in texts.items():
                reader.leave(row, place, text, "printed")
            return
    if not number and (match := _NUMBERED.match(printed)):
        number = match[1]
    label = clean(_LEADING.sub("", printed))
    is_part = label != printed or marks.starts("leading", label)
    merge = sheet.covers.get((row, column))
    if merge is not None and merge.right >= min(head.answer_columns):
        _begin_part(reader, row, column, number, label)
        return
    open_columns, computed = reader.open_columns(row)
    bare = _BRACKETS.sub("", label)
    if marks.is_a("leading", label):
        reader.leave(row, column, printed, "heading")
        return
    is_total = marks.is_a("total", bare)
    if is_total or (marks.is_a("total_or_row", bare) and computed and not open_columns):
        reader.leave(row, column, printed, "total")
        if open_columns:
            reader.doubt(row, column, "total_open", printed)
        return
    if not open_columns:
        reader.leave(row, column, printed, "computed" if computed else "heading")
        if not computed:
            _begin_part(reader, row, column, number, label, is_told=True)
        return
    unit = sheet.text(row, head.unit_column) if head.unit_column else ""
    if marks.is_a("same", unit) or unit == '"':
        unit = reader.unit
    reader.unit = unit
    is_lettered = _ROMAN.fullmatch(number) is not None
    if is_lettered and head.unit_column and not unit and _units_follow(reader, row, last_row):
        reader.doubt(row, column, "heading_assumed", printed)
        _begin_part(reader, row, column, number, label)
        return
    if is_lettered:
        reader.doubt(row, column, "heading_or_row", printed)
    for one in head.answer_columns:
        if sheet.cell(row, one).is_formula:
            reader.leave(row, one, sheet.cell(row, one).text, "computed")
    asked = f"{reader.parent} – {label}" if is_part and reader.parent else label
    if not is_part:
        reader.parent = label
    body.parts[-1][2].append(
        Line(row, number, asked, address(row, column), printed, unit, tuple(open_columns))
    )


def _begin_part(
    reader: _Reader, row: int, column: int, number: str, label: str, is_told: bool = False
) -> None:
    title = label if not number or label.startswith(number) else f"{number.rstrip('.)')}. {label}"
    if not is_told:
        reader.leave(row, column, label, "heading")
    reader.parent = ""
    reader.body.parts.append((title, address(row, column), []))


def _units_follow(reader: _Reader, row: int, last_row: int) -> bool:
    """Say whether the next row has a unit: then one without it heads a part."""
    below = row + 1
    column = reader.head.unit_column
    return below <= last_row and column is not None and bool(reader.sheet.cell(below, column).text)


def _drop_last_total(reader: _Reader) -> None:
    """A line "Tổng số" at the very end of a table sums up; elsewhere it asks."""
    lines = [line for _, _, part in reader.body.parts for line in part]
    if len(lines) < 2 or not reader.marks.is_a("total_or_row", _BRACKETS.sub("", lines[-1].label)):
        return
    total = lines[-1]
    next(part for _, _, part in reader.body.parts if total in part).remove(total)
    sheet = reader.sheet.name
    reader.body.left_out.append(LeftOut(sheet, total.label_cell, total.printed, "total"))
    reader.body.doubts.append(Doubt(sheet, total.label_cell, "total_open", total.printed))
