"""One report in three files: every figure that the page shows is the figure of the Word document and the workbook.

All three are written from one model of typed values; that they print the same is what the tests hold, with this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Final, TypeVar

from agreement_reading import (
    ReadFile,
    ReadTable,
    lines_missing,
    plain,
    read_document,
    read_page,
)
from agreement_workbook import ReadSheet, read_workbook, wrong_formulas
from termreview.reporting.blocks.report_reading import read_report
from termreview.reporting.excel.annex import FLAT_SHEET, HEAD_ROW
from termreview.reporting.excel.cells import ROLES
from termreview.reporting.excel.tables import head_of
from termreview.workbook_text import CUT, is_cut

PAGE, DOCUMENT, WORKBOOK = "the page", "Word", "Excel"
MOST_TOLD: Final = 10
Read = TypeVar("Read")
# Where a picture or table moved on in the document, the text before it says which it is.
_REFERENCE: Final = re.compile(r" \((?:(?:Hình|Bảng) \d+(?:, )?)+\)(?=\.?$)")
_FIGURE: Final = re.compile(r"[−-]?\d[\d.]*(?:,\d+)?")


class DisagreementError(AssertionError):
    """The files of one report do not say the same."""


def refuse_disagreement(notebook_path: Path, page: Path, document: Path, workbook: Path) -> None:
    """Refuse one report whose files do not say the same.

    Raises
    ------
    DisagreementError
        When a figure or a text of the page is another one in the document or the workbook: names the table, row and
        column, or the text, and what each file says. When one of the files cannot be read back.
    """
    words = read_report(notebook_path).letterhead["words"]["annex"]
    shown = _read_back(read_page, page)
    found = [
        *document_differences(shown, _read_back(read_document, document)),
        *workbook_differences(shown, _read_back(read_workbook, workbook), words),
    ]
    if found:
        more = f"; and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
        raise DisagreementError(
            "the files of the report do not agree: " + "; ".join(found[:MOST_TOLD]) + more
        )


def _read_back(read: Callable[[Path], Read], path: Path) -> Read:
    try:
        return read(path)
    except Exception as error:  # whatever a damaged file leads to
        raise DisagreementError(
            f"{path.name} cannot be read back: {type(error).__name__}: {error}"
        ) from error


def document_differences(page: ReadFile, document: ReadFile) -> Iterator[str]:
    """What the Word document says otherwise than the page, one line per place."""
    for number, (left, right) in enumerate(zip_longest(page.tables, document.tables), start=1):
        if left is None or right is None:
            caption = (left or right or ReadTable("")).caption
            yield f"table {number} “{caption}” stands only in {PAGE if right is None else DOCUMENT}"
        else:
            yield from _table_differences(number, left, right)
    for figure, other in zip_longest(page.figures, document.figures):
        if figure is None or other is None:
            title = (figure or other).title
            yield f"the chart “{title}” stands only in {PAGE if other is None else DOCUMENT}"
        elif (figure.title, figure.alt) != (other.title, other.alt):
            yield f"the chart “{figure.title}”: {PAGE} says “{figure.alt}”, {DOCUMENT} “{other.title}: {other.alt}”"
    lines = [_REFERENCE.sub("", re.sub(r"^[–-] (?=\S)", "", line)) for line in document.lines]
    known = set(lines)
    loose = [*page.loose, *(figure.caption for figure in page.figures if figure.caption)]
    missing = [line for line in loose if line not in known] + list(lines_missing(page.lines, lines))
    for line in dict.fromkeys(missing):
        yield f"{DOCUMENT} does not say what {PAGE} says: “{line[:200]}”"


def _table_differences(number: int, left: ReadTable, right: ReadTable) -> Iterator[str]:
    name = f"table {number} “{left.caption}”"
    if left.caption != right.caption:
        yield f"{name} is “{right.caption}” in {DOCUMENT}"
    if left.columns != right.columns or len(left.rows) != len(right.rows):
        yield f"{name} has {len(left.rows)} rows and {len(left.columns)} columns on {PAGE}, {len(right.rows)} and {len(right.columns)} in {DOCUMENT}"
        return
    for (group, cells), (_, others) in zip(left.rows, right.rows, strict=True):
        for column, cell, other in zip_longest(left.columns, cells, others, fillvalue=""):
            if cell != other:
                yield (
                    _place(name, group, cells, column)
                    + f": {PAGE} says {cell or 'nothing'}, {DOCUMENT} {other or 'nothing'}"
                )


def _place(name: str, group: str, cells: Sequence[str], column: str) -> str:
    row = " – ".join(part for part in (group, cells[0] if cells else "") if part)
    return f"{name}, row “{row}”, column “{column}”"


def workbook_differences(
    page: ReadFile, sheets: Mapping[str, ReadSheet], words: Mapping[str, str]
) -> Iterator[str]:
    """What the workbook says otherwise than the page, one line per place."""
    names = [
        name for name in sheets if name not in (words["cover"], words["notes"], words["schools"], FLAT_SHEET)
    ]
    if len(names) != len(page.tables):
        yield f"{PAGE} has {len(page.tables)} tables, {WORKBOOK} {len(names)} sheets of tables"
        return
    for number, (name, table) in enumerate(zip(names, page.tables, strict=True), start=1):
        yield from _sheet_differences(number, table, sheets[name], words)


def _sheet_differences(
    number: int, table: ReadTable, sheet: ReadSheet, words: Mapping[str, str]
) -> Iterator[str]:
    name = f"table {number} “{table.caption}”"
    if not plain(sheet.shown.get((1, 0), "")).endswith(table.caption):
        yield f"{name} is “{sheet.shown.get((1, 0), '')}” in {WORKBOOK}"
    heads = [plain(text) for text in sheet.row(HEAD_ROW)]
    spans = _spans(table.columns, heads, words)
    if spans is None:
        yield f"{name}: {WORKBOOK} has other columns than {PAGE}: {', '.join(heads)}"
        return
    has_groups = any(group for group, _ in table.rows)
    mark = heads.index(words["mark"]) if words["mark"] in heads[-1:] else None
    for place, (group, cells) in enumerate(table.rows):
        row = HEAD_ROW + 1 + place
        if has_groups and not _holds(sheet.shown.get((row, 0), ""), group):
            yield f"{name}, row “{''.join(cells[:1])}”: the group is “{group}” on {PAGE}, “{sheet.shown.get((row, 0), '')}” in {WORKBOOK}"
        letter = sheet.shown.get((row, mark), "") if mark is not None else ""
        if len(cells) != len(spans):
            yield f"{name}, row “{''.join(cells[:1])}”: {PAGE} has {len(cells)} cells under {len(spans)} heads"
        for column, cell, span in zip(table.columns, cells, spans, strict=False):
            said = [sheet.shown.get((row, other), "") for other in span]
            if not _says(cell, said, letter):
                yield (
                    _place(name, group, cells, column)
                    + f": {PAGE} says {cell or 'nothing'}, {WORKBOOK} {' | '.join(filter(None, said)) or 'nothing'}"
                )
    below = HEAD_ROW + 1 + len(table.rows)
    if any(row == below for row, _ in sheet.shown) and table.rows:
        yield f"{name} has more rows in {WORKBOOK} than on {PAGE}"
    for line, place in wrong_formulas(sheet):
        yield f"{name}: the formula in row {line + 1}, column {place + 1} of {WORKBOOK} does not give its figure"


def _spans(columns: Sequence[str], heads: Sequence[str], words: Mapping[str, str]) -> list[list[int]] | None:
    """For each column of the page the columns of the sheet that tell it; None when they do not fit."""
    place = 1 if heads[:1] == [words["group"]] and columns[:1] != [words["group"]] else 0
    spans = []
    for column in columns:
        told = {plain(head_of(column, role, words)) for role in ROLES}
        span: list[int] = []
        while place < len(heads) and heads[place] in told and not (span and heads[place] == column):
            span.append(place)
            place += 1
        if not span:
            return None
        spans.append(span)
    rest = list(heads[place:])
    return spans if rest in ([], [words["mark"]]) else None


def _holds(said: str, text: str) -> bool:
    """Say whether one cell of a sheet is one text of the page, as far as a cell can hold it."""
    if is_cut(said):
        return text.startswith(plain(said.removesuffix(CUT)))
    return plain(said) == text


def _says(cell: str, said: Sequence[str], letter: str) -> bool:
    """Say whether cells of a sheet tell one cell of the page: the same words, or the same figures told apart."""
    if len(said) == 1 and _holds(said[0], cell):
        return True
    texts = [plain(text) for text in said if text]
    whole = " ".join(texts)
    if whole == cell or (letter and f"{whole} {letter}".strip() == cell):
        return True
    if len(said) == 1:
        return False
    figures, others = _FIGURE.findall(cell), _FIGURE.findall(whole)
    if figures == others:
        return True
    # A figure that is no interval stands as both its ends.
    return len(others) > 1 and others[0] == others[1] and figures == others[1:]
