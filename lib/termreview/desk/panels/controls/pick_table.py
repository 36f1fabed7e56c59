"""One list from which a row can be picked: the table of the desk, of which the first cell of each row is a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.sheet import Sheet
from termreview.desk.term.wording import words
from termreview.reference.declarations import Reference

MOST_VALUES = 12  # of a column of texts that are offered as a list to filter by


class PickColumn(NamedTuple):
    """One column: its heading, its width in the browser's units (blank: what is left), and the side its text stands at."""

    heading: str
    width: str = ""
    side: str = "left"


class Tag(NamedTuple):
    """One cell of few values, each with a colour: what it says, and the kind that has the colour."""

    text: str
    kind: str


@dataclass(frozen=True)
class PickRow:
    """One row: what is picked, the words of its button, its other cells, and what a screen reader says of it."""

    key: str
    title: str
    cells: tuple[object, ...]
    hint: str = ""


class PickTable:
    """A list that is sorted, searched, filtered and copied like the table of the schools."""

    def __init__(
        self,
        columns: Sequence[PickColumn],
        on_pick: Callable[[str], None],
        texts: Mapping[str, Any],
        lines: int = 10,
        title: str = "",
        finds_key: bool = False,
    ) -> None:
        """Make the list, empty; about so many of its lines are in sight at once. `finds_key`: keys are codes that are sought."""
        self._finds_key = finds_key
        self.on_pick, self.rows = on_pick, ()  # type: tuple[Callable[[str], None], Sequence[PickRow]]
        self._columns = list(columns)
        self.sheet = Sheet(title or columns[0].heading, texts, lines=lines)
        self.sheet.on_msg(self._heard)
        self.box = controls.column(self.sheet, css="pick-table")

    @property
    def picked(self) -> str:
        """The key of the row that is picked."""
        return str(self.sheet.picked)

    def rename(self, headings: Sequence[str]) -> None:
        """Give the columns other headings from the next rows on."""
        self._columns = [
            column._replace(heading=heading) for column, heading in zip(self._columns, headings, strict=True)
        ]

    def show(self, rows: Sequence[PickRow], picked: str = "") -> None:
        """Show other rows; how they are sorted and filtered stays."""
        self.rows = rows
        parts = [[row.title for row in rows], *zip(*(row.cells for row in rows), strict=True)]
        parts += [()] * (len(self._columns) - len(parts))
        specs = [_spec(column, cells) for column, cells in zip(self._columns, parts, strict=True)]
        specs[0] |= {"opens": True, "kind": "text", "finds_key": self._finds_key}
        self.sheet.picked = picked
        self.sheet.hints = {row.key: row.hint for row in rows if row.hint}
        self.sheet.fill(specs, [[row.key, row.title, *map(_plain, row.cells)] for row in rows])

    def pick(self, key: str) -> None:
        """Pick one row as a click on it does."""
        self.sheet.picked = key
        self.on_pick(key)

    def _heard(self, _: Any, message: Mapping[str, Any], __: Any) -> None:
        """What the page says of a click: the row may have gone meanwhile."""
        if message.get("picked") in {row.key for row in self.rows}:
            self.pick(message["picked"])


def list_texts(reference: Reference) -> dict[str, Any]:
    """The texts of a list: those of the table, but that a name picks and does not open."""
    texts = words(reference, "table_sheet") | {"library": words(reference, "table_library")}
    return texts | {"open": words(reference, "pick")["pick"], "search": words(reference, "pick")["search"]}


def _plain(cell: object) -> object:
    return cell.text if isinstance(cell, Tag) else cell if isinstance(cell, int) else str(cell) or None


def _width(column: PickColumn) -> str:
    """The width of one column, with room for the signs that sort and filter it; blank for an equal part of what is left."""
    return column.width or ("5.2em" if column.side == "right" else "")


def _spec(column: PickColumn, cells: Sequence[object]) -> dict[str, Any]:
    """What the browser is told of one column, by what stands in it."""
    known = [cell for cell in map(_plain, cells) if cell is not None]
    values = set(known)
    if known and all(isinstance(cell, int) for cell in known):
        kind = "number"
    else:
        kind = "choice" if 1 < len(values) <= MOST_VALUES and len(values) < len(known) else "text"
    tags = {cell.text: cell.kind for cell in cells if isinstance(cell, Tag)}
    return {
        "id": column.heading, "title": column.heading, "kind": kind, "digits": 0, "width": _width(column), "side": column.side,
        "tags": tags,
    }  # fmt: skip
