"""What the program itself says to people: a code and values, whose Vietnamese text stands in one list, `coded_texts.csv`.

The list belongs to the program and not to an office's declarations: it is at hand when those cannot be read.
"""

from __future__ import annotations

import csv
import errno
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

LIST = Path(__file__).with_name("coded_texts.csv")


class ListedText(NamedTuple):
    """One row of the list: a text with named places, and the declarations that a mistake of its kind may follow from."""

    text: str
    follows_from: tuple[str, ...]


@cache
def listed_texts() -> Mapping[str, ListedText]:
    """The whole list by code."""
    with LIST.open(encoding="utf-8", newline="") as lines:
        return MappingProxyType(
            {
                row["code"]: ListedText(row["text"], tuple(filter(None, row["follows_from"].split(";"))))
                for row in csv.DictReader(lines)
            }
        )


class CodedText(str):
    """One text as people read it; `code` is its row of the list, `values` are what fills its places, as text."""

    code: str
    values: Mapping[str, str]

    def __new__(cls, code: str, /, **values: object) -> CodedText:
        """Fill the places of one text; a place takes any value, an error of the system is told by its reason."""
        spoken = {name: _spoken(value) for name, value in values.items()}
        found = super().__new__(cls, listed_texts()[code].text.format_map(spoken))
        found.code, found.values = code, {name: str(value) for name, value in spoken.items()}
        return found

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (str(self), self.code, self.values)


def _rebuilt(text: str, code: str, values: Mapping[str, str]) -> CodedText:
    """The same text in another process."""
    found = str.__new__(CodedText, text)
    found.code, found.values = code, values
    return found


def reason(error: OSError) -> str:
    """Why the system refused something, by the number that it gives; in its own language where the list has none."""
    number = getattr(error, "winerror", None)
    code = f"windows_{number}" if number else f"system_{errno.errorcode.get(error.errno or 0, '')}"
    return CodedText(code) if code in listed_texts() else str(error.strerror or error)


def _spoken(value: object) -> object:
    if not isinstance(value, OSError) or value.errno is None:
        return value
    return f"{reason(value)}: {value.filename}" if value.filename is not None else reason(value)
