"""Charts of several panels over the same rows: scores of two groups side by side, one ratio per school level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import clean_text
from termreview.reporting.blocks.number_format import interval_text, number_text
from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Dot, Mark, Stroke, Words
from termreview.reporting.charts.drawing.layout import (
    draw_axis,
    draw_legend,
    draw_levels,
    draw_names,
    finite,
    name_width,
    no_figures,
    place_rows,
    scale,
)
from termreview.reporting.charts.drawing.style import (
    ALERT,
    BEST,
    FAINT,
    GREY_MIDDLE,
    GREY_PALE,
    INK,
    MIDDLE,
    MUTED,
    PAPER,
    Style,
    part_styles,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width
from termreview.reporting.charts.figures import Figure, drawn, nothing_to_draw

GAP = 30.0
_OPEN = Style(PAPER)


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


def interval_panels(
    frame: pd.DataFrame,
    *,
    label: str,
    panels: Sequence[Bounds],
    standings: Mapping[str, str],
    lines: Sequence[tuple[float, str]],
    group: str | None,
    title: str,
    alt: str,
    caption: str = "",
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
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    records = frame.to_dict("records")
    has_before = any(panel.before_low for panel in panels)
    size = 12.0 if len(records) > 25 else TEXT_SIZE
    left = name_width(frame[label], most=210, size=size) + 14
    wide = (WIDTH - left - GAP * (len(panels) - 1)) / len(panels)
    styles = {name: _fill(name) for name in standings}
    marks, top = draw_legend([(standings[name], style) for name, style in styles.items()], 0, WIDTH)
    top += 38
    headings = [clean_text(record[group]) for record in records] if group else None
    height = 23.0 if has_before else 20.0 if len(records) > 25 else 25.0
    rows = place_rows(list(frame[label]), left - 14, top, height=height, size=size, headings=headings)
    bottom = rows[-1].bottom + 2
    marks += draw_names(rows, left - 14, size=size)
    for number, panel in enumerate(panels):
        start = left + number * (wide + GAP)
        texts = [interval_text(record[panel.low], record[panel.high]) for record in records]
        end = start + wide - max(text_width(text, SMALL_SIZE) for text in texts) - 12
        place = scale(limits, start, end)
        ticks = [
            (value, number_text(value)) for value in (limits[0], *(line for line, _ in lines), limits[1])
        ]
        marks.append(Words(start, top - 32, panel.title, size=SMALL_SIZE, is_bold=True))
        marks += draw_axis(ticks, place, top - 6, bottom)
        marks += draw_levels(lines, place, top - 4, bottom, end)
        for row, record, text in zip(rows, records, texts, strict=True):
            marks.append(Stroke(((start, row.middle), (end, row.middle)), FAINT))
            bounds = finite(record[panel.low]), finite(record[panel.high])
            if None in bounds:
                marks += no_figures(start, row.middle)
                continue
            lift = 0.0
            if panel.before_low:
                marks += _capsule(place, finite(record[panel.before_low]), finite(record[panel.before_high]), row.middle - 6, 3, Style(GREY_MIDDLE))  # fmt: skip
                lift = 3.0
            style = styles.get(clean_text(record[panel.standing]), _OPEN)
            marks += _capsule(place, *bounds, row.middle + lift, 7, style)
            marks.append(Words(start + wide, row.middle + lift, text, "right", SMALL_SIZE))
    return drawn(marks, bottom + 22, title=title, alt=alt, caption=caption)


def _fill(standing: str) -> Style:
    """How a score is filled by what it concludes: by level where there is one, hollow otherwise."""
    style = part_styles([standing])[standing]
    return style if standing.startswith("level_") and not style.is_hatched else _OPEN


def _capsule(
    place: Callable[[float], float],
    low: float | None,
    high: float | None,
    middle: float,
    thick: float,
    style: Style,
) -> list[Mark]:
    """One score between its bounds; a disc where they meet."""
    if low is None or high is None:
        return []
    edge = 1.0 if thick > 5 else 0.0
    colour = MUTED if edge else style.fill
    if interval_text(low, low) == interval_text(high, high):
        return [Dot(place(low), middle, max(thick / 2, 2.2) + edge, style.fill, colour, 1)]
    ends = ((place(low), middle), (place(high), middle))
    outline: list[Mark] = [Stroke(ends, colour, thick + 2 * edge, is_round=True)] if edge else []
    return [*outline, Stroke(ends, style.fill, thick, is_round=True)]


def share_panels(
    frame: pd.DataFrame,
    *,
    label: str,
    panels: Sequence[Shares],
    fewest: int,
    few_label: str,
    line: str | None,
    line_label: str,
    title: str,
    alt: str,
    caption: str = "",
) -> Figure:
    """Draw one row per ratio and one panel per school level: a bar of 0-100 with its figure.

    A value over fewer than `fewest` units is drawn hollow, so that nothing is read from it at a glance; the first panel
    is the whole. A cell without a value stays empty. `line` names the column of a target, marked in the first
    panel.
    """
    if frame.empty or not panels:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    records = frame.to_dict("records")
    left = name_width(frame[label], most=230) + 14
    gap, figure = 16.0, text_width("100,0", SMALL_SIZE, is_bold=True) + 6
    wide = (WIDTH - left - gap * (len(panels) - 1)) / len(panels)
    has_line = line is not None and any(finite(record[line]) is not None for record in records)
    is_few = any(_is_few(record, panel, fewest) for record in records for panel in panels)
    marks, top = draw_legend([(few_label, _OPEN)] if is_few else [], 0, WIDTH)
    if has_line:
        x = 20 + text_width(few_label, SMALL_SIZE) + 30 if is_few else 0.0
        marks += [Stroke(((x + 6, 0), (x + 6, 18)), ALERT, 2), Words(x + 18, 9, line_label, size=SMALL_SIZE)]
        top = max(top, 28)
    top += 22
    rows = place_rows(list(frame[label]), left - 14, top, height=25)
    marks += draw_names(rows, left - 14)
    for number, panel in enumerate(panels):
        start = left + number * (wide + gap)
        place = scale((0, 100), start, start + wide - figure)
        marks.append(Words(start, top - 12, panel.title, size=SMALL_SIZE, is_bold=True))
        for row, record in zip(rows, records, strict=True):
            value = finite(record[panel.value])
            if value is None:
                continue
            few = _is_few(record, panel, fewest)
            style = _OPEN if few else BEST if number == 0 else MIDDLE
            marks.append(Box(start, row.middle - 7, wide - figure, 14, Style(GREY_PALE)))
            marks.append(Box(start, row.middle - 7, place(value) - start, 14, style, MUTED if few else None))
            marks.append(
                Words(start + wide, row.middle, number_text(value, "decimal1"), "right", SMALL_SIZE,
                      MUTED if few else INK, is_bold=number == 0)
            )  # fmt: skip
            target = finite(record[line]) if line and number == 0 else None
            if target is not None:
                ends = ((place(target), row.middle - 10), (place(target), row.middle + 10))
                marks += [Stroke(ends, PAPER, 4), Stroke(ends, ALERT, 2)]
    return drawn(marks, rows[-1].bottom + 4, title=title, alt=alt, caption=caption)


def _is_few(record: Mapping[Any, Any], panel: Shares, fewest: int) -> bool:
    counted = finite(record[panel.counted])
    return finite(record[panel.value]) is not None and counted is not None and counted < fewest
