"""One group of schools a row: how many they are, and of each column its sum, mean, median, with how many gave a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from termreview.desk.table.columns import CHOICE, NUMBER, TableColumn

SCHOOLS, KNOWN, SUM, MEAN, MEDIAN, SHARE = "schools", "known", "sum", "mean", "median", "share"
STATISTICS = (SUM, MEAN, MEDIAN, SHARE)
MOST_VALUES = 8  # of one choice that are told apart


def group_schools(
    frame: pd.DataFrame,
    by: TableColumn,
    columns: Sequence[TableColumn],
    statistics: Sequence[str],
    words: Mapping[str, str],
) -> tuple[list[TableColumn], list[list[Any]]]:
    """Group schools by the values of one column, in the order in which they come; the last row is all of them.

    Of a number: how many schools gave one (`known`), then the statistics asked for among `STATISTICS`. A school without a
    number is in none of them: missing is never zero. `sum` and `share` (of the sum of all, 0–100) only of what adds up.
    Of a choice: how many schools answered, and of each value its count and its share (0–100) of those that did.

    Parameters
    ----------
    frame : one row per school; columns by their ids.
    words : the head of each figure, with `{column}` and, for a choice, `{value}` as places; `missing`, `all`.

    Returns
    -------
    tuple
        The columns of the groups, and a row each: its key, then its cells; None where no school gave a number.
    """
    keys = frame[by.column_id].astype(object).where(frame[by.column_id].notna(), words["missing"])
    groups = [(name, frame[keys == name]) for name in dict.fromkeys(keys)]
    heads = [
        TableColumn(by.column_id, by.section, CHOICE),
        TableColumn(words[SCHOOLS], by.section, NUMBER, 0),
    ]
    parts: list[list[Any]] = []
    for column in columns:
        if column.column_id == by.column_id:
            continue
        if column.kind == NUMBER:
            own = _numbers(frame, groups, column, statistics, words)
        elif column.kind == CHOICE:
            own = _choices(frame, groups, column, words)
        else:
            continue
        heads += [head for head, _ in own]
        parts += [cells for _, cells in own]
    names = [*(str(name) for name, _ in groups), words["all"]]
    counts = [*(len(own) for _, own in groups), len(frame)]
    return heads, [
        [name, name, count, *cells]
        for name, count, *cells in zip(names, counts, *parts, strict=True)
    ]  # fmt: skip


_Figures = list[tuple[TableColumn, list[Any]]]
_Groups = Sequence[tuple[Any, pd.DataFrame]]


def _numbers(
    frame: pd.DataFrame,
    groups: _Groups,
    column: TableColumn,
    statistics: Sequence[str],
    words: Mapping[str, str],
) -> _Figures:
    values = [own[column.column_id].dropna().astype(float) for _, own in groups]
    values.append(frame[column.column_id].dropna().astype(float))
    whole = values[-1].sum()
    found: dict[str, list[Any]] = {KNOWN: [len(own) for own in values]}
    if column.adds:
        found[SUM] = [_rounded(own.sum()) if len(own) else None for own in values]
        found[SHARE] = [_rounded(100 * own.sum() / whole) if len(own) and whole else None for own in values]
    found[MEAN] = [_rounded(own.mean()) if len(own) else None for own in values]
    found[MEDIAN] = [_rounded(own.median()) if len(own) else None for own in values]
    digits = {
        KNOWN: 0,
        SUM: column.digits,
        MEAN: 1 if not column.digits else 2,
        MEDIAN: column.digits or 1,
        SHARE: 1,
    }
    return [
        (replace(column, column_id=words[name].format(column=column.column_id), digits=digits[name], adds=False), found[name])
        for name in (KNOWN, *(one for one in STATISTICS if one in statistics))
        if name in found
    ]  # fmt: skip


def _choices(frame: pd.DataFrame, groups: _Groups, column: TableColumn, words: Mapping[str, str]) -> _Figures:
    values = [own[column.column_id].dropna() for _, own in groups]
    values.append(frame[column.column_id].dropna())
    shown = list(values[-1].value_counts(sort=True).index[:MOST_VALUES])
    figures: _Figures = [
        (TableColumn(words[KNOWN].format(column=column.column_id), column.section, NUMBER, 0), [len(own) for own in values])
    ]  # fmt: skip
    for value in shown:
        counts = [int((own == value).sum()) for own in values]
        shares = [_rounded(100 * count / len(own)) if len(own) else None for count, own in zip(counts, values, strict=True)]  # fmt: skip
        for name, cells, digits in (("count_of", counts, 0), ("share_of", shares, 1)):
            head = words[name].format(column=column.column_id, value=value)
            figures.append((TableColumn(head, column.section, NUMBER, digits), list(cells)))
    return figures


def _rounded(value: float) -> float:
    """One figure without the dust of binary fractions."""
    return round(float(value), 6)
