"""Where one field was found, how, and what there is to remark about the layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from termreview.forms.layout import Extent, FormLayout, Printed, extent_of
from termreview.spreadsheets.workbook import Sheet

ADDRESS, CODE, LABEL, NONE = "address", "code", "label", "none"


class FieldPosition(NamedTuple):
    """Where one field stands on the received workbook, and how it was found."""

    sheet: Sheet
    row: int
    column: int
    found_by: str


class AsPrinted(NamedTuple):
    """One sheet as printed, and its cells beside answers, heads, codes, labels and units."""

    printed: Printed
    others: Set[tuple[int, int]]


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
    `as_printed` are the sheets that say, to the letter, what the form printed on them.
    """

    positions: dict[str, FieldPosition] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    twins: set[tuple[str, int]] = field(default_factory=set)
    as_printed: dict[str, AsPrinted] = field(default_factory=dict)
    copies: set[tuple[str, int, int]] = field(default_factory=set)

    @cached_property
    def asked(self) -> Mapping[str, Set[tuple[int, int]]]:
        """The places of the fields that were found, by sheet; to be asked for when all are located."""
        places: dict[str, Set[tuple[int, int]]] = {
            name: known.printed.asked for name, known in self.as_printed.items()
        }
        found: dict[str, set[tuple[int, int]]] = {
            sheet.name: set() for sheet in self.sheets.values() if sheet.name not in places
        }
        for sheet, row, column, _ in self.positions.values() if found else ():
            if sheet.name in found:
                found[sheet.name].add((row, column))
        places.update(found)
        return places

    def places_on(self, sheet: Sheet) -> Set[tuple[int, int]]:
        """The places of the fields that were found so far on one sheet."""
        return {
            (position.row, position.column) for position in self.positions.values() if position.sheet is sheet
        }

    def indexes(self, layout: FormLayout) -> Set[str]:
        """The names of the sheets with points of an index."""
        return {
            self.sheets[plan.plan.sheet_id].name
            for plan in layout.sheets
            if plan.plan.sheet_id in self.sheets
            and any(block.section.indicator_group for block in plan.blocks)
        }

    def to_look_at(self, sheet: Sheet) -> Iterable[tuple[int, int]]:
        """The filled places of one sheet, answers or not, without those that are known to be as printed."""
        known = self.as_printed.get(sheet.name)
        return sheet.cells if known is None else known.others

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        """Where the answers of each sheet stand, of those that have any."""
        as_printed = self.as_printed
        return {
            name: as_printed[name].printed.extent if name in as_printed else extent_of(places)
            for name, places in self.asked.items()
            if places
        }

    @property
    def found_by(self) -> str:
        """The weakest way in which a field had to be found."""
        ways = {position.found_by for position in self.positions.values()}
        return next((way for way in (LABEL, CODE, ADDRESS) if way in ways), NONE)
