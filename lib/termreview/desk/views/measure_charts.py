"""One chart of one or two measures, chosen by what they are: dots, columns of dots, bars or a table of counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from termreview.desk.measure_rows import written
from termreview.desk.measures import CATEGORY, DATE, Compared, Measure
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import say
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing.canvas import (
    WIDTH,
    Anchor,
    Box,
    Dot,
    Mark,
    Stroke,
    Words,
    words_block,
)
from termreview.reporting.charts.drawing.layout import draw_legend, name_width, nice_top, place_rows
from termreview.reporting.charts.drawing.style import (
    BLUE_DARK,
    BLUE_MID,
    BLUE_STEPS,
    GRID,
    INK,
    MUTED,
    PAPER,
    RULE,
    WARM,
    Style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, wrap_text
from termreview.reporting.charts.figures import Figure, drawn, nothing_to_draw

_COLOURS = (BLUE_DARK, WARM, BLUE_MID, "#8a4f7d", "#5d6b78")
_HEIGHT = 380.0
Place = Callable[[float], float]


@dataclass(frozen=True)
class Drawing:
    """One chart before it is written in a format: its marks, its height and its words."""

    marks: tuple[Mark, ...]
    height: float
    title: str
    alt: str
    caption: str

    def figure(self) -> Figure:
        """The chart as the reports show charts."""
        if not self.marks:
            return nothing_to_draw(title=self.title, alt=self.alt, caption=self.caption)
        return drawn(self.marks, self.height, title=self.title, alt=self.alt, caption=self.caption)


def draw(now: TermNow, compared: Compared) -> Drawing:
    """Draw the chart that fits the measures: one row of it is never a guess about a missing value."""
    known, x, y = compared.known, compared.x, compared.y
    caption = say(now.reference, "charts.caption", count=len(known), total=len(compared.frame))
    if y is None:
        title, alt = x.title, say(now.reference, "charts.alt_one", x=x.title, known=len(known))
    else:
        title = say(now.reference, "charts.title_two", x=x.title, y=y.title)
        alt = say(now.reference, "charts.alt_two", x=x.title, y=y.title, known=len(known))
    if known.empty:
        return Drawing((), 0, title, alt, caption)
    marks, height = _marks(known, x, y)
    return Drawing(tuple(marks), height, title, alt, caption)


def _marks(known: pd.DataFrame, x: Measure, y: Measure | None) -> tuple[list[Mark], float]:
    if y is None:
        return _bars(known["x"], x) if x.kind == CATEGORY else _strips(known, None, x)
    if x.kind == CATEGORY and y.kind == CATEGORY:
        return _counts(known, x, y)
    if x.kind == CATEGORY:
        return _strips(known.rename(columns={"x": "y", "y": "x"}), x, y)
    return _strips(known, y, x) if y.kind == CATEGORY else _scatter(known, x, y)


def _scatter(known: pd.DataFrame, x: Measure, y: Measure) -> tuple[list[Mark], float]:
    """One dot per school, coloured by school level."""
    levels = list(dict.fromkeys(known["level_title"]))
    colours = {level: _COLOURS[place % len(_COLOURS)] for place, level in enumerate(levels)}
    legend = [(level, Style(colours[level])) for level in levels]
    marks, top = draw_legend(legend, 0, WIDTH)
    top += 26
    left, right, bottom = 86.0, WIDTH - 16, top + _HEIGHT - 70
    across, down = _ticks(known["x"], x), _ticks(known["y"], y)
    to_x = _scale(across[0], across[-1], left, right)
    to_y = _scale(down[0], down[-1], bottom, top)
    marks.append(
        Words(0, top - 16, wrap_text(y.title, WIDTH, SMALL_SIZE, lines=1)[0], size=SMALL_SIZE, colour=MUTED)
    )
    for value in down:
        marks += [
            Stroke(((left, to_y(value)), (right, to_y(value))), GRID),
            Words(left - 8, to_y(value), written(value, y), "right", SMALL_SIZE, MUTED),
        ]
    marks += _across(across, x, to_x, top, bottom)
    for a, b, level in zip(known["x"], known["y"], known["level_title"], strict=True):
        marks.append(Dot(to_x(a), to_y(b), 4.2, colours[level], PAPER, 1.0))
    marks += _named(known, to_x, to_y, right)
    return marks, bottom + 44


def _across(values: Sequence[float], x: Measure, to_x: Place, top: float, bottom: float) -> list[Mark]:
    marks: list[Mark] = [Stroke(((to_x(values[0]), bottom), (to_x(values[-1]), bottom)), RULE)]
    for place, value in enumerate(values):
        anchor: Anchor = "left" if place == 0 else "right" if place == len(values) - 1 else "center"
        marks += [
            Stroke(((to_x(value), top), (to_x(value), bottom)), GRID),
            Words(to_x(value), bottom + 13, written(value, x), anchor, SMALL_SIZE, MUTED),
        ]  # fmt: skip
    title = wrap_text(x.title, WIDTH - 90, SMALL_SIZE, lines=1)[0]
    marks.append(Words(to_x(values[-1]), bottom + 32, title, "right", SMALL_SIZE, MUTED))
    return marks


def _named(known: pd.DataFrame, to_x: Place, to_y: Place, right: float) -> list[Mark]:
    """The names of the schools that lie farthest from the middle: they are what a reader asks about."""
    spread = known[["x", "y"]].astype(float)
    scale = spread.std().replace(0.0, 1.0).fillna(1.0)
    distance = (((spread - spread.median()) / scale) ** 2).sum(axis=1)
    marks: list[Mark] = []
    taken: list[tuple[float, float]] = []
    for place in distance.sort_values(ascending=False, kind="stable").index[:6]:
        px, py = to_x(spread["x"][place]), to_y(spread["y"][place])
        if len(taken) == 3 or any(abs(px - x) < 130 and abs(py - y) < 15 for x, y in taken):
            continue
        taken.append((px, py))
        is_right = px > right - 150
        anchor: Anchor = "right" if is_right else "left"
        marks.append(
            Words(px + (-9 if is_right else 9), py, str(known["short_name"][place]), anchor, 11, INK)
        )
    return marks


def _strips(known: pd.DataFrame, rows_by: Measure | None, x: Measure) -> tuple[list[Mark], float]:
    """One row per word of a category (or one row in all): a dot per school, a line at the middle one."""
    groups = _in_order(known["y"], rows_by) if rows_by is not None else [""]
    left = name_width(groups, most=230) + 14 if rows_by is not None else 16.0
    right = WIDTH - 60
    ticks = _ticks(known["x"], x)
    to_x = _scale(ticks[0], ticks[-1], left, right)
    rows = place_rows([group or " " for group in groups], left - 14, 10, height=46 if rows_by is None else 38)
    bottom = rows[-1].bottom + 4
    marks = _across(ticks, x, to_x, 4, bottom)
    for group, row in zip(groups, rows, strict=True):
        own = known if rows_by is None else known[known["y"] == group]
        marks += words_block(row.lines, left - 14, row.middle, anchor="right") if group else []
        values = sorted(own["x"].astype(float))
        for value, shift in zip(values, _stacked([to_x(value) for value in values]), strict=True):
            marks.append(Dot(to_x(value), row.middle + shift, 3.8, BLUE_MID, PAPER, 0.8))
        middle = float(np.median(values))
        ends = ((to_x(middle), row.middle - 15), (to_x(middle), row.middle + 15))
        marks += [
            Stroke(ends, BLUE_DARK, 2.6),
            Words(WIDTH, row.middle, f"n = {len(values)}", "right", SMALL_SIZE, MUTED),
        ]
    return marks, bottom + 44


def _stacked(places: Sequence[float]) -> list[float]:
    """How far each dot of a row moves up or down, so that equal values do not hide each other."""
    ends = [-math.inf] * 5
    shifts = []
    for place in places:
        lane = next((n for n, end in enumerate(ends) if place - end >= 6), int(np.argmin(ends)))
        ends[lane] = place
        shifts.append((0, -6, 6, -12, 12)[lane])
    return [float(shift) for shift in shifts]


def _bars(values: pd.Series, x: Measure) -> tuple[list[Mark], float]:
    """One bar per word of a category: how many schools."""
    groups = _in_order(values, x)
    counts = values.value_counts()
    left, right = name_width(groups, most=270) + 14, WIDTH - 70
    rows = place_rows(groups, left - 14, 4, height=30)
    most = nice_top(float(counts[group]) for group in groups)
    marks: list[Mark] = []
    for group, row in zip(groups, rows, strict=True):
        count = int(counts[group])
        end = left + (right - left) * count / most
        marks += words_block(row.lines, left - 14, row.middle, anchor="right")
        marks += [
            Box(left, row.middle - 9, end - left, 18, Style(BLUE_MID)),
            Words(end + 8, row.middle, number_text(count), size=TEXT_SIZE, is_bold=True),
        ]
    return marks, rows[-1].bottom + 8


def _counts(known: pd.DataFrame, x: Measure, y: Measure) -> tuple[list[Mark], float]:
    """One cell per pair of words: how many schools, darker for more."""
    heads, names = _in_order(known["x"], x), _in_order(known["y"], y)
    counts = pd.crosstab(known["y"], known["x"])
    left = name_width(names, most=230) + 14
    wide = min((WIDTH - left) / len(heads), 150.0)
    lines = [wrap_text(head, wide - 8, SMALL_SIZE) for head in heads]
    top = 16 + 15.0 * max(len(line) for line in lines)
    rows = place_rows(names, left - 14, top, height=34)
    marks: list[Mark] = []
    for place, line in enumerate(lines):
        middle = top - 8 - 7.5 * len(line)
        marks += words_block(line, left + wide * (place + 0.5), middle, anchor="center", size=SMALL_SIZE)
    most = int(counts.to_numpy().max())
    for name, row in zip(names, rows, strict=True):
        marks += words_block(row.lines, left - 14, row.middle, anchor="right")
        for place, head in enumerate(heads):
            count = int(counts[head][name])
            step = min(int(4 * count / most), 3) if count else -1
            style = Style(BLUE_STEPS[step], PAPER if step >= 2 else INK) if count else Style("#f4f6f8", MUTED)
            marks += [
                Box(left + wide * place + 1, row.top + 1, wide - 2, row.height - 2, style),
                Words(
                    left + wide * (place + 0.5), row.middle, number_text(count), "center", colour=style.ink
                ),
            ]
    return marks, rows[-1].bottom + 8


def _in_order(values: pd.Series, measure: Measure) -> list[str]:
    """The words that occur, in their declared order; words outside of it stand at the end."""
    found = set(values)
    return [*(word for word in measure.order if word in found), *sorted(found - set(measure.order))]


def _ticks(values: pd.Series, measure: Measure) -> list[float]:
    """Four to seven round values that span the figures."""
    low, high = float(values.min()), float(values.max())
    if measure.kind != DATE and 0 <= low <= 0.4 * high:
        low = 0.0
    if low == high:
        low, high = low - 1, high + 1
    step = nice_step((high - low) / 5, is_whole=measure.kind == DATE or measure.number_format == "integer")
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * place, 10) for place in range(first, last + 1)]


def nice_step(wanted: float, is_whole: bool = False) -> float:
    """The round number (1, 2 or 5 times a power of ten) that is at least as large as wanted."""
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= wanted * 0.999)
    return max(step, 1.0) if is_whole else step


def _scale(low: float, high: float, start: float, end: float) -> Place:
    """The function from a value to its place between two ends."""
    return lambda value: start + (float(value) - low) / (high - low) * (end - start)
