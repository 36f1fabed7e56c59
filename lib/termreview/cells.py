"""One cell's address as a spreadsheet shows it, and the colours that every workbook of ours is written in."""

from __future__ import annotations

import re
from functools import lru_cache

INK, ACCENT, PALE, INPUT, RULE = "#1F2933", "#1F4E79", "#E8EEF5", "#FFFBE6", "#B8C4D0"
FONT = "Times New Roman"

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def column_letters(column: int) -> str:
    """Return the letters of one column counted from 1: 1 is ``A``, 28 is ``AB``."""
    letters = ""
    while column > 0:
        column, place = divmod(column - 1, 26)
        letters = chr(65 + place) + letters
    return letters


@lru_cache(maxsize=65536)
def address(row: int, column: int) -> str:
    """Return the address of one cell, as a spreadsheet shows it: (3, 28) is ``AB3``."""
    return f"{column_letters(column)}{row}"


def parse_address(text: str) -> tuple[int, int]:
    """Return (row, column) of one cell address; ``$`` signs and small letters are accepted.

    Raises
    ------
    ValueError
        When the text is not the address of a cell inside the grid.
    """
    match = _ADDRESS.fullmatch(text.strip())
    row, column = (int(match[2]), column_number(match[1].upper())) if match else (0, 0)
    if not (1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN):
        raise ValueError(f"not a cell address: {text!r}")
    return row, column


def column_number(letters: str) -> int:
    """Return the number of one column from its capital letters, inside the grid or not."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
