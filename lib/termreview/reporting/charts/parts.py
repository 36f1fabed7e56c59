"""Charts of parts: one bar per category, cut into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import clean_text, number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import WIDTH, Box
from termreview.reporting.charts.drawing.style import HATCH, HOLLOW, PAPER, RULE, Style, part_styles
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.drawing.theme import in_style

# Many bars stand closer: how high a row and half a bar are then, so that a chart of a whole list leaves room on a page.
_MANY = 12
_CLOSE_ROW, _CLOSE_BAR = 25.0, 9.0
# A count beside its bar: the sign of its part, the count.
_SIGN, _BETWEEN = 13.0, 9.0


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
    aside: Sequence[str] = (),
    width: float = WIDTH,
) -> Figure:
    """Draw one bar per category, cut into parts that carry their count and their share of the total.

    Across go counts, or per cent of each bar's own whole. A count that its part is too narrow for stands beside the bar.

    Parameters
    ----------
    parts : columns of counts, in the order drawn. Names such as level_1..level_3, done, under_way, not_started,
        on_time, late, not_submitted, not_concluded choose their colour themselves (`style.py`).
    totals : column of the whole; the sum of the parts unless given.
    as_share : every bar is drawn to the full width, so that shares compare.
    order : the categories to draw, in their order; the frame's own unless given.
    group : column whose value heads each run of bars.
    fewest : a bar whose whole is smaller carries counts alone: a share of so few says nothing.
    aside : columns of counts that are no part of the whole and stand beside the bar.
    """
    if order is not None:
        places = {name: place for place, name in enumerate(order)}
        frame = frame[frame[category].isin(places)].sort_values(category, key=lambda names: names.map(places), kind="stable")  # fmt: skip
    if frame.empty:
        return plot.nothing_to_draw(width)
    records = frame.to_dict("records")
    named = [*parts, *aside]
    styles = part_styles(named)
    counts = [{part: plot.finite(record[part]) or 0.0 for part in named} for record in records]
    inner = [{part: count[part] for part in parts} for count in counts]
    wholes = [(plot.finite(record[totals]) if totals else None) or sum(count.values()) for record, count in zip(records, inner, strict=True)]  # fmt: skip
    fulls = [max(whole, sum(count.values())) for whole, count in zip(wholes, inner, strict=True)]
    most = 100.0 if as_share else max([*fulls, 1.0])
    steps = [100 / full if as_share and full else 1.0 for full in fulls]
    sums = [number_text(whole) if whole else "" for whole in wholes]
    sum_width = max(text_width(text, is_bold=True) for text in sums)

    def beside(pixel: float) -> list[list[tuple[Style, str]]]:
        """What stands beside each bar where a pixel is so much: counts their parts are too narrow for, those aside."""
        return [
            [
                (styles[part], number_text(count[part]))
                for part in named
                if count[part] and (part in aside or not _words(count[part], 0, count[part] * step / pixel))
            ]
            for count, step in zip(counts, steps, strict=True)
        ]

    left, _ = plot.lay_out(list(frame[category]), width, 0, height=0)
    right, reserve = width, 0.0
    for _ in range(3):  # a narrower bar may be too narrow for more
        reserve = max(_width(signs) for signs in beside(most / (right - left)))
        right = width - (0 if plot.is_narrow(width) else 12 + sum_width + reserve)
    pixel = most / (right - left)
    outside = beside(pixel)
    height, half = (_CLOSE_ROW, _CLOSE_BAR) if len(frame) > _MANY else (34.0, 12.0)
    key = plot.key_of(((part_labels.get(part, part), styles[part]) for part in named), width)
    headings = [clean_text(record[group]) for record in records] if group else None
    left, rows = plot.lay_out(
        list(frame[category]), width, key.height, height=30 if plot.is_narrow(width) else height, headings=headings,
        beside=sum_width + reserve + 10,
    )  # fmt: skip
    figure = plot.new_figure(rows[-1].bottom + 2, width)
    axes = plot.add_plot(figure, left, key.height, right, rows[-1].bottom, (0, most))
    key.draw(axes)
    plot.write_names(axes, rows, left - 12)
    found: dict[str, list[Box]] = {part: [] for part in parts}
    grounds: list[Box] = []
    for row, count, whole, full, text, step, signs in zip(rows, inner, wholes, fulls, sums, steps, outside, strict=True):  # fmt: skip
        if not full:
            plot.write_no_figures(axes, left - 8, row.middle)
        x = 0.0
        for part in parts:
            wide = count[part] * step
            if full and wide > 0:
                found[part].append((x, row.middle - half, x + wide, row.middle + half))
                words = _words(count[part], whole if whole >= fewest else 0, wide / pixel)
                plot.write_at(axes, x + wide / 2, row.middle, words, SMALL_SIZE, styles[part].ink)
                if words and styles[part].is_hatched:
                    clear = min(text_width(words, SMALL_SIZE) + 6, wide / pixel - 2) * pixel / 2
                    middle = x + wide / 2
                    grounds.append((middle - clear, row.middle - 8, middle + clear, row.middle + 8))
            x += wide
        is_free = not as_share and not row.is_above
        end = left + x / pixel + 10 + text_width(text, is_bold=True) if is_free else width
        plot.write(axes, end, row.name_middle, text, "right", is_bold=True)
        start = end + _BETWEEN if is_free else width - sum_width - _width(signs)
        _write_beside(axes, start, row.name_middle, signs)
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


def _width(signs: Sequence[tuple[Style, str]]) -> float:
    return sum(_SIGN + text_width(text, SMALL_SIZE) + _BETWEEN for _, text in signs)


def _write_beside(axes: Axes, x: float, middle: float, signs: Sequence[tuple[Style, str]]) -> None:
    for style, text in signs:
        edge = HATCH if style.is_hatched else RULE
        plot.boxes(axes, [(x, middle - 4.5, x + 9, middle + 4.5)], style, edge=edge, of_page=True)
        plot.write(axes, x + _SIGN, middle, text, size=SMALL_SIZE)
        x += _SIGN + text_width(text, SMALL_SIZE) + _BETWEEN
