"""One figure of one state of a term, exact: what two issued reports are compared by."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reporting.blocks.rows import records
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.summaries.index import (
    NOT_CONCLUDED,
    NOT_SUBMITTED,
    OVERALL,
    level_distribution,
    school_scores,
)
from termreview.reporting.summaries.ratios import ratios_by_school, ratios_by_scope
from termreview.reporting.summaries.reporting import reporting_by_level, school_reporting
from termreview.reporting.summaries.summaries import STATUS_OPTIONS
from termreview.reporting.summaries.tasks import school_statuses, task_statuses
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.reporting.term.schools import ALL, expected_schools, whole_of
from termreview.reporting.term.term_tables import State

OFFICE: Final = ""  # the place of a school's id in the key of a figure of all schools
REPORTING, TASKS, RATIOS, LEVELS, SIZES, LOW, HIGH, STANDING = (
    "reporting", "tasks", "ratios", "levels", "sizes", "low", "high", "standing",
)  # fmt: skip

# school (or OFFICE), kind, what of it, and the group of the index where there is one
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Figure:
    """One figure: its exact value (missing: nothing is known), the parts of a share, or the word of a standing with what holds it (`held_by`)."""

    value: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    word: str = ""
    held_by: str = ""


def figures_of(state: State, size_fields: tuple[str, ...] = ()) -> dict[Key, Figure]:
    """Every figure that is compared, by its key, in the order of reports: those of all schools, then each school's."""
    reference, declared, tables = state.reference, state.declared, state.tables
    schools = expected_schools(declared, reference.registry)
    answers = spread_answers(tables.observations, declared)
    statuses = list(declared.form.choices(STATUS_OPTIONS))
    by_school = school_statuses(answers, schools, declared.tasks, statuses)
    asked = reference.ratios_of(declared)
    ratios = ratios_by_school(answers, schools, asked)
    standings = school_scores(tables.scores, schools, declared.indicator_set)
    return {
        **_reporting(school_reporting(schools, tables.submissions, open_findings(tables.findings))),
        **_sizes(answers, size_fields),
        **_tasks(task_statuses(by_school, statuses)),
        **_ratios(ratios_by_scope(ratios, asked)),
        **_levels(standings, declared.indicator_set),
        **_schools(standings),
    }


def exact(value: Any) -> Fraction | None:
    """One number as the decimal it is written as; nothing where it is missing."""
    return None if value is None or pd.isna(value) else Fraction(str(value))


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["scope"] == ALL]


def _of_whole(count: Any, whole: Any) -> Figure:
    return Figure(exact(count), exact(count), exact(whole))


def _share(part: Any, whole: Any, scale: Any = 100) -> Figure:
    top, bottom = exact(part), exact(whole)
    value = None if top is None or not bottom else top * (exact(scale) or 0) / bottom
    return Figure(value, top, bottom)


def _reporting(reporting: pd.DataFrame) -> dict[Key, Figure]:
    who = whole_of(reporting_by_level(reporting))
    expected = who["expected_count"]
    return {
        (OFFICE, REPORTING, "received", ""): _of_whole(who["received_count"], expected),
        (OFFICE, REPORTING, "needs_repair", ""): _of_whole(who["needs_repair_count"], expected),
    }


def _sizes(answers: Answers, fields: tuple[str, ...]) -> dict[Key, Figure]:
    """The sums of some fields over the schools that gave one; missing where none did."""
    sums = {name: answers.number(name).dropna() for name in fields}
    return {
        (OFFICE, SIZES, name, ""): Figure(exact(own.sum()) if len(own) else None)
        for name, own in sums.items()
    }


def _tasks(statuses: pd.DataFrame) -> dict[Key, Figure]:
    rows = records(_whole(statuses))
    done, answered = (sum(row[name] for row in rows) for name in ("done_count", "answered_count"))
    found = {(OFFICE, TASKS, "", ""): _share(done, answered)}
    for row in rows:
        found[OFFICE, TASKS, str(row["task_id"]), ""] = _share(row["done_count"], row["answered_count"])
    return found


def _ratios(ratios: pd.DataFrame) -> dict[Key, Figure]:
    return {
        (OFFICE, RATIOS, str(row["ratio_id"]), ""): _share(row["numerator"], row["denominator"], row["scale"])
        for row in records(_whole(ratios))
    }


def _levels(standings: pd.DataFrame, indicator_set: IndicatorSet) -> dict[Key, Figure]:
    names = [f"level_{level}" for level in indicator_set.level_titles()]
    return {
        (OFFICE, LEVELS, name, str(row["group_id"])): _of_whole(row[f"{name}_count"], row["asked_count"])
        for row in records(_whole(level_distribution(standings, indicator_set)))
        for name in [*names, NOT_CONCLUDED, NOT_SUBMITTED]
    }


def _schools(standings: pd.DataFrame) -> dict[Key, Figure]:
    """The bounds of each group and the standing of each school; without a report all points are still possible."""
    found: dict[Key, Figure] = {}
    for row in records(standings.sort_values("place", kind="stable")):
        school_id, group_id = str(row["school_id"]), str(row["group_id"])
        if group_id != OVERALL:
            for kind in (LOW, HIGH):
                found[school_id, kind, "", group_id] = Figure(exact(row[kind]))
        found[school_id, STANDING, "", group_id] = Figure(
            word=str(row["standing"]), held_by=row["held_by"] if isinstance(row["held_by"], str) else ""
        )
    return found
