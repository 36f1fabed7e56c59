"""Charts of one mark a unit: two measures against each other, one measure by category, how many units per word."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import SIDE, WIDTH
from termreview.reporting.charts.drawing.style import GOOD, INK, KINDS, MUTED, PAPER, QUANTITY, RULE, Style
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

MIDDLE = "trung vị"  # of the units of a row
_TALL = 310.0
_WHOLE = 9  # lines of a title: it is never cut
_LINE = 15.0  # of a title
_DISC = 8.6  # from the middle of one disc to that of the next
_FARTHEST = 34.0  # that a disc is moved off its place
_LANE, _MOST_LANES = 6.0, 25  # of the discs of one row
_BANDS_TALL, _BANDS_LEFT, _FOOT = 250.0, 46.0, 60.0
_SMALLEST, _LARGEST = 3.5, plot.SIDE  # of a disc


@dataclass(frozen=True)
class Scale:
    """One direction of a plot: its title, how a number on it is written, whether its steps are whole, begin at zero."""

    title: str
    written: Callable[[float], str]
    is_whole: bool = False
    may_start_at_zero: bool = True

    def ticks(self, values: pd.Series) -> list[float]:
        """Return four to seven round values that span the figures."""
        low, high = float(values.min()), float(values.max())
        if self.may_start_at_zero and 0 <= low <= 0.4 * high:
            low = 0.0
        if low == high:
            low, high = low - 1, high + 1
        step = nice_step((high - low) / 5, is_whole=self.is_whole)
        return [round(step * place, 10) for place in range(math.floor(low / step), math.ceil(high / step) + 1)]  # fmt: skip


def nice_step(wanted: float, is_whole: bool = False) -> float:
    """The round number (1, 2 or 5 times a power of ten) that is at least as large as wanted."""
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= wanted * 0.999)
    return max(step, 1.0) if is_whole else step


@in_style()
def scatter(
    frame: pd.DataFrame, *, x: str, y: str, group: str, name: str, across: Scale, upward: Scale
) -> Figure:
    """Draw one disc per row, coloured by group; those farthest from the middle carry their name.

    Discs of one place stand around it, so that each can be seen.
    """
    if frame.empty:
        return plot.nothing_to_draw()
    groups = list(dict.fromkeys(frame[group]))
    styles = {own: KINDS[place % len(KINDS)] for place, own in enumerate(groups)}
    key = plot.key_of((str(own), styles[own]) for own in groups)
    xs, ys = across.ticks(frame[x]), upward.ticks(frame[y])
    left = max(86.0, _half(across, xs[0]), 2 * max(_half(upward, tick) for tick in ys) + SIDE + 8)
    right = WIDTH - max(16.0, _half(across, xs[-1]))
    title = wrap_text(upward.title, WIDTH, SMALL_SIZE, lines=_WHOLE)
    shares = pd.DataFrame({"x": (frame[x].astype(float) - xs[0]) / (xs[-1] - xs[0]), "y": (ys[-1] - frame[y].astype(float)) / (ys[-1] - ys[0])})  # fmt: skip
    room = max(
        _spread(shares * pd.Series({"x": right - left, "y": _TALL})).abs().to_numpy().max() - SIDE / 2, 0.0
    )
    left, right, top = left + room, right - room, key.height + 10 + _LINE * len(title) + room
    bottom = top + _TALL
    edge = bottom + SIDE + room
    below = edge + _title_height(across)
    figure = plot.new_figure(below)
    wide, tall = (xs[-1] - xs[0]) / (right - left), (ys[-1] - ys[0]) / _TALL  # of one pixel, among the data
    axes = plot.add_scale(
        figure, left - room, top - SIDE - room, right + room, edge, (xs[0] - room * wide, xs[-1] + room * wide), xs
    )  # fmt: skip
    axes.set_ylim(ys[0] - (SIDE + room) * tall, ys[-1] + (SIDE + room) * tall)
    axes.yaxis.set_visible(True)
    axes.set_yticks(ys)
    axes.grid(axis="y")
    plot.lines(axes, [((xs[0], ys[0]), (xs[-1], ys[0]))], RULE)
    axes.xaxis.set_major_formatter(_formatter(across))
    axes.yaxis.set_major_formatter(_formatter(upward))
    places = shares * pd.Series({"x": right - left, "y": _TALL})
    places = places + _spread(places) + pd.Series({"x": left, "y": top})
    for own in groups:
        rows = places[frame[group] == own]
        found = list(zip(xs[0] + (rows["x"] - left) * wide, ys[0] + (bottom - rows["y"]) * tall, strict=True))
        look = styles[own]
        plot.dots(axes, found, 4.2, look.fill, edge=PAPER, width=1.0, label=str(own), marker=look.marker)
    page = plot.add_plot(figure, 0, 0, WIDTH, below)
    key.draw(page)
    plot.write(page, 0, key.height + _LINE * len(title) / 2 - 4, title, size=SMALL_SIZE, colour=MUTED)
    _write_title(page, across, right, edge)
    _name_outliers(page, places, frame[name], right)
    return figure


def _spread(places: pd.DataFrame) -> pd.DataFrame:
    """How far each disc is moved, in pixels: those of one place fill rings around it, the first stays."""
    shifts = pd.DataFrame(0.0, index=places.index, columns=["x", "y"])
    for _, same in places.groupby([(places["x"] / 4).round(), (places["y"] / 4).round()], sort=True):
        rings = [(ring, turn) for ring in range(_ring_of(len(same)) + 1) for turn in range(max(6 * ring, 1))]
        step = min(_DISC, _FARTHEST / max(_ring_of(len(same)), 1))
        for key, (ring, turn) in zip(same.index, rings, strict=False):
            angle = 2 * math.pi * turn / max(6 * ring, 1)
            shifts.loc[key] = (ring * step * math.cos(angle), ring * step * math.sin(angle))
    return shifts


def _ring_of(count: int) -> int:
    """The outermost ring that so many discs need: one in the middle, then 6, 12, 18 …"""
    ring = 0
    while 1 + 3 * ring * (ring + 1) < count:
        ring += 1
    return ring


def _half(scale: Scale, value: float) -> float:
    """Half the width of what an axis writes at one place."""
    return text_width(scale.written(value), SMALL_SIZE) / 2


def _formatter(scale: Scale) -> FuncFormatter:
    return FuncFormatter(lambda value, _: scale.written(value))


def _title_of(across: Scale) -> list[str]:
    return wrap_text(across.title, WIDTH - 90, SMALL_SIZE, lines=_WHOLE)


def _title_height(across: Scale) -> float:
    """How much room the numbers of a scale and its title need below a plot."""
    return 30 + _LINE * len(_title_of(across))


def _write_title(axes: Axes, across: Scale, right: float, bottom: float) -> None:
    title = _title_of(across)
    plot.write(axes, right, bottom + 26 + _LINE * len(title) / 2, title, "right", SMALL_SIZE, MUTED)


def _name_outliers(axes: Axes, places: pd.DataFrame, names: pd.Series, right: float) -> None:
    """Write the names of the units that lie farthest from the middle: they are what a reader asks about.

    A name stands where it covers no disc and no other name, or not at all.
    """
    scale = places.std().replace(0.0, 1.0).fillna(1.0)
    distance = (((places - places.median()) / scale) ** 2).sum(axis=1)
    taken: list[tuple[float, float, float]] = []
    for place in distance.sort_values(ascending=False, kind="stable").index[:6]:
        x, y, wide = places["x"][place], places["y"][place], text_width(str(names[place]), 11)
        others = places.drop(place)
        for begin, end in ((x + 9, x + 9 + wide), (x - 9 - wide, x - 9)):
            is_free = not (others["x"].between(begin - 5, end + 5) & (abs(others["y"] - y) < 10)).any()
            is_free &= not any(begin < last and first < end and abs(y - height) < 15 for first, last, height in taken)  # fmt: skip
            if len(taken) < 3 and is_free and begin > 0 and end <= right + 12:
                taken.append((begin, end, y))
                plot.write(axes, begin, y, str(names[place]), size=11)
                break


@in_style()
def strips(
    frame: pd.DataFrame,
    *,
    value: str,
    group: str | None,
    order: Sequence[str],
    across: Scale,
    note: Callable[[float, int], str] = lambda _, count: f"n = {count}",
) -> Figure:
    """Draw one row per group (or one in all): a disc per unit, a line at the middle one; `note` tells its mean and number."""
    if frame.empty:
        return plot.nothing_to_draw()
    groups = [word for word in order if (frame[group] == word).any()] if group else [""]
    ticks = across.ticks(frame[value])
    left = plot.name_width(groups, most=230) + 14 if group else max(16.0, _half(across, ticks[0]))
    told = {
        word: note(float(own.mean()), len(own))
        for word in groups
        for own in [_of_group(frame, group, word)[value].astype(float)]
    }
    right = WIDTH - max(60.0, 14 + max(text_width(text, SMALL_SIZE) for text in told.values()))
    pixel = (ticks[-1] - ticks[0]) / (right - left)
    values = {word: sorted(_of_group(frame, group, word)[value].astype(float)) for word in groups}
    shifts = {word: _stacked([one / pixel for one in own]) for word, own in values.items()}
    rows, below = list[plot.Row](), 10.0
    for word in groups:
        tall = max(38.0 if group else 46.0, 2 * max(map(abs, shifts[word])) + 14)
        rows += plot.place_rows([word or " "], left - 14, below, height=tall)
        below = rows[-1].bottom
    bottom = below + 4
    figure = plot.new_figure(bottom + _title_height(across))
    axes = plot.add_scale(figure, left, 4, right, bottom, (ticks[0], ticks[-1]), ticks)
    axes.xaxis.set_major_formatter(_formatter(across))
    _write_title(axes, across, right, bottom)
    plot.lines(axes, [((ticks[0], bottom), (ticks[-1], bottom))], RULE, is_clipped=False)
    middles, found = [], []
    for word, row in zip(groups, rows, strict=True):
        found += [(one, row.middle + shift) for one, shift in zip(values[word], shifts[word], strict=True)]
        middle = float(np.median(values[word]))
        middles.append(((middle, row.middle - 15), (middle, row.middle + 15)))
        plot.write(axes, WIDTH, row.middle, told[word], "right", SMALL_SIZE, MUTED)
    if group:
        plot.write_names(axes, rows, left - 14)
    plot.dots(axes, found, 3.8, QUANTITY.fill, edge=PAPER, width=0.8)
    plot.lines(axes, middles, INK, 2.6, label=MIDDLE)
    return figure


def _of_group(frame: pd.DataFrame, group: str | None, word: str) -> pd.DataFrame:
    return frame if group is None else frame[frame[group] == word]


def _stacked(places: Sequence[float]) -> list[float]:
    """How far each disc of a row moves up or down, so that equal values do not hide each other."""
    ends: list[float] = []
    lanes = []
    for place in places:
        free = next((n for n, end in enumerate(ends) if place - end >= _LANE), len(ends))
        if free == len(ends):
            ends.append(place)
        ends[free] = place
        lanes.append(free)
    step = _LANE * min(1.0, _MOST_LANES / max(len(ends), 1))
    return [step * ((lane + 1) // 2) * (-1 if lane % 2 else 1) for lane in lanes]


@in_style()
def count_bars(frame: pd.DataFrame, *, label: str, count: str, width: float = WIDTH) -> Figure:
    """Draw one bar per row: how many units."""
    if frame.empty:
        return plot.nothing_to_draw(width)
    left, rows = plot.lay_out(
        list(frame[label]), width, 4, height=22 if plot.is_narrow(width) else 30, gap=14
    )
    right = width - 70
    counts = [int(number) for number in frame[count]]
    most = plot.nice_top(float(number) for number in counts)
    figure = plot.new_figure(rows[-1].bottom + 8, width)
    axes = plot.add_plot(figure, left, 4, right, rows[-1].bottom, (0, most))
    plot.write_names(axes, rows, left - 14)
    plot.boxes(axes, [(0, row.middle - 9, number, row.middle + 9) for row, number in zip(rows, counts, strict=True)], QUANTITY)  # fmt: skip
    for row, number in zip(rows, counts, strict=True):
        plot.write(axes, left + (right - left) * number / most + 8, row.middle, number_text(number), is_bold=True)  # fmt: skip
    return figure


@in_style()
def reliability_plot(
    bands: pd.DataFrame,
    *,
    predicted_label: str,
    observed_label: str,
    interval_label: str,
    count_label: str,
    width: float = WIDTH,
) -> Figure:
    """Draw one disc per band of probabilities: the mean predicted across, the share that came upward, its interval.

    The dashed line is where both agree. A disc is as large as its band has schools, whose number stands beside it;
    `bands` are those of `early_warning.reliability`, shares from 0 to 1.
    """
    if bands.empty:
        return plot.nothing_to_draw(width)
    is_narrow = plot.is_narrow(width)
    wide = min(width - _BANDS_LEFT - 12, 330.0 if is_narrow else 420.0)
    signs = [(count_label, Style(GOOD.fill, marker="o")), (interval_label, Style(QUANTITY.fill, marker="|"))]
    key = plot.key_of(signs, width)
    upright = wrap_text(observed_label, width, SMALL_SIZE)
    top = key.height + 18.0 * len(upright) + 22
    figure = plot.new_figure(top + _BANDS_TALL + _FOOT, width)
    ticks = range(0, 101, 20)
    axes = plot.add_scale(
        figure, _BANDS_LEFT, top - _LARGEST, _BANDS_LEFT + wide, top + _BANDS_TALL + _LARGEST, (0, 100), ticks
    )

    def height(share: float) -> float:
        return top + _BANDS_TALL * (1 - plot.held(share, (0, 1)))

    key.draw(axes)
    plot.write(axes, 0, key.height + 9 * len(upright), upright, size=SMALL_SIZE, colour=MUTED)
    for tick in ticks:
        plot.write(axes, _BANDS_LEFT - 12, height(tick / 100), number_text(tick), "right", SMALL_SIZE)
    plot.lines(axes, [((0, height(0)), (100, height(1)))], INK, 1.3, is_dashed=True)
    rows = bands.to_dict("records")
    spans = [((100 * row["predicted"], height(row["low"])), (100 * row["predicted"], height(row["high"]))) for row in rows]  # fmt: skip
    plot.lines(axes, spans, QUANTITY.fill, 2, label=interval_label)
    most = max(row["school_count"] for row in rows)
    for row in rows:
        radius = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(row["school_count"] / most)
        x, y = 100 * row["predicted"], height(row["observed"])
        plot.dots(axes, [(x, y)], radius, GOOD.fill)
        at = _BANDS_LEFT + wide * x / 100
        # Beside the disc, away from the line where both agree.
        is_left = row["observed"] >= row["predicted"] and at > _BANDS_LEFT + 60
        text = f"{number_text(row['missed'])}/{number_text(row['school_count'])}"
        plot.write(axes, at + (-radius - 6 if is_left else radius + 6), y, text, "right" if is_left else "left", TEXT_SIZE, is_bold=True)  # fmt: skip
    plot.write(
        axes, _BANDS_LEFT + wide / 2, top + _BANDS_TALL + 48, predicted_label, "center", SMALL_SIZE, MUTED
    )
    return figure
