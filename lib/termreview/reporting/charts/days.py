"""Charts of days: what was received when, against the deadline."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import clean_text, is_missing
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Dot, Mark, Stroke, Words
from termreview.reporting.charts.drawing.layout import draw_names, finite, name_width, place_rows
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
from termreview.reporting.charts.figures import Figure, drawn, nothing_to_draw

EXPECTED = "phải nộp"


def calendar_strip(
    frame: pd.DataFrame,
    *,
    date: str,
    count: str,
    group: str | None,
    due_on: dt.date | str,
    title: str,
    alt: str,
    caption: str = "",
    expected: float | None = None,
) -> Figure:
    """Draw one column per day: what each group sent on it and what had come in altogether, against the deadline.

    A row of the frame is a count of files on one day (of one group); the day itself is on time when it is the
    deadline or before. Rows without a day are not drawn. `expected` is how many should come: the level that the
    line of all files climbs to.
    """
    due = _day(due_on)
    received = [
        (_day(record[date]), clean_text(record[group]) if group else "", finite(record[count]) or 0.0)
        for record in frame.to_dict("records")
        if not is_missing(record[date])
    ]
    received = [entry for entry in received if entry[2] > 0]
    if not received or due is None:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    days = [day for day, _, _ in received if day is not None]
    first, last = min([*days, due]), max([*days, due])
    span = max((last - first).days, 1)
    groups = list(dict.fromkeys(name for _, name, _ in received))
    totals = {name: sum(n for _, found, n in received if found == name) for name in groups}
    left = name_width([*groups, "Lũy kế"], most=190) + 26
    right = WIDTH - 60

    def place(day: dt.date) -> float:
        return left + (day - first).days / span * (right - left)

    top, tall = 40.0, 84.0
    rows = place_rows(groups, left - 26, top + tall + 18, height=30)
    bottom = rows[-1].bottom + 2
    # The line stands at the end of its day, inside the picture where that day is the last one.
    edge = min(place(due) + (right - left) / span / 2, right + 14)
    marks: list[Mark] = []
    if last > due:
        marks.append(Box(edge, top, right + 14 - edge, bottom - top, Style("#f6efe6")))
        marks.append(Words(edge + 6, top + tall + 10, "sau hạn nộp", size=11, colour=MUTED))
    marks += _cumulative(received, place, top, tall, right, left, expected)
    marks += draw_names(rows, left - 26)
    for row in rows:
        marks.append(Stroke(((left, row.middle), (right, row.middle)), GRID))
    for row, name in zip(rows, groups, strict=True):
        marks += _day_dots([(day, n) for day, found, n in received if found == name], place, row.middle, due)
        marks.append(Words(WIDTH, row.middle, number_text(totals[name]), "right", is_bold=True))
    marks += [
        Stroke(((edge, 22), (edge, bottom)), ALERT, 1.6, is_dashed=True),
        Words(
            _inside(edge, f"hạn nộp {number_text(due, 'date')}"),
            12,
            f"hạn nộp {number_text(due, 'date')}",
            "center",
            SMALL_SIZE,
            ALERT,
            is_bold=True,
        ),
    ]
    marks += _days_axis(first, last, place, bottom)
    return drawn(marks, bottom + 24, title=title, alt=alt, caption=caption)


def _cumulative(
    received: list[Any],
    place: Any,
    top: float,
    tall: float,
    right: float,
    left: float,
    expected: float | None,
) -> list[Mark]:
    days = sorted({day for day, _, _ in received})
    total = sum(n for _, _, n in received)
    whole = max(total, expected or 0)
    points = [(left, top + tall)]
    so_far = 0.0
    for day in days:
        x = place(day)
        points.append((x, top + tall - so_far / whole * (tall - 14)))
        so_far += sum(n for found, _, n in received if found == day)
        points.append((x, top + tall - so_far / whole * (tall - 14)))
    points.append((right, points[-1][1]))
    ceiling: list[Mark] = []
    if whole > total:
        y = top + 14.0
        # The two figures at the end of the line must not meet.
        points_end = points[-1][1]
        told = min(y, points_end - 15)
        ceiling = [
            Stroke(((left, y), (right + 14, y)), MUTED, 1, is_dashed=True),
            Words(left, y - 9, f"{EXPECTED} {number_text(whole)}", size=SMALL_SIZE, colour=MUTED),
            Words(WIDTH, told, number_text(whole), "right", SMALL_SIZE, MUTED),
        ]
    return [
        *ceiling,
        Stroke(((left, top + tall), (right, top + tall)), RULE),
        Stroke(tuple(points), BLUE_DARK, 2.2),
        Words(left - 26, top + tall - 12, "Lũy kế", "right"),
        Words(WIDTH, points[-1][1], number_text(total), "right", is_bold=True),
    ]


def _day_dots(counts: list[Any], place: Any, middle: float, due: dt.date) -> list[Mark]:
    marks: list[Mark] = []
    for day in sorted({day for day, _ in counts}):
        number = sum(n for found, n in counts if found == day)
        radius = min(5.5 + number**0.5 * 1.6, 13.5)
        is_late = day > due
        marks.append(Dot(place(day), middle, radius, WARM if is_late else BLUE_DARK, PAPER, 1.2))
        ink = INK if is_late else PAPER
        marks.append(Words(place(day), middle, number_text(number), "center", 10.5, ink, is_bold=True))
    return marks


def _days_axis(first: dt.date, last: dt.date, place: Any, bottom: float) -> list[Mark]:
    step = max(1, -(-(last - first).days // 9))
    days = [first + dt.timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    marks: list[Mark] = []
    for day in days:
        x = place(day)
        marks.append(Stroke(((x, bottom), (x, bottom + 4)), RULE))
        marks.append(Words(x, bottom + 13, f"{day.day:02d}/{day.month:02d}", "center", SMALL_SIZE, MUTED))
    return marks


def _inside(x: float, text: str) -> float:
    half = text_width(text, SMALL_SIZE, True) / 2
    return min(max(x, half), WIDTH - half)


def _day(value: Any) -> dt.date | None:
    if is_missing(value):
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else pd.Timestamp(str(value)).date()
