"""One look ahead per school: what its level hangs on, in words too, its path to the next one, and what the path comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reference.kinds.advice import Advice
from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record, by_key, records
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import page_text
from termreview.reporting.summaries.decisions import doubted_answers
from termreview.reporting.summaries.index import UNALLOCATED, held_text, with_placed_high
from termreview.scoring.level_margin import NOT_CONCLUDED, SOLID, weigh_levels
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


class MarginLine(NamedTuple):
    """What the level of one group hangs on."""

    group_id: str
    text: str
    is_solid: bool


def margin_lines(
    reference: Reference,
    indicator_set: IndicatorSet,
    level_margins: Mapping[str, Record],
    reasons: Mapping[str, str],
    held: Mapping[str, str],
) -> list[MarginLine]:
    """What the levels of one school hang on: one line per group, in the order of the index.

    Parameters
    ----------
    level_margins
        The rows of `weigh_levels` of the school, by group.
    reasons
        Why a level is not concluded, by group, as `school_scores` tells it.
    held
        What keeps a level below its points, by group, as `school_scores` tells it.
    """
    lowest = int(indicator_set.level_bands[0].low)
    titles = {item.item_id: item.title for item in indicator_set.items}
    lines = []
    for group in indicator_set.groups:
        row = level_margins[group.group_id]
        kind, item = str(row["strength"]), str(row["item_id"])
        places = {"group": group.group_id, "item": item, "title": titles.get(item, "")}
        if kind == NOT_CONCLUDED:
            if reasons[group.group_id] == "condition_unknown":
                told = page_text(reference, "strength.open_condition", group=group.group_id)
            elif group.unallocated is not None and item.endswith(UNALLOCATED):
                points = number_text(group.unallocated.points)
                told = page_text(reference, "strength.open_unallocated", group=group.group_id, points=points)
            else:
                told = page_text(reference, "strength.open_item", **places)
        elif kind == SOLID and held[group.group_id]:
            why = held_text(reference, held[group.group_id])
            told = page_text(reference, "strength.held", group=group.group_id, level=row["level"], held=why)
        elif kind == SOLID and row["level"] == lowest:
            told = page_text(reference, "strength.lowest", group=group.group_id, level=lowest)
        elif kind == SOLID:
            told = page_text(reference, "strength.solid", group=group.group_id)
        else:
            told = page_text(
                reference, f"strength.{kind}", **places, level=row["if_level"], count=row["item_count"]
            )
        lines.append(MarginLine(group.group_id, told, kind == SOLID))
    return lines
