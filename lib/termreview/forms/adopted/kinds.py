"""One kind of answer guessed for one open cell, from its validation, number format, unit and heads; then one for the row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from termreview.forms.adopted.office_workbook import OfficeCell
from termreview.reference.texts.adoption_texts import AdoptionTexts

_LONGEST_LIST = 255  # characters of a drop-down
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


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
