"""One table from which a row can be picked: the first cell of each row is a button, pages keep it small."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import ipywidgets as widgets

from termreview.desk.panels.controls import controls
from termreview.reporting.blocks.blocks import Block, as_html, escape_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.report.narrative import fill


class PickColumn(NamedTuple):
    """One column: its heading, its width as a CSS grid track, and the side its text stands at."""

    heading: str
    width: str
    side: str = "left"


@dataclass(frozen=True)
class PickRow:
    """One row: what is picked, the words of its button, its other cells, and what a screen reader says of it."""

    key: str
    title: str
    cells: tuple[object, ...]
    hint: str = ""


class PickTable:
    """A table of a fixed number of rows, whatever the number of rows behind it."""

    def __init__(
        self,
        columns: Sequence[PickColumn],
        on_pick: Callable[[str], None],
        words: Mapping[str, str],
        page_size: int = 10,
    ) -> None:
        """Make the table, empty; the first column is that of the buttons."""
        self.on_pick, self.words, self.page_size = on_pick, words, page_size
        self.rows: Sequence[PickRow] = ()
        self.page, self.picked = 0, ""
        self._first_width = columns[0].width
        self._grid = " ".join(column.width for column in columns[1:])
        self._sides = [column.side for column in columns[1:]]
        self._head = widgets.HBox([controls.shown(css="pick-first"), controls.shown(css="pick-rest")])
        self._head.add_class("pick-head")
        self.rename([column.heading for column in columns])
        self._head.children[0].layout.flex = f"0 0 {self._first_width}"
        self._lines = [self._line(place) for place in range(page_size)]
        self._back = controls.button(words["back"], lambda: self._turn(-1))
        self._on = controls.button(words["forward"], lambda: self._turn(1))
        self._where = controls.shown(css="pick-where")
        self._pager = controls.row(self._back, self._where, self._on, css="pick-pager")
        self._empty = controls.shown(css="pick-empty")
        self.box = controls.column(self._head, *self._lines, self._empty, self._pager, css="pick-table")

    def rename(self, headings: Sequence[str]) -> None:
        """Give the columns other headings."""
        controls.show(self._head.children[0], headings[0])
        controls.show(self._head.children[1], self._cells([escape_text(heading) for heading in headings[1:]]))

    def show(self, rows: Sequence[PickRow], picked: str = "") -> None:
        """Show other rows; the page of the picked row is turned up."""
        self.rows, self.picked = rows, picked
        place = next((place for place, row in enumerate(rows) if row.key == picked), None)
        pages = self._pages()
        self.page = place // self.page_size if place is not None else min(self.page, pages - 1)
        self._draw()

    def pick(self, key: str) -> None:
        """Pick one row as a click on it does."""
        self.picked = key
        self._draw()
        self.on_pick(key)

    def _line(self, place: int) -> Any:
        name = controls.button("", lambda: self._clicked(place))
        name.add_class("pick-button")
        name.layout.flex = f"0 0 {self._first_width}"
        line = widgets.HBox([name, controls.shown(css="pick-rest")])
        line.add_class("pick-row")
        controls.visible(line, False)
        return line

    def _clicked(self, place: int) -> None:
        number = self.page * self.page_size + place
        if number < len(self.rows):
            self.pick(self.rows[number].key)

    def _turn(self, step: int) -> None:
        self.page = max(0, min(self.page + step, self._pages() - 1))
        self._draw()

    def _pages(self) -> int:
        return max(1, -(-len(self.rows) // self.page_size))

    def _draw(self) -> None:
        start = self.page * self.page_size
        shown = self.rows[start : start + self.page_size]
        for place, line in enumerate(self._lines):
            controls.visible(line, place < len(shown))
            if place < len(shown):
                self._fill(line, shown[place])
        controls.show(self._empty, "" if self.rows else self.words["empty"])
        controls.visible(self._empty, not self.rows)
        controls.visible(self._head, bool(self.rows))
        pages = self._pages()
        controls.visible(self._pager, pages > 1)
        where = fill(self.words["where"], {"page": self.page + 1, "pages": pages, "count": len(self.rows)})
        controls.show(self._where, where)
        self._back.disabled, self._on.disabled = self.page == 0, self.page >= pages - 1

    def _fill(self, line: Any, row: PickRow) -> None:
        name, rest = line.children
        is_picked = row.key == self.picked
        chosen = f"{self.words['picked']} – " if is_picked else ""
        with name.hold_sync():
            name.description = row.title
            name.tooltip = f"{chosen}{row.hint or row.title}"
        (line.add_class if is_picked else line.remove_class)("picked")
        controls.show(rest, self._cells([_cell(cell) for cell in row.cells]))

    def _cells(self, cells: Sequence[str]) -> Block:
        """The cells of one row, already HTML, in the columns of the table."""
        html = "".join(
            f'<span class="{side}">{cell}</span>' for side, cell in zip(self._sides, cells, strict=True)
        )
        return Block(
            f'<div class="pick-cells" style="grid-template-columns:{escape_text(self._grid)}">{html}</div>'
        )


def _cell(cell: object) -> str:
    return escape_text(number_text(cell)) if isinstance(cell, int) else as_html(cell)
