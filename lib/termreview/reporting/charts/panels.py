"""Charts of several panels over the same rows: scores of the groups of an index side by side."""

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
from termreview.reporting.charts.drawing.plot import WIDTH, Point
from termreview.reporting.charts.drawing.style import BEFORE, FAINT, HOLLOW, MUTED, Style, part_styles
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

_GAP, _GAP_NARROW = 30.0, 18.0


@dataclass(frozen=True)
class Bounds:
    """One panel of scores: its title and the columns of bounds, of what they conclude, of the bounds before."""

    title: str
    low: str
    high: str
    standing: str
    before_low: str = ""
    before_high: str = ""


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
    before_label: str = "",
    width: float = WIDTH,
) -> Figure:
    """Draw one row per school and one panel per group: a disc where its bounds meet, a bar from low to high otherwise.

    Parameters
    ----------
    standings : what a score concludes -> its name; level_1 … level_3 are filled by level, anything else is hollow.
    lines : the named limits of the levels.
    group : column whose value heads each run of rows.
    before_label : what the thin bars above, of the bounds before, are called.
    """
    if frame.empty or not panels:
        return plot.nothing_to_draw(width)
    records = frame.to_dict("records")
    is_narrow = plot.is_narrow(width)
    has_before = any(panel.before_low for panel in panels)
    size = 12.0 if len(records) > 25 else TEXT_SIZE
    styles = {name: _fill(name) for name in standings}
    signs = [(standings[name], style) for name, style in styles.items()]
    key = plot.key_of([*signs, (before_label, BEFORE)] if has_before and before_label else signs, width)
    headings = [clean_text(record[group]) for record in records] if group else None
    height = 23.0 if has_before else 20.0 if is_narrow or len(records) > 25 else 25.0
    laid: dict[str, Any] = {"height": height, "gap": 14, "most": 210, "size": size}
    left, _ = plot.lay_out(list(frame[label]), width, 0, **laid)
    gap = _GAP_NARROW if is_narrow else _GAP
    wide = (width - left - gap * (len(panels) - 1)) / len(panels)
    titles = [wrap_text(panel.title, wide, SMALL_SIZE, is_bold=True, lines=2) for panel in panels]
    top = key.height + (38 if is_narrow and len(lines) > 1 else 22) + 16 * max(map(len, titles))
    left, rows = plot.lay_out(list(frame[label]), width, top, headings=headings, **laid)
    bottom = rows[-1].bottom + 2
    figure = plot.new_figure(bottom + 22, width)
    for number, panel in enumerate(panels):
        start = left + number * (wide + gap)
        texts = [interval_text(record[panel.low], record[panel.high]) for record in records]
        end = start + wide - max(text_width(text, SMALL_SIZE) for text in texts) - 12
        begin = start + plot.SIDE if is_narrow else start
        ticks = [limits[0], *(line for line, _ in lines), limits[1]]
        axes = plot.add_scale(figure, begin, top - 6, end, bottom, limits, ticks, rows=rows)
        if number == 0:
            key.draw(axes)
            plot.write_names(axes, rows, left - 14, size=size)
        title = titles[number]
        plot.write(axes, start, key.height + 7.2 * len(title), title, size=SMALL_SIZE, is_bold=True)
        plot.mark_limits(axes, lines, begin, end, top - 4, plot.strips(rows, bottom))
        plot.lines(axes, [((limits[0], row.middle), (limits[1], row.middle)) for row in rows], FAINT)
        spans: dict[tuple[Style, float], list[tuple[Point, Point]]] = {}
        for row, record, text in zip(rows, records, texts, strict=True):
            low, high = plot.finite(record[panel.low]), plot.finite(record[panel.high])
            if low is None or high is None:
                plot.write_no_figures(axes, begin, row.middle)
                continue
            before = [plot.finite(record[name]) for name in (panel.before_low, panel.before_high) if name]
            if before and None not in before:
                _add_span(spans, BEFORE, 3, before, row.middle - 6, limits)
            middle = row.middle + (3 if panel.before_low else 0)
            style = styles.get(clean_text(record[panel.standing]), HOLLOW)
            _add_span(spans, style, 7, [low, high], middle, limits)
            plot.write(axes, start + wide, middle, text, "right", SMALL_SIZE)
        for (style, thick), found in spans.items():
            _draw_spans(axes, found, style, thick)
    return figure


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
