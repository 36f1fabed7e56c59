"""A column of values, one for each of several places, typed from top to bottom or pasted from a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import anywidget
import traitlets


@cache
def _script() -> str:
    return (files("termreview.desk") / "theme" / "value_column.js").read_text(encoding="utf-8")


class ValueColumn(anywidget.AnyWidget):
    """The column: `rows` are the places (key, name, what was found there), `values` what was typed, by key; blank ones are left out."""

    _esm = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    heads: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    values: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, title: str, heads: Sequence[str]) -> None:
        """Make the column, without a place; `heads` name the place, what was found and the value."""
        super().__init__(_esm=_script(), title=title, heads=list(heads))

    def show(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Show other places; what was typed for those that stay is kept."""
        listed = [list(row) for row in rows]
        if listed != self.rows:
            keys = {key for key, _, _ in rows}
            with self.hold_sync():
                self.rows = listed
                self.values = {key: text for key, text in self.values.items() if key in keys}
