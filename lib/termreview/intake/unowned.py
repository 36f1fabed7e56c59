"""One number beside a label that no question of the form owns: an inserted row, a line added below, a second figure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from termreview.intake.layout import FormLayout, SheetLayout
from termreview.intake.located import Located
from termreview.intake.personal_data import full_names, is_personal, is_personal_number, names_persons
from termreview.intake.workbook import Sheet
from termreview.text import clean, fold

_FIGURES = re.compile(r"-?\d[\d.,\u00a0\u202f ]{0,18}%?")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBERS = ("number", "formula_without_value")
_LONGEST_LABEL, _LONGEST_NUMBER = 120, 40
HIDDEN = "…"


class Unowned(NamedTuple):
    """The numbers of one row that nobody asked for, with the words beside them; none quoted that tells of a person."""

    sheet: Sheet
    row: int
    columns: tuple[int, ...]
    label: str
    found: str


def unowned_numbers(located: Located, layout: FormLayout) -> Iterator[Unowned]:
    """Every row of the form's sheets that holds numbers outside of its questions, row by row.

    What stands right of the form is told with its other strays. The form's own numbers are none: highest points stand left of the answers, live points and sums are formulas
    or stand in the lines of the sums.
    """
    plans: dict[str, list[SheetLayout]] = {}
    for plan in layout.sheets:
        if plan.plan.sheet_id in located.sheets:
            plans.setdefault(located.sheets[plan.plan.sheet_id].name, []).append(plan)
    own_lines = tuple(fold(layout.form.word(name, group="")) for name in ("group_total", "group_level"))
    for sheet in {sheet.name: sheet for sheet in located.sheets.values()}.values():
        if located.asked[sheet.name]:
            is_index = any(
                block.section.indicator_group for plan in plans[sheet.name] for block in plan.blocks
            )
            yield from _of_sheet(sheet, located.asked[sheet.name], is_index, own_lines)


def _of_sheet(
    sheet: Sheet, asked: Collection[tuple[int, int]], is_index: bool, own_lines: tuple[str, ...]
) -> Iterator[Unowned]:
    in_use = {column for _, column in asked}
    first, last = min(in_use), max(in_use) + 1  # the column of the hints
    strange = [
        place
        for place, cell in sheet.cells.items()
        if first <= place[1] <= last
        and place not in asked
        and (cell.kind in _NUMBERS or (cell.kind == "text" and _is_figures(cell.text)))
    ]
    if not strange:
        return
    last_asked: dict[int, int] = {}
    for row, column in asked:
        last_asked[row] = max(column, last_asked.get(row, 0))
    found: dict[int, list[int]] = {}
    for row, column in strange:
        is_formula = sheet.cells[row, column].formula is not None
        if row in last_asked and (is_formula or (is_index and column > last_asked[row])):
            continue  # live points, perhaps stored as values
        if row not in last_asked and is_index and is_formula:
            continue
        found.setdefault(row, []).append(column)
    for row, columns in sorted(found.items()):
        columns.sort()
        label = _label(sheet, row, columns[0])
        if is_index and fold(label).startswith(own_lines):
            continue
        numbers = [clean(sheet.cells[row, column].text)[:_LONGEST_NUMBER] for column in columns]
        if not label and numbers == [str(place) for place in range(1, len(numbers) + 1)]:
            continue  # the columns of a table, counted
        is_hidden = _tells_of_a_person(label) or any(map(is_personal_number, numbers))
        shown = (HIDDEN, HIDDEN) if is_hidden else (label[:_LONGEST_LABEL], "; ".join(numbers))
        yield Unowned(sheet, row, tuple(columns), *shown)


def _is_figures(text: str) -> bool:
    # What begins with a letter is no figure, whatever is cleaned of it: asked first, for it is most of a form.
    return len(text) < 24 and not text[:1].isalpha() and _FIGURES.fullmatch(clean(text)) is not None


def _label(sheet: Sheet, row: int, column: int) -> str:
    """The words nearest to one cell on its left; nothing where there are none."""
    for place in range(column - 1, 0, -1):
        cell = sheet.cells.get((row, place))
        if cell is not None and cell.kind == "text" and len(_LETTER.findall(cell.text)) > 1:
            return clean(cell.text)
    return ""


def _tells_of_a_person(label: str) -> bool:
    return is_personal(label) or names_persons(label) or next(full_names(label), None) is not None
