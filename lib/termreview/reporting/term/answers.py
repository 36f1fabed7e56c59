"""One term's answers: a row per expected school, a column per field, totals rebuilt from their parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import Check
from termreview.reference.kinds.forms import applies

USABLE_PARTS = ("answered", "nothing_to_report")


@dataclass(frozen=True)
class Answers:
    """The answers of one term.

    `numbers` holds figures with totals rebuilt from their parts, none that a check refuses as out of range, `stated` the figures as schools wrote them,
    `texts` choices and words, `states` what became of each question. A cell is NaN/None where nothing stands:
    missing is never zero.
    """

    numbers: pd.DataFrame
    stated: pd.DataFrame
    texts: pd.DataFrame
    states: pd.DataFrame

    def number(self, field_id: str) -> pd.Series:
        """The figures of one field by school; all missing when no school is asked for it."""
        return _column(self.numbers, field_id, float("nan"))

    def text(self, field_id: str) -> pd.Series:
        """The words or chosen option of one field by school."""
        return _column(self.texts, field_id, None)

    def state(self, field_id: str) -> pd.Series:
        """The state of one field by school; `not_applicable` where the school is not asked."""
        return _column(self.states, field_id, None).fillna("not_applicable")

    def total(self, field_ids: Sequence[str]) -> pd.Series:
        """The sum of several fields by school, missing as soon as one of them is."""
        return sum((self.number(field_id) for field_id in field_ids[1:]), start=self.number(field_ids[0]))


def spread_answers(observations: pd.DataFrame, declared: TermReference) -> Answers:
    """Spread the observations of one term: one row per expected school, one column per field."""
    schools = [school.unit_id for school in declared.schools]
    keyed = observations.set_index(["school_id", "field_id"])
    states = keyed["state"].astype(object).unstack().reindex(schools)
    answered = states == "answered"
    texts = keyed["value_text"].astype(object).unstack().reindex_like(states)
    stated = keyed["value_number"].astype("float64").unstack().reindex_like(states).where(answered)
    numbers = _without_implausible(_with_rebuilt_totals(stated, states, declared), declared)
    return Answers(numbers, stated, texts.where(answered, None), states)


def _without_implausible(numbers: pd.DataFrame, declared: TermReference) -> pd.DataFrame:
    """The figures but those outside of what a check lets pass at all: đồng for triệu đồng would drown every sum."""
    part, level_of = declared.term.part, np.array([school.level for school in declared.schools], dtype=object)
    for check in declared.checks:
        if check.kind != "range" or check.severity != "error" or not applies(check.terms, part):
            continue
        is_asked = [applies(check.levels, str(level)) for level in level_of]
        low, high = float(check.low or "-inf"), float(check.high or "inf")
        for name in numbers.columns.intersection(list(check.fields)):
            is_odd = is_asked & ~numbers[name].between(low, high).to_numpy()
            numbers[name] = numbers[name].mask(is_odd)
    return numbers


def total_parts(declared: TermReference, level: str) -> dict[str, tuple[str, ...]]:
    """The parts of each total that one school level states, from the checks that demand equal sums."""
    part = declared.term.part
    fields = {field.field_id: field for field in declared.form.fields_for(level, part)}
    return {
        left[0]: right
        for check in declared.checks
        if _demands_sum(check) and applies(check.levels, level) and applies(check.terms, part)
        for left, right in check.expanded(fields)
    }


def _demands_sum(check: Check) -> bool:
    return check.kind == "sum_equals" and check.severity == "error"


def _with_rebuilt_totals(stated: pd.DataFrame, states: pd.DataFrame, declared: TermReference) -> pd.DataFrame:
    places = {field_id: place for place, field_id in enumerate(stated.columns)}
    values = stated.to_numpy(dtype="float64", copy=True)
    is_usable = states.isin(USABLE_PARTS).to_numpy()
    level_of = np.array([school.level for school in declared.schools], dtype=object)
    for level in dict.fromkeys(level_of):
        is_level = level_of == level
        for total, parts in total_parts(declared, str(level)).items():
            columns = [places[part] for part in parts if part in places]
            if total not in places or len(columns) < len(parts):
                continue
            is_whole = is_level & is_usable[:, columns].all(axis=1)
            is_whole &= ~np.isnan(values[:, columns]).all(axis=1)
            values[is_whole, places[total]] = np.nansum(values[np.ix_(is_whole, columns)], axis=1)
    return pd.DataFrame(values, index=stated.index, columns=stated.columns)


def _column(frame: pd.DataFrame, field_id: str, missing: float | None) -> pd.Series:
    if field_id in frame.columns:
        return frame[field_id]
    return pd.Series(
        missing, index=frame.index, name=field_id, dtype=float if missing is not None else object
    )
