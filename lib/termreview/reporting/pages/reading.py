"""One place of a published page read back: a line of text, a cell of a table, a key figure, a chart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

_LINES: Final[Mapping[str, str]] = {
    "p": "text", "li": "item", "summary": "text", "figcaption": "text", "blockquote": "text", "title": "text",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
}  # fmt: skip
_CELLS: Final = frozenset(["td", "th", "caption"])
_NOT_READ: Final = frozenset(["style", "script"])
_IMAGE_HASH: Final = 12


@dataclass(frozen=True)
class Place:
    """One place: what it is (`kind`), what tells it from others of its kind (`names`), what it says.

    Of a cell `group` is what heads its run of rows; of the cell that heads them it is its own text.
    """

    kind: str
    names: tuple[str, ...]
    text: str
    group: str = field(default="", compare=False)


def one_line(text: str) -> str:
    """One text as it is compared: white space of any kind is one space, places where a word may break are none."""
    return " ".join(text.replace("\u200b", "").split())


def read_places(markup: str) -> list[Place]:
    """Read the places of one part of a page, in their order."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    reader.end_line()
    return reader.places


class _Reader(HTMLParser):
    """The state of reading one part: the line, the table and the key figure that are open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.places: list[Place] = []
        self.kind, self.words = "text", list[str]()
        self.ignored = ""
        self.label = ""
        # A chart that is open: its markup piece by piece, the words that stand for it.
        self.chart: list[str] | None = None
        self.is_alt, self.alt = False, ""
        self.table: _Table | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "svg":
            self.end_line()
            self.chart, self.alt = [], ""
        if self.chart is not None:
            self.chart.append(self.get_starttag_text() or "")
            self.is_alt = tag == "desc"
        elif tag in _NOT_READ:
            self.ignored = tag
        elif tag == "table":
            self.end_line()
            self.table = _Table()
        elif self.table is not None:
            self._in_table(tag, told)
        elif tag in _LINES or tag in ("dt", "dd"):
            self.end_line()
            self.kind = _LINES.get(tag, tag)
        if tag == "img":  # how pages held their charts that were issued earlier
            self.end_line()
            self._add_chart(told.get("alt", ""), told.get("src", ""))

    def _add_chart(self, alt: str, drawn: str) -> None:
        last = self.places[-1] if self.places else None
        if last is not None and last.kind == "chart" and last.text.rpartition(" [")[0] == alt:
            drawn = self.places.pop().text + drawn  # the same chart once more, for a phone
        digest = hashlib.sha256(drawn.encode()).hexdigest()[:_IMAGE_HASH]
        self.places.append(Place("chart", (), f"{alt} [{digest}]"))

    def _in_table(self, tag: str, told: Mapping[str, str]) -> None:
        assert self.table is not None
        if tag in ("thead", "tbody", "tfoot"):
            self.table.part, self.table.group = tag, ""
        elif tag == "tr":
            self.table.new_row()
        elif tag in _CELLS:
            self.end_line()
            self.kind = tag
            self.table.is_group = told.get("scope") == "rowgroup"
            self.table.span = int(told["colspan"]) if told.get("colspan", "").isdecimal() else 1

    def handle_endtag(self, tag: str) -> None:
        if self.chart is not None:
            self.is_alt = False
            if tag == "svg":
                self._add_chart(self.alt, "".join(self.chart))
                self.chart = None
        elif tag == self.ignored:
            self.ignored = ""
        elif tag == "table":
            self.end_line()
            self.table = None
        elif tag in _CELLS if self.table is not None else tag in _LINES or tag in ("dt", "dd"):
            self.end_line()

    def handle_data(self, data: str) -> None:
        if self.chart is not None:
            self.chart.append(data)
            self.alt += data if self.is_alt else ""
        elif not self.ignored:
            self.words.append(data)

    def end_line(self) -> None:
        """Note the line read so far, if it says anything, and begin another."""
        text, kind = " ".join("".join(self.words).split()), self.kind
        self.kind, self.words = "text", []
        if self.table is not None and kind in _CELLS:
            self.places += self.table.read(kind, text)
        elif kind == "dt":
            self.label = text
        elif kind == "dd":
            self.places.append(Place("figure", (self.label,), text))
        elif text:
            self.places.append(Place(kind, (), text))


class _Table:
    """The state of reading one table: its caption, its columns, the row that is open."""

    def __init__(self) -> None:
        self.part = "tbody"
        self.caption = ""
        self.columns: list[str] = []
        self.row, self.at, self.span = "", 0, 1
        self.group, self.is_group = "", False

    def new_row(self) -> None:
        self.row, self.at = "", 0
        if self.part == "thead":
            self.columns = []

    def read(self, kind: str, text: str) -> Iterable[Place]:
        if kind == "caption":
            self.caption = text
            return [Place("caption", (), text)]
        if self.part == "thead":
            self.columns += [text] * self.span
            return [Place("cell", (self.caption, "", text), text)]
        column = self.columns[self.at] if self.at < len(self.columns) else str(self.at + 1)
        if self.at == 0 or (kind == "th" and not self.row):
            self.row = text
        self.at += self.span
        self.group = text if self.is_group else self.group
        return [Place("cell", (self.caption, self.row, column), text, self.group)]


def place_text(place: Place, words: Mapping[str, Any]) -> str:
    """How a person finds one place, in the declared words."""
    template = str(words[place.kind] if place.kind in words else words["text"])
    if place.kind == "cell":
        table, row, column = place.names
        return template.format(table=table, row=row, column=column)
    if place.kind in ("figure", "chart", "box"):
        return template.format(name=place.names[0] if place.names else place.text.rpartition(" [")[0])
    return template
