"""One workbook of several schools, cut into what it holds of each: sheets, blocks, lines or columns of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from termreview.forms.layout import TAG
from termreview.intake.files.reader import Reader
from termreview.intake.places.identity import Mention, owners_stated
from termreview.intake.places.locate import locate
from termreview.intake.places.located import Located
from termreview.intake.places.school_lines import find_columns, find_lines, form_names
from termreview.reference.kinds.units import Unit
from termreview.spreadsheets.workbook import Sheet, Workbook

FEWEST_FIELDS = 2


@dataclass
class Share:
    """What one workbook holds of one school.

    Attributes
    ----------
    mention
        Where and how the school is named.
    cells
        How many non-empty cells are its own.
    is_line
        Whether it is one line (or column) of a table, which asks less than a form.
    """

    school: Unit
    mention: Mention
    located: Located
    cells: int
    is_line: bool = False


@dataclass
class Division:
    """One workbook cut among schools; `strays` are lines of a table that name no known school: row, words, cells."""

    shares: list[Share] = field(default_factory=list)
    strays: list[tuple[str, int, str, int]] = field(default_factory=list)


def is_shared(workbook: Workbook) -> bool:
    """Say whether one workbook carries the hidden marks of more than one form."""
    marked = (sheet.cells.get((1, 1)) for sheet in workbook.sheets)
    return sum(cell is not None and cell.value == TAG for cell in marked) > 1


def divide(workbook: Workbook, reader: Reader) -> Division | None:
    """Cut one workbook among the schools that it names; None where it names one, or they cannot be told apart.

    A workbook that states one school as its own is that school's, whoever else it mentions.
    Every school must be named once in a table, or own its sheets or blocks whole, and at least two fields of its
    form must be found there: what is less clear is left to the school to send again.
    """
    by_sheet = reader.mentions(workbook)
    named = {mention.school.unit_id for mentions in by_sheet for mention in mentions}
    if len(named) < 2 or len(owners_stated(workbook, reader.term.form, by_sheet)) == 1:
        return None
    division = Division()
    for sheets in _groups(workbook.sheets, by_sheet):
        mentions = [mention for _, found in sheets for mention in found]
        schools = {mention.school.unit_id for mention in mentions}
        if not schools:
            continue
        if len(schools) == 1:
            cut = [sheet for sheet, _ in sheets]
            share = _form_share(replace(workbook, sheets=tuple(cut)), mentions[0], reader)
            found: list[Share] | None = None if share is None else [share]
        else:
            sheet = sheets[0][0]
            found = _lines(division, sheet, mentions, reader) or _blocks(workbook, sheet, mentions, reader)
        if found is None:
            return None
        division.shares += found
    told = [share.school.unit_id for share in division.shares]
    return division if set(told) == named and len(told) == len(named) else None


def _groups(
    sheets: Sequence[Sheet], by_sheet: Sequence[Sequence[Mention]]
) -> Iterator[list[tuple[Sheet, Sequence[Mention]]]]:
    """The sheets that belong together: those that name nobody, or the same school, follow the one before them."""
    group: list[tuple[Sheet, Sequence[Mention]]] = []
    owner: set[str] = set()
    for sheet, mentions in zip(sheets, by_sheet, strict=True):
        schools = {mention.school.unit_id for mention in mentions}
        if group and schools and (len(owner) > 1 or (owner and schools != owner)):
            yield group
            group, owner = [], set()
        group.append((sheet, mentions))
        owner |= schools
    if group:
        yield group


def _form_share(workbook: Workbook, mention: Mention, reader: Reader) -> Share | None:
    located = locate(workbook, reader.layouts[mention.school.level])
    if len(located.positions) < FEWEST_FIELDS:
        return None
    return Share(mention.school, mention, located, sum(len(sheet.cells) for sheet in workbook.sheets))


def _lines(
    division: Division, sheet: Sheet, mentions: Sequence[Mention], reader: Reader
) -> list[Share] | None:
    """The shares of a table with a line per school, or with a column per school."""
    levels = {mention.school.level for mention in mentions}
    by_level = {level: form_names(reader.layouts[level]) for level in levels}
    forms = {mention.school.unit_id: by_level[mention.school.level] for mention in mentions}
    for find in (find_lines, find_columns):
        found = find(sheet, mentions, forms)
        if found is None or any(len(line.located.positions) < FEWEST_FIELDS for line in found.lines):
            continue
        division.strays += [(sheet.name, row, words, count) for row, words, count in found.strays]
        return [
            Share(line.mention.school, line.mention, line.located, line.cells, is_line=True)
            for line in found.lines
        ]
    return None


def _blocks(
    workbook: Workbook, sheet: Sheet, mentions: Sequence[Mention], reader: Reader
) -> list[Share] | None:
    """The shares of forms that stand below one another on one sheet: each from its school's name to the next."""
    starts: list[Mention] = []
    for mention in sorted(mentions, key=lambda mention: (mention.row, mention.column)):
        if not starts or starts[-1].school != mention.school:
            starts.append(mention)
    if len({mention.school.unit_id for mention in starts}) < len(starts):
        return None
    rows = [1, *(mention.row for mention in starts[1:]), max(row for row, _ in sheet.cells) + 1]
    shares = []
    for mention, (first, after) in zip(starts, pairwise(rows), strict=True):
        cells = {place: cell for place, cell in sheet.cells.items() if first <= place[0] < after}
        block = replace(sheet, cells=cells)
        share = _form_share(replace(workbook, sheets=(block,)), mention, reader)
        if share is None:
            return None
        shares.append(share)
    return shares
