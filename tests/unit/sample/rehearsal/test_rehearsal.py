"""One rehearsal: a planted fault is caught by the real path, a clean district is left alone."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest
from intake_world import HK2, PRESCHOOL, ROOT, SECONDARY, answers_of, layout_of

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.sample.rehearsal.faults import FAULTS
from termreview.sample.rehearsal.rehearse import Rehearsed, aimed_at, rehearsal_page, rehearse

FEW = 14


@cache
def small() -> Reference:
    """The committed declarations with a few schools of each level."""
    whole = load_reference(ROOT / "data" / "reference")
    schools = whole.registry.schools_on(whole.calendar.plan(HK2).due_on)
    kept = {school.unit_id for school in schools[:: max(1, len(schools) // FEW)]}
    units = tuple(unit for unit in whole.registry.units if unit.kind != "school" or unit.unit_id in kept)
    return replace(whole, registry=replace(whole.registry, units=units))


@cache
def rehearsed() -> Rehearsed:
    return rehearse(small(), HK2, workers=1)


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("school_id", [PRESCHOOL, SECONDARY])
def test_a_fault_changes_what_it_names_and_nothing_else(name: str, school_id: str) -> None:
    before, last = answers_of(school_id, HK2.term_id), {"computers_count": 39}
    fields = {name: place.field for name, (_, place) in layout_of(school_id, HK2.term_id).places.items()}
    for seed in range(5):
        after = dict(before)
        touched = FAULTS[name][1](after, last, fields, random.Random(seed))
        assert {key for key in before if after.get(key) != before[key]} <= set(touched)
        assert set(touched) <= set(fields)


def test_a_rehearsal_catches_most_faults_and_leaves_clean_schools_alone() -> None:
    found = rehearsed()
    assert len(found.planted) >= FEW // 2 - 1
    assert found.planted["is_caught"].mean() >= 0.8
    assert found.alarmed_count <= found.clean_count / 20
    assert int(found.by_fault["caught_count"].sum()) == int(found.planted["is_caught"].sum())


def test_each_check_is_held_to_the_faults_it_is_there_for() -> None:
    found = rehearsed()
    checks = found.by_check.set_index("check_code")
    assert (checks["aimed_count"] == checks["caught_count"] + checks["missed_count"]).all()
    aims = found.planted["aims"].str.split(";").explode()
    assert checks["aimed_count"].to_dict() == {code: int((aims == code).sum()) for code in checks.index}
    spoken = found.planted["checks"].str.split(";").explode()
    assert set(spoken[spoken != ""]) <= set(checks.index)
    assert checks["alarm_count"].sum() >= found.alarm_count
    assert found.untried_count < len(small().of(HK2).checks)


@pytest.mark.parametrize(
    ("fault", "touched", "code", "is_aimed"),
    [
        ("digits_swapped", ["pupils_count.g6"], "pupils_grades_sum_to_total", True),
        ("digits_swapped", ["website_posts_count"], "pupils_grades_sum_to_total", False),
        ("in_thousands", ["fees_cashless_vnd"], "cashless_per_pupil_plausible", True),
        ("in_thousands", ["fees_cashless_vnd"], "fees_per_pupil_plausible", False),
        ("girls_above_pupils", ["pupils_girls_count.g6"], "girls_at_most_pupils", True),
        ("girls_above_pupils", ["pupils_count.g6"], "girls_at_most_pupils", False),
        ("section_blank", ["computers_count"], "required_blank", True),
        ("last_term_again", ["computers_count"], "report_same_as_last_term", True),
        ("section_again", ["computers_count"], "report_same_as_last_term", False),
    ],
)
def test_a_check_is_there_for_its_kind_of_fault_at_its_own_fields(
    fault: str, touched: list[str], code: str, is_aimed: bool
) -> None:
    declared = small().of(HK2)
    assert (code in aimed_at(fault, touched, "thcs", declared)) is is_aimed


def test_the_page_shows_every_fault_and_every_check_that_spoke() -> None:
    page = rehearsal_page(rehearsed())
    for name in rehearsed().by_fault["fault"]:
        assert FAULTS[name][0] in page
    for code in rehearsed().by_check["check_code"]:
        assert f"| {code} |" in page


def test_no_round_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(UsageError):
        rehearse(small(), HK2, rounds=0)
