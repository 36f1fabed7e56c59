"""One place of a Word document read back under the heading it stands below, whichever program saved the file last."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from termreview.reporting.pages.reading import Place, one_line

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_TEXT: Final = f"{W}t"
_HYPHEN: Final = f"{W}noBreakHyphen"
_NUMBERED: Final = re.compile(
    r"^\S+ \d+\. (?=\S)"
)  # "Bảng 3. ", "Hình 2. ": numbers move when something is added
_HEADING: Final = re.compile(r"heading (\d)", re.IGNORECASE)


def open_document(path: Path) -> tuple[ElementTree.Element, ElementTree.Element]:
    """The body and the styles of one Word document."""
    with zipfile.ZipFile(path) as package:
        body = ElementTree.fromstring(package.read("word/document.xml")).find(f"{W}body")
        assert body is not None
        return body, ElementTree.fromstring(package.read("word/styles.xml"))


def document_places(path: Path) -> dict[str, list[Place]]:
    """The places of one document by heading, with the heading above it; what stands before the first has no name."""
    body, styles = open_document(path)
    levels = _heading_levels(styles)
    parts: dict[str, list[Place]] = {}
    titles: dict[int, str] = {}
    name, caption = "", ""
    for element in body:
        own = parts.setdefault(name, [])
        if element.tag == f"{W}tbl":
            if caption:
                own.pop()  # the line above the table is its caption
            own += _table_places(element, caption)
            caption = ""
        elif element.tag == f"{W}p":
            text = _text_of(element)
            level = levels.get(_style_of(element), 0)
            if level and text:
                titles = {each: told for each, told in titles.items() if each < level} | {level: text}
                name = " › ".join(titles[each] for each in sorted(titles))
                parts.setdefault(name, []).append(Place("heading", (), text))
                caption = ""
                continue
            # By the words that stand for it: its title is the line below, and not every program keeps it here.
            own += [
                Place("chart", (), one_line(found.get("descr", ""))) for found in element.iter(f"{WP}docPr")
            ]
            if text:
                bare = _NUMBERED.sub("", text)
                caption = bare if bare != text else ""
                own.append(Place("text", (), bare))
    return {name: places for name, places in parts.items() if places}


def numbered_lines(path: Path) -> list[str]:
    """The lines of one document that a number stands before, with it: captions of tables and figures, in order."""
    body, _ = open_document(path)
    texts = (_text_of(paragraph) for paragraph in body.iter(f"{W}p"))
    return [text for text in texts if _NUMBERED.match(text)]


def _heading_levels(styles: ElementTree.Element) -> dict[str, int]:
    """The level of each style of headings, by its id."""
    levels = {}
    for style in styles.iter(f"{W}style"):
        told = style.find(f"{W}name")
        found = _HEADING.fullmatch("" if told is None else told.get(f"{W}val", ""))
        if found:
            levels[style.get(f"{W}styleId", "")] = int(found[1])
    return levels


def _style_of(paragraph: ElementTree.Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def words_of(element: ElementTree.Element) -> str:
    """The words of one paragraph as they stand there; a hyphen that breaks no line is a hyphen."""
    return "".join(
        "-" if part.tag == _HYPHEN else part.text or ""
        for part in element.iter()
        if part.tag in (_TEXT, _HYPHEN)
    )


def _text_of(element: ElementTree.Element) -> str:
    """The words of one paragraph on one line."""
    return one_line(words_of(element))


def _table_places(element: ElementTree.Element, caption: str) -> Iterator[Place]:
    """A table under a caption is cells of rows and columns; any other lays out texts."""
    if not caption:
        yield from (Place("text", (), text) for text in map(_text_of, element.iter(f"{W}p")) if text)
        return
    yield Place("caption", (), caption)
    columns: list[str] = []
    for row in element.iter(f"{W}tr"):
        cells = [
            one_line(" ".join(_text_of(line) for line in cell.iter(f"{W}p"))) for cell in row.iter(f"{W}tc")
        ]
        if row.find(f"{W}trPr/{W}tblHeader") is not None:
            columns = cells
        for number, cell in enumerate(cells):
            column = columns[number] if number < len(columns) else str(number + 1)
            yield Place("cell", (caption, cells[0], column), cell)
