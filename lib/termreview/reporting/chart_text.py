"""One line of text of a chart: what is drawn of it, how wide it is, where it breaks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from importlib.resources import as_file, files
from typing import Final

from matplotlib.font_manager import FontEntry, FontProperties, fontManager
from matplotlib.textpath import TextToPath

from termreview.reporting.blocks import clean_text

TEXT_SIZE: Final = 13.0
SMALL_SIZE: Final = 11.5
# The second family comes with the drawing library: signs outside our font look the same on every machine.
REGULAR: Final = ("Noto Sans Report", "DejaVu Sans")
SEMI_BOLD: Final = ("Noto Sans Report SemiBold", "DejaVu Sans")


def text_width(text: str, size: float = TEXT_SIZE, is_bold: bool = False) -> float:
    """Return how many pixels one line of text takes."""
    return _unit_width(drawn_text(text), is_bold) * size


def wrap_text(
    text: str, width: float, size: float = TEXT_SIZE, *, is_bold: bool = False, lines: int = 3
) -> list[str]:
    """Break one text into lines no wider than `width`; only what passes the last line is cut, with an ellipsis."""
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
    rows = [row for row in rows if row] or [""]
    if len(rows) <= lines:
        return rows
    last = rows[lines - 1]
    while last and text_width(f"{last}…", size, is_bold) > width:
        last = last[:-1]
    return [*rows[: lines - 1], f"{last.rstrip()}…"]


def drawn_text(text: object) -> str:
    """Return one text as it is drawn: composed letters on one line, without characters that no chart can show."""
    line = re.sub(r"[^\S\u00a0]+", " ", clean_text(text)).strip()
    return unicodedata.normalize("NFC", line)[:400]


@cache
def register_fonts() -> None:
    """Make the fonts of the theme known to the drawing library."""
    fonts = files("termreview.reporting") / "theme" / "fonts"
    for name, file in (
        (REGULAR[0], "NotoSansReport-Regular.ttf"),
        (SEMI_BOLD[0], "NotoSansReport-SemiBold.ttf"),
    ):
        with as_file(fonts / file) as path:
            # Each is a family of its own with the usual weight, so that no look-up has to settle for another one.
            entry = FontEntry(str(path), name=name, weight=400, stretch="normal", size="scalable")
        fontManager.ttflist.append(entry)


@cache
def _unit_width(text: str, is_bold: bool) -> float:
    register_fonts()
    font = FontProperties(family=list(SEMI_BOLD if is_bold else REGULAR), size=100)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 100
