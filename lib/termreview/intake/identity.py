"""One term or school as people name it: the spellings under which a file without our marks may carry them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from termreview.intake.workbook import Cell, Sheet, Workbook
from termreview.reference.units import Unit
from termreview.terms import Term
from termreview.text import clean, fold

_YEARS = re.compile(r"(?<!\d)(20\d\d|\d\d) ?[-–—/_] ?(20\d\d|\d\d)(?!\d)")
_PART = re.compile(r"(?:học k[ỳìỳ]|hk) ?(1|2|ii|i)(?![a-z0-9])")
_PARTS = {"1": "hk1", "i": "hk1", "2": "hk2", "ii": "hk2"}
_LONGEST_NAME = 120
_INTEGER = re.compile(r"0|[1-9]\d{0,14}")


def is_term(text: str, term: Term) -> bool:
    """Say whether a text names one term: `2023-2024-hk1`, `HKI 2023 – 2024`, `học kỳ 1, năm học 23-24`.

    A school year alone or a semester alone is no name of a term.
    """
    return _named_term(text) == _numbered(term)


def names_other_term(text: str, term: Term) -> bool:
    """Say whether a text names a term, and not this one."""
    return _named_term(text) not in (None, _numbered(term))


def _named_term(text: str) -> tuple[int, int, str] | None:
    lowered = clean(text).casefold()
    years, part = _YEARS.search(lowered), _PART.search(lowered)
    if years is None or part is None:
        return None
    first, second = (int(year) % 100 for year in years.groups())
    return first, second, _PARTS[part[1]]


def _numbered(term: Term) -> tuple[int, int, str]:
    first, second = (int(year) % 100 for year in term.school_year.split("-"))
    return first, second, term.part


def schools_named(workbook: Workbook, names: Mapping[str, Unit]) -> list[Unit]:
    """The schools that stand by name anywhere on one workbook, alone in a cell or behind a colon.

    Parameters
    ----------
    names
        Schools by folded name or alias; a name that two schools share must not be among them.
    """
    found: dict[str, Unit] = {}
    for cell in _texts(workbook):
        text = clean(cell.text)
        unit = names.get(fold(text)) or names.get(fold(text.rpartition(":")[2]))
        if unit is not None:
            found[unit.unit_id] = unit
    return list(found.values())


def schools_coded(workbook: Workbook, known: Collection[str]) -> list[str]:
    """The school codes that stand anywhere on one workbook, a lost leading zero given back."""
    length = len(next(iter(known), ""))
    found = {
        cell.text.strip().zfill(length): None
        for sheet in workbook.sheets
        for cell in sheet.cells.values()
        if len(cell.text) <= length + 2
    }
    return [code for code in found if code in known]


class Mention(NamedTuple):
    """One place where a school is named: by its code, or by a name that is its alone."""

    school: Unit
    sheet: str
    row: int
    column: int
    words: str
    is_code: bool


def mentions_of(sheet: Sheet, names: Mapping[str, Unit], schools: Mapping[str, Unit]) -> list[Mention]:
    """Every place of one sheet where a school of the term is named, in the order of the rows."""
    length = len(next(iter(schools), ""))
    found = []
    for (row, column), cell in sorted(sheet.cells.items()):
        words = cell.text.strip() if len(cell.text) < _LONGEST_NAME else ""
        school = schools.get(words.zfill(length)) if 0 < len(words) <= length else None
        if school is not None:
            found.append(Mention(school, sheet.name, row, column, words, True))
        elif cell.kind == "text" and len(words) > 4:
            text = clean(words)
            school = names.get(fold(text)) or names.get(fold(text.rpartition(":")[2]))
            if school is not None:
                found.append(Mention(school, sheet.name, row, column, words, False))
    return found


def unique_names(schools: Iterable[Unit]) -> dict[str, Unit]:
    """Schools by every folded name or alias that only one of them has."""
    owners: dict[str, dict[str, Unit]] = {}
    for school in schools:
        for name in (school.name, school.short_name, *school.aliases):
            owners.setdefault(fold(name), {})[school.unit_id] = school
    return {name: next(iter(units.values())) for name, units in owners.items() if name and len(units) == 1}


def with_numbers(workbook: Workbook) -> Workbook:
    """One text table whose whole numbers are numbers again: in such a file every cell is a text."""
    sheets = [
        Sheet(sheet.name, sheet.state, {place: _as_number(cell) for place, cell in sheet.cells.items()})
        for sheet in workbook.sheets
    ]
    return Workbook(tuple(sheets), workbook.kind, notes=workbook.notes)


def _as_number(cell: Cell) -> Cell:
    text = cell.text.strip()
    return Cell(int(text), text, "number") if _INTEGER.fullmatch(text) else cell


def _texts(workbook: Workbook) -> Iterable[Cell]:
    return (
        cell
        for sheet in workbook.sheets
        for cell in sheet.cells.values()
        if cell.kind == "text" and 4 < len(cell.text) < _LONGEST_NAME
    )
