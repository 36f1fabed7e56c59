"""One term or school as people name it: the spellings under which a file without our marks may carry them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from termreview.intake.workbook import Cell, Sheet, Workbook
from termreview.reference.forms import Form
from termreview.reference.units import Unit
from termreview.terms import Term
from termreview.text import clean, fold

_YEARS = re.compile(r"(?<!\d)(20\d\d|\d\d) ?[-–—/_] ?(20\d\d|\d\d)(?!\d)")
_PART = re.compile(r"(?:học k[ỳìỳ]|hk) ?(1|2|ii|i)(?![a-z0-9])")
_PARTS = {"1": "hk1", "i": "hk1", "2": "hk2", "ii": "hk2"}
_LONGEST_NAME = 120
_EQUALS_QUOTED = re.compile(r'= ?"((?:[^"]|"")*)"\s*', re.DOTALL)
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


class Mention(NamedTuple):
    """One place where a school is named: by its code, or by a name that is its alone."""

    school: Unit
    sheet: str
    row: int
    column: int
    words: str
    is_code: bool


def mentions_of(
    sheet: Sheet, names: Mapping[str, Unit], schools: Mapping[str, Unit], row_codes: Collection[str]
) -> list[Mention]:
    """Every place of one sheet where a school is named, alone in a cell or behind a colon, in the order of the rows.

    What an answer says, behind the code of its row, names nobody: neither a school in an opinion nor a sum of
    money that looks like a code. A code that lost its leading zero is one.

    Parameters
    ----------
    names
        Schools by folded name or alias; a name that two schools share must not be among them.
    schools
        Schools of the term by code.
    """
    length = len(next(iter(schools), ""))
    found: list[Mention] = []
    answered = 0  # the row behind whose code we are
    for (row, column), cell in sorted(sheet.cells.items()):
        words = cell.text.strip() if len(cell.text) < _LONGEST_NAME else ""
        if row == answered or words in row_codes:
            answered = row
            continue
        school = schools.get(words.zfill(length)) if 0 < len(words) <= length else None
        if school is not None:
            found.append(Mention(school, sheet.name, row, column, words, True))
        elif cell.kind == "text" and len(words) > 4:
            text = clean(words)
            school = names.get(fold(text)) or names.get(fold(text.rpartition(":")[2]))
            if school is not None:
                found.append(Mention(school, sheet.name, row, column, words, False))
    return found


def owners_stated(workbook: Workbook, form: Form, by_sheet: Sequence[Sequence[Mention]]) -> set[str]:
    """The schools that one workbook states as its own: by code, or by name, in the row of the label that asks for it.

    A school named anywhere else, as in an answer, is only mentioned. A name counts where no code is stated.
    """
    for name in ("school_id", "school_name"):
        label = fold(form.word(name))
        stated = {
            mention.school.unit_id
            for sheet, mentions in zip(workbook.sheets, by_sheet, strict=True)
            for (row, column), cell in sheet.cells.items()
            if len(cell.text) < 60 and fold(cell.text) == label
            for mention in mentions
            if mention.row == row and mention.column > column and mention.is_code == (name == "school_id")
        }
        if stated:
            return stated
    return set()


def unique_names(schools: Iterable[Unit]) -> dict[str, Unit]:
    """Schools by every folded name or alias that only one of them has."""
    owners: dict[str, dict[str, Unit]] = {}
    for school in schools:
        for name in (school.name, school.short_name, *school.aliases):
            owners.setdefault(fold(name), {})[school.unit_id] = school
    return {name: next(iter(units.values())) for name, units in owners.items() if name and len(units) == 1}


def with_numbers(workbook: Workbook) -> Workbook:
    """One text table whose whole numbers are numbers again: in such a file every cell is a text.

    Programs write `="24"` to keep a spreadsheet from changing what is there: the text inside is meant.
    """
    notes = workbook.notes
    sheets = []
    for sheet in workbook.sheets:
        cells = {place: _unquoted(cell) for place, cell in sheet.cells.items()}
        if any(cells[place] is not cell for place, cell in sheet.cells.items()):
            notes = tuple(dict.fromkeys((*notes, "equals_quoted")))
        sheets.append(
            Sheet(sheet.name, sheet.state, {place: _as_number(cell) for place, cell in cells.items()})
        )
    return Workbook(tuple(sheets), workbook.kind, notes=notes)


def _unquoted(cell: Cell) -> Cell:
    match = _EQUALS_QUOTED.fullmatch(cell.text) if cell.text[:1] == "=" else None
    if match is None:
        return cell
    text = match[1].replace('""', '"')
    return cell._replace(value=text, text=text)


def _as_number(cell: Cell) -> Cell:
    text = cell.text.strip()
    return Cell(int(text), text, "number") if _INTEGER.fullmatch(text) else cell
