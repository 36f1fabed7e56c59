"""One place of a Word document or a workbook read back, so that the file can be compared with the same file made again."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from termreview.cells import address
from termreview.proof.document_places import document_places
from termreview.reporting.pages.reading import Place, read_places
from termreview.spreadsheets.packages.guard import Limits, RefusedFile, list_members
from termreview.spreadsheets.workbook import Cell, read_workbook

# Far above what any report holds: a file that is larger, or swells to more, is none, whatever its name says.
_LARGEST = 64 * 2**20
_SWELLING = Limits(inflated_bytes=_LARGEST)
_EXACT = 12  # digits of a number that any program keeps when it saves a workbook anew


def is_too_large(path: Path) -> bool:
    """Whether one file is larger than any report, or would be once it is inflated; told without inflating it."""
    if path.stat().st_size > _LARGEST:
        return True
    if path.suffix not in (".docx", ".xlsx"):
        return False
    try:
        list_members(path.read_bytes(), _SWELLING)
    except RefusedFile as refused:
        return refused.reason == "too_large"
    return False


def read_file_places(path: Path) -> dict[str, list[Place]]:
    """The places of one file by part: of a workbook by sheet, of a document by heading.

    Whatever a damaged file leads to is raised.
    """
    if path.suffix == ".docx":
        return document_places(path)
    if path.suffix == ".csv":
        return {"": _list_places(path)}
    return {
        sheet.name: [
            Place("box", (address(*at),), told)
            for at, cell in sorted(sheet.cells.items())
            if (told := _cell_text(cell))
        ]
        for sheet in read_workbook(path).sheets
    }


def _list_places(path: Path) -> list[Place]:
    """The cells of one list, each by the address that a spreadsheet gives it."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [
            Place("box", (address(row, column),), text)
            for row, cells in enumerate(csv.reader(lines, delimiter=";"), start=1)
            for column, text in enumerate(cells, start=1)
            if text
        ]


def school_page_places(page: str) -> dict[str, list[Place]]:
    """The places of the page of a school by heading; what stands before the first has no name."""
    parts: dict[str, list[Place]] = {}
    for markup in re.split(r"(?=<h2\b)", page):
        places = read_places(markup)
        heading = next((place.text for place in places if place.kind == "heading" and "<h2" in markup), "")
        parts.setdefault(heading, []).extend(places)
    return parts


def with_stored_results(found: Sequence[Place], expected: Sequence[Place]) -> list[Place]:
    """The places of one sheet; a formula saved without its result has that of the same formula in the same cell.

    Programs that write workbooks without reckoning leave the results out.
    """
    results = {place.names: place.text for place in expected if "(=" in place.text}
    return [
        replace(place, text=results[place.names])
        if place.text.startswith("(=") and results.get(place.names, "").endswith(f" {place.text}")
        else place
        for place in found
    ]


def _cell_text(cell: Cell) -> str:
    """What one cell says; of a formula also how it reads, however the program that saved it writes it."""
    value = cell.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = f"{value:.{_EXACT}g}" if is_number else " ".join(cell.text.split())
    if cell.formula is None:
        return text
    formula = "".join(cell.formula.split()).replace("$", "").removeprefix("=").upper()
    return f"{text} (={formula})" if cell.kind != "formula_without_value" else f"(={formula})"
