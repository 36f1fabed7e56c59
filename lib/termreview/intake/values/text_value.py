"""One cell read as an answer in words, or as Yes or No, with what spreadsheets and code pages made of the words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from termreview.intake.values.date_value import BARE_DATE, fraction_readings
from termreview.intake.values.misdecoded import has_lost_letters
from termreview.intake.values.personal_data import is_personal, names_persons
from termreview.intake.values.value_reading import (
    ANSWERED,
    NOTHING,
    PERSONAL_DATA,
    UNREADABLE,
    AbsentWords,
    Choices,
    Flag,
    Reading,
    nothing_to_report,
)
from termreview.reference.kinds.forms import Absence
from termreview.spreadsheets.workbook import Cell
from termreview.text import NOTHING_WORDS, clean, fold, unaccented

_POWER = re.compile(r"\d(?:[.,]\d+)?e\+\d+", re.IGNORECASE)  # what a spreadsheet makes of 12E3
_PLAIN_NUMBERS = 1000.0  # below it a text of figures alone is what was typed: a document's bare number


_LONGEST_ABSENCE = 120  # letters; what is longer tells something
_LONGEST_NOTHING = max(map(len, NOTHING_WORDS))
_SHORTEST_NAME = 2
_AROUND = " .,;:!()[]\"'…"
_AS_PICTURE = "\ufe0f"  # behind a sign that is to be shown in colours
_YES = {
    "có", "co", "x", "v", "đạt", "rồi", "đã", "đã có", "có rồi", "đang có", "đúng", "cã", "coù", "yes", "y",
    "true", "1", "✓", "✔", "√", "✅", "☑", "🗸", "🗹",
}  # fmt: skip
_NO = {
    "không", "khong", "ko", "k", "chưa", "chưa có", "không có", "chưa đạt", "không đạt", "chua", "sai", "no",
    "n", "false", "0",
}  # fmt: skip


def absence_phrases(absence: Absence) -> AbsentWords:
    """The words of one form made ready; those typed without accents are known, too."""
    doubts = (*absence.denials, *absence.pending)
    return AbsentWords(
        re.compile(
            _any_of(doubts)
        ),  # without the ends of words, which would have to be looked for at each letter
        _made_of((*doubts, *absence.denied, *absence.words), absence.denials),
        _made_of((*absence.pending, *absence.words), absence.pending),
        frozenset(absence.unnamed),
    )


def _made_of(texts: Iterable[str], one_of: Iterable[str]) -> re.Pattern[str]:
    """A pattern of texts that consist of some words, one of a few among them, and of bare numbers: a day, a month."""
    words = rf"(?:{_any_of(texts)}|\d+)"
    return re.compile(rf"(?=.*\b(?:{_any_of(one_of)})\b){words}(?: {words})*")


def _any_of(texts: Iterable[str]) -> str:
    known = {spelled for text in texts for spelled in (text, unaccented(text))}
    return "|".join(sorted(map(re.escape, known), key=lambda text: (-len(text), text))) or "(?!)"


def read_text(cell: Cell, absent: AbsentWords | None = None) -> Reading:
    """Read one cell as a text; what was typed otherwise, or has lost letters, is a question.

    Where a document is asked for (`absent`), words that there is none are no answer, and what names none is a question.
    """
    raw = str(cell.value) if cell.kind == "text" else displayed_value(cell)
    text = clean(raw)
    # The stored text was looked at before; what a date or a formula shows was not.
    if (cell.value is not cell.text and is_personal(text)) or names_persons(raw):
        return PERSONAL_DATA
    if len(text) <= _LONGEST_NOTHING and text.casefold() in NOTHING_WORDS:
        return nothing_to_report(text)
    if text and absent is not None and (doubt := _no_document(text, absent)) is not None:
        return doubt
    has_figures = text[:1].isdecimal() or text[-1:].isdecimal()
    is_figures = has_figures and (BARE_DATE.fullmatch(text) or _POWER.fullmatch(text))
    if is_figures or cell.kind in ("date", "boolean"):
        return Reading(UNREADABLE, flags=(Flag("text_became_number", text, fraction_readings(cell.value)),))
    if isinstance(cell.value, int | float) and not 0 <= cell.value < _PLAIN_NUMBERS:
        return Reading(ANSWERED, text=text, flags=(Flag("text_became_number", text),))
    if has_lost_letters(raw):
        return Reading(UNREADABLE, flags=(Flag("text_letters_lost", text),))
    is_changed = text is not raw and text != " ".join(raw.split())
    return Reading(ANSWERED, text=text, flags=(Flag("text_normalised", text, text),) if is_changed else ())


def _no_document(text: str, absent: AbsentWords) -> Reading | None:
    """The reading of a text that says that a document is not there, or not which; None where it names one."""
    lowered = text.casefold()
    first = text[0]
    if len(text) < _SHORTEST_NAME or first == "0" or not first.isalnum():
        named = [sign for sign in text if sign.isalnum() and sign != "0"]
        is_unnamed = not named or (len(text) < _SHORTEST_NAME and not first.isdecimal())
    else:
        is_unnamed = False
    if is_unnamed or lowered.strip(_AROUND) in absent.unnamed:
        return Reading(UNREADABLE, flags=(Flag("document_unnamed", text),))
    if len(text) > _LONGEST_ABSENCE or absent.doubt.search(lowered) is None:
        return None  # nearly always
    folded = fold(text)
    if absent.denied.fullmatch(folded) or absent.pending.fullmatch(folded):
        return Reading(NOTHING, flags=(Flag("document_absent", text),))
    return None


def displayed_value(cell: Cell) -> str:
    """What one cell shows: its day, or what is stored."""
    if isinstance(cell.value, datetime.date):
        return f"{cell.value:%d/%m/%Y}"
    return cell.text


def read_yes_no(cell: Cell, choices: Choices | None) -> Reading:
    """Read one cell as Yes or No; a cross or an empty box may mean either and is asked."""
    text = clean(str(cell.value)) if cell.kind == "text" else cell.text
    key = text.replace(_AS_PICTURE, "").casefold().rstrip(".")
    if choices is not None and key in choices.by_text:
        return Reading(ANSWERED, 1.0 if choices.by_text[key] == "yes" else 0.0)
    if key in _YES or key in _NO:
        said = "Có" if key in _YES else "Không"
        return Reading(ANSWERED, 1.0 if key in _YES else 0.0, flags=(Flag("yes_no_spelling", text, said),))
    if key in NOTHING_WORDS:  # a dash: a No, or nobody looked
        return Reading(UNREADABLE, flags=(Flag("choice_unclear", text, "Có; Không"),))
    return Reading(UNREADABLE, flags=(Flag("not_yes_no", text),))
