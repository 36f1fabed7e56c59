"""One place of a report at which something is told: a cell of a table, a key figure, a sentence, each with its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from termreview.reporting.blocks.model import (
    BOTH,
    HIGH,
    LOW,
    VALUE,
    Line,
    Part,
    Run,
    about_number,
    flat,
    is_number,
    plain_text,
    run_text,
)
from termreview.reporting.blocks.number_format import MISSING_MARK, NUMBER_FORMATS, printed_number
from termreview.reporting.pages.reading import one_line

CELL, KEY_FIGURE = "cell", "figure"
FIGURE: Final = "\ufffc"  # stands for one figure in the words around it; no text of data holds it
# Numbers in a sentence that count and measure nothing: they say which level, which document is meant.
_NAMING: Final = frozenset(["level", "number"])

# The keys of the sentences that one figure stands in, and its place in the last one (its role in a cell).
FigureKey = tuple[str, ...]
# What is printed, by which figure: the number as it is printed.
Figures = Mapping[FigureKey, Decimal]


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
class FiguredText:
    """One text with the figures in it: `key` is that of a declared sentence, `bare` its words without the figures."""

    key: str
    text: str
    bare: str
    figures: Figures


@dataclass(frozen=True)
class ReportContent:
    """What one report tells: each cell and key figure, and where it stands; the sentences by section."""

    cells: Mapping[PlaceKey, FiguredText]
    where: Mapping[PlaceKey, Where]
    sentences: Mapping[str, tuple[FiguredText, ...]]

    @property
    def counted(self) -> int:
        """How many figures it prints in its cells, key figures and sentences."""
        said = [*self.cells.values(), *(one for own in self.sentences.values() for one in own)]
        return sum(len(one.figures) for one in said)


def reported_content(sections: Iterable[tuple[str, Sequence[Part]]]) -> ReportContent:
    """Read what some sections tell from their models."""
    cells: dict[PlaceKey, FiguredText] = {}
    where: dict[PlaceKey, Where] = {}
    sentences: dict[str, list[FiguredText]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for section, parts in sections:
        own = sentences.setdefault(section, [])
        for part in parts:
            for line in _lines(part):
                own += _sentences(line)
            found: Iterable[tuple[PlaceKey, Where, Line]] = ()
            if part["kind"] == "table":
                found = _cells(part, section, seen)
            elif part["kind"] == "key_figures":
                found = _key_figures(part["cards"], section, seen)
            for key, place, line in found:
                cells[key], where[key] = figured_text(line), place
    return ReportContent(cells, where, {name: tuple(own) for name, own in sentences.items()})


def figured_text(line: Line, key: str = "") -> FiguredText:
    """One line of text with the figures in it."""
    return FiguredText(key, one_line(plain_text(line)), bare(line), dict(_figures(line)))


def bare(line: Line) -> str:
    """The words of one line with one sign for each figure, for an interval, and for what is missing."""
    words = [FIGURE if _counts(run) else run_text(run) for run in flat(line)]
    text = one_line("".join(words)).replace(MISSING_MARK, FIGURE)
    return text.replace(f"{FIGURE}–{FIGURE}", FIGURE)


def _counts(run: Run) -> bool:
    """Whether one run is a figure that counts or measures something: no day, no number of a level."""
    return (
        isinstance(run, list)
        and is_number(run)
        and run[1] in NUMBER_FORMATS
        and about_number(run)[0] not in _NAMING
    )


def _figures(line: Line, above: FigureKey = ()) -> Iterator[tuple[FigureKey, Decimal]]:
    """Every figure of one line by its key; figures, or sentences, of one name are told apart by their number."""
    seen: Counter[FigureKey] = Counter()
    for run in [line] if isinstance(line, str) else line:
        if isinstance(run, dict):
            name: FigureKey = (run["key"], bare(run["runs"]))
            seen[name] += 1
            yield from _figures(run["runs"], (*above, *name, str(seen[name])))
        elif isinstance(run, list) and _counts(run):
            name = (about_number(run)[0],)
            seen[name] += 1
            number = printed_number(run[0], run[1])
            if number is not None:
                yield (*above, *name, str(seen[name])), number


def aligned(path: Sequence[FiguredText | None]) -> list[Figures] | None:
    """The figures of one cell at each step; None where its words changed, not only its figures.

    Where one step prints an interval and another a figure, the figure stands as both its ends.
    """
    known = [one for one in path if one is not None and one.text not in ("", MISSING_MARK)]
    if not any(one.figures for one in known) or len({one.bare for one in known}) > 1:
        return None
    low, high, single, both = ((role, "1") for role in (LOW, HIGH, VALUE, BOTH))
    is_interval = any(low in one.figures for one in known)
    told: list[Figures] = []
    for one in path:
        own = {} if one is None else dict(one.figures)
        alone = own.pop(both, None) if both in own else own.pop(single, None) if is_interval and low not in own else None  # fmt: skip
        told.append(own if alone is None else {low: alone, high: alone, **own})
    return told


def _lines(part: Part) -> Iterator[Line]:
    """The lines of one part that stand in no table and are no key figure."""
    match part["kind"]:
        case "inline" | "paragraph":
            yield part["runs"]
        case "bullets":
            yield from part["items"]
        case "callout":
            yield from (part["title"], *part["items"])
        case "key_figures":
            for label, _, detail in part["cards"]:
                yield from (label, detail)
        case "table":
            yield from (part["caption"], *part["notes"])
        case "figure":
            yield from (part["title"], part["alt"], part["caption"])


def _sentences(line: Line) -> Iterator[FiguredText]:
    """The sentences of one line; the words between them are one of their own, where there are any."""
    loose: list[Run] = []
    runs: list[Run] = [line] if isinstance(line, str) else list(line)
    for run in [*runs, {"key": "", "runs": []}]:
        if not isinstance(run, dict):
            loose.append(run)
            continue
        one = figured_text(loose)
        if any(map(str.isalnum, one.text)):
            yield one
        loose = []
        if run["runs"]:
            yield figured_text(run["runs"], str(run["key"]))


def _cells(
    part: Part, section: str, seen: Counter[tuple[str, str]]
) -> Iterator[tuple[PlaceKey, Where, Line]]:
    """The cells of one table as a reader of the page sees them: the badge of a row beside its name."""
    columns, caption = part["columns"], bare(part["caption"])
    head = next((at for at, column in enumerate(columns) if column.get("head")), 0)
    seen[CELL, caption] += 1
    rows: Counter[tuple[str, str]] = Counter()
    for row in [*part["rows"], *([{"cells": part["total"]}] if part["total"] else [])]:
        cells: list[Line] = list(row["cells"])
        if row.get("badge"):
            cells[head] = [plain_text(cells[head]), f" {row['badge']}"]
        group, name = row.get("group", ""), one_line(plain_text(cells[0]))
        at = bare(group), name
        rows[at] += 1
        shown = " – ".join(words for words in (one_line(plain_text(group)), name) if words)
        for column, cell in zip(columns, cells, strict=True):
            key = PlaceKey(CELL, caption, seen[CELL, caption], *at, rows[at], column["name"], 1)
            where = Where(section, one_line(plain_text(part["caption"])), shown, one_line(column["title"]))
            yield key, where, cell


def _key_figures(
    cards: Iterable[Sequence[Any]], section: str, seen: Counter[tuple[str, str]]
) -> Iterator[tuple[PlaceKey, Where, Line]]:
    for label, value, _ in cards:
        name = bare(label).partition(" (")[0]
        seen[KEY_FIGURE, name] += 1
        key = PlaceKey(KEY_FIGURE, "", seen[KEY_FIGURE, name], "", name, 1, "", 1)
        words = [run for run in value if not (isinstance(run, list) and run[1] == "mark")]
        yield key, Where(section, row=one_line(plain_text(label))), words
