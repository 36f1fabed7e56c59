"""Charts of several years: one small panel per unit on one scale, a line per group, broken where the rule changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import WIDTH, Anchor, Point
from termreview.reporting.charts.drawing.style import (
    ALERT,
    DASHED,
    DASHED_UPRIGHT,
    FAINT,
    GRID,
    MUTED,
    PAPER,
    Style,
    part_styles,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

_COLUMNS, _GAP = 3, 26.0
_HEIGHT, _LOWER = 96.0, 72.0  # of the lines of one panel; where more than usual stand side by side
_FOOT: Final = 30.0
_SIDE: Final = 8.0
BREAK: Final = Style(ALERT, marker=DASHED_UPRIGHT)


@in_style()
def line_panels(
    frame: pd.DataFrame,
    *,
    panel: str,
    line: str,
    when: str,
    value: str,
    rule: str,
    names: Mapping[str, str],
    break_label: str,
    limits: tuple[float, float],
    ticks: Sequence[float],
    was: str = "",
    was_label: str = "",
    columns: int = _COLUMNS,
    format: str = "points",
    width: float = WIDTH,
) -> Figure:
    """Draw a panel per value of `panel`, in it a line per value of `line` through its values in the order of `when`.

    Between two times of which `rule` is another one no line goes, and a dashed red stroke stands: what lies on its two
    sides is not measured alike. A time without a value leaves a gap. All panels have one scale.

    Parameters
    ----------
    names : value of `line` -> its name in the key, in this order.
    ticks : where faint lines lie, their values written at the left.
    was : the same value counted another way (`was_label` in the key): a thin dashed line wherever a line differs by it.
    columns : panels side by side on a page.
    """
    if frame.empty:
        return plot.nothing_to_draw(width)
    titles = list(dict.fromkeys(frame[panel]))
    frame = frame.assign(_was=_otherwise(frame, (panel, line), value, was))
    times = sorted(frame[when].unique())
    styles = part_styles(list(names))
    signs = [(names[name], Style(styles[name].fill, marker=styles[name].marker or "o")) for name in names]
    if frame["_was"].notna().any():
        signs.append((was_label, Style(MUTED, marker=DASHED)))
    if (frame.groupby([panel, line])[rule].nunique() > 1).any():
        signs.append((break_label, BREAK))
    key = plot.key_of(signs, width)
    columns = (
        1 if plot.is_narrow(width) else 2 if len(titles) == columns + 1 == 4 else min(columns, len(titles))
    )
    side = max(text_width(number_text(tick, "integer"), SMALL_SIZE) for tick in ticks) + 8
    wide = (width - _GAP * (columns - 1)) / columns
    heads = [wrap_text(title, wide, TEXT_SIZE, is_bold=True, lines=2) for title in titles]
    head = 20.0 * max(map(len, heads)) + 6
    rise = _LOWER if columns > _COLUMNS else _HEIGHT
    tall = head + rise + _FOOT
    rows = -(-len(titles) // columns)
    figure = plot.new_figure(key.height + rows * tall, width)
    for place, title in enumerate(titles):
        left, top = (wide + _GAP) * (place % columns), key.height + tall * (place // columns)
        start, end = left + side + 6, left + wide - 18
        span = max(len(times) - 1, 1)
        more = _SIDE * span / (end - start)  # signs at the ends are whole
        axes = plot.add_plot(figure, start - _SIDE, top, end + _SIDE, top + tall, (-more, span + more))
        if place == 0:
            key.draw(axes)
        plot.write(axes, left, top + 10 * len(heads[place]), heads[place], is_bold=True)
        floor = top + head + rise

        def height(found: float, floor: float = floor) -> float:
            low, high = limits
            return floor - rise * (plot.held(found, limits) - low) / (high - low)

        grid = [((0, height(tick)), (span, height(tick))) for tick in ticks]
        plot.lines(axes, grid, GRID)
        for tick in ticks:
            plot.write(axes, left + side, height(tick), number_text(tick, "integer"), "right", SMALL_SIZE, MUTED)  # fmt: skip
        _write_times(axes, times, start, end, floor + 14)
        own = frame[frame[panel] == title]
        for name in names:
            rows = own[own[line] == name]
            _draw_was(axes, rows, times, when, rule, styles[name].fill, height)
            _draw_line(axes, rows, times, when, value, rule, styles[name], height)
        _write_ends(axes, own, times, when, value, height, format, (start, end))
        _mark_breaks(axes, own, times, when, rule, (top + head - 4, floor))
    return figure


def _otherwise(frame: pd.DataFrame, keys: tuple[str, str], value: str, was: str) -> pd.Series:
    """The values counted another way, of the lines that differ by it; missing elsewhere."""
    if not was:
        return pd.Series(float("nan"), index=frame.index)
    differs = ~np.isclose(frame[value].astype(float), frame[was].astype(float), atol=0.05, equal_nan=True)
    of_line = pd.Series(differs, index=frame.index).groupby([frame[name] for name in keys]).transform("any")
    return frame[was].astype(float).where(of_line)


def _draw_was(
    axes: Axes, own: pd.DataFrame, times: Sequence[str], when: str, rule: str, colour: str, height: Any
) -> None:
    runs = _runs(own, times, when, "_was", rule, height)
    plot.lines(axes, [run for run in runs if len(run) > 1], colour, 1.4, is_dashed=True)


def _runs(own: pd.DataFrame, times: Sequence[str], when: str, value: str, rule: str, height: Any) -> list[list[Point]]:  # fmt: skip
    """The pieces of one line: broken where a value is missing or the rule is another one."""
    found = {record[when]: record for record in own.to_dict("records")}
    runs: list[list[Point]] = []
    before: Any = None
    for place, time in enumerate(times):
        record = found.get(time)
        number = None if record is None else plot.finite(record[value])
        if record is None or number is None:
            before = None
            continue
        if before is None or before != record[rule]:
            runs.append([])
        runs[-1].append((place, height(number)))
        before = record[rule]
    return runs


def _write_times(axes: Axes, times: Sequence[str], start: float, end: float, middle: float) -> None:
    """Write the first and the last time, and those between where they do not meet."""
    step = (end - start) / max(len(times) - 1, 1)
    is_close = step < text_width(short_year(times[0]), SMALL_SIZE) + 6
    for place, time in enumerate(times):
        if is_close and 0 < place < len(times) - 1:
            continue
        plot.write(axes, start + step * place, middle, short_year(time), "center", SMALL_SIZE, MUTED)


def short_year(school_year: str) -> str:
    """A school year as it stands under a small chart: `2023-2024` as `23-24`."""
    return "-".join(part[-2:] for part in school_year.split("-"))


def _draw_line(axes: Axes, own: pd.DataFrame, times: Sequence[str], when: str, value: str, rule: str, style: Style, height: Any) -> None:  # fmt: skip
    runs = _runs(own, times, when, value, rule, height)
    plot.lines(axes, [run for run in runs if len(run) > 1], style.fill, 2.2, is_round=True)
    points = [point for run in runs for point in run]
    plot.dots(axes, points, 3.6, style.fill, edge=PAPER, width=1.2, marker=style.marker or "o")


def _write_ends(axes: Axes, own: pd.DataFrame, times: Sequence[str], when: str, value: str, height: Any, format: str, ends: tuple[float, float]) -> None:  # fmt: skip
    """Write the values of the first and last time: that of the highest line above it, those of others below."""
    for place in sorted({0, len(times) - 1}):
        numbers = sorted((number for number in map(plot.finite, own[own[when] == times[place]][value]) if number is not None), reverse=True)  # fmt: skip
        x = ends[0] + (ends[1] - ends[0]) * place / max(len(times) - 1, 1)
        anchor: Anchor = "right" if place else "left"
        for rank, number in enumerate(numbers):
            shift = 12.0 if rank else -12.0
            plot.write(axes, x + (9 if place else 2), height(number) + shift, number_text(number, format), anchor, SMALL_SIZE)  # fmt: skip


def _mark_breaks(axes: Axes, own: pd.DataFrame, times: Sequence[str], when: str, rule: str, ends: tuple[float, float]) -> None:  # fmt: skip
    rules = own.groupby(when)[rule].agg(lambda found: ";".join(sorted(map(str, set(found)))))
    places = [
        place - 0.5
        for place in range(1, len(times))
        if times[place] in rules.index and times[place - 1] in rules.index and rules[times[place]] != rules[times[place - 1]]
    ]  # fmt: skip
    plot.lines(axes, [((place, ends[0]), (place, ends[1])) for place in places], FAINT, 6)
    plot.lines(axes, [((place, ends[0]), (place, ends[1])) for place in places], ALERT, 1.6, is_dashed=True)
