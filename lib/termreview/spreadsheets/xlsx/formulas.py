"""One cell's formula; one shared down a column is moved to each cell that shares it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from termreview.cells import MAX_COLUMN, MAX_ROW, column_letters, column_number

# Texts and quoted sheet names are stepped over; a reference is not part of a longer word or a function name.
_TOKEN = re.compile(
    r"\"[^\"]*\"|'[^']*'"
    r"|(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})(?![\w.(!])"
    r"|(?<![\w.$])(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})(?![\w.(!])"
    r"|(?<![\w.$])(\$?)([1-9][0-9]{0,6}):(\$?)([1-9][0-9]{0,6})(?![\w.(!])"
)


_MOST_MOVED = 4 * 2**20


class SharedFormulas(dict[str, tuple[int, int, str]]):
    """Row, column and text of each formula that is shared, by index; `moved` counts characters written anew."""

    moved = 0


def read_formula(
    row: int, column: int, attributes: Mapping[str, str], text: str, masters: SharedFormulas
) -> str | None:
    """Return the formula of one cell with its ``=``, or None; `masters` gathers those that others share.

    A formula that is named but whose text is kept elsewhere (a data table, a lost master) reads ``=``; so do
    the last ones of a file that shares long formulas over and over.
    """
    index = attributes.get("si", "")
    if attributes.get("t") == "shared" and text:
        masters[index] = (row, column, text)
    elif attributes.get("t") == "shared" and index in masters:
        master_row, master_column, text = masters[index]
        masters.moved += len(text)
        is_little = masters.moved <= _MOST_MOVED
        text = move_formula(text, row - master_row, column - master_column) if is_little else ""
    return f"={text}" if text or "t" in attributes else None


def move_formula(formula: str, rows: int, columns: int) -> str:
    """Return one formula as it reads `rows` further down and `columns` further right; ``$`` holds still."""

    def move(match: re.Match[str]) -> str:
        if match[4]:
            if column_number(match[2].upper()) > MAX_COLUMN:
                return match[0]  # a name that only looks like a cell
            return _column(match[1], match[2], columns) + _row(match[3], match[4], rows)
        if match[6]:
            return f"{_column(match[5], match[6], columns)}:{_column(match[7], match[8], columns)}"
        if match[10]:
            return f"{_row(match[9], match[10], rows)}:{_row(match[11], match[12], rows)}"
        return match[0]

    return _TOKEN.sub(move, formula)


def _column(anchor: str, letters: str, columns: int) -> str:
    if anchor:
        return anchor + letters
    return column_letters((column_number(letters.upper()) + columns - 1) % MAX_COLUMN + 1)


def _row(anchor: str, digits: str, rows: int) -> str:
    return anchor + digits if anchor else str((int(digits) + rows - 1) % MAX_ROW + 1)
