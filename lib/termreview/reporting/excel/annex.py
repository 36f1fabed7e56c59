"""One report's tables as an Excel workbook: a cover, notes, one table per sheet, live totals and shares."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from termreview.reporting.blocks.model import INLINE, VALUE, Part, plain_text
from termreview.reporting.blocks.number_format import clean_text, is_missing
from termreview.reporting.blocks.report_reading import ReadReport, read_report
from termreview.reporting.blocks.rows import plain_values
from termreview.reporting.blocks.tables import NO_ROWS
from termreview.reporting.excel.cells import TEXT_FORMAT, Piece
from termreview.reporting.excel.layout import column_widths, is_group, row_height, set_page, set_pages
from termreview.reporting.excel.style import LINE, SIGNS_OF_HEAD, Formats, lines_height
from termreview.reporting.excel.tables import Formula, SheetTable, sheet_table
from termreview.storage.workspace import atomic_write
from termreview.workbook_text import fitted, open_book

# The same on every sheet of a table: its code and, for machines, those of its columns above their heads.
TABLE_CODE: Final = (0, 1)
CODE_ROW, HEAD_ROW = 3, 4
COVER_WIDTHS: Final = (11, 46, 36, 8)
NOTES_WIDTH: Final = 86
SCHOOLS_WIDTH: Final = 16
FLAT_SHEET: Final = "DU_LIEU"
MOST_ROWS: Final = 1_048_576  # of a sheet of Excel
_TITLE_COLUMNS: Final = 5  # over which a title of the wide table is read
# Columns up to the name of the row stay in sight when they leave room for the others.
MOST_FROZEN: Final = 55
# Files say no hour of their making; the format wants one all the same.
MADE_ON: Final = datetime.datetime(2000, 1, 1)


@dataclass(frozen=True)
class Listed:
    """One table as the cover lists it: its sheet, its caption, the heading it stands under, its layout."""

    sheet: str
    part: Part
    heading: str
    table: SheetTable


def export_xlsx(
    notebook_path: Path,
    output_path: Path,
    *,
    title: str,
    schools: pd.DataFrame | None = None,
    flat: pd.DataFrame | None = None,
) -> None:
    """Write the tables of one executed report notebook as one workbook, whole or not at all; the same bytes each time.

    Parameters
    ----------
    schools
        What an analyst has as `termreview.table`: a sheet of its own, the last but one, a row per school.
    flat
        What machines add up (`report.flat_table`): the last sheet, `DU_LIEU`; None where the list beside has it alone.

    Raises
    ------
    RunError
        When a cell shows what has no model.
    """
    report = read_report(notebook_path)
    words = report.letterhead["words"]["annex"]
    tables = list_tables(report)
    with atomic_write(output_path) as beside, open_book(beside) as book:
        book.set_properties({"title": title, "created": MADE_ON})
        book.set_calc_mode("auto")
        formats = Formats(book)
        further = []
        if schools is not None:
            further.append((words["schools"], words["schools_title"], len(schools)))
        if flat is not None:
            further.append((FLAT_SHEET, words["flat_title"], len(flat)))
        _write_cover(book, formats, report, tables, title, further)
        _write_notes(book, formats, report, words["codes" if flat is not None else "codes_listed"])
        for listed in tables:
            _write_table(book, formats, listed, words)
        if schools is not None:
            _write_schools(book, formats, schools, words)
        if flat is not None:
            _write_flat(book, formats, flat, words)


def list_tables(report: ReadReport) -> list[Listed]:
    """Every table of one report in reading order, each with the name of its sheet."""
    words, whole = report.letterhead["words"]["annex"], report.letterhead["whole"]
    found: list[Listed] = []
    headings: list[str] = []
    for part in report.body:
        if part["kind"] == "heading":
            headings = [*headings[: part["level"] - 1], part["text"]]
        elif part["kind"] == "table":
            table = sheet_table(part, words, whole)
            found.append(
                Listed(f"{words['table']} {len(found) + 1}", part, headings[-1] if headings else "", table)
            )
    return found  # fmt: skip


def _write_cover(
    book: Any,
    formats: Formats,
    report: ReadReport,
    tables: Sequence[Listed],
    title: str,
    further: Sequence[tuple[str, str, int]],
) -> None:
    words, head = report.letterhead["words"]["annex"], report.letterhead
    sheet = _sheet(book, words["cover"], words)
    for place, width in enumerate(COVER_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.fit_to_pages(1, 0)
    total, row = sum(COVER_WIDTHS), 0
    lines = [("cover", words["title"]), ("subject", head["subject"]), ("place", title)]
    lines += [("notice", plain_text(part["runs"])) for part in report.banner if part["kind"] in INLINE]
    for look, text in lines:
        points = {"cover": 16.0, "subject": 13.0}.get(look, 11.0)
        _wide_line(
            sheet, row, len(COVER_WIDTHS) - 1, text, formats.of(look), lines_height(text, total, points)
        )
        row += 1
    row += 1
    for name, text in head["facts"]:
        sheet.merge_range(row, 0, row, 1, "", formats.of("fact"))
        sheet.write_string(row, 0, _text(name), formats.of("fact"))
        sheet.write_string(row, 2, _text(text), formats.of("value"))
        row += 1
    row += 1
    sheet.write_string(row, 0, words["sheets"], formats.of("heading"))
    heads = ("sheet_number", "sheet_title", "sheet_part", "sheet_rows")
    for place, name in enumerate(heads):
        sheet.write_string(row + 1, place, words[name], formats.of("head"))
    row += 2
    listings = [
        (one.sheet, plain_text(one.part["caption"]), one.heading, len(one.part["rows"])) for one in tables
    ]
    listings += [(name, caption, "", count) for name, caption, count in further]
    for name, caption, heading, count in listings:
        caption, heading = _text(caption), _text(heading)
        heights = (lines_height(caption, COVER_WIDTHS[1] - 1), lines_height(heading, COVER_WIDTHS[2] - 1))
        sheet.set_row(row, max(heights))
        text_format = formats.of("value", "left", TEXT_FORMAT)
        _link(sheet, row, 0, name, name, formats)
        sheet.write_string(row, 1, caption, text_format)
        sheet.write_string(row, 2, heading, text_format)
        sheet.write_number(row, 3, count, formats.of("value", "right", "#,##0"))
        row += 1
    sheet.activate()  # fmt: skip


def _write_notes(book: Any, formats: Formats, report: ReadReport, codes: str) -> None:
    """How the tables are read: what the report says of it, and what is particular to the workbook."""
    words = report.letterhead["words"]["annex"]
    sheet = _sheet(book, words["notes"], words)
    sheet.set_column(0, 0, NOTES_WIDTH)
    _link(sheet, 0, 0, words["cover"], words["back"], formats)
    sections = [(words["reading"], [words["same_figures"], words["live"], words["missing"], codes])]
    sections += [
        (plain_text(part["title"]), [plain_text(item) for item in part["items"]])
        for part in report.body
        if part["kind"] == "callout" and part["look"] == "note"
    ]
    row = 2
    for title, lines in sections:
        sheet.write_string(row, 0, _text(title), formats.of("heading"))
        for line in lines:
            row += 1
            text = _text(line)
            sheet.set_row(row, lines_height(text, NOTES_WIDTH))
            sheet.write_string(row, 0, text, formats.of("words"))
        row += 2


def _write_table(book: Any, formats: Formats, listed: Listed, words: Mapping[str, str]) -> None:
    table, part = listed.table, listed.part
    sheet = _sheet(book, listed.sheet, words)
    widths = column_widths(table)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    total, last = sum(widths), len(widths) - 1
    _link(sheet, 0, 0, words["cover"], words["back"], formats)
    caption = f"{listed.sheet}. {_text(plain_text(part['caption']))}"
    heading = _text(listed.heading)
    sheet.write_string(*TABLE_CODE, str(part.get("cell", "")), formats.of("code"))
    heights = [LINE, lines_height(caption, total, 13), lines_height(heading, total), LINE]
    _wide_line(sheet, 1, last, caption, formats.of("title"), heights[1])
    _wide_line(sheet, 2, last, heading, formats.of("place"), heights[2])
    heads = [
        lines_height(column.title, width - 1, signs=SIGNS_OF_HEAD)
        for column, width in zip(table.columns, widths, strict=True)
    ]
    heights.append(max(heads, default=LINE))
    sheet.set_row(HEAD_ROW, heights[-1])
    for place, (column, code) in enumerate(zip(table.columns, column_codes(table, part), strict=True)):
        sheet.write_string(CODE_ROW, place, _text(code), formats.of("code"))
        sheet.write_string(HEAD_ROW, place, _text(column.title), formats.of("head"))
    for number, row in enumerate(table.rows):
        is_total = table.has_total and number == len(table.rows) - 1
        heights.append(row_height(table, row, widths))
        sheet.set_row(HEAD_ROW + 1 + number, heights[-1])
        for place, piece in enumerate(row):
            look = "total" if is_total else "group" if is_group(table, place) else "cell"
            _write_cell(sheet, formats, table, number, place, piece, look)
    if not table.rows:
        sheet.write_string(HEAD_ROW + 1, 0, NO_ROWS, formats.of("place"))
    heights += _finish(sheet, formats, listed, widths)
    set_pages(sheet, widths, sum(heights))


def _write_schools(book: Any, formats: Formats, schools: pd.DataFrame, words: Mapping[str, str]) -> None:
    """The plain table of the schools: one head, numbers as numbers, days as days; what is missing is blank."""
    sheet = _sheet(book, words["schools"], words)
    _link(sheet, 0, 0, words["cover"], words["back"], formats)
    last = len(schools.columns) - 1
    _wide_line(sheet, 1, min(last, _TITLE_COLUMNS), words["schools_title"], formats.of("title"), 3 * LINE)
    sheet.set_column(0, last, SCHOOLS_WIDTH)
    sheet.set_column(1, 1, 2 * SCHOOLS_WIDTH)
    sheet.set_row(HEAD_ROW, LINE * 6)
    codes, blank = schools.attrs.get("codes", {}), formats.of("cell")
    whole, broken = (formats.of("cell", "right", Piece(0.0, kind).format) for kind in ("integer", "ratio"))
    for place, (head, column) in enumerate(schools.items()):
        sheet.write_string(CODE_ROW, place, _text(codes.get(head, "")), formats.of("code"))
        sheet.write_string(HEAD_ROW, place, _text(head), formats.of("head"))
        for row, value in enumerate(plain_values(column), start=HEAD_ROW + 1):
            if type(value) is float and value == value:  # most of them
                sheet.write_number(row, place, value, whole if value.is_integer() else broken)
            elif is_missing(value):
                sheet.write_blank(row, place, None, blank)
            else:
                _write_piece(sheet, formats, row, place, _piece_of(value), "cell", "left")
    sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(len(schools), 1), last)
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    sheet.set_landscape()
    sheet.repeat_rows(HEAD_ROW)
    sheet.repeat_columns(0, 1)


def _write_flat(book: Any, formats: Formats, flat: pd.DataFrame, words: Mapping[str, str]) -> None:
    """The plain rows for machines: codes above the heads as on every sheet, texts as texts, what is missing blank."""
    rows_held = MOST_ROWS - HEAD_ROW - 1
    for number, start in enumerate(range(0, max(len(flat), 1), rows_held)):
        name = FLAT_SHEET + (f"_{number + 1}" if number else "")  # a spreadsheet holds no more rows
        part = flat.iloc[start : start + rows_held]
        sheet = _sheet(book, name, words)
        _link(sheet, 0, 0, words["cover"], words["back"], formats)
        sheet.write_string(*TABLE_CODE, FLAT_SHEET, formats.of("code"))
        last = len(flat.columns) - 1
        _wide_line(sheet, 1, _TITLE_COLUMNS, words["flat_title"], formats.of("title"), 2 * LINE)
        sheet.set_column(0, last, SCHOOLS_WIDTH)
        sheet.set_row(HEAD_ROW, LINE * 3)
        plain, text = formats.of("plain"), formats.of("plain", "", TEXT_FORMAT)
        for place, (code, column) in enumerate(part.items()):
            head = flat.attrs.get("heads", {}).get(code, "")
            sheet.write_string(CODE_ROW, place, str(code), formats.of("code"))
            sheet.write_string(HEAD_ROW, place, _text(head), formats.of("head"))
            if column.dtype == float:
                for row, value in enumerate(column.tolist(), start=HEAD_ROW + 1):
                    if value == value:
                        sheet.write_number(row, place, value, plain)
            else:
                for row, value in enumerate(column.tolist(), start=HEAD_ROW + 1):
                    if value:
                        sheet.write_string(row, place, _text(value), text)
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(len(part), 1), last)
        sheet.freeze_panes(HEAD_ROW + 1, 0)
        sheet.set_landscape()
        sheet.repeat_rows(HEAD_ROW)


def column_codes(table: SheetTable, part: Part) -> list[str]:
    """The code of every column of one table: the column of the report, and the role of its figure where it has several."""
    names = [column.get("name", "") for column in part["columns"]]
    codes = []
    for place, column in enumerate(table.columns):
        if column.source < 0:
            codes.append("group" if place == 0 else "mark")
        else:
            name = names[column.source]
            codes.append(name if column.role == VALUE else f"{name}.{column.role}")
    return codes


def _piece_of(value: Any) -> Piece:
    """One value of a data frame as a cell holds it."""
    if isinstance(value, str):
        return Piece(value)
    if isinstance(value, datetime.date):
        return Piece(datetime.date(value.year, value.month, value.day), "date")
    number = float(value)
    return Piece(number, "integer" if number.is_integer() else "ratio")


def _finish(sheet: Any, formats: Formats, listed: Listed, widths: Sequence[float]) -> list[float]:
    """Filters, frozen heads, the notes under the table; returns how high the notes are."""
    table, last = listed.table, len(listed.table.columns) - 1
    body = len(table.rows) - table.has_total
    if body > 0:
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + body, last)
    head = next((place for place, column in enumerate(table.columns) if column.is_head), 0)
    sheet.freeze_panes(HEAD_ROW + 1, head + 1 if sum(widths[: head + 1]) < MOST_FROZEN else 0)
    sheet.repeat_rows(HEAD_ROW)
    row = HEAD_ROW + max(len(table.rows), 1) + 2
    notes = [_text(plain_text(note)) for note in listed.part["notes"]]
    heights = [lines_height(text, sum(widths)) for text in notes]
    for place, (text, height) in enumerate(zip(notes, heights, strict=True)):
        _wide_line(sheet, row + place, last, text, formats.of("note"), height)
    return [LINE, *heights] if notes else []


def _write_cell(
    sheet: Any, formats: Formats, table: SheetTable, number: int, place: int, piece: Piece | None, look: str
) -> None:
    row = HEAD_ROW + 1 + number
    if piece is not None and (number, place) in table.formulas:
        formula, value = _written(table, table.formulas[number, place])
        sheet.write_formula(row, place, formula, formats.of(look, "right", piece.format), value)
    else:
        side = "left" if table.columns[place].align == "left" else "center"
        _write_piece(sheet, formats, row, place, piece, look, side)


def _write_piece(
    sheet: Any, formats: Formats, row: int, place: int, piece: Piece | None, look: str, side: str
) -> None:
    """One value; `side` is where a text stands."""
    if piece is None:
        sheet.write_blank(row, place, None, formats.of(look))
    elif isinstance(piece.value, str):
        text = _text(piece.value)
        is_guarded = text[:1] in ("=", "+", "-", "@", "\t", "'")
        sheet.write_string(row, place, text, formats.of(look, side, TEXT_FORMAT, is_guarded=is_guarded))
    elif isinstance(piece.value, datetime.date):
        sheet.write_datetime(row, place, piece.value, formats.of(look, "center", piece.format))
    else:
        sheet.write_number(row, place, piece.value, formats.of(look, "right", piece.format))


def _written(table: SheetTable, formula: Formula) -> tuple[str, float]:
    """One formula as text, and the figure that it gives."""

    def cell(place: tuple[int, int]) -> str:
        return str(xl_rowcol_to_cell(HEAD_ROW + 1 + place[0], place[1]))

    def number(row: int, column: int) -> float:
        piece = table.rows[row][column]
        return 0.0 if piece is None or piece.number is None else piece.number

    (top, left), (bottom, right) = formula.first, formula.last
    if formula.kind == "sum":
        numbers = [number(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        return f"=SUM({cell(formula.first)}:{cell(formula.last)})", sum(numbers)
    scaled = f"{formula.scale}*" if formula.scale != 1 else ""
    value = formula.scale * number(top, left) / number(bottom, right)
    return f"={scaled}{cell(formula.first)}/{cell(formula.last)}", value


def _sheet(book: Any, name: str, words: Mapping[str, str]) -> Any:
    sheet = book.add_worksheet(name)
    set_page(sheet, words["page"])
    return sheet


@lru_cache(maxsize=2**14)  # a column says the same few
def _text(value: object) -> str:
    """One text of a report as a cell holds it."""
    return fitted(clean_text(value))


def _wide_line(sheet: Any, row: int, last: int, text: str, look: Any, height: float) -> None:
    """One text over all columns of a sheet."""
    sheet.set_row(row, height)
    if last > 0:
        sheet.merge_range(row, 0, row, last, "", look)
    sheet.write_string(row, 0, _text(text), look)


def _link(sheet: Any, row: int, place: int, target: str, text: str, formats: Formats) -> None:
    sheet.write_url(row, place, f"internal:'{target}'!A1", formats.of("link"), text)
