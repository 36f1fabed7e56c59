"""One term or school as people name it: the spellings under which a file without our marks may carry them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from termreview.cells import address
from termreview.intake.values.misdecoded import has_lost_letters
from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.units import Unit
from termreview.spreadsheets.workbook import Cell, Sheet, Workbook
from termreview.terms import Term
from termreview.text import clean, day_text, fold, plain_key

_YEARS = re.compile(r"(?<!\d)(20\d\d|\d\d) ?[-–—/_] ?(20\d\d|\d\d)(?!\d)")
_PART = re.compile(
    r"(?:h[ọo]c k[ỳìiy]|hk)[ :]?((?:1|2|ii|i)(?: ?(?:,|và|&|\+) ?(?:hk|học k[ỳì])? ?(?:1|2|ii|i))*)(?![a-z0-9])"
)
_ONE_PART = re.compile(r"ii|i|1|2")
_PARTS = {"1": "hk1", "i": "hk1", "2": "hk2", "ii": "hk2"}
_SCHOOL_YEAR = re.compile(
    r"(?<![\d/.])(?:20(\d\d)|(?<=năm học )(\d\d)) ?[-–—/_] ?(?:20)?(\d\d)(?!\d|[-/]\d)"
)  # not the days of "11/12/2023"
_HEADING_ROWS = 3  # of a sheet with answers, above its first section
_COVER_ROWS = 12  # of the first sheet, above the identity of the school
_LONGEST_HEADING = 200
_LONGEST_NAME = 120
_EQUALS_QUOTED = re.compile(r'= ?"((?:[^"]|"")*)"\s*', re.DOTALL)
_KINDS_OF_UNIT = frozenset(["truong", "cap", "bac", "xa", "phuong", "thi", "tran", "dac", "khu"])
_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")
_INTEGER = re.compile(r"0|[1-9]\d{0,14}")


def is_term(text: str, term: Term) -> bool:
    """Say whether a text names one term: `2023-2024-hk1`, `HKI 2023 – 2024`, `học kỳ 1, năm học 23-24`.

    A school year alone or a semester alone is no name of a term.
    """
    return fold(text) == fold(term.term_id) or _named_term(text) == _numbered(term)


def _named_term(text: str) -> tuple[int, int, str] | None:
    lowered = clean(text).casefold()
    years, part = _YEARS.search(lowered), _PART.search(lowered)
    if years is None or part is None:
        return None
    first, second = (int(year) % 100 for year in years.groups())
    return first, second, _PARTS[_ONE_PART.findall(part[1])[0]]


@lru_cache(maxsize=4096)  # the printed lines of all files are the same
def contradicts_term(text: str, term: Term) -> bool:
    """Say whether a text names a semester or a school year, and not that of one term.

    Years that do not follow one another ("2021-2025") are no school year.
    """
    lowered = text.casefold()
    if "20" not in lowered and "k" not in lowered and "năm" not in lowered:
        return False  # asked first, for these are most lines
    lowered = clean(lowered)
    parts = {_PARTS[one] for match in _PART.finditer(lowered) for one in _ONE_PART.findall(match[1])}
    named = {
        (int(match[1] or match[2]), int(match[3]))
        for match in _SCHOOL_YEAR.finditer(lowered)
        if int(match[3]) == int(match[1] or match[2]) + 1
    }
    *own, part = _numbered(term)
    return (bool(parts) and part not in parts) or (bool(named) and tuple(own) not in named)


def other_term_stated(
    workbook: Workbook, cover: str, sheets: Mapping[str, Collection[int]], term: Term, stated: str
) -> list[tuple[str, str, str]]:
    """Where a workbook calls itself that of another term: text, sheet and cell, in the order of the sheets.

    That is beside the label of the term, in the lines above the identity of the school and above the first section
    of a sheet, and in the titles of its sections; what answers, heads of columns and further sheets tell of other years is no such thing.

    Parameters
    ----------
    cover
        The name of the sheet with the identity of the school.
    sheets
        The rows of the titles that are not as printed, by the names of the sheets with answers.
    stated
        The text beside the label of the term.
    """
    is_other = bool(stated) and contradicts_term(stated, term)
    found = []
    for place, sheet in enumerate(workbook.sheets):
        is_cover = sheet.name == cover or (place == 0 and sheet.name not in sheets)
        if not is_cover and sheet.name not in sheets:
            continue
        for row in (*range(1, (_COVER_ROWS if is_cover else _HEADING_ROWS) + 1), *sheets.get(sheet.name, ())):
            for column in (1, 2) if is_other else (1,):
                cell = sheet.cells.get((row, column))
                if cell is None or cell.kind != "text" or len(cell.text) > _LONGEST_HEADING:
                    continue
                is_stated = is_other and clean(cell.text) == stated
                if is_stated or (column == 1 and contradicts_term(cell.text, term)):
                    found.append((clean(cell.text), sheet.name, address(row, column)))
    if is_other and all(text != stated for text, _, _ in found):
        found.insert(0, (stated, "", ""))
    return found


def changed_facts(
    workbook: Workbook, cover: str, printed: Mapping[str, str]
) -> list[tuple[str, str, str, str]]:
    """What the first sheet says beside its labels and was not printed there: label, found, sheet and cell.

    Parameters
    ----------
    printed
        What the form printed, by label; days as it writes them.
    """
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == cover), None)
    if sheet is None:
        return []
    labels = {fold(label): label for label in printed}
    changed = []
    for (row, column), cell in sheet.cells.items():
        if column > 2 or (cell.text not in printed and fold(cell.text[:_LONGEST_NAME]) not in labels):
            continue
        label = labels[fold(cell.text)]
        beside = sheet.cells.get((row, column + 1))
        if beside is None or beside.text == printed[label]:
            continue
        found = day_text(beside.value) if isinstance(beside.value, datetime.date) else clean(beside.text)
        if found and not _says_the_same(found, printed[label]):
            changed.append((label, found[:_LONGEST_NAME], sheet.name, address(row, column + 1)))
    return changed


def _says_the_same(found: str, printed: str) -> bool:
    told, own = (set(plain_key(text).split()) - _KINDS_OF_UNIT for text in (found, printed))
    if _DAY.fullmatch(printed):
        days = [[int(number) for number in match.groups()] for match in _DAY.finditer(found)]
        return [int(number) for number in printed.split("/")] in days
    return told == own or not own or has_lost_letters(found)


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
