"""One head of one table: its rows, the row of column numbers below it, and what each of its columns is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from termreview.forms.adopted.office_workbook import OfficeSheet
from termreview.reference.texts.adoption_texts import AdoptionTexts

_DEEPEST = 6  # rows of a head
_NUMBERING = re.compile(r"[(\[]?(\d{1,2}|[A-ZĐ]|[a-zđ])[)\]]?(\s*=.*)?")
_FORMULA = re.compile(r"=\s*[(\[]?\d")
_BRACKETS = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True)
class Head:
    """One head: the rows that it fills, its columns by what they are for; `parts` are the texts of each column.

    `computed` are columns that the numbering says to follow from others: (3)=(4)+(5); `carried` are columns that stand
    below a head written over the first of them only, with that head.
    """

    top: int
    bottom: int
    left: int
    right: int
    numbering_row: int | None
    number_column: int | None
    label_columns: tuple[int, ...]
    unit_column: int | None
    answer_columns: tuple[int, ...]
    note_columns: tuple[int, ...]
    computed: tuple[int, ...]
    parts: Mapping[int, tuple[str, ...]]
    is_assumed: bool
    carried: Mapping[int, str]

    @property
    def first_body_row(self) -> int:
        """The first row below the head and its numbering."""
        return (self.numbering_row or self.bottom) + 1

    def title_of(self, column: int) -> str:
        """The heads above one column, joined from the top down."""
        return " – ".join(self.parts[column])


def find_heads(sheet: OfficeSheet, marks: AdoptionTexts) -> list[Head]:
    """Every head of one sheet, from top to bottom and left to right."""
    found: list[Head] = []
    row = 1
    while row <= sheet.bottom:
        heads = _heads_at(sheet, row, marks)
        found += heads
        row = max((head.first_body_row for head in heads), default=row + 1)
    if not found:
        found = _heads_by_numbering(sheet, marks) or _heads_by_border(sheet, marks)
    return found


def _heads_at(sheet: OfficeSheet, row: int, marks: AdoptionTexts) -> list[Head]:
    """The heads that begin in one row: where a number, code or label column is named, and another column beside it."""
    own = {column: sheet.cell(row, column).text for column in range(1, sheet.right + 1)}
    roles = {column: _role(text, marks) for column, text in own.items() if text}
    starts = [column for column, role in roles.items() if role == "number"]
    if not starts:
        # "1 | Loại | …" is a row: its number says so.
        starts = [
            column
            for column, role in roles.items()
            if role in ("code", "label") and not _NUMBERING.fullmatch(own.get(column - 1, ""))
        ][:1]
    heads = []
    for place, start in enumerate(starts):
        end = starts[place + 1] - 1 if place + 1 < len(starts) else None
        begin = starts[place - 1] if place else 1
        head = _head(sheet, row, start if place else _leftmost(sheet, row, start, begin), end, marks)
        if head is not None:
            heads.append(head)
    return heads


def _leftmost(sheet: OfficeSheet, row: int, column: int, first: int) -> int:
    while column > first and sheet.text(row, column - 1):
        column -= 1
    return column


def _head(
    sheet: OfficeSheet,
    top: int,
    left: int,
    end: int | None,
    marks: AdoptionTexts,
    is_assumed: bool = False,
    bottom: int | None = None,
) -> Head | None:
    """The head that begins at one cell; none where there is no column of answers."""
    last = top if bottom is None else bottom
    right = left
    for _ in range(_DEEPEST):  # a deeper head is wider, a wider one deeper
        before = (last, right)
        while (end is None or right < end) and any(
            sheet.text(row, right + 1) for row in range(top, last + 1)
        ):
            right += 1
        if bottom is None:
            last = _bottom(sheet, top, left, right, marks)
        if (last, right) == before:
            break
    columns = range(left, right + 1)
    parts = {column: _parts(sheet, top, last, column) for column in columns}
    roles = {
        column: next((role for role in (_role(part, marks) for part in texts) if role), "")
        for column, texts in parts.items()
    }
    if not any(role in ("label",) for role in roles.values()):
        # "Đơn vị" heads the names of schools where nothing else heads the labels.
        named = [column for column in columns if roles[column] == "unit"]
        free = [column for column in columns if not roles[column]]
        wanted = named[:1] if named and named[0] < min(free, default=named[0] + 1) else free[:1]
        roles |= dict.fromkeys(wanted, "label")
    numbering = last + 1 if _is_numbering(sheet, last + 1, left, right) else None
    answers = tuple(column for column in columns if not roles[column])
    if not answers or "label" not in roles.values():
        return None
    computed = () if numbering is None else tuple(
        column for column in answers if _FORMULA.search(sheet.cell(numbering, column).text)
    )  # fmt: skip
    carried = _carried(sheet, top, last, answers)
    numbers = [column for column in columns if roles[column] == "number"]
    codes = [column for column in columns if roles[column] == "code"]
    return Head(
        top, last, left, right, numbering,
        next(iter(codes or numbers), None),
        tuple(column for column in columns if roles[column] == "label"),
        next((column for column in columns if roles[column] == "unit"), None),
        answers,
        tuple(column for column in columns if roles[column] == "note"),
        computed,
        {column: ((carried[column],) if column in carried else ()) + texts for column, texts in parts.items()},
        is_assumed, carried,
    )  # fmt: skip


def _bottom(sheet: OfficeSheet, top: int, left: int, right: int, marks: AdoptionTexts) -> int:
    """The last row of a head: as far as its merged cells reach, and rows that name columns but no row."""
    bottom = top
    while bottom - top < _DEEPEST - 1:
        reached = max(
            (
                merge.bottom
                for merge in sheet.merges
                if top <= merge.top <= bottom and left <= merge.left <= right
            ),
            default=bottom,
        )
        if reached > bottom:
            bottom = min(reached, top + _DEEPEST - 1)
            continue
        if not _names_columns_only(sheet, bottom + 1, top, left, right, marks):
            return bottom
        bottom += 1
    return bottom


def _names_columns_only(
    sheet: OfficeSheet, row: int, top: int, left: int, right: int, marks: AdoptionTexts
) -> bool:
    """Say whether one row has texts, none of them below a head of numbers, codes, labels or units."""
    texts = {column: sheet.cell(row, column) for column in range(left, right + 1)}
    filled = [column for column, cell in texts.items() if cell.text]
    if not filled or any(texts[column].is_number or texts[column].is_formula for column in filled):
        return False
    named = [column for column in range(left, right + 1) if _role(sheet.text(top, column), marks)]
    is_numbering = all(_NUMBERING.fullmatch(texts[column].text) for column in filled)
    is_unit = all(marks.is_a("blocked", texts[column].text) for column in filled)
    return bool(named) and not is_numbering and not is_unit and not set(filled) & set(named)


def _parts(sheet: OfficeSheet, top: int, bottom: int, column: int) -> tuple[str, ...]:
    texts = (sheet.text(row, column) for row in range(top, bottom + 1))
    return tuple(dict.fromkeys(text for text in texts if text))


def _carried(sheet: OfficeSheet, top: int, bottom: int, answers: tuple[int, ...]) -> dict[int, str]:
    """The head, written and not merged over a column left of it, that one column with a head of its own stands below."""
    found: dict[int, str] = {}
    for column in answers:
        is_below = any(sheet.cell(row, column).text for row in range(top + 1, bottom + 1))
        if column - 1 not in answers or not is_below or sheet.text(top, column):
            continue
        beside = found.get(column - 1) or sheet.text(top, column - 1)
        if beside and any(sheet.cell(row, column - 1).text for row in range(top + 1, bottom + 1)):
            found[column] = beside
    return found


def _role(text: str, marks: AdoptionTexts) -> str:
    bare = _BRACKETS.sub("", text) or text
    roles = ("number", "code", "label", "unit", "note")
    return next((role for role in roles if marks.is_a(role, bare)), "")


def _is_numbering(sheet: OfficeSheet, row: int, left: int, right: int) -> bool:
    """Say whether one row only numbers the columns: (1), (2), A, B, 3=4+5; at least half of them."""
    texts = [sheet.cell(row, column).text for column in range(left, right + 1)]
    filled = [text for text in texts if text]
    return (
        len(filled) >= 2
        and len(filled) * 2 >= len(texts)
        and all(_NUMBERING.fullmatch(text) for text in filled)
        and len(set(filled)) == len(filled)
    )


def _heads_by_numbering(sheet: OfficeSheet, marks: AdoptionTexts) -> list[Head]:
    """Heads without a word that is known: the rows of several texts right above a row that numbers the columns."""
    found: list[Head] = []
    for row in range(2, sheet.bottom + 1):
        filled = [column for column in range(1, sheet.right + 1) if sheet.cell(row, column).text]
        if len(filled) < 3 or not _is_numbering(sheet, row, filled[0], filled[-1]):
            continue
        top = row
        while top > 1 and row - top < _DEEPEST and _count(sheet, top - 1, filled) >= 2:
            top -= 1
        if top < row:
            head = _head(sheet, top, filled[0], filled[-1], marks, True, row - 1)
            found += [head] if head else []
    return found


def _heads_by_border(sheet: OfficeSheet, marks: AdoptionTexts) -> list[Head]:
    """Heads without a word that is known: a framed row of several texts above a framed row with open cells."""
    found: list[Head] = []
    inside = False
    for row in range(1, sheet.bottom + 1):
        framed = [column for column in range(1, sheet.right + 1) if sheet.cell(row, column).has_border]
        texts = [column for column in framed if sheet.cell(row, column).text]
        if not inside and len(texts) >= 2:
            below = [sheet.cell(row + 1, column) for column in framed]
            if any(cell.text for cell in below) and any(cell.has_border and not cell.text for cell in below):
                head = _head(sheet, row, texts[0], texts[-1], marks, True)
                found += [head] if head else []
        inside = len(framed) >= 2
    return found


def _count(sheet: OfficeSheet, row: int, columns: list[int]) -> int:
    """How many different texts a reader sees in one row."""
    return len({sheet.text(row, column) for column in columns} - {""})
