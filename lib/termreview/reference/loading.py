"""One declaration file at a time, read as text with line numbers; every mistake is collected, none raised."""

from __future__ import annotations

import csv
import datetime
import math
import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any, TextIO

import yaml

from termreview.reference.source import Source

_DATE = datetime.datetime.strptime
_KNOWN_SHOWN = 12


class _Line(int):
    """The line where a mapping starts; `of_keys` are those of its keys."""

    of_keys: Mapping[str, int]


class _Mapping(dict[Hashable, Any]):
    """One mapping of a tree; told to a reader as it is written, without the line that it carries."""

    def __repr__(self) -> str:
        return repr({key: value for key, value in self.items() if key != "__line__"})


@dataclass(frozen=True)
class Row:
    """One line of a list (CSV) or one mapping of a tree (YAML), and where it stands."""

    source: Source
    path: Path
    line: int
    values: Mapping[str, Any]

    def report(self, message: str) -> None:
        """Note one mistake in this row."""
        self.source.report(self.path, self.line, message)

    def text(self, key: str, default: str | None = None) -> str:
        """One text value, NFC; a missing one is a mistake unless a default is given."""
        value = self.values.get(key)
        if value is None or value == "":
            if default is None:
                self.report(f"'{key}' is missing")
                return ""
            return default
        if not isinstance(value, str):
            self.report(f"'{key}' must be text in quotes, not {type(value).__name__} {value!r}")
            return str(value)
        return unicodedata.normalize("NFC", value)

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One text value out of a closed list."""
        value = self.text(key, default)
        if value and choices and value not in choices:
            self.report(f"'{key}' is '{value}', expected one of: {', '.join(choices)}")
        return value

    def number(self, key: str, default: float | None = None, is_required: bool = False) -> float | None:
        """One number, or the default where nothing is declared."""
        value = self.values.get(key)
        if value is None or value == "":
            if is_required:
                self.report(f"'{key}' is missing")
            return default
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            self.report(f"'{key}' is not a number: {value!r}")
            return default
        return number

    def date(self, key: str, is_required: bool = True) -> datetime.date | None:
        """One date written as 2024-01-10, or nothing where it may be open."""
        value = self.values.get(key)
        if value is None or value == "":
            if is_required:
                self.report(f"'{key}' is missing")
            return None
        try:
            return value if isinstance(value, datetime.date) else _DATE(str(value), "%Y-%m-%d").date()
        except ValueError:
            self.report(f"'{key}' is not a date like 2024-01-10: {value!r}")
            return None

    def items(self, key: str) -> tuple[str, ...]:
        """Several text values: a YAML list, or a CSV cell separated by `;`."""
        value = self.values.get(key)
        if value is None or value == "":
            return ()
        parts = value.split(";") if isinstance(value, str) else value
        if not isinstance(parts, list):
            self.report(f"'{key}' must be a list")
            return ()
        if odd := [part for part in parts if not isinstance(part, str)]:
            self.report(f"'{key}' holds entries that are not text in quotes: {odd}")
        return tuple(unicodedata.normalize("NFC", str(part).strip()) for part in parts if str(part).strip())

    def among(self, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        """Several text values out of a closed list, or `*` for all of them; at least one is required."""
        values = self.items(key)
        if not values:
            self.report(f"'{key}' is missing; write * where it means all")
        for value in values:
            if value != "*" and choices and value not in choices:
                self.report(f"'{key}' holds '{value}', expected * or some of: {', '.join(choices)}")
        return values

    def template(self, key: str, places: Sequence[str]) -> str:
        """One text with `{placeholders}`, all of which must be known; a missing one is empty."""
        text = self.text(key, "")
        try:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError as error:
            self.report(f"'{key}' is not a template: {error}")
            return text
        for name in sorted(used - set(places)):
            known = ", ".join(places) if places else "none"
            self.report(f"'{{{name}}}' in '{key}' is not a known placeholder; known: {known}")
        return text

    def yes(self, key: str, default: bool = False) -> bool:
        """One yes/no value."""
        value = self.values.get(key)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        if value not in ("yes", "no"):
            self.report(f"'{key}' must be yes or no, not {value!r}")
        return bool(value == "yes")

    def rows(self, key: str, is_required: bool = True) -> list[Row]:
        """The child mappings below one key of a tree."""
        value = self.values.get(key)
        if value is None:
            if is_required:
                self.report(f"'{key}' is missing")
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            self.report(f"'{key}' must be a list of entries")
            return []
        return [self._child(part) for part in value]

    def row(self, key: str) -> Row | None:
        """The child mapping below one key of a tree, if declared."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.report(f"'{key}' must be an entry with keys")
            return None
        return self._child(value)

    def only(self, known: Sequence[str]) -> None:
        """Note every key that nobody reads: a typing slip must not be passed over in silence."""
        for key in self.values:
            if key != "__line__" and key not in known:
                near = (
                    known if len(known) <= _KNOWN_SHOWN else get_close_matches(key, known, _KNOWN_SHOWN, 0.0)
                )
                line = getattr(self.values.get("__line__"), "of_keys", {}).get(key, self.line)
                said = f"'{key}' is not a known key; known: {', '.join(near)}"
                self.source.report(self.path, line, said)

    def _child(self, value: Mapping[str, Any]) -> Row:
        return Row(self.source, self.path, int(value.get("__line__", self.line)), value)


def read_list(source: Source, name: str, columns: Sequence[str]) -> list[Row]:
    """Read one CSV list; a missing file, column or cell, a broken quote or an unknown column is a mistake."""
    path = source.root / name
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(_numbered_lines(source, path, stream))
    except FileNotFoundError:
        source.report(path, 1, "the file is missing", is_broken=True)
        return []
    except UnicodeDecodeError as error:
        source.report(path, 1, f"the file is not UTF-8 text: {error.reason}", is_broken=True)
        return []
    if not lines:
        source.report(path, 1, "the file is empty", is_broken=name not in source.broken)
        return []
    header = lines[0][1]
    if not _is_header(source, path, header, columns):
        return []
    rows = []
    for line, cells in lines[1:]:
        if len(cells) == len(header):
            rows.append(Row(source, path, line, dict(zip(header, cells, strict=True))))
        else:  # which cell is which cannot be told
            more = "more cells than the header (is a comma unquoted?)"
            what = more if len(cells) > len(header) else "fewer cells than the header"
            source.report(path, line, f"the line has {what}", is_broken=True)
    return rows


def _is_header(source: Source, path: Path, header: Sequence[str], columns: Sequence[str]) -> bool:
    """Say whether the first line of one list names each column once, and note what is wrong with it."""
    wrong = [column for column in columns if header.count(column) != 1]
    for column in wrong:
        what = "stands twice" if column in header else "is missing"
        source.report(path, 1, f"column '{column}' {what}", is_broken=True)
    for column in header:
        if column not in columns:
            source.report(path, 1, f"column '{column}' is not known; known: {', '.join(columns)}")
    return not wrong


def _numbered_lines(source: Source, path: Path, stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Every filled line of one CSV file with the number it starts at; reading ends at a broken quote."""
    reader = csv.reader(stream, strict=True)
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            source.report(path, start, f"the quoting of this line is broken: {error}", is_broken=True)
            return
        if cells:
            yield start, [cell.strip() for cell in cells]


class _LineLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which every mapping knows its line and dates stay as they are written."""


def _mapping_with_line(loader: _LineLoader, node: yaml.MappingNode) -> Iterator[dict[Hashable, Any]]:
    mapping = _Mapping()
    yield mapping
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, Hashable):
            raise yaml.MarkedYAMLError(problem="a key must be text", problem_mark=key_node.start_mark)
        if key in mapping:
            raise yaml.MarkedYAMLError(problem=f"key '{key}' stands twice", problem_mark=key_node.start_mark)
        mapping[key] = None
    mapping.update(loader.construct_mapping(node, deep=True))
    mapping["__line__"] = _Line(node.start_mark.line + 1)
    mapping["__line__"].of_keys = {key.value: key.start_mark.line + 1 for key, _ in node.value}


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_with_line)


def read_tree(source: Source, name: str) -> Row | None:
    """Read one YAML tree; a missing or broken file is a mistake."""
    path = source.root / name
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)
    except FileNotFoundError:
        source.report(path, 1, "the file is missing", is_broken=True)
        return None
    except UnicodeDecodeError as error:
        source.report(path, 1, f"the file is not UTF-8 text: {error.reason}", is_broken=True)
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        source.report(path, mark.line + 1 if mark else 1, f"not valid YAML: {error.problem}", is_broken=True)
        return None
    except yaml.YAMLError as error:
        source.report(path, 1, f"not valid YAML: {' '.join(str(error).split())}", is_broken=True)
        return None
    if not isinstance(content, dict):
        source.report(path, 1, "the file must be an entry with keys", is_broken=True)
        return None
    return Row(source, path, 1, content)


def unique(rows: Sequence[tuple[Row, Hashable]]) -> None:
    """Note every id that stands twice, naming the first line."""
    first: dict[Hashable, Row] = {}
    for row, key in rows:
        if key in first:
            row.report(f"'{key}' stands twice; first in line {first[key].line}")
        first.setdefault(key, row)


def without_lines(value: Any) -> Any:
    """Take the line marks out of one tree."""
    if isinstance(value, dict):
        return {key: without_lines(part) for key, part in value.items() if key != "__line__"}
    if isinstance(value, list):
        return [without_lines(part) for part in value]
    return value
