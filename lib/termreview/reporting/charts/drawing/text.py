"""One line of text of a chart: what is drawn of it, how wide it is, where it breaks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from typing import Final

from termreview.reporting.blocks.blocks import clean_text
from termreview.reporting.charts.drawing.letters import EM, Letter, letter_of

TEXT_SIZE: Final = 13.0
SMALL_SIZE: Final = 11.5


def text_width(text: str, size: float = TEXT_SIZE, is_bold: bool = False) -> float:
    """Return how many pixels one line of text takes."""
    return _letters(drawn_text(text), is_bold)[1] * size / EM


def wrap_text(
    text: str, width: float, size: float = TEXT_SIZE, *, is_bold: bool = False, lines: int = 3
) -> list[str]:
    """Break one text into lines no wider than `width`; only what passes the last line is cut, with an ellipsis.

    Two lines are about as wide as each other, so that no word stands alone.
    """
    rows = _rows(text, width, size, is_bold, lines)
    if len(rows) == 2:
        words = " ".join(rows).split(" ")
        ways = [[" ".join(words[:cut]), " ".join(words[cut:])] for cut in range(1, len(words))]
        widths = [max(text_width(row, size, is_bold) for row in way) for way in ways]
        if ways and min(widths) < width:
            return ways[widths.index(min(widths))]
    if len(rows) <= lines:
        return rows
    last = rows[lines - 1]
    while last and text_width(f"{last}…", size, is_bold) > width:
        last = last[:-1]
    return [*rows[: lines - 1], f"{last.rstrip()}…"]


def _rows(text: str, width: float, size: float, is_bold: bool, lines: int) -> list[str]:
    """The lines of one text filled one after the other; no more than one past the last that is shown."""
    rows: list[str] = [""]
    for word in drawn_text(text).split():
        joined = f"{rows[-1]} {word}".strip()
        if text_width(joined, size, is_bold) <= width:
            rows[-1] = joined
            continue
        if rows[-1]:
            rows.append("")
        while len(word) > 1 and text_width(word, size, is_bold) > width and len(rows) <= lines:
            cut = max(
                bisect_right(range(len(word)), width, key=lambda n: text_width(word[:n], size, is_bold)) - 1,
                1,
            )
            rows[-1], word = word[:cut], word[cut:]
            rows.append("")
        rows[-1] = word
        if len(rows) > lines:
            break
    return [row for row in rows if row] or [""]


def drawn_text(text: object) -> str:
    """Return one text as it is drawn: composed letters on one line, without characters that no chart can show."""
    line = re.sub(r"[^\S\u00a0]+", " ", clean_text(text)).strip()
    return unicodedata.normalize("NFC", line)[:400]


def letters_of(text: str, is_bold: bool = False) -> tuple[tuple[tuple[Letter, int], ...], int]:
    """Return the letters of one line with where each begins, and where the line ends, in steps of 1/EM of its size."""
    return _letters(text, is_bold)


@cache
def _letters(text: str, is_bold: bool) -> tuple[tuple[tuple[Letter, int], ...], int]:
    found: list[tuple[Letter, int]] = []
    at = 0.0
    for sign in text:
        letter, advance = letter_of(sign, is_bold)
        if not sign.isspace():
            found.append((letter, round(at)))
        at += advance
    return tuple(found), round(at)
