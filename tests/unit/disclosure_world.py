"""One reader who tries to get hidden counts back: every published count as an equation, solved for each hidden one.

The reader's model is built from the answers alone and knows nothing of how the workbench decides what to hide.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.term.answers import Answers

FEW = ("pupils_dropout_count", "pupils_repeating_count")
Variable = tuple[str, str, str]  # school, field family, column ("" is the total)


@dataclass
class Reader:
    """What one reader knows: a number per answer between 0 and the pupils there are, and sums that were published."""

    answers: Answers
    families: tuple[str, ...]
    places: dict[Variable, int] = field(default_factory=dict)
    truth: list[float] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float]] = field(default_factory=list)
    bounds: list[tuple[dict[int, float], float]] = field(default_factory=list)

    def value(self, school: str, family: str, column: str) -> float:
        names = [f"{family}.{column}"] if column else [f"{family}.total", family]
        name = next((name for name in names if name in self.answers.numbers.columns), None)
        return math.nan if name is None else float(self.answers.numbers.at[school, name])

    def variable(self, school: str, family: str, column: str) -> int | None:
        return self.places.get((school, family, column))

    def meet(self, schools: Iterable[str], columns: Collection[str]) -> None:
        """Learn which schools answered what, and that girls are some of them, and columns make the total."""
        for school in schools:
            for column in ("", *columns):
                for family in self.families:
                    told = self.value(school, family, column)
                    if not math.isnan(told):
                        whole = "pupils_girls_count" if "girls" in family else "pupils_count"
                        within = self.value(school, whole, column)
                        self.places[school, family, column] = len(self.truth)
                        self.truth.append(told)
                        self.highest.append(max(told, within) if not math.isnan(within) else told)
                self._part_of_whole(school, column)
            for family in self.families:
                parts = [
                    self.places[key] for column in columns if (key := (school, family, column)) in self.places
                ]
                total = self.variable(school, family, "")
                if (
                    total is not None
                    and parts
                    and self.truth[total] == sum(self.truth[part] for part in parts)
                ):
                    self.rows.append(({total: 1.0} | dict.fromkeys(parts, -1.0), 0.0))

    def _part_of_whole(self, school: str, column: str) -> None:
        places = [self.variable(school, family, column) for family in self.families]
        if len(places) == 2 and None not in places:
            whole, part = places
            assert whole is not None
            assert part is not None
            others = self.value(school, "pupils_count", column) - self.value(
                school, "pupils_girls_count", column
            )
            if self.truth[part] <= self.truth[whole]:
                self.bounds.append(({part: 1.0, whole: -1.0}, 0.0))
                if self.truth[whole] - self.truth[part] <= others:
                    self.bounds.append(({whole: 1.0, part: -1.0}, others))

    def terms(self, schools: Iterable[str], family: str, column: str) -> dict[int, float]:
        places = (self.variable(school, family, column) for school in schools)
        return {place: 1.0 for place in places if place is not None}

    def sum_of(self, terms: dict[int, float]) -> float:
        return sum(self.truth[place] * factor for place, factor in terms.items())

    def learn(self, terms: dict[int, float]) -> None:
        """Read one published sum."""
        self.rows.append((terms, self.sum_of(terms)))

    def another(self, aims: Mapping[int, float]) -> dict[Variable, float]:
        """Whole numbers under which everything that was published is as it is, as far as they go towards some aims."""
        wanted = np.zeros(len(self.truth))
        for place, factor in aims.items():
            wanted[place] = -factor
        constraints = [self._published()]
        if self.bounds:
            right = [right for _, right in self.bounds]
            constraints.append(LinearConstraint(_matrix(self.bounds, len(self.truth)), -np.inf, right))
        found = milp(
            wanted, constraints=constraints, integrality=np.ones(len(self.truth)), bounds=Bounds(0.0, self.highest),
            options={"time_limit": 20.0},
        )  # fmt: skip
        assert found.x is not None, found.message
        return {key: float(round(found.x[place])) for key, place in self.places.items()}

    def _published(self) -> LinearConstraint:
        right = [right for _, right in self.rows]
        return LinearConstraint(_matrix(self.rows, len(self.truth)), right, right)

    def interval(self, terms: dict[int, float]) -> tuple[float, float]:
        """The lowest and the highest that one sum can be under everything that was published."""
        ends = []
        for sign in (1.0, -1.0):
            wanted = np.zeros(len(self.truth))
            for place, factor in terms.items():
                wanted[place] = sign * factor
            found = linprog(
                wanted, A_eq=_matrix(self.rows, len(self.truth)), b_eq=[right for _, right in self.rows],
                A_ub=_matrix(self.bounds, len(self.truth)) if self.bounds else None,
                b_ub=[right for _, right in self.bounds] if self.bounds else None,
                bounds=list(zip([0.0] * len(self.truth), self.highest, strict=True)), method="highs",
            )  # fmt: skip
            assert found.status == 0, found.message
            ends.append(sign * float(found.fun))
        return ends[0], ends[1]


def _matrix(rows: list[tuple[dict[int, float], float]], width: int) -> csr_array:
    places = [(row, place, factor) for row, (terms, _) in enumerate(rows) for place, factor in terms.items()]
    line, column, value = zip(*places, strict=True)
    return csr_array((value, (line, column)), shape=(len(rows), width))


def reports_of(reference: Reference, declared: TermReference) -> Iterator[tuple[str, frozenset[str]]]:
    """Every report that could be published of a term: a name and its schools."""
    schools = {school.unit_id: school.level for school in declared.schools}
    yield "whole", frozenset(schools)
    for level in dict.fromkeys(schools.values()):
        yield level, frozenset(own for own, its in schools.items() if its == level)
    for unit in reference.registry.on(declared.plan.due_on).values():
        below = reference.registry.schools_below(unit.unit_id, declared.plan.due_on) & set(schools)
        if below:
            yield unit.unit_id, frozenset(below)
            for level in dict.fromkeys(schools.values()):
                if own := frozenset(school for school in below if schools[school] == level):
                    yield f"{unit.unit_id}-{level}", own


def with_counts(observations: pd.DataFrame, seed: int, share: float) -> pd.DataFrame:
    """Observations with pupils drawn anew: girls among them, few with a sensitive attribute, columns that make totals."""
    draw = np.random.default_rng(seed)
    values = observations["value_number"].astype(object).tolist()
    keys = zip(observations["school_id"], observations["field_id"], observations["state"], strict=True)
    place_of = {
        (school, name): place for place, (school, name, state) in enumerate(keys) if state == "answered"
    }
    totals: dict[tuple[str, str], float] = {}
    for school, name in [key for key in place_of if key[1].startswith("pupils_count.")]:
        column = name.partition(".")[2]
        if column == "total":
            continue
        pupils = int(draw.integers(8, 40))
        girls = int(draw.integers(3, pupils - 3))
        few = [int(draw.poisson(1.5)) if draw.random() < share else 0 for _ in range(3)]
        counts = {
            "pupils_count": pupils, "pupils_girls_count": girls,
            "pupils_ethnic_girls_count": min(few[0], girls),
            "pupils_ethnic_count": min(few[0], girls) + min(few[1], pupils - girls),
            "pupils_disabled_count": min(few[2], pupils),
        }  # fmt: skip
        if (school, f"pupils_ethnic_count.{column}") not in place_of:
            counts["pupils_ethnic_girls_count"] = 0
        for family, count in counts.items():
            if (school, f"{family}.{column}") in place_of:
                values[place_of[school, f"{family}.{column}"]] = float(count)
                totals[school, family] = totals.get((school, family), 0.0) + count
    for (school, family), total in totals.items():
        if (school, f"{family}.total") in place_of:
            values[place_of[school, f"{family}.total"]] = total
    for school, name in place_of:  # drawn last: what is above stays as it is
        if name.partition(".")[0] in FEW:
            values[place_of[school, name]] = float(draw.poisson(1.0)) if draw.random() < share else 0.0
    return _with_values(observations, values)


def _with_values(observations: pd.DataFrame, values: list[object]) -> pd.DataFrame:
    return observations.assign(value_number=pd.Series(values, index=observations.index).astype("Float64"))


def written_over(observations: pd.DataFrame, told: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """Observations with other numbers in some answers, by school and field."""
    keys = zip(observations["school_id"], observations["field_id"], observations["state"], strict=True)
    numbers = observations["value_number"].astype(object).tolist()
    values = [
        told.get((school, name), number) if state == "answered" else number
        for (school, name, state), number in zip(keys, numbers, strict=True)
    ]
    return _with_values(observations, values)
