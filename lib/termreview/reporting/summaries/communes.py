"""One figure of one unit above the schools (commune, ward): the sums of the reports, taken by commune instead of level."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reporting.summaries.index import level_distribution
from termreview.reporting.summaries.ratios import ratios_by_scope
from termreview.reporting.summaries.reporting import reporting_by_level
from termreview.reporting.summaries.statistics import statistics_by_level
from termreview.reporting.summaries.tasks import task_statuses
from termreview.reporting.summaries.term_view import TermView
from termreview.reporting.term.schools import ALL


@dataclass(frozen=True, eq=False)
class Sums:
    """The sums of one term, a row per scope each; `scope` is a school level or `all`, or the code of a commune."""

    reporting: pd.DataFrame
    statistics: pd.DataFrame
    ratios: pd.DataFrame
    statuses: pd.DataFrame
    levels: pd.DataFrame


def sums_by_level(view: TermView) -> Sums:
    """The sums of one term by school level and for all, as its reports print them."""
    own = view.summaries
    return Sums(own.reporting_levels, own.statistics, own.ratios, own.statuses, own.levels)


def sums_by_commune(reference: Reference, view: TermView) -> Sums:
    """The sums of one term by commune, `scope` its code; what the view withholds of schools has none.

    Sums of sensitive attributes by commune stand in no report that speaks of more than that commune.
    """
    declared, own = view.declared, view.summaries
    code = dict(zip(view.schools["school_id"], view.schools["commune_id"], strict=True))

    def by_code(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(level=frame["school_id"].map(code))

    statuses = list(declared.form.choices("status"))
    sums = Sums(
        reporting_by_level(by_code(own.reporting)),
        statistics_by_level(view.answers, view.schools, declared, by="commune_id"),
        ratios_by_scope(by_code(own.school_ratios), reference.ratios),
        task_statuses(by_code(own.school_statuses), statuses),
        level_distribution(by_code(own.standings), declared.indicator_set),
    )
    return Sums(
        **{name: frame[frame["scope"] != ALL].reset_index(drop=True) for name, frame in vars(sums).items()}
    )
