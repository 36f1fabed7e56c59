"""One published file read back as a reader sees it: its texts, tables and charts in order, by their words alone.

The page, the Word document and the workbook are read from their bytes, without what wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from termreview.proof.document_places import WP, W, open_document, words_of
from termreview.reporting.blocks.tables import continued
from termreview.reporting.pages.reading import one_line as plain

_VOID: Final = frozenset(["img", "br", "meta", "link", "hr", "wbr", "input", "col"])
_UNREAD: Final = frozenset(["nav", "script", "style", "title", "summary", "head"])
_LOOSE: Final = frozenset(["banner", "letterhead", "document-title", "table-notes"])
_LINES: Final = frozenset(["h1", "p", "li", "dt", "dd", "h2", "h3", "h4", "h5", "h6"])


@dataclass
class ReadTable:
    """One table: its caption, its heads, its rows as the group that heads them and their cells."""

    caption: str
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[str, list[str]]] = field(default_factory=list)


@dataclass(frozen=True)
class ReadFigure:
    """One chart by its words: title, the text that stands for it, the caption below."""

    title: str
    alt: str
    caption: str


@dataclass
class ReadFile:
    """One file: lines of text, tables and charts, each in reading order.

    `loose` are lines whose place is the template's affair: the notice, head and foot of the official document.
    """

    title: str = ""
    loose: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    tables: list[ReadTable] = field(default_factory=list)
    figures: list[ReadFigure] = field(default_factory=list)


def read_page(path: Path) -> ReadFile:
    """Read one published page; contents list, search and what unfolds a table are left out."""
    reader = _PageReader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    reader.end_line()
    return reader.read


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = ReadFile()
        self.unread = 0
        self.words: list[str] = []
        self.table: ReadTable | None = None
        self.is_unfolded = False
        self.group = ""
        self.row: list[str] | None = None
        self.row_kind = ""
        self.cell_kind = ""
        self.place = ""
        self.divisions: list[bool] = []
        self.figure: dict[str, str] | None = None

    def updatepos(self, i: int, j: int) -> int:
        """Leave out what counts lines and columns: nobody asks."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        css = about.get("class", "").split()
        if self.unread or tag in _UNREAD or (tag == "a" and "skip" in css):
            self.unread += tag not in _VOID
            return
        if tag == "figure":
            self.end_line()
            self.figure = {"title": "", "alt": "", "caption": ""}
        elif tag == "desc":
            self.words = []
        elif tag == "img" and self.figure is not None:  # a picture that is shown as it is
            self.figure["alt"] = plain(about.get("alt", ""))
        elif tag == "table":
            self.end_line()
            self.table = ReadTable("")
        elif tag == "div":
            self.divisions.append(bool(_LOOSE.intersection(css)))
        elif tag == "details":
            self.is_unfolded = True
        elif tag in ("caption", "thead", "tbody", "tfoot") and self.table is not None:
            self.place = tag
            self.words = []
        elif tag == "tr":
            self.row, self.row_kind = [], "group" if "group" in css else ""
        elif tag in ("th", "td"):
            self.words, self.cell_kind = [], "none" if "none" in css else ""
        elif tag in _LINES and self.table is None:
            self.end_line()
            self.place = "title" if "chart-title" in css else ""
        elif tag == "figcaption":
            self.words, self.place = [], "caption"

    def handle_endtag(self, tag: str) -> None:
        if self.unread:
            self.unread -= 1
        elif tag in ("th", "td") and self.row is not None:
            if self.cell_kind != "none":
                self.row.append(plain("".join(self.words)))
            self.words = []
        elif tag == "tr":
            self._end_row()
        elif tag == "div" and self.divisions:
            self.end_line()
            self.divisions.pop()
        elif tag == "caption" and self.table is not None:
            self.table.caption = plain("".join(self.words))
            self.words = []
        elif tag == "table" and self.table is not None:
            self._end_table(self.table)
        elif tag == "details":
            self.is_unfolded = False
        elif tag == "figcaption" and self.figure is not None:
            self._add("caption", plain("".join(self.words)), " ")
            self.words = []
        elif tag == "desc" and self.figure is not None:  # told twice, where a phone has a picture of its own
            if (text := plain("".join(self.words))) != self.figure["alt"]:
                self._add("alt", text, " ≠ ")
        elif tag == "svg":  # what is written in a picture stands for itself
            self.words = []
        elif tag == "figure" and self.figure is not None:
            self.read.figures.append(
                ReadFigure(*(plain(self.figure[name]) for name in ("title", "alt", "caption")))
            )
            self.figure, self.words = None, []
        elif tag == "h1":
            self.read.title, self.words = plain("".join(self.words)), []
        elif tag in _LINES and self.table is None:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.words.append(data)

    def end_line(self) -> None:
        text = plain("".join(self.words))
        self.words = []
        if text and self.figure is not None:
            self._add("title" if self.place == "title" else "caption", text, " ")
        elif text and text != self.read.title:  # the page's foot says its title again
            (self.read.loose if any(self.divisions) else self.read.lines).append(text)

    def _add(self, name: str, text: str, separator: str) -> None:
        assert self.figure is not None
        self.figure[name] = separator.join(filter(None, (self.figure[name], text)))

    def _end_row(self) -> None:
        if self.table is not None and self.row:
            if self.place == "thead":
                self.table.columns = self.row
            elif self.row_kind == "group":
                self.group = self.row[0]
            else:
                self.table.rows.append(("" if self.place == "tfoot" else self.group, self.row))
        self.row = None

    def _end_table(self, table: ReadTable) -> None:
        before = self.read.tables[-1] if self.read.tables else None
        if self.is_unfolded and before is not None and table.caption == continued(before.caption):
            before.rows += table.rows
        else:
            self.read.tables.append(table)
        self.table, self.place, self.words = None, "", []
        # The part that unfolds goes on with the group that it breaks off in, and says so again.
        self.group = ""


def read_document(path: Path) -> ReadFile:
    """Read one Word document: tables with a title of their own are data, others lay out texts."""
    body, _ = open_document(path)
    read = ReadFile()
    waiting: list[str] = []  # the words of a chart that its caption follows
    for element in body:
        if element.tag == f"{W}tbl":
            name = element.find(f"{W}tblPr/{W}tblCaption")
            if name is None:
                read.lines += [text for text in map(_words, element.iter(f"{W}p")) if text]
            else:
                read.tables.append(_document_table(element, name.get(f"{W}val", "")))
                shown = re.sub(r"^\S+ \d+\. ", "", read.lines.pop())
                if shown != read.tables[-1].caption:
                    read.tables[-1].caption = f"{shown} ≠ {read.tables[-1].caption}"
        elif element.tag == f"{W}p":
            picture = element.find(f".//{WP}docPr")
            text = _words(element)
            if picture is not None:
                waiting = [plain(picture.get("descr", "")), plain(picture.get("title", ""))]
            elif waiting and text:
                title = re.sub(r"^\S+ \d+\. ", "", text)
                read.figures.append(
                    ReadFigure(title if title == waiting[1] else f"{title} ≠ {waiting[1]}", waiting[0], "")
                )
                waiting = []
            elif text:
                read.lines.append(text)
    return read


def _document_table(element: ElementTree.Element, caption: str) -> ReadTable:
    table = ReadTable(plain(caption))
    group = ""
    for row in element.iter(f"{W}tr"):
        cells = [plain(" ".join(_words(line) for line in cell.iter(f"{W}p"))) for cell in row.iter(f"{W}tc")]
        if row.find(f"{W}trPr/{W}tblHeader") is not None:
            table.columns = cells
        elif row.find(f"{W}tc/{W}tcPr/{W}gridSpan") is not None:
            group = cells[0]
        else:
            table.rows.append((group, cells))
    return table


def _words(element: ElementTree.Element) -> str:
    return plain(words_of(element))


def lines_missing(wanted: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    """The lines of one file that another does not have in the same order; it may have more between them."""
    place = 0
    known = set(found)
    for line in wanted:
        try:
            place = found.index(line, place) + 1
        except ValueError:
            yield line if line not in known else f"{line} (elsewhere)"
