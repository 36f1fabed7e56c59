"""Charts of change: where each row stood before, where it stands after."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import NO_BREAK_SPACE, number_text, printed_difference
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import FORMATS_BY_UNIT, WIDTH, Point
from termreview.reporting.charts.drawing.style import BEFORE, BEHIND, GOOD, MUTED, PAPER, TARGET, Style
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.drawing.theme import in_style

# What a percentage moves by: a per cent of a percentage would be another figure.
PERCENTAGE_POINTS: Final = "điểm %"
_BEFORE: Final = Style(PAPER, marker="o", edge=MUTED)


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
    line_label: str = "chỉ tiêu",
    better: str = "higher",
    width: float = WIDTH,
) -> Figure:
    """Draw one row per label: a ring where it stood before, a disc where it stands after, and the change in words.

    What went the worse way has the colour of what is behind; `better` is higher or lower, or a column that says so.
    `unit` is percent (0-100), points, ratio or count; `line` names the column of a target.
    """
    if frame.empty:
        return plot.nothing_to_draw(width)
    records = frame.to_dict("records")
    texts = [_change_text(record[before], record[after], unit) for record in records]
    text_most = max(text_width(text, SMALL_SIZE) for text in texts)
    columns = [before, after, *([line] if line else [])]
    most = 100.0 if unit in ("percent", "points") else plot.nice_top(plot.finite(record[name]) for record in records for name in columns)  # fmt: skip
    limits = (0.0, most)
    signs = [(before_label, _BEFORE), (after_label, Style(GOOD.fill, marker="o"))]
    signs += [(line_label, TARGET)] if line else []
    key = plot.key_of(signs, width)
    is_narrow = plot.is_narrow(width)
    left, rows = plot.lay_out(
        list(frame[label]), width, key.height + 6, height=20 if is_narrow else 25 if len(records) > 12 else 30, gap=22, most=250, beside=text_most + 10
    )  # fmt: skip
    bottom = rows[-1].bottom
    figure = plot.new_figure(bottom + 24, width)
    ticks = [most * n / 4 for n in range(5)]
    side = plot.SIDE + 2
    start, end = (side, width - side) if is_narrow else (left, width - text_most - 22)
    axes = plot.add_scale(figure, start, key.height + 2, end, bottom, limits, ticks, "integer" if most >= 4 else "ratio", rows)  # fmt: skip
    key.draw(axes)
    plot.write_names(axes, rows, left - 22)
    befores: list[Point] = []
    afters: dict[str, list[Point]] = {GOOD.fill: [], BEHIND.fill: []}
    targets: list[tuple[Point, Point]] = []
    moves: dict[str, list[tuple[Point, Point]]] = {GOOD.fill: [], BEHIND.fill: []}
    for row, record, text in zip(rows, records, texts, strict=True):
        first, last, target = (
            None if value is None else plot.held(value, limits)
            for value in (
                plot.finite(record[before]),
                plot.finite(record[after]),
                plot.finite(record[line]) if line else None,
            )
        )
        is_fall = first is not None and last is not None and last < first
        is_rise = first is not None and last is not None and last > first
        wanted = str(record[better]) if better in record else better
        colour = (BEHIND if (is_fall if wanted == "higher" else is_rise) else GOOD).fill
        if target is not None:
            targets.append(((target, row.middle - 11), (target, row.middle + 11)))
        if first is not None:
            befores.append((first, row.middle))
        if last is not None:
            afters[colour].append((last, row.middle))
        if first is not None and last is not None:
            moves[colour].append(((first, row.middle), (last, row.middle)))
        if first is None and last is None:
            plot.write_no_figures(axes, start, row.middle)
        plot.write(axes, width, row.name_middle, text, "right", SMALL_SIZE)
    plot.lines(axes, targets, TARGET.fill, 2, label=line_label)
    for colour, found in moves.items():
        plot.lines(axes, found, BEFORE.fill if colour == GOOD.fill else colour, 4)
    plot.dots(axes, befores, 5.5, PAPER, edge=MUTED, width=1.8, label=before_label)
    for colour, points in afters.items():
        plot.dots(axes, points, 6, colour, label=after_label)
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
