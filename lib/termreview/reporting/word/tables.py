"""One table of the Word report: how wide its columns are, how large its letters, whether its page lies across."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from math import ceil
from typing import Any, Final

from termreview.reporting.blocks.model import Cell, Part, Run, plain_text
from termreview.reporting.charts.drawing.text import text_width
from termreview.reporting.word.page_fill import NARROWER
from termreview.reporting.word.xml import (
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
TIGHTEST: Final = int(1.5 * CM)
# What the column that names the rows should have at least besides: names in one line.
NAMES: Final = int(1.2 * CM)
SHORT_FIGURE: Final = 3 * CM
# Small letters are taken when they make a table of nearly a page, in points, lower by this.
LOWER, LONG = 0.78, 500.0
# A table of at most so many rows stays on one page; a longer one starts where it can, so that no page stays half empty.
KEPT_WHOLE: Final = 6
# How widths may go by what columns say: by its root (a few long texts among short ones), or by it (all alike).
CLAIMS: Final = (0.5, 1.0)
# A head of more lines than this is worth some room of its column.
HEAD_LINES: Final = 2.5
NO_BREAK_SPACE: Final = "\u00a0"
MAY_BREAK: Final = "\u200b"


@dataclass(frozen=True)
class Fit:
    """How one table is set: the prefix of its styles, its column widths, whether the page lies across."""

    look: str
    widths: tuple[int, ...]
    is_wide: bool
    height: float  # about, of its rows, in points


def fit_table(part: Part, page: Page, sizes: Mapping[str, float]) -> Fit:
    """Choose the upright page if no word of the table breaks on it, and the large letters unless they make it long.

    `sizes` are the points of the letters by the prefix of their styles: large (no prefix) and `small_`.
    """
    large, small = "", "small_"
    tries = [(large, COMFORT), (small, COMFORT), (small, TIGHT), (small, TIGHTEST)]
    if "dense" in part["css"].split():
        tries = tries[1:]
    for is_wide, room in ((False, page.width), (True, page.turned().width)):
        best, lowest = None, 0.0
        for look, comfort in tries:
            columns = _measured(part, sizes[look], comfort)
            if sum(column.needed for column in columns) > room or (best and comfort < COMFORT):
                continue
            widths = _shared(columns, room, sizes[look])
            height = _height(columns, widths, sizes[look])
            if best is None or (lowest > LONG and height < LOWER * lowest):
                best, lowest = (
                    Fit(look, widths, is_wide, _height(columns, widths, sizes[look], NARROWER)),
                    height,
                )
        if best is not None:
            return best
    needed = [column.needed for column in columns]
    widths = tuple(int(width * room / sum(needed)) for width in needed)
    return Fit(small, widths, True, _height(columns, widths, sizes[small], NARROWER))


@dataclass(frozen=True)
class _Column:
    """One column: how wide it must be to break no word, how wide to break no line, how wide each of its texts is."""

    needed: int
    wanted: int
    lines: tuple[int, ...]
    is_short: bool  # short figures: they gain nothing from more room

    @cached_property
    def weight(self) -> float:
        """How much it says: its claim to room goes by that."""
        return float(max(sum(self.lines), 1))


def _measured(part: Part, size: float, comfort: int) -> list[_Column]:
    columns = []
    has_marks = any("badge" in row for row in part["rows"])
    for place, column in enumerate(part["columns"]):
        shown = [plain_text(row["cells"][place]) for row in part["rows"]]
        shown += [plain_text(part["total"][place])] if part["total"] else []
        lines = [_line_width(text, size) for text in shown]
        longest = max(lines, default=0)
        word = max((_word_width(text, size) for text in shown), default=0)
        is_short = column["align"] != "left" and longest < SHORT_FIGURE
        least = comfort + NAMES if "head" in column and comfort > TIGHT else comfort
        must = (
            int(SPARE * longest)
            if is_short and comfort > TIGHTEST
            else max(word, min(int(SPARE * longest), least))
        )
        badge = _line_width("_A_", size) if "head" in column and has_marks else 0
        needed = max(must + badge, _word_width(head_text(column["title"]), size, True)) + PADDING
        title = _line_width(column["title"], size, True)
        shown_title = min(title, SHORT_FIGURE)
        if is_short:
            shown_title = min(shown_title, int(title / HEAD_LINES * SPARE))
        wanted = max(int(SPARE * longest) + badge + PADDING, shown_title + PADDING, needed)
        columns.append(_Column(needed, wanted, (title, *lines), is_short))
    return columns


def _shared(columns: Sequence[_Column], room: int, size: float) -> tuple[int, ...]:
    """Share out one room so that the table stays low: by the claims of its columns, within their limits."""
    wish = sum(column.wanted for column in columns)
    if wish <= room:  # a small table is not drawn out over the page
        stretch = room / wish if wish >= 0.6 * room else 1.25
        return tuple(int(column.wanted * stretch) for column in columns)
    tries = [_settled(columns, room, {}, claim) for claim in CLAIMS]
    figures = {place: float(column.wanted) for place, column in enumerate(columns) if column.is_short}
    words = sum(column.needed for column in columns if not column.is_short)
    if len(figures) < len(columns) and sum(figures.values()) + words <= room:
        tries += [_settled(columns, room, figures, claim) for claim in CLAIMS]
    return min(tries, key=lambda widths: _height(columns, widths, size))


def _settled(
    columns: Sequence[_Column], room: int, given: Mapping[int, float], claim: float
) -> tuple[int, ...]:
    """The widths when some columns have theirs already and the others share the rest by their claims."""
    settled = dict(given)
    while len(settled) < len(columns):
        claims = {place: column.weight**claim for place, column in enumerate(columns) if place not in settled}
        unit = (room - sum(settled.values())) / sum(claims.values())
        shares = {place: unit * share for place, share in claims.items()}
        kept = {
            place: min(max(share, columns[place].needed), columns[place].wanted)
            for place, share in shares.items()
        }
        over = sum(kept.values()) - sum(shares.values())
        # Where the limits ask for more than there is, those below settle first, else those above.
        settled |= {
            place: width for place, width in kept.items()
            if over == 0 or (width > shares[place] if over > 0 else width < shares[place])
        }  # fmt: skip
    return tuple(int(settled[place]) for place in range(len(columns)))


def _height(columns: Sequence[_Column], widths: Sequence[int], size: float, wider: float = SPARE) -> float:
    """About how high the rows of one table are, in points; `wider` are letters than they measure."""
    rooms = [max(width - PADDING, 1) for width in widths]
    rows = zip(*(column.lines for column in columns), strict=True)
    return sum(
        max(ceil(wider * line / room) for line, room in zip(row, rooms, strict=True)) * size * 1.2 + 2
        for row in rows
    )


@cache
def _line_width(text: str, size: float, is_bold: bool = False) -> int:
    return int(text_width(text, size, is_bold) * 20)


@cache
def _word_width(text: str, size: float, is_bold: bool = False) -> int:
    words = text.replace(NO_BREAK_SPACE, "_").replace("-", "- ").replace(MAY_BREAK, " ").split()
    return int(SPARE * max((_line_width(word, size, is_bold) for word in words), default=0))


def head_text(title: str) -> str:
    """The words of one head: narrow columns break after a stroke, which not every program does by itself."""
    return title.replace("/", f"/{MAY_BREAK}")


def is_kept_whole(part: Part) -> bool:
    """Whether no page break may split one table: it has few lines, heads of groups and a total among them."""
    groups = sum(bool(group) for group, _ in groupby(part["rows"], key=lambda row: row.get("group", "")))
    return len(part["rows"]) + groups + bool(part["total"]) <= KEPT_WHOLE


def table_of(part: Part, fit: Fit, styles: Styles, nothing: str) -> str:
    """One table with its head on every page, its rows whole; `nothing` stands where it has no row."""
    rows = [_head(part, fit, styles)]
    body = list(_body(part, fit, styles))
    is_kept = is_kept_whole(part)
    if not body:
        span = f'<w:gridSpan w:val="{len(fit.widths)}"/>'
        words = paragraph_xml([nothing], f"{fit.look}cell", styles, '<w:jc w:val="center"/>')
        rows.append(row_xml([cell_xml(sum(fit.widths), [words], span)]))
    for place, cells in enumerate(body, start=1):
        # The first rows stay together and the last, so that neither a head nor a total stands alone on a page.
        is_tied = place < len(body) and (is_kept or place == 1 or place >= len(body) - 2)
        rows.append(row_xml([cell.replace(_TIE, "<w:keepNext/>" if is_tied else "") for cell in cells]))
    return table_xml(fit.widths, rows, styles, plain_text(part["caption"]))


_TIE: Final = "<!---->"


def _head(part: Part, fit: Fit, styles: Styles) -> str:
    cells = [
        cell_xml(
            width, [paragraph_xml([head_text(column["title"])], f"{fit.look}head", styles, "<w:keepNext/>")],
            '<w:shd w:val="clear" w:color="auto" w:fill="E7E6E6"/><w:vAlign w:val="center"/>',
        )
        for column, width in zip(part["columns"], fit.widths, strict=True)
    ]  # fmt: skip
    return row_xml(cells, is_head=True)


def _body(part: Part, fit: Fit, styles: Styles) -> Iterator[list[str]]:
    for group, rows in groupby(part["rows"], key=lambda row: row.get("group", "")):
        if group:
            span = f'<w:gridSpan w:val="{len(fit.widths)}"/><w:shd w:val="clear" w:color="auto" w:fill="F7F7F7"/>'
            yield [
                cell_xml(
                    sum(fit.widths), [_cell([plain_text(group)], f"{fit.look}group", styles, "left")], span
                )
            ]
        for row in rows:
            yield _cells(part, row["cells"], row.get("badge", ""), f"{fit.look}cell", fit, styles)
    if part["total"]:
        yield _cells(part, part["total"], "", f"{fit.look}total", fit, styles)


def _cells(part: Part, cells: Sequence[Cell], mark: str, style: str, fit: Fit, styles: Styles) -> list[str]:
    written = []
    for column, cell, width in zip(part["columns"], cells, fit.widths, strict=True):
        runs: list[Run] = [plain_text(cell)]
        if mark and "head" in column:
            runs += [NO_BREAK_SPACE, [mark, "mark"]]
        written.append(
            cell_xml(width, [_cell(runs, style, styles, column["align"])], '<w:vAlign w:val="center"/>')
        )
    return written


def _cell(runs: Sequence[Any], style: str, styles: Styles, side: str) -> str:
    return paragraph_xml(runs, style, styles, f'{_TIE}<w:jc w:val="{xml_text(side)}"/>')
