"""One look for every annex workbook: cell formats by what a cell is, widths and heights by what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any, Final

INK, ACCENT, PALE, RULE, MUTED = "#1F2933", "#1F4E79", "#E8EEF5", "#B8C4D0", "#52606D"
FONT: Final = "Times New Roman"
WIDEST: Final = 44
# A column that heads groups of rows says the same again and again: it is narrow and small.
GROUP_WIDEST, GROUP_SIZE = 44, 9
NARROWEST: Final = 7
LINE: Final = 15.0
_HIGHEST: Final = 409.0  # points: what a row of Excel can be
# How many signs one width holds, in the widest font that may stand in for ours.
SIGNS_PER_WIDTH, SIGNS_OF_HEAD = 1.0, 0.95

_BASE: Final[Mapping[str, Any]] = {
    "font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter",
}  # fmt: skip
_BOXED: Final = {"border": 1, "border_color": RULE}
_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"bold": True, "font_size": 13, "font_color": ACCENT, "text_wrap": True},
    "place": {"italic": True, "font_color": MUTED, "text_wrap": True},
    "head": _BOXED | {"bold": True, "bg_color": PALE, "align": "center", "text_wrap": True},
    "code": {"font_size": 8, "font_color": MUTED, "align": "left"},
    "cell": _BOXED,
    "plain": {},
    "group": _BOXED | {"font_size": GROUP_SIZE, "font_color": MUTED},
    "total": _BOXED | {"bold": True, "bg_color": PALE},
    "note": {"italic": True, "text_wrap": True, "valign": "top", "font_color": MUTED},
    "link": {"font_color": "#0B5CAD", "underline": 1},
    "cover": {"bold": True, "font_size": 16, "font_color": ACCENT, "text_wrap": True},
    "subject": {"bold": True, "font_size": 13, "text_wrap": True},
    "notice": {"bold": True, "bg_color": "#FDE8C8", "font_color": "#7A4100", "text_wrap": True, "border": 1},
    "fact": _BOXED | {"bold": True, "bg_color": PALE},
    "value": _BOXED,
    "heading": {"bold": True, "font_size": 12, "font_color": ACCENT},
    "words": {"text_wrap": True, "valign": "top"},
}


class Formats:
    """The cell formats of one workbook, each made once: a look, a side, a number format."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[Any, ...], Any] = {}

    def of(self, look: str, side: str = "", number: str = "", *, is_guarded: bool = False) -> Any:
        """One format; `is_guarded` keeps a text that begins like a formula a text when somebody edits it."""
        key = (look, side, number, is_guarded)
        if key not in self.made:
            properties = {**_BASE, **_LOOKS[look]}
            properties |= {"align": side} if side else {}
            properties |= {"indent": 1} if side in ("left", "right") else {}
            properties |= {"num_format": number} if number else {}
            properties |= {"text_wrap": True} if number == "@" else {}
            properties |= {"quote_prefix": True} if is_guarded else {}
            self.made[key] = self.book.add_format(properties)
        return self.made[key]


def column_width(head: str, texts: Iterable[str], *, is_text: bool, widest: float = WIDEST) -> float:
    """How wide one column is, in signs: its longest entry, its head in two or three lines."""
    longest = max((len(text) for text in texts), default=0)
    longest_word = max((len(word) for word in head.split()), default=0)
    titled = max(longest_word + 2, min(ceil(len(head) / 2) + 2, 16))
    wanted = min(longest + 3, widest) if is_text else longest + 3
    return float(max(NARROWEST, wanted, titled))


def lines_height(text: str, width: float, points: float = 11.0, signs: float = SIGNS_PER_WIDTH) -> float:
    """How high a row is that shows one text, broken between words at `width`; `signs` says how many one width holds."""
    per_line = max(width * 11.0 / points * signs, 1.0)
    lines = sum(_line_count(line, per_line) for line in text.split("\n"))
    return min(lines * LINE * points / 11.0 + 3, _HIGHEST)


def _line_count(text: str, per_line: float) -> int:
    count, filled = 1, 0
    for word in text.split():
        if filled and filled + 1 + len(word) > per_line:
            count, filled = count + 1, 0
        filled += len(word) + (filled > 0)
        while filled > per_line:
            count, filled = count + 1, int(filled - per_line)
    return count
