"""One section of a report is shown where its term declares what the section is about: an index, tasks, ratios."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from termreview.reporting.blocks.blocks import Block
from termreview.reporting.report.context import ReportContext

P = ParamSpec("P")
Section = Callable[Concatenate[ReportContext, P], Block]


def is_scored(report: ReportContext) -> bool:
    """Whether the schools of the term are scored on an index at all."""
    return not report.declared.indicator_set.is_none


def covers_schools(report: ReportContext) -> bool:
    """Whether the index covers any school of the report: it speaks of no preschool."""
    return covered_count(report) > 0


def covered_count(report: ReportContext) -> int:
    """How many schools of the report the index covers; none where the term is not scored."""
    own = report.term.schools["level"].isin(report.declared.indicator_set.levels)
    return int(own.sum()) if is_scored(report) else 0


def has_states(report: ReportContext) -> bool:
    """Whether schools report the state of any task."""
    return any(task.status_field for task in report.declared.tasks)


def has_ratios(report: ReportContext) -> bool:
    """Whether the form asks both parts of any declared ratio."""
    return not report.summaries.ratios.empty


def applies_if(applies: Callable[[ReportContext], bool]) -> Callable[[Section[P]], Section[P]]:
    """Let one section show nothing where it does not apply; its heading (`when-shown`) is left out with it."""

    def of(section: Section[P]) -> Section[P]:
        @wraps(section)
        def shown(report: ReportContext, *args: P.args, **kwargs: P.kwargs) -> Block:
            return section(report, *args, **kwargs) if applies(report) else Block("")

        return shown

    return of
