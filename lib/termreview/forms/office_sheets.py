"""One workbook that an office had before, as it was adopted: what is printed on its sheets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from termreview.errors import RunError
from termreview.reference.kinds.forms import OfficeWorkbook
from termreview.spreadsheets.workbook import RefusedFile, Sheet, read_workbook


@lru_cache(maxsize=16)
def office_sheets(office: OfficeWorkbook) -> Mapping[str, Sheet]:
    """The sheets of one workbook of an office by name, as it was adopted.

    Raises
    ------
    RunError
        When it cannot be read, or lacks a sheet that is named beside it.
    """
    name = f"forms/{office.path.parent.name}/{office.path.name}"
    try:
        sheets = {sheet.name: sheet for sheet in read_workbook(office.path).sheets}
    except RefusedFile as refused:
        raise RunError("office_workbook_unreadable", file=name, reason=refused.detail) from None
    named = dict.fromkeys(cell.sheet for cell in (*office.answers, *office.identity))
    if missing := [sheet for sheet in named if sheet not in sheets]:
        raise RunError("office_sheet_missing", file=name, sheets=", ".join(missing))
    return sheets
