"""Charts of change: where each row stood before, where it stands after."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from termreview.reporting.blocks.number_format import NO_BREAK_SPACE, number_text, printed_difference
from termreview.reporting.charts.drawing.canvas import WIDTH, Dot, Mark, Stroke, Words
from termreview.reporting.charts.drawing.layout import (
    FORMATS_BY_UNIT,
    draw_axis,
    draw_names,
    finite,
    name_width,
    nice_top,
    no_figures,
    place_rows,
    quarters,
    scale,
)
from termreview.reporting.charts.drawing.style import ALERT, BLUE_DARK, BLUE_MID, PAPER, WARM
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.figures import Figure, drawn, nothing_to_draw

# What a percentage moves by: a per cent of a percentage would be another figure.
PERCENTAGE_POINTS: Final = "điểm %"


def dumbbell(
    frame: pd.DataFrame,
    *,
    label: str,
    before: str,
    after: str,
    before_label: str,
    after_label: str,
    unit: str,
    title: str,
    alt: str,
    caption: str = "",
    line: str | None = None,
) -> Figure:
    """Draw one row per label: a ring where it stood before, a disc where it stands after, and the change in words.

    What fell is joined in the warm colour.

    `unit` is percent (0-100), points, ratio or count; `line` names the column of a target.
    """
    if frame.empty:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    records = frame.to_dict("records")
    texts = [_change_text(record[before], record[after], unit) for record in records]
    left = name_width(frame[label], most=250) + 22
    right = WIDTH - max(text_width(text, SMALL_SIZE) for text in texts) - 22
    columns = [before, after, *([line] if line else [])]
    most = (
        100.0
        if unit in ("percent", "points")
        else nice_top(finite(record[name]) for record in records for name in columns)
    )
    place = scale((0, most), left, right)
    rows = place_rows(list(frame[label]), left - 22, 34, height=30)
    bottom = rows[-1].bottom
    ticks = [
        (value, number_text(value, "integer" if most >= 4 else "ratio")) for value in quarters((0, most))
    ]
    marks = _change_legend(before_label, after_label, line is not None)
    marks += draw_axis(ticks, place, 30, bottom)
    marks += draw_names(rows, left - 22)
    for row, record, text in zip(rows, records, texts, strict=True):
        start, end = finite(record[before]), finite(record[after])
        target = finite(record[line]) if line else None
        if target is not None:
            marks.append(
                Stroke(((place(target), row.middle - 11), (place(target), row.middle + 11)), ALERT, 2)
            )
        if start is not None and end is not None:
            colour = WARM if end < start else BLUE_MID
            marks.append(Stroke(((place(start), row.middle), (place(end), row.middle)), colour, 4))
        if start is not None:
            marks.append(Dot(place(start), row.middle, 5.5, PAPER, BLUE_DARK, 1.8))
        if end is not None:
            marks.append(Dot(place(end), row.middle, 6, BLUE_DARK))
        if start is None and end is None:
            marks += no_figures(left, row.middle)
        marks.append(Words(WIDTH, row.middle, text, "right", SMALL_SIZE))
    return drawn(marks, bottom + 24, title=title, alt=alt, caption=caption)


def _change_text(before: Any, after: Any, unit: str) -> str:
    form = FORMATS_BY_UNIT[unit]
    start, end = number_text(before, form), number_text(after, form)
    was, now = finite(before), finite(after)
    if was is None or now is None:
        return f"{start} → {end}"
    moved = printed_difference(was, now, form) or 0.0
    change = number_text(moved, "decimal1" if unit == "percent" else form)
    of = f"{NO_BREAK_SPACE}{PERCENTAGE_POINTS}" if unit == "percent" else ""
    return f"{start} → {end} ({'+' if moved > 0 else ''}{change}{of})"


def _change_legend(before_label: str, after_label: str, has_line: bool) -> list[Mark]:
    x = 18 + text_width(before_label, SMALL_SIZE) + 26
    marks: list[Mark] = [
        Dot(6, 9, 5.5, PAPER, BLUE_DARK, 1.8),
        Words(18, 9, before_label, size=SMALL_SIZE),
        Dot(x + 6, 9, 6, BLUE_DARK),
        Words(x + 18, 9, after_label, size=SMALL_SIZE),
    ]
    if has_line:
        x += 18 + text_width(after_label, SMALL_SIZE) + 26
        marks += [Stroke(((x + 6, 0), (x + 6, 18)), ALERT, 2), Words(x + 18, 9, "mức đề ra", size=SMALL_SIZE)]
    return marks
