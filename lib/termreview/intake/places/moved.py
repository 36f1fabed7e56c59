"""Rows, and the columns of one block, found where a school moved or pasted them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from termreview.cells import address, column_letters, column_number
from termreview.forms.layout import CODE_COLUMN, LABEL_COLUMN, Block, Place
from termreview.intake.places.located import Located, Remark
from termreview.reference.kinds.forms import FormColumn, FormRow
from termreview.spreadsheets.older.legacy_text import read_legacy
from termreview.spreadsheets.workbook import Sheet
from termreview.text import clean, fold, spelled_out


def missing(sheet: Sheet, number: int, row: FormRow) -> Remark:
    """The remark on one row that is nowhere."""
    return Remark("row_missing", sheet.name, address(number, CODE_COLUMN), "", row.row_code, row.label)


def missing_column(sheet: Sheet, block: Block, place: Place) -> Remark:
    """The remark on one answer column that is nowhere, at the head that it had."""
    label = next(column.label for column, _ in block.columns if column.column_id == place.field.column_id)
    head = address(block.header_row, place.column)
    return Remark("column_missing", sheet.name, head, "", column_letters(place.column), label)


def missing_heads(sheet: Sheet, block: Block, rows: Sequence[int]) -> Remark:
    """The remark on a block whose rows are there below no heads that tell which number is whose."""
    labels = ", ".join(column.label for column, _ in block.columns)
    title = block.section.title
    place = address(rows[0], block.columns[0][1])
    return Remark("heads_missing", sheet.name, place, f"{len(rows)} dòng", labels, title)


def one_a_cause(remarks: Sequence[Remark]) -> list[Remark]:
    """The remarks on one sheet, those of one slip as one that counts: a lost column of codes, an inserted column."""
    by_slip: dict[tuple[str, ...], list[Remark]] = {}
    for place, remark in enumerate(remarks):
        slip = {
            "matched_by_label": (),
            "row_missing": (),
            "column_moved": (str(_columns_of(remark)[0] - _columns_of(remark)[1]),),
        }.get(remark.code, (str(place),))
        by_slip.setdefault((remark.code, *slip), []).append(remark)
    kept: list[Remark] = []
    for (code, *_), alike in by_slip.items():
        first, more = alike[0], len(alike) - 1
        if code == "column_moved" and more:
            labels = list(dict.fromkeys(remark.label for remark in alike))
            found, expected = (
                (min(numbers), max(numbers)) for numbers in zip(*map(_columns_of, alike), strict=True)
            )
            first = first._replace(found=_column_text(*found), expected=_column_text(*expected))
            kept.append(
                first._replace(label=", ".join(labels[:_MOST_NAMED]) + ", …" * (len(labels) > _MOST_NAMED))
            )
        elif len(alike) < _FEWEST_OF_A_SLIP:
            kept += alike
        else:
            said = ", ".join(remark.expected for remark in alike)
            first = first._replace(label=f"{first.label} và {more} dòng khác")
            kept.append(first._replace(expected=said) if code == "row_missing" else first)
    return kept


def _columns_of(remark: Remark) -> tuple[int, int]:
    """The columns to which, and from which, one moved."""
    found, expected = (column_number(words.rpartition(" ")[2]) for words in (remark.found, remark.expected))
    return found, expected


def _column_text(first: int, last: int) -> str:
    if first == last:
        return f"cột {column_letters(first)}"
    return f"các cột {column_letters(first)}–{column_letters(last)}"


def is_gone(columns: Mapping[str, int] | None, block: Block, column: int) -> bool:
    """Say whether a column whose head was found nowhere cannot be the one that stands in its place.

    That one bears another head, or the heads that were found do not stand where they were written.
    """
    if not columns:
        return False
    return column in columns.values() or any(
        columns.get(head.column_id, at) != at for head, at in block.columns
    )


_FEWEST_OF_A_SLIP = 3
_MOST_NAMED = 5


class Move(NamedTuple):
    """One row found elsewhere: its place among the rows asked, where it stands, where it was written, its label."""

    order: int
    row: int
    number: int
    column: int
    label: str


def moved_rows(sheet: Sheet, moves: Sequence[Move]) -> Iterator[Remark]:
    """The remarks on the rows of one sheet that moved: rows that moved together, by one inserted row, are one."""
    placed = enumerate(moves)
    for _, group in groupby(
        placed, key=lambda at: (at[1].row - at[1].number, at[1].column, at[1].order - at[0])
    ):
        together = [move for _, move in group]
        first, last = together[0], together[-1]
        yield Remark(
            "row_moved",
            sheet.name,
            address(first.row, first.column),
            _rows(first.row, last.row),
            _rows(first.number, last.number),
            first.label if first is last else f"{first.label} … {last.label}",
        )


def _rows(first: int, last: int) -> str:
    return f"dòng {first}" if first == last else f"các dòng {first}–{last}"


def columns_beside(
    located: Located, sheet: Sheet, code_at: tuple[int, int], form_row: FormRow, asked: tuple[Place, ...]
) -> dict[str, int] | None:
    """The columns of one row of a table without our heads, as pasted from Word: the filled cells behind the label.

    None when there are not as many as are asked, which would leave a choice to us.
    """
    row, code_column = code_at
    passed = {fold(form_row.label), fold(form_row.unit), fold(form_row.row_code)}
    passed |= {fold(form_row.help[:400])} - {""}
    filled = sorted(
        column
        for (number, column), cell in sheet.cells.items()
        if number == row and column > code_column and fold(cell.text[:400]) not in passed
    )
    if not filled:
        return {}
    if len(asked) > 1 and len(filled) != len(asked):
        return None
    found = {place.field.column_id: column for place, column in zip(asked, filled, strict=False)}
    for place in asked:
        column = found[place.field.column_id]
        if column != place.column + code_column - CODE_COLUMN:
            located.remarks.append(
                Remark("value_beside", sheet.name, address(row, column), "", "", form_row.label)
            )
    return found


def _heads(block: Block) -> tuple[int, dict[str, FormColumn]]:
    """The row that names the answer columns of one block, and its folded texts: labels, in a grid also codes."""
    labels = {fold(column.label): column for column, _ in block.columns}
    if block.codes_row is None:
        return block.header_row, labels
    for column, _ in block.columns:
        labels |= dict.fromkeys((fold(column.column_id), fold(column.code)), column)
    return block.codes_row, labels


def columns_at_home(sheet: Sheet, block: Block, label_head: str) -> bool:
    """Say whether the heads of the labels and of the answer columns stand where they were written."""
    row = block.codes_row or block.header_row
    places: list[tuple[int, int, tuple[str, ...]]] = [(block.header_row, LABEL_COLUMN, (label_head,))]
    places += [
        (row, number, (column.label,) if block.codes_row is None else (column.code, column.column_id))
        for column, number in block.columns
    ]
    for row, number, heads in places:
        cell = sheet.cells.get((row, number))
        if cell is None or (cell.text not in heads and fold(cell.text) not in map(fold, heads)):
            return False
    return True


def code_places(sheet: Sheet, slipped: Container[int] = ()) -> dict[str, tuple[int, int]]:
    """Row and column of every short text on one sheet but for `slipped` rows; the leftmost place of each counts."""
    places: dict[str, tuple[int, int]] = {}
    for (row, column), cell in sheet.cells.items():
        text = clean(cell.text)
        if len(text) < 20 and row not in slipped and (text not in places or column < places[text][1]):
            places[text] = (row, column)
    return places


def label_places(sheet: Sheet, abbreviations: Container[str] = frozenset()) -> dict[str, tuple[int, int]]:
    """Row and column of every text on one sheet that may be a label, folded; an old font is read as Unicode.

    Texts of a few letters are none, unless they are an abbreviation.
    """
    places: dict[str, tuple[int, int]] = {}
    for place, cell in sheet.cells.items():
        if cell.kind == "text" and (len(cell.text) >= 6 or fold(cell.text) in abbreviations):
            legacy = read_legacy(cell.text) if len(cell.text) < 400 else None
            places.setdefault(fold(legacy.text if legacy else cell.text), place)
    return places


def spelled_places(
    labels: dict[str, tuple[int, int]], abbreviations: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """The same places by their texts spelled out; a text that then stands for two of them names none."""
    found: dict[str, tuple[int, int]] = {}
    twice = set()
    for text, place in labels.items():
        spelled = spelled_out(text, abbreviations)
        if spelled in found:
            twice.add(spelled)
        found[spelled] = place
    return {text: place for text, place in found.items() if text not in twice}


def moved_columns(
    located: Located, sheet: Sheet, block: Block, code_column: int, abbreviations: Mapping[str, str]
) -> dict[str, int]:
    """The answer columns of a block that moved: by the row nearest to its own that holds most of its heads."""
    heads_row, heads = _heads(block)
    spelled = {spelled_out(text, abbreviations): column for text, column in heads.items()}
    best: dict[str, int] = {}
    best_row = heads_row
    by_row: dict[int, dict[str, int]] = {}
    first = code_column + LABEL_COLUMN - CODE_COLUMN
    for (row, place), cell in sheet.cells.items():
        if place <= first or len(cell.text) >= 60:
            continue
        text = fold(cell.text)
        head = heads.get(text) or spelled.get(spelled_out(text, abbreviations))
        if head is not None:
            by_row.setdefault(row, {})[head.column_id] = place
    for row, found in by_row.items():
        if len(found) * 2 > len(block.columns) and (len(found), -abs(row - heads_row)) > (
            len(best),
            -abs(best_row - heads_row),
        ):
            best, best_row = found, row
    for column, number in block.columns:
        place = best.get(column.column_id, number)
        if place != number:
            located.remarks.append(
                Remark(
                    "column_moved",
                    sheet.name,
                    address(best_row, place),
                    f"cột {column_letters(place)}",
                    f"cột {column_letters(number)}",
                    column.label,
                )
            )
    return best
