"""One workbook as read: its sheets, their non-empty cells, and where each cell stands."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

CellValue = str | float | int | bool | datetime.date | datetime.datetime | datetime.time | None


class Display(NamedTuple):
    """How one cell looks to a person, where that is not plainly what is stored.

    Attributes
    ----------
    is_struck, is_invisible
        The whole cell is crossed out; its letters have the colour of their ground.
    sign_font
        Its font of signs, in which letters show ticks and boxes.
    is_checkbox
        A truth value is shown as a box to tick.
    pieces
        A text of several fonts: each piece, and ``struck``, ``raised`` (also lowered), ``invisible`` or nothing.
    shown
        The text that the file itself keeps as shown, where it is not the number that is stored.
    """

    is_struck: bool = False
    is_invisible: bool = False
    sign_font: str = ""
    is_checkbox: bool = False
    pieces: tuple[tuple[str, str], ...] = ()
    shown: str | None = None


class Cell(NamedTuple):
    """One non-empty cell, as stored.

    A named tuple rather than a dataclass: a district's term holds some hundred thousand of them.

    Attributes
    ----------
    value
        The typed value; None for a formula that was never calculated; the code (or the raw text) of an error.
    text
        What is stored, for quoting back: the serial number of a date, ``TRUE`` or ``FALSE``, the formula
        itself when it has no stored value. The original characters: no normalisation, no trimming.
    kind
        ``text``, ``number``, ``date``, ``boolean``, ``error``, ``picture`` or ``formula_without_value``.
    formula
        With its leading ``=``; None for a constant. Formulas shared down a column are moved to their cell.
    number_format
        The format code, ``General`` when there is none; None where the format keeps no such codes.
    display
        How it is shown; None for nearly every cell, which looks as it is stored and formatted.
    """

    value: CellValue
    text: str
    kind: str
    formula: str | None = None
    number_format: str | None = None
    display: Display | None = None


@dataclass(frozen=True)
class Sheet:
    """One worksheet: its non-empty cells by (row, column), both counted from 1.

    `old_fonts` names the encoding of cells whose font is from before Unicode: ``TCVN3`` or ``VNI``.
    `conditional` are the areas whose look hangs on a condition that may hide or cross out what they hold.
    `notes` are the words that stand on a cell, by note, conversation or box, but for those of a return; `pictures` the
    first and the last place that each picture covers. Only .xlsx and .xlsm tell both.
    """

    name: str
    state: str
    cells: dict[tuple[int, int], Cell]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[str, ...] = ()
    old_fonts: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hides_zeros: bool = False
    conditional: tuple[str, ...] = ()
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    pictures: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()


@dataclass(frozen=True)
class Workbook:
    """One received workbook, with reason codes (``notes``) for what is odd about it."""

    sheets: tuple[Sheet, ...]
    kind: str
    has_macros: bool = False
    has_external_links: bool = False
    notes: tuple[str, ...] = ()


def places_inside(
    places: Collection[tuple[int, int]], first: tuple[int, int], last: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return those of some places that lie in one area, whichever of the two is the smaller to look through."""
    (top, left), (bottom, right) = first, last
    if (bottom - top + 1) * (right - left + 1) > len(places):
        return [place for place in places if top <= place[0] <= bottom and left <= place[1] <= right]
    area = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
    return [place for place in area if place in places]
