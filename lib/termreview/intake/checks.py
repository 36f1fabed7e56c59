"""One failed check at one cell: the declared checks applied to all schools of a level at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from termreview.reference.checks import Check
from termreview.reference.declarations import TermReference
from termreview.reference.forms import Field, applies
from termreview.text import number_words

Numbers = npt.NDArray[np.float64]


class Failure(NamedTuple):
    """One failed check of one school, at its first field."""

    school_id: str
    check: Check
    field_id: str
    label: str
    found: str
    expected: str


@dataclass(frozen=True)
class Answers:
    """The answers of some schools of one level: numbers (NaN unless answered), states and texts, by field."""

    school_ids: Sequence[str]
    numbers: Mapping[str, Numbers]
    states: Mapping[str, npt.NDArray[np.object_]]
    texts: Mapping[str, npt.NDArray[np.object_]]
    previous: Mapping[str, Numbers]
    is_new: npt.NDArray[np.bool_]


def run_checks(
    observations: pd.DataFrame, previous: pd.DataFrame | None, term: TermReference
) -> list[Failure]:
    """Apply every check of the form to the answers of one term, level by level.

    A check speaks only where everything it compares was answered: what is missing is another finding.
    """
    failures: list[Failure] = []
    by_level: dict[str, list[str]] = {}
    submitted = set(observations["school_id"])
    for school in term.schools:
        if school.unit_id in submitted:
            by_level.setdefault(school.level, []).append(school.unit_id)
    for level, school_ids in by_level.items():
        fields = {field.field_id: field for field in term.form.fields_for(level, term.term.part)}
        answers = _answers(observations, previous, school_ids)
        for check in term.checks:
            if applies(check.levels, level) and applies(check.terms, term.term.part):
                failures += _apply(check, fields, answers)
    return failures


def _answers(observations: pd.DataFrame, previous: pd.DataFrame | None, school_ids: Sequence[str]) -> Answers:
    here = observations[observations["school_id"].isin(school_ids)]
    wide = here.pivot(index="school_id", columns="field_id", values=["value_number", "value_text", "state"])
    wide = wide.reindex(school_ids)
    states = {name: wide["state", name].to_numpy(dtype=object) for name in wide["state"].columns}
    numbers = {
        name: np.where(
            states[name] == "answered",
            pd.to_numeric(wide["value_number", name], errors="raise").to_numpy(dtype=float, na_value=np.nan),
            np.nan,
        )
        for name in states
    }
    texts = {name: wide["value_text", name].to_numpy(dtype=object) for name in states}
    before: dict[str, Numbers] = {}
    is_new = np.ones(len(school_ids), dtype=bool)
    if previous is not None:
        answered = previous[previous["state"] == "answered"]
        table = answered.pivot(index="school_id", columns="field_id", values="value_number").reindex(
            school_ids
        )
        before = {name: table[name].to_numpy(dtype=float, na_value=np.nan) for name in table.columns}
        is_new = ~np.isin(np.array(school_ids, dtype=object), answered["school_id"].unique().astype(object))
    return Answers(school_ids, numbers, states, texts, before, is_new)


def _apply(check: Check, fields: Mapping[str, Field], answers: Answers) -> Iterator[Failure]:
    if check.kind == "range" or check.kind == "change_within":
        pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
            ((name,), ()) for left, _ in check.expanded(fields) for name in left
        ]
    elif check.kind in ("required_if", "positive_if"):
        pairs = [((name,), right) for left, right in check.expanded(fields) for name in left]
    else:
        pairs = check.expanded(fields)
    for left, right in pairs:
        failed, found, expected = _KINDS[check.kind](check, left, right, answers)
        for place in np.flatnonzero(failed):
            yield Failure(
                answers.school_ids[place],
                check,
                left[0],
                fields[left[0]].label,
                found(place),
                expected(place),
            )


def _total(names: Sequence[str], answers: Answers) -> Numbers:
    return np.sum([answers.numbers[name] for name in names], axis=0)


def _limits(check: Check) -> tuple[float, float]:
    return float(check.low) if check.low else -np.inf, float(check.high) if check.high else np.inf


def _limits_text(check: Check) -> str:
    low, high = _limits(check)
    if np.isinf(high):
        return f"≥ {number_words(low)}"
    return f"≤ {number_words(high)}" if np.isinf(low) else f"{number_words(low)}–{number_words(high)}"


def _range(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers):  # type: ignore[no-untyped-def]
    values = answers.numbers[left[0]]
    low, high = _limits(check)
    failed = (values < low) | (values > high)
    return failed, lambda place: number_words(values[place]), lambda _: _limits_text(check)


def _at_most(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers):  # type: ignore[no-untyped-def]
    part, whole = _total(left, answers), _total(right, answers)
    return part > whole, lambda place: number_words(part[place]), lambda place: number_words(whole[place])


def _sum_equals(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers):  # type: ignore[no-untyped-def]
    stated, recomputed = answers.numbers[left[0]], _total(right, answers)
    failed = ~np.isnan(stated) & ~np.isnan(recomputed) & (stated != recomputed)
    return failed, lambda place: number_words(stated[place]), lambda place: number_words(recomputed[place])


def _is_triggered(check: Check, right: Sequence[str], answers: Answers) -> npt.NDArray[np.bool_]:
    trigger = right[0]
    by_text = answers.texts[trigger] == check.low
    by_number = answers.numbers[trigger] == {"yes": 1.0, "no": 0.0}.get(check.low, np.nan)
    return np.asarray((answers.states[trigger] == "answered") & (by_text | by_number), dtype=bool)


def _required_if(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers):  # type: ignore[no-untyped-def]
    states = answers.states[left[0]]
    failed = _is_triggered(check, right, answers) & ((states == "blank") | (states == "nothing_to_report"))
    return failed, lambda place: "", lambda _: ""


def _positive_if(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers):  # type: ignore[no-untyped-def]
    values = answers.numbers[left[0]]
    failed = _is_triggered(check, right, answers) & (values <= 0)
    return failed, lambda place: number_words(values[place]), lambda _: "> 0"


def _ratio_within(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers):  # type: ignore[no-untyped-def]
    top, bottom = answers.numbers[left[0]], _total(right, answers)
    low, high = _limits(check)
    failed = (bottom > 0) & ((top < low * bottom) | (top > high * bottom))
    quotient = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
    return failed, lambda place: number_words(round(float(quotient[place]), 2)), lambda _: _limits_text(check)


def _change_within(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers):  # type: ignore[no-untyped-def]
    now = answers.numbers[left[0]]
    before = answers.previous.get(left[0], np.full(len(now), np.nan))
    low, high = _limits(check)
    failed = (before > 0) & ((now < low * before) | (now > high * before))
    return failed, lambda place: number_words(now[place]), lambda place: number_words(before[place])


_KINDS = {
    "range": _range,
    "at_most": _at_most,
    "sum_equals": _sum_equals,
    "required_if": _required_if,
    "positive_if": _positive_if,
    "ratio_within": _ratio_within,
    "change_within": _change_within,
}
