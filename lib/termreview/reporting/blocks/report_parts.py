"""One part of a report is a heading with all cells below it: left out or moved, as the office declares."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

WHOLE_PART: Final = "part"  # `id/part`: all of the part that one heading of the first rank begins
_RANKS: Final = {
    1: "## ",
    2: "### ",
    3: "#### ",
}  # of headings; below the last one each cell stands for itself
_NUMBERED: Final = re.compile(r"(#+\s+)([IVX]+|\d+)(?=\.\s)")
_MARKS: Final = re.compile(r"#+(?=\s)")
_OF_NO_SECTION: Final = frozenset(["hide", "banner", "footer"])
_FIXED: Final = ("signature",)  # what stands where it stands, whatever is moved
_ROMAN: Final = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def parts_of_cells(cells: Iterable[Any], rank: int = 1) -> list[list[Any]]:
    """The cells of a report part by part, first those above the first heading of the rank; so does the signature begin one."""
    parts: list[list[Any]] = [[]]
    for cell in cells:
        if rank not in _RANKS or is_heading(cell, rank) or (rank == 1 and cell.get("id") in _FIXED):
            parts.append([])
        parts[-1].append(cell)
    return parts


def is_heading(cell: Any, rank: int = 1) -> bool:
    """Whether one cell is a heading of one rank, the first unless told."""
    return cell.get("cell_type") == "markdown" and "".join(cell["source"]).startswith(_RANKS.get(rank, "\0"))


def is_of_section(cell: Any) -> bool:
    """Whether one cell belongs to the section above it: what is hidden, and what stands above or below the report, does not."""
    return _OF_NO_SECTION.isdisjoint(cell["metadata"].get("tags", []))


def cells_left_out(cells: Iterable[Any], names: Collection[str]) -> set[str]:
    """The ids of the cells that are left out: those named, and all below a heading that is named."""
    found: set[str] = set()
    above = 0  # the depth of the heading that is left out with all below it; 0: none
    for cell in cells:
        marks = _MARKS.match("".join(cell["source"])) if cell.get("cell_type") == "markdown" else None
        if marks and len(marks[0]) <= above:
            above = 0
        if marks and not above and cell.get("id") in names:
            above = len(marks[0])
        if (above and is_of_section(cell)) or cell.get("id") in names:
            found.add(str(cell.get("id")))
    return found


def arranged(cells: Sequence[Any], annexed: Collection[str] = (), order: Sequence[str] = ()) -> list[Any]:
    """The cells as the signed report has them: without what is `annexed`, the parts in the declared `order`.

    Of headings of one rank under the same heading, and of other cells under the same heading, those named in `order`
    share their places out among themselves; others stay. What was numbered (I., II., …; 1., 2., …) is numbered anew.
    """
    left_out = {name.removesuffix(f"/{WHOLE_PART}") for name in annexed if name.endswith(f"/{WHOLE_PART}")}
    kept = [part for part in parts_of_cells(cells) if not part or part[0].get("id") not in left_out]
    told = [cell for part in kept for cell in part if cell.get("id") not in annexed]
    return _arranged(told, 1, {name: place for place, name in enumerate(order)})


def _arranged(cells: Sequence[Any], rank: int, places: Mapping[str, int]) -> list[Any]:
    parts = parts_of_cells(cells, rank)
    named = iter(
        sorted((part for part in parts if _begins(part, places)), key=lambda part: places[part[0].get("id")])
    )
    told = [next(named) if _begins(part, places) else part for part in parts]
    if rank not in _RANKS:
        return [cell for part in told for cell in part]
    _number(told)
    heads = [1 if part and is_heading(part[0], rank) else 0 for part in told]
    return [
        cell
        for part, head in zip(told, heads, strict=True)
        for cell in (*part[:head], *_arranged(part[head:], rank + 1, places))
    ]


def _begins(part: Sequence[Any], places: Collection[str]) -> bool:
    return bool(part) and part[0].get("id") in places


def _number(parts: Iterable[Sequence[Any]]) -> None:
    number = 0
    for part in parts:
        # What stands above the first heading is no part: its title may have a number of its own.
        is_headed = (
            bool(part) and part[0].get("cell_type") == "markdown" and part[0]["source"].startswith("##")
        )
        found = _NUMBERED.match(part[0]["source"]) if is_headed else None
        if found:
            number += 1
            told = str(number) if found[2].isdigit() else _roman(number)
            part[0]["source"] = f"{found[1]}{told}{part[0]['source'][found.end() :]}"


def _roman(number: int) -> str:
    told = ""
    for value, letters in _ROMAN:
        while number >= value:
            told, number = told + letters, number - value
    return told
