"""One account of one file: every cell used, flagged, unowned or ignored by name, and what it carries beside answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from termreview.cells import address, column_letters
from termreview.forms.layout import FINGERPRINT_SHEET, INFO_SHEET_ID, FormLayout
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.files.written_beside import holds_text, note_written, quoted
from termreview.intake.places.located import Located
from termreview.intake.places.unowned import strange_places, unowned_numbers
from termreview.intake.values.personal_data import personal_place
from termreview.spreadsheets.workbook import Sheet, Workbook
from termreview.text import clean, fold

UNSEALED_KINDS = ("xls", "csv", "fods")  # without any checksum: damage to a value cannot be seen
_ADDED_SHEETS_SHOWN = 5
_ROWS_ASKED = 20
_HIDDEN_SHOWN = 6
_MOST_SEARCHED = 2_000  # cells of a sheet that is not ours
# What a reader had to assume, or could not see, of a whole file.
_ODD_READINGS = ("encoding_guessed", "errors_not_seen", "cell_outside_its_row", "equals_quoted")


def note_workbook(reading: FileReading, workbook: Workbook, located: Located) -> None:
    """Remark what the workbook of one school carries beside its answers."""
    told = _note_hidden_answers(reading, located)
    note_carried(reading, workbook, located.sheets.values(), told)


def workbook_remarks(workbook: Workbook) -> list[Remark]:
    """The remarks on one workbook as a whole: its format, its encoding, its sheets, macros and links."""
    kind = f".{workbook.kind}"
    remarks = []
    if workbook.kind in UNSEALED_KINDS:
        remarks.append(Remark("unsealed_format", "unsealed_format", found=kind))
    if workbook.has_macros:
        remarks.append(Remark("macros_ignored", "macros_ignored"))
    if workbook.has_external_links:
        remarks.append(Remark("external_links_ignored", "external_links_ignored"))
    for code in _ODD_READINGS:
        if code in workbook.notes:
            remarks.append(Remark(code, code, found=kind))
    names = Counter(sheet.name.casefold() for sheet in workbook.sheets)
    twice = dict.fromkeys(sheet.name for sheet in workbook.sheets if names[sheet.name.casefold()] > 1)
    remarks += [Remark("duplicate_sheet_name", "duplicate_sheet_name", name, found=name) for name in twice]
    return remarks


def _note_hidden_answers(reading: FileReading, located: Located) -> Collection[str]:
    """Ask about the hidden sheets, rows and columns that hold answers, which count all the same; return them."""
    found: dict[str, None] = {}
    first: tuple[str, str] | None = None
    for sheet, row, column, _ in located.positions.values():
        if sheet.state == "visible" and not sheet.hidden_rows and not sheet.hidden_columns:
            continue
        is_hidden = sheet.state != "visible"
        if not (is_hidden or row in sheet.hidden_rows or column in sheet.hidden_columns):
            continue
        cell = sheet.cells.get((row, column))
        if cell is None or not clean(cell.text):
            continue
        part = (
            f"sheet {sheet.name}"
            if is_hidden
            else _row_text(sheet, row)
            if row in sheet.hidden_rows
            else _column_text(sheet, column)
        )
        found[part] = None
        first = first or (sheet.name, address(row, column))
    if first is not None:
        parts = list(found)
        rest = len(parts) - _HIDDEN_SHOWN
        more = [f"và {rest} chỗ khác"] if rest > 0 else []
        code = "hidden_answers"
        said = "; ".join(parts[:_HIDDEN_SHOWN] + more)
        reading.remarks.append(Remark(code, code, *first, found=said))
    return found


def note_carried(
    reading: FileReading, workbook: Workbook, sheets: Iterable[Sheet], told: Collection[str] = ()
) -> None:
    """Remark what is odd about a workbook as a whole, and the hidden parts of the `sheets` that were read.

    Of the hidden parts those are left out that were told before.
    """
    reading.remarks += workbook_remarks(workbook)
    hidden = [
        sheet.name
        for sheet in workbook.sheets
        if sheet.state != "visible" and sheet.name != FINGERPRINT_SHEET
    ]
    parts = [f"sheet {name}" for name in hidden]
    parts += ["các dòng ẩn theo mặc định"] * ("rows_hidden_by_default" in workbook.notes)
    for sheet in sheets:
        rows = (_row_text(sheet, row) for row in sorted(sheet.hidden_rows))
        columns = (_column_text(sheet, column) for column in sorted(sheet.hidden_columns))
        parts += islice((part for part in rows if part not in told), 3)
        parts += islice((part for part in columns if part not in told), 3)
    parts = [part for part in parts if part not in told]
    if parts:
        said = "; ".join(parts[:_HIDDEN_SHOWN])
        reading.remarks.append(Remark("hidden_content", "hidden_content", found=said))


def _row_text(sheet: Sheet, row: int) -> str:
    return f"{sheet.name}: dòng {row}"


def _column_text(sheet: Sheet, column: int) -> str:
    return f"{sheet.name}: cột {column_letters(column)}"


def reconcile_cells(
    reading: FileReading,
    workbook: Workbook,
    located: Located,
    layout: FormLayout,
    note_heads: tuple[str, ...] = (),
) -> None:
    """Close the account of one file: cells used + flagged + unowned + ignored = non-empty cells; strays are named."""
    strange = strange_places(located, layout)
    told = _ask_about_numbers(reading, located, layout, strange)
    told |= note_written(reading, workbook, located, layout, strange, note_heads)
    reading.cells_ignored = (
        reading.cells_total - reading.cells_used - reading.cells_flagged - reading.cells_unowned
    )
    owned = {plan.plan.sheet_id: plan for plan in layout.sheets}
    for sheet_id, sheet in located.sheets.items():
        plan = owned[sheet_id]
        # Below an index stand its sums, right of it its live points; rows and columns may have moved as a whole.
        is_index = any(block.section.indicator_group for block in plan.blocks)
        extent = located.extents.get(sheet.name)
        last_row, last_column = (extent.bottom, extent.right) if extent else (0, 0)
        bottom = max(last_row, *(block.last_row for block in plan.blocks)) + (2 if is_index else 0)
        right = max(last_column + 1, plan.help_column) + (3 if is_index else 0)
        beside = located.to_look_at(sheet)
        outside = sorted([place for place in beside if place[0] > bottom or place[1] > right])
        strays = [
            (row, column)
            for row, column in outside
            if clean(sheet.cells[row, column].text) and (sheet.name, row, column) not in told
        ]
        if strays:
            shown = ", ".join(
                f"{address(*place)} {quoted(text)}"
                if holds_text(text := sheet.cells[place].text)
                else address(*place)
                for place in strays[:_ADDED_SHEETS_SHOWN]
            )
            reading.remarks.append(
                Remark(
                    "cells_ignored",
                    "cells_ignored",
                    sheet.name,
                    address(*strays[0]),
                    found=str(len(strays)),
                    detail=shown,
                )
            )
        if outside:
            _note_persons(reading, sheet, outside)
    added = [
        sheet.name
        for sheet in workbook.sheets
        if sheet.cells
        and sheet.name not in {found.name for found in located.sheets.values()}
        and sheet.name != FINGERPRINT_SHEET
        and fold(sheet.name) != fold(_info_title(layout))
    ]
    for name in added[:_ADDED_SHEETS_SHOWN]:
        named = [sheet for sheet in workbook.sheets if sheet.name == name]
        count = sum(len(sheet.cells) for sheet in named)
        reading.remarks.append(Remark("cells_ignored", "cells_ignored", name, "", found=str(count)))
        for sheet in named:
            _note_persons(reading, sheet, sorted(sheet.cells)[:_MOST_SEARCHED])


def _ask_about_numbers(
    reading: FileReading,
    located: Located,
    layout: FormLayout,
    strange: Mapping[str, Sequence[tuple[int, int]]],
) -> set[tuple[str, int, int]]:
    """Ask about every number that no question owns, a row at a time; the places of all of them.

    A row copied with its code, a column copied with its head, is asked about with both its figures already.
    """
    rows = list(unowned_numbers(located, layout, strange))
    places = {place for row in rows for place in row.places}
    reading.cells_unowned = len(places)
    asked = [
        row
        for row in rows
        if (row.sheet.name, row.row) not in located.twins and not row.places <= located.copies
    ]
    code = "unowned_number"
    for place, row in enumerate(asked[:_ROWS_ASKED], start=1):
        rest = len(asked) - _ROWS_ASKED if place == _ROWS_ASKED else 0
        more = f"; và {rest} dòng khác có số" if rest > 0 else ""
        cell = address(row.row, row.columns[0])
        reading.remarks.append(
            Remark(
                code,
                code,
                row.sheet.name,
                cell,
                found=row.found + more,
                label=row.label or "không có tên dòng",
            )
        )
    return places


def _note_persons(reading: FileReading, sheet: Sheet, places: Iterable[tuple[int, int]]) -> None:
    """Remark the first of some cells outside the form that may tell of persons."""
    place = personal_place(sheet.cells, places)
    if place is not None:
        code = "personal_data_suspected"
        reading.remarks.append(Remark(code, code, sheet.name, address(*place)))


def _info_title(layout: FormLayout) -> str:
    return next((sheet.plan.title for sheet in layout.sheets if sheet.plan.sheet_id == INFO_SHEET_ID), "")
