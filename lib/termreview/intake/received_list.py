"""One line of the office's list of what came when (`received.csv`): a file name and the day it was first seen."""

from __future__ import annotations

import csv
import datetime
import io
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from termreview.cell_text import as_meant
from termreview.errors import UsageError
from termreview.intake.date_value import parse_date
from termreview.intake.personal_data import name_without_personal

RECEIVED_LIST = "received.csv"
COLUMNS = ("file", "received_on", "note")
_CONTROLS = {code: 0x2400 + code for code in range(32)} | {
    0x7F: 0x2421,
    0x85: 0x2424,
    0x2028: 0x2424,
    0x2029: 0x2424,
}


def listed_days(folder: Path) -> Mapping[str, datetime.date]:
    """The day each file was first seen; a blank day counts as not listed.

    Raises
    ------
    UsageError
        When a line names no day: a late report must not become punctual by a slip of the pen.
    """
    path = folder / RECEIVED_LIST
    if not path.is_file():
        return {}
    text = list_text(path)
    seen = {}
    # As a stream: a name in quotes may hold a line break, of an earlier version of the program.
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=list_separator(text.splitlines()))
    if missing := [name for name in COLUMNS[:2] if name not in (rows.fieldnames or ())]:
        raise UsageError(f"{path} has no column '{missing[0]}'; its first line names: {', '.join(COLUMNS)}")
    for row in rows:
        name, day = printable_name(as_meant(row.get("file") or "")), (row.get("received_on") or "").strip()
        received_on = parse_date(day)
        if received_on is not None:
            seen[name_key(name)] = received_on
        elif day:
            raise UsageError(f"{path}: '{day}' is not a day (file {name}); write it like 2024-01-10")
    return seen


def listed_day(seen: Mapping[str, datetime.date], name: str) -> datetime.date | None:
    """The day that the office's list gives one file: by its name, or by that of the archive it came in."""
    key = name_key(name)
    while key not in seen and "/" in key:
        key = key.rpartition("/")[0]
    return seen.get(key)


def name_key(name: str) -> str:
    """One name as the lists are searched for it: however its letters are composed."""
    return unicodedata.normalize("NFC", name)


def printable_name(name: str) -> str:
    """One file name as one line of text: bytes that are no letters (old archives leave them) become `?`.

    Line breaks and other signs that no list, table or page carries become the signs that stand for them (`␊`);
    what tells of a person is withheld.
    """
    line = name.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)
    return name_without_personal(line)


def list_text(path: Path) -> str:
    """The text of one list."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8: save it as 'CSV UTF-8'") from None


def list_separator(lines: list[str]) -> str:
    """The separator of the list: Excel writes `;` where the comma is the decimal sign."""
    return ";" if lines and ";" in lines[0] else ","
