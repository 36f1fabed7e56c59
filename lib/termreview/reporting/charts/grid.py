"""Charts of cells: moves between levels, shares won per school and item, counts of two categories."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import WIDTH, Box
from termreview.reporting.charts.drawing.style import (
    BLUE_STEPS,
    HOLLOW,
    INK,
    MUTED,
    PAPER,
    RULE,
    UNKNOWN,
    WARM,
    Style,
    share_style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

_TALL = 52.0


@in_style()
def transition_matrix(
    frame: pd.DataFrame, *, before_label: str, after_label: str, unranked: Sequence[str]
) -> Figure:
    """Draw one cell per pair of levels: how many units went from the row's level to the column's.

    The index and the columns hold the same names, the levels in ascending order, so that the cells above the
    diagonal went up and those under it went down. A move from or to a name of `unranked` is neither: it says that a
    unit has no level. Across go the columns' places.
    """
    if frame.empty:
        return plot.nothing_to_draw()
    names = [str(name) for name in frame.index]
    heads = [str(name) for name in frame.columns]
    left, top = plot.name_width(names, most=190) + 30, 62.0
    wide = min((WIDTH - left - 74) / len(heads), 132.0)
    right, bottom = left + wide * len(heads), top + _TALL * len(names)
    figure = plot.new_figure(bottom + 32)
    axes = plot.add_plot(figure, left, top, right, bottom, (0, len(heads)))
    plot.write(axes, (left + right) / 2, 8, after_label, "center", SMALL_SIZE, MUTED, is_bold=True)
    plot.write(axes, left - 12, top - 18, before_label, "right", SMALL_SIZE, MUTED, is_bold=True)
    plot.write(axes, right + 40, top - 18, "Cộng", "center", SMALL_SIZE, MUTED)
    for place, head in enumerate(heads):
        found = wrap_text(head, wide - 8, SMALL_SIZE)
        plot.write_at(axes, place + 0.5, top - 18, found, SMALL_SIZE)
    values = [[plot.finite(value) for value in frame.iloc[place]] for place in range(len(names))]
    most = max([value for line in values for value in line if value is not None] or [1.0]) or 1.0
    for down, name in enumerate(names):
        middle = top + _TALL * (down + 0.5)
        plot.write(axes, left - 12, middle, wrap_text(name, left - 30), "right")
        for across, value in enumerate(values[down]):
            step = _step(names, heads, down, across, unranked)
            _draw_move(axes, across, middle, 2 / wide, value, most, step)
        total = sum(value for value in values[down] if value is not None)
        plot.write(axes, right + 40, middle, number_text(total), "center", is_bold=True)
    plot.write(axes, left - 12, bottom + 18, "Cộng", "right", SMALL_SIZE, MUTED)
    for across in range(len(heads)):
        total = sum(line[across] or 0 for line in values)
        plot.write_at(axes, across + 0.5, bottom + 18, number_text(total), is_bold=True)
    return figure


def _step(names: list[str], heads: list[str], down: int, across: int, unranked: Sequence[str]) -> int | None:
    """Return how many levels one cell went up (down if negative), or nothing where levels do not compare."""
    if names[down] == heads[across]:
        return 0
    if names != heads or {names[down], heads[across]} & set(unranked):
        return None
    return across - down


def _draw_move(axes: Axes, across: int, middle: float, gap: float, value: float | None, most: float, steps: int | None) -> None:  # fmt: skip
    is_large = value is not None and value / most > 0.34
    if not value or steps is None:
        style = HOLLOW
    elif steps:
        style = Style((BLUE_STEPS[1] if steps > 0 else WARM) if is_large else (BLUE_STEPS[0] if steps > 0 else "#f8dfbf"))  # fmt: skip
    else:
        style = Style("#d6dce1" if is_large else "#eceff1")
    cell = (across + gap, middle - _TALL / 2 + 2, across + 1 - gap, middle + _TALL / 2 - 2)
    plot.boxes(axes, [cell], style, edge=INK if steps == 0 else RULE, width=1.4 if steps == 0 else 1)
    if not value:
        plot.write_at(axes, across + 0.5, middle, number_text(value), colour=MUTED)
        return
    word = "" if not steps else "tăng mức" if steps > 0 else "giảm mức"
    plot.write_at(axes, across + 0.5, middle - (8 if word else 0), number_text(value), 16, is_bold=True)
    plot.write_at(axes, across + 0.5, middle + 12, word, 11)


@in_style()
def heat_map(
    frame: pd.DataFrame,
    *,
    row_groups: Sequence[str] | None = None,
    widest: float = 64.0,
    is_written: bool = False,
) -> Figure:
    """Draw one cell per row and column: the share of the points won (0-1), hatched where nothing supports one.

    `row_groups` names the group of each row; rows of one group stand under its heading. `is_written` writes each
    share into its cell, in per cent; `widest` is the most a column takes. Across go the columns' places.
    """
    if frame.empty or not len(frame.columns):
        return plot.nothing_to_draw()
    names, heads = list(frame.index), [str(name) for name in frame.columns]
    left = plot.name_width(names, most=230, size=SMALL_SIZE) + 10
    wide = min((WIDTH - left) / len(heads), widest)
    key = plot.key_of(_shares_key())
    is_upright = max(text_width(word, 11) for head in heads for word in [*head.split(), ""]) > wide - 6
    found = [wrap_text(head, wide - 6, 11, lines=7) for head in heads]
    top = key.height + 8 + (max(text_width(head, 11) for head in heads) if is_upright else max(map(len, found)) * 13.75)  # fmt: skip
    rows = plot.place_rows(names, left - 10, top, height=19 if len(names) > 20 else 24, size=SMALL_SIZE, headings=row_groups)  # fmt: skip
    figure = plot.new_figure(rows[-1].bottom + 4)
    axes = plot.add_plot(figure, left, top, left + wide * len(heads), rows[-1].bottom, (0, len(heads)))
    key.draw(axes)
    for place, head in enumerate(heads):
        if is_upright:
            plot.write_upright(axes, place + 0.5 + 4 / wide, top - 6, head, 11)
        else:
            middle = top - 5 - len(found[place]) * 13.75 / 2
            plot.write_at(axes, place + 0.5, middle, found[place], 11)
    plot.write_names(axes, rows, left - 10, size=SMALL_SIZE)
    shares = [[plot.finite(value) for value in frame.iloc[number]] for number in range(len(rows))]
    cells: dict[Style, list[Box]] = {}
    for row, own in zip(rows, shares, strict=True):
        for across, share in enumerate(own):
            look = share_style(share)
            cell = (across + 1 / wide, row.top + 1, across + 1 - 1 / wide, row.bottom - 1)
            cells.setdefault(look, []).append(cell)
            if is_written and share is not None:
                plot.write_at(axes, across + 0.5, row.middle, number_text(100 * share, "decimal1"), 11, look.ink)  # fmt: skip
    for look, same in cells.items():
        plot.boxes(axes, same, look)
    return figure


def _shares_key() -> list[tuple[str, Style]]:
    names = ("0", "đến 25 %", "trên 25 đến 50 %", "trên 50 đến 75 %", "trên 75 % số điểm tối đa")
    values = (0.0, 0.25, 0.5, 0.75, 1.0)
    steps = [(name, share_style(value)) for name, value in zip(names, values, strict=True)]
    return [*steps, ("chưa đủ căn cứ", UNKNOWN)]


@in_style()
def count_table(frame: pd.DataFrame) -> Figure:
    """Draw one cell per pair of words: how many units, darker for more; rows and columns as the frame has them."""
    if frame.empty or not len(frame.columns):
        return plot.nothing_to_draw()
    heads, names = [str(name) for name in frame.columns], list(frame.index)
    left = plot.name_width(names, most=230) + 14
    wide = min((WIDTH - left) / len(heads), 150.0)
    found = [wrap_text(head, wide - 8, SMALL_SIZE) for head in heads]
    top = 16 + 15.0 * max(len(line) for line in found)
    rows = plot.place_rows(names, left - 14, top, height=34)
    figure = plot.new_figure(rows[-1].bottom + 8)
    axes = plot.add_plot(figure, left, top, left + wide * len(heads), rows[-1].bottom, (0, len(heads)))
    for place, line in enumerate(found):
        plot.write_at(axes, place + 0.5, top - 8 - 7.5 * len(line), line, SMALL_SIZE)
    plot.write_names(axes, rows, left - 14)
    most = int(frame.to_numpy().max())
    for row, counts in zip(rows, frame.to_numpy(), strict=True):
        for place, count in enumerate(int(count) for count in counts):
            step = min(int(4 * count / most), 3) if count else -1
            style = Style(BLUE_STEPS[step], PAPER if step >= 2 else INK) if count else Style("#f4f6f8", MUTED)
            plot.boxes(axes, [(place + 1 / wide, row.top + 1, place + 1 - 1 / wide, row.bottom - 1)], style)
            plot.write_at(axes, place + 0.5, row.middle, number_text(count), colour=style.ink)
    return figure
