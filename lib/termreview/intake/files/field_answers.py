"""One field's answer, read at the place where it was found, with every remark on the way."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from termreview.cells import address, parse_address
from termreview.intake.files.blank_groups import BLANK_LISTS, REQUIRED_BLANK, note_blank_groups
from termreview.intake.files.file_reading import Answer, FileReading, Remark
from termreview.intake.files.reader import Question, Reader
from termreview.intake.places.located import FieldPosition, Located, Remark as LayoutRemark
from termreview.intake.values.date_value import DateHabit, DateWindow, date_habit
from termreview.intake.values.displayed_value import merged_answers, places_of, with_look
from termreview.intake.values.number_text import decimal_habit
from termreview.intake.values.personal_data import is_personal
from termreview.intake.values.value_reading import UNREADABLE, Choices, Flag, Reading
from termreview.intake.values.values import ANSWERED, read_value
from termreview.reference.kinds.forms import Field
from termreview.spreadsheets.formula_value import Formulas, worked_out
from termreview.spreadsheets.model.displayed_number import alters_text, shows_plainly
from termreview.spreadsheets.workbook import Cell, Workbook
from termreview.text import day_text, stored_number_text

_OF_ONE_ROW = frozenset(["row_twice", "label_differs", "row_label_differs", "unit_differs"])
_FURTHER = "; "  # between what stands in several cells or rows
_FEWEST_OF_A_LOOK, _MOST_CELLS = 6, 12
_OF_A_PHRASE = frozenset(["document_absent", "document_unnamed"])  # "đang cập nhật" down a whole column
_DATE_ASKED = frozenset(
    ["day_month_ambiguous", "date_order_unsure", "date_era_shifted", "date_zone_ambiguous"]
)


def read_answers(
    reading: FileReading, located: Located, level: str, reader: Reader, workbook: Workbook
) -> None:
    """Read every field that a level is asked; what was found nowhere is unreadable.

    Formulas are worked out anew from the cells of the whole `workbook`.
    """
    for remark in located.remarks:
        cause = remark.code if remark.code != "row_missing" else f"row_missing:{remark.sheet}"
        reading.remarks.append(
            Remark(
                remark.code,
                cause,
                remark.sheet,
                remark.cell,
                _field_meant(remark, located.positions) if remark.code in _OF_ONE_ROW else "",
                remark.found,
                remark.expected,
                remark.label,
            )
        )
    positions, questions, answers = located.positions, reader.questions[level], reading.answers
    new = tuple.__new__  # a named tuple made without its slower constructor
    habit: str | None = None  # worked out when a number is written as text: in most files none is
    dates: DateHabit | None = None  # worked out when a date is asked
    merged, conditional = _merged(located), _conditional(located)
    latest = max(reading.file.received_on, reader.window.last).isoformat()  # no document is dated later
    earliest = reader.window.first.isoformat()  # nor one of this school year before
    used = flagged = 0
    formulas: Formulas | None = None
    for field_id, asked, choices, least, most, step in questions:
        position = positions.get(field_id)
        if position is None:
            answers.append(
                Answer(field_id, "unreadable", None, None, None, None, None, "none", "row_missing")
            )
            continue
        sheet, row, column, found_by = position
        cell = sheet.cells.get((row, column))
        plain = None if cell is None else _plain_answer(cell, choices, least, most, step)
        if (  # nearly every cell
            cell is not None
            and plain is not None
            and not (sheet.hides_zeros and cell.value == 0)
            and not (merged and (sheet.name, row, column) in merged)
            and not (conditional and (sheet.name, row, column) in conditional)
        ):
            used += 1
            number, text = plain
            where = address(row, column)
            said = (field_id, ANSWERED, number, text, cell.text, sheet.name, where, found_by, None)
            answers.append(new(Answer, said))
            continue
        if habit is None and cell is not None and cell.kind == "text" and asked.is_numeric:
            habit = decimal_habit(_number_texts(questions, positions))
        if dates is None and cell is not None and asked.kind == "date":
            dates = date_habit(_date_cells(questions, positions))
        if cell is None or cell.formula is None:
            font = sheet.old_fonts.get((row, column)) if sheet.old_fonts else None
            value = read_value(asked, cell, habit or "", choices, reader.window, font, dates)
        else:
            formulas = formulas or Formulas.of(workbook.sheets, "precision_as_displayed" in workbook.notes)
            anew = worked_out(formulas, sheet, row, column)
            value = _read_formula(asked, cell, anew, habit or "", choices, reader.window)
        if cell is not None and sheet.hides_zeros and cell.kind == "number" and not cell.value:
            value = value._replace(flags=(*value.flags, Flag("zero_not_shown", "0")))
        if conditional and cell is not None and (sheet.name, row, column) in conditional:
            value = with_look(value, cell)
        if asked.kind == "date" and value.text is not None and value.text > latest:
            came = day_text(reading.file.received_on)
            value = _with_date_asked(value, Flag("date_after_report", day_text(value.text), came))
        elif (
            asked.kind == "date" and value.text is not None and asked.is_of_one_year and value.text < earliest
        ):
            year = f"{day_text(earliest)}–{day_text(latest)}"
            value = _with_date_asked(value, Flag("date_out_of_range", day_text(value.text), year))
        if merged and (flag := merged.get((sheet.name, row, column))) is not None:
            value = Reading(UNREADABLE, flags=(flag,))
        state, number, text, flags = value
        where = address(row, column)
        original, note = None if cell is None else cell.text, None
        if flags:
            note = ";".join(flag.code for flag in flags)
            original = None if "personal_data_suspected" in note else original
        if flags or (asked.is_required and state == "blank"):
            _remark_value(reading, asked, position, where, value)
        if cell is not None:
            flagged += bool(flags)
            used += not flags
        answers.append(
            new(Answer, (field_id, state, number, text, original, sheet.name, where, found_by, note))
        )
    reading.cells_used, reading.cells_flagged = used, flagged
    fold_looks(reading)
    note_blank_groups(reading, reader.parts[level])


def _with_date_asked(value: Reading, flag: Flag) -> Reading:
    """The same date with one question about it, unless it is asked about already."""
    is_asked = any(one.code in _DATE_ASKED for one in value.flags)
    return value if is_asked else value._replace(flags=(*value.flags, flag))


def _field_meant(remark: LayoutRemark, positions: Mapping[str, FieldPosition]) -> str:
    """The one field that a remark on a row is about, so that a decision on it answers the remark; blank where several."""
    if _FURTHER in remark.found:
        return ""
    row, _ = parse_address(remark.cell)
    here = {
        address(position.row, position.column): field_id
        for field_id, position in positions.items()
        if position.row == row and position.sheet.name == remark.sheet
    }
    return next(iter(here.values())) if len(here) == 1 else here.get(remark.cell, "")


def fold_looks(reading: FileReading) -> None:
    """Tell in one line what many cells of a sheet share: zeros that nobody sees, looks on a condition, one phrase."""
    for code in ("zero_not_shown", "look_on_condition", *sorted(_OF_A_PHRASE)):
        by_sheet: dict[tuple[str, str], list[Remark]] = {}
        for remark in reading.remarks:
            if remark.code == code:
                phrase = remark.found if code in _OF_A_PHRASE else ""
                by_sheet.setdefault((remark.sheet, phrase), []).append(remark)
        for alike in by_sheet.values():
            if len(alike) < _FEWEST_OF_A_LOOK:
                continue
            first, cells = alike[0], [remark.cell for remark in alike]
            more = len(cells) - _MOST_CELLS
            said = ", ".join(cells[:_MOST_CELLS]) + (f" và {more} ô khác" if more > 0 else "")
            together = first._replace(label=f"{first.label} và {len(cells) - 1} chỉ tiêu khác: {said}")
            gone = set(map(id, alike))
            place = next(number for number, remark in enumerate(reading.remarks) if remark is first)
            reading.remarks[place] = together
            reading.remarks[:] = [one for one in reading.remarks if id(one) not in gone]


def _plain_answer(
    cell: Cell, choices: Choices | None, least: float, most: float, step: float
) -> tuple[float | None, str | None] | None:
    """Number and text of one cell that as it stands is what its field asks for; None where it is to be looked at."""
    value, text, _, formula, number_format, display = cell
    if formula is not None or display is not None:
        return None
    if choices is not None:
        word = choices.exact.get(text) if value is text else None
        return None if word is None or alters_text(number_format) else (word.number, word.text)
    kind = type(value)
    if not (kind is int or (kind is float and step < 1 and (value / step).is_integer())):  # type: ignore[operator]
        return None
    if least <= value <= most and shows_plainly(number_format):  # type: ignore[operator]
        return float(value), None  # type: ignore[arg-type]
    return None


def _read_formula(
    asked: Field, cell: Cell, anew: float | None, habit: str, choices: Choices | None, window: DateWindow
) -> Reading:
    """Read one cell with a formula: its stored result only as far as it can be worked out anew."""
    if anew is not None and cell.kind == "formula_without_value" and not is_personal(cell.text):
        value = read_value(asked, _with_number(cell, anew), habit, choices, window)
        return _flagged_as(value, Flag("formula_calculated", cell.text, stored_number_text(anew)))
    stored = cell.value if cell.kind == "number" else None
    if anew is None or not isinstance(stored, int | float):
        value = read_value(asked, cell, habit, choices, window)
        return _flagged_as(value, Flag("formula_unchecked", ""))
    if math.isclose(anew, stored, rel_tol=1e-9, abs_tol=1e-9):
        return read_value(asked, cell, habit, choices, window)
    value = read_value(asked, _with_number(cell, anew), habit, choices, window)
    return _flagged_as(
        value, Flag("formula_differs", stored_number_text(float(stored)), stored_number_text(anew))
    )


def _merged(located: Located) -> Mapping[tuple[str, int, int], Flag]:
    """The remarks on answers that a merge joins or covers, by sheet and place."""
    return {
        (sheet.name, *place): flag
        for sheet in located.sheets.values()
        if sheet.merges
        for place, flag in merged_answers(sheet, located.asked[sheet.name]).items()
    }


def _conditional(located: Located) -> Collection[tuple[str, int, int]]:
    """The answers, by sheet and place, whose look hangs on a condition that may hide them."""
    return {
        (sheet.name, *place)
        for sheet in located.sheets.values()
        for area in sheet.conditional
        for place in places_of(area, located.asked[sheet.name])[0]
    }


def _with_number(cell: Cell, number: float) -> Cell:
    """The same cell as if it held one number."""
    return cell._replace(value=number, text=repr(number), kind="number")


def _flagged_as(value: Reading, flag: Flag) -> Reading:
    """The same reading, its remark on the formula replaced by a graver one; other remarks stay."""
    flags = (
        one if one.code != "formula_in_cell" else flag._replace(found=flag.found or one.found)
        for one in value.flags
    )
    return value._replace(flags=tuple(flags))


def _number_texts(questions: Sequence[Question], positions: Mapping[str, FieldPosition]) -> Iterator[str]:
    """What one file writes as text where a number is asked: the evidence of its decimal sign."""
    for field_id, asked, *_ in questions:
        if asked.is_numeric and (position := positions.get(field_id)) is not None:
            cell = position.sheet.cells.get((position.row, position.column))
            if cell is not None and cell.kind == "text":
                yield cell.text


def _date_cells(
    questions: Sequence[Question], positions: Mapping[str, FieldPosition]
) -> Iterator[Cell | None]:
    """What one file answers where a date is asked: the evidence of the order of day and month."""
    for field_id, asked, *_ in questions:
        if asked.kind == "date" and (position := positions.get(field_id)) is not None:
            yield position.sheet.cells.get((position.row, position.column))


def _remark_value(
    reading: FileReading, asked: Field, position: FieldPosition, where: str, value: Reading
) -> None:
    for flag in value.flags:
        reading.remarks.append(
            Remark(
                flag.code,
                flag.code,
                position.sheet.name,
                where,
                asked.field_id,
                flag.found,
                flag.expected,
                asked.label,
                flag.detail,
            )
        )
    if value.state == "blank" and asked.is_required:
        cause = f"{REQUIRED_BLANK}:{asked.section_id}"
        code = BLANK_LISTS.get(asked.kind, REQUIRED_BLANK)
        reading.remarks.append(
            Remark(code, cause, position.sheet.name, where, asked.field_id, label=asked.label)
        )
