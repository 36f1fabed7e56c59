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
from termreview.reporting.charts.drawing.style import ALERT, BEHIND, GOOD, INK, LATE_GROUND, MUTED, RULE
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

EXPECTED = "phải nộp"
_ALTOGETHER = "Lũy kế"
_EPOCH = dt.date(1970, 1, 1)
_TOP, _TALL = 40.0, 84.0
_LANE, _COLUMN = 58.0, 36.0  # what one group sent: the height of its lane, of the highest column
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
    width: float = WIDTH,
) -> Figure:
    """Draw one column per day: what each group sent on it and what had come in altogether, against the deadline.

    Where days stand too close for their counts, several are one column; none holds days before and after the deadline.

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
        return plot.nothing_to_draw(width)
    days = [day for day, _, _ in received]
    first, last = min([*days, due]), max([*days, due])
    span = max((last - first).days, 1)
    groups = list(dict.fromkeys(name for _, name, _ in received))
    digits = text_width(number_text(max(88.0, *(n for *_, n in received))), SMALL_SIZE, True)
    total_width = max(
        text_width(number_text(n), is_bold=True) for n in (expected or 0, sum(n for *_, n in received))
    )
    is_narrow = plot.is_narrow(width)
    names = plot.name_width([*groups, _ALTOGETHER], most=190) + 26
    left = 4 + _SIDE if is_narrow else names
    right = width - max(total_width + 12, 32) - _SIDE
    floor = _TOP + _TALL
    lane = _LANE + (18 if is_narrow else 0)
    lanes = [
        floor + (38 if is_narrow else 30) + lane * (place + 1) - 12 for place in range(len(groups))
    ]  # feet
    bottom = lanes[-1] + 4
    step = int(-(-(digits + 3) * span // (right - left)))  # days of one column
    columns = [
        _columns([(day, n) for day, found, n in received if found == name], due, step) for name in groups
    ]
    most = max(number for own in columns for number in own.values())
    note = f"mỗi cột: {number_text(step)} ngày" if step > 1 else ""
    figure = plot.new_figure(bottom + 24 + (16 if note else 0), width)
    pixel = span / (right - left)
    begin, end = float(day_number(first)), float(day_number(first) + span)
    axes = plot.add_plot(figure, left - _SIDE, 22, right + _SIDE, bottom, (begin - _SIDE * pixel, end + _SIDE * pixel))  # fmt: skip
    # The line stands at the end of its day, inside the picture where that day is the last one.
    edge = min(day_number(due) + 0.5, end + _SIDE * pixel)
    at_edge = left + (edge - begin) / pixel
    if last > due:
        plot.boxes(axes, [(edge, _TOP, end + _SIDE * pixel, bottom)], LATE_GROUND)
        plot.write(axes, at_edge + 6, floor + 10, "sau hạn nộp", size=11, colour=MUTED)
    _draw_cumulative(axes, received, (begin, end), (left, width), expected)
    plot.lines(axes, [((begin - _SIDE * pixel, foot), (end + _SIDE * pixel, foot)) for foot in lanes], RULE)
    plot.lines(axes, [((edge, 22), (edge, bottom))], ALERT, 1.6, is_dashed=True, is_clipped=False)
    if is_narrow:
        plot.write(axes, 0, floor + 10, _ALTOGETHER)
    else:
        plot.write(axes, names - 26, floor - 12, _ALTOGETHER, "right")
    for foot, name, own in zip(lanes, groups, columns, strict=True):
        _draw_columns(axes, own, foot, most, min(0.36 * step, 13 * pixel))
        if is_narrow:
            plot.write(axes, 0, foot - _COLUMN - 24, wrap_text(name, width - 60, lines=1))
        else:
            plot.write(axes, names - 26, foot - 10, wrap_text(name, names - 26), "right")
        plot.write(axes, width, foot - 10, number_text(sum(own.values())), "right", is_bold=True)
    deadline = f"hạn nộp {number_text(due, 'date')}"
    half = text_width(deadline, SMALL_SIZE, True) / 2
    plot.write(axes, min(max(at_edge, half), width - half), 12, deadline, "center", SMALL_SIZE, ALERT, is_bold=True)  # fmt: skip
    _write_days(axes, first, last, bottom, 4 if is_narrow else 9)
    plot.write(axes, width, bottom + 32, note, "right", SMALL_SIZE, MUTED)
    return figure


def _draw_cumulative(
    axes: Axes,
    received: list[tuple[dt.date, str, float]],
    limits: tuple[float, float],
    edges: tuple[float, float],
    expected: float | None,
) -> None:
    (begin, end), (left, width) = limits, edges
    floor = _TOP + _TALL
    total = sum(n for _, _, n in received)
    whole = max(total, expected or 0)
    points = [(begin, floor)]
    so_far = 0.0
    for day in sorted({day for day, _, _ in received}):
        points.append((day_number(day), floor - so_far / whole * (_TALL - 14)))
        so_far += sum(n for found, _, n in received if found == day)
        points.append((day_number(day), floor - so_far / whole * (_TALL - 14)))
    points.append((end, points[-1][1]))
    if whole > total:
        y = _TOP + 14.0
        plot.lines(axes, [((begin, y), (axes.get_xlim()[1], y))], MUTED, 1, is_dashed=True)
        plot.write(axes, left, y - 9, f"{EXPECTED} {number_text(whole)}", size=SMALL_SIZE, colour=MUTED)
        # The two figures at the end of the line must not meet.
        plot.write(axes, width, min(y, points[-1][1] - 15), number_text(whole), "right", SMALL_SIZE, MUTED)
    plot.lines(axes, [((begin, floor), (end, floor))], RULE)
    plot.lines(axes, [points], INK, 2.2, label=_ALTOGETHER)
    plot.write(axes, width, points[-1][1], number_text(total), "right", is_bold=True)


def _columns(counts: list[tuple[dt.date, float]], due: dt.date, step: int) -> dict[tuple[bool, float], float]:
    """The columns of one lane, each of so many days: whether they are late, the middle of them -> the count."""
    columns: dict[tuple[bool, float], float] = {}
    for day, number in counts:
        late = (day - due).days
        start = (
            late - (late - 1) % step if late > 0 else late + -late % step - step + 1
        )  # of the column's days
        place = (late > 0, day_number(due) + start + (step - 1) / 2)
        columns[place] = columns.get(place, 0) + number
    return columns


def _draw_columns(axes: Axes, columns: dict[tuple[bool, float], float], foot: float, most: float, half: float) -> None:  # fmt: skip
    for style, is_late in ((GOOD, False), (BEHIND, True)):
        found = []
        for (late, x), number in columns.items():
            if late is is_late:
                top = foot - max(_COLUMN * number / most, 2)
                found.append((x - half, top, x + half, foot))
                plot.write_at(axes, x, top - 9, number_text(number), SMALL_SIZE, INK, is_bold=True)
        plot.boxes(axes, found, style)


def _write_days(axes: Axes, first: dt.date, last: dt.date, bottom: float, most: int) -> None:
    step = max(1, -(-(last - first).days // most))
    days = [first + dt.timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    plot.lines(axes, [((day_number(day), bottom), (day_number(day), bottom + 4)) for day in days], RULE, is_clipped=False)  # fmt: skip
    for day in days:
        text = f"{day.day:02d}/{day.month:02d}"
        plot.write_at(axes, day_number(day), bottom + 13, text, SMALL_SIZE, MUTED)


def day_number(day: dt.date) -> int:
    """One day as matplotlib counts days."""
    return (day - _EPOCH).days


def _day(value: Any) -> dt.date | None:
    if is_missing(value):
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else pd.Timestamp(str(value)).date()
