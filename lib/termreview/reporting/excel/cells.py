"""One cell of a report's table as a spreadsheet holds it: a number behind every figure, shown as published.

A cell of several figures (`27/29 (93,1%)`, `62,0–72,0`) is told apart into its roles, each a column.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from termreview.reporting.blocks.model import (
    BOTH,
    DENOMINATOR,
    HIGH,
    LEVEL,
    LOW,
    NUMERATOR,
    PERCENT,
    VALUE,
    Cell,
    about_number,
    is_number,
    plain_text,
)
from termreview.reporting.blocks.number_format import (
    NUMBER_FORMATS,
    exact_number,
    number_text,
)

# In the order in which a cell shows them.
ROLES: Final = (VALUE, NUMERATOR, DENOMINATOR, LOW, HIGH, PERCENT, LEVEL)

_DATE_FORMAT: Final = "dd/mm/yyyy"
# Says whose separators these are; programs that do not heed it take those of the reader's settings.
VIETNAMESE: Final = "[$-42A]"
TEXT_FORMAT: Final = "@"


@dataclass(frozen=True)
class Piece:
    """One figure or text of a spreadsheet cell: what the cell holds, and how the page writes it.

    A share is held as a part of one, whichever way the report has it.
    """

    value: int | float | str | datetime.date
    written: str = "text"  # a format of `number_text`
    before: str = ""
    after: str = ""

    @property
    def number(self) -> float | None:
        """The number that the cell holds, if it is one."""
        return None if isinstance(self.value, str | datetime.date) else float(self.value)

    @property
    def decimals(self) -> int:
        """To how many decimals it is shown."""
        return NUMBER_FORMATS[self.written][0] if self.written in NUMBER_FORMATS else 0

    @property
    def is_share(self) -> bool:
        """Whether it is shown as per cent."""
        return self.written == "share1"

    @property
    def format(self) -> str:
        """The number format that shows it in a spreadsheet as the page writes it."""
        if isinstance(self.value, str | datetime.date):
            return TEXT_FORMAT if isinstance(self.value, str) else _DATE_FORMAT

        return _number_format(self.written, self.before, self.after)

    def shown(self, number: float) -> str:
        """How this cell shows a number: as the page writes it; spreadsheets look at fifteen digits when they round."""
        return f"{self.before}{_number_text(number, self.written)}{self.after}"


@lru_cache(maxsize=2**16)  # a report has many figures and few different ones
def _number_text(number: float, written: str) -> str:
    return number_text(exact_number(f"{number:.15g}"), written)


@cache
def _number_format(written: str, before: str, after: str) -> str:
    """The number format of the figures of one kind; a report has few kinds and many figures."""

    def literal(text: str) -> str:
        return f'"{text.replace(chr(34), "")}"' if text else ""

    decimals, _, suffix = NUMBER_FORMATS.get(written, (0, 1, ""))
    digits = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    sign = "%" if written == "share1" else literal(suffix)
    return VIETNAMESE + literal(before) + digits + sign + literal(after)


def cell_pieces(cell: Cell) -> dict[str, Piece]:
    """The figures of one cell by role; a text stands alone as `value`, an empty cell has none.

    A cell of two figures of one role, or of a sentence, is a text.
    """
    if isinstance(cell, str):
        return {VALUE: Piece(cell)} if cell else {}
    pieces: dict[str, Piece] = {}
    for run in cell:
        if isinstance(run, dict):
            return {VALUE: Piece(plain_text(cell))}
        if isinstance(run, list) and (is_number(run) or run[1] == LEVEL):
            role, piece = (LEVEL, Piece(str(run[0]))) if run[1] == LEVEL else _piece(run)
            own = dict.fromkeys((LOW, HIGH) if role == BOTH else (role,), piece)
            if own.keys() & pieces.keys():
                return {VALUE: Piece(plain_text(cell))}
            pieces |= own
    return pieces or {VALUE: Piece(plain_text(cell))}


def _piece(run: list[Any]) -> tuple[str, Piece]:
    role, before, after = about_number(run)
    raw, written = run[:2]
    if written == "date":
        return role, Piece(datetime.date.fromisoformat(raw), written)
    if written in ("percent1", "low_share1"):
        raw, written = (float(raw) / 100 if written == "percent1" else raw), "share1"
    return role, Piece(raw, written, before, after)
