"""Charts of one figure per row: ratios against their targets and by school level, gaps to either side of nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import FORMATS_BY_UNIT, WIDTH, Box, Point
from termreview.reporting.charts.drawing.style import (
    BEHIND,
    FAINT,
    GOOD,
    INK,
    KINDS,
    MUTED,
    PAPER,
    QUANTITY,
    RULE,
    TARGET,
    WHOLE,
    Style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.drawing.theme import in_style

_MET, _MISSED, _FREE = "đạt", "chưa đạt", ""
_OUTCOMES = {_MET: GOOD, _MISSED: BEHIND, _FREE: QUANTITY}


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
    line_label: str = "chỉ tiêu",
    width: float = WIDTH,
) -> Figure:
    """Draw one bar per ratio or per school level, with its target marked and its two counts written out.

    `value` and `line` hold percentages as 0-100 (unit percent) or plain ratios (unit ratio); `better` is higher or
    lower. `better` and `unit` may also name columns of the frame. Across goes the share (0-1) of each row's own scale.
    """
    if frame.empty:
        return plot.nothing_to_draw(width)
    records = frame.to_dict("records")
    values = [number_text(record[value], FORMATS_BY_UNIT[_own(record, unit)]) for record in records]
    counts = [f"{number_text(record[numerator])}/{number_text(record[denominator])}" for record in records]
    targets = [_target_text(record, line, better, unit, line_label) for record in records]
    outcomes = [_outcome(record, value, line, better) for record in records]
    value_width = max(text_width(text, is_bold=True) for text in values) + 10
    count_width = max(text_width(text, SMALL_SIZE) for text in counts)
    beside = max(value_width + count_width, *(text_width(text, SMALL_SIZE) for text in targets))
    has_line = line is not None and any(plot.finite(record[line]) is not None for record in records)
    signs = [
        (f"{name} {line_label}", style) for name, style in _OUTCOMES.items() if name and name in outcomes
    ]
    key = plot.key_of([*signs, (line_label, TARGET)] if has_line else [], width)
    is_narrow = plot.is_narrow(width)
    left, rows = plot.lay_out(
        list(frame[label]), width, key.height, height=44 if is_narrow else 42, most=250,
        beside=value_width + count_width + 10,
    )  # fmt: skip
    right = width - 3 if is_narrow else width - 14 - beside
    start = 3.0 if is_narrow else left
    plain = [record for record in records if _own(record, unit) != "percent"]
    most = plot.nice_top(plot.finite(record[name]) for record in plain for name in (value, line) if name)
    figure = plot.new_figure(rows[-1].bottom + 4, width)
    side = 3 / (right - start)
    axes = plot.add_plot(figure, start - 3, key.height, right + 3, rows[-1].bottom, (-side, 1 + side))
    key.draw(axes)
    plot.write_names(axes, rows, left - 12)
    lanes: list[Box] = []
    bars: dict[str, list[Box]] = {name: [] for name in _OUTCOMES}
    marks = []
    for place, (row, record) in enumerate(zip(rows, records, strict=True)):
        whole = 100 if _own(record, unit) == "percent" else most
        found, target = plot.finite(record[value]), plot.finite(record[line]) if line else None
        middle = row.middle - (9 if row.is_above else 0)
        top, bottom = middle - 8, middle + 8
        if found is None:
            plot.write_no_figures(axes, start - 8, middle)
        else:
            lanes.append((0, top, 1, bottom))
            bars[outcomes[place]].append((0, top, plot.held(found / whole, (0, 1)), bottom))
        if target is not None:
            x = plot.held(target / whole, (0, 1))
            marks.append(((x, middle - 13), (x, middle + 13)))
        if row.is_above:
            plot.write(axes, width - count_width - 10, row.name_middle, values[place], "right", is_bold=True)
            plot.write(axes, width, row.name_middle, counts[place], "right", SMALL_SIZE)
            plot.write(axes, width, middle + 21, targets[place], "right", SMALL_SIZE, MUTED)
            continue
        first = middle - (9 if targets[place] else 0)
        plot.write(axes, right + 14, first, values[place], is_bold=True)
        plot.write(axes, right + 14 + value_width, first, counts[place], size=SMALL_SIZE)
        plot.write(axes, right + 14, middle + 9, targets[place], size=SMALL_SIZE, colour=MUTED)
    plot.boxes(axes, lanes, Style(FAINT))
    for name, style in _OUTCOMES.items():
        plot.boxes(axes, bars[name], style, label=name)
    plot.lines(axes, marks, PAPER, 5)
    plot.lines(axes, marks, TARGET.fill, 2.2, label=line_label)
    return figure


def _own(record: dict[Any, Any], name: str) -> str:
    return str(record[name]) if name in record else name


def _outcome(record: dict[Any, Any], value: str, line: str | None, better: str) -> str:
    found, target = plot.finite(record[value]), plot.finite(record[line]) if line else None
    if found is None or target is None:
        return _FREE
    is_met = found >= target if _own(record, better) == "higher" else found <= target
    return _MET if is_met else _MISSED


def _target_text(record: dict[Any, Any], line: str | None, better: str, unit: str, line_label: str) -> str:
    if line is None or plot.finite(record[line]) is None:
        return ""
    sign = "≥" if _own(record, better) == "higher" else "≤"
    return f"{line_label} {sign}\u00a0{number_text(record[line], FORMATS_BY_UNIT[_own(record, unit)])}"


@dataclass(frozen=True)
class Shares:
    """The shares (0-100) of one group of units: its name, the columns of the value and of how many units it speaks for."""

    title: str
    value: str
    counted: str


@in_style()
def dot_plot(
    frame: pd.DataFrame,
    *,
    label: str,
    whole: Shares,
    groups: Sequence[Shares],
    fewest: int,
    few_label: str,
    parts: str | None = None,
    line: str | None = None,
    line_label: str = "chỉ tiêu",
    width: float = WIDTH,
) -> Figure:
    """Draw one row per share (0-100): a sign per group of units at its value, a block and the figure for the whole.

    The sign of a group of fewer than `fewest` units is hollow, so that nothing is read from it at a glance. `parts`
    names the column of the whole's two counts in words, `line` that of a target.
    """
    if frame.empty:
        return plot.nothing_to_draw(width)
    records = frame.to_dict("records")
    values = [number_text(record[whole.value], "percent1") for record in records]
    counts = [str(record[parts]) if parts else "" for record in records]
    value_width = max(text_width(text, is_bold=True) for text in values)
    count_width = max(text_width(text, SMALL_SIZE) for text in counts)
    beside = value_width + (count_width + 10 if parts else 0)
    styles = {group.title: KINDS[place % len(KINDS)] for place, group in enumerate(groups)}
    has_line = line is not None and any(plot.finite(record[line]) is not None for record in records)
    is_few = any(_is_few(record, group, fewest) for record in records for group in groups)
    signs = [(whole.title, WHOLE), *styles.items()]
    signs += [(few_label, Style(PAPER, marker="o", edge=MUTED))] if is_few else []
    signs += [(line_label, TARGET)] if has_line else []
    key = plot.key_of(signs, width)
    is_narrow = plot.is_narrow(width)
    left, rows = plot.lay_out(
        list(frame[label]), width, key.height + 6, height=18 if is_narrow else 25, gap=22, most=250, beside=beside + 10
    )  # fmt: skip
    side = plot.SIDE + 2
    start, end = (side, width - side) if is_narrow else (left, width - beside - 22)
    bottom = rows[-1].bottom
    figure = plot.new_figure(bottom + 24, width)
    axes = plot.add_scale(
        figure, start, key.height + 2, end, bottom, (0, 100), [0, 25, 50, 75, 100], rows=rows
    )
    key.draw(axes)
    plot.write_names(axes, rows, left - 22)
    spans: list[tuple[Point, Point]] = []
    blocks: list[Box] = []
    targets: list[tuple[Point, Point]] = []
    found: dict[tuple[str, bool], list[Point]] = {}
    for row, record, text, count in zip(rows, records, values, counts, strict=True):
        plot.write(axes, width, row.name_middle, count, "right", SMALL_SIZE)
        plot.write(axes, width - beside + value_width, row.name_middle, text, "right", is_bold=True)
        own = [(group, plot.finite(record[group.value])) for group in groups]
        places = [(group, plot.held(value, (0, 100))) for group, value in own if value is not None]
        for group, x in places:
            found.setdefault((group.title, _is_few(record, group, fewest)), []).append((x, row.middle))
        middle = plot.finite(record[whole.value])
        xs = [x for _, x in places] + ([plot.held(middle, (0, 100))] if middle is not None else [])
        if not xs:
            plot.write_no_figures(axes, start, row.middle)
            continue
        spans.append(((min(xs), row.middle), (max(xs), row.middle)))
        if middle is not None:
            half = 2.5 * 100 / (end - start)
            blocks.append((xs[-1] - half, row.middle - 8, xs[-1] + half, row.middle + 8))
        target = plot.finite(record[line]) if line else None
        if target is not None:
            x = plot.held(target, (0, 100))
            targets.append(((x, row.middle - 10), (x, row.middle + 10)))
    plot.lines(axes, spans, RULE, 2)
    plot.lines(axes, targets, TARGET.fill, 2.2, label=line_label)
    plot.boxes(axes, blocks, WHOLE, label=whole.title)
    for (title, is_small), points in found.items():
        style = styles[title]
        plot.dots(
            axes, points, 4.6, PAPER if is_small else style.fill, edge=style.fill if is_small else PAPER,
            width=1.6 if is_small else 0.8, label=title, marker=style.marker,
        )  # fmt: skip
    return figure


def _is_few(record: Mapping[Any, Any], shares: Shares, fewest: int) -> bool:
    counted = plot.finite(record[shares.counted])
    return plot.finite(record[shares.value]) is not None and counted is not None and counted < fewest


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
    for style, is_above in ((BEHIND, True), (QUANTITY, False)):
        found = [
            (min(value, 0), row.middle - 8, max(value, 0), row.middle + 8)
            for row, value in zip(rows, gaps, strict=True)
            if (value > 0) is is_above
        ]
        plot.boxes(axes, found, style)
    for row, value, number in zip(rows, gaps, frame[count], strict=True):
        plot.write(axes, WIDTH - 74, row.middle, number_text(value, "ratio"), "right", is_bold=True)
        plot.write(axes, WIDTH, row.middle, f"n = {number}", "right", SMALL_SIZE)
    plot.lines(axes, [((0, 2), (0, rows[-1].bottom))], INK, 1.2, is_clipped=False)
    return figure
