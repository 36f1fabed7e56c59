"""One number is written one way everywhere: Vietnamese separators, one rounding rule, a dash for what is missing."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from termreview.text import day_text, vietnamese_separators

NO_BREAK_SPACE: Final = "\u00a0"
MINUS: Final = "−"
MISSING_MARK: Final = "—"
MISSING_TITLE: Final = "không có số liệu"

# Of pandas, which takes long to load and is not needed to write a text.
_MISSING_TYPES: Final = frozenset(["NAType", "NaTType"])
# Control characters break the page; lone surrogates break its encoding; direction overrides disguise text.
_UNSAFE_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_PERCENT = re.compile(r"(\d) %")
# Format -> decimals, factor, suffix. The one place where a published number is rounded: half up, on the
# shortest decimal text of the number, so that 49,95 becomes 50,0 on every page, chart and document.
NUMBER_FORMATS: Final[Mapping[str, tuple[int, int, str]]] = {
    "integer": (0, 1, ""),
    "decimal1": (1, 1, ""),
    "points": (1, 1, ""),
    "ratio": (2, 1, ""),
    "two_digits": (0, 1, ""),  # a count in a sentence, as offices write it: 05 trường
    "percent1": (1, 1, "%"),
    "share1": (1, 100, "%"),
    "low_share1": (1, 100, ""),  # of an interval of shares, whose sign stands behind its upper end
    "vnd": (0, 1, f"{NO_BREAK_SPACE}đ"),
}
FORMATS: Final = (*NUMBER_FORMATS, "date", "text")


def is_missing(value: object) -> bool:
    """Tell whether one value stands for no answer (None, NaN, NaT or NA)."""
    is_nan = isinstance(value, float) and math.isnan(value)
    return value is None or is_nan or type(value).__name__ in _MISSING_TYPES


def clean_text(value: object) -> str:
    """Return one value as text without the characters that no page, chart or document can carry.

    The space between a number and its per cent sign does not break.
    """
    if is_missing(value):
        return ""
    text = _UNSAFE_CHARACTERS.sub("\ufffd", str(value))
    return _PERCENT.sub("\\1\u00a0%", text) if " %" in text else text


def number_text(value: Any, format: str = "integer") -> str:
    """Return one value as Vietnamese text: 29.093 · 94,6% · 10/01/2024 · — when missing.

    Formats: integer, decimal1, points (one decimal), ratio (two decimals), two_digits (a count of a sentence: 05),
    percent1 (a figure of 0-100), share1 (a figure of 0-1, shown as per cent), low_share1 (without its sign), vnd, date,
    text. The space before đ does not break.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown number format: {format!r}")
    if is_missing(value):
        return MISSING_MARK
    if format == "text":
        return clean_text(value)
    if format == "date":
        return day_text(_day(value))
    number = printed_number(value, format)
    if number is None:
        return MISSING_MARK
    if format == "two_digits" and 0 < number < 10:
        return f"{number:02f}"
    _, _, suffix = NUMBER_FORMATS[format]
    return decimal_text(number) + suffix


def decimal_text(number: Decimal) -> str:
    """Return one rounded number as Vietnamese text, with the decimals that it has: −1.234,50."""
    return (MINUS if number < 0 else "") + vietnamese_separators(f"{abs(number):,f}")


def printed_number(value: Any, format: str) -> Decimal | None:
    """Return the number that is printed: 93,1 for a share of 0,9310; nothing where a dash or a word is."""
    number = exact_number(value)
    if number is None:
        return None
    decimals, factor, _ = NUMBER_FORMATS[format]
    return _rounded(number * factor, decimals)


def printed_difference(start: Any, end: Any, format: str) -> float | None:
    """Return what a printed figure moved by: the difference of both ends as they are printed, never another.

    A reader who subtracts one printed end from the other finds what is printed as the difference; that of the exact
    values may read otherwise by one in the last place. Nothing where an end is missing.
    """
    first, last = printed_number(start, format), printed_number(end, format)
    return None if first is None or last is None else float(last - first)


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
        return _day(value).isoformat()[:10]
    number = exact_number(value)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.date):
        return value
    import pandas as pd  # only now: it takes long to load, and plain days need none of it

    moment: dt.date = pd.Timestamp(str(value))
    return moment
