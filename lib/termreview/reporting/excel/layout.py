"""One sheet's measures: how wide its columns are, how high its rows, on how many pages it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any, Final

from termreview.reporting.excel.cells import Piece
from termreview.reporting.excel.style import (
    GROUP_SIZE,
    GROUP_WIDEST,
    LINE,
    WIDEST,
    column_width,
    lines_height,
)
from termreview.reporting.excel.tables import SheetTable

A4: Final = 9
# Signs beyond which a sheet is printed across, and what a page across holds.
UPRIGHT: Final = 92
ACROSS: Final = 136
# The room of one page between its margins, in points: width and height; upright, across.
ROOMS: Final = ((516.0, 725.0), (762.0, 478.0))
# A last page with less than this on it is spared by printing a little smaller.
SPARED: Final = 0.15


def set_page(sheet: Any, footer: str) -> None:
    """Paper, margins, page numbers of one sheet."""
    sheet.set_paper(A4)
    sheet.set_margins(left=0.6, right=0.5, top=0.7, bottom=0.7)
    sheet.set_footer(f"&C&9{footer}")
    sheet.hide_gridlines(2)


def set_pages(sheet: Any, widths: Sequence[float], height: float) -> None:
    """Say how one sheet is printed: upright or across, as wide as the page, no page with a line or two alone."""
    is_wide = sum(widths) > UPRIGHT
    if is_wide:
        sheet.set_landscape()
    room, tall = ROOMS[is_wide]
    scale = min(room / sum(width * 5.25 + 3.75 for width in widths), 1.0)
    pages = height * scale / tall
    full = floor(pages)
    if full >= 1 and pages - full < SPARED * full:
        sheet.fit_to_pages(1, full)
    else:
        sheet.fit_to_pages(1, 0)


def column_widths(table: SheetTable) -> list[float]:
    """The width of every column, in signs; columns of long texts take what is left of the page."""
    texts = [[_shown(row[place]) for row in table.rows] for place in range(len(table.columns))]
    is_text = [_is_text_column(table, place) for place in range(len(table.columns))]
    widths = [
        column_width(
            column.title, shown, is_text=words, widest=GROUP_WIDEST if is_group(table, place) else WIDEST
        )
        for place, (column, shown, words) in enumerate(zip(table.columns, texts, is_text, strict=True))
    ]
    page = UPRIGHT if sum(widths) <= UPRIGHT else ACROSS
    wishes = [
        max(max(map(len, shown), default=0) + 3 - width, 0) if words and not is_group(table, place) else 0
        for place, (shown, width, words) in enumerate(zip(texts, widths, is_text, strict=True))
    ]
    spare = max(page - sum(widths), 0.0)
    part = min(spare / sum(wishes), 1.0) if any(wishes) else 0.0
    return [floor(width + wish * part) for width, wish in zip(widths, wishes, strict=True)]


def row_height(table: SheetTable, row: Sequence[Piece | None], widths: Sequence[float]) -> float:
    """How high one row is that shows all its texts."""
    heights = [
        lines_height(piece.value, width - 1, GROUP_SIZE if is_group(table, place) else 11)
        for place, (piece, width) in enumerate(zip(row, widths, strict=True))
        if piece is not None and isinstance(piece.value, str)
    ]
    return max([LINE + 1, *(height for height in heights if height > LINE + 3)])


def is_group(table: SheetTable, place: int) -> bool:
    """Say whether one column heads the groups of the rows."""
    return place == 0 and table.columns[0].source < 0 and len(table.columns) > 1


def _shown(piece: Piece | None) -> str:
    if piece is None:
        return ""
    if isinstance(piece.value, str):
        return piece.value
    return piece.shown(piece.number) if piece.number is not None else "00/00/0000"


def _is_text_column(table: SheetTable, place: int) -> bool:
    pieces = [row[place] for row in table.rows]
    return all(piece is None or isinstance(piece.value, str) for piece in pieces)
