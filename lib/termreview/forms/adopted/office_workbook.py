"""One workbook of an office as openpyxl sees it: texts, formulas, borders, merged cells and what each cell accepts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries

from termreview.errors import UsageError
from termreview.text import clean

MOST_ROWS, MOST_COLUMNS = 1500, 120  # of a form that people fill in
LARGEST = 20_000_000  # bytes, as of any declaration
_RULES = {"whole": "whole", "decimal": "decimal", "date": "date", "list": "list", "textLength": "text"}


@dataclass(frozen=True)
class CellRule:
    """What the validation of one cell lets in; a list without choices is one that could not be read."""

    kind: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class OfficeCell:
    """One cell: its visible text, its number format, and how it is drawn and bounded."""

    text: str = ""
    number_format: str = "General"
    is_formula: bool = False
    is_number: bool = False
    has_border: bool = False
    rule: CellRule | None = None


EMPTY = OfficeCell()


@dataclass(frozen=True)
class Merge:
    """One merged range."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class OfficeSheet:
    """One visible or hidden sheet."""

    name: str
    cells: Mapping[tuple[int, int], OfficeCell]
    merges: tuple[Merge, ...]
    is_hidden: bool
    is_cut: bool

    @cached_property
    def bottom(self) -> int:
        """The last row with a text."""
        return max((row for (row, _), cell in self.cells.items() if cell.text), default=0)

    @cached_property
    def right(self) -> int:
        """The last column with a text."""
        return max((column for (_, column), cell in self.cells.items() if cell.text), default=0)

    @cached_property
    def covers(self) -> Mapping[tuple[int, int], Merge]:
        """The merged range of each cell in one, within what was read."""
        return {
            (row, column): merge
            for merge in self.merges
            for row in range(merge.top, min(merge.bottom, MOST_ROWS) + 1)
            for column in range(merge.left, min(merge.right, MOST_COLUMNS) + 1)
        }

    def cell(self, row: int, column: int) -> OfficeCell:
        """One cell, empty where there is nothing."""
        return self.cells.get((row, column), EMPTY)

    def text(self, row: int, column: int) -> str:
        """The text that a reader sees at one place: that of the merged range that covers it."""
        merge = self.covers.get((row, column))
        return self.cell(merge.top, merge.left).text if merge else self.cell(row, column).text


def read_office_workbook(path: Path) -> tuple[OfficeSheet, ...]:
    """Read every sheet of one `.xlsx` or `.xlsm`.

    Raises
    ------
    UsageError
        When the file is none, is too large, or cannot be opened.
    """
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise UsageError("no_xlsx", file=path.name)
    if not path.is_file():
        raise UsageError("no_file", path=path)
    if path.stat().st_size > LARGEST:
        raise UsageError("no_blank_form", file=path.name, megabytes=LARGEST // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl would lose when it saves: nothing is saved here
            book = openpyxl.load_workbook(path)
    except Exception as error:  # openpyxl raises whatever a broken part leads to
        raise UsageError("no_excel_file", file=path.name, kind=type(error).__name__) from None
    return tuple(_sheet(page, book) for page in book.worksheets)


def _sheet(page: Any, book: Any) -> OfficeSheet:
    last_row, last_column = min(page.max_row, MOST_ROWS), min(page.max_column, MOST_COLUMNS)
    rules = dict(_rules(page, book))
    cells = {}
    for row in page.iter_rows(max_row=last_row, max_col=last_column):
        for cell in row:
            found = _cell(cell, rules.get((cell.row, cell.column)))
            if found != EMPTY:
                cells[cell.row, cell.column] = found
    merges = tuple(
        sorted(
            (Merge(one.min_row, one.min_col, one.max_row, one.max_col) for one in page.merged_cells.ranges),
            key=lambda one: (one.top, one.left),
        )
    )
    is_cut = page.max_row > MOST_ROWS or page.max_column > MOST_COLUMNS
    return OfficeSheet(page.title, cells, merges, page.sheet_state != "visible", is_cut)


def _cell(cell: Any, rule: CellRule | None) -> OfficeCell:
    value, border = cell.value, cell.border
    sides = (border.left, border.right, border.top, border.bottom)
    return OfficeCell(
        "" if value is None else clean(str(value)),
        cell.number_format or "General",
        getattr(cell, "data_type", "") == "f",
        isinstance(value, int | float) and not isinstance(value, bool),
        any(side is not None and side.style is not None for side in sides),
        rule,
    )


def _rules(page: Any, book: Any) -> Iterator[tuple[tuple[int, int], CellRule]]:
    for validation in page.data_validations.dataValidation:
        kind = _RULES.get(validation.type or "")
        if kind is None:
            continue
        choices = _choices(validation.formula1 or "", page, book) if kind == "list" else ()
        low, high = (
            _bounds(validation.operator or "between", validation.formula1, validation.formula2)
            if kind in ("whole", "decimal")
            else (None, None)
        )
        rule = CellRule(kind, choices, low, high)
        for one in validation.sqref.ranges:
            for row in range(one.min_row, min(one.max_row, MOST_ROWS) + 1):
                for column in range(one.min_col, min(one.max_col, MOST_COLUMNS) + 1):
                    yield (row, column), rule


def _choices(formula: str, page: Any, book: Any) -> tuple[str, ...]:
    """The choices of a list that stand in the rule itself or in a range of this workbook."""
    if formula.startswith('"'):
        return tuple(part for part in (clean(part) for part in formula.strip('"').split(",")) if part)
    if formula in book.defined_names:
        formula = book.defined_names[formula].attr_text
    name, _, area = formula.lstrip("=").rpartition("!")
    name = name.strip("'")
    try:
        left, top, right, bottom = range_boundaries(area.replace("$", ""))
        source = book[name] if name else page
        cells = source.iter_rows(top, min(bottom, MOST_ROWS), left, right, values_only=True)
        return tuple(clean(str(value)) for row in cells for value in row if value is not None)
    except (KeyError, ValueError, TypeError):
        return ()


def _bounds(operator: str, first: str | None, second: str | None) -> tuple[float | None, float | None]:
    low, high = _number(first), _number(second)
    if operator == "between":
        return low, high
    if operator in ("greaterThanOrEqual", "greaterThan"):
        return low, None
    return (None, low) if operator in ("lessThanOrEqual", "lessThan") else (None, None)


def _number(formula: str | None) -> float | None:
    try:
        return float(formula) if formula else None
    except ValueError:
        return None
