"""One proposal read from one workbook of an office: tables found, rows and columns named, kinds and units guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from termreview.cells import address
from termreview.forms.adopted.body import Body, Line, read_body
from termreview.forms.adopted.heads import Head, find_heads
from termreview.forms.adopted.office_workbook import OfficeCell, OfficeSheet
from termreview.forms.adopted.proposal import (
    AdoptedColumn,
    AdoptedRow,
    AdoptedSheet,
    AdoptedTable,
    Doubt,
    Identity,
    LeftOut,
    Proposal,
)
from termreview.reference.texts.adoption_texts import AdoptionTexts

_IDENTITY = ("school_id", "school_name", "term_id")
_LONGEST_LIST = 255  # characters of a drop-down
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass
class _Notes:
    doubts: list[Doubt] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def propose(sheets: Sequence[OfficeSheet], marks: AdoptionTexts) -> Proposal:
    """Read what one workbook asks; whatever is unsure is a doubt at its cell, whatever is no question is listed."""
    notes = _Notes()
    adopted: list[AdoptedSheet] = []
    identity: list[Identity] = []
    for sheet in sheets:
        if sheet.is_hidden:
            notes.doubts.append(Doubt(sheet.name, "A1", "sheet_hidden"))
            continue
        if sheet.is_cut:
            notes.doubts.append(
                Doubt(sheet.name, address(max(sheet.bottom, 1), max(sheet.right, 1)), "sheet_cut")
            )
        found = list(_identity(sheet, marks))
        identity += [one for one in found if one.name not in {known.name for known in identity}]
        tables = tuple(
            _tables(sheet, marks, notes, {place for one in found for place in (one.cell, one.label_cell)})
        )
        if tables:
            adopted.append(AdoptedSheet(sheet.name, tables))
        elif sheet.bottom:
            notes.doubts.append(Doubt(sheet.name, "A1", "no_table"))
    if sheets and not any(one.name in ("school_id", "school_name") for one in identity):
        notes.doubts.append(Doubt(sheets[0].name, "A1", "identity_missing"))
    order = {sheet.name: place for place, sheet in enumerate(sheets)}
    doubts = sorted(notes.doubts, key=lambda one: order[one.sheet])
    left_out = sorted(notes.left_out, key=lambda one: order[one.sheet])
    titles = [table.title for sheet in adopted for table in sheet.tables]
    texts = [one.text for one in left_out if one.reason == "title"] + titles
    title = next((text for text in texts if marks.starts("title", text)), next(iter(titles), ""))
    return Proposal(title, tuple(adopted), tuple(identity), tuple(doubts), tuple(left_out))


def _tables(
    sheet: OfficeSheet, marks: AdoptionTexts, notes: _Notes, identity: set[str]
) -> Iterator[AdoptedTable]:
    heads = find_heads(sheet, marks)
    free, above = 1, 1  # the first row below the tables so far, and below those above this one
    for place, head in enumerate(heads):
        is_beside = place > 0 and heads[place - 1].top == head.top
        below = [other.top for other in heads if other.top > head.bottom]
        above = above if is_beside else free
        title, unit, used = _above(sheet, head, above, marks, identity)
        last_row = min(below, default=sheet.bottom + 1) - 1
        body = read_body(sheet, head, last_row, title or sheet.name, marks)
        if not is_beside:
            _leave_lines(sheet, above, head.top, used | identity, "title", notes)
        free = max(free if is_beside else 0, body.end)
        notes.doubts += body.doubts
        notes.left_out += body.left_out
        if title and not body.parts[0][2]:  # its parts have titles of their own
            spot = min(spot for spot, cell in sheet.cells.items() if cell.text == title)
            notes.left_out.append(LeftOut(sheet.name, address(*spot), title, "title"))
        yield from _parts(sheet, head, body, unit, marks, notes)
    if heads:
        _leave_lines(sheet, free, sheet.bottom + 1, identity, "note", notes)


def _above(
    sheet: OfficeSheet, head: Head, first: int, marks: AdoptionTexts, identity: set[str]
) -> tuple[str, str, set[str]]:
    """The title and the unit that stand above one table, and the cells that said so: the nearest lines first."""
    title, unit, used = "", "", set()
    for row in range(head.top - 1, max(first, head.top - 6) - 1, -1):
        # Of two tables side by side each has its title above itself.
        for column in sorted(range(1, sheet.right + 1), key=lambda one: not head.left <= one <= head.right):
            text, place = sheet.cell(row, column).text, address(row, column)
            if not text or place in identity:
                continue
            if own := unit_line(text, marks):
                unit = unit or own
                used.add(place)
            elif not title and column <= head.right:
                title = text
                used.add(place)
    return title, unit, used


def _leave_lines(
    sheet: OfficeSheet, first: int, end: int, used: set[str], reason: str, notes: _Notes
) -> None:
    for (row, column), cell in sorted(sheet.cells.items()):
        place = address(row, column)
        if first <= row < end and cell.text and place not in used:
            notes.left_out.append(LeftOut(sheet.name, place, cell.text, reason))


def _parts(
    sheet: OfficeSheet, head: Head, body: Body, unit: str, marks: AdoptionTexts, notes: _Notes
) -> Iterator[AdoptedTable]:
    """The parts of one table that ask something, with kinds and units settled for the whole table."""
    lines = [line for _, _, part in body.parts for line in part]
    asked = [column for column in head.answer_columns if any(column in line.columns for line in lines)]
    _doubt_columns(sheet, head, notes)
    units = [_unit(line, head, unit, marks) for line in lines]
    guesses = [
        {column: _guess(sheet, line, column, own, head, marks) for column in line.columns}
        for line, own in zip(lines, units, strict=True)
    ]
    own_kinds, row_kinds, mixed = column_kinds(guesses)
    for place in mixed:
        notes.doubts.append(Doubt(sheet.name, lines[place].label_cell, "kinds_mixed", row_kinds[place]))
    named = {column for column in asked if unit_in(head.title_of(column), marks)}
    _doubt_rows(sheet, lines, units, guesses, named, notes)
    rows = {
        line.row: _row(line, own, kind, guess, own_kinds)
        for line, own, kind, guess in zip(lines, units, row_kinds, guesses, strict=True)
    }
    _doubt_limits(sheet, list(rows.values()), guesses, notes)
    columns = tuple(
        AdoptedColumn(column, head.title_of(column) or address(head.top, column), own_kinds.get(column, ""))
        for column in asked
    )
    for title, cell, part in body.parts:
        if part:
            yield AdoptedTable(title, cell, columns, tuple(rows[line.row] for line in part))


def _unit(line: Line, head: Head, of_table: str, marks: AdoptionTexts) -> str:
    heads = {unit_in(head.title_of(column), marks) for column in line.columns}
    of_heads = heads.pop() if len(heads) == 1 else ""
    return line.unit or unit_in(line.printed, marks) or of_heads or of_table


def _guess(sheet: OfficeSheet, line: Line, column: int, unit: str, head: Head, marks: AdoptionTexts) -> Guess:
    title = head.title_of(column)
    return guess_kind(sheet.cell(line.row, column), unit_in(title, marks) or unit, line.label, title, marks)


def _row(
    line: Line, unit: str, kind: str, guesses: dict[int, Guess], own_kinds: dict[int, str]
) -> AdoptedRow:
    shared = [guess for column, guess in guesses.items() if column not in own_kinds]
    limits = {(guess.minimum, guess.maximum) for guess in shared or guesses.values()}
    low, high = limits.pop() if len(limits) == 1 else (None, None)
    choices = next((guess.choices for guess in guesses.values() if guess.choices), ())
    is_numeric = kind in ("count", "number", "money", "percent")
    return AdoptedRow(
        line.row, line.number, line.label, line.label_cell, line.printed, unit if is_numeric else "", kind,
        line.columns, choices, low, high,
    )  # fmt: skip


def _doubt_columns(sheet: OfficeSheet, head: Head, notes: _Notes) -> None:
    place = address(head.top, head.left)
    if head.is_assumed:
        notes.doubts.append(Doubt(sheet.name, place, "head_assumed"))
    for column in head.note_columns:
        notes.doubts.append(
            Doubt(sheet.name, address(head.top, column), "note_column", head.title_of(column))
        )
    for column in head.computed:
        found = head.title_of(column)
        notes.doubts.append(Doubt(sheet.name, address(head.bottom, column), "column_computed", found))
    for column, found in head.carried.items():
        notes.doubts.append(Doubt(sheet.name, address(head.top, column), "head_carried", found))
    for column in head.answer_columns:
        if not head.parts[column]:
            notes.doubts.append(Doubt(sheet.name, address(head.top, column), "column_without_head"))


def _doubt_rows(
    sheet: OfficeSheet,
    lines: Sequence[Line],
    units: Sequence[str],
    guesses: Sequence[dict[int, Guess]],
    named: set[int],
    notes: _Notes,
) -> None:
    """One doubt a table for what many of its rows lack, at the first of them; `named` are columns with a unit."""
    bare, unsure = [], []
    for line, unit, row in zip(lines, units, guesses, strict=True):
        kinds = {guess.kind for column, guess in row.items() if column not in named}
        if not unit and kinds & {"count", "number", "money"}:
            bare.append(line)
        if any(guess.doubt == "kind_assumed" for guess in row.values()):
            unsure.append(line)
        for column, guess in row.items():
            if guess.doubt and guess.doubt != "kind_assumed":
                notes.doubts.append(Doubt(sheet.name, address(line.row, column), guess.doubt))
    for code, found in (("unit_missing", bare), ("kind_assumed", unsure)):
        if found:
            notes.doubts.append(Doubt(sheet.name, found[0].label_cell, code, str(len(found))))


def _doubt_limits(
    sheet: OfficeSheet, rows: Sequence[AdoptedRow], guesses: Sequence[dict[int, Guess]], notes: _Notes
) -> None:
    """Name, once a column, the limits that the workbook sets and a declared row cannot: it has one pair for all its cells."""
    told = set()
    for row, cells in zip(rows, guesses, strict=True):
        for column, guess in cells.items():
            wanted = (guess.minimum, guess.maximum)
            if wanted in ((None, None), (row.minimum, row.maximum)) or (column, wanted) in told:
                continue
            told.add((column, wanted))
            found = "…".join("" if one is None else f"{one:g}" for one in wanted)
            notes.doubts.append(Doubt(sheet.name, address(row.row, column), "limits_dropped", found))


def _identity(sheet: OfficeSheet, marks: AdoptionTexts) -> Iterator[Identity]:
    """The cells where a school writes who it is: right of the marks, or behind them in the same cell."""
    for (row, column), cell in sorted(sheet.cells.items()):
        name, colon, rest = cell.text.partition(":")
        if not colon or len(name) > 40:
            continue
        mark = next((mark for mark in _IDENTITY if marks.is_a(mark, name)), "")
        if mark:
            merge = sheet.covers.get((row, column))
            beside = (merge.right if merge else column) + 1
            is_inside = bool(rest.strip()) or bool(sheet.text(row, beside))
            place = address(row, column if is_inside else beside)
            yield Identity(mark, sheet.name, place, address(row, column), cell.text)


@dataclass(frozen=True)
class Guess:
    """What one cell seems to ask; `doubt` is the code of what must be decided, where something must."""

    kind: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    doubt: str = ""


def guess_kind(cell: OfficeCell, unit: str, label: str, head: str, marks: AdoptionTexts) -> Guess:
    """What one open cell asks: the validation says it best, then unit and number format, then label and head."""
    rule = cell.rule
    if rule is not None and rule.kind == "list":
        return _of_list(rule.choices, marks)
    if rule is not None and rule.kind in ("date", "text"):
        return Guess(rule.kind)
    low, high = (rule.minimum, rule.maximum) if rule is not None else (None, None)
    drawn = _LITERAL.sub("", cell.number_format).lower()
    texts = (head.rpartition(" – ")[2], label)
    if marks.is_a("percent_units", unit) or "%" in drawn:
        return Guess("percent", (), low, high)
    if marks.is_a("money_units", unit):
        return Guess("money", (), low, high)
    if cell.number_format != "General" and re.search(r"[dy]", drawn):
        return Guess("date")
    if any(marks.starts("percent_heads", text) for text in texts):
        return Guess("percent", (), low, high)
    if drawn == "@":
        return Guess("text")
    if rule is not None:
        return Guess("count" if rule.kind == "whole" else "number", (), low, high)
    if re.search(r"\.0|\.#", drawn):
        return Guess("number")
    if unit or re.search(r"[0#]", drawn):
        return Guess("count")
    if any(marks.starts("date_heads", text) for text in texts):
        return Guess("date")
    if any(marks.starts("text_heads", text) for text in texts):
        return Guess("text")
    return Guess("count", doubt="kind_assumed")


def _of_list(choices: tuple[str, ...], marks: AdoptionTexts) -> Guess:
    if not choices:
        return Guess("text", doubt="choices_unknown")
    if len(choices) == 2 and marks.is_a("yes", choices[0]) and marks.is_a("no", choices[1]):
        return Guess("yes_no")
    is_plain = not any("," in text or '"' in text for text in choices) and len(set(choices)) == len(choices)
    if not is_plain or len(",".join(choices)) > _LONGEST_LIST:
        return Guess("text", doubt="choices_changed")
    return Guess("choice", choices)


def unit_in(text: str, marks: AdoptionTexts) -> str:
    """The unit that one label or head names in brackets: "Số máy tính (bộ)"."""
    for inside in reversed(_IN_BRACKETS.findall(text)):
        if any(marks.is_a(name, inside) for name in ("unit_words", "money_units", "percent_units")):
            return str(inside).strip()
    return ""


def unit_line(text: str, marks: AdoptionTexts) -> str:
    """The unit that a line above a table gives to all of it: "Đơn vị tính: triệu đồng"."""
    name, colon, unit = text.strip("() ").partition(":")
    return unit.strip(" .") if colon and marks.is_a("unit", name) else ""


def column_kinds(rows: Sequence[Mapping[int, Guess]]) -> tuple[dict[int, str], list[str], list[int]]:
    """The kind of each column that has its own, the kind of each row, and the rows that not all of that describes.

    A row declares one kind, and a column may replace it: what both cannot say is for a person.
    """
    columns: dict[int, list[str]] = {}
    for row in rows:
        for column, guess in row.items():
            columns.setdefault(column, []).append(guess.kind)
    own = {}
    if any(len({guess.kind for guess in row.values()}) > 1 for row in rows):
        usual = Counter(kind for kinds in columns.values() for kind in kinds).most_common(1)[0][0]
        own = {
            column: kinds[0]
            for column, kinds in columns.items()
            if len(set(kinds)) == 1 and kinds[0] != usual
        }
    of_rows, mixed = [], []
    for place, row in enumerate(rows):
        left = Counter(guess.kind for column, guess in row.items() if column not in own)
        of_rows.append((left or Counter(own[column] for column in row)).most_common(1)[0][0])
        choices = {guess.choices for guess in row.values() if guess.choices}
        if len(left) > 1 or len(choices) > 1:
            mixed.append(place)
    return own, of_rows, mixed
