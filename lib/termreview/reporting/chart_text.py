"""One line of text of a chart: what is drawn of it, how wide it is, where it breaks."""

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
from matplotlib.ft2font import FT2Font, LoadFlags

from termreview.reporting.blocks import clean_text

TEXT_SIZE: Final = 13.0
SMALL_SIZE: Final = 11.5
# Steps in which letters are drawn and placed, per size of the text: finer than a printer's dot.
EM: Final = 256
# What the font library calls the parts of an outline: SVG command and how many points it takes.
_PATH_STEPS: Final = {1: ("M", 1), 2: ("l", 1), 3: ("q", 2), 4: ("c", 3), 79: ("z", 0)}

# The font it is taken from and its number there.
Letter = tuple[int, Any]


def text_width(text: str, size: float = TEXT_SIZE, is_bold: bool = False) -> float:
    """Return how many pixels one line of text takes."""
    return _letters(drawn_text(text), is_bold)[1] * size / EM


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


def letters_of(text: str, is_bold: bool = False) -> tuple[tuple[tuple[Letter, int], ...], int]:
    """Return the letters of one line with where each begins, and where the line ends, in steps of 1/EM of its size.

    A sign that our font lacks is taken from the font that comes with the drawing library, the same on every machine.
    """
    return _letters(text, is_bold)


@cache
def letter_path(font_place: int, glyph: Any) -> str:
    """Return the outline of one letter as an SVG path, upright, in steps of 1/EM of the size of the text."""
    font = _fonts()[font_place]
    font.load_glyph(glyph, flags=LoadFlags.NO_HINTING)
    points, codes = font.get_path()
    written: list[str] = []
    last, place = "", 0
    at = (0, 0)
    while place < len(codes):
        command, count = _PATH_STEPS[int(codes[place])]
        if not count:
            written.append("z")
            last, place = "z", place + 1
            continue
        steps = [(round(x * EM / 100), round(-y * EM / 100)) for x, y in points[place : place + count]]
        numbers = [n for x, y in steps for n in ((x, y) if command == "M" else (x - at[0], y - at[1]))]
        written.append(("" if command == last else command) + _numbers(numbers, command == last))
        at, last, place = steps[-1], command, place + count
    return "".join(written)


def _numbers(numbers: list[int], is_continued: bool) -> str:
    text = "".join(f"{number}" if number < 0 else f" {number}" for number in numbers)
    return text if is_continued else text.lstrip()


@cache
def _fonts() -> tuple[FT2Font, ...]:
    """The fonts that letters are taken from: regular and semi-bold of the theme, then the library's own."""
    theme = files("termreview.reporting") / "theme" / "fonts"
    own = [theme / name for name in ("NotoSansReport-Regular.ttf", "NotoSansReport-SemiBold.ttf")]
    spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    # From memory: a file that stays open would be shared with forked processes, its place in it included.
    fonts = [FT2Font(BytesIO(font.read_bytes())) for font in (*own, spare)]
    for font in fonts:
        font.set_size(100, 72)
    return tuple(fonts)


@cache
def _glyph(sign: str, is_bold: bool) -> tuple[Letter, float]:
    """One sign as the letter that draws it, and how far it moves the next one."""
    fonts = _fonts()
    wanted = (int(is_bold), len(fonts) - 1)
    place = next((place for place in wanted if fonts[place].get_char_index(ord(sign))), wanted[0])
    glyph = fonts[place].get_char_index(ord(sign))
    loaded = fonts[place].load_glyph(glyph, flags=LoadFlags.NO_HINTING)
    return (place, glyph), loaded.linearHoriAdvance / 65536 * EM / 100


@cache
def _letters(text: str, is_bold: bool) -> tuple[tuple[tuple[Letter, int], ...], int]:
    found: list[tuple[Letter, int]] = []
    at = 0.0
    for sign in text:
        letter, advance = _glyph(sign, is_bold)
        if not sign.isspace():
            found.append((letter, round(at)))
        at += advance
    return tuple(found), round(at)
