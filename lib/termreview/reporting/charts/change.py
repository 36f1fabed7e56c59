"""Charts of change: where each row stood before, where it stands after."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import NO_BREAK_SPACE, number_text, printed_difference
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import FORMATS_BY_UNIT, WIDTH, Point
from termreview.reporting.charts.drawing.style import ALERT, BLUE_DARK, BLUE_MID, PAPER, WARM
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.drawing.theme import in_style

# What a percentage moves by: a per cent of a percentage would be another figure.
PERCENTAGE_POINTS: Final = "điểm %"


@in_style()
def dumbbell(
    frame: pd.DataFrame,
    *,
    label: str,
    before: str,
    after: str,
    before_label: str,
    after_label: str,
    unit: str,
    line: str | None = None,
) -> Figure:
    """Draw one row per label: a ring where it stood before, a disc where it stands after, and the change in words.

    What fell is joined in the warm colour. `unit` is percent (0-100), points, ratio or count; `line` names the column
    of a target.
    """
    if frame.empty:
        return plot.nothing_to_draw()
    records = frame.to_dict("records")
    texts = [_change_text(record[before], record[after], unit) for record in records]
    left = plot.name_width(frame[label], most=250) + 22
    right = WIDTH - max(text_width(text, SMALL_SIZE) for text in texts) - 22
    columns = [before, after, *([line] if line else [])]
    most = 100.0 if unit in ("percent", "points") else plot.nice_top(plot.finite(record[name]) for record in records for name in columns)  # fmt: skip
    limits = (0.0, most)
    rows = plot.place_rows(list(frame[label]), left - 22, 34, height=30)
    bottom = rows[-1].bottom
    figure = plot.new_figure(bottom + 24)
    ticks = [most * n / 4 for n in range(5)]
    axes = plot.add_scale(figure, left, 30, right, bottom, limits, ticks, "integer" if most >= 4 else "ratio")
    _write_key(axes, before_label, after_label, line is not None)
    plot.write_names(axes, rows, left - 22)
    befores: list[Point] = []
    afters: list[Point] = []
    targets: list[tuple[Point, Point]] = []
    falls: list[tuple[Point, Point]] = []
    rises: list[tuple[Point, Point]] = []
    for row, record, text in zip(rows, records, texts, strict=True):
        start, end, target = (
            None if value is None else plot.held(value, limits)
            for value in (
                plot.finite(record[before]),
                plot.finite(record[after]),
                plot.finite(record[line]) if line else None,
            )
        )
        if target is not None:
            targets.append(((target, row.middle - 11), (target, row.middle + 11)))
        if start is not None:
            befores.append((start, row.middle))
        if end is not None:
            afters.append((end, row.middle))
        if start is not None and end is not None:
            (falls if end < start else rises).append(((start, row.middle), (end, row.middle)))
        if start is None and end is None:
            plot.write_no_figures(axes, left, row.middle)
        plot.write(axes, WIDTH, row.middle, text, "right", SMALL_SIZE)
    plot.lines(axes, targets, ALERT, 2, label="mức đề ra")
    plot.lines(axes, falls, WARM, 4)
    plot.lines(axes, rises, BLUE_MID, 4)
    plot.dots(axes, befores, 5.5, PAPER, edge=BLUE_DARK, width=1.8, label=before_label)
    plot.dots(axes, afters, 6, BLUE_DARK, label=after_label)
    return figure


def _change_text(before: Any, after: Any, unit: str) -> str:
    form = FORMATS_BY_UNIT[unit]
    start, end = number_text(before, form), number_text(after, form)
    was, now = plot.finite(before), plot.finite(after)
    if was is None or now is None:
        return f"{start} → {end}"
    moved = printed_difference(was, now, form) or 0.0
    change = number_text(moved, "decimal1" if unit == "percent" else form)
    of = f"{NO_BREAK_SPACE}{PERCENTAGE_POINTS}" if unit == "percent" else ""
    return f"{start} → {end} ({'+' if moved > 0 else ''}{change}{of})"


def _write_key(axes: Axes, before_label: str, after_label: str, has_line: bool) -> None:
    x = 18 + text_width(before_label, SMALL_SIZE) + 26
    plot.dots(axes, [(6, 9)], 5.5, PAPER, edge=BLUE_DARK, width=1.8, of_page=True)
    plot.write(axes, 18, 9, before_label, size=SMALL_SIZE)
    plot.dots(axes, [(x + 6, 9)], 6, BLUE_DARK, of_page=True)
    plot.write(axes, x + 18, 9, after_label, size=SMALL_SIZE)
    if has_line:
        x += 18 + text_width(after_label, SMALL_SIZE) + 26
        plot.lines(axes, [((x + 6, 0), (x + 6, 18))], ALERT, 2, of_page=True)
        plot.write(axes, x + 18, 9, "mức đề ra", size=SMALL_SIZE)
