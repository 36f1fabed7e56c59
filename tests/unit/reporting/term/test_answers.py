"""Answers of one term: missing is never zero, totals are rebuilt only from whole parts."""

from __future__ import annotations

import math

import pytest

from termreview.reference.declarations import Reference
from termreview.reporting.term.answers import spread_answers
from worlds import NOTHING, UNREADABLE, Answers, observe, term_of

SCHOOL = "0477201"
GRADES = {f"pupils_count.g{grade}": float(20 + grade) for grade in range(1, 6)}


def pupils(reference: Reference, answers: Answers) -> tuple[float, float]:
    term = term_of(reference, schools=[SCHOOL])
    spread = spread_answers(observe(term, {SCHOOL: answers}), term)
    return spread.number("pupils_count.total").iloc[0], spread.stated["pupils_count.total"].iloc[0]


def test_a_total_is_rebuilt_from_its_grades_and_what_was_stated_is_kept(reference: Reference) -> None:
    assert pupils(reference, GRADES | {"pupils_count.total": 999.0}) == (115.0, 999.0)


@pytest.mark.parametrize("hole", [UNREADABLE, None], ids=["unreadable", "blank"])
def test_a_total_stands_as_stated_when_a_part_is_missing(reference: Reference, hole: object) -> None:
    answers = {**GRADES, "pupils_count.total": 110.0, "pupils_count.g5": hole}
    kept = {name: value for name, value in answers.items() if value is not None}
    assert pupils(reference, kept)[0] == 110.0


def test_nothing_to_report_is_a_part_that_adds_nothing(reference: Reference) -> None:
    answers = {**GRADES, "pupils_count.g5": NOTHING}
    assert pupils(reference, answers)[0] == 90.0


def test_no_parts_and_no_total_leave_the_total_missing(reference: Reference) -> None:
    value, stated = pupils(reference, {"classes_count.total": 5.0})
    assert math.isnan(value)
    assert math.isnan(stated)


def test_a_school_that_did_not_submit_has_no_figures(reference: Reference) -> None:
    term = term_of(reference, schools=[SCHOOL])
    spread = spread_answers(observe(term, {}), term)
    assert spread.numbers.isna().all().all()
    assert set(spread.state("pupils_count.total")) == {"not_submitted"}


def test_a_field_that_nobody_is_asked_is_missing_and_not_applicable(reference: Reference) -> None:
    term = term_of(reference, schools=["0477101"])
    spread = spread_answers(observe(term, {"0477101": {"computers_count": 3.0}}), term)
    assert spread.number("informatics_class_size_count").isna().all()
    assert set(spread.state("informatics_class_size_count")) == {"not_applicable"}
