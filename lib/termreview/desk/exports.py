"""One table or chart as a file to take away: CSV and Excel that open as they are meant in a Vietnamese Excel."""

from __future__ import annotations

import base64
import datetime
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.blocks.csv_table import csv_bytes
from termreview.reporting.blocks.number_format import clean_text
from termreview.workbook_text import fitted, open_book

_MIME = {
    "csv": "text/csv;charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "html": "text/html;charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
}
KINDS = frozenset(_MIME)  # of files that a link can hold


@dataclass(frozen=True)
class Download:
    """One file to take away: its name (letters that every system allows), its kind and its content."""

    name: str
    kind: str
    content: bytes

    def link(self, words: str) -> Block:
        """The link by which a browser saves the file; nothing is asked of the server."""
        data = base64.b64encode(self.content).decode("ascii")
        return Block(
            f'<a class="desk-download" download="{escape_text(self.name)}" '
            f'href="data:{_MIME[self.kind]};base64,{data}">{escape_text(words)}</a>'
        )


def csv_file(name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> Download:
    """One table as CSV: UTF-8 with its mark, `;` between cells, a decimal comma, no cell that Excel would compute."""
    return Download(file_name(name, "csv"), "csv", csv_bytes(columns, rows))


def xlsx_file(
    name: str, title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]], on: datetime.date
) -> Download:
    """One table as a workbook of one sheet: numbers as numbers, every text as text, the head frozen and filtered.

    `on` is the day that the workbook gives as its own: that of the figures, not of the clock.
    """
    stream = io.BytesIO()
    book = open_book(stream, in_memory=True)
    book.set_properties({"title": title, "created": datetime.datetime.combine(on, datetime.time())})
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "1")
    base = {
        "font_name": "Times New Roman",
        "font_size": 11,
        "valign": "top",
        "border": 1,
        "border_color": "#b9c3cc",
    }
    head = book.add_format(
        base | {"bold": True, "text_wrap": True, "bg_color": "#e8f0f5", "valign": "vcenter"}
    )
    text, number = book.add_format(base | {"text_wrap": True, "num_format": "@"}), book.add_format(base)
    page.write_string(
        0, 0, title, book.add_format({"font_name": "Times New Roman", "bold": True, "font_size": 13})
    )
    for place, (column, heading) in enumerate(columns.items()):
        page.write_string(2, place, heading, head)
        widest = max((len(str(row.get(column) or "")) for row in rows), default=0)
        page.set_column(place, place, min(max(widest + 2, 10), 42))
        for line, row in enumerate(rows, start=3):
            value = row.get(column)
            if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
                page.write_number(line, place, value, number)
            elif value is None or value != value or value == "":
                page.write_blank(line, place, None, text)
            else:
                page.write_string(line, place, fitted(clean_text(value)), text)
    page.freeze_panes(3, 1)
    page.autofilter(2, 0, 2 + max(len(rows), 1), max(len(columns) - 1, 0))
    page.ignore_errors({"number_stored_as_text": f"A1:ZZ{len(rows) + 4}"})
    book.close()
    return Download(file_name(name, "xlsx"), "xlsx", stream.getvalue())


def file_name(name: str, kind: str) -> str:
    """A name of plain letters, digits and hyphens, with its ending."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    return f"{plain[:80] or 'tep'}.{kind}"
