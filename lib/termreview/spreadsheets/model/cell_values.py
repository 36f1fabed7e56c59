"""One stored value of a spreadsheet cell, typed: number formats, serial dates, escapes and errors."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from termreview.spreadsheets.model.cell_display import PLAIN, Look, Runs, display_of_runs
from termreview.spreadsheets.model.number_format import is_date_format
from termreview.spreadsheets.model.workbook_model import Cell, CellValue
from termreview.spreadsheets.packages.guard import RefusedFile

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PICTURE = re.compile(r"=(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)  # as WPS keeps a picture in a cell
PICTURE = "picture"  # the type of a cell with a picture of its own, which the file gives as an error
_LAST_SERIAL = 2_958_466  # the day after 31/12/9999
_EPOCH = datetime.datetime(1899, 12, 30)
_EPOCH_1904 = datetime.datetime(1904, 1, 1)

BUILT_IN_FORMATS = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm",
    37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@",
} | dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy/mm/dd")  # fmt: skip
# 27-36 and 50-58 are dates spelled as the place of the writer has it


NumberFormats = list[tuple[str, bool]]


class CellStyle(NamedTuple):
    """What the attributes of a cell say: its format, and what a whole number in it is.

    `is_shared` is the number of a shared string, `is_plain` a number that is no date; the rest is neither. `is_date`
    says whether the format shows some numbers as dates.
    """

    number_format: str
    is_shared: bool
    is_plain: bool
    stored_type: str
    is_date: bool
    look: Look


@dataclass(frozen=True)
class Shared:
    """What the cells of one workbook lean on: its strings, its formats and looks by style, its calendar.

    A string with letters of several fonts that are of note is blank among `strings` and stands in `marked`, with its
    runs. `pictures` are the numbers of the rich values that are pictures; None where the file does not say. `styles` fills up as cells are read: by the attributes as they are written.
    """

    strings: list[str]
    formats: NumberFormats
    is_1904: bool
    looks: Sequence[Look] = ()
    marked: Mapping[int, tuple[str, Runs]] = field(default_factory=dict)
    theme: bytes | None = None
    pictures: frozenset[int] | None = None
    styles: dict[str, CellStyle] = field(default_factory=dict, compare=False, repr=False)


def is_picture_formula(text: str) -> bool:
    """Whether one formula, or what is left of it as a text, stands for a picture in its cell."""
    return text[:1] == "=" and _PICTURE.match(text) is not None


def unescape_string(text: str) -> str:
    """Return one stored string with its ``_x000D_`` escapes read; halves of a letter stay as written."""

    def read(match: re.Match[str]) -> str:
        number = int(match[1], 16)
        return match[0] if 0xD800 <= number <= 0xDFFF else chr(number)

    return _ESCAPE.sub(read, text) if "_x" in text else text


def read_number(text: str) -> int | float | None:
    """Return one stored number, whole when it is; None when it is no finite number."""
    if text.isdigit() and text.isascii() and len(text) <= 18:
        return int(text)
    if _NUMBER.fullmatch(text) is None:
        return None
    number = float(text)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) <= 2**53 else number


def read_serial(
    serial: float, is_1904: bool = False
) -> datetime.date | datetime.datetime | datetime.time | None:
    """Return what one serial number shows under a date format; None outside the calendar.

    Whole days are dates, others dates with a time; below one day it is a time of day. Serials 1 to 59 of
    the 1900 calendar are moved by its 29/02/1900, which never was; serial 60 is read as 28/02/1900.
    """
    if not 0 <= serial < _LAST_SERIAL - (1462 if is_1904 else 0):
        return None
    days = math.floor(serial)
    milliseconds = round((serial - days) * 86_400_000)
    is_first_day = days == 0 and milliseconds < 86_400_000
    if is_first_day and not (is_1904 and milliseconds == 0):
        return (_EPOCH + datetime.timedelta(milliseconds=milliseconds)).time()
    if not is_1904 and days < 60:
        days += 1
    moment = (_EPOCH_1904 if is_1904 else _EPOCH) + datetime.timedelta(days=days, milliseconds=milliseconds)
    return _without_midnight(moment)


def _without_midnight(moment: datetime.datetime) -> datetime.date | datetime.datetime:
    return moment.date() if moment.time() == datetime.time() else moment


def read_iso(text: str) -> datetime.date | datetime.datetime | datetime.time | None:
    """Return one ISO 8601 date, moment or time; None when it is none."""
    try:
        if "T" not in text and ":" in text:
            return datetime.time.fromisoformat(text)
        return _without_midnight(datetime.datetime.fromisoformat(text.removesuffix("Z")))
    except ValueError:
        return None


def make_cell(
    stored_type: str,
    stored: str | None,
    inline: str | None,
    formula: str | None,
    number_format: str,
    is_date: bool,
    shared: Shared,
    look: Look = PLAIN,
    inline_runs: Runs = (),
) -> Cell | None:
    """Return one cell from what is stored, or None when nothing is.

    Parameters
    ----------
    stored_type
        The cell's ``t``: blank or ``n``, ``s``, ``str``, ``inlineStr``, ``b``, ``e``, ``d``.
    stored, inline
        The stored value and the inline string, None where the element is not there at all.
    is_date
        Whether the format shows some numbers as dates.
    look, inline_runs
        How cells of this style look; the runs of an inline string of several fonts.

    Raises
    ------
    RefusedFile
        When the cell points to a shared string that is not there, or is of an unknown type.
    """
    text = stored or ""
    if stored_type != "str":
        text = text.strip()
    value: CellValue
    runs = inline_runs
    if stored_type == "inlineStr":
        text = unescape_string(inline or "")
        value, kind = text, "text"
    elif stored_type == "str" and stored is not None:
        text = unescape_string(text)
        value, kind = text, "text"
    elif not text:
        value, kind = None, "formula_without_value"
    elif stored_type == "s":
        text, runs = _shared_string(text, shared)
        value, kind = text, "text"
    elif stored_type in ("", "n"):
        value, kind = read_number(text), "number"
        if value is not None and is_date and is_date_format(number_format, value):
            value, kind = read_serial(value, shared.is_1904), "date"
    elif stored_type == "b":
        value, kind = {"1": True, "true": True, "0": False, "false": False}.get(text), "boolean"
        text = text if value is None else str(value).upper()
    elif stored_type == "e":
        value, kind = text, "error"
    elif stored_type == PICTURE:
        value, kind = text, "picture"
    elif stored_type == "d":
        value, kind = read_iso(text), "date"
    else:
        raise RefusedFile("damaged", "cell_type_unknown", type=stored_type)
    if value is None and kind != "formula_without_value":
        value, kind = text, "error"
    if not text and formula is None:
        return None
    if kind == "formula_without_value":
        text = formula or ""
    if is_picture_formula(formula or text):
        value, kind = text, "picture"
    display = display_of_runs(runs, look) if runs else look.display
    return Cell(value, text, kind, formula, number_format, display)


def _shared_string(index: str, shared: Shared) -> tuple[str, Runs]:
    strings = shared.strings
    if not (index.isdigit() and index.isascii() and len(index) < 10 and int(index) < len(strings)):
        raise RefusedFile("damaged", "shared_string_past", string=index, count=len(strings))
    return shared.marked.get(int(index)) or (strings[int(index)], ())
