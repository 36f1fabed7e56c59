"""One row or one answer column of the form that stands twice on its sheet: what both hold is asked about, never one taken unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from termreview.cells import address, column_letters
from termreview.forms.layout import LABEL_COLUMN, Block, SheetLayout
from termreview.intake.places.located import CODE, FieldPosition, Located, Remark
from termreview.intake.values.personal_data import is_personal, names_persons
from termreview.reference.kinds.forms import FormRow
from termreview.spreadsheets.workbook import Cell, Sheet
from termreview.text import clean, fold

_MOST_SHOWN = 3  # columns of a grid, answers that differ
_LONGEST = 60
_FARTHEST_HEAD = 6  # rows between a head and the first answer below it
_LONGEST_HEAD = 60


def note_twins(
    located: Located,
    sheet: Sheet,
    plan: SheetLayout,
    code_columns: Collection[int],
    slipped: Collection[int] = (),
) -> None:
    """Remark every further row with the code of a row that is read, where it answers otherwise.

    A copied code stands in one of the columns in which codes were found; those of `slipped` rows are none.
    """
    codes = {form_row.row_code for block in plan.blocks for form_row, _ in block.rows}
    standing = [
        (place, text)
        for place, cell in sheet.cells.items()
        if place[1] in code_columns and (text := cell.text.strip()) in codes and place[0] not in slipped
    ]
    if len(standing) == len({text for _, text in standing}):
        return  # nearly always
    rows: dict[str, tuple[FormRow, int, dict[int, int]]] = {}
    for block in plan.blocks:
        for form_row, number in block.rows:
            positions = [
                (place, located.positions.get(place.field.field_id)) for place in block.places_by_row[number]
            ]
            here = {place.column: position.column for place, position in positions if position is not None}
            row = next((position.row for _, position in positions if position is not None), None)
            if row is not None:
                rows[form_row.row_code] = form_row, row, here
    for (row, column), code in standing:
        if (known := rows.get(code)) is None:
            continue
        form_row, own, columns = known
        at_own = sheet.cells.get((own, column))
        if row == own or at_own is None or at_own.text.strip() != form_row.row_code:
            continue
        differing = {
            answer: f"{quoted_answer(sheet.cells.get((own, answer)))} ({address(own, answer)}), "
            f"{quoted_answer(other)} ({address(row, answer)})"
            for answer in columns.values()
            if (other := sheet.cells.get((row, answer))) is not None
            and quoted_answer(sheet.cells.get((own, answer))) != quoted_answer(other)
        }
        located.twins.add((sheet.name, row))
        if differing:
            told = list(differing.values())
            found = "; ".join(told[:_MOST_SHOWN]) + ("; …" if len(told) > _MOST_SHOWN else "")
            first = address(own, next(iter(differing)))
            located.remarks.append(
                Remark("row_twice", sheet.name, first, found, form_row.row_code, form_row.label)
            )


def quoted_answer(cell: Cell | None) -> str:
    """One answer as it is quoted: never what may tell of a person."""
    text = clean(cell.text)[:_LONGEST] if cell is not None else ""
    if not text:
        return "để trống"
    return "…" if cell is not None and (is_personal(text) or names_persons(cell.text)) else text


class _Twin(NamedTuple):
    """One answer column of a block whose head stands above other columns too, with the fields that it answers."""

    label: str
    header_row: int
    used: int
    others: tuple[int, ...]
    is_coded: bool
    taken: frozenset[int]
    fields: tuple[str, ...]


def has_further_head(cells: Mapping[tuple[int, int], Cell], block: Block, own: Collection[str]) -> bool:
    """Say whether a head that the form does not print there stands right of those of a block at its place."""
    beside = cells.get((block.header_row, block.columns[-1][1] + 1))
    return beside is not None and beside.text not in own


def settle_column_twins(located: Located, sheet: Sheet, blocks: Sequence[Block]) -> None:
    """Find the columns of some blocks whose head stands twice, take the one that is answered and ask where both are.

    Columns of several blocks that stand below one another are decided, and asked about, as one.
    """
    by_row: dict[int, dict[str, list[int]]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if column > LABEL_COLUMN and cell.kind == "text" and len(cell.text) < _LONGEST_HEAD:
            by_row.setdefault(row, {}).setdefault(fold(cell.text), []).append(column)
    together: dict[tuple[int, tuple[int, ...], str], list[_Twin]] = {}
    for block in blocks:
        for twin in _twins(located, sheet, block, by_row):
            together.setdefault((twin.used, twin.others, twin.label), []).append(twin)
    for (used, others, label), twins in together.items():
        _settle(located, sheet, label, (used, *others), twins)


def _twins(
    located: Located, sheet: Sheet, block: Block, by_row: Mapping[int, Mapping[str, Sequence[int]]]
) -> Iterable[_Twin]:
    positions: dict[str, list[tuple[str, FieldPosition]]] = {}
    for place in block.places:
        position = located.positions.get(place.field.field_id)
        if position is not None and position.sheet is sheet:
            positions.setdefault(place.field.column_id or "", []).append((place.field.field_id, position))
    columns = {
        column_id: Counter(position.column for _, position in own).most_common(1)[0][0]
        for column_id, own in positions.items()
    }
    for column, _ in block.columns:
        column_id = column.column_id if len(block.columns) > 1 else next(iter(columns), "")
        if column_id not in columns:
            continue
        used, own = columns[column_id], positions[column_id]
        first = min(position.row for _, position in own)
        head = fold(column.label)
        heads = (row for row in range(first - 1, max(first - _FARTHEST_HEAD, 0), -1) if row in by_row)
        row = next((row for row in heads if used in by_row[row].get(head, ())), None)
        if row is None or len(by_row[row][head]) == 1:
            continue
        rows = [position.row for _, position in own]
        others = tuple(
            place
            for place in by_row[row][head]
            if place != used and not _holds_labels(sheet, rows, place, block)
        )
        if not others:
            continue
        below = by_row.get(row + 1, {}) if block.codes_row else {}
        codes = below.get(fold(column.code)) or below.get(fold(column.column_id), ())
        yield _Twin(
            column.label,
            row,
            used,
            others,
            used in codes and not set(others) & set(codes),
            frozenset(columns.values()),
            tuple(field_id for field_id, position in own if position.column == used),
        )


def _holds_labels(sheet: Sheet, rows: Iterable[int], column: int, block: Block) -> bool:
    """Say whether the labels of a block stand in one column: their head may be that of an answer."""
    labels = {fold(row.label) for row, _ in block.rows}
    cells = (sheet.cells.get((row, column)) for row in rows)
    return any(cell is not None and fold(cell.text) in labels for cell in cells)


def _settle(
    located: Located, sheet: Sheet, label: str, columns: tuple[int, ...], twins: Sequence[_Twin]
) -> None:
    used, *others = columns
    fields = [field_id for twin in twins for field_id in twin.fields]
    rows = [located.positions[field_id].row for field_id in fields]
    answered = {column: sum(map(bool, _answers(sheet, rows, column))) for column in columns}
    free = [used] + [other for other in others if not any(other in twin.taken for twin in twins)]
    if any(twin.is_coded for twin in twins) and answered[used]:
        free = [used]  # the hidden code tells which column is the form's own
    chosen = max(free, key=lambda column: (answered[column], column == used))
    if chosen != used:
        for field_id, row in zip(fields, rows, strict=True):
            located.positions[field_id] = FieldPosition(sheet, row, chosen, CODE)
    rest = [column for column in columns if column != chosen]
    differing = [
        "; ".join(
            f"{quoted_answer(sheet.cells.get((row, column)))} ({address(row, column)})"
            for column in (chosen, *rest)
        )
        for row in rows
        if any(
            quoted_answer(other) != quoted_answer(sheet.cells.get((row, chosen)))
            for column in rest
            if (other := sheet.cells.get((row, column))) is not None
        )
    ]
    located.copies |= {(sheet.name, row, column) for row in rows for column in rest}
    own = f"cột {column_letters(chosen)}"
    place = address(twins[0].header_row, chosen)
    if differing:
        more = len(differing) - _MOST_SHOWN
        found = " | ".join(differing[:_MOST_SHOWN]) + (f" | và {more} dòng khác" if more > 0 else "")
        located.remarks.append(Remark("column_twice", sheet.name, place, found, own, label))
    elif chosen != used:
        before = f"cột {column_letters(used)}"
        located.remarks.append(Remark("column_moved", sheet.name, place, own, before, label))


def _answers(sheet: Sheet, rows: Iterable[int], column: int) -> Iterable[str]:
    cells = (sheet.cells.get((row, column)) for row in rows)
    return (clean(cell.text) if cell is not None else "" for cell in cells)
