"""One cell format added to a workbook's styles: marks as coloured copies, and the looks of the added sheet.

What stands in the styles keeps its number, so that no cell changes its look but those that are marked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from termreview.cells import ACCENT, FONT, INK, INPUT, RULE
from termreview.spreadsheets.editing.xml import (
    Edit,
    Element,
    UnmarkableError,
    attribute_text,
    edited,
    elements,
    prefix_of,
    with_attributes,
)

# Colours that no form and hardly a school uses, so that a mark is known again when the file comes back.
MARKS: Mapping[str, str] = {"error": "#F9C9C1", "query": "#FFD58C", "note": "#CDE5F6"}
_LISTS = ("fonts", "fills", "borders", "cellXfs")
_TEXT_FORMAT = 49


@dataclass(frozen=True)
class Look:
    """One look of a cell on the added sheet."""

    size: float = 11
    is_bold: bool = False
    is_italic: bool = False
    is_underlined: bool = False
    color: str = INK
    fill: str = ""
    is_boxed: bool = False
    align: str = "left"
    valign: str = "center"
    is_wrapped: bool = True
    is_open: bool = False
    is_quoted: bool = False
    indent: int = 0


@dataclass
class StyleBook:
    """One styles part being added to: what is there, and what comes to the end of each list."""

    part: bytes
    prefix: str
    lists: Mapping[str, Element]
    formats: tuple[Element, ...]
    fills: tuple[Element, ...]
    sizes: Mapping[str, int]
    added: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _LISTS})


def open_styles(part: bytes) -> StyleBook:
    """Read one styles part.

    Raises
    ------
    UnmarkableError
        When it lacks one of the lists that every spreadsheet program writes.
    """
    found = elements(part, {"font", "fill", "border", "xf", *_LISTS, "patternFill", "fgColor", "protection"})
    lists = {
        element.name: element
        for element in found
        if element.name in _LISTS and element.depth == 1 and not element.is_empty
    }
    if set(lists) != set(_LISTS):
        raise UnmarkableError("the styles lack a list")
    members = {name: [e for e in found if e.parent is lists[name]] for name in _LISTS}
    return StyleBook(
        part, prefix_of(part), lists, tuple(members["cellXfs"]), tuple(members["fills"]),
        {name: len(members[name]) for name in _LISTS},
    )  # fmt: skip


def close_styles(book: StyleBook) -> bytes:
    """The styles part with everything that was added."""
    edits = []
    for name in _LISTS:
        if not book.added[name]:
            continue
        element, count = book.lists[name], book.sizes[name] + len(book.added[name])
        tag = with_attributes(book.part[element.start : element.open_end], {"count": str(count)})
        edits.append(Edit(element.start, element.open_end, tag))
        edits.append(Edit(element.close_start, element.close_start, "".join(book.added[name]).encode()))
    return edited(book.part, edits)


def marked_format(book: StyleBook, number: int, severity: str) -> int:
    """The number of a copy of one format, in the colour of a severity."""
    return _recoloured(book, number, _fill(book, MARKS[severity]))


def plain_formats(book: StyleBook) -> dict[int, int]:
    """The formats in the colour of a mark, each with the format it had before, as far as a form tells.

    An open answer gets the colour of the form back, a locked cell none.
    """
    marked = {
        place for place, fill in enumerate(book.fills)
        if any(_rgb(book, fill) == color[1:].upper() for color in MARKS.values())
    }  # fmt: skip
    plain = {}
    for number, element in enumerate(book.formats):
        if marked and int(element.attributes.get("fillId", "0")) in marked:
            inside = book.part[element.start : element.end]
            is_open = re.search(rb"protection\s[^>]*locked\s*=\s*[\"'](?:0|false)[\"']", inside) is not None
            plain[number] = _recoloured(book, number, _fill(book, INPUT) if is_open else 0)
    return plain


def look_format(book: StyleBook, look: Look) -> int:
    """The number of the format of one look."""
    p = book.prefix
    marks = "".join(
        f"<{p}{tag}/>" for tag, is_on in
        (("b", look.is_bold), ("i", look.is_italic), ("u", look.is_underlined)) if is_on
    )  # fmt: skip
    font = _add(
        book, "fonts",
        f'<{p}font>{marks}<{p}sz val="{look.size:g}"/><{p}color rgb="FF{look.color[1:]}"/>'
        f'<{p}name val="{FONT}"/><{p}family val="1"/></{p}font>',
    )  # fmt: skip
    fill = _fill(book, look.fill) if look.fill else 0
    border = 0
    if look.is_boxed:
        line = "".join(
            f'<{p}{side} style="thin"><{p}color rgb="FF{RULE[1:]}"/></{p}{side}>'
            for side in ("left", "right", "top", "bottom")
        )
        border = _add(book, "borders", f"<{p}border>{line}<{p}diagonal/></{p}border>")
    quoted = ' quotePrefix="1"' if look.is_quoted else ""
    wrapped = ' wrapText="1"' if look.is_wrapped else ""
    indent = f' indent="{look.indent}"' if look.indent else ""
    return _add(
        book, "cellXfs",
        f'<{p}xf numFmtId="{_TEXT_FORMAT}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"{quoted} '
        'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1" applyProtection="1">'
        f'<{p}alignment horizontal="{look.align}" vertical="{look.valign}"{wrapped}{indent}/>'
        f'<{p}protection locked="{0 if look.is_open else 1}"/></{p}xf>',
    )  # fmt: skip


def heading_look(fill: str = ACCENT) -> Look:
    """The look of a line that opens a block."""
    return Look(is_bold=True, color="#FFFFFF", fill=fill, is_wrapped=False, indent=1)


def _recoloured(book: StyleBook, number: int, fill: int) -> int:
    if not 0 <= number < len(book.formats):
        raise UnmarkableError(f"a cell has the format {number}, which is not there")
    element = book.formats[number]
    tag = with_attributes(
        book.part[element.start : element.open_end], {"fillId": str(fill), "applyFill": "1" if fill else None}
    )
    return _add(book, "cellXfs", (tag + book.part[element.open_end : element.end]).decode())


def _fill(book: StyleBook, color: str) -> int:
    p = book.prefix
    return _add(
        book, "fills",
        f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FF{attribute_text(color[1:])}"/>'
        f'<{p}bgColor indexed="64"/></{p}patternFill></{p}fill>',
    )  # fmt: skip


def _rgb(book: StyleBook, fill: Element) -> str:
    match = re.search(
        rb"fgColor\s[^>]*rgb\s*=\s*[\"']([0-9A-Fa-f]{6,8})[\"']", book.part[fill.start : fill.end]
    )
    return match[1].decode()[-6:].upper() if match else ""


def _add(book: StyleBook, name: str, content: str) -> int:
    """The number of one entry at the end of one list; the same content stands there once."""
    added = book.added[name]
    if content not in added:
        added.append(content)
    return book.sizes[name] + added.index(content)
