"""Where one field was found, how, and what there is to remark about the layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from termreview.intake.workbook import Sheet

ADDRESS, CODE, LABEL, NONE = "address", "code", "label", "none"


class Spot(NamedTuple):
    """Where one field stands on the received workbook, and how it was found."""

    sheet: Sheet
    row: int
    column: int
    found_by: str


class Extent(NamedTuple):
    """Where the answers of one sheet stand: their last column by row, their first and last column, their last row."""

    last_columns: Mapping[int, int]
    left: int
    right: int
    bottom: int


class Remark(NamedTuple):
    """One remark on the layout: code in the catalogue, place, what was found and expected, for which label."""

    code: str
    sheet: str
    cell: str
    found: str
    expected: str
    label: str


@dataclass
class Located:
    """All fields that were found, the remarks, and the sheets that belong to the form.

    `twins` are further rows with the code of a row that was read: sheet name and row; `copies` the places beside
    answers that were read, in further columns with the same head.
    """

    spots: dict[str, Spot] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    twins: set[tuple[str, int]] = field(default_factory=set)
    copies: set[tuple[str, int, int]] = field(default_factory=set)

    @cached_property
    def asked(self) -> Mapping[str, set[tuple[int, int]]]:
        """The places of the fields that were found, by sheet; to be asked for when all are located."""
        places: dict[str, set[tuple[int, int]]] = {sheet.name: set() for sheet in self.sheets.values()}
        for sheet, row, column, _ in self.spots.values():
            places[sheet.name].add((row, column))
        return places

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        """Where the answers of each sheet stand, of those that have any."""
        found = {}
        for name, places in self.asked.items():
            if places:
                ordered = sorted(places)
                last = dict(ordered)  # of a row its last column comes last
                left = min(column for _, column in ordered)
                found[name] = Extent(last, left, max(last.values()), ordered[-1][0])
        return found

    @property
    def found_by(self) -> str:
        """The weakest way in which a field had to be found."""
        ways = {spot.found_by for spot in self.spots.values()}
        return next((way for way in (LABEL, CODE, ADDRESS) if way in ways), NONE)
