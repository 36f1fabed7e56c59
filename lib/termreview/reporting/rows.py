"""One row of a table as plain values, for the sentences and cells that are written from it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

Record = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Record]:
    """All rows of one table, in their order."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def by_key(frame: pd.DataFrame, *keys: str) -> dict[Any, Record]:
    """The rows of one table by the value of their key column, or by the tuple of several."""
    return {
        row[keys[0]] if len(keys) == 1 else tuple(row[name] for name in keys): row for row in records(frame)
    }


def largest(frame: pd.DataFrame, column: str) -> Record:
    """The row with the largest figure of one column; the first of equals."""
    return records(frame.loc[[_place(frame[column].idxmax())]])[0]


def smallest(frame: pd.DataFrame, column: str) -> Record:
    """The row with the smallest figure of one column; the first of equals."""
    return records(frame.loc[[_place(frame[column].idxmin())]])[0]


def ties(frame: pd.DataFrame, column: str, *, is_largest: bool = True) -> list[Record]:
    """All rows that share the largest (or smallest) figure of one column, in their order; none where none is known."""
    known = frame[frame[column].notna()]
    if known.empty:
        return []
    figure = known[column].max() if is_largest else known[column].min()
    return records(known[known[column] == figure])


def _place(index: Hashable) -> Any:
    return index
