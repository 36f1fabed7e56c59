"""One cell read as a date, as Vietnamese officers write it; whether day and month may have changed places."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from termreview.intake.layout import NOTHING_WORDS
from termreview.intake.value_reading import ANSWERED, UNREADABLE, Flag, Reading, nothing_to_report
from termreview.intake.workbook import Cell
from termreview.text import clean

_DAY_MONTH = r"(?P<d>\d{1,2}) ?[/.\-] ?(?P<m>\d{1,2}) ?[/.\-] ?"
_CLOCK = r"(?:[ t]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?"
_DATES = (
    re.compile(rf"(?:ngày )?{_DAY_MONTH}(?P<y>\d{{4}}){_CLOCK}"),
    re.compile(rf"(?P<y>\d{{4}})(?P<sign>[-/])(?P<m>\d{{1,2}})(?P=sign)(?P<d>\d{{1,2}}){_CLOCK}"),
    re.compile(r"(?:ngày )?(?P<d>\d{1,2}) tháng (?P<m>\d{1,2}) năm (?P<y>\d{4})"),
)
_SHORT_YEAR = re.compile(rf"(?:ngày )?{_DAY_MONTH}(?P<y>\d\d)")
_EARLIEST, _LATEST = datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)
_SERIAL_ZERO, _SERIALS = datetime.date(1899, 12, 30), (36526, 73050)
_OPENING_MONTH = 6  # documents of a school year are signed from June before it opens


class DateWindow(NamedTuple):
    """The days, both included, within which the documents of one term are expected to be dated."""

    first: datetime.date
    last: datetime.date

    def holds(self, day: datetime.date) -> bool:
        """Say whether one day lies within the window."""
        return self.first <= day <= self.last


def term_window(school_year: str, due_on: datetime.date) -> DateWindow:
    """The window of one term: from June before the school year opens to the deadline."""
    return DateWindow(datetime.date(int(school_year[:4]), _OPENING_MONTH, 1), due_on)


def read_date(cell: Cell, window: DateWindow | None = None) -> Reading:
    """Read one cell as a date; one that only makes sense with day and month changed over is a question."""
    flags: tuple[Flag, ...] = ()
    value, shown = cell.value, clean(cell.text)
    found: datetime.date | None = None
    if isinstance(value, datetime.date):
        found = value.date() if isinstance(value, datetime.datetime) else value
        shown = f"{found:%d/%m/%Y}"
    elif cell.kind == "number" and isinstance(value, int | float):
        if _SERIALS[0] <= value <= _SERIALS[1]:
            found = _SERIAL_ZERO + datetime.timedelta(days=int(value))
            flags = (Flag("date_from_number_cell", cell.text, f"{found:%d/%m/%Y}"),)
    elif cell.kind == "text":
        shown = clean(str(value))
        if shown.casefold() in NOTHING_WORDS:
            return nothing_to_report(shown.casefold())
        found = parse_date(shown, window)
        if found is not None:
            flags = (Flag("date_from_text", shown, f"{found:%d/%m/%Y}"),)
    if found is None:
        return Reading(UNREADABLE, flags=(Flag("not_a_date", shown),))
    if not _EARLIEST <= found <= _LATEST:
        beyond = Flag("date_out_of_range", f"{found:%d/%m/%Y}", "2000–2099")
        return Reading(UNREADABLE, flags=(*flags, beyond))
    other = likelier_swap(found, window) if window is not None else None
    if other is not None:
        flags = (*flags, Flag("day_month_ambiguous", f"{found:%d/%m/%Y}", f"{other:%d/%m/%Y}"))
    return Reading(ANSWERED, text=found.isoformat(), flags=flags)


def parse_date(text: str, window: DateWindow | None = None) -> datetime.date | None:
    """Read one date as Vietnamese officers write it, day first; nothing else is guessed.

    A year of two figures is read only where a window says which century would make sense.
    """
    lowered = text.casefold().rstrip(".")
    for pattern in _DATES:
        match = pattern.fullmatch(lowered)
        if match:
            return _day(int(match["y"]), int(match["m"]), int(match["d"]))
    match = _SHORT_YEAR.fullmatch(lowered) if window is not None else None
    found = _day(2000 + int(match["y"]), int(match["m"]), int(match["d"])) if match else None
    return found if found is not None and window is not None and window.holds(found) else None


def swapped(day: datetime.date) -> datetime.date | None:
    """The same figures with day and month changed over; None when that is no other day."""
    return _day(day.year, day.day, day.month) if day.day != day.month else None


def likelier_swap(day: datetime.date, window: DateWindow) -> datetime.date | None:
    """The day meant when `day` cannot be and the changed-over one can: 10/01 read by Excel as 1 October."""
    other = None if window.holds(day) else swapped(day)
    return other if other is not None and window.holds(other) else None


def fraction_readings(value: object) -> str:
    """The fractions that a spreadsheet may have turned into one date: 27/12, 12/27."""
    if not isinstance(value, datetime.date):
        return ""
    day, month, short_year = value.day, value.month, value.year % 100
    found = [f"{day}/{month}", f"{month}/{day}"] + ([f"{month}/{short_year:02d}"] if day == 1 else [])
    return ", ".join(dict.fromkeys(found))


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
