"""One value of a report, printed only when a page, a document or a workbook is written: a number, a share, an interval."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from termreview.reporting.blocks.model import (
    BOTH,
    DENOMINATOR,
    HIGH,
    LEVEL,
    LOW,
    NUMERATOR,
    PERCENT,
    VALUE,
    Part,
    Run,
    Runs,
    inline_part,
    is_number,
    number_run,
    plain_text,
    sentence_run,
)
from termreview.reporting.blocks.number_format import (
    MISSING_MARK,
    NO_BREAK_SPACE,
    clean_text,
    exact_number,
    number_text,
    raw_value,
)

_LAST_NUMBER: Final = re.compile(r" (\d+)$")


class Value:
    """One value, by its runs (`blocks.model`); as text it is printed."""

    @property
    def runs(self) -> list[Run]:
        """The figures of the value with their roles, and the words between them."""
        return self._runs()

    def _runs(self) -> list[Run]:
        raise NotImplementedError

    @property
    def parts(self) -> tuple[Part, ...]:
        """The value as the model of a block has it."""
        return (inline_part(self.runs),)

    def __str__(self) -> str:
        return plain_text(self.runs)


@dataclass(frozen=True)
class Number(Value):
    """One count, amount, ratio or day in one format of `number_text`; `—` where it is missing.

    `before` and `after` are the words that belong to it: its sign, its unit.
    """

    value: Any
    format: str = "integer"
    role: str = VALUE
    before: str = ""
    after: str = ""

    def _runs(self) -> list[Run]:
        raw = raw_value(self.value, self.format)
        return [
            MISSING_MARK if raw is None else number_run(raw, self.format, self.role, self.before, self.after)
        ]


@dataclass(frozen=True)
class Parts(Value):
    """A part and its whole, 27/29; `—` where there is no whole."""

    numerator: Any
    denominator: Any
    format: str = "integer"

    def _runs(self) -> list[Run]:
        if exact_number(self.denominator) is None:
            return [MISSING_MARK]
        part, whole = (
            Number(self.numerator, self.format, NUMERATOR),
            Number(self.denominator, self.format, DENOMINATOR),
        )
        return [*part.runs, "/", *whole.runs]


@dataclass(frozen=True)
class Share(Value):
    """A part of a whole with both numbers, 27/29 (93,1%); `—` where one is missing."""

    numerator: Any
    denominator: Any

    def _runs(self) -> list[Run]:
        part, whole = exact_number(self.numerator), exact_number(self.denominator)
        if part is None or whole is None:
            return [MISSING_MARK]
        share = Number(None if whole == 0 else part * 100 / whole, "percent1", PERCENT)
        return [*Parts(part, whole).runs, " (", *share.runs, ")"]


@dataclass(frozen=True)
class Interval(Value):
    """Two bounds, 62,0–72,0, or the one number that both are printed as; `—` where one is missing.

    `level` stands behind them in brackets: 62,0–72,0 (mức 2).
    """

    low: Any
    high: Any
    format: str = "points"
    level: str = ""

    def _runs(self) -> list[Run]:
        low, high = (number_text(end, self.format) for end in (self.low, self.high))
        if MISSING_MARK in (low, high):
            return [MISSING_MARK]
        level: list[Run] = [" (", [self.level, LEVEL], ")"] if self.level else []
        if low == high:
            return [*Number(self.low, self.format, BOTH if self.level else VALUE).runs, *level]
        low_format = "low_share1" if self.format == "share1" else self.format
        return [
            *Number(self.low, low_format, LOW).runs,
            "–",
            *Number(self.high, self.format, HIGH).runs,
            *level,
        ]


@dataclass(frozen=True)
class Composed(Value):
    """Values and words one after the other: 93,1% (27/29), 12 trường (40,0%)."""

    pieces: tuple[Value | str, ...]

    def __init__(self, *pieces: Value | str) -> None:
        object.__setattr__(self, "pieces", pieces)

    def _runs(self) -> list[Run]:
        return [run for piece in self.pieces for run in (piece.runs if isinstance(piece, Value) else [piece])]


class Sentence(str):
    """One sentence as text, and by the key that it is declared under with the values that fill its places.

    Without a key it is several sentences, or names, one after the other.
    """

    key: str
    runs: list[Run]

    def __new__(cls, key: str, pieces: Iterable[object]) -> Sentence:
        """Join the pieces: values, other sentences, words, lists of runs."""
        runs = [run for piece in pieces for run in _runs_of(piece) if run]
        sentence = super().__new__(cls, plain_text(runs))
        sentence.key, sentence.runs = key, [sentence_run(key, runs)] if key else runs
        return sentence

    def __getnewargs__(self) -> tuple[str, list[object]]:  # type: ignore[override]  # for a copy
        return "", [self.runs]

    def ending_unbroken(self) -> Sentence:
        """The sentence with a last number that no line break parts from the word before it."""
        return Sentence("", [_ending_unbroken(self.runs)])

    @property
    def parts(self) -> tuple[Part, ...]:
        """The sentence as the model of a block has it."""
        return (inline_part(self.runs),)


def joined(pieces: Iterable[object], separator: str = " ") -> Sentence:
    """Put sentences, values and words one after the other, none of which loses its figures; blank ones are left out."""
    told: list[object] = []
    for piece in pieces:
        if str(piece):
            told += [separator, piece] if told else [piece]
    return Sentence("", told)


def column(cells: Iterable[object]) -> list[Any]:
    """The cells of one column of a table's frame: values, words, marks of what is hidden."""
    return list(cells)


def _runs_of(piece: object) -> Runs:
    if isinstance(piece, Value | Sentence):
        return piece.runs
    return piece if isinstance(piece, list) else [clean_text(piece)]


def _ending_unbroken(runs: Runs) -> list[Run]:
    """The runs with a last number that no line break parts from the word before it."""
    *rest, last = runs
    if isinstance(last, str):
        return [*rest, _LAST_NUMBER.sub(f"{NO_BREAK_SPACE}\\1", last)]
    if isinstance(last, dict):
        return [*rest, last | {"runs": _ending_unbroken(last["runs"])}]
    if rest and isinstance(rest[-1], str) and is_number(last):
        return [*rest[:-1], rest[-1].removesuffix(" ") + NO_BREAK_SPACE, last]
    return [*rest, last]


def interval_text(low: Any, high: Any) -> str:
    """Bounds of points as text: 62,0 when they meet, 62,0–72,0 otherwise."""
    return str(Interval(low, high))


def fraction_text(numerator: Any, denominator: Any) -> str:
    """A part of a whole as text with both numbers: 27/29 (93,1%)."""
    return str(Share(numerator, denominator))
