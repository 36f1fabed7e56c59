"""One cell of one sheet part given another format, wherever its writer put it; all other bytes stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from termreview.cells import address, parse_address
from termreview.spreadsheets.editing.xml import (
    Edit,
    Element,
    UnmarkableError,
    edited,
    elements,
    prefix_of,
    with_attributes,
)

Place = tuple[int, int]
# What may stand between the cells and the link to the notes, and after that link.
_AFTER_NOTES = ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
                "tableParts", "extLst")  # fmt: skip


def restyle(part: bytes, formats: Mapping[int, int]) -> bytes:
    """Replace formats by number in every cell of one sheet part."""
    if not formats:
        return part
    edits = []
    for element in elements(part, {"c"}):
        number = int(element.attributes.get("s", "0"))
        if number in formats:
            edits.append(_with_format(part, element, formats[number]))
    return edited(part, edits)


def mark_cells(part: bytes, marks: Mapping[Place, str], marked: Callable[[int, str], int]) -> bytes:
    """Colour cells of one sheet part; a cell that is not there is added, blank.

    Parameters
    ----------
    marks
        Severity by place.
    marked
        Gives the coloured copy of a format.
    """
    found = elements(part, {"sheetData", "row", "c", "col"})
    data = next((element for element in found if element.name == "sheetData"), None)
    if data is None:
        raise UnmarkableError("a sheet without cells")
    rows = _rows(found)
    columns = [element for element in found if element.name == "col"]
    prefix, edits = prefix_of(part), []
    missing: dict[int, list[Place]] = {}
    for place, severity in sorted(marks.items()):
        row = rows.get(place[0])
        cell = row[1].get(place[1]) if row else None
        if cell is None:
            missing.setdefault(place[0], []).append(place)
        else:
            number = marked(int(cell.attributes.get("s", "0")), severity)
            edits.append(_with_format(part, cell, number))
    for number, places in missing.items():
        added = {
            place: f'<{prefix}c r="{address(*place)}" s="{marked(_default(rows, columns, place), marks[place])}"/>'
            for place in places
        }
        edits += _added_cells(part, data, rows, number, added, prefix)
    return edited(part, edits)


def unselect(part: bytes) -> bytes:
    """Take one sheet part out of the selection: two selected sheets would be filled in together."""
    return edited(
        part,
        [
            Edit(e.start, e.open_end, with_attributes(part[e.start : e.open_end], {"tabSelected": None}))
            for e in elements(part, {"sheetView"})
            if "tabSelected" in e.attributes
        ],
    )


def link_notes(part: bytes, relation_id: str, relation: str) -> bytes:
    """Lead from one sheet part to its notes."""
    prefix = prefix_of(part)
    found = elements(part, {"worksheet", *_AFTER_NOTES})
    root = found[0]
    after = [element.start for element in found[1:] if element.depth == 1]
    place = min(after, default=root.close_start)
    link = f'<{prefix}legacyDrawing xmlns:r="{relation}" r:id="{relation_id}"/>'
    return edited(part, [Edit(place, place, link.encode())])


def _rows(found: Sequence[Element]) -> dict[int, tuple[Element, dict[int, Element]]]:
    """The rows of one sheet and their cells; those without an address follow the one before."""
    rows: dict[int, tuple[Element, dict[int, Element]]] = {}
    number = column = 0
    for element in found:
        if element.name == "row":
            number, column = int(element.attributes.get("r", number + 1)), 0
            rows[number] = (element, {})
        elif element.name == "c" and number in rows:
            given = element.attributes.get("r")
            column = parse_address(given)[1] if given else column + 1
            rows[number][1][column] = element
    return rows


def _with_format(part: bytes, cell: Element, number: int) -> Edit:
    tag = with_attributes(part[cell.start : cell.open_end], {"s": str(number)})
    return Edit(cell.start, cell.open_end, tag)


def _default(
    rows: Mapping[int, tuple[Element, dict[int, Element]]], columns: Sequence[Element], place: Place
) -> int:
    """The format that a cell not written takes from its row or its column."""
    row = rows.get(place[0])
    if row and row[0].attributes.get("customFormat") in ("1", "true"):
        return int(row[0].attributes.get("s", "0"))
    for column in columns:
        if int(column.attributes.get("min", "0")) <= place[1] <= int(column.attributes.get("max", "0")):
            return int(column.attributes.get("style", "0"))
    return 0


def _added_cells(
    part: bytes,
    data: Element,
    rows: Mapping[int, tuple[Element, dict[int, Element]]],
    number: int,
    added: Mapping[Place, str],
    prefix: str,
) -> list[Edit]:
    """The edits that write new cells of one row at their places, and the row itself where it is missing."""
    if number not in rows:
        row = f'<{prefix}row r="{number}">{"".join(added.values())}</{prefix}row>'
        later = [element.start for other, (element, _) in rows.items() if other > number]
        return _inside(part, data, min(later, default=data.close_start), row, prefix)
    element, cells = rows[number]
    edits = []
    for place, cell in added.items():
        later = [other.start for column, other in cells.items() if column > place[1]]
        edits += _inside(part, element, min(later, default=element.close_start), cell, prefix)
        if element.is_empty:
            break
    if element.is_empty and len(added) > 1:
        return _inside(part, element, element.close_start, "".join(added.values()), prefix)
    return edits


def _inside(part: bytes, element: Element, place: int, content: str, prefix: str) -> list[Edit]:
    if not element.is_empty:
        return [Edit(place, place, content.encode())]
    tag = part[element.start : element.open_end].rstrip(b"/>").rstrip() + b">"
    closing = f"{content}</{prefix}{element.name}>"
    return [Edit(element.start, element.end, tag + closing.encode())]
