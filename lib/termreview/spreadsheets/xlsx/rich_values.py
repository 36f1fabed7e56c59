"""One workbook's rich values: which of them are pictures placed in a cell.

A cell with a rich value is stored as ``#VALUE!`` for programs that do not know it; so are the newer errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from termreview.spreadsheets.packages.xml_part import local_name, parse_xml
from termreview.spreadsheets.xlsx.package import Relationship

_Item = TypeVar("_Item")
_PICTURES = ("_localImage", "_webImage")


def picture_values(parts: Mapping[str, bytes], arrows: Mapping[str, Relationship]) -> frozenset[int] | None:
    """Return the numbers, as cells name them, of the rich values that are pictures; None where nothing is told."""
    by_kind = {arrow.kind: parts.get(arrow.target) for arrow in arrows.values()}
    metadata, values = by_kind.get("sheetMetadata"), by_kind.get("rdRichValue")
    structures = by_kind.get("rdRichValueStructure")
    if metadata is None or values is None or structures is None:
        return None
    kinds = [attributes.get("t", "") for _, attributes in _elements(structures, "s")]
    structure_of = [_number(attributes.get("s")) for _, attributes in _elements(values, "rv")]
    types = [attributes.get("name", "") for _, attributes in _elements(metadata, "metadataType")]
    rich = [
        _number(attributes.get("i"))
        for path, attributes in _elements(metadata, "rvb")
        if "futureMetadata" in path
    ]
    found = set()
    blocks = [
        attributes for path, attributes in _elements(metadata, "rc") if "valueMetadata" in path
    ]  # one a block in the files of spreadsheet programs
    for number, block in enumerate(blocks, start=1):
        kind = _at(types, _number(block.get("t")) - 1)  # counted from one
        value = _at(rich, _number(block.get("v")))
        structure = _at(structure_of, value) if value is not None else None
        if kind == "XLRICHVALUE" and structure is not None and _at(kinds, structure) in _PICTURES:
            found.add(number)
    return frozenset(found)


def _elements(part: bytes, wanted: str) -> list[tuple[tuple[str, ...], Mapping[str, str]]]:
    """The attributes of each element of one name, with the names of those around it."""
    path: list[str] = []
    found: list[tuple[tuple[str, ...], Mapping[str, str]]] = []

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        element = local_name(name)
        if element == wanted:
            found.append((tuple(path), attributes))
        path.append(element)

    def on_end(_: str) -> None:
        path.pop()

    parse_xml(part, on_start, on_end)
    return found


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() and text.isascii() and len(text) < 9 else -1


def _at(items: Sequence[_Item], place: int) -> _Item | None:
    return items[place] if 0 <= place < len(items) else None
