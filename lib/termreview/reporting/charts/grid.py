"""Charts of cells: moves between levels, shares won per school and item."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Mark, Stroke, Words, words_block
from termreview.reporting.charts.drawing.layout import (
    Row,
    draw_legend,
    draw_names,
    finite,
    name_width,
    place_rows,
)
from termreview.reporting.charts.drawing.style import (
    BLUE_STEPS,
    INK,
    MUTED,
    PAPER,
    RULE,
    UNKNOWN,
    WARM,
    Style,
    share_style,
)
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, text_width, wrap_text
from termreview.reporting.charts.figures import Figure, drawn, nothing_to_draw


def transition_matrix(
    frame: pd.DataFrame,
    *,
    title: str,
    alt: str,
    caption: str = "",
    before_label: str,
    after_label: str,
    unranked: Sequence[str],
) -> Figure:
    """Draw one cell per pair of levels: how many units went from the row's level to the column's.

    The index and the columns hold the same names, the levels in ascending order, so that the cells above the
    diagonal went up and those under it went down. A move from or to a name of `unranked` is neither: it says that a
    unit has no level.
    """
    if frame.empty:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    names = [str(name) for name in frame.index]
    heads = [str(name) for name in frame.columns]
    left, top, tall = name_width(names, most=190) + 30, 62.0, 52.0
    wide = min((WIDTH - left - 74) / len(heads), 132.0)
    marks: list[Mark] = [
        Words(left + wide * len(heads) / 2, 8, after_label, "center", SMALL_SIZE, MUTED, is_bold=True),
        Words(left - 12, top - 18, before_label, "right", SMALL_SIZE, MUTED, is_bold=True),
        Words(left + wide * len(heads) + 40, top - 18, "Cộng", "center", SMALL_SIZE, MUTED),
    ]
    for place, head in enumerate(heads):
        marks += words_block(
            wrap_text(head, wide - 8, SMALL_SIZE),
            left + wide * (place + 0.5),
            top - 18,
            anchor="center",
            size=SMALL_SIZE,
        )
    values = [[finite(value) for value in frame.iloc[place]] for place in range(len(names))]
    most = max([value for line in values for value in line if value is not None] or [1.0]) or 1.0
    for down, name in enumerate(names):
        middle = top + tall * (down + 0.5)
        marks += words_block(wrap_text(name, left - 30, TEXT_SIZE), left - 12, middle, anchor="right")
        for across, value in enumerate(values[down]):
            marks += _move(
                left + wide * across,
                middle,
                wide,
                tall,
                value,
                most,
                _step(names, heads, down, across, unranked),
            )
        total = sum(value for value in values[down] if value is not None)
        marks.append(Words(left + wide * len(heads) + 40, middle, number_text(total), "center", is_bold=True))
    bottom = top + tall * len(names)
    marks.append(Words(left - 12, bottom + 18, "Cộng", "right", SMALL_SIZE, MUTED))
    for across in range(len(heads)):
        total = sum(line[across] or 0 for line in values)
        marks.append(
            Words(left + wide * (across + 0.5), bottom + 18, number_text(total), "center", is_bold=True)
        )
    return drawn(marks, bottom + 32, title=title, alt=alt, caption=caption)


def _step(names: list[str], heads: list[str], down: int, across: int, unranked: Sequence[str]) -> int | None:
    """Return how many levels one cell went up (down if negative), or nothing where levels do not compare."""
    if names[down] == heads[across]:
        return 0
    if names != heads or {names[down], heads[across]} & set(unranked):
        return None
    return across - down


def _move(
    x: float, middle: float, wide: float, tall: float, value: float | None, most: float, steps: int | None
) -> list[Mark]:
    share = 0.0 if not value else value / most
    if not value or steps is None:
        style = Style(PAPER)
    elif steps < 0:
        style = Style("#f8dfbf" if share <= 0.34 else WARM)
    elif steps > 0:
        style = Style(BLUE_STEPS[0] if share <= 0.34 else BLUE_STEPS[1])
    else:
        style = Style("#eceff1" if share <= 0.34 else "#d6dce1")
    box = Box(
        x + 2,
        middle - tall / 2 + 2,
        wide - 4,
        tall - 4,
        style,
        INK if steps == 0 else RULE,
        1.4 if steps == 0 else 1,
    )
    centre = x + wide / 2
    if not value:
        return [box, Words(centre, middle, number_text(value), "center", colour=MUTED)]
    word = "" if not steps else "tăng mức" if steps > 0 else "giảm mức"
    marks: list[Mark] = [
        box,
        Words(centre, middle - (8 if word else 0), number_text(value), "center", 16, style.ink, is_bold=True),
    ]
    return [*marks, Words(centre, middle + 12, word, "center", 11, style.ink)] if word else marks


def heat_map(
    frame: pd.DataFrame,
    *,
    title: str,
    alt: str,
    caption: str = "",
    row_groups: Sequence[str] | None = None,
    widest: float = 64.0,
    is_written: bool = False,
) -> Figure:
    """Draw one cell per row and column: the share of the points won (0-1), hatched where nothing supports one.

    `row_groups` names the group of each row; rows of one group stand under its heading. `is_written` writes each
    share into its cell, in per cent; `widest` is the most a column takes.
    """
    if frame.empty or not len(frame.columns):
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    names, heads = list(frame.index), [str(name) for name in frame.columns]
    size = SMALL_SIZE
    left = name_width(names, most=230, size=size) + 10
    wide = min((WIDTH - left) / len(heads), widest)
    marks, top = draw_legend(_shares_legend(), 0, WIDTH)
    upright = _upright_heads(heads, wide)
    lines = [wrap_text(head, wide - 6, 11, lines=7) for head in heads]
    top += (max(text_width(head, 11) for head in heads) if upright else max(map(len, lines)) * 13.75) + 8
    for place, head in enumerate(heads):
        x = left + wide * (place + 0.5)
        if upright:
            marks.append(Words(x + 4, top - 6, head, "left", 11, angle=90))
        else:
            middle = top - 5 - len(lines[place]) * 13.75 / 2
            marks += words_block(lines[place], x, middle, anchor="center", size=11)
    rows = place_rows(
        names, left - 10, top, height=19 if len(names) > 20 else 24, size=size, headings=row_groups
    )
    marks += draw_names(rows, left - 10, size=size)
    shares = [[finite(value) for value in frame.iloc[number]] for number in range(len(rows))]
    cells: list[Box] = [
        Box(left + wide * start, row.top + 1, wide * (end - start), row.height - 2, share_style(share))
        for number, row in enumerate(rows)
        for start, end, share in _runs(shares[number])
    ]
    # Cells of one look stand together, so that they are written as one shape.
    cells.sort(key=lambda box: (box.style.is_hatched, box.style.fill))
    marks += cells
    bottom = rows[-1].bottom
    marks += [
        Stroke(((left + wide * n, run[0].top), (left + wide * n, run[-1].bottom)), PAPER, 2)
        for run in _together(rows)
        for n in range(len(heads) + 1)
    ]
    if is_written:
        written: list[Words] = [
            Words(left + wide * (across + 0.5), row.middle, number_text(100 * share, "decimal1"), "center", 11, share_style(share).ink)
            for number, row in enumerate(rows)
            for across, share in enumerate(shares[number])
            if share is not None
        ]  # fmt: skip
        written.sort(key=lambda words: words.colour)
        marks += written
    return drawn(marks, bottom + 4, title=title, alt=alt, caption=caption)


def _together(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows between two headings, so that no line is drawn through one."""
    runs: list[list[Row]] = []
    for row in rows:
        if row.heading is not None or not runs:
            runs.append([])
        runs[-1].append(row)
    return runs


def _upright_heads(heads: Sequence[str], wide: float) -> bool:
    """Say whether the heads do not fit their columns lying down, word by word."""
    return max(text_width(word, 11) for head in heads for word in [*head.split(), ""]) > wide - 6


def _shares_legend() -> list[tuple[str, Style]]:
    names = ("0", "đến 25 %", "trên 25 đến 50 %", "trên 50 đến 75 %", "trên 75 % số điểm tối đa")
    values = (0.0, 0.25, 0.5, 0.75, 1.0)
    steps = [(name, share_style(value)) for name, value in zip(names, values, strict=True)]
    return [*steps, ("chưa đủ căn cứ", UNKNOWN)]


def _runs(shares: Sequence[float | None]) -> list[tuple[int, int, float | None]]:
    """Join neighbours that look the same, so that a large map stays a small file."""
    runs: list[tuple[int, int, float | None]] = []
    for place, share in enumerate(shares):
        if runs and share_style(runs[-1][2]) == share_style(share):
            runs[-1] = (runs[-1][0], place + 1, share)
        else:
            runs.append((place, place + 1, share))
    return runs
