"""Cells of one sheet found or added, given another format or value, wherever their writer put them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from lxml import etree

from termreview.cells import address, parse_address
from termreview.spreadsheets.editing.xml import MAIN, PRESERVED, R_ID, RELATION, E, M, child, drop, plain_text

Place = tuple[int, int]
# What may stand behind the link to the notes.
_AFTER_NOTES = {f"{M}{name}" for name in ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
                                          "webPublishItems", "tableParts", "extLst")}  # fmt: skip


def cells_at(sheet: etree._Element, places: Collection[Place]) -> dict[Place, etree._Element]:
    """The cells at some places; one that nobody wrote is added, blank, in the format of its row or column.

    Raises
    ------
    UnmarkableError
        When the sheet has no room for cells.
    """
    data = child(sheet, "sheetData")
    rows = _numbered(data, "row", int)
    wanted: dict[int, list[int]] = {}
    for place in sorted(places):
        wanted.setdefault(place[0], []).append(place[1])
    found = {}
    for number, columns in wanted.items():
        row = rows.get(number)
        if row is None:
            row = _added(data, rows, number, E.row(r=str(number)))
        cells = _numbered(row, "c", lambda given: parse_address(given)[1])
        for column in columns:
            cell = cells.get(column)
            if cell is None:
                new = E.c(r=address(number, column), s=str(_default(sheet, row, column)))
                cell = _added(row, cells, column, new)
            found[number, column] = cell
    return found


def mark_cells(sheet: etree._Element, marks: Mapping[Place, str], marked: Callable[[int, str], int]) -> None:
    """Colour cells of one sheet; a cell that is not there is added, blank.

    Parameters
    ----------
    marks
        Severity by place.
    marked
        Gives the coloured copy of a format.
    """
    for place, cell in cells_at(sheet, marks).items():
        cell.set("s", str(marked(int(cell.get("s", "0")), marks[place])))


def write_value(cell: etree._Element, value: str | float) -> None:
    """Put one number or text into a cell in the place of what it holds; a text is never a formula."""
    for name in ("f", "v", "is"):
        drop(cell.findall(f"{M}{name}"))
    cell.attrib.pop("t", None)
    if isinstance(value, str):
        cell.set("t", "inlineStr")
        cell.insert(0, E("is", E.t(PRESERVED, plain_text(value))))
    else:
        cell.insert(0, E.v(f"{value:.15g}"))


def restyle(sheet: etree._Element, formats: Mapping[int, int]) -> None:
    """Replace formats by number in every cell of one sheet."""
    for cell in sheet.iter(f"{M}c") if formats else ():
        number = int(cell.get("s", "0"))
        if number in formats:
            cell.set("s", str(formats[number]))


def unselect(sheet: etree._Element) -> None:
    """Take one sheet out of the selection: two selected sheets would be filled in together."""
    for view in sheet.iter(f"{M}sheetView"):
        view.attrib.pop("tabSelected", None)


def link_notes(sheet: etree._Element, relation_id: str) -> None:
    """Lead from one sheet to the drawing of its notes."""
    link = etree.Element(f"{M}legacyDrawing", {R_ID: relation_id}, nsmap={None: MAIN, "r": RELATION})
    after = next((entry for entry in sheet if entry.tag in _AFTER_NOTES), None)
    if after is None:
        sheet.append(link)
    else:
        after.addprevious(link)


def _numbered(
    parent: etree._Element, name: str, number_of: Callable[[str], int]
) -> dict[int, etree._Element]:
    """The rows of a sheet or the cells of a row; one without an address follows the one before."""
    found, number = {}, 0
    for entry in parent.iterchildren(f"{M}{name}"):
        given = entry.get("r")
        number = number_of(given) if given else number + 1
        found[number] = entry
    return found


def _added(
    parent: etree._Element, children: dict[int, etree._Element], number: int, new: etree._Element
) -> etree._Element:
    """One new row or cell, put before the first one of a higher number, else behind the last one."""
    later = next((entry for other, entry in children.items() if other > number), None)
    if later is not None:
        later.addprevious(new)
    elif children:
        children[max(children)].addnext(new)
    else:
        parent.insert(0, new)
    children[number] = new
    return new


def _default(sheet: etree._Element, row: etree._Element, column: int) -> int:
    """The format that a cell not written takes from its row or its column."""
    if row.get("customFormat") in ("1", "true"):
        return int(row.get("s", "0"))
    for entry in sheet.iterfind(f"{M}cols/{M}col"):
        if int(entry.get("min", "0")) <= column <= int(entry.get("max", "0")):
            return int(entry.get("style", "0"))
    return 0
