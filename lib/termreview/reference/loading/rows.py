"""One line of a list or one mapping of a tree, read value by value; every mistake is noted, none raised."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Hashable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any

from termreview.coded_text import CodedText
from termreview.reference.loading.list_file import Unsure
from termreview.reference.loading.source import Source

LINE = "__line__"
_DATE = datetime.datetime.strptime
_KNOWN_SHOWN = 12
_LONGEST_ID = 80
# Line breaks and controls, marks of markup, and what turns the direction of the text around it.
_NO_NAME = re.compile("[\x00-\x1f\x7f-\x9f<>\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_OF_WINDOWS = {"CON", "PRN", "AUX", "NUL", *(f"{name}{n}" for name in ("COM", "LPT") for n in range(10))}
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters by their class, blank on every screen
_LIKENESS = 0.75  # from here on a name is taken for a slip of the pen of another


class Line(int):
    """The line where a mapping starts; `of_keys` are those of its keys."""

    of_keys: Mapping[str, int]


@dataclass(frozen=True)
class Row:
    """One line of a list (CSV) or one mapping of a tree (YAML), and where it stands."""

    source: Source
    path: Path
    line: int
    values: Mapping[str, Any]

    def report(self, code: str, key: str = "", /, *, is_broken: bool = False, **values: Any) -> None:
        """Note one mistake in this row, or at one of its keys, which `{key}` then names in the text.

        With `is_broken`, what seems to be missing may stand there.
        """
        at = {"key": key} if key else {}
        self.source.report(self.path, self.line_of(key), code, is_broken=is_broken, **(at | values))

    def line_of(self, key: Hashable) -> int:
        """The line of one key; that of the row where it has no line of its own."""
        return int(getattr(self.values.get(LINE), "of_keys", {}).get(key, self.line))

    def text(self, key: str, default: str | None = None) -> str:
        """One text value, NFC; a missing one is a mistake unless a default is given."""
        value = self.values.get(key)
        if value is None or value == "":
            if default is None:
                self.report("missing", key)
                return ""
            return default
        if not isinstance(value, str):
            self.report("not_text", key, kind=type(value).__name__, value=value)
            return "" if isinstance(value, list | dict) else str(value)
        if value.strip(" ") and not any(map(_is_visible, value)):
            self.report("nothing_visible", key)
            return ""
        return unicodedata.normalize("NFC", value)

    def name(self, key: str, default: str | None = None) -> str:
        """One name, on one line, without signs that a page or a file name would take for something else."""
        value = self.text(key, default)
        if isinstance(self.values.get(key), str) and (found := _NO_NAME.search(value)):
            self.report("odd_sign", key, code=ord(found[0]))
        return value

    def id(self, key: str, default: str | None = None) -> str:
        """One id: what names a file, a column or a key wherever it is used, on every system."""
        value = self.text(key, default)
        if value and isinstance(self.values.get(key), str) and not is_id(value):
            self.report("no_id", key, value=value)
            return ""
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One text value out of a closed list."""
        value = self.text(key, default)
        is_text = isinstance(self.values.get(key), str)  # what else stands there is told
        if value and choices and value not in choices and is_text:
            self.report("not_a_choice", key, value=value, choices=", ".join(choices))
        return value

    def number(self, key: str, default: float | None = None, is_required: bool = False) -> float | None:
        """One number, or the default where nothing is declared."""
        value = self.values.get(key)
        if value is None or value == "":
            if is_required:
                self.report("missing", key=key)
            return default
        if isinstance(value, Unsure):
            return default
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            self.report("not_a_number", key, value=value)
            return default
        return number

    def date(self, key: str, is_required: bool = True) -> datetime.date | None:
        """One date written as 2024-01-10, or nothing where it may be open."""
        value = self.values.get(key)
        if value is None or value == "":
            if is_required:
                self.report("missing", key=key)
            return None
        if isinstance(value, Unsure):
            return None
        try:
            return value if isinstance(value, datetime.date) else _DATE(str(value), "%Y-%m-%d").date()
        except ValueError:
            self.report("not_a_date", key, value=value)
            return None

    def items(self, key: str) -> tuple[str, ...]:
        """Several text values: a YAML list, or a CSV cell separated by `;`."""
        value = self.values.get(key)
        if value is None or value == "":
            return ()
        parts = value.split(";") if isinstance(value, str) else value
        if not isinstance(parts, list):
            self.report("not_a_list", key)
            return ()
        if odd := [part for part in parts if not isinstance(part, str)]:
            self.report("entries_not_text", key, odd=odd)
        return tuple(unicodedata.normalize("NFC", str(part).strip()) for part in parts if str(part).strip())

    def among(self, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        """Several text values out of a closed list, or `*` for all of them; at least one is required."""
        values = self.items(key)
        if not values:
            self.report("missing_or_all", key=key)
        for value in values:
            if value != "*" and choices and value not in choices:
                self.report("not_among", key, value=value, choices=", ".join(choices))
        return values

    def template(self, key: str, places: Sequence[str]) -> str:
        """One text with `{placeholders}`, all of which must be known; a missing one is empty."""
        text = self.text(key, "")
        try:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError as error:
            self.report("not_a_template", key, why=error)
            return text
        for name in sorted(used - set(places)):
            known = ", ".join(places) or CodedText("nothing")
            self.report("place_unknown", key, place=name, known=known)
        return text

    def yes(self, key: str, default: bool = False) -> bool:
        """One yes/no value."""
        value = self.values.get(key)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        if value not in ("yes", "no"):
            self.report("not_yes_or_no", key, value=value)
        return bool(value == "yes")

    def rows(self, key: str, is_required: bool = True) -> list[Row]:
        """The child mappings below one key of a tree."""
        value = self.values.get(key)
        if value is None:
            if is_required:
                self.report("missing", key=key, is_broken=True)
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            self.report("not_entries", key, is_broken=True)
            return []
        return [self._child(part) for part in value]

    def row(self, key: str) -> Row | None:
        """The child mapping below one key of a tree, if declared."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.report("not_a_mapping", key, is_broken=True)
            return None
        return self._child(value)

    def only(self, known: Sequence[str]) -> None:
        """Note every key that nobody reads: a typing slip must not be passed over in silence.

        A key that is all but a known one is read as that one from here on, so that nothing else is missed for it.
        """
        for key in [key for key in self.values if key != LINE and key not in known]:
            line, name = self.line_of(key), _as_written(key)
            free = [one for one in known if one not in self.values]
            meant = name if name in free else meant_by(name, free)
            if meant and isinstance(self.values, MutableMapping):
                self.values[meant] = self.values.pop(key)
                getattr(self.values.get(LINE), "of_keys", {})[meant] = line
                said = (
                    CodedText("key_unquoted", name=name)
                    if meant == name
                    else CodedText("key_meant", name=name, meant=meant)
                )
            else:
                near = (
                    known if len(known) <= _KNOWN_SHOWN else get_close_matches(name, known, _KNOWN_SHOWN, 0.0)
                )
                said = CodedText("key_unknown", name=name, known=", ".join(near))
            self.source.report(self.path, line, said)

    def _child(self, value: Mapping[str, Any]) -> Row:
        return Row(self.source, self.path, int(value.get(LINE, self.line)), value)


def is_id(text: str) -> bool:
    """Say whether one text can name a file and a key: letters, digits, `-`, `_` and `.`, no name that Windows keeps."""
    is_plain = all(sign.isalnum() or sign in "-_." for sign in text)
    is_composed = unicodedata.normalize("NFKC", text) == text
    is_kept = text.partition(".")[0].upper() in _OF_WINDOWS
    return is_plain and is_composed and text.strip(".") == text and not is_kept and len(text) <= _LONGEST_ID


def _is_visible(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "CZM" and sign not in _BLANK_LETTERS


def _as_written(key: Hashable) -> str:
    """One key as text: without quotes, YAML makes a number of 1 and a truth of yes."""
    return str(key) if not isinstance(key, bool) else "yes" if key else "no"


def meant_by(name: str, known: Sequence[str]) -> str:
    """The known name that another one is a slip of the pen of; nothing where none is near."""
    return next(iter(get_close_matches(name, known, 1, _LIKENESS)), "")


def unique(rows: Sequence[tuple[Row, Hashable]]) -> None:
    """Note every id that stands twice, naming the first line.

    A record without its id may be any that is looked for: none of its file can be called unknown.
    """
    first: dict[Hashable, Row] = {}
    for row, key in rows:
        if not key:
            row.source.hide(row.path)
        elif key in first:
            row.report("id_twice", id=key, line=first[key].line)
        first.setdefault(key, row)


def unique_order(rows: Sequence[Row]) -> None:
    """Note every `order` that stands twice in one list: which of the two comes first would be chance."""
    first: dict[float, Row] = {}
    for row in rows:
        number = row.number("order")
        if number is not None and first.setdefault(number, row) is not row:
            row.report("order_twice", "order", order=number, line=first[number].line)


def without_lines(value: Any) -> Any:
    """Take the line marks out of one tree."""
    if isinstance(value, dict):
        return {key: without_lines(part) for key, part in value.items() if key != LINE}
    if isinstance(value, list):
        return [without_lines(part) for part in value]
    return value
