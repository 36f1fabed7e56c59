"""One number is written one way everywhere: Vietnamese separators, one rounding rule, a dash for what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from termreview.reporting.blocks.blocks import MISSING_MARK, clean_text, is_missing

NO_BREAK_SPACE: Final = "\u00a0"

# Format -> decimals, factor, suffix. The one place where a published number is rounded: half up, on the
# shortest decimal text of the number, so that 49,95 becomes 50,0 on every page, chart and document.
_NUMBER_FORMATS: Final[Mapping[str, tuple[int, int, str]]] = {
    "integer": (0, 1, ""),
    "decimal1": (1, 1, ""),
    "points": (1, 1, ""),
    "ratio": (2, 1, ""),
    "percent1": (1, 1, f"{NO_BREAK_SPACE}%"),
    "share1": (1, 100, f"{NO_BREAK_SPACE}%"),
    "vnd": (0, 1, f"{NO_BREAK_SPACE}đ"),
}
FORMATS: Final = (*_NUMBER_FORMATS, "date", "text")


def number_text(value: Any, format: str = "integer") -> str:
    """Return one value as Vietnamese text: 29.093 · 94,6 % · 10/01/2024 · — when missing.

    Formats: integer, decimal1, points (one decimal), ratio (two decimals), percent1 (a figure of 0-100),
    share1 (a figure of 0-1, shown as per cent), vnd, date, text. The space before % and đ does not break.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown number format: {format!r}")
    if is_missing(value):
        return MISSING_MARK
    if format == "text":
        return clean_text(value)
    if format == "date":
        return _date_text(value)
    decimals, factor, suffix = _NUMBER_FORMATS[format]
    number = exact_number(value)
    return MISSING_MARK if number is None else _grouped(number * factor, decimals) + suffix


def interval_text(low: Any, high: Any) -> str:
    """Return bounds of points as text: 62,0 when they meet, 62,0–72,0 otherwise."""
    low_text, high_text = number_text(low, "points"), number_text(high, "points")
    if MISSING_MARK in (low_text, high_text):
        return MISSING_MARK
    return low_text if low_text == high_text else f"{low_text}–{high_text}"


def printed_difference(start: Any, end: Any, format: str) -> float | None:
    """Return what a printed figure moved by: the difference of both ends as they are printed, never another.

    A reader who subtracts one printed end from the other finds what is printed as the difference; that of the exact
    values may read otherwise by one in the last place. Nothing where an end is missing.
    """
    decimals, factor, _ = _NUMBER_FORMATS[format]
    ends = [exact_number(value) for value in (start, end)]
    if ends[0] is None or ends[1] is None:
        return None
    first, last = (_rounded(number * factor, decimals) for number in ends if number is not None)
    return float(last - first)


def fraction_text(numerator: Any, denominator: Any) -> str:
    """Return a part of a whole as text with both numbers: 27/29 (93,1 %)."""
    part, whole = exact_number(numerator), exact_number(denominator)
    if part is None or whole is None:
        return MISSING_MARK
    share = MISSING_MARK if whole == 0 else number_text(part * 100 / whole, "percent1")
    return f"{number_text(part)}/{number_text(whole)} ({share})"


def exact_number(value: Any) -> Decimal | None:
    """Return one value as the decimal number it is written as, or nothing when it is no finite number."""
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"not a number: {value!r}") from error
    return number if number.is_finite() else None


def raw_value(value: Any, format: str) -> int | float | str | None:
    """Return the value behind one text as JSON can carry it: a number, or a day as an ISO date; None when missing."""
    if is_missing(value) or format == "text":
        return None
    if format == "date":
        moment = _day(value)
        return f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"
    number = exact_number(value)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _grouped(number: Decimal, decimals: int) -> str:
    rounded = _rounded(number, decimals)
    text = f"{abs(rounded):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    return f"−{text}" if rounded < 0 else text


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _date_text(value: Any) -> str:
    moment = _day(value)
    return f"{moment.day:02d}/{moment.month:02d}/{moment.year:04d}"


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.date):
        return value
    import pandas as pd  # only now: it takes long to load, and plain days need none of it

    moment: dt.date = pd.Timestamp(str(value))
    return moment
