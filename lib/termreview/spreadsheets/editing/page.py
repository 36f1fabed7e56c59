"""One sheet drawn cell by cell: rows of looks and texts, written as a part of any workbook."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from termreview.cells import address, column_letters
from termreview.spreadsheets.editing.styles import Look, StyleBook, look_format
from termreview.spreadsheets.editing.xml import PRESERVED, E, legal_text, plain_text

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


def page_sheet(page: Page, book: StyleBook) -> etree._Element:
    """Draw one page as a worksheet; its looks are added to the styles."""
    data, merges, links, opened = E.sheetData(), E.mergeCells(), E.hyperlinks(), []
    for number, row in enumerate(page.rows, start=1):
        line = E.row(r=str(number), ht=f"{row.height or _height(row, page.widths):g}")
        line.attrib.update({"customHeight": "1"} if row.height else {})
        line.attrib.update({"hidden": "1"} if row.is_hidden else {})
        for cell in row.cells:
            place = address(number, cell.column)
            line.append(text_cell(place, cell.content, cell.look, book))
            if cell.last_column > cell.column:
                merges.append(E.mergeCell(ref=f"{place}:{address(number, cell.last_column)}"))
                for column in range(cell.column + 1, cell.last_column + 1):
                    line.append(text_cell(address(number, column), "", cell.look, book))
            if cell.link:
                links.append(E.hyperlink(ref=place, location=legal_text(cell.link)))
            if cell.look.is_open:
                opened.append(place)
        data.append(line)
    if len(merges):
        merges.set("count", str(len(merges)))
    asked = [_validation(page.prompt, opened)] if opened else []
    parts = (merges, *asked, links)
    return _worksheet(page, data, [part for part in parts if len(part)])


def sheet_link(sheet: str, cell: str) -> str:
    """Where one cell of one sheet stands, for a link inside the workbook."""
    return f"'{sheet.replace(chr(39), chr(39) * 2)}'!{cell or 'A1'}"


def text_cell(place: str, content: str | int, look: Look, book: StyleBook) -> etree._Element:
    """One cell that holds a number or a text; a text is never a formula."""
    if isinstance(content, int):
        return E.c(E.v(str(content)), r=place, s=str(look_format(book, look)))
    text = content if len(content) <= _LONGEST_TEXT else content[: _LONGEST_TEXT - 1] + "…"
    if text.startswith(_FORMULA_SIGNS):
        look = replace(look, is_quoted=True)
    cell = E.c(r=place, s=str(look_format(book, look)))
    if text:
        cell.set("t", "inlineStr")
        cell.append(E("is", E.t(PRESERVED, plain_text(text))))
    return cell


def _validation(prompt: tuple[str, str], opened: Sequence[str]) -> etree._Element:
    title, text = prompt
    rule = E.dataValidation(
        allowBlank="1", showInputMessage="1", promptTitle=legal_text(title[:32]),
        prompt=legal_text(text[:255]), sqref=" ".join(opened),
    )  # fmt: skip
    return E.dataValidations(rule, count="1")


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


def _worksheet(page: Page, data: etree._Element, parts: Sequence[etree._Element]) -> etree._Element:
    columns = E.cols()
    for number, width in enumerate(page.widths, start=1):
        column = E.col(min=str(number), max=str(number), width=f"{width or 4:g}", customWidth="1")
        column.attrib.update({} if width else {"hidden": "1"})
        columns.append(column)
    used = f"A1:{column_letters(len(page.widths))}{len(page.rows)}"
    view = {"showGridLines": "0", "tabSelected": "1", "workbookViewId": "0"}
    locked = dict.fromkeys(("sheet", "objects", "scenarios"), "1") | {"formatColumns": "0", "formatRows": "0"}
    margins = {"left": "0.4", "right": "0.4", "top": "0.5", "bottom": "0.6", "header": "0.3", "footer": "0.3"}
    return E.worksheet(
        E.sheetPr(E.tabColor(rgb=f"FF{page.tab_color[1:]}"), E.pageSetUpPr(fitToPage="1")),
        E.dimension(ref=used),
        E.sheetViews(E.sheetView(view, E.selection(activeCell="B1", sqref="B1"))),
        E.sheetFormatPr(defaultRowHeight="15"),
        columns,
        data,
        E.sheetProtection(locked),
        *parts,
        E.printOptions(horizontalCentered="1"),
        E.pageMargins(margins),
        E.pageSetup(paperSize="9", orientation="landscape", fitToHeight="0"),
        E.headerFooter(E.oddFooter(plain_text(page.footer))),
        E.ignoredErrors(E.ignoredError(sqref=used, numberStoredAsText="1")),
    )
