"""One table of the Word report: how wide its columns are, how large its letters, whether its page lies across."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Final

from termreview.reporting.block_model import Cell, Part, Run
from termreview.reporting.chart_text import text_width
from termreview.reporting.document_xml import (
    CM,
    Page,
    Styles,
    cell_xml,
    paragraph_xml,
    row_xml,
    table_xml,
    xml_text,
)

# Words are measured in the font of the charts: Times New Roman is narrower, what stands in for it elsewhere is not.
PADDING: Final = 2 * 70 + 50
# Words get a little more than they measure: what stands in for the font may be wider.
SPARE: Final = 1.06
# What a column of words should have at least, and what it has on a page that would otherwise have to lie across.
COMFORT: Final = int(2.6 * CM)
TIGHT: Final = int(1.9 * CM)
LONGEST_LINE: Final = 7 * CM
SHORT_FIGURE: Final = 3 * CM
# A table of at most so many rows stays on one page.
KEPT_WHOLE: Final = 14
NO_BREAK_SPACE: Final = "\u00a0"


@dataclass(frozen=True)
class Fit:
    """How one table is set: the prefix of its styles, its column widths, whether the page lies across."""

    look: str
    widths: tuple[int, ...]
    is_wide: bool


def fit_table(part: Part, page: Page, sizes: Mapping[str, float]) -> Fit:
    """Choose the largest letters and, if it can be, the upright page on which no word of the table breaks.

    `sizes` are the points of the letters by the prefix of their styles: large (no prefix) and `small_`.
    """
    large, small, across = "", "small_", page.turned().width
    tries = [
        (large, COMFORT, False, page.width), (small, COMFORT, False, page.width), (small, TIGHT, False, page.width),
        (large, COMFORT, True, across), (small, COMFORT, True, across), (small, TIGHT, True, across),
    ]  # fmt: skip
    if "dense" in part["css"].split():
        tries = [choice for choice in tries if choice[0] == small]
    for look, comfort, is_wide, room in tries:
        needed, wanted = _measured(part, sizes[look], comfort)
        if sum(needed) <= room:
            return Fit(look, _shared(needed, wanted, room), is_wide)
    return Fit(small, tuple(int(width * across / sum(needed)) for width in needed), True)


def _measured(part: Part, size: float, comfort: int) -> tuple[list[int], list[int]]:
    """For each column how wide it must be to break no word, and how wide it would like to be."""
    needed, wanted = [], []
    has_marks = any("badge" in row for row in part["rows"])
    for place, column in enumerate(part["columns"]):
        shown = {cell_text(row["cells"][place]) for row in part["rows"]}
        shown |= {cell_text(part["total"][place])} if part["total"] else set()
        longest = max((_line_width(text, size) for text in shown), default=0)
        word = max((_word_width(text, size) for text in shown), default=0)
        is_short = column["align"] != "left" and longest < SHORT_FIGURE
        must = int(SPARE * longest) if is_short else max(word, min(longest, comfort))
        badge = _line_width("_A_", size) if "head" in column and has_marks else 0
        needed.append(max(must + badge, _word_width(column["title"], size, True)) + PADDING)
        # A long text gets more, but not in proportion: it may break into lines.
        like = min(longest, LONGEST_LINE) + max(longest - LONGEST_LINE, 0) // 4
        title = min(_line_width(column["title"], size, True), SHORT_FIGURE)
        wanted.append(max(like + badge + PADDING, title + PADDING, needed[-1]))
    return needed, wanted


def _shared(needed: Sequence[int], wanted: Sequence[int], room: int) -> tuple[int, ...]:
    """Share out one room: what columns need first, then what they would like, then the rest by their width."""
    spare = room - sum(needed)
    wish = sum(wanted) - sum(needed)
    if wish > spare:
        shared = [low + (high - low) * spare / wish for low, high in zip(needed, wanted, strict=True)]
    elif sum(wanted) >= 0.6 * room:
        shared = [width * room / sum(wanted) for width in wanted]
    else:  # a small table is not drawn out over the page
        shared = [width * 1.25 for width in wanted]
    return tuple(int(width) for width in shared)


@cache
def _line_width(text: str, size: float, is_bold: bool = False) -> int:
    return int(text_width(text, size, is_bold) * 20)


@cache
def _word_width(text: str, size: float, is_bold: bool = False) -> int:
    words = text.replace(NO_BREAK_SPACE, "_").replace("/", "/ ").replace("-", "- ").split()
    return int(SPARE * max((_line_width(word, size, is_bold) for word in words), default=0))


def cell_text(cell: Cell) -> str:
    """The words of one cell."""
    return cell if isinstance(cell, str) else str(cell[0])


def table_of(part: Part, fit: Fit, styles: Styles, nothing: str) -> str:
    """One table with its head on every page, its rows whole; `nothing` stands where it has no row."""
    rows = [_head(part, fit, styles)]
    body = list(_body(part, fit, styles))
    is_kept = len(body) <= KEPT_WHOLE
    if not body:
        span = f'<w:gridSpan w:val="{len(fit.widths)}"/>'
        words = paragraph_xml([nothing], f"{fit.look}cell", styles, '<w:jc w:val="center"/>')
        rows.append(row_xml([cell_xml(sum(fit.widths), [words], span)]))
    for place, cells in enumerate(body, start=1):
        # The last rows stay together, so that no total stands alone on a page.
        is_tied = place < len(body) and (is_kept or place >= len(body) - 2)
        rows.append(row_xml([cell.replace(_TIE, "<w:keepNext/>" if is_tied else "") for cell in cells]))
    return table_xml(fit.widths, rows, styles, part["caption"])


_TIE: Final = "<!---->"


def _head(part: Part, fit: Fit, styles: Styles) -> str:
    cells = [
        cell_xml(
            width, [paragraph_xml([column["title"]], f"{fit.look}head", styles, "<w:keepNext/>")],
            '<w:shd w:val="clear" w:color="auto" w:fill="E7E6E6"/><w:vAlign w:val="center"/>',
        )
        for column, width in zip(part["columns"], fit.widths, strict=True)
    ]  # fmt: skip
    return row_xml(cells, is_head=True)


def _body(part: Part, fit: Fit, styles: Styles) -> Iterator[list[str]]:
    for group, rows in groupby(part["rows"], key=lambda row: row.get("group", "")):
        if group:
            span = f'<w:gridSpan w:val="{len(fit.widths)}"/><w:shd w:val="clear" w:color="auto" w:fill="F7F7F7"/>'
            yield [cell_xml(sum(fit.widths), [_cell([group], f"{fit.look}group", styles, "left")], span)]
        for row in rows:
            yield _cells(part, row["cells"], row.get("badge", ""), f"{fit.look}cell", fit, styles)
    if part["total"]:
        yield _cells(part, part["total"], "", f"{fit.look}total", fit, styles)


def _cells(part: Part, cells: Sequence[Cell], mark: str, style: str, fit: Fit, styles: Styles) -> list[str]:
    written = []
    for column, cell, width in zip(part["columns"], cells, fit.widths, strict=True):
        runs: list[Run] = [cell_text(cell)]
        if mark and "head" in column:
            runs += [NO_BREAK_SPACE, [mark, "mark"]]
        written.append(
            cell_xml(width, [_cell(runs, style, styles, column["align"])], '<w:vAlign w:val="center"/>')
        )
    return written


def _cell(runs: Sequence[Any], style: str, styles: Styles, side: str) -> str:
    return paragraph_xml(runs, style, styles, f'{_TIE}<w:jc w:val="{xml_text(side)}"/>')
