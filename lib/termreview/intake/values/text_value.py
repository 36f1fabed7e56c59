"""One cell read as an answer in words, with what spreadsheets and code pages made of the words."""

from __future__ import annotations

import datetime
import re

from termreview.intake.values.date_text import BARE_DATE
from termreview.intake.values.date_value import fraction_readings
from termreview.intake.values.misdecoded import has_lost_letters
from termreview.intake.values.personal_data import is_personal, names_persons
from termreview.intake.values.value_reading import (
    ANSWERED,
    PERSONAL_DATA,
    UNREADABLE,
    Flag,
    Reading,
    nothing_to_report,
)
from termreview.spreadsheets.workbook import Cell
from termreview.text import NOTHING_WORDS, clean

_POWER = re.compile(r"\d(?:[.,]\d+)?e\+\d+", re.IGNORECASE)  # what a spreadsheet makes of 12E3
_PLAIN_NUMBERS = 1000.0  # below it a text of figures alone is what was typed: a document's bare number


def read_text(cell: Cell) -> Reading:
    """Read one cell as a text; what was typed otherwise, or has lost letters, is a question."""
    raw = str(cell.value) if cell.kind == "text" else shown_value(cell)
    text = clean(raw)
    # The stored text was looked at before; what a date or a formula shows was not.
    if (cell.value is not cell.text and is_personal(text)) or names_persons(raw):
        return PERSONAL_DATA
    if text.casefold() in NOTHING_WORDS:
        return nothing_to_report(text)
    if cell.kind in ("date", "boolean") or BARE_DATE.fullmatch(text) or _POWER.fullmatch(text):
        return Reading(UNREADABLE, flags=(Flag("text_became_number", text, fraction_readings(cell.value)),))
    if isinstance(cell.value, int | float) and not 0 <= cell.value < _PLAIN_NUMBERS:
        return Reading(ANSWERED, text=text, flags=(Flag("text_became_number", text),))
    if has_lost_letters(raw):
        return Reading(UNREADABLE, flags=(Flag("text_letters_lost", text),))
    is_changed = text is not raw and text != " ".join(raw.split())
    return Reading(ANSWERED, text=text, flags=(Flag("text_normalised", text, text),) if is_changed else ())


def shown_value(cell: Cell) -> str:
    """What one cell shows: its day, or what is stored."""
    if isinstance(cell.value, datetime.date):
        return f"{cell.value:%d/%m/%Y}"
    return cell.text
