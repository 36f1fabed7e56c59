"""One office's own workbook as it came back: each question found by its label and its head, wherever they moved.

Rows and columns of the received sheet are lined up with those that the office sent, in order; where a label or a head
was changed between two that stand as before, its place decides and the school is asked.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from termreview.cells import MAX_ROW, address, column_letters
from termreview.forms.layout import FINGERPRINT_SHEET, Block, FormLayout, Place, Printed, SheetLayout
from termreview.forms.office_sheets import office_sheets
from termreview.intake.places.located import ADDRESS, LABEL, AsPrinted, FieldPosition, Located, Remark
from termreview.intake.places.moved import Move, missing_column, moved_rows, one_a_cause
from termreview.intake.places.unowned import HIDDEN, tells_of_a_person
from termreview.reference.kinds.forms import OfficeCell, OfficeWorkbook
from termreview.spreadsheets.older.legacy_text import read_legacy
from termreview.spreadsheets.workbook import Cell, Sheet, Workbook
from termreview.text import clean, fold, spelled_out

_LONGEST = 120
_MOST_REPEATS = 4  # of one label, for each that was sent
_DOTTED = re.compile(r"[.…_\s]+")
Texts = Mapping[tuple[int, int], str]


@dataclass(frozen=True)
class _Lines:
    """The rows, or the columns, of the office's sheet with those of the received one; `changed` lost their text."""

    found: Mapping[int, int]
    changed: frozenset[int] = frozenset()

    @cached_property
    def _own(self) -> list[tuple[int, int]]:
        return sorted((found, own) for own, found in self.found.items())

    def back(self, number: int) -> int:
        """The line of the office's sheet that one received line was; 0 for one that was added."""
        place = bisect(self._own, (number, MAX_ROW))
        before, after = self._own[place - 1] if place else None, self._own[place : place + 1]
        if before is None:
            return max(after[0][1] - after[0][0] + number, 0) if after else number
        own = before[1] + number - before[0]
        return 0 if after and own >= after[0][1] else own

    def at(self, own: int) -> int:
        """Where one line of the office's sheet stands, by itself or by the nearest that was found."""
        if own in self.found or not self.found:
            return self.found.get(own, own)
        nearest = min(self.found, key=lambda other: (abs(other - own), other))
        return max(self.found[nearest] + own - nearest, 1)


@lru_cache(maxsize=32)
def _same(count: int) -> _Lines:
    """The lines of a sheet as it was sent."""
    return _Lines({number: number for number in range(1, count + 1)})


@dataclass(frozen=True)
class _Aligned:
    """One received sheet against the office's: the rows by the column of their labels, and the columns."""

    rows: Mapping[int, _Lines]
    columns: _Lines

    @cached_property
    def best(self) -> _Lines:
        """The rows as most labels tell them."""
        return max(self.rows.values(), key=lambda lines: len(lines.found))


def locate_office(workbook: Workbook, layout: FormLayout) -> Located:
    """Find every field of one form on the office's own workbook; what is not found is a remark, never a guess."""
    located = Located()
    office = layout.form.office
    assert office is not None
    own_sheets = office_sheets(office)
    labels = {cell.name: cell for cell in office.answers}
    taken = {FINGERPRINT_SHEET}
    for plan in layout.sheets:
        if not plan.blocks:
            continue
        title = plan.plan.title
        sheet = _find_sheet(workbook, own_sheets[title], taken)
        if sheet is None:
            located.remarks.append(Remark("sheet_missing", title, "", "", title, title))
            continue
        taken.add(sheet.name)
        located.sheets[plan.plan.sheet_id] = sheet
        if fold(sheet.name) != fold(title):
            located.remarks.append(Remark("sheet_renamed", sheet.name, "", sheet.name, title, title))
        _locate_sheet(located, sheet, own_sheets[title], plan, layout, labels)
    return located


def read_office_identity(workbook: Workbook, office: OfficeWorkbook) -> dict[str, str]:
    """What one workbook says of its school and term, in the declared cells or wherever their labels moved."""
    found: dict[str, str] = {}
    for cell in office.identity:
        for sheet, place in _label_places(workbook, cell):
            text = sheet.cells[place].text.partition(":")[2]
            if cell.place != cell.label_place:
                row, column = (
                    at + to - by for at, to, by in zip(place, cell.place, cell.label_place, strict=True)
                )
                beside = sheet.cells.get((row, column))
                text = "" if beside is None else str(beside.value)
            if not _DOTTED.fullmatch(text):
                found.setdefault(cell.name, clean(text))
                break
    return {name: text for name, text in found.items() if text}


def _label_places(workbook: Workbook, cell: OfficeCell) -> Iterator[tuple[Sheet, tuple[int, int]]]:
    """Where the label of one cell of identity stands: on its own sheet at its place first."""
    label = fold(cell.label.partition(":")[0])
    for sheet in sorted(workbook.sheets, key=lambda sheet: sheet.name != cell.sheet):
        places = [
            place
            for place, one in sheet.cells.items()
            if one.kind == "text"
            and len(one.text) < 2 * _LONGEST
            and fold(one.text.partition(":")[0]) == label
        ]
        yield from (
            (sheet, place) for place in sorted(places, key=lambda place: (place != cell.label_place, place))
        )


def without_office_parts(workbook: Workbook, office: OfficeWorkbook) -> Workbook:
    """One workbook without what the office itself put beside its questions: further sheets, hidden lines, notes."""
    own_sheets = office_sheets(office)
    asked = {cell.sheet for cell in (*office.answers, *office.identity)}
    kept = []
    for sheet in workbook.sheets:
        own = own_sheets.get(sheet.name)
        if own is None:
            kept.append(sheet)
        elif sheet.name in asked or _texts(sheet) != _texts(own):
            notes = {place: text for place, text in sheet.notes.items() if text not in own.notes.values()}
            rows, columns = sheet.hidden_rows - own.hidden_rows, sheet.hidden_columns - own.hidden_columns
            kept.append(replace(sheet, notes=notes, hidden_rows=rows, hidden_columns=columns))
    return replace(workbook, sheets=tuple(kept))


def _texts(sheet: Sheet) -> Texts:
    return {place: cell.text for place, cell in sheet.cells.items()}


def _find_sheet(workbook: Workbook, own: Sheet, taken: set[str]) -> Sheet | None:
    """The sheet of one name, else the one that says most of what the office's says."""
    free = [sheet for sheet in workbook.sheets if sheet.name not in taken]
    for key in (str, clean, fold):
        for sheet in free:
            if key(sheet.name) == key(own.name):
                return sheet
    said = {fold(cell.text) for cell in own.cells.values() if cell.kind == "text"}
    shared = [
        len(said & {fold(cell.text) for cell in sheet.cells.values() if cell.kind == "text"})
        for sheet in free
    ]
    best = max(shared, default=0)
    return free[shared.index(best)] if best * 2 > len(said) else None


def _locate_sheet(
    located: Located,
    sheet: Sheet,
    own: Sheet,
    plan: SheetLayout,
    layout: FormLayout,
    labels: Mapping[str, OfficeCell],
) -> None:
    office = layout.form.office
    declared = (*office.answers, *office.identity) if office is not None else ()
    open_places = {cell.place for cell in declared if cell.sheet == own.name}
    printed = {
        place: cell for place, cell in own.cells.items() if place not in open_places and cell.kind == "text"
    }
    asked = [(place, labels[place.field.field_id]) for block in plan.blocks for place in block.places]
    if all((found := sheet.cells.get(one)) and found.text == cell.text for one, cell in printed.items()):
        same = _same(max(max(place.row, place.column, *label.label_place) for place, label in asked))
        lines = _Aligned({label.label_place[1]: same for _, label in asked}, same)
    else:
        lines = _align(sheet, printed, asked, dict(layout.form.abbreviations))
    fields: dict[str, tuple[int, int]] = {}
    remarks: dict[tuple[str, int], Remark] = {}
    moves: dict[int, Move] = {}
    for place, label in asked:
        label_row, label_column = label.label_place
        row = lines.rows[label_column].found.get(label_row)
        column = lines.columns.found.get(place.column)
        if row is None:
            where, code = address(label_row, label_column), place.field.row_code
            missing = Remark("row_missing", sheet.name, where, "", code, label.label)
            remarks.setdefault(("row", label_row), missing)
            continue
        if column is None:
            remarks.setdefault(("column", place.column), missing_column(sheet, _block(plan, place), place))
            continue
        row += place.row - label_row
        way = ADDRESS if (row, column) == (place.row, place.column) else LABEL
        located.positions[place.field.field_id] = FieldPosition(sheet, row, column, way)
        fields[place.field.field_id] = row, column
        if column != place.column:
            remarks.setdefault(("moved", place.column), _moved_column(sheet, plan, place, row, column))
        if row != place.row:
            moves.setdefault(row, Move(len(moves), row, place.row, label_column, label.label))
    located.remarks += [*one_a_cause(list(remarks.values())), *moved_rows(sheet, list(moves.values()))]
    located.remarks += _changed_labels(sheet, printed, lines, [place for place, _ in asked])
    others = set()
    for row, column in sheet.cells.keys() - set(fields.values()):
        at = lines.best.back(row), lines.columns.back(column)
        if at not in open_places and not _is_printed(sheet.cells[row, column], own.cells.get(at)):
            others.add((row, column))
    located.as_printed[sheet.name] = AsPrinted(Printed({}, frozenset(), fields, frozenset()), others)


def _block(plan: SheetLayout, place: Place) -> Block:
    return next(block for block in plan.blocks if place in block.places)


def _moved_column(sheet: Sheet, plan: SheetLayout, place: Place, row: int, column: int) -> Remark:
    """The remark on one column found elsewhere, at its first answer."""
    columns = {head.column_id: head.label for head, _ in _block(plan, place).columns}
    found, expected = (f"cột {column_letters(number)}" for number in (column, place.column))
    label = columns[place.field.column_id]
    return Remark("column_moved", sheet.name, address(row, column), found, expected, label)


def _is_printed(cell: Cell, own: Cell | None) -> bool:
    """Whether one cell is the office's: it says what was sent, or is worked out where that was."""
    if own is None:
        return False
    return cell.text == own.text or (cell.formula is not None and own.formula is not None)


def _align(
    sheet: Sheet,
    printed: Mapping[tuple[int, int], Cell],
    asked: Sequence[tuple[Place, OfficeCell]],
    abbreviations: Mapping[str, str],
) -> _Aligned:
    """Line up one received sheet with the office's."""

    def key(cell: Cell) -> str:
        """One text as it is compared: case, spaces, abbreviations and old fonts forgiven."""
        legacy = read_legacy(cell.text) if len(cell.text) < 400 else None
        return spelled_out(fold(legacy.text if legacy else cell.text), abbreviations)

    own = {place: key(cell) for place, cell in sorted(printed.items())}
    texts = {place: key(cell) for place, cell in sorted(sheet.cells.items()) if cell.kind == "text"}
    label_places = {label.label_place for _, label in asked}
    rows = {
        column: _rows(own, texts, column, {row for row, at in label_places if at == column})
        for column in {column for _, column in label_places}
    }
    best = _Aligned(rows, _Lines({})).best
    return _Aligned(rows, _columns(own, texts, [place for place, _ in asked], best))


def _rows(own: Texts, texts: Texts, column: int, asked: Collection[int]) -> _Lines:
    """The rows by the labels in one column, in whichever column of the received sheet most of them stand."""
    wanted = {own[row, column] for row in asked if (row, column) in own}
    by_column: dict[int, dict[int, str]] = {}
    for (row, at), text in texts.items():
        by_column.setdefault(at, {})[row] = text
    counted = {at: len(wanted & set(found.values())) for at, found in by_column.items()}
    best = max(counted, key=lambda at: (counted[at], at == column, -at), default=column)
    return _aligned({row: text for (row, at), text in own.items() if at == column}, by_column.get(best, {}))


def _columns(own: Texts, texts: Texts, places: Sequence[Place], rows: _Lines) -> _Lines:
    """The columns of the answers by what stands above them, one after another."""
    answer_rows, answer_columns = (
        {place[at] for place in ((p.row, p.column) for p in places)} for at in (0, 1)
    )
    heads = sorted({row for row, column in own if row not in answer_rows and column in answer_columns})

    def signs(said: Texts, at: Callable[[int], int]) -> dict[int, str]:
        columns = sorted({column for _, column in said})
        lines = {n: [said.get((at(row), n), "") for row in heads] for n in columns}
        return {number: "|".join(line) for number, line in lines.items() if any(line)}

    named = signs(own, lambda row: row)
    lines = _aligned(named, signs(texts, rows.at))
    # A head over several columns stands over the first of them: the others follow it.
    beside = {column: lines.at(column) for column in answer_columns if column not in named}
    return replace(lines, found={**lines.found, **beside})


def _aligned(own: Mapping[int, str], received: Mapping[int, str]) -> _Lines:
    """The lines of one sheet with those of another by their texts, in order; then by a text that is once alone left."""
    known, seen = Counter(own.values()), Counter[str]()
    found = {}
    for number, text in received.items():
        seen[text] += 1
        if (
            text not in known or seen[text] <= _MOST_REPEATS * known[text]
        ):  # lining up many repeats takes minutes
            found[number] = text
    numbers, others = list(own), list(found)
    matcher = SequenceMatcher(None, list(own.values()), list(found.values()), autojunk=False)
    lines: dict[int, int] = {}
    gaps = []
    for kind, first, last, begin, end in matcher.get_opcodes():
        pairs = list(zip(numbers[first:last], others[begin:end], strict=False))
        if kind == "equal":
            lines |= dict(pairs)
        elif kind == "replace" and last - first == end - begin:
            gaps += pairs
    taken = set(lines.values())
    free: dict[str, list[int]] = {}
    for number, text in found.items():
        if number not in taken:
            free.setdefault(text, []).append(number)
    left = Counter(text for number, text in own.items() if number not in lines)
    for number, text in own.items():
        if number not in lines and left[text] == 1 and len(free.get(text, ())) == 1:
            lines[number] = free[text][0]
    changed = {number: other for number, other in gaps if number not in lines and found[other] not in known}
    return _Lines(lines | changed, frozenset(changed))


def _changed_labels(
    sheet: Sheet, printed: Mapping[tuple[int, int], Cell], lines: _Aligned, places: Sequence[Place]
) -> Iterator[Remark]:
    """The remarks on labels and heads that were written anew over questions."""
    changed = [
        ("row_label_differs", (row, column))
        for column, own in lines.rows.items()
        for row in sorted(own.changed & {place.row for place in places})
    ]
    for column in sorted(lines.columns.changed & {place.column for place in places}):
        first = min(place.row for place in places if place.column == column)
        heads = [row for row, at in sorted(printed, reverse=True) if at == column and row < first]
        found = [sheet.cells.get((lines.best.at(row), lines.columns.at(column))) for row in heads]
        odd = [
            row
            for row, cell in zip(heads, found, strict=True)
            if cell is None or fold(cell.text) != fold(printed[row, column].text)
        ]
        changed += [("head_differs", (row, column)) for row in odd[:1]]
    for code, (row, column) in changed:
        at = lines.best.at(row), lines.columns.at(column)
        text, label = (
            clean(cells[one].text)[:_LONGEST] if one in cells else ""
            for cells, one in ((sheet.cells, at), (printed, (row, column)))
        )
        yield Remark(
            code, sheet.name, address(*at), HIDDEN if tells_of_a_person(text) else text, label, label
        )
