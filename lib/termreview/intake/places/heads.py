"""One text above answers that says another thing than the form: the head of a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from termreview.cells import address
from termreview.forms.layout import Block, FormLayout, SheetLayout
from termreview.intake.places.contradictions import folded
from termreview.intake.places.located import Located, Remark
from termreview.intake.places.unowned import HIDDEN, tells_of_a_person
from termreview.intake.values.printed_text import head_differs
from termreview.spreadsheets.workbook import Cell, Sheet
from termreview.text import clean, plain_key

_LONGEST = 120
_HEAD_ROWS = 40  # above the first answer: rows may be inserted below a head


def note_heads(located: Located, sheet: Sheet, plan: SheetLayout, layout: FormLayout) -> None:
    """Remark the columns of one sheet whose visible head is not the form's; their codes or places decide.

    The same head above several parts is one question, and so is a grid most of whose heads differ.
    """
    remarks: list[Remark] = []
    groups: list[str] = []
    alike: Counter[tuple[str, str]] = Counter()
    short = dict(layout.form.abbreviations)
    answers = located.places_on(sheet)
    for block in plan.blocks:
        others = frozenset(plain_key(column.label, short) for column, _ in block.columns)
        heads = list(_heads(located, sheet, block, answers))
        if not heads and len(block.columns) > 1:
            _note_no_heads(located, sheet, block, answers)
        for place, label, cell in heads:
            if cell.text == label:
                continue
            font = sheet.old_fonts.get(place) if sheet.old_fonts else None
            if not head_differs(cell.text, label, others, layout.spoken_units, short, font):
                continue
            text = HIDDEN if tells_of_a_person(cell.text) else clean(cell.text)[:_LONGEST]
            alike[text, label] += 1
            if alike[text, label] == 1:
                remarks.append(Remark("head_differs", sheet.name, address(*place), text, label, label))
                groups.append(block.section.section_id)
    counted = [
        remark._replace(found=f"{remark.found}; và {more} phần khác")
        if (more := alike[remark.found, remark.expected] - 1)
        else remark
        for remark in remarks
    ]
    located.remarks += folded(counted, groups, "cột")


def _heads(
    located: Located, sheet: Sheet, block: Block, answers: Collection[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], str, Cell]]:
    """The head above the answers of each column of one block, wherever they were found: place, the form's, the cell."""
    positions: dict[str, list[tuple[int, int]]] = {}
    for place in block.places:
        position = located.positions.get(place.field.field_id)
        if position is not None and position.sheet is sheet:
            positions.setdefault(place.field.column_id or "", []).append((position.row, position.column))
    codes = (
        {code for column, _ in block.columns for code in (column.code, column.column_id)}
        if block.codes_row
        else set()
    )
    rows = {row for row, _ in answers}
    for column, _ in block.columns:
        column_id = column.column_id if len(block.columns) > 1 else next(iter(positions), "")
        if column_id not in positions:
            continue
        where = Counter(at for _, at in positions[column_id]).most_common(1)[0][0]
        first = min(row for row, _ in positions[column_id])
        for row in range(first - 1, max(first - 1 - _HEAD_ROWS, 0), -1):
            cell = sheet.cells.get((row, where))
            if row in rows:
                break  # rows without heads of their own
            if cell is None or cell.text.strip() in codes or not clean(cell.text):
                continue
            if cell.kind == "text":
                yield (row, where), column.label, cell
            break


def _note_no_heads(
    located: Located, sheet: Sheet, block: Block, answers: Collection[tuple[int, int]]
) -> None:
    """Remark a grid whose numbers were read by their order alone, unless each of its rows is asked about already."""
    numbers = {
        position.row for place in block.places if (position := located.positions.get(place.field.field_id))
    }
    places = sorted(place for place in answers if place[0] in numbers)
    asked = {remark.cell for remark in located.remarks if remark.code == "value_beside"}
    if places and asked.isdisjoint(address(*place) for place in places):
        title = block.section.title
        located.remarks.append(Remark("value_beside", sheet.name, address(*places[0]), "", "", title))
