"""One failed check at one cell: the declared checks applied to all schools of a level at once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from termreview.intake.outliers import usual_bounds
from termreview.reference.checks import Check
from termreview.reference.declarations import TermReference
from termreview.reference.forms import Field, applies
from termreview.text import number_words

Numbers = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]
# Which schools fail, and for one of them what was found and what is expected, in words.
Verdict = tuple[npt.NDArray[np.bool_], Callable[[int], str], Callable[[int], str]]


class Failure(NamedTuple):
    """One failed check of one school, at its first field; `compared` are all fields it looked at."""

    school_id: str
    check: Check
    field_id: str
    label: str
    found: str
    expected: str
    compared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """The answers of some schools of one level: numbers (NaN unless answered), states and texts, by field."""

    school_ids: Sequence[str]
    numbers: Mapping[str, Numbers]
    states: Mapping[str, Words]
    texts: Mapping[str, Words]
    previous: Mapping[str, Numbers]


def run_checks(
    observations: pd.DataFrame, previous: pd.DataFrame | None, term: TermReference
) -> list[Failure]:
    """Apply every check of the form to the answers of one term, level by level.

    A check speaks only where everything it compares was answered: what is missing is another finding.
    """
    failures: list[Failure] = []
    by_level: dict[str, list[str]] = {}
    submitted = set(observations["school_id"].unique())
    for school in term.schools:
        if school.unit_id in submitted:
            by_level.setdefault(school.level, []).append(school.unit_id)
    everyone = [school_id for school_ids in by_level.values() for school_id in school_ids]
    grids = _grids(observations, previous, everyone)
    first = 0
    for level, school_ids in by_level.items():
        fields = {field.field_id: field for field in term.form.fields_for(level, term.term.part)}
        answers = _slice(grids, fields, first, first + len(school_ids))
        first += len(school_ids)
        for check in term.checks:
            if applies(check.levels, level) and applies(check.terms, term.term.part):
                failures += _apply(check, fields, answers)
    return failures


def _grids(observations: pd.DataFrame, previous: pd.DataFrame | None, school_ids: Sequence[str]) -> Answers:
    """The answers of all schools, level after level: an array per field with an entry per school."""
    numbers, states, texts = _spread(observations, school_ids)
    before = {} if previous is None else _spread(previous, school_ids)[0]
    return Answers(school_ids, numbers, states, texts, before)


def _slice(answers: Answers, fields: Container[str], first: int, last: int) -> Answers:
    """The answers of the schools from one place to another, to the fields that they are asked."""
    return Answers(
        answers.school_ids[first:last],
        {name: row[first:last] for name, row in answers.numbers.items() if name in fields},
        {name: row[first:last] for name, row in answers.states.items() if name in fields},
        {name: row[first:last] for name, row in answers.texts.items() if name in fields},
        {name: row[first:last] for name, row in answers.previous.items() if name in fields},
    )


def _spread(
    observations: pd.DataFrame, school_ids: Sequence[str]
) -> tuple[dict[str, Numbers], dict[str, Words], dict[str, Words]]:
    """Numbers (NaN unless answered), states and texts of long observations as arrays per field."""
    fields, names = pd.factorize(observations["field_id"])
    order = {school_id: number for number, school_id in enumerate(school_ids)}
    schools = np.array(
        [order.get(school_id, -1) for school_id in observations["school_id"].tolist()], dtype=int
    )
    is_known = schools >= 0
    place = fields[is_known], schools[is_known]
    numbers = np.full((len(names), len(school_ids)), np.nan)
    states = np.full(numbers.shape, None, dtype=object)
    texts = states.copy()
    numbers[place] = observations["value_number"].to_numpy(dtype=float, na_value=np.nan)[is_known]
    states[place] = observations["state"].to_numpy(dtype=object)[is_known]
    texts[place] = observations["value_text"].to_numpy(dtype=object)[is_known]
    numbers[states != "answered"] = np.nan
    return (
        dict(zip(names, numbers, strict=True)),
        dict(zip(names, states, strict=True)),
        dict(zip(names, texts, strict=True)),
    )


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
        for place in np.flatnonzero(failed).tolist():
            yield Failure(
                answers.school_ids[place],
                check,
                left[0],
                fields[left[0]].label,
                found(place),
                expected(place),
                (*left, *right),
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


def _range(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    values = answers.numbers[left[0]]
    low, high = _limits(check)
    failed = (values < low) | (values > high)
    return failed, lambda place: number_words(float(values[place])), lambda _: _limits_text(check)


def _at_most(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    part, whole = _total(left, answers), _total(right, answers)
    return (
        part > whole,
        lambda place: number_words(float(part[place])),
        lambda place: number_words(float(whole[place])),
    )


def _sum_equals(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    stated, recomputed = answers.numbers[left[0]], _total(right, answers)
    failed = ~np.isnan(stated) & ~np.isnan(recomputed) & (stated != recomputed)
    return (
        failed,
        lambda place: number_words(float(stated[place])),
        lambda place: number_words(float(recomputed[place])),
    )


def _is_triggered(check: Check, right: Sequence[str], answers: Answers) -> npt.NDArray[np.bool_]:
    trigger = right[0]
    by_text = np.array(
        [text == check.low if isinstance(text, str) else False for text in answers.texts[trigger]]
    )
    by_number = answers.numbers[trigger] == {"yes": 1.0, "no": 0.0}.get(check.low, np.nan)
    return np.asarray((answers.states[trigger] == "answered") & (by_text | by_number), dtype=bool)


def _required_if(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    states = answers.states[left[0]]
    failed = _is_triggered(check, right, answers) & ((states == "blank") | (states == "nothing_to_report"))
    return failed, lambda place: "", lambda _: ""


def _positive_if(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    values = answers.numbers[left[0]]
    failed = _is_triggered(check, right, answers) & (values <= 0)
    return failed, lambda place: number_words(float(values[place])), lambda _: "> 0"


def _ratio_within(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    top, bottom = answers.numbers[left[0]], _total(right, answers)
    low, high = _limits(check)
    failed = (bottom > 0) & ((top < low * bottom) | (top > high * bottom))
    quotient = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
    return (
        failed,
        lambda place: number_words(_shown_ratio(float(quotient[place]), low, high)),
        lambda _: _limits_text(check),
    )


def _shown_ratio(value: float, low: float, high: float) -> float:
    """One ratio rounded no further than it still lies outside the limits it broke."""
    rounded = (round(value, digits) for digits in range(2, 9))
    return next((shown for shown in rounded if shown < low or shown > high), value)


def _change_within(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    now = answers.numbers[left[0]]
    before = answers.previous.get(left[0], np.full(len(now), np.nan))
    low, high = _limits(check)
    failed = (before > 0) & ((now < low * before) | (now > high * before))
    return (
        failed,
        lambda place: number_words(float(now[place])),
        lambda place: number_words(float(before[place])),
    )


def _outlier(check: Check, left: Sequence[str], right: Sequence[str], answers: Answers) -> Verdict:
    """A figure, or its ratio to others of the same school, against all schools of the level."""
    top = answers.numbers[left[0]]
    bottom = _total(right, answers) if right else np.ones_like(top)
    figures = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
    low, high = usual_bounds(figures, float(check.low), float(check.high))
    failed = (figures > 0) & ((figures < low) | (figures > high))
    usual = "–".join(number_words(float(f"{bound:.2g}")) for bound in (low, high))
    return failed, lambda place: number_words(_shown_ratio(float(figures[place]), low, high)), lambda _: usual


_KINDS: Mapping[str, Callable[[Check, Sequence[str], Sequence[str], Answers], Verdict]] = {
    "range": _range,
    "at_most": _at_most,
    "sum_equals": _sum_equals,
    "required_if": _required_if,
    "positive_if": _positive_if,
    "ratio_within": _ratio_within,
    "change_within": _change_within,
    "outlier": _outlier,
}
