"""One table as CSV that opens as it is meant in a Vietnamese Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from termreview.cell_text import inert
from termreview.reporting.blocks.number_format import clean_text

BOM = "\ufeff"


def csv_bytes(columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> bytes:
    """One table as CSV: UTF-8 with its mark, `;` between cells, a decimal comma, no cell that Excel would compute."""
    return _csv(list(columns.values()), ([_cell(row.get(name)) for name in columns] for row in rows))


def csv_of_frame(frame: pd.DataFrame) -> bytes:
    """The same of a frame of texts and floats; its hundreds of thousands of cells say the same few, each written once."""
    columns = []
    for _, column in frame.items():
        cells = column.to_numpy()
        # By their bits: 0,0 equals -0,0, and nothing equals what is missing.
        bits = cells.view(np.int64) if cells.dtype == np.float64 else cells
        places, distinct = pd.factorize(bits, use_na_sentinel=False)
        texts = [_quoted(_cell(cell)) for cell in distinct.view(cells.dtype).tolist()]
        columns.append(np.array(texts, dtype=object)[places])
    lines = [";".join(row) for row in zip(*columns, strict=True)]
    return _csv(list(frame.columns), ()) + "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([inert(heading) for heading in headings])
    writer.writerows(rows)
    return (BOM + stream.getvalue()).encode("utf-8")


def _quoted(text: str) -> str:
    """One text of one line as the standard library's writer has it among others."""
    return '"' + text.replace('"', '""') + '"' if ";" in text or '"' in text else text


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
