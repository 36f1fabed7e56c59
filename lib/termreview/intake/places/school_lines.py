"""One school's line (or column) in a table of many schools: its fields found by the heads of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from termreview.cells import address, parse_address
from termreview.forms.layout import FormLayout
from termreview.intake.places.identity import Mention
from termreview.intake.places.located import CODE, LABEL, FieldPosition, Located, Remark
from termreview.spreadsheets.workbook import Sheet
from termreview.text import clean, fold

_HEAD_LINES = 6  # rows above the first school, or columns before it, in which heads are looked for
_TOTALS = frozenset(("tổng cộng", "cộng", "tổng", "tổng số", "tc", "toàn huyện", "toàn xã"))


@dataclass(frozen=True)
class FormNames:
    """One form as a table may name it: fields by their whole label; rows by code and by label; columns by either."""

    layout: FormLayout
    fields: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, Mapping[str, str]]
    columns: Mapping[str, str]


@dataclass
class Line:
    """One school's line: where it is named, its fields, how many non-empty cells it has."""

    mention: Mention
    located: Located
    cells: int


@dataclass
class Lines:
    """The lines of one table; `strays` are lines with figures that name no known school."""

    lines: list[Line] = field(default_factory=list)
    strays: list[tuple[int, str, int]] = field(default_factory=list)


def find_lines(sheet: Sheet, mentions: Sequence[Mention], forms: Mapping[str, FormNames]) -> Lines | None:
    """The lines of a table with one row per school; None where a school stands in two rows, or no head is known."""
    own = _one_place_each(mentions, lambda mention: mention.row)
    if own is None or len({mention.row for mention in own}) < len(own):
        return None
    first = min(mention.row for mention in own)
    named = {mention.column for mention in mentions}
    covered = _merged_heads(sheet)
    heads: dict[int, list[tuple[str, tuple[int, int]]]] = {}
    for row in range(max(1, first - _HEAD_LINES), first):
        for column in {column for _, column in sheet.cells} - named:
            place = covered.get((row, column), (row, column))
            if place in sheet.cells:
                heads.setdefault(column, []).append((sheet.cells[place].text, place))
    found = Lines()
    for mention in own:
        places = {column: (mention.row, column) for column in heads}
        cells = sum(row == mention.row for row, _ in sheet.cells)
        located = _locate(sheet, heads, places, forms[mention.school.unit_id])
        found.lines.append(Line(mention, located, cells))
    known = {mention.row for mention in own}
    read = {position.column for line in found.lines for position in line.located.positions.values()}
    for row in sorted({row for row, _ in sheet.cells if row > first} - known):
        here = {column: cell for (line, column), cell in sheet.cells.items() if line == row}
        words = next((clean(here[column].text) for column in sorted(here) if here[column].kind == "text"), "")
        if read & here.keys() and fold(words) not in _TOTALS:
            found.strays.append((row, words, len(here)))
    return found


def find_columns(sheet: Sheet, mentions: Sequence[Mention], forms: Mapping[str, FormNames]) -> Lines | None:
    """The columns of a table with one column per school, all named in one row."""
    own = _one_place_each(mentions, lambda mention: mention.column)
    if own is None or len({mention.row for mention in own}) > 1 or len({m.column for m in own}) < len(own):
        return None
    top, first = own[0].row, min(mention.column for mention in own)
    heads: dict[int, list[tuple[str, tuple[int, int]]]] = {}
    for (row, column), cell in sheet.cells.items():
        if row > top and first - _HEAD_LINES <= column < first:
            heads.setdefault(row, []).append((cell.text, (row, column)))
    found = Lines()
    for mention in own:
        places = {row: (row, mention.column) for row in heads}
        cells = sum(column == mention.column for _, column in sheet.cells)
        located = _locate(sheet, heads, places, forms[mention.school.unit_id])
        found.lines.append(Line(mention, located, cells))
    return found


def _one_place_each(mentions: Sequence[Mention], place: Callable[[Mention], int]) -> list[Mention] | None:
    """The first mention of each school; None where one is named in two lines."""
    first: dict[str, Mention] = {}
    for mention in mentions:
        known = first.setdefault(mention.school.unit_id, mention)
        if place(known) != place(mention):
            return None
    return list(first.values())


def _merged_heads(sheet: Sheet) -> dict[tuple[int, int], tuple[int, int]]:
    """The corner that speaks for each place below a merged head; heads are few and small."""
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for merge in sheet.merges[:500]:
        try:
            (top, left), (bottom, right) = (parse_address(part) for part in merge.split(":"))
        except ValueError:
            continue
        if (bottom - top + 1) * (right - left + 1) <= 500:
            covered |= {(r, c): (top, left) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    return covered


def _locate(
    sheet: Sheet,
    heads: Mapping[int, Sequence[tuple[str, tuple[int, int]]]],
    places: Mapping[int, tuple[int, int]],
    form: FormNames,
) -> Located:
    """The fields of one line; a head that is met twice for one field speaks for none."""
    located, twice = Located(sheets={"line": sheet}), set()
    for line, texts in heads.items():
        known = field_of(tuple(text for text, _ in texts if len(text) < 400), form)
        if known is None:
            continue
        field_id, is_code = known
        if field_id in located.positions:
            twice.add(field_id)
            continue
        row, column = places[line]
        located.positions[field_id] = FieldPosition(sheet, row, column, CODE if is_code else LABEL)
        if not is_code:
            words, (head_row, head_column) = texts[-1]
            label = form.layout.places[field_id][1].field.label
            here = address(head_row, head_column)
            located.remarks.append(
                Remark("matched_by_label", sheet.name, here, clean(words), field_id, label)
            )
    for field_id in twice:
        del located.positions[field_id]
    return located


def field_of(texts: Sequence[str], form: FormNames) -> tuple[str, bool] | None:
    """The field that the heads of one line name together, and whether by a code; None where they name none.

    A row of the form is named by its code or its label, its column by code or label, too; a row with several
    columns and no column named is its total.
    """
    words = [clean(text) for text in texts]
    for word in words:
        if word in form.layout.places:
            return word, True
        if fold(word) in form.fields:
            return form.fields[fold(word)], False
    row = next((form.codes[word] for word in words if word in form.codes), None)
    by_label = next((form.labels[fold(word)] for word in words if fold(word) in form.labels), None)
    fields = row or by_label
    if fields is None:
        return None
    if len(fields) == 1:
        return next(iter(fields.values())), row is not None
    heads = [form.columns[fold(word)] for word in reversed(words) if fold(word) in form.columns]
    named = heads[0] if heads else "total"
    return (fields[named], row is not None) if named in fields else None


def form_names(layout: FormLayout) -> FormNames:
    """How a table may name the fields of one form; a label that two rows share names neither."""
    codes: dict[str, Mapping[str, str]] = {}
    owners: dict[str, list[str]] = {}
    columns: dict[str, str] = {}
    for plan in layout.sheets:
        for block in plan.blocks:
            for column, _ in block.columns:
                columns |= {
                    fold(word): column.column_id for word in (column.column_id, column.code, column.label)
                }
            for form_row, number in block.rows:
                asked = block.places_by_row[number]
                codes[form_row.row_code] = {p.field.column_id: p.field.field_id for p in asked}
                owners.setdefault(fold(form_row.label), []).append(form_row.row_code)
    labels = {label: codes[found[0]] for label, found in owners.items() if len(found) == 1}
    grids = [place.field for _, place in layout.places.values() if fold(place.field.label) not in owners]
    fields = {fold(field.label): field.field_id for field in grids}
    return FormNames(layout, fields, codes, labels, columns)
