"""One cell as a person sees it, beside what is stored in it: where the two differ, it is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from termreview.cells import parse_address
from termreview.intake.values.text_value import displayed_value, read_yes_no
from termreview.intake.values.value_reading import PERSONAL_DATA, UNREADABLE, Flag, Reading
from termreview.reference.kinds.forms import Field
from termreview.spreadsheets.model.cell_display import INVISIBLE, RAISED, STRUCK, left_to_read, sign_text
from termreview.spreadsheets.model.cell_values import is_picture_formula
from termreview.spreadsheets.model.displayed_number import (
    alters_text,
    foreign_currency,
    number_as_displayed,
    number_as_text,
    reads_as_zero,
    shows_plainly,
    text_as_displayed,
)
from termreview.spreadsheets.model.number_format import has_percent_sign, section_for
from termreview.spreadsheets.model.workbook_model import places_inside
from termreview.spreadsheets.workbook import Cell, Sheet
from termreview.text import clean, stored_number_text

_Place = tuple[int, int]
EMPTY = "để trống"
_FEW_PLACES = 64
_NO_SHARES = frozenset(["count", "number", "money", "points"])  # kinds of which no per cent can be meant


class Seen(NamedTuple):
    """One cell to read as it is shown: what stands there for a person, and the remarks on the difference.

    `reading` ends the matter: what a person sees is no answer, or not the one that is stored.
    """

    cell: Cell
    flags: tuple[Flag, ...] = ()
    reading: Reading | None = None


def looks_as_stored(field: Field, cell: Cell) -> bool:
    """Whether the cell of one answer looks as it is stored, which nearly all do."""
    if cell.kind == "number" and field.kind == "text":
        return False
    return (
        cell.display is None
        and cell.kind != "picture"
        and shows_plainly(cell.number_format)
        and not (cell.kind == "text" and alters_text(cell.number_format))
        and not (cell.text[:1] == "=" and is_picture_formula(cell.text))
    )


def as_seen(field: Field, cell: Cell) -> Seen:
    """What a person sees in one cell that is asked, where that is not plainly what is stored."""
    if cell.kind == "picture" or is_picture_formula(cell.text):
        return _ended(cell, Flag("picture_in_cell", ""))
    flags: tuple[Flag, ...] = ()
    stored = stored_text(cell)
    display = cell.display
    if display is not None:
        if display.is_struck:
            return _ended(cell, Flag("struck_out", stored))
        if display.is_invisible and not _is_coloured(cell):
            return _ended(cell, Flag("hidden_value", stored))
        if display.pieces:
            left = clean(left_to_read(display, field.kind == "text"))
            marks = {mark for text, mark in display.pieces if text.strip()}
            if not left:
                return _ended(cell, Flag("struck_out" if STRUCK in marks else "hidden_value", stored))
            if marks & {STRUCK, INVISIBLE}:
                flags = (Flag("struck_out_part", stored, left),)
            elif RAISED in marks and field.kind != "text":
                flags = (Flag("raised_part", stored, left),)
            cell = cell._replace(value=left, display=None)
        elif display.sign_font:
            signs = sign_text(cell.text, display.sign_font) if cell.kind == "text" else None
            if signs is None:
                return _ended(cell, Flag("sign_font", stored, display.sign_font.title()))
            cell = cell._replace(value=signs, display=None)
        if display.is_checkbox and cell.value is False:
            flags = (*flags, Flag("checkbox_unticked", "☐"))
        if cell.kind == "date" and display.shown is not None:
            return _ended(cell, Flag("hidden_value", stored))
    if cell.kind == "number":
        return _seen_number(field, cell, flags)
    if cell.kind == "text" and (shown := text_as_displayed(cell.number_format, str(cell.value))) is not None:
        if not shown:
            return _ended(cell, Flag("hidden_value", stored))
        if field.kind == "text":
            flags = (*flags, Flag("text_normalised", stored, shown))
        cell = cell._replace(value=shown, number_format=None)
    return Seen(cell, flags)


def _seen_number(field: Field, cell: Cell, flags: tuple[Flag, ...]) -> Seen:
    number, code = float(cell.value), cell.number_format or "General"  # type: ignore[arg-type]
    shown = cell.display.shown if cell.display is not None else None
    if field.kind == "text" and (as_text := number_as_text(code, number) if shown is None else shown):
        read = cell._replace(value=as_text, kind="text", number_format=None, display=None)
        return Seen(read, (*flags, Flag("text_normalised", stored_text(cell), as_text)))
    if shown is None:
        shown = number_as_displayed(code, number, field.kind == "money")
    elif number == 0 and shown and reads_as_zero(shown):
        shown = None
    if shown is not None and not shown.strip():
        if number == 0:
            return Seen(cell, (*flags, Flag("zero_not_shown", "0")))
        return _ended(cell, Flag("hidden_value", stored_text(cell)))
    if shown is not None and not (field.kind == "yes_no" and _says_the_same(shown, cell)):
        return _ended(
            cell, Flag("shown_differs", stored_text(cell), shown, cell.number_format or "OpenDocument")
        )
    if field.kind in _NO_SHARES and has_percent_sign(code, number):
        shown = f"{stored_text(cell)}%"
        return _ended(cell, Flag("shown_differs", stored_text(cell), shown, code))
    if field.kind == "money" and (sign := foreign_currency(code, number)):
        flags = (*flags, Flag("foreign_currency", stored_text(cell), sign))
    return Seen(cell, flags)


def _says_the_same(shown: str, cell: Cell) -> bool:
    """Whether the word that a format shows for a number is the Yes or No that is stored."""
    seen, stored = (read_yes_no(one, None) for one in (Cell(shown, shown, "text"), cell))
    return seen.number is not None and seen.number == stored.number


def _ended(cell: Cell, flag: Flag) -> Seen:
    return Seen(cell, reading=Reading(UNREADABLE, flags=(flag,)))


def _is_coloured(cell: Cell) -> bool:
    """Whether a number has a colour by its format, whatever that of its font."""
    is_number = cell.kind == "number" and cell.number_format is not None
    return is_number and section_for(str(cell.number_format), float(cell.value)).colour != ""  # type: ignore[arg-type]


def stored_text(cell: Cell) -> str:
    """What is stored in one cell, a number and a day written the Vietnamese way."""
    if cell.kind == "number":
        return stored_number_text(float(cell.value))  # type: ignore[arg-type]
    return clean(displayed_value(cell))


def merged_answers(sheet: Sheet, asked: Collection[_Place]) -> Mapping[_Place, Flag]:
    """What is to be remarked of the asked places of one sheet that a merge joins with others.

    A merge of two answers leaves open which of them its one figure is; what it covers, nobody sees.
    """
    found: dict[_Place, Flag] = {}
    for merge in sheet.merges:
        joined, first = places_of(merge, asked)
        for place in joined:
            cell = sheet.cells.get(place)
            stored = EMPTY if cell is None else stored_text(cell)
            if len(joined) > 1:
                found[place] = Flag("merged_answers", stored, merge)
            elif place != first and cell is not None:
                found[place] = Flag("covered_by_merge", stored, merge)
    return found


def with_look(value: Reading, cell: Cell) -> Reading:
    """One reading of a cell whose look hangs on a condition, asked about; of personal data nothing is quoted."""
    if value is PERSONAL_DATA:
        return value
    return value._replace(flags=(*value.flags, Flag("look_on_condition", stored_text(cell))))


def places_of(area: str, asked: Collection[_Place]) -> tuple[list[_Place], _Place]:
    """The asked places of one area in order, and its first place; none where it names no area."""
    known = _area(area)
    if known is None:
        return [], (0, 0)
    first, last, cells = known
    if cells is not None and cells.isdisjoint(asked):  # nearly always: heads and labels
        return [], first
    return sorted(places_inside(asked, first, last)), first


@lru_cache(maxsize=1024)
def _area(merge: str) -> tuple[_Place, _Place, frozenset[_Place] | None] | None:
    """First and last place of one area, and its places where they are few; None where it names no area."""
    begin, _, end = merge.partition(":")
    try:
        first, last = parse_address(begin), parse_address(end or begin)
    except ValueError:
        return None
    (top, left), (bottom, right) = first, last
    if (bottom - top + 1) * (right - left + 1) > _FEW_PLACES:
        return first, last, None
    area = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
    return first, last, frozenset(area)
