"""One plot is one Axes of a chart: data across, CSS pixels from the top of the figure down.

Everything is placed in CSS pixels of a figure as wide as the page gives it (`WIDTH`) or as a phone does (`NARROW`), so
that nothing has to be measured after it is drawn. On a phone a row's name stands above its marks. Marks of one look are
one artist: a patch of many boxes or lines, a line of many discs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.transforms import blended_transform_factory

from termreview.reporting.blocks.number_format import exact_number
from termreview.reporting.charts.drawing.style import (
    DASHED,
    DASHED_UPRIGHT,
    GRID,
    HATCH,
    HOLLOW,
    INK,
    MUTED,
    RULE,
    Style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, drawn_text, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import SEMI_BOLD, number_formatter

WIDTH: Final = 760.0
_INNER: Final = 2.0
NARROW: Final = 352.0  # what a phone of 390 pixels leaves of itself
NO_FIGURES: Final = "Không có số liệu"
FORMATS_BY_UNIT: Final = {"percent": "percent1", "points": "points", "ratio": "ratio", "count": "integer"}
PIXELS: Final = 96  # of CSS pixels
_POINT: Final = 72 / PIXELS
_HEADING_LINE: Final = 17.0
# Discs at the ends of a scale are whole: a plot is as much wider than its scale.
SIDE: Final = 9.0

Anchor = Literal["left", "center", "right"]
# One mark's edges: from left to right in the plot's own unit, from top to bottom in pixels.
Box = tuple[float, float, float, float]
Point = tuple[float, float]
Limits = tuple[float, float]


def is_narrow(width: float) -> bool:
    """Tell whether a figure is too narrow for names beside their marks."""
    return width < (WIDTH + NARROW) / 2


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure, in CSS pixels."""
    return Figure(figsize=(width / PIXELS, height / PIXELS), dpi=PIXELS)


def add_plot(figure: Figure, left: float, top: float, right: float, bottom: float, limits: Limits | None = None) -> Axes:  # fmt: skip
    """Add the plot between four edges in pixels; across it the data go from one limit to the other, or are pixels."""
    width, height = figure.get_size_inches() * PIXELS
    axes = figure.add_axes((left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height))  # fmt: skip
    axes.set_axis_off()
    axes.set_xlim(limits or (left, right))
    axes.set_ylim(bottom, top)
    return axes


def add_scale(figure: Figure, left: float, top: float, right: float, bottom: float, limits: Limits, ticks: Sequence[float], format: str = "integer", rows: Sequence[Row] = ()) -> Axes:  # fmt: skip
    """Add the plot of a scale between two edges: faint upright lines with their values underneath.

    Through the names of `rows` that stand above their marks no line goes.
    """
    more = SIDE * (limits[1] - limits[0]) / (right - left)
    axes = add_plot(figure, left - SIDE, top, right + SIDE, bottom, (limits[0] - more, limits[1] + more))
    axes.set_axis_on()
    axes.set_frame_on(False)
    axes.yaxis.set_visible(False)
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(number_formatter(format))
    if any(row.is_above for row in rows):
        pieces = strips(rows, bottom)
        lines(axes, [((tick, begin), (tick, end)) for tick in ticks for begin, end in pieces], GRID)
    else:
        axes.grid(axis="x")
    return axes


def strips(rows: Sequence[Row], bottom: float) -> list[Limits]:
    """Where upright lines may go that mark something in all rows: beside the marks, not through names above them."""
    if not any(row.is_above for row in rows):
        return [(rows[0].top, bottom)] if rows else []
    return [(row.marks_top, row.middle + (row.middle - row.marks_top)) for row in rows]


def boxes(axes: Axes, found: Iterable[Box], style: Style, *, edge: str = "none", width: float = 1.0, of_page: bool = False, label: str = "") -> None:  # fmt: skip
    """Fill boxes of one look, edges at left, top, right and bottom."""
    corners = np.array([((a, b), (c, b), (c, d), (a, d), (a, b)) for a, b, c, d in found], dtype=float)
    if not len(corners):
        return
    codes = np.tile([Outline.MOVETO, *[Outline.LINETO] * 3, Outline.CLOSEPOLY], len(corners))
    look: dict[str, Any] = {"hatch": "/////", "hatchcolor": HATCH} if style.is_hatched else {}
    look |= {"facecolor": style.fill, "edgecolor": edge, "linewidth": width * _POINT if edge != "none" else 0}
    _add_patch(axes, corners, codes, of_page, True, label=label, **look)


def lines(axes: Axes, found: Iterable[Sequence[Point]], colour: str = RULE, width: float = 1.0, *, is_dashed: bool = False, is_round: bool = False, of_page: bool = False, is_clipped: bool = True, label: str = "") -> None:  # fmt: skip
    """Draw lines of one look, each through its points."""
    paths = [np.array(points, dtype=float) for points in found]
    if not paths:
        return
    codes = np.concatenate([[Outline.MOVETO, *[Outline.LINETO] * (len(points) - 1)] for points in paths])
    _add_patch(
        axes, np.concatenate(paths), codes, of_page, is_clipped, facecolor="none", edgecolor=colour, linewidth=width * _POINT,
        linestyle=(0, (4, 3)) if is_dashed else "solid", capstyle="round" if is_round else "butt", label=label,
    )  # fmt: skip


def _add_patch(axes: Axes, points: Any, codes: Any, of_page: bool, is_clipped: bool, **look: Any) -> None:
    vertices = points.reshape(-1, 2)
    if of_page:
        vertices = vertices / (_width(axes), 1.0)
        look["transform"] = _page(axes)
    patch = PathPatch(Outline(vertices, codes), joinstyle="round", **look)
    patch.set_clip_on(is_clipped and not of_page)
    axes.add_artist(patch)


def dots(axes: Axes, found: Sequence[Point], radius: float, fill: str, *, edge: str = "none", width: float = 1.5, of_page: bool = False, label: str = "", marker: str = "o") -> None:  # fmt: skip
    """Draw discs, or other small shapes, of one look."""
    if not found:
        return
    xs, ys = np.array(found, dtype=float).T
    look: dict[str, Any] = {"transform": _page(axes), "clip_on": False} if of_page else {}
    axes.add_artist(
        Line2D(
            xs / _width(axes) if of_page else xs, ys, linestyle="none", marker=marker, markersize=2 * radius * _POINT,
            markerfacecolor=fill, markeredgecolor=edge, markeredgewidth=width * _POINT if edge != "none" else 0,
            label=label, **look,
        )
    )  # fmt: skip


def write(axes: Axes, x: float, middle: float, text: str | Sequence[str], anchor: Anchor = "left", size: float = TEXT_SIZE, colour: str = INK, is_bold: bool = False) -> None:  # fmt: skip
    """Write one text, or lines of one around one height; `x` in pixels of the page, `middle` that of small letters."""
    look = {"ha": anchor, "color": colour, "weight": SEMI_BOLD if is_bold else 400, "transform": _page(axes)}
    width = _width(axes)
    x = (
        min(x, width - _INNER) if anchor == "right" else x
    )  # a letter's last edge would fall outside of the page
    _write(axes, x / width, middle, [text] if isinstance(text, str) else text, size, **look)


def write_at(axes: Axes, x: float, middle: float, text: str | Sequence[str], size: float = TEXT_SIZE, colour: str = INK, is_bold: bool = False) -> None:  # fmt: skip
    """Write one text, or lines of one, centred at one place among the data."""
    look = {"ha": "center", "color": colour, "weight": SEMI_BOLD if is_bold else 400}
    _write(axes, x, middle, [text] if isinstance(text, str) else text, size, **look)


def write_upright(axes: Axes, x: float, foot: float, text: str, size: float) -> None:
    """Write one text upward from its foot at one place among the data."""
    _write(axes, x, foot - 0.36 * size, [text], size, color=INK, rotation=90)


def _write(axes: Axes, x: float, middle: float, lines: Sequence[str], size: float, **look: Any) -> None:
    for place, line in enumerate(lines):
        y = middle + size * (1.25 * (place - (len(lines) - 1) / 2) + 0.36)
        if text := drawn_text(line):
            axes.text(x, y, text, va="baseline", size=size * _POINT, rotation_mode="anchor", **look)


def _width(axes: Axes) -> float:
    figure: Any = axes.figure
    return float(figure.get_figwidth() * PIXELS)


def _page(axes: Axes) -> Any:
    """Shares of the figure's width across, the plot's own pixels down."""
    return blended_transform_factory(axes.figure.transFigure, axes.transData)


@dataclass(frozen=True)
class Row:
    """One row of a chart is one named line of it: its name in lines, where it and its marks stand, its group's head."""

    lines: tuple[str, ...]
    top: float
    bottom: float
    middle: float  # of the marks
    name_middle: float
    heading: str | None = None
    marks_top: float = 0.0

    @property
    def is_above(self) -> bool:
        """Whether the name stands above the marks, not beside them."""
        return self.name_middle != self.middle


def name_width(names: Iterable[object], *, most: float = 270, size: float = TEXT_SIZE) -> float:
    """Return the width of the column of names: the widest one, within bounds."""
    widest = max((text_width(str(name), size) for name in names), default=0)
    return min(max(widest, 40.0), most) + 4


def place_rows(names: Sequence[object], width: float, top: float, *, height: float, size: float = TEXT_SIZE, headings: Sequence[str | None] | None = None, page: float = WIDTH, is_above: bool = False) -> list[Row]:  # fmt: skip
    """Place one row per name from `top` down; a long name takes more lines and its row more height.

    `height` is that of a row, of its marks alone where names stand above them; `page` how wide a group's heading may be.
    """
    rows: list[Row] = []
    group: str | None = None
    for place, name in enumerate(names):
        heading = headings[place] if headings else None
        is_new_group = heading is not None and heading != group
        group = heading if headings else None
        if heading is not None and is_new_group:
            top += 9 + _HEADING_LINE * len(wrap_text(heading, page, is_bold=True))
        found = tuple(wrap_text(str(name), width, size))
        tall = len(found) * size * 1.25
        bottom = top + tall + height + 10 if is_above else top + max(height, tall + 8)
        middle = top + tall + 3 + height / 2 if is_above else (top + bottom) / 2
        name_middle = top + 1 + tall / 2 if is_above else middle
        marks_top = middle - height / 2
        rows.append(
            Row(found, top, bottom, middle, name_middle, heading if is_new_group else None, marks_top)
        )
        top = bottom
    return rows


def lay_out(names: Sequence[object], width: float, top: float, *, height: float, gap: float = 12, most: float = 270, beside: float = 0.0, size: float = TEXT_SIZE, headings: Sequence[str | None] | None = None) -> tuple[float, list[Row]]:  # fmt: skip
    """Return where the marks of the rows begin and the rows: names to their left, or above them on a phone.

    There `beside` is what else a name's line holds, from the right.
    """
    if is_narrow(width):
        room = width - beside
        rows = place_rows(
            names, room, top, height=height, size=size, headings=headings, page=width, is_above=True
        )
        return 0.0, rows
    left = name_width(names, most=most, size=size) + gap
    return left, place_rows(names, left - gap, top, height=height, size=size, headings=headings, page=width)


def write_names(axes: Axes, rows: Sequence[Row], right: float, *, size: float = TEXT_SIZE) -> None:
    """Write the rows' names against their right edge, or above their marks, and their groups' headings from the left."""
    for row in rows:
        if row.heading is not None:
            heading = wrap_text(row.heading, _width(axes), is_bold=True)
            write(axes, 0, row.top - 2 - _HEADING_LINE / 2 * len(heading), heading, is_bold=True)
        if row.is_above:
            write(axes, 0, row.name_middle, row.lines, size=size)
        else:
            write(axes, right, row.middle, row.lines, "right", size)


@dataclass(frozen=True)
class Key:
    """What the parts of a chart mean, above it: each part's sign with its words, and the height that they take."""

    places: tuple[tuple[float, float, str, Style], ...]
    height: float

    def draw(self, axes: Axes) -> None:
        """Draw the signs and write the words."""
        for style, same in groupby(self.places, key=lambda place: place[3]):
            draw_signs(axes, style, [(x + 7, y + 9) for x, y, _, _ in same])
        for x, y, words, _ in self.places:
            write(axes, x + 20, y + 9, words, size=SMALL_SIZE)


def draw_signs(axes: Axes, style: Style, middles: Sequence[Point]) -> None:
    """Draw the sign that stands for one style in words, at some places of the page."""
    if style.marker == "|":
        lines(axes, [((x, y - 9), (x, y + 9)) for x, y in middles], style.fill, 2.2, of_page=True)
    elif style.marker == DASHED_UPRIGHT:
        lines(
            axes,
            [((x, y - 9), (x, y + 9)) for x, y in middles],
            style.fill,
            1.6,
            is_dashed=True,
            of_page=True,
        )
    elif style.marker == DASHED:
        lines(
            axes,
            [((x - 8, y), (x + 8, y)) for x, y in middles],
            style.fill,
            1.4,
            is_dashed=True,
            of_page=True,
        )
    elif style.marker == "_":
        boxes(axes, [(x - 2.5, y - 8, x + 2.5, y + 8) for x, y in middles], style, of_page=True)
    elif style.marker:
        dots(axes, middles, 5.5, style.fill, edge=style.edge, width=1.8, of_page=True, marker=style.marker)
    else:
        found = [(x - 6.5, y - 6.5, x + 6.5, y + 6.5) for x, y in middles]
        boxes(axes, found, style, edge=HATCH if style.is_hatched else RULE, of_page=True)


def key_of(items: Iterable[tuple[str, Style]], width: float = WIDTH) -> Key:
    """Place the key of the parts in as many lines as it needs."""
    places: list[tuple[float, float, str, Style]] = []
    x, y = 0.0, 0.0
    for words, style in items:
        taken = 20 + text_width(words, SMALL_SIZE) + 22
        if x and x + taken - 22 > width:
            x, y = 0.0, y + 20
        places.append((x, y, words, style))
        x += taken
    return Key(tuple(places), y + 28 if places else 0)


def mark_limits(axes: Axes, limits: Sequence[tuple[float, str]], left: float, right: float, top: float, pieces: Sequence[Limits]) -> None:  # fmt: skip
    """Draw named upright lines in some pieces; names that would meet stand one above the other, up from `top`."""
    low, high = axes.get_xlim()
    start, end = left - SIDE, right + SIDE
    ends = [-math.inf, -math.inf, -math.inf]
    for value, name in sorted(limits):
        x = start + (value - low) / (high - low) * (end - start)
        half = text_width(name, SMALL_SIZE) / 2
        middle = min(max(x, left + half), right - half) if right - left > 2 * half else x
        floor = next((n for n, end_of in enumerate(ends) if middle - half > end_of + 8), len(ends) - 1)
        ends[floor] = middle + half
        y = top - 9 - 15 * floor
        whole = [(y + 8, pieces[0][1])] if len(pieces) == 1 else pieces
        found = [((value, begin), (value, end)) for begin, end in whole]
        lines(axes, found, INK, 1.1, is_dashed=True, is_clipped=False)
        write(axes, middle, y, name, "center", SMALL_SIZE)


def write_no_figures(axes: Axes, x: float, middle: float) -> None:
    """Write into a row that nothing is known of it."""
    boxes(axes, [(x + 4, middle - 8, x + 12 + text_width(NO_FIGURES, 11), middle + 8)], HOLLOW, of_page=True)
    write(axes, x + 8, middle, NO_FIGURES, size=11, colour=MUTED)


def nothing_to_draw(width: float = WIDTH) -> Figure:
    """Return the figure of a chart that has no row: a frame that says so."""
    figure = new_figure(64, width)
    axes = add_plot(figure, 0, 0, width, 64)
    boxes(axes, [(0.5, 0.5, width - 0.5, 63.5)], HOLLOW, edge=RULE, of_page=True)
    write(axes, width / 2, 32, NO_FIGURES, "center", colour=MUTED)
    return figure


def nice_top(values: Iterable[float | None]) -> float:
    """Return a round number that no value passes (1, 2, 2.5 or 5 times a power of ten)."""
    most = max((value for value in values if value is not None), default=0.0)
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (1, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= most)


def held(value: float, limits: Limits) -> float:
    """Return a value where the plot can show it: one beyond the limits stays at the edge."""
    return min(max(value, limits[0]), limits[1])


def finite(value: Any) -> float | None:
    """Return one figure of a frame as a number, or nothing when it is missing."""
    number = exact_number(value)
    return None if number is None else float(number)
