"""One row whose label or unit says another thing than its code: the code decides, and it is asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from termreview.cells import address
from termreview.forms.layout import (
    CODE_COLUMN,
    FIRST_ANSWER_COLUMN,
    LABEL_COLUMN,
    UNIT_COLUMN,
    FormLayout,
    SheetLayout,
)
from termreview.intake.places.located import Located, Remark
from termreview.intake.places.unowned import HIDDEN, figures_in, tells_of_a_person
from termreview.intake.values.printed_text import label_differs, unit_differs
from termreview.reference.kinds.forms import FormRow
from termreview.spreadsheets.workbook import Sheet
from termreview.text import clean, fold, plain_key, stored_number_text

_LONGEST = 120
_MOST_SHOWN = 5
_FEWEST_OF_A_BLOCK = 3  # fewer contradictions are rows, each asked about by itself


def rows_with_other_codes(sheet: Sheet, plan: SheetLayout) -> frozenset[int]:
    """The rows of one sheet whose label is the form's at its place beside another code, most rows of their block so.

    Codes filled down by dragging count on from a wrong one: there the labels decide.
    """
    found: set[int] = set()
    for block in plan.blocks:
        rows = {number for row, number in block.rows if _has_other_code(sheet, row, number)}
        if len(rows) >= _FEWEST_OF_A_BLOCK and len(rows) * 2 > len(block.rows):
            found |= rows
    return frozenset(found)


def _has_other_code(sheet: Sheet, row: FormRow, number: int) -> bool:
    code, label = sheet.cells.get((number, CODE_COLUMN)), sheet.cells.get((number, LABEL_COLUMN))
    if code is None or label is None or code.text.strip() in ("", row.row_code):
        return False
    return label.text == row.label or fold(label.text) == fold(row.label)


def note_other_codes(located: Located, sheet: Sheet, plan: SheetLayout, numbers: Collection[int]) -> None:
    """Remark in one line the rows of one sheet whose codes contradict the labels by which they were read."""
    rows = [(row, number) for block in plan.blocks for row, number in block.rows if number in numbers]
    titles = [block.section.title for block in plan.blocks if block.rows[-1][1] in numbers]
    titles = titles or [row.label for row, _ in rows[:1]]
    codes = [clean(sheet.cells[number, CODE_COLUMN].text)[:_LONGEST] for _, number in rows]
    code = HIDDEN if any(map(tells_of_a_person, codes)) else f"{codes[0]} … {codes[-1]}"
    own = f"{rows[0][0].row_code} … {rows[-1][0].row_code}"
    more = f" và {len(titles) - 1} phần khác" if len(titles) > 1 else ""
    place = address(rows[0][1], CODE_COLUMN)
    found = f"{code} ({len(rows)} dòng)"
    located.remarks.append(Remark("codes_differ", sheet.name, place, found, own, titles[0] + more))


class FoundRow(NamedTuple):
    """One row of the form with its unit ("" where none is held against it), where its code and its answers stand."""

    row: FormRow
    unit: str
    number: int
    code_column: int
    answers: tuple[int, ...]


def note_contradictions(located: Located, sheet: Sheet, layout: FormLayout, rows: Sequence[FoundRow]) -> None:
    """Remark the rows of one sheet whose label or unit contradicts their code, a few of each by name."""
    short = dict(layout.form.abbreviations)
    labels: list[Remark] = []
    units: list[Remark] = []
    sections: list[str] = []  # of each label that is another row's, else blank
    for found in rows:
        row = found.row
        label_column, unit_column = _columns(sheet, found)
        told = len(labels)
        for own, column, remarks in ((row.label, label_column, labels), (found.unit, unit_column, units)):
            place = found.number, column
            cell = sheet.cells.get(place)
            # The unit goes with the label: of a row that is another one, both differ, and one question is enough.
            if cell is None or cell.text == own or len(labels) > told:
                continue
            font = sheet.old_fonts.get(place) if sheet.old_fonts else None
            if remarks is labels:
                differs = label_differs(
                    cell.text, (row.row_code, row.label, row.unit), layout.spoken_labels, short, font
                )
            else:
                differs = not figures_in(cell) and unit_differs(
                    cell.text, own, layout.spoken_units, short, font
                )
            if differs:
                text = clean(cell.text)
                text = HIDDEN if tells_of_a_person(text) else text[:_LONGEST]
                code, label = (
                    ("label_differs", row.row_code) if remarks is labels else ("unit_differs", row.label)
                )
                remarks.append(Remark(code, sheet.name, address(*place), text, own, label))
                if remarks is labels:
                    is_of_another = plain_key(cell.text, short) in layout.spoken_labels
                    sections.append(row.section_id if is_of_another else "")
    labels = folded(labels, sections, "dòng")
    for remarks in (labels, units):
        rest = len(remarks) - _MOST_SHOWN
        if rest > 0:
            last = remarks[_MOST_SHOWN - 1]
            remarks[_MOST_SHOWN - 1 :] = [last._replace(found=f"{last.found}; và {rest} dòng khác")]
        located.remarks += remarks


def note_maxima(located: Located, sheet: Sheet, plan: SheetLayout) -> None:
    """Remark the highest points of an index that are not those that were printed; the printed ones count."""
    remarks: list[Remark] = []
    groups: list[str] = []
    for block in plan.blocks:
        for row, number in block.rows if block.section.indicator_group else ():
            code, cell = sheet.cells.get((number, CODE_COLUMN)), sheet.cells.get((number, UNIT_COLUMN))
            if code is None or code.text.strip() != row.row_code or cell is None or cell.kind != "number":
                continue
            if cell.value != row.maximum and row.maximum is not None:
                place, own = address(number, UNIT_COLUMN), stored_number_text(row.maximum)
                found = stored_number_text(float(cell.value))  # type: ignore[arg-type]
                remarks.append(Remark("printed_fact_differs", sheet.name, place, found, own, row.label))
                groups.append(block.section.section_id)
    located.remarks += folded(remarks, groups, "dòng")


def folded(remarks: Sequence[Remark], groups: Sequence[str], thing: str) -> list[Remark]:
    """The remarks, those of one group as one that counts the others: a whole grid that slipped is one question."""
    counts = Counter(group for group in groups if group)
    kept: list[Remark] = []
    for place, (remark, group) in enumerate(zip(remarks, groups, strict=True)):
        if counts[group] < _FEWEST_OF_A_BLOCK:
            kept.append(remark)
        elif group not in groups[:place]:
            more = f"{remark.found}; và {counts[group] - 1} {thing} khác của phần này"
            kept.append(remark._replace(found=more))
    return kept


def _columns(sheet: Sheet, found: FoundRow) -> tuple[int, int]:
    """Where label and unit of one row stand: in their columns, else what is filled between code and answers; 0 for none."""
    if found.code_column == CODE_COLUMN and min(found.answers, default=0) == FIRST_ANSWER_COLUMN:
        return LABEL_COLUMN, UNIT_COLUMN
    between = range(found.code_column + 1, min(found.answers, default=0))
    filled = [column for column in between if (found.number, column) in sheet.cells]
    label = next((column for column in filled if sheet.cells[found.number, column].text != found.unit), 0)
    return label, next((column for column in filled if 0 < label < column), 0)
