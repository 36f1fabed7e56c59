"""One answer of one school as one entry of a grid: what checks compare for all schools at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Answers:
    """The answers of some schools: grids with a line per field (`lines`) and a column per school.

    Attributes
    ----------
    numbers, previous
        What was answered, this term and the term before; NaN unless answered.
    is_answered, is_empty
        Whether there is an answer; whether there is none, or nothing to report.
    texts
        The answers in words.
    """

    school_ids: Sequence[str]
    lines: Mapping[str, int]
    numbers: Numbers
    previous: Numbers
    is_answered: Flags
    is_empty: Flags
    texts: npt.NDArray[np.object_]

    def of(self, first: int, last: int) -> Answers:
        """The answers of the schools from one place to another."""
        here = slice(first, last)
        return Answers(
            self.school_ids[here], self.lines, self.numbers[:, here], self.previous[:, here],
            self.is_answered[:, here], self.is_empty[:, here], self.texts[:, here],
        )  # fmt: skip

    def total(self, sides: Sequence[tuple[str, ...]]) -> Numbers:
        """The sum of each tuple of fields, a line per tuple."""
        lines = [self.lines[name] for side in sides for name in side]
        if len(lines) == len(sides):
            return self.numbers[lines]
        ends = np.cumsum([len(side) for side in sides])
        return np.add.reduceat(self.numbers[lines], np.r_[0, ends[:-1]], axis=0)


def spread_answers(
    observations: pd.DataFrame, previous: pd.DataFrame | None, school_ids: Sequence[str], names: Sequence[str]
) -> Answers:
    """Long observations as grids, with the numbers of the term before where there is one."""
    lines = {name: number for number, name in enumerate(names)}
    shape = len(names), len(school_ids)
    places = _places(observations, lines, school_ids)
    is_state = {
        state: (observations["state"] == state).to_numpy(dtype=bool)
        for state in ("answered", "blank", "nothing_to_report")
    }
    is_answered, is_empty = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    is_answered[_at(places, is_state["answered"])] = True
    is_empty[_at(places, is_state["blank"] | is_state["nothing_to_report"])] = True
    texts = np.full(shape, None, dtype=object)
    is_text = is_state["answered"] & observations["value_text"].notna().to_numpy() & (places >= 0).all(axis=0)
    texts[_at(places, is_text)] = observations["value_text"][is_text].to_numpy(dtype=object)
    return Answers(
        school_ids,
        lines,
        _numbers(observations, places, shape),
        np.full(shape, np.nan) if previous is None else answered_numbers(previous, names, school_ids),
        is_answered,
        is_empty,
        texts,
    )


def answered_numbers(observations: pd.DataFrame, names: Sequence[str], school_ids: Sequence[str]) -> Numbers:
    """The answered numbers of long observations: a line per field, a column per school, NaN elsewhere."""
    lines = {name: number for number, name in enumerate(names)}
    return _numbers(observations, _places(observations, lines, school_ids), (len(names), len(school_ids)))


def _places(observations: pd.DataFrame, lines: Mapping[str, int], school_ids: Sequence[str]) -> Places:
    """Line and column of each observation, as two rows; -1 where the grid has none."""
    columns = {school_id: number for number, school_id in enumerate(school_ids)}
    found = []
    for name, order in (("field_id", lines), ("school_id", columns)):
        codes, known = pd.factorize(observations[name])
        found.append(np.array([order.get(each, -1) for each in known], dtype=np.intp)[codes])
    return np.array(found)


def _at(places: Places, chosen: Flags) -> tuple[Places, Places]:
    """Line and column of the chosen observations that have a place."""
    line, column = places[:, chosen & (places >= 0).all(axis=0)]
    return line, column


def _numbers(observations: pd.DataFrame, places: Places, shape: tuple[int, int]) -> Numbers:
    """The answered numbers as one grid, NaN elsewhere."""
    chosen = (observations["state"] == "answered").to_numpy(dtype=bool) & (places >= 0).all(axis=0)
    grid = np.full(shape, np.nan)
    grid[_at(places, chosen)] = observations["value_number"].to_numpy(dtype=float, na_value=np.nan)[chosen]
    return grid
