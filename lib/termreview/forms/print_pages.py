"""One printed sheet of a form: the heights of its rows and the sections that start a new page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

# A4 landscape in points, less the margins that `form` sets and the height of the footer.
PAGE_WIDTH_PT: Final = 841.9 - 2 * 36
PAGE_HEIGHT_PT: Final = 595.3 - 2 * 43.2 - 12
DEFAULT_ROW_PT: Final = 15.0
_COLUMN_PADDING_PX, _DIGIT_PX, _PT_PER_PX = 5, 7, 0.75


def text_height(texts_by_width: Iterable[tuple[str, float]], least: float, line: float = 14.0) -> float:
    """Height in points of one row whose texts wrap in columns of the given widths (in characters)."""
    lines = max((_line_count(text, width) for text, width in texts_by_width), default=1)
    return max(least, 5 + line * lines)


def _line_count(text: str, width: float) -> int:
    """Lines that one text takes when only whole words wrap."""
    lines, used = 1, 0
    for word in text.split():
        needed = len(word) + (1 if used else 0)
        if used and used + needed > width:
            lines, used = lines + 1, len(word)
        else:
            used += needed
    return lines


def print_scale(widths: Iterable[float]) -> int:
    """Percent at which columns of these widths (in characters) fit the width of one page, rounded up to be safe.

    Spreadsheet programs reckon it themselves, each a little differently; larger means less room on a page.
    """
    points = sum((width * _DIGIT_PX + _COLUMN_PADDING_PX) * _PT_PER_PX for width in widths)
    return max(10, min(100, math.ceil(100 * PAGE_WIDTH_PT / points)))


def page_breaks(
    heights: Mapping[int, float], section_rows: Sequence[int], last_row: int, scale: int, repeated_pt: float
) -> list[int]:
    """The rows (counted from 1) below which a new page starts, so that no section that fits a page is cut.

    Parameters
    ----------
    heights : row -> its height in points where it is not the default.
    section_rows : the first row of each section, rising.
    repeated_pt : height of the rows that head every page after the first.
    """
    room = PAGE_HEIGHT_PT * 100 / scale
    breaks: list[int] = []

    def height(first: int, end: int) -> float:
        return sum(heights.get(row, DEFAULT_ROW_PT) for row in range(first, end))

    used = height(1, section_rows[0])
    for first, end in zip(section_rows, [*section_rows[1:], last_row + 1], strict=True):
        needed = height(first, end)
        if used + needed > room and first != section_rows[0] and needed + repeated_pt <= room:
            breaks.append(first - 1)
            used = repeated_pt + needed
        elif used + needed <= room:
            used += needed
        else:  # longer than a page: it flows over, and what follows stands below its last part
            used = repeated_pt + (used + needed - room) % max(room - repeated_pt, 1.0)
    return breaks
