"""Charts of parts: one bar per category, cut into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import clean_text, number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import WIDTH, Box
from termreview.reporting.charts.drawing.style import HATCH, HOLLOW, PAPER, part_styles
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.drawing.theme import in_style


@in_style()
def stacked_bars(
    frame: pd.DataFrame,
    *,
    category: str,
    parts: Sequence[str],
    part_labels: Mapping[str, str],
    totals: str | None = None,
    as_share: bool = False,
    order: Sequence[str] | None = None,
    group: str | None = None,
    fewest: int = 0,
) -> Figure:
    """Draw one bar per category, cut into parts that carry their count and their share of the total.

    Across go counts, or per cent of each bar's own whole.

    Parameters
    ----------
    parts : columns of counts, in the order drawn. Names such as level_1..level_3, done, under_way, not_started,
        on_time, late, not_submitted, not_concluded, not_applicable choose their colour themselves.
    totals : column of the whole; the sum of the parts unless given.
    as_share : every bar is drawn to the full width, so that shares compare.
    order : the categories to draw, in their order; the frame's own unless given.
    group : column whose value heads each run of bars.
    fewest : a bar whose whole is smaller carries counts alone: a share of so few says nothing.
    """
    if order is not None:
        places = {name: place for place, name in enumerate(order)}
        frame = frame[frame[category].isin(places)].sort_values(category, key=lambda names: names.map(places), kind="stable")  # fmt: skip
    if frame.empty:
        return plot.nothing_to_draw()
    records = frame.to_dict("records")
    styles = part_styles(parts)
    counts = [{part: plot.finite(record[part]) or 0.0 for part in parts} for record in records]
    wholes = [(plot.finite(record[totals]) if totals else None) or sum(count.values()) for record, count in zip(records, counts, strict=True)]  # fmt: skip
    fulls = [max(whole, sum(count.values())) for whole, count in zip(wholes, counts, strict=True)]
    sums = [number_text(whole) if whole else "" for whole in wholes]
    left = plot.name_width(frame[category]) + 12
    right = WIDTH - 12 - max(text_width(text, is_bold=True) for text in sums)
    key = plot.key_of((part_labels.get(part, part), styles[part]) for part in parts)
    headings = [clean_text(record[group]) for record in records] if group else None
    rows = plot.place_rows(list(frame[category]), left - 12, key.height, height=34, headings=headings)
    figure = plot.new_figure(rows[-1].bottom + 2)
    most = 100.0 if as_share else max([*fulls, 1.0])
    pixel = most / (right - left)
    axes = plot.add_plot(figure, left - 1, key.height, right + 1, rows[-1].bottom, (-pixel, most + pixel))
    key.draw(axes)
    plot.write_names(axes, rows, left - 12)
    found: dict[str, list[Box]] = {part: [] for part in parts}
    grounds: list[Box] = []
    for row, count, whole, full, text in zip(rows, counts, wholes, fulls, sums, strict=True):
        if not full:
            plot.write_no_figures(axes, left - 8, row.middle)
            continue
        step = 100 / full if as_share else 1.0
        x = 0.0
        for part in parts:
            width = count[part] * step
            if width > 0:
                found[part].append((x, row.middle - 12, x + width, row.middle + 12))
                words = _words(count[part], whole if whole >= fewest else 0, width / pixel)
                plot.write_at(axes, x + width / 2, row.middle, words, SMALL_SIZE, styles[part].ink)
                if words and styles[part].is_hatched:
                    clear = min(text_width(words, SMALL_SIZE) + 6, width / pixel - 2) * pixel / 2
                    middle = x + width / 2
                    grounds.append((middle - clear, row.middle - 8, middle + clear, row.middle + 8))
            x += width
        place = WIDTH if as_share else left + x / pixel + 10
        plot.write(axes, place, row.middle, text, "right" if as_share else "left", is_bold=True)
    for part in parts:
        edge = HATCH if styles[part].is_hatched else PAPER
        plot.boxes(axes, found[part], styles[part], edge=edge, label=part_labels.get(part, part))
    plot.boxes(axes, grounds, HOLLOW)
    return figure


def _words(count: float, whole: float, width: float) -> str:
    """What a part of some pixels carries: its count and its share, its count, or nothing."""
    shares = [f"{number_text(count)} ({number_text(count * 100 / whole, 'percent1')})"] if whole else []
    for text in (*shares, number_text(count)):
        if text_width(text, SMALL_SIZE) + (8 if text in shares else 1) <= width:
            return text
    return ""
