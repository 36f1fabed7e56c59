"""One formula of an answer, worked out anew from the cells it names: a stored result is never simply believed.

Sums, products, comparisons and the few functions that schools total with are understood; for any other formula there
is no answer, and who asked says so. Reading stays bounded: what a file may make us add up is counted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from termreview.cells import parse_address
from termreview.spreadsheets.model.number_format import displayed_decimals
from termreview.spreadsheets.model.workbook_model import places_inside
from termreview.spreadsheets.workbook import Cell, Sheet

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)"
    r"|(?P<name>[A-Za-z]{2,12})\("
    r"|(?P<word>TRUE|FALSE)\b"
    r"|(?P<area>\[[^\]]{1,120}\]|(?:(?:'[^']{1,40}'|\w{1,40})!)?\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
    r"(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?)"
    r"|(?P<sign><=|>=|<>|[-+*/(),;%=<>]))"
)
_OPEN_AREA = re.compile(  # as OpenDocument writes it: [.A1:.B2], [$'Thống kê'.A1]
    r"\[(?:\$?(?P<sheet>'[^']+'|[^.\]']+))?\.(?P<first>[^:.\]]+)(?::\.(?P<last>[^:.\]]+))?\]"
)
_LONGEST, _DEEPEST, _MOST_CELLS = 2_000, 40, 200_000
_NOTHING_LEFT = 3e-15

Value = float | bool


class _NotKnownError(Exception):
    """One formula that is not understood, or leans on a cell that is not."""


@dataclass
class Formulas:
    """The cells of one workbook by sheet, and what has been worked out of them so far.

    `is_as_displayed`: the workbook is set to go on with its numbers as they are shown, rounded.
    """

    sheets: Mapping[str, Sheet]
    is_as_displayed: bool = False
    known: dict[tuple[str, int, int], Value | None] = field(default_factory=dict)
    looked_at: int = 0

    @classmethod
    def of(cls, sheets: Sequence[Sheet], is_as_displayed: bool = False) -> Formulas:
        """The cells of some sheets; the first of two with one name counts."""
        return cls({sheet.name.casefold(): sheet for sheet in reversed(sheets)}, is_as_displayed)

    def displayed(self, cell: Cell, number: float) -> float:
        """One number as the workbook goes on with it."""
        decimals = (
            displayed_decimals(cell.number_format or "General", number) if self.is_as_displayed else None
        )
        return number if decimals is None else _rounded(number, decimals)


def worked_out(formulas: Formulas, sheet: Sheet, row: int, column: int, depth: int = 0) -> float | None:
    """The number that the formula of one cell gives; None where it is not understood or leads back to itself."""
    value = _result(formulas, sheet, row, column, depth)
    return None if value is None else float(value)


def _result(formulas: Formulas, sheet: Sheet, row: int, column: int, depth: int) -> Value | None:
    key = (sheet.name, row, column)
    if key not in formulas.known:
        formulas.known[key] = None  # while it is being worked out: who leans on itself gets no answer
        cell = sheet.cells[row, column]
        formula = cell.formula or ""
        value: Value | None
        try:
            value = _Parser(formulas, sheet, formula, depth).whole()
        except (_NotKnownError, ZeroDivisionError, OverflowError, ValueError):
            return None
        if not isinstance(value, bool):
            value = formulas.displayed(cell, value) if math.isfinite(value) else None
        formulas.known[key] = value
    return formulas.known[key]


class _Parser:
    """One formula read from left to right; `at` is where its reading stands."""

    def __init__(self, formulas: Formulas, sheet: Sheet, formula: str, depth: int) -> None:
        if not 1 < len(formula) <= _LONGEST or depth > _DEEPEST:
            raise _NotKnownError
        self.formulas, self.sheet, self.depth = formulas, sheet, depth
        self.tokens = list(_tokens(formula[1:]))
        self.at = 0

    def whole(self) -> Value:
        value = self.compared()
        if self.at < len(self.tokens):
            raise _NotKnownError
        return value

    def sign(self, *wanted: str) -> str | None:
        """Step over the next sign when it is one of those wanted."""
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if kind == "sign" and text in wanted:
            self.at += 1
            return text
        return None

    def compared(self) -> Value:
        left = self.added()
        while sign := self.sign("=", "<>", "<", ">", "<=", ">="):
            right = self.added()
            if isinstance(left, bool) != isinstance(right, bool):
                raise _NotKnownError  # to a spreadsheet any truth value is more than any number
            left = _COMPARED[sign](float(left), float(right))
        return left

    def added(self) -> Value:
        left = self.multiplied()
        while sign := self.sign("+", "-"):
            right = self.multiplied()
            left = _added(left, right if sign == "+" else -right)
        return left

    def multiplied(self) -> Value:
        left = self.signed()
        while sign := self.sign("*", "/"):
            right = self.signed()
            # Divided by nothing it is no number, which a condition may leave aside.
            left = left * right if sign == "*" else left / right if right else math.nan
        return left

    def signed(self) -> Value:
        signs = 0
        while sign := self.sign("+", "-"):
            signs += sign == "-"
        value = self.single()
        while self.sign("%"):
            value = value / 100
        return -value if signs % 2 else value

    def single(self) -> Value:
        if self.at >= len(self.tokens):
            raise _NotKnownError
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(text)
        if kind == "word":
            return text == "TRUE"
        if kind == "area":
            return self.cell(*self.area(text))
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _NotKnownError
        if kind == "name":
            value = self.called(text.upper())
        elif text == "(":
            value = self.compared()
            self.close()
        else:
            raise _NotKnownError
        self.depth -= 1
        return value

    def close(self) -> None:
        if not self.sign(")"):
            raise _NotKnownError

    def called(self, name: str) -> Value:
        """What one function gives; its areas are looked at cell by cell, empty ones and texts left out."""
        groups: list[list[Value]] = []
        while True:
            groups.append(self.argument(name in _OVER_CELLS))
            if not self.sign(",", ";"):
                break
        self.close()
        if name in _OVER_CELLS:
            return _OVER_CELLS[name]([value for group in groups for value in group])
        values = [group[0] for group in groups]
        if name == "IF" and len(values) == 3:
            return values[1] if values[0] else values[2]
        if name == "ROUND" and len(values) == 2:
            return _rounded(float(values[0]), int(values[1]))
        if name == "ABS" and len(values) == 1:
            return abs(values[0])
        raise _NotKnownError

    def argument(self, is_over_cells: bool) -> list[Value]:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ("", "")
        if is_over_cells and kind == "area" and following in (("sign", ","), ("sign", ";"), ("sign", ")")):
            self.at += 1
            return list(self.cells(*self.area(text)))
        return [self.compared()]

    def area(self, text: str) -> tuple[Sheet, tuple[int, int], tuple[int, int]]:
        """The sheet and the corners that one reference names."""
        match = _OPEN_AREA.fullmatch(text)
        if match is not None:
            name, first, last = match["sheet"], match["first"], match["last"]
        elif text.startswith("["):
            raise _NotKnownError
        else:
            name, _, corners = text.rpartition("!")
            first, _, last = corners.partition(":")
        sheet = self.formulas.sheets.get(name.strip("'").casefold()) if name else self.sheet
        if sheet is None:
            raise _NotKnownError
        try:
            one, other = parse_address(first), parse_address(last or first)
        except ValueError:
            raise _NotKnownError from None
        (top, bottom), (left, right) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return sheet, (top, left), (bottom, right)

    def cells(self, sheet: Sheet, first: tuple[int, int], last: tuple[int, int]) -> Iterator[float]:
        """The numbers of one area, as a sum takes them: neither texts nor truth values, written or worked out."""
        size = (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
        self.formulas.looked_at += min(size, len(sheet.cells))
        if self.formulas.looked_at > _MOST_CELLS:
            raise _NotKnownError
        for row, column in places_inside(sheet.cells, first, last):
            cell = sheet.cells[row, column]
            if cell.formula is not None or cell.kind not in ("text", "boolean"):
                value = self.number(sheet, row, column, cell)
                if not isinstance(value, bool):
                    yield value

    def cell(self, sheet: Sheet, first: tuple[int, int], last: tuple[int, int]) -> Value:
        """The number of one cell; an empty one counts as nothing, as it does in a spreadsheet."""
        if first != last:
            raise _NotKnownError
        cell = sheet.cells.get(first)
        return 0.0 if cell is None else self.number(sheet, *first, cell)

    def number(self, sheet: Sheet, row: int, column: int, cell: Cell) -> Value:
        if cell.formula is not None:
            value = _result(self.formulas, sheet, row, column, self.depth + 1)
            if value is None:
                raise _NotKnownError
            return value
        if cell.kind == "boolean" and isinstance(cell.value, bool):
            return cell.value
        if cell.kind != "number" or not isinstance(cell.value, int | float):
            raise _NotKnownError
        return self.formulas.displayed(cell, float(cell.value))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _NotKnownError
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()


def _rounded(value: float, digits: int) -> float:
    """One number rounded as a spreadsheet does: halves away from zero."""
    if not -15 <= digits <= 15:
        raise _NotKnownError
    scale = 10.0**digits
    return math.copysign(math.floor(round(abs(value) * scale, 9) + 0.5) / scale, value)


def _added(one: float, other: float) -> float:
    """The sum of two numbers; nothing where all that is left of them is what binary numbers cannot hold."""
    total = one + other
    return 0.0 if abs(total) < _NOTHING_LEFT * abs(one) else total


def _is_same(one: float, other: float) -> bool:
    """Say whether two numbers are the same to a spreadsheet, which sees fifteen digits."""
    return math.isclose(one, other, rel_tol=_NOTHING_LEFT)


def _mean(values: Sequence[Value]) -> float:
    return math.fsum(values) / len(values)


_OVER_CELLS: Mapping[str, Callable[[Sequence[Value]], float]] = {
    "SUM": math.fsum, "AVERAGE": _mean, "COUNT": len,
    "MIN": lambda values: float(min(values, default=0.0)), "MAX": lambda values: float(max(values, default=0.0)),
    "PRODUCT": lambda values: float(math.prod(values)) if values else 0.0,
}  # fmt: skip
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "=": _is_same, "<>": lambda one, other: not _is_same(one, other),
    "<": lambda one, other: one < other and not _is_same(one, other),
    ">": lambda one, other: one > other and not _is_same(one, other),
    "<=": lambda one, other: one <= other or _is_same(one, other),
    ">=": lambda one, other: one >= other or _is_same(one, other),
}  # fmt: skip
