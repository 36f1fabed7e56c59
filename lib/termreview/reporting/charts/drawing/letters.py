"""One letter of a chart: its outline and how far it moves the next one.

The letters of the theme's two fonts are kept in `theme/fonts/letters.json`, so that no font has to be opened for
them; `python .ci/font_letters.py --fix` writes it from the fonts. Signs that they lack are taken from the font that
comes with the drawing library, the same on every machine.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

# Steps in which letters are drawn and placed, per size of the text: finer than a printer's dot.
EM: Final = 256
FONT_FILES: Final = ("NotoSansReport-Regular.ttf", "NotoSansReport-SemiBold.ttf")
KEPT: Final = "letters.json"
_SPARE: Final = len(FONT_FILES)
# What the font library calls the parts of an outline: SVG command and how many points it takes.
_PATH_STEPS: Final = {1: ("M", 1), 2: ("l", 1), 3: ("q", 2), 4: ("c", 3), 79: ("z", 0)}

# The font it is taken from (regular, semi-bold, spare) and its number there.
Letter = tuple[int, int]


def letter_of(sign: str, is_bold: bool = False) -> tuple[Letter, float]:
    """Return the letter that draws one sign, and how many steps of 1/EM of the size the next one is further on."""
    place = int(is_bold)
    kept = _kept()[place]["signs"].get(sign)
    glyph, advance = (0, 0) if kept is None else kept
    if kept is None:
        spare = _glyph(_font(_SPARE), sign)
        place, (glyph, advance) = (_SPARE, spare) if spare[0] else (place, _kept()[place]["signs"][""])
    return (place, glyph), advance / 65536 * EM / 100


@cache
def letter_path(font_place: int, glyph: int) -> str:
    """Return the outline of one letter as an SVG path, upright, in steps of 1/EM of the size of the text."""
    if font_place < _SPARE:
        return str(_kept()[font_place]["paths"][str(glyph)])
    return _path(_font(font_place), glyph)


def letters_to_keep() -> str:
    """Return the content of the file of kept letters, as the fonts have them; blank stands for a sign they lack."""
    kept = []
    for place in range(_SPARE):
        font = _font(place)
        signs = {chr(code): _glyph(font, chr(code)) for code in sorted(font.get_charmap())}
        signs[""] = _glyph(font, "\ufffe")
        glyphs = sorted({glyph for glyph, _ in signs.values()})
        kept.append({"signs": signs, "paths": {str(glyph): _path(font, glyph) for glyph in glyphs}})
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).replace('"],"', '"],\n"') + "\n"


@cache
def _kept() -> list[dict[str, dict[str, Any]]]:
    path = files("termreview.reporting") / "theme" / "fonts" / KEPT
    return list(json.loads(path.read_text(encoding="utf-8")))


@cache
def _font(place: int) -> FT2Font:
    import matplotlib
    from matplotlib.ft2font import FT2Font

    spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    path = spare if place == _SPARE else files("termreview.reporting") / "theme" / "fonts" / FONT_FILES[place]
    # From memory: a file that stays open would be shared with forked processes, its place in it included.
    font = FT2Font(BytesIO(path.read_bytes()))
    font.set_size(100, 72)
    return font


def _glyph(font: FT2Font, sign: str) -> tuple[int, int]:
    """The number of one sign in one font (0: it has none), and its advance as the font library tells it."""
    from matplotlib.ft2font import LoadFlags

    glyph = font.get_char_index(ord(sign))
    return int(glyph), int(font.load_glyph(glyph, flags=LoadFlags.NO_HINTING).linearHoriAdvance)


def _path(font: FT2Font, glyph: Any) -> str:
    from matplotlib.ft2font import LoadFlags

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
