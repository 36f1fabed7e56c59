"""One line of the office's list of what came when (`received.csv`): a file name and the day it was first seen."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from termreview.cell_text import as_meant
from termreview.coded_text import reason
from termreview.errors import UsageError
from termreview.intake.values.date_value import parse_date
from termreview.intake.values.personal_data import name_without_personal
from termreview.reference.loading.list_file import ListFile, parse_list

RECEIVED_LIST = "received.csv"
COLUMNS = ("file", "received_on", "note")
_CONTROLS = {code: 0x2400 + code for code in range(32)} | {
    0x7F: 0x2421,
    0x85: 0x2424,
    0x2028: 0x2424,
    0x2029: 0x2424,
}


def listed_days(folder: Path, schools: Collection[str] | None = None) -> Mapping[str, datetime.date]:
    """The day each file was first seen, by its `printable_name`; a blank day counts as not listed.

    Raises
    ------
    UsageError
        When a line names no day: a late report must not become punctual by a slip of the pen.
    """
    path = folder / RECEIVED_LIST
    content = _content(path)
    return {} if content is None else _days(path, content, None if schools is None else tuple(schools))


def listed_day(seen: Mapping[str, datetime.date], name: str) -> datetime.date | None:
    """The day that the office's list gives one file: by its name, or by that of the archive it came in."""
    key = name_key(name)
    while key not in seen and "/" in key:
        key = key.rpartition("/")[0]
    return seen.get(key)


def name_key(name: str) -> str:
    """One name as the lists are searched for it: however its letters are composed, without white space around it."""
    return unicodedata.normalize("NFC", name).strip()


def printable_name(name: str, schools: Collection[str] | None = None) -> str:
    """One file name as one line of text: bytes that are no letters (old archives leave them) become `?`.

    Line breaks and other signs that no list, table or page carries become the signs that stand for them (`␊`);
    what tells of a person is withheld, as in `name_without_personal`.
    """
    line = name.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)
    return name_without_personal(line, schools)


def read_received_list(folder: Path) -> ListFile | None:
    """The office's list of one term as any spreadsheet program saved it; nothing where there is none.

    Raises
    ------
    UsageError
        When it cannot be read, or a line can mean two things.
    """
    path = folder / RECEIVED_LIST
    content = _content(path)
    return None if content is None else _parsed(path, content)


def _content(path: Path) -> bytes | None:
    try:
        if path.is_file():
            return path.read_bytes()
        if path.exists() or path.is_symlink():
            raise UsageError("no_plain_file", path=path)
    except OSError as error:
        raise UsageError("unreadable", path=path, why=reason(error)) from None
    return None


@lru_cache(maxsize=4)  # one run asks for days, notes and lines of the same list
def _parsed(path: Path, content: bytes) -> ListFile:
    found = parse_list(content, COLUMNS[:2], is_by_hand=True)
    for fault in found.faults:
        raise UsageError("list_fault", list=path, line=fault.line, fault=fault.message)
    return found


@lru_cache(maxsize=4)
def _days(path: Path, content: bytes, schools: tuple[str, ...] | None) -> Mapping[str, datetime.date]:
    found = _parsed(path, content)
    if missing := [name for name in COLUMNS[:2] if name not in found.header]:
        raise UsageError("received_no_column", list=path, column=missing[0], columns=", ".join(COLUMNS))
    seen = {}
    for _, cells in found.rows:
        row = dict(zip(found.header, cells, strict=False))
        name, day = printable_name(as_meant(row.get("file", "")), schools), row.get("received_on", "").strip()
        received_on = parse_date(day)
        if received_on is not None:
            seen[name_key(name)] = received_on
        elif day:
            raise UsageError("received_no_day", list=path, day=day, file=name)
    return MappingProxyType(seen)


def refuse_lost_letters(folder: Path, seen: Mapping[str, datetime.date], there: Collection[str]) -> None:
    """Stop where a listed name is that of a file but for letters that became `?`: the file would count as new.

    Raises
    ------
    UsageError
        Naming the first such line.
    """
    for name in seen:
        if "?" in name and name not in there:
            letters = re.compile(re.escape(name).replace(r"\?", r"[^\x00-\x7f]"))
            if any(letters.fullmatch(other) for other in there):
                path = folder / RECEIVED_LIST
                raise UsageError("file_letters_lost", list=path, file=name)
