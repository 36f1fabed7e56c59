"""One number beside a label that no question of the form owns: an inserted row, a line added below, a second figure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from termreview.cells import address, column_letters, parse_address
from termreview.forms.layout import Extent, FormLayout
from termreview.intake.places.located import Located
from termreview.intake.values.personal_data import full_names, is_personal, is_personal_number, names_persons
from termreview.spreadsheets.workbook import Cell, Sheet
from termreview.text import clean, day_text, fold, plain_key

_FIGURES = re.compile(r"-?\d[\d.,\u00a0\u202f ]{0,18}%?")
_COUNTED = re.compile(r"(?:khoảng |~ ?)?\d[\d.,]*(?: ?[^\W\d_]+){1,3}", re.IGNORECASE)  # 2 người
_BEHIND_LABEL = re.compile(r"[:=] ?(-?\d[\d.,]*(?: ?(?:%|[^\W\d_]+)){0,3})$")
_REFERENCE = re.compile(
    r"(?<![\w$])\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Z]{1,3})\$?([1-9]\d{0,6}))?(?![\w(])"
)
_YES_NO = frozenset(["có", "không"])
_LIVE_COLUMNS = 3  # of an index: points by the figures, lowest, highest
_LETTER = re.compile(r"[^\W\d_]")
_NUMBERS = ("number", "formula_without_value")
_FEWEST_OF_A_COLUMN, _MOST_SHOWN = 6, 3
_LONGEST_LABEL, _LONGEST_NUMBER, _LONGEST_BRIEF = 120, 40, 24
HIDDEN = "…"


class Unowned(NamedTuple):
    """The numbers of one row that nobody asked for, with the words beside them; none quoted that tells of a person."""

    sheet: Sheet
    row: int
    columns: tuple[int, ...]
    label: str
    found: str
    further: tuple[tuple[int, int], ...] = ()

    @property
    def places(self) -> set[tuple[str, int, int]]:
        """Sheet, row and column of every number."""
        own = ((self.row, column) for column in self.columns)
        return {(self.sheet.name, *place) for place in (*own, *self.further)}


def strange_places(located: Located, layout: FormLayout) -> dict[str, list[tuple[int, int]]]:
    """By sheet the filled places that are neither asked nor, by their words, printed on the form."""
    printed = layout.printed_texts  # most of a form is what is asked and what is printed
    found: dict[str, list[tuple[int, int]]] = {}
    for sheet in {sheet.name: sheet for sheet in located.sheets.values()}.values():
        extent = located.extents.get(sheet.name)
        if extent is None:
            continue
        is_index = sheet.name in located.indexes(layout)
        asked, first, cells = located.asked[sheet.name], extent.left, sheet.cells
        found[sheet.name] = [
            place
            for place in located.to_look_at(sheet)
            if place not in asked
            and (
                cell.text not in printed
                if (cell := cells[place]).kind == "text"
                else not is_index or (place[1] >= first and cell.formula is None)
            )
        ]
    return found


def unowned_numbers(
    located: Located, layout: FormLayout, places: Mapping[str, Sequence[tuple[int, int]]]
) -> Iterator[Unowned]:
    """Every row of the form's sheets that holds numbers outside of its questions, row by row.

    All numbers right of the form are one line. The form's own numbers are none: highest points stand left of the
    answers, live points and sums are formulas or stand in the lines of the sums.
    """
    own_lines = tuple(fold(layout.form.word(name, group="")) for name in ("group_total", "group_level"))
    for name, strange in places.items():
        if not strange:
            continue
        sheet = next(sheet for sheet in located.sheets.values() if sheet.name == name)
        extent, asked = located.extents[name], located.asked[name]
        frame = _Frame(extent, name in located.indexes(layout))
        right = frame.right
        found: dict[int, list[int]] = {}
        beyond: list[tuple[int, int]] = []
        for row, column in strange:
            cell = sheet.cells[row, column]
            if column > right:
                if cell.formula is None and figures_in(cell):
                    beyond.append((row, column))
            elif _is_unowned(cell, row, column, frame):
                found.setdefault(row, []).append(column)
        rows = _rows(sheet, found, frame, own_lines, layout.spoken_units)
        yield from _columns(sheet, rows, extent)
        if beyond:
            used = _used_by_answers(sheet, asked)
            beyond = [place for place in beyond if not any(area.holds(place) for area in used)]
        if beyond:
            yield _right_of_the_form(sheet, sorted(beyond), right)


class _Area(NamedTuple):
    """Some cells side by side, both corners included."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, place: tuple[int, int]) -> bool:
        return self.first[0] <= place[0] <= self.last[0] and self.first[1] <= place[1] <= self.last[1]


def _used_by_answers(sheet: Sheet, asked: Collection[tuple[int, int]]) -> list[_Area]:
    """The cells from which the formulas of answers are worked out: workings beside the form, counted in the answer."""
    formulas = (cell.formula for place in asked if (cell := sheet.cells.get(place)) is not None)
    areas = []
    for formula in formulas:
        for match in _REFERENCE.finditer(formula or ""):
            first, last = match[1] + match[2], (match[3] or match[1]) + (match[4] or match[2])
            try:
                areas.append(_Area(parse_address(first), parse_address(last)))
            except ValueError:
                continue  # the name of a function or of an area
    return areas


class _Frame(NamedTuple):
    """Where the answers of one sheet stand, and whether it is that of an index."""

    answers: Extent
    is_index: bool

    @property
    def right(self) -> int:
        """The last column that the form itself may fill."""
        return self.answers.right + 1 + (_LIVE_COLUMNS if self.is_index else 0)


def _is_unowned(cell: Cell, row: int, column: int, frame: _Frame) -> bool:
    last, kind, first = frame.answers.last_columns.get(row), cell.kind, frame.answers.left
    if column < first - 1:
        return last is None and kind == "text" and _figure_behind(cell.text) is not None
    if kind == "text" and cell.text[:1].isalpha() and len(cell.text) > _LONGEST_BRIEF:
        return False  # asked first, for it is most of a form
    if frame.is_index and (
        column < first  # highest points
        or (last is not None and column > last)  # live points, perhaps stored as values
        or cell.formula is not None
    ):
        return False
    if last is not None and cell.formula is not None:
        return False
    if kind == "date" or (kind == "text" and fold(cell.text) in _YES_NO):
        return row < frame.answers.bottom if last is None else column < first
    return figures_in(cell)


def _rows(
    sheet: Sheet,
    found: dict[int, list[int]],
    frame: _Frame,
    own_lines: tuple[str, ...],
    units: Container[str],
) -> Iterator[Unowned]:
    for row, columns in sorted(found.items()):
        columns.sort()
        if len(columns) > 1 and columns[0] < frame.answers.left - 1:
            columns = columns[1:]  # the label of a row with a number of its own
        numbers = [_shown(sheet.cells[row, column]) for column in columns]
        label = _label(sheet, row, columns[0], units)
        if frame.is_index and fold(label).startswith(own_lines):
            continue
        if not label and numbers == [str(place) for place in range(1, len(numbers) + 1)]:
            continue  # the columns of a table, counted
        yield _unowned(sheet, row, columns, label, numbers)


def _columns(sheet: Sheet, rows: Iterable[Unowned], answers: Extent) -> Iterator[Unowned]:
    """The rows, those with one number in the same column beside answers as one that counts them: an inserted column."""
    by_column: dict[object, list[Unowned]] = {}
    for told in rows:
        key = (
            told.columns[0]
            if told.row in answers.last_columns and len(told.columns) == 1
            else ("row", told.row)
        )
        by_column.setdefault(key, []).append(told)
    for alike in by_column.values():
        if len(alike) < _FEWEST_OF_A_COLUMN:
            yield from alike
            continue
        first, (column,) = alike[0], alike[0].columns
        shown = "; ".join(f"{one.found} ({address(one.row, column)})" for one in alike[:_MOST_SHOWN])
        more = f"{shown}; và {len(alike) - _MOST_SHOWN} số khác ở cột {column_letters(column)}"
        head = next(
            (words for row in range(first.row - 1, 0, -1) if (words := _words(sheet, row, column))), ""
        )
        label = head[:_LONGEST_LABEL] if head and not tells_of_a_person(head) else first.label
        further = tuple((one.row, column) for one in alike[1:])
        yield first._replace(found=more, label=label, further=further)


def _right_of_the_form(sheet: Sheet, places: Sequence[tuple[int, int]], right: int) -> Unowned:
    row, column = places[0]
    beside = [*range(column - 1, right, -1), column + 1]
    label = next((words for place in beside if (words := _words(sheet, row, place))), "")
    told = _unowned(sheet, row, [column], label, [_shown(sheet.cells[row, column])])
    more = f"; và {len(places) - 1} số khác bên phải biểu" if len(places) > 1 else ""
    return told._replace(found=told.found + more, further=tuple(places[1:]))


def _unowned(sheet: Sheet, row: int, columns: Sequence[int], label: str, numbers: Sequence[str]) -> Unowned:
    is_hidden = tells_of_a_person(label) or any(map(is_personal_number, numbers))
    shown = (HIDDEN, HIDDEN) if is_hidden else (label[:_LONGEST_LABEL], "; ".join(numbers))
    return Unowned(sheet, row, tuple(columns), *shown)


def figures_in(cell: Cell) -> bool:
    """Say whether one cell holds a number: stored as one, as text, or with the word of what is counted."""
    if cell.kind != "text":
        return cell.kind in _NUMBERS
    text = cell.text
    if len(text) > _LONGEST_NUMBER or (text[:1].isalpha() and text[:5].casefold() != "khoản"):
        return False
    text = clean(text)
    return _FIGURES.fullmatch(text) is not None or _COUNTED.fullmatch(text) is not None


def _figure_behind(text: str) -> str | None:
    """The figure behind the colon of an inserted label: "Trong đó giáo viên Tin học: 2"."""
    if ":" not in text and "=" not in text:
        return None
    match = _BEHIND_LABEL.search(clean(text)) if len(text) < _LONGEST_LABEL else None
    return None if match is None else match[1]


def _shown(cell: Cell) -> str:
    if cell.kind == "date" and isinstance(cell.value, datetime.date):
        return day_text(cell.value)
    return clean(_figure_behind(cell.text) or cell.text)[:_LONGEST_NUMBER]


def _label(sheet: Sheet, row: int, column: int, units: Container[str]) -> str:
    """The words nearest to one cell on its left but for a unit, or its own before a colon; nothing where none are."""
    own = sheet.cells[row, column]
    if figure := _figure_behind(own.text):
        return clean(own.text).removesuffix(figure).rstrip(" :=")
    beside = [words for place in range(column - 1, 0, -1) if (words := _words(sheet, row, place))]
    return next((words for words in beside if plain_key(words) not in units), next(iter(beside), ""))


def _words(sheet: Sheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    if cell is None or cell.kind != "text" or len(_LETTER.findall(cell.text)) < 2:
        return ""
    return clean(cell.text)


def tells_of_a_person(label: str) -> bool:
    """Say whether the words beside a number tell of a person."""
    return is_personal(label) or names_persons(label) or next(full_names(label), None) is not None
