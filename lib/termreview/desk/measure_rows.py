"""One comparison of schools as texts and numbers, for a table or a file."""

from __future__ import annotations

import pandas as pd

from termreview.desk.measures import CATEGORY, DATE, NUMBER, Compared, Measure, word_of
from termreview.reporting.blocks.number_format import number_text


def written(value: float, measure: Measure) -> str:
    """One value of one measure as a reader writes it."""
    if measure.kind == DATE:
        return word_of(value, measure)
    if measure.number_format == "vnd":
        return _money(value)
    text = number_text(value, measure.number_format)
    return text.replace(",00", "").replace(",0", "") if value == int(value) else text


def _money(value: float) -> str:
    """Money on an axis: millions and thousands of millions in words, as a full figure takes too much room."""
    for size, name in ((1e9, "tỉ"), (1e6, "triệu")):
        if abs(value) >= size:
            return f"{number_text(value / size, 'decimal1').removesuffix(',0')} {name}"
    return number_text(value)


def in_order(compared: Compared) -> pd.DataFrame:
    """The schools in the order of the reports, those that the chart leaves out at the end."""
    is_known = compared.frame.index.isin(compared.known.index)
    return pd.concat([compared.frame[is_known], compared.frame[~is_known]])


def word_rows(compared: Compared) -> list[dict[str, str]]:
    """The compared schools as texts, for a table or a file: one row per school, those with figures first."""
    rows = []
    for row in in_order(compared).to_dict("records"):
        texts = {name: str(row[name]) for name in ("school_id", "short_name", "level_title", "commune_name")}
        for name, measure in (("x", compared.x), ("y", compared.y)):
            if measure is not None:
                value = row[name]
                texts[name] = "" if pd.isna(value) else _word(value, measure)
        rows.append(texts)
    return rows


def _word(value: object, measure: Measure) -> str:
    return str(value) if measure.kind == CATEGORY else written(float(str(value)), measure)


def plain_rows_of(compared: Compared) -> list[dict[str, object]]:
    """The compared schools for a file: numbers as numbers, days as text, nothing where nothing stands."""
    texts = word_rows(compared)
    rows: list[dict[str, object]] = []
    for text, row in zip(texts, in_order(compared).to_dict("records"), strict=True):
        own: dict[str, object] = dict(text)
        for name, measure in (("x", compared.x), ("y", compared.y)):
            if measure is not None and measure.kind == NUMBER:
                own[name] = None if pd.isna(row[name]) else float(row[name])
        rows.append(own)
    return rows
