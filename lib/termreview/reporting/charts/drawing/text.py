"""One line of text of a chart: what is drawn of it, how wide it is, where it breaks, what outlines it has."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path as Outline

from termreview.reporting.blocks.number_format import clean_text
from termreview.reporting.charts.drawing.theme import FONT_FILES

# CSS pixels.
TEXT_SIZE: Final = 13.0
SMALL_SIZE: Final = 11.5
_EM: Final = 1000
_EMPTY_FRAME: Final = "\u25a1"


def text_width(text: str, size: float = TEXT_SIZE, is_bold: bool = False) -> float:
    """Return how wide one line of text is, in the unit of its size."""
    return line_length(drawn_text(text), is_bold) * size


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


@cache
def line_length(text: str, is_bold: bool = False) -> float:
    """Return how long one line is, per size of its letters."""
    return sum(_letter(sign, is_bold)[0] for sign in text)


def line_outline(text: str, is_bold: bool) -> Outline | None:
    """Return the outlines of one line's letters, its baseline at 0, per size of its letters; None for blanks."""
    vertices, codes, at = [], [], 0.0
    for sign in text:
        advance, points, steps = _letter(sign, is_bold)
        if len(steps):
            vertices.append(points + np.array((at, 0.0)))
            codes.append(steps)
        at += advance
    return Outline(np.concatenate(vertices), np.concatenate(codes)) if codes else None


@cache
def _letter(sign: str, is_bold: bool) -> tuple[float, Any, Any]:
    """How far one sign moves the next one on, and its outline; an empty frame where no font has it."""
    own, spare = _font(FONT_FILES[is_bold]), _font("")
    font = own if own.get_char_index(ord(sign)) else spare
    if not font.get_char_index(ord(sign)) and not sign.isspace():
        sign = _EMPTY_FRAME
    glyph = font.load_char(ord(sign), flags=LoadFlags.NO_HINTING)
    points, codes = font.get_path()
    return glyph.linearHoriAdvance / 65536 / _EM, points / _EM, codes


@cache
def _font(name: str) -> FT2Font:
    spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    path = files("termreview.reporting") / "theme" / "fonts" / name if name else spare
    # From memory: a file that stays open would be shared with forked processes, its place in it included.
    font = FT2Font(BytesIO(path.read_bytes()))
    font.set_size(_EM, 72)
    return font
