"""One part of a report that is another school's: asked of both, and of nobody else."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from intake_world import ROOT

from termreview.forms.form import FormOrder, Value, write_form
from termreview.intake.checks.answer_grid import Answers, spread_answers
from termreview.intake.checks.copied_parts import copied_parts
from termreview.intake.clean import clean_term
from termreview.intake.files.file_reading import Remark
from termreview.intake.received.received import list_received
from termreview.reference.declarations import TermReference, load_reference
from termreview.terms import parse_term

SHEET, SECTION = "Thống kê", "1. Quy mô lớp, trẻ/học sinh theo khối lớp, nhóm tuổi"


@cache
def term() -> TermReference:
    return load_reference(ROOT / "data" / "reference").of(parse_term("2023-2024-hk1"))


@cache
def schools(level: str = "mn") -> tuple[str, ...]:
    return tuple(school.unit_id for school in term().schools if school.level == level)


def fields(*sections: str, level: str = "mn") -> list[str]:
    """The numbers of some sections."""
    form = term().form
    return [
        field.field_id
        for field in form.fields_for(level, "hk1")
        if field.is_numeric and field.section_id in (sections or {each.section_id for each in form.sections})
    ]


def answered(numbers: dict[str, np.ndarray], names: list[str], level: str = "mn") -> Answers:  # type: ignore[type-arg]
    """The grid of what each school answers to some fields."""
    rows = [
        {
            "school_id": school_id,
            "field_id": name,
            "state": "answered",
            "value_number": float(value),
            "value_text": None,
        }
        for school_id, values in numbers.items()
        for name, value in zip(names, values, strict=True)
    ]
    return spread_answers(pd.DataFrame(rows), None, list(numbers), [level] * len(numbers), names)


def drawn(names: list[str], seed: int = 0, most: int = 60, level: str = "mn") -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(seed)
    return {school_id: random.integers(0, most, len(names)) for school_id in schools(level)}


def asked(answers: Answers) -> list[tuple[str, Remark]]:
    return list(copied_parts(answers, term()))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 400), st.sampled_from(["mn", "th"]))
def test_schools_that_answer_for_themselves_are_not_asked(seed: int, most: int, level: str) -> None:
    names = fields(level=level)
    assert asked(answered(drawn(names, seed, most, level), names, level)) == []


@pytest.mark.parametrize("changed", [0, 1, 3])
def test_a_pasted_sheet_with_some_cells_changed_is_asked_of_both(changed: int) -> None:
    names = fields("S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8")
    numbers = drawn(names)
    first, second = schools()[3], schools()[9]
    numbers[first] = numbers[first] + 2  # all of them tell something
    numbers[second] = numbers[first] + (np.arange(len(names)) < changed)
    found = asked(answered(numbers, names))
    of = len(names)
    assert [(school_id, remark.code, remark.sheet, remark.label, remark.expected) for school_id, remark in found] == [
        (school_id, "same_part_two_schools", SHEET, SHEET, f"{of - changed}/{of}") for school_id in (first, second)
    ]  # fmt: skip
    assert second in found[0][1].found
    assert first in found[1][1].found


def test_one_pasted_section_is_asked_though_the_rest_of_the_sheet_is_the_schools_own() -> None:
    names = fields()
    numbers = drawn(names)
    is_own = np.isin(names, fields("S1"), invert=True)
    numbers["0477105"] = np.where(is_own, numbers["0477105"], numbers["0477104"])
    assert [(school_id, remark.label) for school_id, remark in asked(answered(numbers, names))] == [
        ("0477104", SECTION), ("0477105", SECTION),
    ]  # fmt: skip


def test_a_part_copied_by_many_names_some_of_them_to_each() -> None:
    names = fields()
    numbers = drawn(names)
    for school_id in schools()[:8]:
        numbers[school_id] = numbers[schools()[0]]
    assert {school_id for school_id, _ in asked(answered(numbers, names))} == set(schools()[:8])


@pytest.mark.parametrize("share", [0.85, 0.6])
def test_a_part_alike_in_less_than_nine_tenths_is_not_asked(share: float) -> None:
    names = fields("S1")
    numbers = drawn(names, most=500)
    differs = np.arange(len(names)) >= share * len(names)
    numbers["0477105"] = np.where(differs, numbers["0477105"] + 1, numbers["0477104"])
    assert asked(answered(numbers, names)) == []


def test_zeros_ones_and_full_points_are_no_copy() -> None:
    names = fields(level="th")
    fully = {
        field.field_id: field.maximum
        for field in term().form.fields_for("th", "hk1")
        if field.kind == "points"
    }
    alike = np.array([fully.get(name) or place % 2 for place, name in enumerate(names)])
    assert asked(answered(dict.fromkeys(schools("th"), alike), names, "th")) == []


def test_fewer_than_twenty_numbers_are_no_copy() -> None:
    names = fields("S1")[:19]
    numbers = drawn(names)
    numbers["0477105"] = numbers["0477104"]
    assert asked(answered(numbers, names)) == []


def test_files_alike_as_wholes_are_asked_once() -> None:
    names = fields()
    numbers = drawn(names)
    numbers["0477105"] = numbers["0477104"]
    known = {frozenset(("0477104", "0477105"))}
    assert list(copied_parts(answered(numbers, names), term(), known)) == []


def test_a_workbook_that_repeats_the_statistics_of_another_school_is_asked_about(tmp_path: Path) -> None:
    whole = load_reference(ROOT / "data" / "reference")
    pair = [school for school in term().schools if school.unit_id in ("0477104", "0477105")]
    own: list[dict[str, Value]] = [
        {name: place + number for place, name in enumerate(fields())} for number in (12, 31)
    ]
    own[1] |= {name: own[0][name] for name in fields("S1")}
    for school, answers in zip(pair, own, strict=True):
        order = FormOrder(term(), school, "Mầm non", "Xã Phong Bình")
        write_form(tmp_path / f"{school.unit_id}.xlsx", order, answers)
    files = list_received(tmp_path, datetime.date(2024, 1, 5))
    found = clean_term(files, whole, parse_term("2023-2024-hk1")).findings
    copied = found[found["check_code"] == "same_part_two_schools"]
    assert copied["school_id"].tolist() == ["0477104", "0477105"]
    assert copied["severity"].unique().tolist() == ["query"]
    assert SECTION in copied["message"].iloc[0]
