"""One place of one field on the workbook: computed from the declarations, shared by writing and reading.

Columns of every sheet: A code, B label, C unit, then the answers, then what only helps (checks, hints).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import NamedTuple

from termreview.forms.office_sheets import office_sheets
from termreview.reference.kinds.forms import Field, Form, FormColumn, FormRow, Section, SheetPlan
from termreview.spreadsheets.model.workbook_model import Cell
from termreview.text import plain_key

CODE_COLUMN, LABEL_COLUMN, UNIT_COLUMN, FIRST_ANSWER_COLUMN = 1, 2, 3, 4
FIRST_SECTION_ROW = 4
INFO_SHEET_ID = "info"
FINGERPRINT_SHEET = "_termreview"
TAG = "termreview-form"


@dataclass(frozen=True)
class Place:
    """One field at its row and column."""

    field: Field
    row: int
    column: int


@dataclass(frozen=True)
class Block:
    """One section on one sheet: title row, header row, row of column codes (grids only), answer rows."""

    section: Section
    title_row: int
    header_row: int
    codes_row: int | None
    columns: tuple[tuple[FormColumn, int], ...]
    rows: tuple[tuple[FormRow, int], ...]
    places: tuple[Place, ...]

    @property
    def last_row(self) -> int:
        """The last answer row."""
        return self.rows[-1][1]

    @cached_property
    def columns_by_row(self) -> Mapping[int, tuple[tuple[str, int], ...]]:
        """The field ids of each answer row with their columns."""
        return {
            number: tuple((place.field.field_id, place.column) for place in places)
            for number, places in self.places_by_row.items()
        }

    @cached_property
    def printed_rows(
        self,
    ) -> tuple[tuple[FormRow, int, str, str, str | None, tuple[tuple[str, int], ...]], ...]:
        """Each answer row and its number; the code, label and unit that stand there; field ids and columns.

        An index has its highest points where others have the unit.
        """
        has_unit = not self.section.indicator_group
        return tuple(
            (
                row,
                number,
                row.row_code,
                row.label,
                row.unit if has_unit else None,
                self.columns_by_row[number],
            )
            for row, number in self.rows
        )

    @cached_property
    def places_by_row(self) -> Mapping[int, tuple[Place, ...]]:
        """The fields of each answer row."""
        return {
            number: tuple(place for place in self.places if place.row == number) for _, number in self.rows
        }


@dataclass(frozen=True)
class SheetLayout:
    """One sheet with its blocks from top to bottom."""

    plan: SheetPlan
    blocks: tuple[Block, ...]

    @property
    def help_column(self) -> int:
        """The column right of every answer column."""
        ends = [column for block in self.blocks for _, column in block.columns]
        return max(ends, default=FIRST_ANSWER_COLUMN) + 1


class Extent(NamedTuple):
    """Where the answers of one sheet stand: their last column by row, their first and last column, their last row."""

    last_columns: Mapping[int, int]
    left: int
    right: int
    bottom: int


def extent_of(places: Collection[tuple[int, int]]) -> Extent:
    """Where some answers stand, at least one."""
    ordered = sorted(places)
    last = dict(ordered)  # of a row its last column comes last
    return Extent(last, min(column for _, column in ordered), max(last.values()), ordered[-1][0])


@dataclass(frozen=True)
class Printed:
    """One sheet of answers as it leaves the office: titles, heads, codes, labels and units by place; its fields by id.

    `empty` are places of units that are blank; `codes` are those of its rows.
    """

    texts: Mapping[tuple[int, int], str]
    empty: frozenset[tuple[int, int]]
    fields: Mapping[str, tuple[int, int]]
    codes: frozenset[str]

    @cached_property
    def asked(self) -> frozenset[tuple[int, int]]:
        """The places of its fields."""
        return frozenset(self.fields.values())

    @cached_property
    def extent(self) -> Extent:
        """Where its fields stand."""
        return extent_of(self.asked)

    @cached_property
    def own(self) -> frozenset[tuple[int, int]]:
        """The places of its fields and of what it says."""
        return self.asked | self.texts.keys()

    @cached_property
    def cells_of(self) -> Callable[[Mapping[tuple[int, int], Cell]], tuple[Cell, ...]]:
        """Look up the cells of the texts in order, all at once."""
        return itemgetter(*self.texts)

    @cached_property
    def ordered_texts(self) -> tuple[str, ...]:
        """The texts in order."""
        return tuple(self.texts.values())


def _printed(sheet: SheetLayout, label_head: str) -> Printed:
    texts: dict[tuple[int, int], str] = {}
    for block in sheet.blocks:
        texts[block.title_row, CODE_COLUMN] = block.section.title
        texts[block.header_row, LABEL_COLUMN] = label_head
        for column, number in block.columns:
            texts[block.header_row, number] = column.label
            if block.codes_row is not None:
                texts[block.codes_row, number] = column.code
        for _, number, code, label, unit, _ in block.printed_rows:
            texts[number, CODE_COLUMN], texts[number, LABEL_COLUMN] = code, label
            if unit is not None:
                texts[number, UNIT_COLUMN] = unit
        for row, number in block.rows if block.section.indicator_group else ():
            texts[number, UNIT_COLUMN] = f"{row.maximum or 0:g}"
    places = (place for block in sheet.blocks for place in block.places)
    return Printed(
        {place: text for place, text in texts.items() if text},
        frozenset(place for place, text in texts.items() if not text),
        {place.field.field_id: (place.row, place.column) for place in places},
        frozenset(row.row_code for block in sheet.blocks for row, _ in block.rows),
    )


@dataclass(frozen=True)
class FormLayout:
    """The whole workbook of one school level in one part of the year; `version` changes when a cell moves."""

    form: Form
    level: str
    part: str
    sheets: tuple[SheetLayout, ...]
    version: str

    @cached_property
    def places(self) -> Mapping[str, tuple[str, Place]]:
        """Sheet title and place of every field by field id."""
        return {
            place.field.field_id: (sheet.plan.title, place)
            for sheet in self.sheets
            for block in sheet.blocks
            for place in block.places
        }

    @cached_property
    def printed(self) -> Mapping[str, Printed]:
        """What each sheet of answers says where nobody changed it."""
        head = self.form.word("label")
        return {sheet.plan.sheet_id: _printed(sheet, head) for sheet in self.sheets if sheet.blocks}

    @cached_property
    def spoken_labels(self) -> frozenset[str]:
        """The labels of all rows, case, accents and abbreviations forgiven."""
        short = dict(self.form.abbreviations)
        return frozenset(plain_key(row.label, short) for row in self._rows)

    @cached_property
    def spoken_units(self) -> frozenset[str]:
        """The units of all rows, case, accents and abbreviations forgiven."""
        short = dict(self.form.abbreviations)
        return frozenset(plain_key(row.unit, short) for row in self._rows) - {""}

    @cached_property
    def printed_texts(self) -> frozenset[str]:
        """What the form itself prints on the sheets of the answers: heads, hints, codes, labels, units."""
        texts = {text for row in self._rows for text in (row.row_code, row.label, row.unit, row.help)}
        texts |= {text for _, text in self.form.words if "{" not in text}
        for sheet in self.sheets:
            texts.add(sheet.plan.intro)
            for block in sheet.blocks:
                texts.add(block.section.title)
                texts |= {
                    text
                    for column, _ in block.columns
                    for text in (column.label, column.code, column.column_id)
                }
        if self.form.office is not None:
            own = office_sheets(self.form.office).values()
            texts |= {cell.text for sheet in own for cell in sheet.cells.values() if cell.kind == "text"}
        return frozenset(texts)

    @cached_property
    def spoken_texts(self) -> frozenset[str]:
        """The same, case and accents forgiven."""
        return frozenset(plain_key(text) for text in self.printed_texts)

    @property
    def _rows(self) -> list[FormRow]:
        return [row for sheet in self.sheets for block in sheet.blocks for row, _ in block.rows]


def fingerprint_rows(layout: FormLayout, term_id: str, school_id: str) -> list[tuple[str, str]]:
    """What the hidden sheet says: form, layout version, term, school and level."""
    return [
        (TAG, "1"), ("form_id", layout.form.form_id), ("layout", layout.version), ("term_id", term_id),
        ("school_id", school_id), ("level", layout.level),
    ]  # fmt: skip


@lru_cache(maxsize=64)
def form_layout(form: Form, level: str, part: str) -> FormLayout:
    """Lay out the workbook of one school level in one part of the year."""
    lay_out = _sheet_layout if form.office is None else _office_sheet_layout
    sheets = tuple(lay_out(form, plan, level, part) for plan in form.sheets_for(level))
    digest = hashlib.sha256(f"{form.form_id} {form.version} {level} {part}".encode())
    for sheet in sheets:
        for block in sheet.blocks:
            for place in block.places:
                digest.update(
                    f"|{sheet.plan.sheet_id} {place.field.field_id} {place.row} {place.column}".encode()
                )
    return FormLayout(form, level, part, sheets, digest.hexdigest()[:12])


def _sheet_layout(form: Form, plan: SheetPlan, level: str, part: str) -> SheetLayout:
    blocks = []
    row = FIRST_SECTION_ROW
    for section in form.sections_of(plan.sheet_id):
        rows = form.rows_for(section, level, part)
        if not rows:
            continue
        block = _block(form, section, rows, row, level)
        blocks.append(block)
        row = block.last_row + (4 if section.indicator_group else 2)
    return SheetLayout(plan, tuple(blocks))


def _office_sheet_layout(form: Form, plan: SheetPlan, level: str, part: str) -> SheetLayout:
    """The questions of one sheet at their declared cells of the office's workbook, whose heads stand above them."""
    declared = {cell.name: cell for cell in form.office.answers} if form.office else {}
    title, blocks = plan.title, []
    for section in form.sections_of(plan.sheet_id):
        rows, columns, places = [], dict[str, tuple[FormColumn, int]](), []
        for row in form.rows_for(section, level, part):
            for column in form.columns_for(section, level):
                if row.columns and column.column_id not in row.columns:
                    continue
                field = form.field_at(section, row, column)
                if (cell := declared.get(field.field_id)) is not None:
                    title = cell.sheet
                    places.append(Place(field, *cell.place))
                    columns.setdefault(column.column_id, (column, cell.place[1]))
            if places and places[-1].field.row_code == row.row_code:
                rows.append((row, places[-1].row))
        if places:
            head = max(min(place.row for place in places) - 1, 1)
            block = Block(section, head, head, None, tuple(columns.values()), tuple(rows), tuple(places))
            blocks.append(block)
    return SheetLayout(replace(plan, title=title), tuple(blocks))


def _block(form: Form, section: Section, rows: tuple[FormRow, ...], first_row: int, level: str) -> Block:
    is_grid = len(section.columns) > 1
    header_row = first_row + 1
    codes_row = header_row + 1 if is_grid else None
    first_answer = header_row + (2 if is_grid else 1)
    columns = tuple(
        (column, FIRST_ANSWER_COLUMN + place) for place, column in enumerate(form.columns_for(section, level))
    )
    numbered = tuple((row, first_answer + place) for place, row in enumerate(rows))
    places = tuple(
        Place(form.field_at(section, row, column), number, letter)
        for row, number in numbered
        for column, letter in columns
        if not row.columns or column.column_id in row.columns
    )
    return Block(section, first_row, header_row, codes_row, columns, numbered, places)
