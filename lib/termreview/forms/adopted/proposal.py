"""One proposal: what an office's workbook seems to ask, table by table, and what a person must decide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Doubt:
    """One thing to decide: its code, the sheet and cell where it stands, and what was found there."""

    sheet: str
    cell: str
    code: str
    found: str = ""


@dataclass(frozen=True, order=True)
class LeftOut:
    """One text or row that is no question, and why: `title`, `heading`, `total`, `computed`, `note`, `printed`, `open`."""

    sheet: str
    cell: str
    text: str
    reason: str


@dataclass(frozen=True)
class AdoptedColumn:
    """One column of answers: the texts of its merged heads joined; its kind where it replaces that of the rows."""

    column: int
    label: str
    kind: str = ""


@dataclass(frozen=True)
class AdoptedRow:
    """One row to be answered: its printed number and label, and the columns whose cells are open.

    `label` is what it asks, with the row that it is a part of; `label_cell` is where it is printed.
    """

    row: int
    number: str
    label: str
    label_cell: str
    printed: str
    unit: str
    kind: str
    columns: tuple[int, ...]
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class AdoptedTable:
    """One table, or the part of it below one heading."""

    title: str
    cell: str
    columns: tuple[AdoptedColumn, ...]
    rows: tuple[AdoptedRow, ...]


@dataclass(frozen=True)
class AdoptedSheet:
    """One sheet with its tables from top to bottom."""

    name: str
    tables: tuple[AdoptedTable, ...]


@dataclass(frozen=True)
class Identity:
    """One cell where the workbook tells whose it is: `school_name`, `school_id` or `term_id`."""

    name: str
    sheet: str
    cell: str
    label_cell: str
    label: str


@dataclass(frozen=True)
class Proposal:
    """One workbook read: its title, sheets, identity cells, doubts and all that was left out."""

    title: str
    sheets: tuple[AdoptedSheet, ...]
    identity: tuple[Identity, ...]
    doubts: tuple[Doubt, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def rows(self) -> tuple[AdoptedRow, ...]:
        """Every row of every table."""
        return tuple(row for sheet in self.sheets for table in sheet.tables for row in table.rows)
