"""One row of a chart is one named line of it: where it stands, how its name breaks, what heads its group."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from termreview.reporting.blocks.number_format import exact_number
from termreview.reporting.charts.drawing.canvas import Box, Mark, Stroke, Words, words_block
from termreview.reporting.charts.drawing.style import GRID, HATCH, INK, MUTED, PAPER, RULE, Style
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width, wrap_text

NO_FIGURES: Final = "Không có số liệu"
FORMATS_BY_UNIT: Final = {"percent": "percent1", "points": "points", "ratio": "ratio", "count": "integer"}


@dataclass(frozen=True)
class Row:
    """One line of a chart: its name in lines, and the middle of its height."""

    lines: tuple[str, ...]
    middle: float
    height: float
    heading: str | None = None

    @property
    def top(self) -> float:
        """Where the row begins."""
        return self.middle - self.height / 2

    @property
    def bottom(self) -> float:
        """Where the row ends."""
        return self.middle + self.height / 2


def name_width(names: Iterable[object], *, most: float = 270, size: float = TEXT_SIZE) -> float:
    """Return the width of the column of names: the widest one, within bounds."""
    widest = max((text_width(str(name), size) for name in names), default=0)
    return min(max(widest, 40.0), most) + 4


def place_rows(
    names: Sequence[object],
    width: float,
    top: float,
    *,
    height: float,
    size: float = TEXT_SIZE,
    headings: Sequence[str | None] | None = None,
) -> list[Row]:
    """Place one row per name from `top` down; a long name takes more lines and its row more height."""
    rows: list[Row] = []
    group: str | None = None
    for place, name in enumerate(names):
        heading = headings[place] if headings else None
        is_new_group = heading is not None and heading != group
        group = heading if headings else None
        if is_new_group:
            top += 26
        lines = tuple(wrap_text(str(name), width, size))
        tall = max(height, len(lines) * size * 1.25 + 8)
        rows.append(Row(lines, top + tall / 2, tall, heading if is_new_group else None))
        top += tall
    return rows


def draw_names(rows: Sequence[Row], right: float, *, size: float = TEXT_SIZE) -> list[Mark]:
    """Write the rows' names against their right edge, and their groups' headings from the left."""
    marks: list[Mark] = []
    for row in rows:
        if row.heading is not None:
            marks.append(Words(0, row.top - 10, row.heading, size=TEXT_SIZE, is_bold=True))
        marks += words_block(row.lines, right, row.middle, anchor="right", size=size)
    return marks


def draw_legend(items: Sequence[tuple[str, Style]], top: float, width: float) -> tuple[list[Mark], float]:
    """Draw the key of the parts in as many lines as they need; return it with the height it takes."""
    marks: list[Mark] = []
    x, y = 0.0, top
    for label, style in items:
        taken = 20 + text_width(label, SMALL_SIZE) + 22
        if x and x + taken - 22 > width:
            x, y = 0.0, y + 20
        edge = HATCH if style.is_hatched else RULE
        marks += [Box(x + 0.5, y + 2.5, 13, 13, style, edge), Words(x + 20, y + 9, label, size=SMALL_SIZE)]
        x += taken
    return marks, (y - top + 28 if items else 0)


def draw_axis(
    ticks: Sequence[tuple[float, str]], place: Callable[[float], float], top: float, bottom: float
) -> list[Mark]:
    """Draw faint upright lines with their values underneath."""
    marks: list[Mark] = []
    for value, text in ticks:
        x = place(value)
        marks += [
            Stroke(((x, top), (x, bottom)), GRID),
            Words(x, bottom + 11, text, "center", SMALL_SIZE, MUTED),
        ]
    return marks


def draw_levels(
    lines: Sequence[tuple[float, str]],
    place: Callable[[float], float],
    top: float,
    bottom: float,
    right: float,
) -> list[Mark]:
    """Draw named upright lines; names that would meet stand one above the other. `top` is where the names end."""
    marks: list[Mark] = []
    ends = [-math.inf, -math.inf, -math.inf]
    for value, name in sorted(lines):
        x = place(value)
        half = text_width(name, SMALL_SIZE) / 2
        middle = min(max(x, half), right - half)
        floor = next((n for n, end in enumerate(ends) if middle - half > end + 8), len(ends) - 1)
        ends[floor] = middle + half
        y = top - 9 - 15 * floor
        marks += [
            Stroke(((x, y + 8), (x, bottom)), INK, 1.1, is_dashed=True),
            Words(middle, y, name, "center", SMALL_SIZE, INK),
        ]
    return marks


def nice_top(values: Iterable[float | None]) -> float:
    """Return a round number that no value passes (1, 2, 2.5 or 5 times a power of ten)."""
    most = max((value for value in values if value is not None), default=0.0)
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (1, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= most)


def scale(limits: tuple[float, float], left: float, right: float) -> Callable[[float], float]:
    """Return the function from a value to its place; values beyond the limits stay at the edge."""
    low, high = limits
    return lambda value: left + (min(max(value, low), high) - low) / (high - low) * (right - left)


def quarters(limits: tuple[float, float]) -> list[float]:
    """Return the limits and the three values that cut them into quarters."""
    low, high = limits
    return [low + (high - low) * n / 4 for n in range(5)]


def no_figures(x: float, middle: float) -> list[Mark]:
    """Write into a row that nothing is known of it."""
    ground = Box(x + 4, middle - 8, text_width(NO_FIGURES, 11) + 8, 16, Style(PAPER))
    return [ground, Words(x + 8, middle, NO_FIGURES, size=11, colour=MUTED)]


def finite(value: Any) -> float | None:
    """Return one figure of a frame as a number, or nothing when it is missing."""
    number = exact_number(value)
    return None if number is None else float(number)
