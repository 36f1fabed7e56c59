"""One long list exported by a system, read row by row: hundreds of thousands of cells that nobody has to trace.

The reader of the house keeps of every cell where it stands and how it looks, 1.9 µs a cell; a list of 100 000 persons
has two million. Here the engine gives bare values (0.4 µs a cell), which is all that counting asks for. It is called in
a child process of bounded time and memory alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from termreview.spreadsheets.packages import guard
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS, RefusedFile
from termreview.spreadsheets.packages.sniffing import LOCKED, sniff
from termreview.spreadsheets.workbook import read_content, text_table

# A list of a whole province; what it may cost is bounded by the process that reads it.
LIMITS = replace(DEFAULT_LIMITS, file_bytes=200 * 2**20, inflated_bytes=600 * 2**20, child_seconds=120.0)


class ExportSheet(NamedTuple):
    """One sheet of an export: its name and its rows from the top, each a sequence of bare values."""

    name: str
    rows: Iterator[Sequence[Any]]


def export_sheets(path: Path) -> Iterator[ExportSheet]:
    """Give the sheets of one export in their order; texts keep their spaces, what is blank is an empty text.

    Raises
    ------
    RefusedFile
        When it is no table, is locked or damaged.
    """
    data = read_content(path, LIMITS)
    kind = sniff(data)
    if kind == LOCKED:
        raise RefusedFile("password_protected", "locked_office_file")
    if kind == "csv":
        yield ExportSheet(path.stem, _text_rows(data))
        return
    if kind == "zip":
        guard.list_members(data, LIMITS)
    yield from _engine_sheets(data)


def _text_rows(data: bytes) -> Iterator[Sequence[str]]:
    text, separator, _ = text_table(data)
    try:
        # Strict: a quotation mark that nobody closed would otherwise swallow all the rows below it, in silence.
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error:
        raise RefusedFile("damaged", "text_table_broken") from None


def _engine_sheets(data: bytes) -> Iterator[ExportSheet]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for number, entry in enumerate(book.sheets_metadata):
                if entry.typ == python_calamine.SheetTypeEnum.WorkSheet:
                    yield ExportSheet(entry.name, book.get_sheet_by_index(number).iter_rows())
    except python_calamine.PasswordError:
        raise RefusedFile("password_protected", "locked_workbook", format="xls") from None
    except python_calamine.CalamineError:
        raise RefusedFile("damaged", "engine_cannot_read") from None
