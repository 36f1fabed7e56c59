"""One text as a cell of a list (CSV) that a spreadsheet program opens: shown as it is, never computed."""

from __future__ import annotations

import re

# A program computes what begins so; some pass over white space before it, and take wide signs for narrow ones.
_LIVE = re.compile(r"['\s]*[=+\-@\t\r\n＝＋－＠]")


def inert(text: str) -> str:
    """One text with an apostrophe before it where a program would compute it; `as_meant` reads it back."""
    return f"'{text}" if _LIVE.match(text) else text


def as_meant(cell: str) -> str:
    """The text that one cell was written for by `inert`."""
    return cell[1:] if cell.startswith("'") and _LIVE.match(cell) else cell
