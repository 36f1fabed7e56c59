"""Charts of cells: moves between levels, shares won per school and item, counts of two categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import WIDTH, Box
from termreview.reporting.charts.drawing.style import (
    AMOUNTS,
    FAINT,
    FELL,
    HOLLOW,
    INK,
    MUTED,
    OPEN,
    ROSE,
    RULE,
    Style,
    share_style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

_TALL, _TALL_NARROW = 52.0, 64.0
_HEAD_SIZE: Final = 11.0
_LINE: Final = 13.75
_MOST_LINES: Final = 7


@in_style()
def transition_matrix(
    frame: pd.DataFrame, *, before_label: str, after_label: str, unranked: Sequence[str], width: float = WIDTH
) -> Figure:
    """Draw one cell per pair of levels: how many units went from the row's level to the column's.

    The index and the columns hold the same names, the levels in ascending order, so that the cells above the
    diagonal went up and those under it went down. A move from or to a name of `unranked` is neither: it says that a
    unit has no level. Across go the columns' places.
    """
    if frame.empty:
        return plot.nothing_to_draw(width)
    is_narrow = plot.is_narrow(width)
    names = [str(name) for name in frame.index]
    heads = [str(name) for name in frame.columns]
    left = 74.0 if is_narrow else plot.name_width(names, most=190) + 30
    room = 34.0 if is_narrow else 74.0
    wide, tall = min((width - left - room) / len(heads), 132.0), _TALL_NARROW if is_narrow else _TALL
    size, gap = (SMALL_SIZE, 6) if is_narrow else (TEXT_SIZE, 12)
    found = [wrap_text(head, wide - 4, SMALL_SIZE, lines=4) for head in heads]
    top = 32.0 + 15 * max(map(len, found))
    right, bottom = left + wide * len(heads), top + tall * len(names)
    figure = plot.new_figure(bottom + 32, width)
    axes = plot.add_plot(figure, left, top, right, bottom, (0, len(heads)))
    plot.write(axes, (left + right) / 2, 8, after_label, "center", SMALL_SIZE, MUTED, is_bold=True)
    plot.write(axes, left - gap, top - 18, before_label, "right", SMALL_SIZE, MUTED, is_bold=True)
    plot.write(axes, right + room / 2, top - 18, "Cộng", "center", SMALL_SIZE, MUTED)
    for place, lines in enumerate(found):
        plot.write_at(axes, place + 0.5, top - 10 - 7.2 * len(lines), lines, SMALL_SIZE)
    values = [[plot.finite(value) for value in frame.iloc[place]] for place in range(len(names))]
    most = max([value for line in values for value in line if value is not None] or [1.0]) or 1.0
    for down, name in enumerate(names):
        middle = top + tall * (down + 0.5)
        plot.write(axes, left - gap, middle, wrap_text(name, left - gap, size, lines=4), "right", size)
        for across, value in enumerate(values[down]):
            step = _step(names, heads, down, across, unranked)
            _draw_move(axes, across, (middle, tall, wide), value, most, step)
        total = sum(value for value in values[down] if value is not None)
        plot.write(axes, right + room / 2, middle, number_text(total), "center", is_bold=True)
    plot.write(axes, left - gap, bottom + 18, "Cộng", "right", SMALL_SIZE, MUTED)
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


def _draw_move(axes: Axes, across: int, place: tuple[float, float, float], value: float | None, most: float, steps: int | None) -> None:  # fmt: skip
    middle, tall, wide = place
    is_large = value is not None and value / most > 0.34
    style = (ROSE if steps > 0 else FELL)[is_large] if value and steps else HOLLOW
    cell = (across + 2 / wide, middle - tall / 2 + 2, across + 1 - 2 / wide, middle + tall / 2 - 2)
    plot.boxes(axes, [cell], style, edge=INK if steps == 0 else RULE, width=1.4 if steps == 0 else 1)
    if not value:
        plot.write_at(axes, across + 0.5, middle, number_text(value), colour=MUTED)
        return
    words = wrap_text("" if not steps else "tăng mức" if steps > 0 else "giảm mức", wide - 4, _HEAD_SIZE)
    is_told = bool(steps)
    plot.write_at(axes, across + 0.5, middle - (7 * len(words) if is_told else 0), number_text(value), 16, is_bold=True)  # fmt: skip
    plot.write_at(axes, across + 0.5, middle + 12, words, _HEAD_SIZE)


@in_style()
def heat_map(
    frame: pd.DataFrame,
    *,
    row_groups: Sequence[str] | None = None,
    widest: float = 64.0,
    is_written: bool = False,
    width: float = WIDTH,
) -> Figure:
    """Draw one cell per row and column: the share of the points won (0-1), hatched where nothing supports one.

    `row_groups` names the group of each row; rows of one group stand under its heading. `is_written` writes each
    share into its cell, in per cent; `widest` is the most a column takes. Across go the columns' places; columns for
    which there is no room stand in another block below.
    """
    if frame.empty or not len(frame.columns):
        return plot.nothing_to_draw(width)
    is_narrow = plot.is_narrow(width)
    names, heads = list(frame.index), [str(name) for name in frame.columns]
    laid: dict[str, Any] = {"height": 20 if is_narrow else 19 if len(names) > 20 else 24, "gap": 10, "most": 230, "size": SMALL_SIZE}  # fmt: skip
    left, _ = plot.lay_out(names, width, 0, **laid)
    least = text_width("100,0", _HEAD_SIZE) + 4 if is_written else 14.0
    count = max(int((width - left) / least), 1)
    blocks = [range(start, min(start + count, len(heads))) for start in range(0, len(heads), count)]
    wide = min((width - left) / max(map(len, blocks)), widest if not is_narrow else width)
    key = plot.key_of(_shares_key(), width)
    signs, full = _heads(heads, wide)
    listed = [line for head in full for line in wrap_text(head, width, SMALL_SIZE)]
    is_upright = signs is None
    found = signs or [[head] for head in heads]
    above = max(text_width(head, _HEAD_SIZE) for head in heads) if is_upright else max(map(len, found)) * _LINE  # fmt: skip
    top = key.height + 15.0 * len(listed) + 8
    placed = []
    for block in blocks:
        _, rows = plot.lay_out(names, width, top + above, headings=row_groups, **laid)
        placed.append((block, top + above, rows))
        top = rows[-1].bottom + 18
    figure = plot.new_figure(placed[-1][2][-1].bottom + 4, width)
    page = plot.add_plot(figure, 0, 0, width, placed[-1][2][-1].bottom + 4)
    key.draw(page)
    if listed:
        plot.write(page, 0, key.height + 7.5 * len(listed) - 4, listed, size=SMALL_SIZE)
    shares = [[plot.finite(value) for value in frame.iloc[number]] for number in range(len(names))]
    for block, head, rows in placed:
        axes = plot.add_plot(figure, left, head, left + wide * len(block), rows[-1].bottom, (0, len(block)))
        plot.write_names(axes, rows, left - 10, size=SMALL_SIZE)
        for place, column in enumerate(block):
            if is_upright:
                plot.write_upright(axes, place + 0.5 + 4 / wide, head - 6, heads[column], _HEAD_SIZE)
            else:
                middle = head - 5 - len(found[column]) * _LINE / 2
                plot.write_at(axes, place + 0.5, middle, found[column], _HEAD_SIZE)
        cells: dict[Style, list[Box]] = {}
        for row, own in zip(rows, shares, strict=True):
            edges = (row.middle - 9, row.middle + 9) if row.is_above else (row.top + 1, row.bottom - 1)
            for place, column in enumerate(block):
                share, look = own[column], share_style(own[column])
                cell = (place + 1 / wide, edges[0], place + 1 - 1 / wide, edges[1])
                cells.setdefault(look, []).append(cell)
                if is_written and share is not None:
                    plot.write_at(axes, place + 0.5, row.middle, number_text(100 * share, "decimal1"), _HEAD_SIZE, look.ink)  # fmt: skip
        for look, same in cells.items():
            plot.boxes(axes, same, look)
    return figure


def _heads(heads: Sequence[str], wide: float) -> tuple[list[list[str]] | None, Sequence[str]]:
    """The lines of each head of columns so wide, and the heads to be listed in full; no lines where they stand upright.

    Where a head does not fit and all begin with a number of their own, they stand by it.
    """
    fits = max(text_width(word, _HEAD_SIZE) for head in heads for word in [*head.split(), ""]) <= wide - 6
    found = [wrap_text(head, wide - 6, _HEAD_SIZE, lines=_MOST_LINES + 1) for head in heads]
    if fits and max(map(len, found)) <= _MOST_LINES:
        return found, ()
    numbers = [head.split(" ", 1)[0] for head in heads]
    if len(set(numbers)) == len(heads) and all(number[:1].isdigit() and number != head for number, head in zip(numbers, heads, strict=True)):  # fmt: skip
        return [[number] for number in numbers], heads
    return None, ()


def _shares_key() -> list[tuple[str, Style]]:
    names = ("đến 25%", "trên 25 đến dưới 50%", "50 đến 75%", "trên 75% số điểm tối đa")
    values = (0.25, 0.4, 0.75, 1.0)
    steps = [(name, share_style(value)) for name, value in zip(names, values, strict=True)]
    return [*steps, ("chưa đủ căn cứ", OPEN)]


@in_style()
def count_table(frame: pd.DataFrame) -> Figure:
    """Draw one cell per pair of words: how many units, darker for more; rows and columns as the frame has them."""
    if frame.empty or not len(frame.columns):
        return plot.nothing_to_draw()
    heads, names = [str(name) for name in frame.columns], list(frame.index)
    left = plot.name_width(names, most=230) + 14
    wide = min((WIDTH - left) / len(heads), 150.0)
    longest = max(text_width(word, SMALL_SIZE) for head in heads for word in [*head.split(), ""])
    is_upright = longest > wide - 8  # a word of a head is never broken
    found = [
        [head] if is_upright else wrap_text(head, wide - 8, SMALL_SIZE, lines=_MOST_LINES) for head in heads
    ]
    tall = max(text_width(head, SMALL_SIZE) for head in heads) if is_upright else 15.0 * max(map(len, found))
    top = 16 + tall
    rows = plot.place_rows(names, left - 14, top, height=34)
    figure = plot.new_figure(rows[-1].bottom + 8)
    axes = plot.add_plot(figure, left, top, left + wide * len(heads), rows[-1].bottom, (0, len(heads)))
    for place, line in enumerate(found):
        if is_upright:
            plot.write_upright(axes, place + 0.5 + 4 / wide, top - 6, line[0], SMALL_SIZE)
        else:
            plot.write_at(axes, place + 0.5, top - 8 - 7.5 * len(line), line, SMALL_SIZE)
    plot.write_names(axes, rows, left - 14)
    most = int(frame.to_numpy().max())
    for row, counts in zip(rows, frame.to_numpy(), strict=True):
        for place, count in enumerate(int(count) for count in counts):
            style = AMOUNTS[min(int(4 * count / most), 3)] if count else Style(FAINT, MUTED)
            plot.boxes(axes, [(place + 1 / wide, row.top + 1, place + 1 - 1 / wide, row.bottom - 1)], style)
            plot.write_at(axes, place + 0.5, row.middle, number_text(count), colour=style.ink)
    return figure
