"""One value of an export read as what is asked of it: a text, a day or a number; None where it is none."""

from __future__ import annotations

import datetime
import re
from typing import Any

from termreview.text import fold

_EPOCH = datetime.date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954 to 2119
_PARTS = re.compile(r"\s*(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[T ].*)?")
_NUMBER = re.compile(r"-?\d{1,3}(?:[. \u00a0]\d{3})+(?:,\d+)?|-?\d+(?:[.,]\d+)?")
_UNSURE = re.compile(r"-?\d{1,3},\d{3}")  # 1,250: thousands here, decimals there
_DAYS = re.compile(r"d?(\d{1,3})(?: ?(?:days?|ngày))?", re.IGNORECASE)  # 30, D30, 30 ngày
_CENTURY, _MONTHS = 2000, 12


def as_text(value: Any) -> str:
    """One value as text: a whole number without its `.0`, a day as 2024-01-10, `="0477201"` as what a spreadsheet shows."""
    if isinstance(value, str):
        text = value.strip()
        return text[2:-1] if text[:2] == '="' and text[-1] == '"' and len(text) > 3 else text
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def as_key(value: Any) -> str:
    """One value as a key for comparing: case, marks of Unicode and signs between words do not count."""
    return fold(as_text(value))


def as_day(value: Any, order: str) -> datetime.date | None:
    """One day; `order` is that of day, month and year in texts. A number is one of a spreadsheet's own days."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, int | float):
        return _EPOCH + datetime.timedelta(int(value)) if _FIRST_SERIAL < value < _LAST_SERIAL else None
    match = _PARTS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    one, two, three = map(int, match.groups())
    if len(match[1]) == 4:  # a year in front is never anything else
        order = "ymd"
    year, month, day = {"ymd": (one, two, three), "mdy": (three, one, two)}.get(order, (three, two, one))
    try:
        return datetime.date(year + _CENTURY if year < 100 else year, month, day)
    except ValueError:
        return None


def date_order(value: Any) -> str:
    """What one text tells of the order of day and month in its file: `dmy`, `mdy`, `either`; blank where it tells nothing."""
    match = _PARTS.fullmatch(value) if isinstance(value, str) else None
    if match is None or len(match[1]) == 4:
        return ""
    one, two = int(match[1]), int(match[2])
    if max(one, two) > _MONTHS:
        return "" if min(one, two) > _MONTHS else "dmy" if one > two else "mdy"
    return "" if one == two else "either"


def as_day_count(value: Any) -> int:
    """How many days a period has, as a number or as programs write it (`D30`); 0 where nothing tells."""
    match = _DAYS.fullmatch(as_text(value))
    return int(match[1]) if match else 0


def as_number(value: Any) -> float | None:
    """One number, in texts with a comma or a point before the decimals, or points between groups of three."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    if _NUMBER.fullmatch(text) is None or _UNSURE.fullmatch(text) is not None:
        return None
    is_grouped = re.fullmatch(r"-?\d{1,3}([. \u00a0]\d{3})+(,\d+)?", text) is not None
    if is_grouped:
        text = re.sub(r"[. \u00a0]", "", text)
    return float(text.replace(",", "."))
