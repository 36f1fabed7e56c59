"""Charts of one figure per row: ratios against their targets, gaps to either side of nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import FORMATS_BY_UNIT, WIDTH, Box
from termreview.reporting.charts.drawing.style import (
    ALERT,
    BEST,
    BLUE_MID,
    GREY_PALE,
    INK,
    LOW,
    MIDDLE,
    MUTED,
    PAPER,
    WARM,
    Style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.drawing.theme import in_style

_OUTCOMES = {
    "đạt mức đề ra": BEST,
    "chưa đạt mức đề ra": LOW,
    "không có mức đề ra": MIDDLE,
}


@in_style()
def ratio_strip(
    frame: pd.DataFrame,
    *,
    label: str,
    value: str,
    numerator: str,
    denominator: str,
    line: str | None,
    better: str,
    unit: str,
) -> Figure:
    """Draw one bar per ratio or per school level, with its target marked and its two counts written out.

    `value` and `line` hold percentages as 0-100 (unit percent) or plain ratios (unit ratio); `better` is higher or
    lower. `better` and `unit` may also name columns of the frame. Across goes the share (0-1) of each row's own scale.
    """
    if frame.empty:
        return plot.nothing_to_draw()
    records = frame.to_dict("records")
    values = [number_text(record[value], FORMATS_BY_UNIT[_own(record, unit)]) for record in records]
    counts = [f"{number_text(record[numerator])}/{number_text(record[denominator])}" for record in records]
    targets = [_target_text(record, line, better, unit) for record in records]
    outcomes = [_outcome(record, value, line, better) for record in records]
    left = plot.name_width(frame[label], most=250) + 12
    value_width = max(text_width(text, is_bold=True) for text in values) + 10
    count_width = max(text_width(text, SMALL_SIZE) for text in counts)
    right = WIDTH - 14 - max(value_width + count_width, *(text_width(text, SMALL_SIZE) for text in targets))
    key = plot.key_of((name, style) for name, style in _OUTCOMES.items() if name in outcomes and line)
    rows = plot.place_rows(list(frame[label]), left - 12, key.height, height=42)
    plain = [record for record in records if _own(record, unit) != "percent"]
    most = plot.nice_top(plot.finite(record[name]) for record in plain for name in (value, line) if name)
    figure = plot.new_figure(rows[-1].bottom + 4)
    axes = plot.add_plot(
        figure,
        left - 3,
        key.height,
        right + 3,
        rows[-1].bottom,
        (-3 / (right - left), 1 + 3 / (right - left)),
    )
    key.draw(axes)
    plot.write_names(axes, rows, left - 12)
    lanes: list[Box] = []
    bars: dict[str, list[Box]] = {name: [] for name in _OUTCOMES}
    marks = []
    for place, (row, record) in enumerate(zip(rows, records, strict=True)):
        whole = 100 if _own(record, unit) == "percent" else most
        found, target = plot.finite(record[value]), plot.finite(record[line]) if line else None
        top, bottom = row.middle - 8, row.middle + 8
        if found is None:
            plot.write_no_figures(axes, left - 8, row.middle)
        else:
            lanes.append((0, top, 1, bottom))
            bars[outcomes[place]].append((0, top, plot.held(found / whole, (0, 1)), bottom))
        if target is not None:
            x = plot.held(target / whole, (0, 1))
            marks.append(((x, row.middle - 13), (x, row.middle + 13)))
        first = row.middle - (9 if targets[place] else 0)
        plot.write(axes, right + 14, first, values[place], is_bold=True)
        plot.write(axes, right + 14 + value_width, first, counts[place], size=SMALL_SIZE)
        plot.write(axes, right + 14, row.middle + 9, targets[place], size=SMALL_SIZE, colour=MUTED)
    plot.boxes(axes, lanes, Style(GREY_PALE))
    for name, style in _OUTCOMES.items():
        plot.boxes(axes, bars[name], style, label=name)
    plot.lines(axes, marks, PAPER, 5)
    plot.lines(axes, marks, ALERT, 2.2, label="mức đề ra")
    return figure


def _own(record: dict[Any, Any], name: str) -> str:
    return str(record[name]) if name in record else name


def _outcome(record: dict[Any, Any], value: str, line: str | None, better: str) -> str:
    found, target = plot.finite(record[value]), plot.finite(record[line]) if line else None
    if found is None or target is None:
        return "không có mức đề ra"
    is_met = found >= target if _own(record, better) == "higher" else found <= target
    return "đạt mức đề ra" if is_met else "chưa đạt mức đề ra"


def _target_text(record: dict[Any, Any], line: str | None, better: str, unit: str) -> str:
    if line is None or plot.finite(record[line]) is None:
        return ""
    word = "tối thiểu" if _own(record, better) == "higher" else "tối đa"
    return f"mức đề ra {word} {number_text(record[line], FORMATS_BY_UNIT[_own(record, unit)])}"


@in_style()
def gap_bars(frame: pd.DataFrame, *, label: str, gap: str, count: str) -> Figure:
    """Draw one bar per row: to the right where the gap is above nothing, to the left where below.

    `count` is how many units each speaks for.
    """
    if frame.empty:
        return plot.nothing_to_draw()
    gaps = [float(value) for value in frame[gap]]
    left, right = plot.name_width(frame[label], most=290) + 70, WIDTH - 130
    most = plot.nice_top(abs(value) for value in gaps)
    limits = (0.0 if min(gaps) >= 0 else -most, most)
    rows = plot.place_rows(list(frame[label]), left - 70, 6, height=28)
    figure = plot.new_figure(rows[-1].bottom + 6)
    axes = plot.add_plot(figure, left - 1, 2, right, rows[-1].bottom, limits)
    plot.write_names(axes, rows, left - 70)
    for fill, is_above in ((WARM, True), (BLUE_MID, False)):
        found = [
            (min(value, 0), row.middle - 8, max(value, 0), row.middle + 8)
            for row, value in zip(rows, gaps, strict=True)
            if (value > 0) is is_above
        ]
        plot.boxes(axes, found, Style(fill))
    for row, value, number in zip(rows, gaps, frame[count], strict=True):
        plot.write(axes, WIDTH - 74, row.middle, number_text(value, "ratio"), "right", is_bold=True)
        plot.write(axes, WIDTH, row.middle, f"n = {number}", "right", SMALL_SIZE)
    plot.lines(axes, [((0, 2), (0, rows[-1].bottom))], INK, 1.2, is_clipped=False)
    return figure
