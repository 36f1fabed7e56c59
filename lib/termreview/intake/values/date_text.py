"""One date written in text: by figures, by the name of a month, or as a program writes a moment with its zone."""

from __future__ import annotations

import datetime
import re

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
