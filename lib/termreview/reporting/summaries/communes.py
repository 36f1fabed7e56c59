"""One figure of one unit above the schools (commune, ward): the sums of the reports, taken by commune instead of level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

import pandas as pd

from termreview.reference.kinds.measures import Ratio
from termreview.reporting.summaries.index import level_distribution
from termreview.reporting.summaries.ratios import ratios_by_scope
from termreview.reporting.summaries.reporting import reporting_by_level
from termreview.reporting.summaries.statistics import statistics_by_level
from termreview.reporting.summaries.summaries import TermView
from termreview.reporting.summaries.tasks import task_statuses
from termreview.reporting.term.schools import ALL


class Sums:
    """The sums of one term, a row per scope each; `scope` is a school level or `all`, or the code of a commune.

    By commune each is worked out when it is first asked for; what the view withholds of schools has none, and sums of
    sensitive attributes by commune stand in no report that speaks of more than that commune.
    """

    def __init__(self, view: TermView, ratios: Sequence[Ratio], *, by_commune: bool = False) -> None:
        self._view, self._ratios, self._by_commune = view, ratios, by_commune

    @cached_property
    def reporting(self) -> pd.DataFrame:
        """Reports expected and received (`reporting_by_level`)."""
        own = self._view.summaries
        return self._of(reporting_by_level, own.reporting) if self._by_commune else own.reporting_levels

    @cached_property
    def statistics(self) -> pd.DataFrame:
        """Figures of the statistics sheet (`statistics_by_level`)."""
        view = self._view
        if not self._by_commune:
            return view.summaries.statistics
        return _parts(statistics_by_level(view.answers, view.schools, view.declared, by="commune_id"))

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """The ratios (`ratios_by_scope`)."""
        own = self._view.summaries
        if not self._by_commune:
            return own.ratios
        return self._of(ratios_by_scope, own.school_ratios, self._ratios)

    @cached_property
    def statuses(self) -> pd.DataFrame:
        """The states of tasks (`task_statuses`)."""
        own, declared = self._view.summaries, self._view.declared
        if not self._by_commune:
            return own.statuses
        return self._of(task_statuses, own.school_statuses, list(declared.form.choices("status")))

    @cached_property
    def levels(self) -> pd.DataFrame:
        """Schools by level of the index (`level_distribution`)."""
        own, declared = self._view.summaries, self._view.declared
        if not self._by_commune:
            return own.levels
        return self._of(level_distribution, own.standings, declared.indicator_set)

    def _of(self, summed: Callable[..., pd.DataFrame], frame: pd.DataFrame, *about: object) -> pd.DataFrame:
        schools = self._view.schools
        code = dict(zip(schools["school_id"], schools["commune_id"], strict=True))
        return _parts(summed(frame.assign(level=frame["school_id"].map(code)), *about))


@lru_cache(maxsize=2)  # the table of a report and the list beside it tell the same
def sums_by_commune(view: TermView, ratios: tuple[Ratio, ...]) -> Sums:
    """The sums of one term by commune, each worked out once."""
    return Sums(view, ratios, by_commune=True)


def _parts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["scope"] != ALL].reset_index(drop=True)
