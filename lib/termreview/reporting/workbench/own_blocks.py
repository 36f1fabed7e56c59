"""One result of an analyst's own cell as a block of the report: table, figure, words or picture in the house style.

What a cell ends in becomes such a block by itself once `publish_own_results` was called; `own_table`, `own_figure` and
`own_text` give it a title, an alternative text and notes as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, escape_text, paragraph, stack
from termreview.reporting.blocks.model import FAULT_MIME, plain_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.report_reading import markdown_parts
from termreview.reporting.blocks.tables import table
from termreview.reporting.charts.own_figures import own_figure, own_picture

if TYPE_CHECKING:
    from IPython.display import Markdown
    from pandas.io.formats.style import Styler

# Here in Vietnamese: an analyst reads it in a notebook that may have opened no declarations.
OWN_TABLE: Final = "Bảng của người phân tích"
TOO_MANY_ROWS: Final = (
    "bảng có {rows} dòng, {columns} cột, báo cáo nhận tối đa {most_rows} dòng, {most_columns} cột: lọc bớt rồi dùng "
    "termreview.own_table, hoặc xuất cả bảng bằng termreview.save_table"
)
MOST_ROWS, MOST_COLUMNS = 2_000, 40
_SHOWN_AT_ONCE = 30


def own_table(
    frame: pd.DataFrame | Styler, *, title: str = "", notes: Sequence[str] = (), shown: int = _SHOWN_AT_ONCE
) -> Block:
    """One table of the report from one data frame: a row per row, a column per column, in their order.

    Whole numbers, decimals and days are written the Vietnamese way; what is missing is a dash. An index that counts
    the rows from 0 is left out, another one stands in front.

    Parameters
    ----------
    title
        The caption; blank for that of a Styler, else "Bảng của người phân tích".
    notes
        Lines below the table: what is counted, where it comes from.
    shown
        Rows shown at once; the others stand in a part that unfolds.

    Raises
    ------
    ValueError
        When the table is too large for a report; the message names the way.
    """
    data: pd.DataFrame = frame if isinstance(frame, pd.DataFrame) else frame.data  # type: ignore[attr-defined]
    rows, columns = data.shape
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise ValueError(
            TOO_MANY_ROWS.format(rows=rows, columns=columns, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        )
    if not (isinstance(data.index, pd.RangeIndex) and data.index.name is None):
        names = [_head(name) or "" for name in data.index.names]
        data = data.copy()
        data.index.names = [name or f"index {place}" for place, name in enumerate(names)]
        data = data.reset_index(allow_duplicates=True)
        heads = [*names, *map(_head, data.columns[len(names) :])]
    else:
        heads = [_head(name) for name in data.columns]
    plain = data.set_axis([str(place) for place in range(len(heads))], axis=1)
    found = {name: _format_of(plain[name]) for name in plain.columns}
    return table(
        plain,
        columns=dict(zip(plain.columns, heads, strict=True)),
        formats={name: kind for name, kind in found.items() if kind},
        caption=title or _caption_of(frame) or OWN_TABLE,
        notes=notes,
        max_rows=shown,
    )


def own_text(words: str | Markdown) -> Block:
    """Some paragraphs and lists of the report from Markdown; its headings are lines in bold."""
    source: str = words if isinstance(words, str) else str(words.data)
    blocks = []
    for part in markdown_parts(source):
        if part["kind"] == "bullets":
            blocks.append(bullets([plain_text(item) for item in part["items"]]))
        else:
            text = part["text"] if part["kind"] == "heading" else plain_text(part["runs"])
            blocks.append(paragraph(text, "own-heading" if part["kind"] == "heading" else None))
    return stack(*blocks)


def _caption_of(frame: pd.DataFrame | Styler) -> str:
    """The caption that an analyst gave a Styler; pandas keeps it alone, or before a short one for LaTeX."""
    caption = getattr(frame, "caption", None) if not isinstance(frame, pd.DataFrame) else None
    return str(caption[0] if isinstance(caption, tuple) else caption or "")


def _head(name: Hashable) -> str:
    """One name of a column or of an index; of several levels, one behind the other."""
    if isinstance(name, tuple):
        return " – ".join(str(part) for part in name if str(part))
    return "" if name is None else str(name)


def _format_of(column: pd.Series) -> str:
    """The format of one column by what it holds; blank for texts."""
    if pd.api.types.is_bool_dtype(column):
        return ""
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if not pd.api.types.is_numeric_dtype(column):
        return ""
    numbers = column.dropna().to_numpy(dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    if (numbers == np.round(numbers)).all():
        return "integer"
    return "decimal1" if (np.abs(numbers) >= 10).all() else "ratio"


_MAKERS: Mapping[type, Callable[[Any], Any]] = {
    pd.DataFrame: own_table,
    pd.Series: lambda series: own_table(series.to_frame()),
    str: own_text,
    int: lambda number: paragraph(number_text(number)),
    float: lambda number: paragraph(number_text(number, "ratio")),
}
# Of libraries that a notebook may never load.
_MAKERS_BY_NAME: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    ("pandas.io.formats.style", "Styler"): own_table,
    ("IPython.core.display", "Markdown"): own_text,
    ("IPython.core.display", "Image"): own_picture,
    ("matplotlib.figure", "Figure"): own_figure,
    ("matplotlib.axes._axes", "Axes"): own_figure,
}


def publish_own_results() -> None:
    """Have what a cell of this notebook ends in carry its block; outside of a notebook nothing happens."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or shell.display_formatter is None:
        return
    formatter = shell.display_formatter.mimebundle_formatter
    for kind, make in _MAKERS.items():
        formatter.for_type(kind, partial(_bundle_of, make))
    for (module, name), make in _MAKERS_BY_NAME.items():
        formatter.for_type_by_name(module, name, partial(_bundle_of, make))


def _bundle_of(make: Callable[[Any], Any], result: Any) -> dict[str, Any]:
    """What one notebook output carries of one result: its HTML beside its model, or why the report cannot take it."""
    try:
        block = make(result)
    except ValueError as fault:  # a formatter that fails is passed over without a word
        return {"text/html": escape_text(fault), FAULT_MIME: str(fault)}
    return {"text/html": block._repr_html_(), **block._repr_mimebundle_()}
