"""Cell formats added to a workbook's styles: marks as coloured copies, and the looks of the added sheet.

What stands in the styles keeps its number, so that no cell changes its look but those that are marked.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from termreview.cells import ACCENT, FONT, INK, INPUT, RULE
from termreview.spreadsheets.editing.xml import E, M, UnmarkableError
from termreview.spreadsheets.model.number_format import is_date_format

# Colours that no form and hardly a school uses, so that a mark is known again when the file comes back.
MARKS: Mapping[str, str] = {"error": "#F9C9C1", "query": "#FFD58C", "note": "#CDE5F6"}
_LISTS = {"fonts": "font", "fills": "fill", "borders": "border", "cellXfs": "xf"}
_TEXT_FORMAT, _DATE_FORMAT = 49, 14
_DATE_FORMATS = {
    *range(14, 23),
    *range(27, 37),
    *range(45, 48),
    *range(50, 59),
}  # those that no file spells out


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
    """One styles part being added to: the lists and what stood in them, and the number of what was added."""

    lists: Mapping[str, etree._Element]
    formats: tuple[etree._Element, ...]
    codes: Mapping[int, str]
    fills: tuple[etree._Element, ...]
    sizes: dict[str, int]
    added: dict[tuple[str, bytes], int] = field(default_factory=dict)
    looks: dict[Look, int] = field(default_factory=dict)


def open_styles(root: etree._Element) -> StyleBook:
    """Read one styles part.

    Raises
    ------
    UnmarkableError
        When it lacks one of the lists that every spreadsheet program writes.
    """
    lists = {name: root.find(f"{M}{name}") for name in _LISTS}
    if any(found is None or not len(found) for found in lists.values()):
        raise UnmarkableError("the styles lack a list")
    members = {name: tuple(lists[name].iterchildren(f"{M}{kind}")) for name, kind in _LISTS.items()}
    sizes = {name: len(found) for name, found in members.items()}
    numbers = root.iterfind(f"{M}numFmts/{M}numFmt")
    codes = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in numbers}
    return StyleBook(lists, members["cellXfs"], codes, members["fills"], sizes)


def marked_format(book: StyleBook, number: int, severity: str) -> int:
    """The number of a copy of one format, in the colour of a severity."""
    return _recoloured(book, number, _fill(book, MARKS[severity]))


def dated_format(book: StyleBook, number: int) -> int:
    """The number of one format that shows dates: itself, or a copy that does."""
    own = int(_format(book, number).get("numFmtId", "0"))
    if is_date_format(book.codes[own]) if own in book.codes else own in _DATE_FORMATS:
        return number
    return _changed(book, number, numFmtId=str(_DATE_FORMAT), applyNumberFormat="1")


def plain_formats(book: StyleBook) -> dict[int, int]:
    """The formats in the colour of a mark, each with the format it had before, as far as a form tells.

    An open answer gets the colour of the form back, a locked cell none.
    """
    colors = {color[1:] for color in MARKS.values()}
    marked = {place for place, fill in enumerate(book.fills) if _rgb(fill) in colors}
    plain = {}
    for number, element in enumerate(book.formats):
        if marked and int(element.get("fillId", "0")) in marked:
            protection = element.find(f"{M}protection")
            is_open = protection is not None and protection.get("locked") in ("0", "false")
            plain[number] = _recoloured(book, number, _fill(book, INPUT) if is_open else 0)
    return plain


def look_format(book: StyleBook, look: Look) -> int:
    """The number of the format of one look."""
    if look not in book.looks:
        book.looks[look] = _look_format(book, look)
    return book.looks[look]


def heading_look(fill: str = ACCENT) -> Look:
    """The look of a line that opens a block."""
    return Look(is_bold=True, color="#FFFFFF", fill=fill, is_wrapped=False, indent=1)


def _look_format(book: StyleBook, look: Look) -> int:
    font = E.font(
        *([E.b()] if look.is_bold else []), *([E.i()] if look.is_italic else []),
        *([E.u()] if look.is_underlined else []),
        E.sz(val=f"{look.size:g}"), E.color(rgb=f"FF{look.color[1:]}"), E.name(val=FONT), E.family(val="1"),
    )  # fmt: skip
    sides = ("left", "right", "top", "bottom")
    line = [E(side, E.color(rgb=f"FF{RULE[1:]}"), style="thin") for side in sides]
    numbers = {
        "numFmtId": _TEXT_FORMAT, "fontId": _add(book, "fonts", font),
        "fillId": _fill(book, look.fill) if look.fill else 0,
        "borderId": _add(book, "borders", E.border(*line, E.diagonal())) if look.is_boxed else 0, "xfId": 0,
    }  # fmt: skip
    applied = ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection")
    alignment = E.alignment(horizontal=look.align, vertical=look.valign)
    if look.is_wrapped:
        alignment.set("wrapText", "1")
    if look.indent:
        alignment.set("indent", str(look.indent))
    attributes = {name: str(number) for name, number in numbers.items()}
    attributes |= {"quotePrefix": "1"} if look.is_quoted else {}
    attributes |= {f"apply{name}": "1" for name in applied}
    protection = E.protection(locked="0" if look.is_open else "1")
    return _add(book, "cellXfs", E.xf(attributes, alignment, protection))


def _recoloured(book: StyleBook, number: int, fill: int) -> int:
    return _changed(book, number, fillId=str(fill), applyFill="1" if fill else None)


def _format(book: StyleBook, number: int) -> etree._Element:
    if not 0 <= number < len(book.formats):
        raise UnmarkableError(f"a cell has the format {number}, which is not there")
    return book.formats[number]


def _changed(book: StyleBook, number: int, **attributes: str | None) -> int:
    """The number of a copy of one format with other attributes; None takes one out."""
    element = copy.deepcopy(_format(book, number))
    element.tail = None
    for name, value in attributes.items():
        if value is None:
            element.attrib.pop(name, None)
        else:
            element.set(name, value)
    return _add(book, "cellXfs", element)


def _fill(book: StyleBook, color: str) -> int:
    pattern = E.patternFill(E.fgColor(rgb=f"FF{color[1:]}"), E.bgColor(indexed="64"), patternType="solid")
    return _add(book, "fills", E.fill(pattern))


def _rgb(fill: etree._Element) -> str:
    color = fill.find(f".//{M}fgColor")
    return color.get("rgb", "")[-6:].upper() if color is not None else ""


def _add(book: StyleBook, name: str, element: etree._Element) -> int:
    """The number of one entry at the end of one list; the same content stands there once."""
    key = name, etree.tostring(element)
    if key not in book.added:
        book.added[key] = book.sizes[name]
        book.sizes[name] += 1
        book.lists[name].append(element)
        book.lists[name].set("count", str(book.sizes[name]))
    return book.added[key]
