"""Charts of parts: one bar per category, cut into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from termreview.reporting.blocks.blocks import clean_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Mark, Words
from termreview.reporting.charts.drawing.layout import (
    draw_legend,
    draw_names,
    finite,
    name_width,
    no_figures,
    place_rows,
)
from termreview.reporting.charts.drawing.style import HATCH, PAPER, Style, part_styles
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.figures import Figure, drawn, nothing_to_draw


def stacked_bars(
    frame: pd.DataFrame,
    *,
    category: str,
    parts: Sequence[str],
    part_labels: Mapping[str, str],
    title: str,
    alt: str,
    caption: str = "",
    totals: str | None = None,
    as_share: bool = False,
    order: Sequence[str] | None = None,
    group: str | None = None,
    fewest: int = 0,
) -> Figure:
    """Draw one bar per category, cut into parts that carry their count and their share of the total.

    Parameters
    ----------
    parts : columns of counts, in the order drawn. Names such as level_1..level_3, done, under_way, not_started,
        on_time, late, not_submitted, not_concluded, not_applicable choose their colour themselves.
    totals : column of the whole; the sum of the parts unless told.
    as_share : every bar is drawn to the full width, so that shares compare.
    order : the categories to draw, in their order; the frame's own unless told.
    group : column whose value heads each run of bars.
    fewest : a bar whose whole is smaller carries counts alone: a share of so few says nothing.
    """
    if order is not None:
        places = {name: place for place, name in enumerate(order)}
        frame = frame[frame[category].isin(places)].sort_values(
            category, key=lambda names: names.map(places), kind="stable"
        )
    if frame.empty:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    records = frame.to_dict("records")
    styles = part_styles(parts)
    counts = [{part: finite(record[part]) or 0.0 for part in parts} for record in records]
    wholes = [
        (finite(record[totals]) if totals else None) or sum(count.values())
        for record, count in zip(records, counts, strict=True)
    ]
    sums = [f"{number_text(whole)}" if whole else "" for whole in wholes]
    left = name_width(frame[category]) + 12
    right = WIDTH - 12 - max(text_width(text, is_bold=True) for text in sums)
    marks, top = draw_legend([(part_labels.get(part, part), styles[part]) for part in parts], 0, WIDTH)
    headings = [clean_text(record[group]) for record in records] if group else None
    rows = place_rows(list(frame[category]), left - 12, top, height=34, headings=headings)
    marks += draw_names(rows, left - 12)
    longest = max([*wholes, *(sum(count.values()) for count in counts), 1.0])
    for row, count, whole, text in zip(rows, counts, wholes, sums, strict=True):
        full = max(whole, sum(count.values()))
        if not full:
            marks += no_figures(left - 8, row.middle)
            continue
        step = (right - left) / (full if as_share else longest)
        x = left
        for part in parts:
            width = count[part] * step
            if width > 0:
                marks += _part(
                    x, row.middle, width, styles[part], count[part], whole if whole >= fewest else 0
                )
            x += width
        marks.append(
            Words(
                WIDTH if as_share else x + 10, row.middle, text, "right" if as_share else "left", is_bold=True
            )
        )
    return drawn(marks, rows[-1].bottom + 2, title=title, alt=alt, caption=caption)


def _part(x: float, middle: float, width: float, style: Style, count: float, whole: float) -> list[Mark]:
    box = Box(x, middle - 12, width, 24, style, HATCH if style.is_hatched else PAPER, 1)
    shares = [f"{number_text(count)} ({number_text(count * 100 / whole, 'percent1')})"] if whole else []
    for text in (*shares, number_text(count)):
        needed = text_width(text, SMALL_SIZE)
        if needed + (8 if text in shares else 1) <= width:
            words = Words(x + width / 2, middle, text, "center", SMALL_SIZE, style.ink)
            clear = min(needed + 6, width - 2)
            ground = Box(x + (width - clear) / 2, middle - 8, clear, 16, Style(PAPER))
            return [box, ground, words] if style.is_hatched else [box, words]
    return [box]
