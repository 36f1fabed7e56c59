"""One row of a table as plain values, for the sentences and cells that are written from it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

Record = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Record]:
    """All rows of one table, in their order; the values are those of `DataFrame.to_dict`, in a fourth of its time."""
    names = [str(name) for name in frame.columns]
    columns = [plain_values(column) for _, column in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain_values(column: pd.Series) -> list[Any]:
    """The values of one column as Python has them; None is what is missing among texts and whole numbers."""
    dtype = column.dtype
    if dtype == np.dtype(object):
        return [
            None if value is pd.NA else value.item() if isinstance(value, np.generic) else value
            for value in column.tolist()
        ]
    if getattr(dtype, "na_value", None) is pd.NA:  # not value by value, as iteration takes them
        values: list[Any] = column.array.to_numpy(dtype=object, na_value=None).tolist()
        return values
    return column.tolist()


def by_key(frame: pd.DataFrame, *keys: str) -> dict[Any, Record]:
    """The rows of one table by the value of their key column, or by the tuple of several."""
    return {
        row[keys[0]] if len(keys) == 1 else tuple(row[name] for name in keys): row for row in records(frame)
    }


def largest(frame: pd.DataFrame, column: str) -> Record:
    """The row with the largest figure of one column; the first of equals."""
    return records(frame.loc[[_place(frame[column].idxmax())]])[0]


def ties(frame: pd.DataFrame, column: str, *, is_largest: bool = True) -> list[Record]:
    """All rows that share the largest (or smallest) figure of one column, in their order; none where none is known."""
    known = frame[frame[column].notna()]
    if known.empty:
        return []
    figure = known[column].max() if is_largest else known[column].min()
    return records(known[known[column] == figure])


def _place(index: Hashable) -> Any:
    return index
