"""One cell read as Yes or No, as Vietnamese officers write and tick it."""

from __future__ import annotations

from termreview.intake.values.value_reading import ANSWERED, UNREADABLE, Choices, Flag, Reading
from termreview.spreadsheets.workbook import Cell
from termreview.text import NOTHING_WORDS, clean

_AS_PICTURE = "\ufe0f"  # behind a sign that is to be shown in colours
_YES = {
    "có", "co", "x", "v", "đạt", "rồi", "đã", "đã có", "có rồi", "đang có", "đúng", "cã", "coù", "yes", "y",
    "true", "1", "✓", "✔", "√", "✅", "☑", "🗸", "🗹",
}  # fmt: skip
_NO = {
    "không", "khong", "ko", "k", "chưa", "chưa có", "không có", "chưa đạt", "không đạt", "chua", "sai", "no",
    "n", "false", "0",
}  # fmt: skip


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
