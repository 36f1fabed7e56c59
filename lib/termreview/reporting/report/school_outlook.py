"""One look ahead per school: what its level hangs on, its path to the next one, and what the path comes to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from termreview.reference.kinds.advice import Advice
from termreview.reporting.blocks.rows import Record, by_key, records
from termreview.reporting.report.context import ReportContext
from termreview.reporting.summaries.decisions import doubted_answers
from termreview.reporting.summaries.index import with_placed_high
from termreview.scoring.level_margin import weigh_levels
from termreview.scoring.levels import OVERALL
from termreview.scoring.next_level import CONDITION, NextLevel, next_levels
from termreview.scoring.what_if import what_if


@dataclass(frozen=True, eq=False)
class Outlook:
    """Paths by school, scores after them by school and group, and the strength of each level by school and group.

    `paths` holds those alone that the scorer of the term confirmed; the others stand in `unconfirmed`.
    """

    paths: dict[str, NextLevel]
    unconfirmed: frozenset[str]
    after: dict[tuple[str, str], Record]
    margin_of: dict[tuple[str, str], Record]


def advice_of(report: ReportContext) -> Advice:
    """The declared efforts and actions of the index in force."""
    return report.reference.advice.get(report.declared.indicator_set.set_id, Advice())


@lru_cache(maxsize=2)  # the review desk opens one report after another
def margins_of(report: ReportContext) -> pd.DataFrame:
    """What the level of each school and group hangs on (`weigh_levels`), worked out once per report."""
    tables = report.term.tables
    return weigh_levels(tables.ledger, tables.scores, report.declared, doubted_answers(tables.findings))


@lru_cache(maxsize=2)
def look_ahead(report: ReportContext) -> Outlook:
    """Look ahead for all schools of one report, once."""
    tables, declared = report.term.tables, report.declared
    paths = next_levels(tables.ledger, tables.scores, declared, advice_of(report))
    reachable = {school_id: path for school_id, path in paths.items() if path.is_reachable}
    points = {
        (school_id, step.key): step.after
        for school_id, path in reachable.items()
        for step in path.steps
        if step.kind != CONDITION
    }
    met = [
        school_id
        for school_id, path in reachable.items()
        if any(step.kind == CONDITION for step in path.steps)
    ]
    raised = what_if(
        tables.observations, declared, ledger=tables.ledger, points=points, met_conditions=met
    ).scores
    after = by_key(with_placed_high(raised, declared.indicator_set), "school_id", "group_id")
    confirmed = {
        school_id: path
        for school_id, path in reachable.items()
        if after[school_id, OVERALL]["level_low"] >= path.level
    }
    known = {(str(row["school_id"]), str(row["group_id"])): row for row in records(margins_of(report))}
    return Outlook(confirmed, frozenset(paths) - frozenset(confirmed), after, known)
