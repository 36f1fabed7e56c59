"""One comparison of a report with one that was handed out: what moved, by how much, and why."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from termreview.errors import DeclarationError
from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.changes.bridge import PROGRAM, RULE, build_bridge, changes_between
from termreview.reporting.changes.bridge_figures import OFFICE, RATIOS, SIZES, Figure, Key
from termreview.reporting.changes.variances import NOTHING, Variance, causes_of, figures_along, variances_of
from termreview.reporting.editions.scope import (
    SHAREABLE,
    Scope,
    find_scope,
    narrowed,
    narrowed_before,
    narrowed_tables,
)
from termreview.reporting.records.issued import Issue, issued_reference, issued_tables
from termreview.reporting.report.context import ReportContext, systems_of
from termreview.reporting.report.status import PROVISIONAL, report_status
from termreview.reporting.summaries.summaries import TermView, build_view
from termreview.reporting.term.term_tables import State, TermTables, read_tables
from termreview.storage.workspace import Workspace, has_tables
from termreview.terms import Term, parse_term


@dataclass(frozen=True, eq=False)
class Comparison:
    """What moved between the report handed out (`issue`) and the report that speaks now (or a later issue, `later`).

    `figures` are all that were compared, as they are now; `names` are the short names of all schools of both; `files` says, school by school, by which cause another file
    counts; `ruled` names the decisions that were added, changed or taken back.
    """

    issue: Issue
    later: Issue | None
    as_of: datetime.date
    variances: tuple[Variance, ...]
    figures: Mapping[Key, Figure]
    names: Mapping[str, str]
    files: Mapping[str, str]
    ruled: tuple[str, ...]
    status_now: str = PROVISIONAL

    @property
    def status(self) -> str:
        """Whether the second report is `provisional` or `final`."""
        return self.later.status if self.later is not None else self.status_now

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes that have a part in any variance."""
        return causes_of(self.variances)

    @property
    def of_office(self) -> list[Variance]:
        """The variances of figures of all schools."""
        return [variance for variance in self.variances if variance.key[0] == OFFICE]

    @property
    def of_schools(self) -> list[Variance]:
        """The variances of scores and levels of single schools."""
        return [variance for variance in self.variances if variance.key[0] != OFFICE]

    def schools_by(self, cause: str) -> list[str]:
        """The names of the schools whose score or level one cause moved, in the order of reports."""
        found = dict.fromkeys(variance.key[0] for variance in self.of_schools if cause in variance.causes)
        return [self.names.get(school_id, school_id) for school_id in found]


@cache
def compare_with(report: ReportContext, issue: Issue, later: Issue | None = None) -> Comparison:
    """Compare the report with one that was handed out; `later`, where the report is itself an issue read back."""
    second = second_state(report)
    first, is_readable = first_state(report, issue)
    told = figures_along(build_bridge(first, second), tuple(report.reference.sentences["profile"]["names"]))
    variances = [variance for variance in variances_of(told) if _is_publishable(variance, report)]
    if not is_readable:
        variances = [_without_program(variance) for variance in variances]
    names = {
        school.unit_id: school.short_name for state in (first, second) for school in state.declared.schools
    }
    files = changes_between(first, second).files
    ruled = _ruled_differently(first.reference, second.reference, report.declared.term.term_id)
    return Comparison(
        issue,
        later,
        report.as_of,
        tuple(variances),
        told[-1][1],
        names,
        files,
        ruled,
        report_status(report).status,
    )


def _is_publishable(variance: Variance, report: ReportContext) -> bool:
    """Whether a figure may stand in the edition: a shareable one tells no change of a sensitive attribute."""
    _, kind, name, _ = variance.key
    if report.edition != SHAREABLE or kind not in (SIZES, RATIOS):
        return True
    parts = {ratio.ratio_id: (*ratio.numerator, *ratio.denominator) for ratio in report.reference.ratios}
    fields = parts.get(name, ()) if kind == RATIOS else (name,)
    return not any(map(report.reference.disclosure.is_sensitive, fields))


def open_issue(issue: Issue, now: Reference, workspace: Workspace | None = None) -> ReportContext:
    """The report as it was handed out, opened from what was kept of it.

    The terms that it compares with are those of the workspace, where one is given: of them an issue keeps nothing.
    """
    unit, level = issue.scope_ids
    reference = issued_reference(issue, now)
    declared, scope, tables = _opened(issue, reference, unit, level)
    view = build_view(reference, declared, tables)

    def read(term: Term | None) -> TermView | None:
        if workspace is None or term is None or not has_tables(workspace, term):
            return None
        earlier = narrowed_before(reference, reference.of(term), declared, scope)
        kept = read_tables(workspace, term)
        return build_view(reference, earlier, kept if scope.is_whole else narrowed_tables(kept, earlier))

    previous = read(declared.plan.compare_with)
    years = [read(term) for term in reference.calendar.same_part_before(declared.term)]
    report = ReportContext(
        reference, view, previous, issue.as_of, scope, years=tuple(one for one in years if one is not None)
    )
    return report if workspace is None else replace(report, systems=systems_of(workspace, report))


def _opened(
    issue: Issue, reference: Reference, unit: str, level: str
) -> tuple[TermReference, Scope, TermTables]:
    whole = reference.of(parse_term(issue.record["term_id"]))
    scope = find_scope(reference, whole, unit, level)
    declared = narrowed(reference, whole, scope)
    tables = issued_tables(issue)
    return declared, scope, tables if scope.is_whole else narrowed_tables(tables, declared)


def second_state(report: ReportContext) -> State:
    """The state that the report speaks for, before anything is hidden."""
    return report.since.now if report.since else State(report.reference, report.declared, report.term.tables)


@cache
def first_state(report: ReportContext, issue: Issue) -> tuple[State, bool]:
    """The state behind one issue among the schools of the report; whether its declarations can still be read.

    Declarations that this version of the program cannot read are taken as they are now: what the rules changed then
    shows when the answers kept are scored anew.
    """
    unit = report.scope.unit.unit_id if report.scope.unit else ""
    try:
        reference, is_readable = issued_reference(issue, report.reference), True
    except DeclarationError:
        reference, is_readable = report.reference, False
    declared, _, tables = _opened(issue, reference, unit, report.scope.level)
    return State(reference, declared, tables), is_readable


def _without_program(variance: Variance) -> Variance:
    """The variance with the part of the program told as one of the rules: the two cannot be told apart."""
    parts = {**variance.parts, RULE: variance.parts[RULE] + variance.parts[PROGRAM], PROGRAM: NOTHING}
    path = tuple((RULE if cause == PROGRAM else cause, value) for cause, value in variance.path)
    steps = tuple(replace(step, cause=RULE) if step.cause == PROGRAM else step for step in variance.steps)
    return replace(variance, parts=parts, path=path, steps=steps)


def _ruled_differently(first: Reference, second: Reference, term_id: str) -> tuple[str, ...]:
    """The ids of the decisions of one term that stand in only one of two states, or differently in both."""
    before, after = (
        {decision for decision in reference.decisions if decision.holds_in(term_id)}
        for reference in (first, second)
    )
    return tuple(sorted({decision.decision_id for decision in before ^ after}))
