"""Charts of several panels over the same rows: scores of two groups side by side, one ratio per school level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import clean_text, number_text
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import WIDTH, Box, Point
from termreview.reporting.charts.drawing.style import (
    ALERT,
    BEST,
    FAINT,
    GREY_MIDDLE,
    GREY_PALE,
    HOLLOW,
    INK,
    MIDDLE,
    MUTED,
    PAPER,
    Style,
    part_styles,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

GAP = 30.0


@dataclass(frozen=True)
class Bounds:
    """One panel of scores: its title and the columns of bounds, of what they conclude, of the bounds before."""

    title: str
    low: str
    high: str
    standing: str
    before_low: str = ""
    before_high: str = ""


@dataclass(frozen=True)
class Shares:
    """One panel of ratios (0-100): its title, the columns of the value and of how many units it speaks for."""

    title: str
    value: str
    counted: str


@in_style()
def interval_panels(
    frame: pd.DataFrame,
    *,
    label: str,
    panels: Sequence[Bounds],
    standings: Mapping[str, str],
    lines: Sequence[tuple[float, str]],
    group: str | None,
    limits: tuple[float, float] = (0, 100),
) -> Figure:
    """Draw one row per school and one panel per group: a disc where its bounds meet, a bar from low to high otherwise.

    Parameters
    ----------
    standings : what a score concludes -> its name; level_1 … level_3 are filled by level, anything else is hollow.
    lines : the named limits of the levels.
    group : column whose value heads each run of rows.
    """
    if frame.empty or not panels:
        return plot.nothing_to_draw()
    records = frame.to_dict("records")
    has_before = any(panel.before_low for panel in panels)
    size = 12.0 if len(records) > 25 else TEXT_SIZE
    left = plot.name_width(frame[label], most=210, size=size) + 14
    wide = (WIDTH - left - GAP * (len(panels) - 1)) / len(panels)
    styles = {name: _fill(name) for name in standings}
    key = plot.key_of((standings[name], style) for name, style in styles.items())
    top = key.height + 38
    headings = [clean_text(record[group]) for record in records] if group else None
    height = 23.0 if has_before else 20.0 if len(records) > 25 else 25.0
    rows = plot.place_rows(list(frame[label]), left - 14, top, height=height, size=size, headings=headings)
    bottom = rows[-1].bottom + 2
    figure = plot.new_figure(bottom + 22)
    for number, panel in enumerate(panels):
        start = left + number * (wide + GAP)
        texts = [interval_text(record[panel.low], record[panel.high]) for record in records]
        end = start + wide - max(text_width(text, SMALL_SIZE) for text in texts) - 12
        ticks = [limits[0], *(line for line, _ in lines), limits[1]]
        axes = plot.add_scale(figure, start, top - 6, end, bottom, limits, ticks)
        if number == 0:
            key.draw(axes)
            plot.write_names(axes, rows, left - 14, size=size)
        plot.write(axes, start, top - 32, _title(panel, wide), size=SMALL_SIZE, is_bold=True)
        plot.mark_limits(axes, lines, start, end, top - 4, bottom)
        plot.lines(axes, [((limits[0], row.middle), (limits[1], row.middle)) for row in rows], FAINT)
        spans: dict[tuple[Style, float], list[tuple[Point, Point]]] = {}
        for row, record, text in zip(rows, records, texts, strict=True):
            low, high = plot.finite(record[panel.low]), plot.finite(record[panel.high])
            if low is None or high is None:
                plot.write_no_figures(axes, start, row.middle)
                continue
            before = [plot.finite(record[name]) for name in (panel.before_low, panel.before_high) if name]
            if before and None not in before:
                _add_span(spans, Style(GREY_MIDDLE), 3, before, row.middle - 6, limits)
            middle = row.middle + (3 if panel.before_low else 0)
            style = styles.get(clean_text(record[panel.standing]), HOLLOW)
            _add_span(spans, style, 7, [low, high], middle, limits)
            plot.write(axes, start + wide, middle, text, "right", SMALL_SIZE)
        for (style, thick), found in spans.items():
            _draw_spans(axes, found, style, thick)
    return figure


def _title(panel: Bounds | Shares, width: float) -> str:
    return wrap_text(panel.title, width, SMALL_SIZE, is_bold=True, lines=1)[0]


def _fill(standing: str) -> Style:
    """How a score is filled by what it concludes: by level where there is one, hollow otherwise."""
    style = part_styles([standing])[standing]
    return style if standing.startswith("level_") and not style.is_hatched else HOLLOW


def _add_span(
    spans: dict[tuple[Style, float], list[tuple[Point, Point]]],
    style: Style,
    thick: float,
    bounds: Sequence[Any],
    middle: float,
    limits: tuple[float, float],
) -> None:
    low, high = (plot.held(bound, limits) for bound in bounds)
    if len({number_text(bound, "points") for bound in bounds}) == 1:  # as printed
        high = low
    spans.setdefault((style, thick), []).append(((low, middle), (high, middle)))


def _draw_spans(axes: Axes, spans: Sequence[tuple[Point, Point]], style: Style, thick: float) -> None:
    """Scores of one look between their bounds; a disc where they meet."""
    edge = 1.0 if thick > 5 else 0.0
    wide = [span for span in spans if span[0] != span[1]]
    if edge:
        plot.lines(axes, wide, MUTED, thick + 2 * edge, is_round=True)
    plot.lines(axes, wide, style.fill, thick, is_round=True)
    discs = [span[0] for span in spans if span[0] == span[1]]
    plot.dots(axes, discs, max(thick / 2, 2.2) + edge, style.fill, edge=MUTED if edge else style.fill, width=1)  # fmt: skip


@in_style()
def share_panels(
    frame: pd.DataFrame,
    *,
    label: str,
    panels: Sequence[Shares],
    fewest: int,
    few_label: str,
    line: str | None,
    line_label: str,
) -> Figure:
    """Draw one row per ratio and one panel per school level: a bar of 0-100 with its figure.

    A value over fewer than `fewest` units is drawn hollow, so that nothing is read from it at a glance; the first panel
    is the whole. A cell without a value stays empty. `line` names the column of a target, marked in the first
    panel.
    """
    if frame.empty or not panels:
        return plot.nothing_to_draw()
    records = frame.to_dict("records")
    left = plot.name_width(frame[label], most=230) + 14
    gap, number_width = 16.0, text_width("100,0", SMALL_SIZE, is_bold=True) + 6
    wide = (WIDTH - left - gap * (len(panels) - 1)) / len(panels)
    has_line = line is not None and any(plot.finite(record[line]) is not None for record in records)
    is_few = any(_is_few(record, panel, fewest) for record in records for panel in panels)
    key = plot.key_of([(few_label, HOLLOW)] if is_few else [])
    top = max(key.height, 28 if has_line else 0) + 22
    rows = plot.place_rows(list(frame[label]), left - 14, top, height=25)
    figure = plot.new_figure(rows[-1].bottom + 4)
    for number, panel in enumerate(panels):
        start = left + number * (wide + gap)
        end = start + wide - number_width
        pixel = 100 / (end - start)
        axes = plot.add_plot(figure, start - 3, top, end + 3, rows[-1].bottom, (-3 * pixel, 100 + 3 * pixel))
        if number == 0:
            key.draw(axes)
            plot.write_names(axes, rows, left - 14)
            if has_line:
                x = 20 + text_width(few_label, SMALL_SIZE) + 30 if is_few else 0.0
                plot.lines(axes, [((x + 6, 0), (x + 6, 18))], ALERT, 2, of_page=True)
                plot.write(axes, x + 18, 9, line_label, size=SMALL_SIZE)
        plot.write(axes, start, top - 12, _title(panel, wide), size=SMALL_SIZE, is_bold=True)
        lanes: list[Box] = []
        sure: list[Box] = []
        few: list[Box] = []
        targets = []
        for row, record in zip(rows, records, strict=True):
            value = plot.finite(record[panel.value])
            if value is None:
                continue
            is_small = _is_few(record, panel, fewest)
            lanes.append((0, row.middle - 7, 100, row.middle + 7))
            (few if is_small else sure).append((0, row.middle - 7, plot.held(value, (0, 100)), row.middle + 7))  # fmt: skip
            text, ink = number_text(value, "decimal1"), MUTED if is_small else INK
            plot.write(axes, start + wide, row.middle, text, "right", SMALL_SIZE, ink, is_bold=number == 0)
            target = plot.finite(record[line]) if line and number == 0 else None
            if target is not None:
                x = plot.held(target, (0, 100))
                targets.append(((x, row.middle - 10), (x, row.middle + 10)))
        plot.boxes(axes, lanes, Style(GREY_PALE))
        plot.boxes(axes, sure, BEST if number == 0 else MIDDLE, label=panel.title)
        plot.boxes(axes, few, HOLLOW, edge=MUTED, label=few_label)
        plot.lines(axes, targets, PAPER, 4)
        plot.lines(axes, targets, ALERT, 2, label=line_label)
    return figure


def _is_few(record: Mapping[Any, Any], panel: Shares, fewest: int) -> bool:
    counted = plot.finite(record[panel.counted])
    return plot.finite(record[panel.value]) is not None and counted is not None and counted < fewest
