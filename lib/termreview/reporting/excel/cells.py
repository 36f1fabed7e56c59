"""One cell of a report's table as a spreadsheet holds it: a number behind every figure, shown as published.

A cell that shows several figures (`27/29 (93,1 %)`, `62,0–72,0`) is told apart into its roles, each a column.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from termreview.reporting.blocks.model import Cell
from termreview.reporting.blocks.number_format import NO_BREAK_SPACE, exact_number, number_text

VALUE, NUMERATOR, DENOMINATOR, PERCENT, LOW, HIGH, LEVEL = (
    "value", "numerator", "denominator", "percent", "low", "high", "level",
)  # fmt: skip
# In the order in which a cell shows them.
ROLES: Final = (VALUE, NUMERATOR, DENOMINATOR, LOW, HIGH, PERCENT, LEVEL)

_N = r"([−-]?\d{1,3}(?:\.\d{3})*(?:,\d+)?)"
_P = f"{NO_BREAK_SPACE}%"
_WORDS = r"([^\d()/–]+)"
# What a cell of figures may look like, and the role of each group; the first that fits the whole cell.
_PATTERNS: Final = tuple(
    (re.compile(pattern), roles)
    for pattern, roles in (
        (rf"{_N}/{_N} \({_N}{_P}\)", (NUMERATOR, DENOMINATOR, "percent_of")),
        (rf"{_N}/{_N}", (NUMERATOR, DENOMINATOR)),
        (rf"{_N}{_P} \({_N}/{_N}\)", ("percent_value", NUMERATOR, DENOMINATOR)),
        (rf"{_N} \({_N}/{_N}\)", (VALUE, NUMERATOR, DENOMINATOR)),
        (rf"{_N}–{_N} \({_N}{_P}\)", (LOW, HIGH, "percent_of")),
        (rf"{_N} \({_N}{_P}\)", (VALUE, "percent_of")),
        (rf"{_N}–{_N} \((.+)\)", (LOW, HIGH, LEVEL)),
        (rf"{_N}–{_N}", (LOW, HIGH)),
        (rf"{_N}–{_N}{_P}", ("percent_low", "percent_high")),
        (rf"{_N}( {_WORDS[1:-1]}) \({_N}{_P}\)", (VALUE, "suffix", "percent_of")),
        (rf"({_WORDS[1:-1]} ){_N}{_P} \({_N}{_P}–{_N}{_P}\)", ("prefix", "percent_value", "percent_low", "percent_high")),
        (rf"{_N} \({_WORDS}(\d?)\)", ("both", "level_words", "level_digit")),
        (rf"(≥{NO_BREAK_SPACE}|≤{NO_BREAK_SPACE}|){_N}{_P}", ("prefix", "percent_value")),
        (rf"(≥{NO_BREAK_SPACE}|≤{NO_BREAK_SPACE}|){_N}({NO_BREAK_SPACE}đ|(?: {_WORDS[1:-1]})?)", ("prefix", VALUE, "suffix")),
    )
)  # fmt: skip
# Format of the page -> decimals, whether it is a share, what the raw value is divided by, what follows the number.
_FORMATS: Final[Mapping[str, tuple[int, bool, int, str]]] = {
    "integer": (0, False, 1, ""),
    "decimal1": (1, False, 1, ""),
    "points": (1, False, 1, ""),
    "ratio": (2, False, 1, ""),
    "percent1": (1, True, 100, ""),
    "share1": (1, True, 1, ""),
    "vnd": (0, False, 1, f"{NO_BREAK_SPACE}đ"),
}
_DATE_FORMAT: Final = "dd/mm/yyyy"
# Says whose separators these are; programs that do not heed it take those of the reader's settings.
VIETNAMESE: Final = "[$-42A]"
TEXT_FORMAT: Final = "@"


@dataclass(frozen=True)
class Piece:
    """One figure or text of a spreadsheet cell: what the cell holds and the format that shows it as published."""

    value: int | float | str | datetime.date
    format: str = TEXT_FORMAT
    decimals: int = 0
    is_share: bool = False
    before: str = ""
    after: str = ""

    @property
    def number(self) -> float | None:
        """The number that the cell holds, if it is one."""
        return None if isinstance(self.value, str | datetime.date) else float(self.value)

    def shown(self, number: float) -> str:
        """How this cell shows a number: as the page writes it."""
        return shown_number(number, self.decimals, self.is_share, self.before, self.after)


def shown_number(number: float, decimals: int, is_share: bool, before: str = "", after: str = "") -> str:
    """One number as a spreadsheet shows it, in Vietnamese writing; both look at fifteen digits when they round."""
    exact = exact_number(f"{number:.15g}")
    assert exact is not None
    form = {0: "integer", 1: "decimal1", 2: "ratio"}[decimals]
    text = number_text(exact * 100 if is_share else exact, form)
    return f"{before}{text}{_P if is_share else ''}{after}"


def excel_format(decimals: int, is_share: bool, before: str = "", after: str = "") -> str:
    """The number format of one look."""

    def literal(text: str) -> str:
        return f'"{text.replace(chr(34), "")}"' if text else ""

    digits = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    share = f'"{NO_BREAK_SPACE}"%' if is_share else ""
    return VIETNAMESE + literal(before) + digits + share + literal(after)


def cell_pieces(cell: Cell, format_name: str, align: str) -> dict[str, Piece]:
    """The figures of one cell by role; a text stands alone as `value`, an empty cell has none."""
    shown, raw = (cell, None) if isinstance(cell, str) else (str(cell[0]), cell[1])
    if not shown:
        return {}
    if raw is not None:
        return {VALUE: _typed(raw, format_name)}
    if align != "left":
        for pattern, roles in _PATTERNS:
            found = pattern.fullmatch(shown)
            if found:
                return _told_apart(dict(zip(roles, found.groups(), strict=True)))
    return {VALUE: Piece(shown)}


def _typed(raw: int | float | str, format_name: str) -> Piece:
    if format_name == "date":
        return Piece(datetime.date.fromisoformat(str(raw)), _DATE_FORMAT)
    decimals, is_share, divisor, after = _FORMATS[format_name]
    number = float(raw) / divisor if divisor != 1 else raw
    return Piece(number, excel_format(decimals, is_share, "", after), decimals, is_share, "", after)


def _told_apart(groups: dict[str, str]) -> dict[str, Piece]:
    """The pieces of one matched cell; words around a figure go into its format."""
    before, after = groups.pop("prefix", ""), groups.pop("suffix", "")
    level = groups.pop("level_words", "") + groups.pop("level_digit", "")
    if "both" in groups:
        both = groups.pop("both")
        groups = {LOW: both, HIGH: both}
    pieces = {}
    for name, text in groups.items():
        if name == LEVEL:
            pieces[LEVEL] = Piece(text)
            continue
        is_share = name.startswith("percent")
        role = {"percent_of": PERCENT, "percent_value": VALUE, "percent_low": LOW, "percent_high": HIGH}.get(
            name, name
        )
        around = (before, after) if role == VALUE else ("", "")
        pieces[role] = _parsed(text, is_share, *around)
    if level:
        pieces[LEVEL] = Piece(level)
    return pieces  # fmt: skip


def _parsed(text: str, is_share: bool, before: str, after: str) -> Piece:
    """One figure as the page writes it, read back."""
    number = exact_number(text.replace(".", "").replace(",", ".").replace("−", "-"))
    assert number is not None
    decimals = len(text.partition(",")[2])
    value = number / 100 if is_share else number
    held = int(value) if value == value.to_integral_value() else float(value)
    return Piece(held, excel_format(decimals, is_share, before, after), decimals, is_share, before, after)
