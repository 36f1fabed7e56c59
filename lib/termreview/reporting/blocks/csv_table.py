"""One table as CSV that opens as it is meant in a Vietnamese Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from termreview.cell_text import inert
from termreview.reporting.blocks.number_format import clean_text

BOM = "\ufeff"


def csv_bytes(columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> bytes:
    """One table as CSV: UTF-8 with its mark, `;` between cells, a decimal comma, no cell that Excel would compute."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([inert(heading) for heading in columns.values()])
    text_of = cache(_text)  # hundreds of thousands of rows say the same few texts
    for row in rows:
        cells = [row.get(column) for column in columns]
        writer.writerow([text_of(cell) if type(cell) is str else _cell(cell) for cell in cells])
    return (BOM + stream.getvalue()).encode("utf-8")


def _cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
    if isinstance(value, int | float):
        return "" if value != value else f"{value:.15g}".replace(".", ",")
    return _text(value)


def _text(value: object) -> str:
    return inert(" ".join(clean_text(value).split()))  # one line, and no sign hidden behind a space
