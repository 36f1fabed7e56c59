"""One cell read as a date, as Vietnamese officers write it; whether day and month may have changed places."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import NamedTuple

from termreview.intake.values.value_reading import ANSWERED, UNREADABLE, Flag, Reading, nothing_to_report
from termreview.spreadsheets.model.number_format import may_show_date
from termreview.spreadsheets.workbook import Cell
from termreview.text import NOTHING_WORDS, clean, day_text

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = "january|february|march|april|june|july|august|september|sept|october|november|december"
_MONTH_NAME = rf"(?:(?:tháng|thg|th) ?(?P<number>\d\d?)|(?P<name>{_LONG}|{'|'.join(_MONTHS)})\.?)"
_MONTH = rf"(?:(?:tháng|thg|th) ?\d\d?|(?:{_LONG}|{'|'.join(_MONTHS)})\.?)"
# A day without its year or a month without its day: what spreadsheets make of 6-9 or 9/64.
BARE_DATE = re.compile(rf"\d\d?[-/ ]{_MONTH}|{_MONTH}[-/ ]\d\d", re.IGNORECASE)
DAY_MONTH = re.compile(
    r"(?:ngày )?(?P<d>\d{1,2}) ?(?P<sign>[/.\-]) ?(?P<m>\d{1,2}) ?[/.\-] ?(?P<y>\d{4}|\d\d)"
    r"(?:[ t]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(?P<y>\d{4})(?P<sign>[-/])(?P<m>\d{1,2})(?P=sign)(?P<d>\d{1,2})(?:[ t]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?"
)
_SPELLED = re.compile(r"(?:ngày )?(?P<d>\d{1,2}) tháng (?P<m>\d{1,2}) năm (?P<y>\d{4})")
_NAMED = (
    re.compile(rf"(?:ngày )?(?P<d>\d\d?)[ /.-]{{0,2}}{_MONTH_NAME}[ /.,-]{{0,2}}(?P<y>\d{{4}}|\d\d)"),
    re.compile(rf"{_MONTH_NAME} ?(?P<d>\d\d?)(?:st|nd|rd|th)?,? (?P<y>\d{{4}})"),
)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)? ?(z|utc|gmt|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_SPOKEN_MOMENT = re.compile(
    rf"(?:[a-z]{{3,9}},? )?(?:{_MONTH_NAME} (?P<d>\d\d?)|(?P<day>\d\d?) (?P<month>{'|'.join(_MONTHS)}))"
    r",? (?P<y>\d{4}) (?P<clock>\d\d:\d\d:\d\d) ?(?:gmt|utc|z)? ?(?P<zone>[+-]\d\d:?\d\d)?(?: ?\(.*\))?",
    re.IGNORECASE,
)
_EARLIEST, _LATEST = datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)
_SERIAL_ZERO, _SERIALS = datetime.date(1899, 12, 30), (36526, 73050)
_ERAS_APART = datetime.timedelta(days=1462)  # between the calendars of 1900 and of 1904
_OPENING_MONTH = 6  # documents of a school year are signed from June before it opens
_HERE = datetime.timezone(datetime.timedelta(hours=7))
_DAY = datetime.timedelta(days=1)
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|;.*')


def read_day(text: str, is_month_first: bool = False) -> tuple[datetime.date, bool] | None:
    """Read one date and say whether its year has two figures only; of figures alone the day comes first."""
    lowered = text.casefold().rstrip(".")
    match = DAY_MONTH.fullmatch(lowered)
    if match is not None:
        day, month = int(match["d"]), int(match["m"])
        return _found(match["y"], *((day, month) if is_month_first else (month, day)))
    for pattern in (_ISO, _SPELLED):
        match = pattern.fullmatch(lowered)
        if match is not None:
            return _found(match["y"], int(match["m"]), int(match["d"]))
    for pattern in _NAMED:
        match = pattern.fullmatch(lowered)
        if match is not None:
            return _found(match["y"], _month(match["number"], match["name"]), int(match["d"]))
    return None


def parse_moment(text: str) -> datetime.datetime | None:
    """Read one moment as programs write it, with the zone where it has one; None for anything else.

    `2023-09-25T17:00:00Z`, `Mon Sep 25 2023 00:00:00 GMT+0700 (Indochina Time)`, `Mon, 25 Sep 2023 17:00:00 GMT`.
    """
    match = _MOMENT.fullmatch(text)
    if match is not None:
        zone = (match[3] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
        return _moment(f"{match[1]}T{match[2]}{zone}")
    match = _SPOKEN_MOMENT.fullmatch(text)
    if match is None:
        return None
    month = _month(match["number"], (match["name"] or match["month"] or "").casefold())
    day = int(match["d"] or match["day"])
    return _moment(f"{match['y']}-{month:02d}-{day:02d}T{match['clock']}{match['zone'] or 'Z'}")


def day_of(year: int, month: int, day: int) -> datetime.date | None:
    """One day; None where the calendar has none."""
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _month(number: str | None, name: str | None) -> int:
    return int(number) if number else _MONTHS.index((name or "")[:3]) + 1


def _found(year: str, month: int, day: int) -> tuple[datetime.date, bool] | None:
    is_short = len(year) == 2
    found = day_of(int(year) + 2000 * is_short, month, day)
    return None if found is None else (found, is_short)


def _moment(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


class DateWindow(NamedTuple):
    """The days, both included, within which the documents of one term are expected to be dated."""

    first: datetime.date
    last: datetime.date

    def holds(self, day: datetime.date) -> bool:
        """Say whether one day lies within the window."""
        return self.first <= day <= self.last


class DateHabit(NamedTuple):
    """What the dates of one file prove of how they came to be.

    Attributes
    ----------
    is_month_first, is_mixed
        Whether its texts name the month first; whether they contradict one another in that.
    is_doubtful
        Whether anything says that its spreadsheet reads the other order than was typed.
    is_swapped
        Whether all says so: 23/10 stayed a text, so 10/09 became 9 October.
    is_certain
        Whether it stayed a text in more cells of dates than one, and in more than prove the contrary.
    """

    is_month_first: bool = False
    is_mixed: bool = False
    is_doubtful: bool = False
    is_swapped: bool = False
    is_certain: bool = False


def term_window(school_year: str, due_on: datetime.date) -> DateWindow:
    """The window of one term: from June before the school year opens to the deadline."""
    return DateWindow(datetime.date(int(school_year[:4]), _OPENING_MONTH, 1), due_on)


def date_habit(cells: Iterable[Cell | None]) -> DateHabit:
    """The habit of one file, by all cells in which it answers with a date: a figure above 12 is no month.

    A stored date with such a day was read in the order in which it was typed.
    """
    is_day_first = is_month_first = is_stuck = False
    as_typed = stuck_in_date_cells = 0
    for cell in cells:
        if cell is None:
            continue
        as_typed += isinstance(cell.value, datetime.date) and cell.value.day > 12
        match = DAY_MONTH.fullmatch(clean(cell.text)) if cell.kind == "text" else None
        if match is None:
            continue
        first, second = int(match["d"]), int(match["m"])
        if first > 31 or second > 31 or (first > 12) == (second > 12):
            continue
        is_day_first |= first > 12
        is_month_first |= second > 12
        if match["sign"] != "." and cell.number_format != "@":
            is_stuck = True
            stuck_in_date_cells += may_show_date(cell.number_format or "General")
    is_mixed = is_day_first and is_month_first
    return DateHabit(
        is_month_first and not is_mixed,
        is_mixed,
        is_stuck or is_mixed,
        is_stuck and not is_mixed and as_typed == 0,
        not is_mixed and stuck_in_date_cells > max(as_typed, 1),
    )


def read_date(cell: Cell, window: DateWindow | None = None, habit: DateHabit | None = None) -> Reading:
    """Read one cell as a date; one that only makes sense with day and month changed over is a question."""
    habit = habit or DateHabit()
    flags: tuple[Flag, ...] = ()
    value, shown = cell.value, clean(cell.text)
    found: datetime.date | None = None
    if isinstance(value, datetime.date):
        found, flags = _stored_day(cell, value, window, habit)
        shown = day_text(found)
    elif cell.kind == "number" and isinstance(value, int | float):
        if _SERIALS[0] <= value <= _SERIALS[1]:
            found = _SERIAL_ZERO + datetime.timedelta(days=int(value))
            flags = (Flag("date_from_number_cell", cell.text, day_text(found)),)
    elif cell.kind == "text":
        shown = clean(str(value))
        if shown.casefold() in NOTHING_WORDS:
            return nothing_to_report(shown.casefold())
        found, flags = _written_day(shown, window, habit)
    if found is None:
        return Reading(UNREADABLE, flags=(Flag("not_a_date", shown),))
    if not _EARLIEST <= found <= _LATEST:
        beyond = Flag("date_out_of_range", day_text(found), "2000–2099")
        return Reading(UNREADABLE, flags=(*flags, beyond))
    if window is not None:
        flags = (*flags, *_doubts(found, window, cell.kind, flags))
    return Reading(ANSWERED, text=found.isoformat(), flags=flags)


def _stored_day(
    cell: Cell, value: datetime.date, window: DateWindow | None, habit: DateHabit
) -> tuple[datetime.date, tuple[Flag, ...]]:
    """The day that a date cell stands for: as stored, unless its zone or the file's other dates prove another."""
    moment = parse_moment(cell.text) or value
    found, flags = _day_meant(moment, cell.text) if isinstance(moment, datetime.datetime) else (moment, ())
    if _hides_a_part(cell.number_format):
        flags = (*flags, Flag("date_partly_shown", cell.number_format or "", day_text(found)))
    other = swapped(found) if habit.is_doubtful else None
    if other is None or not (window is None or window.holds(other)):
        return found, flags
    is_possible = window is None or window.holds(found)
    if habit.is_certain or (habit.is_swapped and not is_possible):
        return other, (*flags, Flag("date_order_inferred", day_text(found), day_text(other)))
    if is_possible:
        flags = (*flags, Flag("date_order_unsure", day_text(found), day_text(other)))
    return found, flags


def _written_day(
    text: str, window: DateWindow | None, habit: DateHabit
) -> tuple[datetime.date | None, tuple[Flag, ...]]:
    """The day that a text stands for: day first, unless its own figures or the file's other dates prove another."""
    moment = parse_moment(text)
    if moment is not None:
        found, flags = _day_meant(moment, text)
        return found, flags or (Flag("date_from_text", text, day_text(found)),)
    day, other = (_sensible(read_day(text, is_month_first), window) for is_month_first in (False, True))
    if day is None or (habit.is_month_first and other is not None and other != day):
        if other is None:
            return None, ()
        return other, (Flag("date_order_inferred", text, day_text(other)),)
    flags = (Flag("date_from_text", text, day_text(day)),)
    if habit.is_mixed and other is not None and other != day:
        flags = (*flags, Flag("date_order_unsure", day_text(day), day_text(other)))
    return day, flags


def _sensible(found: tuple[datetime.date, bool] | None, window: DateWindow | None) -> datetime.date | None:
    """The day read; one whose year has two figures only where a window says which century would make sense."""
    if found is None:
        return None
    day, is_short = found
    return day if not is_short or (window is not None and window.holds(day)) else None


def _doubts(found: datetime.date, window: DateWindow, kind: str, flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
    """What is asked about a day that lies outside of the term, where a known slip explains it."""
    if window.holds(found) or any(flag.code == "date_order_unsure" for flag in flags):
        return ()
    other = likelier_swap(found, window)
    if other is not None:
        return (Flag("day_month_ambiguous", day_text(found), day_text(other)),)
    if kind != "text":
        for other in (found + _ERAS_APART, found - _ERAS_APART):
            if window.holds(other):
                return (Flag("date_era_shifted", day_text(found), day_text(other)),)
    return ()


def _day_meant(moment: datetime.datetime, shown: str) -> tuple[datetime.date, tuple[Flag, ...]]:
    """The day that one moment stands for, whatever clock wrote it; asked about where it may be the next day.

    Programs write a day as its midnight, and some of them that midnight on the clock of Greenwich.
    """
    written, is_round = moment.date(), moment.minute % 15 == 0 and moment.second == 0
    if moment.tzinfo is None:
        is_odd = (is_round and moment.hour > 12) or (moment.hour == 23 and moment.minute >= 50)
        asked = Flag("date_zone_ambiguous", f"{moment:%d/%m/%Y %H:%M}", day_text(written + _DAY))
        return written, (asked,) if is_odd else ()
    if moment.time() == datetime.time():
        return written, (Flag("date_zone_converted", shown, day_text(written)),)
    here, there = moment.astimezone(_HERE), moment.astimezone(datetime.UTC)
    found, other = here.date(), written
    if is_round and 13 <= there.hour < 17:  # midnight of a clock further east
        found, other = there.date() + _DAY, here.date()
    elif is_round and there.hour >= 17:
        other = found
    code = "date_zone_converted" if found == other else "date_zone_ambiguous"
    return found, (Flag(code, shown, day_text(found if found == other else other)),)


def _hides_a_part(number_format: str | None) -> bool:
    """Say whether a format of dates leaves out the day or the year: what is not seen was never checked."""
    code = _NOT_SHOWN.sub("", number_format or "").casefold()
    if "y" not in code and "d" not in code and "mmm" not in code:
        return False
    return "y" not in code or re.search("(?<!d)dd?(?!d)", code) is None


def parse_date(text: str, window: DateWindow | None = None) -> datetime.date | None:
    """Read one date as Vietnamese officers write it, day first; nothing else is guessed.

    A year of two figures is read only where a window says which century would make sense.
    """
    return _sensible(read_day(text), window)


def swapped(day: datetime.date) -> datetime.date | None:
    """The same figures with day and month changed over; None when that is no other day."""
    return day_of(day.year, day.day, day.month) if day.day != day.month else None


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
