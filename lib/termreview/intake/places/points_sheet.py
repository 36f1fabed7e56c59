"""The sheet of points that a return put into a workbook, found by its hidden tag: no part of the form."""

from __future__ import annotations

from termreview.spreadsheets.model.workbook_model import Sheet, Workbook

POINTS_TAG = "termreview-points"
_NEAR = 5  # rows and columns within which the tag of the sheet is looked for


def find_points_sheet(workbook: Workbook) -> Sheet | None:
    """The sheet of points that a return put into one workbook, known by its hidden tag, whatever its title."""
    for sheet in workbook.sheets:
        for row in range(1, _NEAR + 1):
            for column in range(1, _NEAR + 1):
                cell = sheet.cells.get((row, column))
                if cell is not None and cell.value == POINTS_TAG:
                    return sheet
    return None


def without_points_sheets(workbook: Workbook) -> Workbook:
    """One workbook as the school filled it in: the sheets that a return added are no part of the form."""
    kept = workbook
    while (sheet := find_points_sheet(kept)) is not None:
        sheets = tuple(other for other in kept.sheets if other is not sheet)
        kept = Workbook(sheets, kept.kind, kept.has_macros, kept.has_external_links, kept.notes)
    return kept
