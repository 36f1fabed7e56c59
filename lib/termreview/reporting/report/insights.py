"""One report's insight: what its schools' history allows to say, worked out once, and the declared words for it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from termreview.insight.early_warning import Warnings, warn
from termreview.insight.impact import impact
from termreview.insight.trends import as_today, on_one_rule, slips
from termreview.reference.texts.insight import FILE, Limits
from termreview.reporting.blocks.values import Sentence
from termreview.reporting.report.applicable import is_scored
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.history import school_events, total_values, year_paths
from termreview.reporting.report.narrative import sentence


def is_looking_back(report: ReportContext) -> bool:
    """Whether a report looks back and ahead at all: the internal one of the whole office, where schools are scored."""
    return is_scored(report) and report.edition == INTERNAL and report.scope.is_whole


def limits_of(report: ReportContext) -> Limits:
    """The declared limits of every method."""
    return report.reference.insight.limits


def tell(report: ReportContext, key: str, **values: Any) -> Sentence:
    """One declared sentence of insight."""
    return sentence(report.reference.insight.texts, key, declared_in=FILE, **values)


@lru_cache(maxsize=2)  # the review desk opens one report after another
def warnings_of(report: ReportContext) -> Warnings:
    """The probabilities of the report's year, from its first semester and earlier years; as `early_warning.warn`."""
    year = report.declared.term.school_year
    plans = report.reference.calendar.plans
    parts = [plan.term.part for plan in plans if plan.term.school_year == year]
    paths = year_paths(report.history, (parts[0], parts[-1]), asked_year=year)
    return warn(paths, limits_of(report))


@lru_cache(maxsize=2)
def values_of(report: ReportContext) -> pd.DataFrame:
    """The sure points of all groups together at the same part of every year; as `history.total_values`."""
    return total_values(report.history, report.declared.term.part).sort_values("school_year", kind="stable")


@lru_cache(maxsize=2)
def slips_of(report: ReportContext) -> pd.DataFrame:
    """The schools beside their own past, by the sure points of all groups together; as `trends.slips`."""
    values = values_of(report)
    rules = report.history.drop_duplicates("school_year").set_index("school_year")["rule_id"]
    panel = values.assign(
        numerator=values["value"], denominator=1.0, rule_id=values["school_year"].map(rules)
    )
    return slips(on_one_rule(as_today(panel, school_events(report.reference))), limits_of(report))


@lru_cache(maxsize=2)
def impact_of(report: ReportContext) -> pd.DataFrame:
    """What each action of the office did that can show by now; as `impact.impact`."""
    until = report.declared.term.school_year
    done = [one for one in report.reference.actions if one.school_year <= until]
    rows = [(one.action_id, school_id, one.school_year) for one in done for school_id in one.school_ids]
    actions = pd.DataFrame(rows, columns=["action_id", "school_id", "school_year"])
    values = values_of(report)
    most = float(sum(group.placed_points for group in report.declared.indicator_set.groups))
    return impact(values, actions, limits_of(report), most)


def years_of(report: ReportContext, school_id: str) -> list[tuple[str, float]]:
    """The sure points of all groups together at one school, by school year, at the same part of each."""
    values = values_of(report)
    own = values[values["school_id"] == school_id]
    return list(zip(own["school_year"].astype(str), own["value"].astype(float), strict=True))
