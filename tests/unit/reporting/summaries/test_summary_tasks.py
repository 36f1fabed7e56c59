"""Tasks: done, under way, not started and what is not known, told apart."""

from __future__ import annotations

import pandas as pd
import pytest

from termreview.reference.declarations import Reference
from termreview.reporting.summaries.ratios import ratios_by_school, ratios_by_scope
from termreview.reporting.summaries.tasks import school_statuses, task_figures, task_statuses
from termreview.reporting.term.answers import spread_answers
from termreview.reporting.term.schools import expected_schools
from worlds import HK1, UNREADABLE, Value, observe, term_of

SCHOOLS = ["0477101", "0477201", "0477202", "0477203"]
STATUSES = ("done", "under_way", "not_started")


def summaries(
    reference: Reference, answers: dict[str, dict[str, Value]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    term = term_of(reference, schools=SCHOOLS)
    schools = expected_schools(term, reference.registry)
    spread = spread_answers(observe(term, answers), term)
    by_school = school_statuses(spread, schools, term.tasks, STATUSES)
    ratios = ratios_by_scope(ratios_by_school(spread, schools, reference.ratios), reference.ratios)
    figures = task_figures(spread, schools, term.tasks, term.form, HK1.rsplit("-", 1)[1], ratios)
    return task_statuses(by_school, STATUSES), figures


def test_every_school_asked_stands_in_exactly_one_column(reference: Reference) -> None:
    statuses, _ = summaries(
        reference,
        {
            "0477201": {"platform_status": "done"},
            "0477202": {"platform_status": UNREADABLE},
            "0477101": {"training_status": "under_way"},
        },
    )
    whole = statuses.set_index(["task_id", "scope"])
    platform, training = whole.loc[("II.1.a", "all")], whole.loc[("II.1.d", "all")]
    assert platform["asked_count"] == 3, "a preschool is not asked for this task"
    assert (platform["done_count"], platform["unanswered_count"], platform["not_submitted_count"]) == (
        1,
        1,
        1,
    )
    assert platform["missing_count"] == 2
    assert training["asked_count"] == 4
    assert training["under_way_count"] == 1
    counts = [f"{name}_count" for name in (*STATUSES, "unanswered", "not_submitted")]
    assert (statuses[counts].sum(axis=1) == statuses["asked_count"]).all()


def test_levels_sum_to_all(reference: Reference) -> None:
    statuses, _ = summaries(reference, {"0477201": {"platform_status": "done"}})
    numbers = statuses.filter(like="_count").columns
    parts = statuses[statuses["scope"] != "all"].groupby("task_id")[numbers].sum()
    whole = statuses[statuses["scope"] == "all"].set_index("task_id")[numbers]
    pd.testing.assert_frame_equal(whole.sort_index(), parts.sort_index())


def test_figures_say_how_they_were_counted(reference: Reference) -> None:
    _, figures = summaries(
        reference,
        {
            "0477201": {
                "classes_using_platform_count": 4.0,
                "results_updated_pct": 80.0,
                "has_website": True,
            },
            "0477202": {
                "classes_using_platform_count": 6.0,
                "results_updated_pct": 100.0,
                "has_website": False,
            },
        },
    )
    own = figures.set_index("figure_id")
    assert own.loc["classes_using_platform_count", "value"] == 10.0
    assert own.loc["classes_using_platform_count", "counted_count"] == 2
    assert own.loc["classes_using_platform_count", "asked_count"] == 3
    percent = own.loc["results_updated_pct"]
    assert percent["kind"] == "median", "percentages without their counts are never added"
    assert (percent["value"], percent["low"], percent["high"]) == (90.0, 80.0, 100.0)
    website = own.loc["has_website"]
    assert (website["numerator"], website["denominator"], website["asked_count"]) == (1, 2, 4)


def test_a_figure_without_answers_is_missing(reference: Reference) -> None:
    _, figures = summaries(reference, {})
    sums = figures[figures["kind"] == "sum"]
    assert len(sums)
    assert sums["value"].isna().all()
    assert (sums["counted_count"] == 0).all()


@pytest.mark.parametrize("option", ["ms_teams", "google_classroom"])
def test_choices_are_counted_by_option(reference: Reference, option: str) -> None:
    term = term_of(reference, schools=SCHOOLS)
    task = next(task for task in term.tasks if "online_tests_phase" in task.figures)
    assert task.task_id == "II.1.c"
    _, figures = summaries(reference, {"0477201": {"online_tests_phase": "pilot", "platform_main": option}})
    phases = figures[figures["figure_id"] == "online_tests_phase"]
    assert phases["numerator"].tolist() == [1]
    assert phases["denominator"].tolist() == [1]
