"""One table of a report as one sheet: typed columns, one row per row, and the formulas that keep it live.

A formula stands only where it gives the figure that was published: a total that its rows add up to, a share that
its numerator and denominator in the same row divide to. Everything else is a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from termreview.reporting.blocks.model import DENOMINATOR, HIGH, LOW, NUMERATOR, VALUE, Part, plain_text
from termreview.reporting.excel.cells import ROLES, Piece, cell_pieces

Row = list[Piece | None]


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its head, where it comes from (place in the report's table, role of the figure)."""

    title: str
    source: int = -1
    role: str = VALUE
    align: str = "left"
    is_head: bool = False


@dataclass(frozen=True)
class Formula:
    """One live cell: the `sum` of the cells from `first` to `last`, or the `ratio` of the first to the last, scaled."""

    kind: str
    first: tuple[int, int]
    last: tuple[int, int]
    scale: int = 1


@dataclass(frozen=True)
class SheetTable:
    """One table as a sheet has it; the row of totals, where there is one, is the last and `has_total`."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    has_total: bool
    formulas: Mapping[tuple[int, int], Formula] = field(default_factory=dict)


def sheet_table(part: Part, words: Mapping[str, str], whole: str) -> SheetTable:
    """Lay out one table.

    Parameters
    ----------
    words : heads of the added columns and of figures told apart.
    whole : what the report calls all its schools: rows and columns of this name hold totals.
    """
    sources = list(part["columns"])
    lines = [row["cells"] for row in part["rows"]] + ([part["total"]] if part["total"] else [])
    told = [_figure_pieces([line[place] for line in lines]) for place in range(len(sources))]
    columns: list[Column] = []
    if any(row.get("group") for row in part["rows"]):
        columns.append(Column(words["group"]))
    for place, (column, pieces) in enumerate(zip(sources, told, strict=True)):
        roles = [role for role in ROLES if any(role in piece for piece in pieces)] or [VALUE]
        for role in roles:
            title = head_of(column["title"], role, words)
            columns.append(Column(title, place, role, column["align"], "head" in column and role == roles[0]))
    has_marks = any(row.get("mark") for row in part["rows"])
    columns += [Column(words["mark"], align="center")] if has_marks else []
    rows = tuple(
        _row(columns, [pieces[number] for pieces in told], row)
        for number, row in enumerate([*part["rows"], *([{}] if part["total"] else [])])
    )
    table = SheetTable(tuple(columns), rows, bool(part["total"]))
    formulas = {**_row_sums(table, whole), **_column_sums(table, part, whole), **_ratios(table)}
    return SheetTable(table.columns, table.rows, table.has_total, formulas)


def head_of(title: str, role: str, words: Mapping[str, Any]) -> str:
    """The head of the column that tells one role of the figures of another: `Tử số / mẫu số` names its own two.

    Others have theirs from the declared `heads`, by title.
    """
    parts = words.get("heads", {}).get(title, title).split(" / ")
    if len(parts) == 2 and role in (NUMERATOR, DENOMINATOR):
        part = parts[role == DENOMINATOR]
        return part[:1].upper() + part[1:]
    return title if role == VALUE else words[role].format(title=title)


def _figure_pieces(cells: Sequence[Any]) -> list[dict[str, Piece]]:
    """The figures of one column, cell by cell; where some are intervals, a single figure is both its ends."""
    pieces = [cell_pieces(cell) for cell in cells]
    if any(LOW in piece and VALUE not in piece for piece in pieces):
        for place, piece in enumerate(pieces):
            if (
                VALUE in piece and LOW not in piece
            ):  # words instead of figures stand where the figures would begin
                alone = piece.pop(VALUE)
                both = {LOW: alone, HIGH: alone} if alone.number is not None else {LOW: alone}
                pieces[place] = both | piece
    elif not any(VALUE in piece and piece[VALUE].number is not None for piece in pieces):
        roles = [role for role in ROLES if role != VALUE and any(role in piece for piece in pieces)]
        if roles:
            pieces = [
                {roles[0]: piece[VALUE], **{role: one for role, one in piece.items() if role != VALUE}}
                if VALUE in piece
                else piece
                for piece in pieces
            ]
    return pieces


def _row(columns: Sequence[Column], pieces: Sequence[Mapping[str, Piece]], about: Mapping[str, Any]) -> Row:
    own: Row = []
    for place, column in enumerate(columns):
        if column.source >= 0:
            own.append(pieces[column.source].get(column.role))
        else:
            text = plain_text(about.get("group", "")) if place == 0 else about.get("mark", "")
            own.append(Piece(text) if text else None)
    return own


def _number(table: SheetTable, row: int, column: int) -> float | None:
    piece = table.rows[row][column]
    return None if piece is None else piece.number


def _gives(piece: Piece, number: float) -> bool:
    """Say whether a formula that gives this number shows what was published."""
    assert piece.number is not None
    return piece.shown(number) == piece.shown(piece.number)


def _ratios(table: SheetTable) -> dict[tuple[int, int], Formula]:
    """Shares and ratios beside their numerator and denominator: in the same cell, or all down two columns."""
    found: dict[tuple[int, int], Formula] = {}
    pairs = [
        (place, place + 1)
        for place, (column, after) in enumerate(zip(table.columns, table.columns[1:], strict=False))
        if column.role == NUMERATOR and after.role == DENOMINATOR and column.source == after.source
    ]
    own = sorted(pairs, key=lambda pair: pair[0])
    for place, column in enumerate(table.columns):
        if column.role in (NUMERATOR, DENOMINATOR, LOW, HIGH) or column.source < 0:
            continue
        for is_share in (True, False):
            rows = [
                row
                for row in range(len(table.rows))
                if (piece := table.rows[row][place]) is not None
                and piece.number is not None
                and piece.is_share == is_share
            ]
            for top, bottom in sorted(own, key=lambda pair: table.columns[pair[0]].source != column.source):
                fit = _fit(table, rows, place, top, bottom, is_share)
                if fit:
                    found |= fit
                    break
    return found


def _fit(
    table: SheetTable, rows: Sequence[int], place: int, top: int, bottom: int, is_share: bool
) -> dict[tuple[int, int], Formula]:
    """The formulas of one column from one pair, if they give every figure of that kind; else none.

    In the same cell each row stands for itself. Counts are never taken for ratios: they must have decimals.
    """
    same = table.columns[place].source == table.columns[top].source
    for scale in (1,) if is_share else (1, 100):
        found, is_every = {}, True
        for row in rows:
            piece, above, below = (
                table.rows[row][place],
                _number(table, row, top),
                _number(table, row, bottom),
            )
            assert piece is not None
            if above is None or not below:
                continue
            if (is_share or piece.decimals) and _gives(piece, scale * above / below):
                found[row, place] = Formula("ratio", (row, top), (row, bottom), scale)
            else:
                is_every = False
        if found and (is_every or same):
            return found
    return {}


def _column_sums(table: SheetTable, part: Part, whole: str) -> dict[tuple[int, int], Formula]:
    """The row of totals, and rows of the whole inside a table, where the others add up to them."""
    found: dict[tuple[int, int], Formula] = {}
    count = len(table.rows) - table.has_total
    spans = [(count, 0, count - 1)] if table.has_total and count else []
    spans += list(_whole_rows(table, part, whole))
    for row, first, last in spans:
        for place in range(len(table.columns)):
            piece = table.rows[row][place]
            if piece is None or piece.number is None or piece.is_share:
                continue
            numbers = [_number(table, other, place) for other in range(first, last + 1)]
            known = [number for number in numbers if number is not None]
            if known and _same(sum(known), piece.number):
                found[row, place] = Formula("sum", (first, place), (last, place))
    return found


def _whole_rows(table: SheetTable, part: Part, whole: str) -> Iterator[tuple[int, int, int]]:
    """Rows that name the whole, first or last of their group: the row, and the rows beside it from first to last."""
    head = next((place for place, column in enumerate(table.columns) if column.is_head), 0)
    start = 0
    for _, rows in groupby(part["rows"], key=lambda row: row.get("group", "")):
        end = start + len(list(rows)) - 1
        for row, first, last in ((start, start + 1, end), (end, start, end - 1)):
            piece = table.rows[row][head]
            if piece is not None and piece.value == whole and last > first:
                yield row, first, last
                break
        start = end + 1


def _row_sums(table: SheetTable, whole: str) -> dict[tuple[int, int], Formula]:
    """A column of the whole before the columns of its parts, where every row adds up."""
    found: dict[tuple[int, int], Formula] = {}
    for place, column in enumerate(table.columns):
        if column.title != whole or column.role != VALUE:
            continue
        last = place
        while last + 1 < len(table.columns) and _is_count_column(table, last + 1):
            last += 1
        if last - place < 2:
            continue
        own: dict[tuple[int, int], Formula] = {}
        for row in range(len(table.rows)):
            total = _number(table, row, place)
            parts = [_number(table, row, other) for other in range(place + 1, last + 1)]
            known = [number for number in parts if number is not None]
            if total is None:
                continue
            if not known or not _same(sum(known), total):
                own = {}
                break
            own[row, place] = Formula("sum", (row, place + 1), (row, last))
        found |= own
    return found


def _is_count_column(table: SheetTable, place: int) -> bool:
    pieces = [row[place] for row in table.rows if row[place] is not None]
    return table.columns[place].role == VALUE and all(
        piece is not None and (piece.number is None or (not piece.is_share and not piece.after))
        for piece in pieces
    ) and any(piece is not None and piece.number is not None for piece in pieces)  # fmt: skip


def _same(left: float, right: float) -> bool:
    return abs(left - right) <= 1e-9 * max(abs(left), abs(right), 1.0)
