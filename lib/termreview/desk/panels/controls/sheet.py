"""One table of the desk that is sorted, searched, filtered and copied in the browser: every row in sight, no pages;
and a column of values that is typed into as in a sheet.

Drawn by DataTables, the copy that itables carries: a real HTML table, which screen readers read and which needs no
network. Tried beside it with 600 rows: ipydatagrid paints a canvas, on which a screen reader finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import itables
import traitlets

from termreview.desk.table.columns import plain_values, table_column
from termreview.desk.term.wording import words
from termreview.reference.declarations import load_reference
from termreview.storage.workspace import find_workspace

if TYPE_CHECKING:
    import pandas as pd

Column = Mapping[str, Any]  # `id`, `title`, `kind` (number, choice, date, text), `digits`, `opens`
View = Mapping[str, Any]  # `search`, `order` ([id, asc or desc]), `filters` (by id)


@cache
def _script(name: str) -> str:
    return (files("termreview.desk") / "theme" / f"{name}.js").read_text(encoding="utf-8")


@cache
def _bundle(ending: str) -> str:
    return (files(itables) / "html" / f"dt_bundle.{ending}").read_text(encoding="utf-8")


_carried: list[bool] = []  # of this kernel: whether each of its tables carries the library


class Sheet(anywidget.AnyWidget):
    """The table; `view` is how it is looked at, `shown` the keys of the rows in sight, in their order.

    Each of `rows` begins with its key; None stands for what is missing. A row that is opened is sent as a message
    (`picked`); the row that `picked` names is marked. `hints` are what a screen reader is told of a row, by its key.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    columns: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    view: Any = traitlets.Dict().tag(sync=True)
    shown: Any = traitlets.List().tag(sync=True)
    picked = traitlets.Unicode().tag(sync=True)
    hints = traitlets.Dict().tag(sync=True)
    lines = traitlets.Int(0).tag(sync=True)  # in sight at once; 0: as many as the screen has room for
    words = traitlets.Dict().tag(sync=True)
    language = traitlets.Dict().tag(sync=True)
    _library = traitlets.Unicode().tag(sync=True)

    def __init__(self, title: str, words: Mapping[str, Any], lines: int = 0, carries: bool = False) -> None:
        """Make the table, empty; `words` are its texts, with those of the library below `library`.

        The library travels with the first table of a kernel alone, or with one that `carries` it in any case.
        """
        carries = carries or not _carried
        _carried.append(carries)
        own = {name: text for name, text in words.items() if name != "library"}
        super().__init__(
            _esm=_script("sheet"),
            _css=_bundle("css") if carries else "",
            _library=_bundle("js") if carries else "",
            title=title,
            lines=lines,
            words=own,
            language=dict(words["library"]),
        )

    def fill(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Any]], view: View | None = None
    ) -> None:
        """Show other rows; the view stays where none is given."""
        with self.hold_sync():
            self.columns = [dict(column) for column in columns]
            if view is not None:
                self.view = dict(view)
            self.shown = [row[0] for row in rows]
            self.rows = [list(row) for row in rows]


class ValueColumn(anywidget.AnyWidget):
    """The column: `rows` are the places (key, name, what was found there), `values` what was typed, by key; blank ones are left out."""

    _esm = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    heads: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    values: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, title: str, heads: Sequence[str]) -> None:
        """Make the column, without a place; `heads` name the place, what was found and the value."""
        super().__init__(_esm=_script("value_column"), title=title, heads=list(heads))

    def show(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Show other places; what was typed for those that stay is kept."""
        listed = [list(row) for row in rows]
        if listed != self.rows:
            keys = {key for key, _, _ in rows}
            with self.hold_sync():
                self.rows = listed
                self.values = {key: text for key, text in self.values.items() if key in keys}


def sheet(frame: pd.DataFrame, title: str = "", *, workspace_root: str = "") -> Sheet:
    """Any data frame of an analyst's own notebook as such a table, in JupyterLab; a report shows no widgets.

    Every row of the frame stands in it, an index of one's own as its first column; missing is blank, never zero.
    """
    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    reference = load_reference(workspace.reference)
    own = frame if frame.index.name is None else frame.reset_index()
    texts = words(reference, "table_sheet") | {"library": words(reference, "table_library")}
    made = Sheet(title, texts, carries=True)
    columns = [table_column(str(name), own[name]) for name in own.columns]
    cells = [plain_values(own[name], column.kind) for name, column in zip(own.columns, columns, strict=True)]
    rows = [[str(number), *row] for number, row in enumerate(zip(*cells, strict=True))]
    made.fill([column.spec() for column in columns], rows)
    return made
