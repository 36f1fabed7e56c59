"""One part of a report is a heading of the first rank with all cells below it: left out or moved, as the office declares."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

WHOLE_PART: Final = "part"  # `id/part`: all of the part that one heading begins
_HEADING: Final = re.compile(r"##\s")
_NUMBERED: Final = re.compile(r"(##\s+)[IVX]+(?=\.\s)")
_FIXED: Final = ("signature",)  # what stands where it stands, whatever is moved
_ROMAN: Final = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def parts_of_cells(cells: Iterable[Any]) -> list[list[Any]]:
    """The cells of a report part by part, first those above the first heading; a heading begins a part, so does the signature and what follows."""
    parts: list[list[Any]] = [[]]
    for cell in cells:
        if is_heading(cell) or cell.get("id") in _FIXED:
            parts.append([])
        parts[-1].append(cell)
    return parts


def is_heading(cell: Any) -> bool:
    """Whether one cell is a heading of the first rank."""
    return cell.get("cell_type") == "markdown" and bool(_HEADING.match("".join(cell["source"])))


def arranged(cells: Sequence[Any], annexed: Collection[str] = (), order: Sequence[str] = ()) -> list[Any]:
    """The cells as the signed report has them: without what is `annexed` whole, the parts in the declared `order`.

    The parts named in `order`, by the ids of their headings, share their places out among themselves; others stay. Where
    a numbered part was left out or moved, the parts are numbered anew (I., II., …).
    """
    parts = parts_of_cells(cells)
    kept = [part for part in parts if not part or f"{part[0].get('id')}/{WHOLE_PART}" not in annexed]
    places = {name: place for place, name in enumerate(order)}
    named = iter(
        sorted((part for part in kept if _begins(part, places)), key=lambda part: places[part[0].get("id")])
    )
    told = [next(named) if _begins(part, places) else part for part in kept]
    if told != parts:
        _number(told)
    return [cell for part in told for cell in part if cell.get("id") not in annexed]


def _begins(part: Sequence[Any], places: Collection[str]) -> bool:
    return bool(part) and part[0].get("id") in places


def _number(parts: Iterable[Sequence[Any]]) -> None:
    number = 0
    for part in parts:
        if part and is_heading(part[0]) and _NUMBERED.match(part[0]["source"]):
            number += 1
            part[0]["source"] = _NUMBERED.sub(rf"\g<1>{_roman(number)}", part[0]["source"], count=1)


def _roman(number: int) -> str:
    told = ""
    for value, letters in _ROMAN:
        while number >= value:
            told, number = told + letters, number - value
    return told
