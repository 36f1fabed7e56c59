"""One place of a report at which something is printed: a cell of a table, a key figure, a sentence, a chart's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from termreview.reporting.agreement.reading import ReadTable, plain
from termreview.reporting.blocks.model import Cell, Part, plain_text
from termreview.reporting.changes.report_diff_text import sentences, take_apart

CELL, KEY_FIGURE = "cell", "figure"


@dataclass(frozen=True, order=True)
class PlaceKey:
    """What tells one cell or key figure from all others: its table (by the words of its caption), row and column.

    A number counts those of one name: two tables of one caption, two rows of one head.
    """

    kind: str
    table: str
    table_number: int
    group: str
    row: str
    row_number: int
    column: str
    column_number: int


@dataclass(frozen=True)
class Where:
    """One place as a reader finds it: section, caption of the table, row (with what heads it), column."""

    section: str
    table: str = ""
    row: str = ""
    column: str = ""


@dataclass(frozen=True)
class Printed:
    """What one report prints: the text of each cell and key figure and where it stands, the sentences by section."""

    cells: Mapping[PlaceKey, str]
    where: Mapping[PlaceKey, Where]
    lines: Mapping[str, tuple[str, ...]]


def printed_by(shown: Iterable[tuple[str, Sequence[Part]]], names: Sequence[str] = ()) -> Printed:
    """Read what some sections print from their models; `names` are those of schools, whose digits are no figures."""
    cells: dict[PlaceKey, str] = {}
    where: dict[PlaceKey, Where] = {}
    lines: dict[str, list[str]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for section, parts in shown:
        told = lines.setdefault(section, [])
        for part in parts:
            for text in _texts(part):
                told += sentences(plain(text))
            found = []
            if part["kind"] == "table":
                found = list(_cells(_table_of(part), section, seen, names))
            elif part["kind"] == "key_figures":
                found = list(_key_figures(part["cards"], section, seen, names))
            for key, place, text in found:
                cells[key], where[key] = plain(text), place
    return Printed(cells, where, {name: tuple(told) for name, told in lines.items()})


def tables_of_page(tables: Iterable[ReadTable], names: Sequence[str] = ()) -> Printed:
    """What the tables of one page print as it was handed out; in which section each stands is not read."""
    seen: Counter[tuple[str, str]] = Counter()
    found = [each for table in tables for each in _cells(table, "", seen, names)]
    return Printed({key: text for key, _, text in found}, {key: place for key, place, _ in found}, {})


def _texts(part: Part) -> Iterator[str]:
    """The words of one part that stand in no table and are no key figure."""
    match part["kind"]:
        case "inline" | "paragraph":
            yield plain_text(part["runs"])
        case "bullets":
            yield from map(plain_text, part["items"])
        case "callout":
            yield from map(plain_text, (part["title"], *part["items"]))
        case "key_figures":
            for label, _, detail in part["cards"]:
                name = plain_text(label).partition(" (")[0]
                yield plain_text(label)
                yield from (f"{name}: {piece}" for piece in sentences(plain_text(detail)))
        case "table":
            yield from map(plain_text, (part["caption"], *part["notes"]))
        case "figure":
            yield from map(plain_text, (part["title"], part["alt"], part["caption"]))


def _table_of(part: Part) -> ReadTable:
    """One table as a reader of the page sees it: the badge of a row beside its name."""
    head = next((at for at, column in enumerate(part["columns"]) if column.get("head")), 0)
    table = ReadTable(
        plain(plain_text(part["caption"])), [plain(column["title"]) for column in part["columns"]]
    )
    for row in part["rows"]:
        cells = [_told(cell) for cell in row["cells"]]
        if row.get("badge"):
            cells[head] = f"{cells[head]} {row['badge']}"
        table.rows.append((plain(row.get("group", "")), cells))
    if part["total"] is not None:
        table.rows.append(("", [_told(cell) for cell in part["total"]]))
    return table


def _told(cell: Cell) -> str:
    return plain(plain_text(cell))


Found = tuple[PlaceKey, Where, str]


def _cells(
    table: ReadTable, section: str, seen: Counter[tuple[str, str]], names: Sequence[str]
) -> Iterator[Found]:
    caption = take_apart(table.caption, names).bare
    seen[CELL, caption] += 1
    rows: Counter[tuple[str, str]] = Counter()
    for group, cells in table.rows:
        head = cells[0] if cells else ""
        at = take_apart(group, names).bare, head
        rows[at] += 1
        row = " – ".join(part for part in (group, head) if part)
        columns: Counter[str] = Counter()
        for column, text in zip(table.columns, cells, strict=False):
            name = take_apart(column, names).bare
            columns[name] += 1
            key = PlaceKey(CELL, caption, seen[CELL, caption], *at, rows[at], name, columns[name])
            yield key, Where(section, table.caption, row, column), text


def _key_figures(
    cards: Iterable[Sequence[Any]], section: str, seen: Counter[tuple[str, str]], names: Sequence[str]
) -> Iterator[Found]:
    for label, value, _ in cards:
        label = plain_text(label)
        name = take_apart(label, names).bare.partition(" (")[0]
        seen[KEY_FIGURE, name] += 1
        key = PlaceKey(KEY_FIGURE, "", seen[KEY_FIGURE, name], "", name, 1, "", 1)
        words = [run for run in value if not isinstance(run, list) or run[1] != "mark"]
        yield key, Where(section, row=plain(label)), plain_text(words)
