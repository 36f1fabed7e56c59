"""One worksheet's content as it fills up, whichever way its part is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from termreview.cells import MAX_COLUMN, MAX_ROW, address
from termreview.spreadsheets.model.cell_display import PLAIN, Look
from termreview.spreadsheets.model.cell_values import PICTURE, Shared
from termreview.spreadsheets.model.workbook_model import Cell
from termreview.spreadsheets.packages.guard import Limits, RefusedFile

MOST_HIDDEN = 65_536  # hidden rows that are kept one by one: "all rows below" may be a million

LEAST_HEIGHT, LEAST_WIDTH = 1.0, 0.3  # points, letters: below it a row or a column is as good as hidden


@dataclass
class SheetContent:
    """What one worksheet part holds."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[str] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)
    hides_zeros: bool = False
    columns_declared: int = 0  # hidden, counted as often as they are declared


def read_style(attributes: Mapping[str, str], shared: Shared) -> tuple[str, str, bool, Look]:
    """Return what one cell's attributes say: stored type, number format, whether that shows dates, its look."""
    index = attributes.get("s") or "0"  # some programs leave it blank
    stored_type = attributes.get("t", "")
    if not (index.isdigit() and index.isascii()):
        raise RefusedFile("damaged", "cell_style_unknown", style=index)
    if not shared.formats:
        code, is_date = "General", False
    elif int(index[:9]) < len(shared.formats):
        code, is_date = shared.formats[int(index[:9])]
    else:
        raise RefusedFile("damaged", "cell_style_past", style=index, count=len(shared.formats))
    look = shared.looks[int(index)] if int(index) < len(shared.looks) else PLAIN
    if stored_type == "e" and "vm" in attributes and is_picture(attributes["vm"], shared.pictures):
        stored_type = PICTURE
    return "" if stored_type == "n" else stored_type, code, is_date, look


def is_picture(number: str, pictures: frozenset[int] | None) -> bool:
    """Whether the rich value of one cell is a picture; one that the file does not describe is taken for one."""
    is_number = number.isdigit() and number.isascii() and len(number) < 9
    return pictures is None or (is_number and int(number) in pictures)


def hides_row(attributes: Mapping[str, str]) -> bool:
    """Whether one row is hidden, or too low for anyone to see."""
    return attributes.get("hidden") in ("1", "true") or is_below(attributes.get("ht"), LEAST_HEIGHT)


def is_below(size: str | None, least: float) -> bool:
    """Whether one size is a number below the least that is seen."""
    try:
        return size is not None and 0 <= float(size) < least
    except ValueError:
        return False


def note_columns(attributes: Mapping[str, str], content: SheetContent) -> None:
    """Add the columns of one column declaration when it hides them, or leaves no width to see."""
    if attributes.get("hidden") not in ("1", "true") and not is_below(attributes.get("width"), LEAST_WIDTH):
        return
    try:
        first, last = int(attributes.get("min") or 1), int(attributes.get("max") or 0)
    except ValueError:
        raise RefusedFile("damaged", "column_without_numbers") from None
    hidden = range(max(first, 1), min(last, MAX_COLUMN) + 1)
    content.columns_declared += len(hidden)
    if content.columns_declared > MAX_COLUMN:
        raise RefusedFile("damaged", "columns_hidden_twice")
    content.hidden_columns.update(hidden)


def refuse_place(row: int, column: int) -> NoReturn:
    """Refuse the file for a cell that stands outside the grid, or in the place of another."""
    if not (1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN):
        raise RefusedFile("damaged", "cell_outside_grid", row=row, column=column)
    raise RefusedFile("damaged", "cell_twice", cell=address(row, column))


def refuse_size(limits: Limits) -> NoReturn:
    """Refuse the file for more cells than may be read."""
    raise RefusedFile("too_large", "sheet_cells_above", count=limits.cells)


def refuse_text(cells: Iterable[Cell], limits: Limits) -> None:
    """Refuse the file when its cells together hold more text than may be read, each cell counted."""
    if sum(len(cell.text) for cell in cells) > limits.text_characters:
        raise RefusedFile("too_large", "characters_above", count=limits.text_characters)
