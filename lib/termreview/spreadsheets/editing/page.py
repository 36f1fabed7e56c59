"""One sheet drawn cell by cell: rows of looks and texts, written as a part of any workbook."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from termreview.cells import address, column_letters
from termreview.spreadsheets.editing.styles import Look, StyleBook, look_format
from termreview.spreadsheets.editing.xml import MAIN, attribute_text, element_text

_LONGEST_TEXT = 2_000
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


@dataclass(frozen=True)
class PageCell:
    """One cell of a page: text is text whatever it looks like; `link` leads inside the workbook."""

    column: int
    content: str | int
    look: Look
    link: str = ""
    last_column: int = 0


@dataclass(frozen=True)
class PageRow:
    """One row of a page; without a height it is as high as its longest text needs."""

    cells: tuple[PageCell, ...]
    height: float = 0.0
    is_hidden: bool = False


@dataclass(frozen=True)
class Page:
    """One sheet: column widths (0 hides), rows, the row repeated in print, and the words asked in open cells."""

    widths: tuple[float, ...]
    rows: tuple[PageRow, ...]
    head_row: int
    prompt: tuple[str, str]
    footer: str
    tab_color: str


def page_part(page: Page, book: StyleBook) -> bytes:
    """Write one page as a worksheet part; its looks are added to the styles."""
    rows, merges, links, opened = [], [], [], []
    for number, row in enumerate(page.rows, start=1):
        cells = []
        for cell in row.cells:
            place = address(number, cell.column)
            cells.append(_cell(place, cell, book))
            if cell.last_column > cell.column:
                merges.append(f"{place}:{address(number, cell.last_column)}")
                style = look_format(book, cell.look)
                cells += [
                    f'<c r="{address(number, column)}" s="{style}"/>'
                    for column in range(cell.column + 1, cell.last_column + 1)
                ]
            if cell.link:
                links.append(f'<hyperlink ref="{place}" location="{attribute_text(cell.link)}"/>')
            if cell.look.is_open:
                opened.append(place)
        height = row.height or _height(row, page.widths)
        fixed = ' customHeight="1"' if row.height else ""
        hidden = ' hidden="1"' if row.is_hidden else ""
        rows.append(f'<row r="{number}" ht="{height:g}"{fixed}{hidden}>{"".join(cells)}</row>')
    return _worksheet(page, rows, merges, links, opened).encode()


def sheet_link(sheet: str, cell: str) -> str:
    """Where one cell of one sheet stands, for a link inside the workbook."""
    return f"'{sheet.replace(chr(39), chr(39) * 2)}'!{cell or 'A1'}"


def _cell(place: str, cell: PageCell, book: StyleBook) -> str:
    if isinstance(cell.content, int):
        return f'<c r="{place}" s="{look_format(book, cell.look)}"><v>{cell.content}</v></c>'
    text = cell.content if len(cell.content) <= _LONGEST_TEXT else cell.content[: _LONGEST_TEXT - 1] + "…"
    look = cell.look
    if text.startswith(_FORMULA_SIGNS):
        look = Look(**{**look.__dict__, "is_quoted": True})
    style = look_format(book, look)
    if not text:
        return f'<c r="{place}" s="{style}"/>'
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{element_text(text)}</t></is></c>'


def _height(row: PageRow, widths: Sequence[float]) -> float:
    """The height of one row by the longest of its texts."""
    most = 1.0
    for cell in row.cells:
        last = max(cell.column, cell.last_column)
        width = sum(widths[cell.column - 1 : last])
        if not width:
            continue
        letters = max((width - 2 * cell.look.indent) * 12 / cell.look.size, 1)
        lines = sum(max(1, math.ceil(len(line) / letters)) for line in str(cell.content).split("\n"))
        most = max(most, (lines if cell.look.is_wrapped else 1) * cell.look.size * 1.28)
    return round(most + 7, 2)


def _worksheet(
    page: Page, rows: Sequence[str], merges: Sequence[str], links: Sequence[str], opened: Sequence[str]
) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width or 4:g}" customWidth="1"{"" if width else hidden}/>'
        for hidden in (' hidden="1"',)
        for number, width in enumerate(page.widths, start=1)
    )
    last = f"{column_letters(len(page.widths))}{len(rows)}"
    prompt = ""
    if opened:
        title, text = page.prompt
        prompt = (
            f'<dataValidations count="1"><dataValidation allowBlank="1" showInputMessage="1" '
            f'promptTitle="{attribute_text(title[:32])}" prompt="{attribute_text(text[:255])}" '
            f'sqref="{" ".join(opened)}"/></dataValidations>'
        )
    merged = f'<mergeCells count="{len(merges)}">{"".join(f"<mergeCell ref={chr(34)}{m}{chr(34)}/>" for m in merges)}</mergeCells>'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}"><sheetPr>'
        f'<tabColor rgb="FF{page.tab_color[1:]}"/><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:{last}"/>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"><selection activeCell="B1" '
        'sqref="B1"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>"
        '<sheetProtection sheet="1" objects="1" scenarios="1" formatColumns="0" formatRows="0"/>'
        f"{merged if merges else ''}{prompt}{f'<hyperlinks>{chr(10).join(links)}</hyperlinks>' if links else ''}"
        '<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>{element_text(page.footer)}</oddFooter></headerFooter>"
        f'<ignoredErrors><ignoredError sqref="A1:{last}" numberStoredAsText="1"/></ignoredErrors></worksheet>'
    )
