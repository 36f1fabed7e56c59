"""One answer of one school as one entry of a grid: what checks compare for all schools at once."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from termreview.reference.comparable import comparable_answers
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import OTHER_TERM

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Answers:
    """The answers of some schools: grids with a line per field (`lines`) and a column per school.

    Attributes
    ----------
    school_ids, levels
        The schools, those of one level together, and the level of each.
    rows
        Where each answer stands among the observations; -1 where there is none.
    numbers, previous
        What was answered, this term and the term before; NaN unless answered.
    is_answered, is_empty
        Whether there is an answer; whether there is none, or nothing to report.
    texts
        The answers in words.
    elsewhere, elsewhere_lines
        What was answered in other terms of the year, of what checks name of it (`hk1:pupils_count.total`).
    """

    school_ids: Sequence[str]
    levels: Sequence[str]
    lines: Mapping[str, int]
    rows: Places
    numbers: Numbers
    previous: Numbers
    is_answered: Flags
    is_empty: Flags
    texts: npt.NDArray[np.object_]
    elsewhere: Numbers
    elsewhere_lines: Mapping[str, int]

    def by_level(self) -> Iterator[tuple[str, Answers]]:
        """The answers of one level after another."""
        first = 0
        for level, schools in groupby(self.levels):
            last = first + len(list(schools))
            here = slice(first, last)
            yield level, replace(
                self, school_ids=self.school_ids[here], levels=self.levels[here],
                rows=self.rows[:, here], numbers=self.numbers[:, here], previous=self.previous[:, here],
                is_answered=self.is_answered[:, here], is_empty=self.is_empty[:, here], texts=self.texts[:, here],
                elsewhere=self.elsewhere[:, here],
            )  # fmt: skip
            first = last

    def total(self, sides: Sequence[tuple[str, ...]]) -> Numbers:
        """The sum of each tuple of fields, a line per tuple."""
        return _sums(self.numbers, self.lines, sides)

    def total_elsewhere(self, sides: Sequence[tuple[str, ...]]) -> Numbers:
        """The sum of each tuple of answers of other terms of the year, a line per tuple."""
        return _sums(self.elsewhere, self.elsewhere_lines, sides)


def _sums(numbers: Numbers, lines: Mapping[str, int], sides: Sequence[tuple[str, ...]]) -> Numbers:
    places = [lines[name] for side in sides for name in side]
    if len(places) == len(sides):
        return numbers[places]
    ends = np.cumsum([len(side) for side in sides])
    return np.add.reduceat(numbers[places], np.r_[0, ends[:-1]], axis=0)


def gather_answers(
    observations: pd.DataFrame,
    previous: pd.DataFrame | None,
    term: TermReference,
    submitted: Container[str] | None = None,
) -> Answers:
    """Long observations as grids, with the numbers of the term before where there is one.

    Answers of other terms of the year that checks name (`hk1:pupils_count.total`) stand among `previous` under that name.

    Parameters
    ----------
    submitted
        The schools whose answers count; without it all that have any.
    """
    if submitted is None:
        submitted = set(observations["school_id"].unique())
    by_level: dict[str, list[str]] = {}
    for school in term.schools:
        if school.unit_id in submitted:
            by_level.setdefault(school.level, []).append(school.unit_id)
    school_ids = [school_id for school_ids in by_level.values() for school_id in school_ids]
    levels = [level for level, school_ids in by_level.items() for _ in school_ids]
    asked = (term.form.fields_for(level, term.term.part) for level in by_level)
    names = list(dict.fromkeys(field.field_id for fields in asked for field in fields))
    previous = None if previous is None else comparable_answers(previous, term)
    spread = spread_answers(observations, previous, school_ids, levels, names)
    others = dict.fromkeys(name for check in term.checks for name in check.against if OTHER_TERM in name)
    lines = {name: number for number, name in enumerate(others)}
    elsewhere = (
        np.full((len(lines), len(school_ids)), np.nan)
        if previous is None or not lines
        else _answered_numbers(previous, lines, school_ids)
    )
    return replace(spread, elsewhere_lines=lines, elsewhere=elsewhere)


def spread_answers(
    observations: pd.DataFrame,
    previous: pd.DataFrame | None,
    school_ids: Sequence[str],
    levels: Sequence[str],
    names: Sequence[str],
) -> Answers:
    """Long observations as grids of some fields of some schools."""
    lines = {name: number for number, name in enumerate(names)}
    line, column, row = _places(observations, lines, school_ids)
    shape = len(names), len(school_ids)
    rows = np.full(shape, -1, dtype=np.intp)
    rows[line, column] = row
    is_answered, is_blank, is_nothing = _flags_at(
        observations, ("answered", "blank", "nothing_to_report"), rows
    )
    words = np.full(shape, None, dtype=object)
    words[is_answered] = texts_at(observations, "value_text", rows[is_answered])
    return Answers(
        school_ids,
        levels,
        lines,
        rows,
        np.where(is_answered, _numbers_at(observations, rows), np.nan),
        np.full(shape, np.nan) if previous is None else _answered_numbers(previous, lines, school_ids),
        is_answered,
        is_blank | is_nothing,
        words,
        np.empty((0, len(school_ids))),
        {},
    )


def _places(
    observations: pd.DataFrame, lines: Mapping[str, int], school_ids: Sequence[str]
) -> tuple[Places, Places, Places]:
    """Line, column and row number of each observation that has a place in a grid."""
    columns = {school_id: number for number, school_id in enumerate(school_ids)}
    line, column = (
        np.array([order.get(each, -1) for each in known], dtype=np.intp)[codes]
        for order, (codes, known) in (
            (lines, text_codes(observations, "field_id")),
            (columns, text_codes(observations, "school_id")),
        )
    )
    row = np.flatnonzero((line >= 0) & (column >= 0))
    return line[row], column[row], row


def _flags_at(observations: pd.DataFrame, states: Sequence[str], rows: Places) -> list[Flags]:
    """Whether the observations in some rows are of each state; none is in row -1."""
    codes, known = text_codes(observations, "state")
    there = np.append(codes, -1)[rows]
    code_of = {state: code for code, state in enumerate(known)}
    return [there == code_of.get(state, -2) for state in states]


def _numbers_at(observations: pd.DataFrame, rows: Places) -> Numbers:
    numbers = observations["value_number"].to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(np.append(numbers, np.nan)[rows], dtype=float)  # the last is for row -1


def _answered_numbers(
    observations: pd.DataFrame, lines: Mapping[str, int], school_ids: Sequence[str]
) -> Numbers:
    """The answered numbers of long observations as one grid, NaN elsewhere."""
    line, column, row = _places(observations, lines, school_ids)
    row_of = np.full((len(lines), len(school_ids)), -1, dtype=np.intp)
    row_of[line, column] = row
    (is_answered,) = _flags_at(observations, ("answered",), row_of)
    return np.where(is_answered, _numbers_at(observations, row_of), np.nan)


def text_column(frame: pd.DataFrame, name: str) -> pa.Array | pa.ChunkedArray:
    """One column of texts as Arrow has it: without a copy where this process keeps texts so."""
    return pa.array(frame[name].array, pa.large_string(), from_pandas=True)


def text_codes(frame: pd.DataFrame, name: str) -> tuple[Places, list[str]]:
    """A number per row of one column of texts that is nowhere missing, and the text of each number."""
    column = text_column(frame, name)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode()
    return encoded.indices.to_numpy(), encoded.dictionary.to_numpy(zero_copy_only=False).tolist()


def texts_at(frame: pd.DataFrame, name: str, rows: Places) -> npt.NDArray[np.object_]:
    """The texts in some rows of one column, None where there is none."""
    found: npt.NDArray[np.object_] = (
        text_column(frame, name).take(pa.array(rows)).to_numpy(zero_copy_only=False)
    )
    return found
