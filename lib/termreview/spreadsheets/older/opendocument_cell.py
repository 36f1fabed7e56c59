"""One cell of an OpenDocument spreadsheet, from its attributes and the text that it shows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from termreview.spreadsheets.model.cell_values import read_iso, read_number, read_serial
from termreview.spreadsheets.model.workbook_model import Cell, CellValue, Display
from termreview.spreadsheets.older.opendocument_looks import format_of_day, format_of_displayed

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_DURATION = re.compile(r"(-?)PT?(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:[.,][0-9]+)?)S)?")
_FORMULA_PREFIX = re.compile(r"[a-z]+:(?==)")


def make_cell(attributes: Mapping[str, str], shown: str | None, display: Display | None) -> Cell | None:
    """Return one cell from its attributes and the text it shows, or None when it holds nothing."""
    cell = _make_cell(attributes, shown)
    if cell is None:
        return None
    if cell.kind not in ("number", "date") or shown is None:
        return cell._replace(display=display)
    code: str | None = ""
    if cell.kind == "number":
        is_percent = attributes.get(_OFFICE + "value-type") == "percentage"
        code = format_of_displayed(shown, float(cell.value), is_percent)  # type: ignore[arg-type]
    elif isinstance(cell.value, datetime.date):
        code = format_of_day(shown, cell.value)
    if code is None or not shown.strip():
        display = (display or Display())._replace(shown=shown.strip())
    return cell._replace(number_format=code or None, display=display)


def _make_cell(attributes: Mapping[str, str], shown: str | None) -> Cell | None:
    formula = attributes.get(_TABLE + "formula")
    if formula is not None:
        formula = _FORMULA_PREFIX.sub("", formula, count=1)
    stored_type = attributes.get(_OFFICE + "value-type", "")
    value: CellValue
    if attributes.get(_CALC + "value-type") == "error":
        return Cell(shown or "#N/A", shown or "#N/A", "error", formula)
    if stored_type == "string":
        text = attributes.get(_OFFICE + "string-value", shown or "")
        value, kind = text, "text"
    elif stored_type in ("float", "percentage", "currency"):
        text = attributes.get(_OFFICE + "value", "")
        value, kind = read_number(text), "number"
    elif stored_type == "boolean":
        text = attributes.get(_OFFICE + "boolean-value", "").upper()
        value, kind = {"TRUE": True, "FALSE": False}.get(text), "boolean"
    elif stored_type == "date":
        text = attributes.get(_OFFICE + "date-value", "")
        value, kind = read_iso(text), "date"
    elif stored_type == "time":
        text = attributes.get(_OFFICE + "time-value", "")
        value, kind = _read_duration(text)
    elif shown is not None:
        value, text, kind = shown, shown, "text"
    else:
        return None if formula is None else Cell(None, formula, "formula_without_value", formula)
    if value is None:
        value, kind = text, "error"
    return Cell(value, text, kind, formula) if text or formula is not None else None


def _read_duration(text: str) -> tuple[CellValue, str]:
    """Return one ISO duration as a time of day, or as a number of days from one day on, with its kind."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None, "error"
    hours, minutes = int(match[2] or 0), int(match[3] or 0)
    seconds = float((match[4] or "0").replace(",", "."))
    days = (hours * 3600 + minutes * 60 + seconds) / 86_400
    if match[1] or days >= 1:
        return (-days if match[1] else days), "number"
    return read_serial(days), "date"
