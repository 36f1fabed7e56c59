"""One cell read as the answer to one field: typed value, state, and what had to be assumed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from termreview.intake.values.date_value import DateHabit, DateWindow, fraction_readings, read_date
from termreview.intake.values.displayed_value import as_seen, looks_as_stored
from termreview.intake.values.keystrokes import keystroke_readings, read_keystrokes
from termreview.intake.values.misdecoded import read_misdecoded
from termreview.intake.values.number_text import numbers_apart, parse_number
from termreview.intake.values.personal_data import is_personal, is_personal_number
from termreview.intake.values.text_value import displayed_value, read_text, read_yes_no
from termreview.intake.values.value_reading import (
    ANSWERED,
    BLANK,
    NOT_APPLICABLE,
    PERSONAL_DATA,
    UNREADABLE,
    Choices,
    Flag,
    Reading,
    nothing_to_report,
)
from termreview.reference.kinds.forms import Field
from termreview.spreadsheets.model.displayed_number import alters_text
from termreview.spreadsheets.model.number_format import fifteen_digits, has_percent_sign, scales_to_percent
from termreview.spreadsheets.older.legacy_text import read_in_font, read_legacy
from termreview.spreadsheets.workbook import Cell
from termreview.text import NOTHING_WORDS, clean, fold, has_invisible, stored_number_text

_BLANK = Reading(BLANK)
_NOTHING_WORDS = frozenset(NOTHING_WORDS)
_NOT_APPLICABLE = {
    "không áp dụng", "kad", "không thuộc phạm vi", "không thuộc đối tượng", "không thuộc diện", "n/a", "na",
}  # fmt: skip
_LONGEST_OF_THEM = max(map(len, _NOT_APPLICABLE))
_POINTS_STEP = 0.5
_FRACTION = re.compile(r"\d+ ?/ ?\d+")
_REVERSED = re.compile("[\u202b\u202e\u2067].*\\d")  # what is seen runs the other way than what is stored


def read_value(
    field: Field,
    cell: Cell | None,
    habit: str,
    choices: Choices | None = None,
    window: DateWindow | None = None,
    font: str | None = None,
    dates: DateHabit | None = None,
    is_seen: bool = False,
) -> Reading:
    """Read one cell as the answer to one field.

    The six states are kept apart; nothing unreadable becomes zero or blank. `habit` is the file's decimal sign,
    `window` the days within which a date of the term makes sense, `font` the encoding of a font from before Unicode,
    `dates` what the file's dates prove of their order. What a person sees is held against what is stored, unless that
    was done (`is_seen`).
    """
    text = ""
    if cell is None:
        return _BLANK
    if cell.formula is None and cell.kind == "text" and cell.display is None and choices is not None:
        own_word = choices.exact.get(cell.text)
        if own_word is not None and not alters_text(cell.number_format):
            return own_word
    if cell.kind != "date" and cell.kind != "number" and is_personal(clean(cell.text)):
        return PERSONAL_DATA
    if not (is_seen or looks_as_stored(field, cell)):
        seen = as_seen(field, cell)
        if seen.reading is not None:
            is_number = (
                cell.kind == "number" and field.kind != "money"
            )  # sums have as many digits as telephones
            return PERSONAL_DATA if is_number and is_personal_number(cell.text) else seen.reading
        reading = read_value(field, seen.cell, habit, choices, window, font, dates, is_seen=True)
        return _with_first(reading, *seen.flags)
    if cell.kind == "error":
        return Reading(UNREADABLE, flags=(Flag("error_value", cell.text),))
    if cell.kind == "formula_without_value":
        return Reading(UNREADABLE, flags=(Flag("formula_without_value", cell.text),))
    if cell.kind == "text":
        given_back = read_misdecoded(str(cell.value))
        if given_back is not None:
            meant = read_value(
                field, cell._replace(value=given_back), habit, choices, window, None, dates, is_seen=True
            )
            return _with_first(meant, Flag("text_redecoded", clean(cell.text), clean(given_back)))
        legacy = read_legacy(str(cell.value))
        if legacy is None and font is not None:
            as_typed = read_value(field, cell, habit, choices, window, None, dates, is_seen=True)
            if as_typed.state == UNREADABLE or field.kind == "text":
                legacy = read_in_font(str(cell.value), font)
            if legacy is None:
                return as_typed
        if legacy is not None:
            meant = read_value(
                field, cell._replace(value=legacy.text), habit, choices, window, None, dates, is_seen=True
            )
            return _with_first(meant, Flag("legacy_font_text", clean(cell.text), legacy.text))
        text = clean(str(cell.value))
        if not text:
            return _BLANK
        if len(text) <= _LONGEST_OF_THEM and text.casefold() in _NOT_APPLICABLE:
            return Reading(NOT_APPLICABLE, flags=(Flag("not_applicable_word", text),))
    if field.is_numeric:
        reading = _read_number(field, cell, habit)
    elif field.kind == "date":
        reading = read_date(cell, window, dates)
    elif field.kind == "yes_no":
        reading = read_yes_no(cell, choices)
    elif choices is not None and field.kind != "text":
        reading = _read_choice(cell, choices)
    else:
        reading = read_text(cell, None if choices is None else choices.absent)
    if cell.kind == "number" and reading.state == UNREADABLE and is_personal_number(cell.text):
        return PERSONAL_DATA
    meant_keys = _by_keystrokes(field, cell, choices, reading)
    if meant_keys is not None:
        return meant_keys
    if (
        cell.kind == "text"
        and text is not cell.value
        and reading is not PERSONAL_DATA
        and has_invisible(str(cell.value))
    ):
        reading = _as_seen(field, str(cell.value), reading)
    if cell.formula is not None and reading is not PERSONAL_DATA:
        return reading._replace(flags=(*reading.flags, Flag("formula_in_cell", _result_text(cell))))
    return reading


def _by_keystrokes(field: Field, cell: Cell, choices: Choices | None, reading: Reading) -> Reading | None:
    """The reading of a text typed without an input method, asked about; None where it is none."""
    if cell.kind != "text" or field.is_numeric or field.kind == "date" or cell.formula is not None:
        return None
    typed = clean(str(cell.value))
    meant: Iterable[str]
    if choices is not None and field.kind != "text":
        meant = keystroke_readings(typed) if reading.state == UNREADABLE else ()
    else:
        sentence = read_keystrokes(typed) if reading.state == ANSWERED else None
        meant = () if sentence is None else (sentence,)
    for text in meant:
        found = read_value(field, cell._replace(value=text), "", choices, is_seen=True)
        if found.state == ANSWERED or found is PERSONAL_DATA:
            return _with_first(found, Flag("typed_as_keys", typed, text))
    return None


def _with_first(reading: Reading, *flags: Flag) -> Reading:
    """The same reading with some remarks before its others; of personal data nothing is quoted."""
    return reading if reading is PERSONAL_DATA else reading._replace(flags=(*flags, *reading.flags))


def _as_seen(field: Field, stored: str, reading: Reading) -> Reading:
    """The reading of a text with characters that nobody sees: a note, or a question where they turn figures round."""
    text = clean(stored)
    if _REVERSED.search(stored) is not None:
        flags = (*reading.flags, Flag("direction_override", text))
        return Reading(UNREADABLE, flags=flags) if field.is_numeric else reading._replace(flags=flags)
    return reading if reading.flags else reading._replace(flags=(Flag("text_normalised", text, text),))


def choice_reading(name: str, option: str) -> Reading:
    """The answer that one option of one drop-down stands for; yes and no are kept as 1 and 0."""
    if name == "yes_no":
        return Reading(ANSWERED, 1.0 if option == "yes" else 0.0)
    return Reading(ANSWERED, text=option)


def plain_numbers(field: Field) -> tuple[float, float, float]:
    """Least, most and step of the numbers that stand as they are written; of other kinds of fields none does."""
    if field.kind not in ("count", "money", "points"):
        return math.inf, -math.inf, 1.0
    most = math.inf if field.maximum is None else field.maximum
    return field.minimum or 0.0, most, _POINTS_STEP if field.kind == "points" else 1.0


def _read_number(field: Field, cell: Cell, habit: str) -> Reading:
    flags: tuple[Flag, ...] = ()
    is_percent = is_scaled = False  # a sign that a format only shows does not scale the number
    if cell.kind == "number":
        number = fifteen_digits(float(cell.value))  # type: ignore[arg-type]
        code = cell.number_format or "General"
        is_scaled = scales_to_percent(code, number)
        is_percent = is_scaled or has_percent_sign(code, number)
        if is_scaled and field.kind != "percent":
            return Reading(UNREADABLE, flags=(Flag("not_a_number", f"{stored_number_text(number * 100)}%"),))
    elif cell.kind == "date":
        return _read_dated_number(field, cell)
    elif cell.kind == "boolean":
        return Reading(UNREADABLE, flags=(Flag("not_a_number", cell.text),))
    else:
        text = clean(str(cell.value))
        if text.casefold() in _NOTHING_WORDS:
            return nothing_to_report(text)
        parts = numbers_apart(str(cell.value).strip())
        if len(parts) > 1:
            return Reading(UNREADABLE, flags=(Flag("not_a_number", "; ".join(map(clean, parts))),))
        bare = text.removesuffix("%").strip() if field.kind == "percent" else text
        is_percent = bare != text
        if field.unit and bare.casefold().endswith(" " + field.unit.casefold()):
            bare = bare[: -len(field.unit)].strip()
        parsed, sign_flag = parse_number(bare, habit, wants_integer=field.kind in ("count", "money"))
        if parsed is None:
            code = "fraction_in_number" if _FRACTION.fullmatch(bare) else "not_a_number"
            return Reading(UNREADABLE, flags=(Flag(code, text),))
        number = parsed
        said = f"{number:.10g}".replace(".", ",") if sign_flag else stored_number_text(number)
        flags = (Flag(sign_flag or "number_from_text", text, said),)
        if is_percent:
            return _within(field, number, flags)
    if field.kind == "percent":
        if is_percent:
            number = number * 100 if is_scaled else number
        elif 0 < number <= 1:
            meant = stored_number_text(round(number * 100, 6))
            flags = (*flags, Flag("percent_assumed", stored_number_text(number), f"{meant}%", meant))
            number *= 100
        number = round(number, 10)
    return _within(field, number, flags)


def _read_dated_number(field: Field, cell: Cell) -> Reading:
    """A number in a cell that is formatted as a date: small serials are counts, others were fractions or dates."""
    try:
        serial = float(cell.text)
    except ValueError:
        serial = math.inf
    if serial > 3660:
        fractions = fraction_readings(cell.value)
        return Reading(UNREADABLE, flags=(Flag("date_in_number_cell", displayed_value(cell), fractions),))
    return _within(
        field, serial, (Flag("date_from_number_cell", displayed_value(cell), stored_number_text(serial)),)
    )


def _within(field: Field, number: float, flags: tuple[Flag, ...]) -> Reading:
    """Accept one number that its field allows; any other becomes unreadable, with the reason."""
    if not math.isfinite(number):
        return Reading(UNREADABLE, flags=(*flags, Flag("not_a_number", str(number))))
    said = stored_number_text(number)
    if field.kind in ("count", "money") and number != int(number):
        return Reading(UNREADABLE, flags=(*flags, Flag("not_an_integer", said)))
    if number < 0:
        return Reading(UNREADABLE, flags=(*flags, Flag("negative_number", said)))
    low, high = field.minimum or 0.0, field.maximum
    if number < low or (high is not None and number > high):
        if field.kind == "points" and high is not None:
            above = Flag("points_above_maximum", said, stored_number_text(high))
            return Reading(ANSWERED, number, flags=(*flags, above))
        limits = (
            f"{stored_number_text(low)}–{stored_number_text(high)}"
            if high is not None
            else f"≥ {stored_number_text(low)}"
        )
        return Reading(UNREADABLE, flags=(*flags, Flag("out_of_range", said, limits)))
    if field.kind == "points" and not (number / _POINTS_STEP).is_integer():
        flags = (*flags, Flag("points_step", said, "0,5"))
    return Reading(ANSWERED, number, flags=flags)


def _read_choice(cell: Cell, choices: Choices) -> Reading:
    text = clean(str(cell.value)) if cell.kind == "text" else cell.text
    option = choices.by_text.get(text.casefold()) or choices.by_text.get(fold(text))
    if option is not None:
        return Reading(ANSWERED, text=option)
    label = choices.said.get(fold(text))
    if label is not None:
        option = choices.by_text[label.casefold()]
        return Reading(ANSWERED, text=option, flags=(Flag("choice_assumed", text, label),))
    code = "choice_unclear" if text.casefold() in _NOTHING_WORDS else "not_a_choice"
    return Reading(UNREADABLE, flags=(Flag(code, text, choices.labels),))


def _result_text(cell: Cell) -> str:
    """The stored result of one formula, a number written the Vietnamese way."""
    return stored_number_text(float(cell.value)) if cell.kind == "number" else displayed_value(cell)  # type: ignore[arg-type]
