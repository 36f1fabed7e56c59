"""Charts of days: what was received when, against the deadline."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import clean_text, is_missing, number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import SIDE, WIDTH
from termreview.reporting.charts.drawing.style import (
    ALERT,
    BLUE_DARK,
    GRID,
    INK,
    MUTED,
    PAPER,
    RULE,
    WARM,
    Style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.drawing.theme import in_style

EXPECTED = "phải nộp"
_EPOCH = dt.date(1970, 1, 1)
_TOP, _TALL = 40.0, 84.0
# The largest disc of a day is whole at either end of the scale.
_SIDE = SIDE + 5


@in_style()
def calendar_strip(
    frame: pd.DataFrame,
    *,
    date: str,
    count: str,
    group: str | None,
    due_on: dt.date | str,
    expected: float | None = None,
) -> Figure:
    """Draw one column per day: what each group sent on it and what had come in altogether, against the deadline.

    A row of the frame is a count of files on one day (of one group); the day itself is on time when it is the
    deadline or before. Rows without a day are not drawn. `expected` is how many should come: the level that the
    line of all files climbs to. Across go days as matplotlib counts them.
    """
    due = _day(due_on)
    received = [
        (day, clean_text(record[group]) if group else "", plot.finite(record[count]) or 0.0)
        for record in frame.to_dict("records")
        if (day := _day(record[date])) is not None
    ]
    received = [entry for entry in received if entry[2] > 0]
    if not received or due is None:
        return plot.nothing_to_draw()
    days = [day for day, _, _ in received]
    first, last = min([*days, due]), max([*days, due])
    span = max((last - first).days, 1)
    groups = list(dict.fromkeys(name for _, name, _ in received))
    left = plot.name_width([*groups, "Lũy kế"], most=190) + 26
    right = WIDTH - 60
    rows = plot.place_rows(groups, left - 26, _TOP + _TALL + 18, height=30)
    bottom = rows[-1].bottom + 2
    figure = plot.new_figure(bottom + 24)
    pixel = span / (right - left)
    begin, end = float(_number(first)), float(_number(first) + span)
    axes = plot.add_plot(figure, left - _SIDE, 22, right + _SIDE, bottom, (begin - _SIDE * pixel, end + _SIDE * pixel))  # fmt: skip
    # The line stands at the end of its day, inside the picture where that day is the last one.
    edge = min(_number(due) + 0.5, end + _SIDE * pixel)
    at_edge = left + (edge - begin) / pixel
    if last > due:
        plot.boxes(axes, [(edge, _TOP, end + _SIDE * pixel, bottom)], Style("#f6efe6"))
        plot.write(axes, at_edge + 6, _TOP + _TALL + 10, "sau hạn nộp", size=11, colour=MUTED)
    _draw_cumulative(axes, received, (begin, end), left, expected)
    plot.write_names(axes, rows, left - 26)
    plot.lines(axes, [((begin, row.middle), (end, row.middle)) for row in rows], GRID)
    plot.lines(axes, [((edge, 22), (edge, bottom))], ALERT, 1.6, is_dashed=True, is_clipped=False)
    for row, name in zip(rows, groups, strict=True):
        own = [(day, n) for day, found, n in received if found == name]
        _draw_days(axes, own, row.middle, due)
        plot.write(axes, WIDTH, row.middle, number_text(sum(n for _, n in own)), "right", is_bold=True)
    deadline = f"hạn nộp {number_text(due, 'date')}"
    half = text_width(deadline, SMALL_SIZE, True) / 2
    plot.write(axes, min(max(at_edge, half), WIDTH - half), 12, deadline, "center", SMALL_SIZE, ALERT, is_bold=True)  # fmt: skip
    _write_days(axes, first, last, bottom)
    return figure


def _draw_cumulative(
    axes: Axes,
    received: list[tuple[dt.date, str, float]],
    limits: tuple[float, float],
    left: float,
    expected: float | None,
) -> None:
    begin, end = limits
    floor = _TOP + _TALL
    total = sum(n for _, _, n in received)
    whole = max(total, expected or 0)
    points = [(begin, floor)]
    so_far = 0.0
    for day in sorted({day for day, _, _ in received}):
        points.append((_number(day), floor - so_far / whole * (_TALL - 14)))
        so_far += sum(n for found, _, n in received if found == day)
        points.append((_number(day), floor - so_far / whole * (_TALL - 14)))
    points.append((end, points[-1][1]))
    if whole > total:
        y = _TOP + 14.0
        plot.lines(axes, [((begin, y), (axes.get_xlim()[1], y))], MUTED, 1, is_dashed=True)
        plot.write(axes, left, y - 9, f"{EXPECTED} {number_text(whole)}", size=SMALL_SIZE, colour=MUTED)
        # The two figures at the end of the line must not meet.
        plot.write(axes, WIDTH, min(y, points[-1][1] - 15), number_text(whole), "right", SMALL_SIZE, MUTED)
    plot.lines(axes, [((begin, floor), (end, floor))], RULE)
    plot.lines(axes, [points], BLUE_DARK, 2.2, label="Lũy kế")
    plot.write(axes, left - 26, floor - 12, "Lũy kế", "right")
    plot.write(axes, WIDTH, points[-1][1], number_text(total), "right", is_bold=True)


def _draw_days(axes: Axes, counts: list[tuple[dt.date, float]], middle: float, due: dt.date) -> None:
    for day in sorted({day for day, _ in counts}):
        number = sum(n for found, n in counts if found == day)
        radius = min(5.5 + number**0.5 * 1.6, 13.5)
        is_late = day > due
        plot.dots(axes, [(_number(day), middle)], radius, WARM if is_late else BLUE_DARK, edge=PAPER, width=1.2)  # fmt: skip
        ink = INK if is_late else PAPER
        plot.write_at(axes, _number(day), middle, number_text(number), 10.5, ink, is_bold=True)


def _write_days(axes: Axes, first: dt.date, last: dt.date, bottom: float) -> None:
    step = max(1, -(-(last - first).days // 9))
    days = [first + dt.timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    plot.lines(axes, [((_number(day), bottom), (_number(day), bottom + 4)) for day in days], RULE, is_clipped=False)  # fmt: skip
    for day in days:
        text = f"{day.day:02d}/{day.month:02d}"
        plot.write_at(axes, _number(day), bottom + 13, text, SMALL_SIZE, MUTED)


def _number(day: dt.date) -> int:
    """One day as matplotlib counts days."""
    return (day - _EPOCH).days


def _day(value: Any) -> dt.date | None:
    if is_missing(value):
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else pd.Timestamp(str(value)).date()
