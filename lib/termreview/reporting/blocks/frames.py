"""The tables of a block as data frames, with the heads that a reader sees: to be filtered, drawn, changed and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from termreview.reporting.blocks.model import (
    BOTH,
    DENOMINATOR,
    HIGH,
    LEVEL,
    LOW,
    NUMERATOR,
    PERCENT,
    VALUE,
    Cell,
    Part,
    about_number,
    is_number,
    plain_text,
)
from termreview.reporting.blocks.number_format import MISSING_MARK

if TYPE_CHECKING:
    import pandas as pd

# Here in Vietnamese: a block stands by itself, whatever declarations a notebook has opened.
GROUP: Final = "Nhóm"
HEADS: Final[Mapping[str, str]] = {
    VALUE: "{title}", NUMERATOR: "{title} – tử số", DENOMINATOR: "{title} – mẫu số", LOW: "{title} – thấp nhất",
    HIGH: "{title} – cao nhất", PERCENT: "{title} – %", LEVEL: "{title} – mức độ",
}  # fmt: skip


def frames_of(parts: Sequence[Part]) -> dict[str, pd.DataFrame]:
    """The tables among some parts, each by its caption: a row per row, without the row of totals.

    A column of figures holds numbers, one of days holds days; what is missing or hidden is missing. A cell of several
    figures (27/29, 62,0–72,0) is a column each.
    """
    found: dict[str, pd.DataFrame] = {}
    for part in parts:
        if part["kind"] == "table":
            caption = plain_text(part["caption"])
            found[caption if caption not in found else f"{caption} ({len(found) + 1})"] = _frame(part)
    return found


def _frame(part: Part) -> pd.DataFrame:
    import pandas as pd  # only now: who asks whether anything has changed needs none

    rows = part["rows"]
    columns: dict[str, list[Any]] = {}
    if any(row.get("group") for row in rows):
        columns[GROUP] = [plain_text(row.get("group", "")) or None for row in rows]
    for place, column in enumerate(part["columns"]):
        cells = [_figures(row["cells"][place]) for row in rows]
        roles = [role for role in HEADS if any(role in cell for cell in cells)] or [VALUE]
        if LOW in roles:  # a single figure among intervals is both its ends
            cells = [
                {LOW: cell[VALUE], HIGH: cell[VALUE]} if set(cell) == {VALUE} else cell for cell in cells
            ]
            roles = [role for role in roles if role != VALUE]
        for role in roles:
            head = HEADS[role].format(title=column["title"])
            columns[head if head not in columns else f"{head} ({place + 1})"] = _of_one_kind(
                [cell.get(role) for cell in cells]
            )
    return pd.DataFrame(columns)


def _of_one_kind(values: list[Any]) -> list[Any]:
    """One column; words among figures say that there is none: hidden, not concluded."""
    if any(value is not None and not isinstance(value, str) for value in values):
        return [None if isinstance(value, str) else value for value in values]
    return values


def _figures(cell: Cell) -> dict[str, Any]:
    """What one cell holds, by role; a text, and what is no one figure of a role, as its words."""
    words = {VALUE: plain_text(cell)} if plain_text(cell) not in ("", MISSING_MARK) else {}
    if isinstance(cell, str):
        return words
    found: dict[str, Any] = {}
    for run in cell:
        if isinstance(run, dict):
            return words
        if isinstance(run, list) and (is_number(run) or run[1] == LEVEL):
            role = LEVEL if run[1] == LEVEL else about_number(run)[0]
            value = _day(run[0]) if run[1] == "date" else run[0]
            own = dict.fromkeys((LOW, HIGH) if role == BOTH else (role,), value)
            if own.keys() & found.keys():
                return words
            found |= own
    return found or words


def _day(text: str) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(text)
