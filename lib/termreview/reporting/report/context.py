"""One report's material: the declarations, the tables of its term and of the term before, the as-of date."""

from __future__ import annotations

import datetime
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from termreview.collector import spare_what_is_here
from termreview.errors import UsageError
from termreview.reference.comparable import asked_alike, comparable_ratios, may_compare_scores
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.kinds.measures import Ratio
from termreview.reporting.charts.picture_cache import FOLDER as PICTURES
from termreview.reporting.editions.scope import (
    EDITIONS,
    INTERNAL,
    SHAREABLE,
    WHOLE,
    Scope,
    find_scope,
    narrowed,
    narrowed_before,
    narrowed_tables,
)
from termreview.reporting.editions.shareable import shareable_view, without_words
from termreview.reporting.editions.suppression import Suppression, decide_suppression
from termreview.reporting.records.handed_out import read_handed_out
from termreview.reporting.records.issued import Issue, find_issue
from termreview.reporting.records.provenance import (
    NOWHERE,
    Provenance,
    read_provenance,
    run_day,
    terms_behind,
)
from termreview.reporting.report.history import NO_HISTORY, term_history
from termreview.reporting.summaries.summaries import Summaries, TermView, build_view
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.reporting.term.latest_term import term_or_latest
from termreview.reporting.term.term_tables import (
    State,
    SystemTables,
    TermTables,
    read_systems,
    read_tables,
    sha256_of_tables,
)
from termreview.storage.workspace import Workspace, find_workspace, has_tables, read_if_there
from termreview.terms import Term

__all__ = [
    "EDITIONS", "INTERNAL", "SHAREABLE", "ReportContext", "TermView", "build_view", "open_report",
    "view_term",
]  # fmt: skip


# Reports are many small tables, on which texts of Python are handled sooner than those of Arrow.
_TEXTS = "python"


@dataclass(frozen=True, eq=False)
class Since:
    """The issue that a report tells its changes from, and the term as it stands now, before anything is hidden."""

    issue: Issue
    now: State


@dataclass(frozen=True, eq=False)
class ReportContext:
    """One report: its term, the day, scope and edition it speaks for.

    `previous` is the term that it compares with, `years` the same part of earlier school years, oldest first; each only
    where its tables exist. `pictures` is the folder where what was drawn is kept for the next report, `systems` what
    exports of systems count of its schools, `history` what the schools reached in every term that was run, both in the
    internal edition of the whole office. `in_year` are the answers of the other terms of the year that checks name.
    """

    reference: Reference
    term: TermView
    previous: TermView | None
    as_of: datetime.date
    scope: Scope = WHOLE
    edition: str = INTERNAL
    provenance: Provenance = NOWHERE
    since: Since | None = None
    years: tuple[TermView, ...] = ()
    pictures: Path | None = None
    systems: SystemTables | None = None
    history: pd.DataFrame = field(default_factory=lambda: NO_HISTORY)
    in_year: Mapping[Term, Answers] = field(default_factory=dict)

    @property
    def comparable_ratios(self) -> tuple[Ratio, ...]:
        """The ratios that may be compared with those of the other term, where both forms ask for them alike."""
        if self.previous is None:
            return ()
        asked = self.previous.declared.form.all_fields(), self.declared.form.all_fields()
        kept = comparable_ratios(self.reference, self.previous.declared.term, self.declared.term)
        return tuple(ratio for ratio in kept if asked_alike(*asked, (*ratio.numerator, *ratio.denominator)))

    @property
    def may_compare_statuses(self) -> bool:
        """Whether the states of tasks may be compared: within one school year alone."""
        return (
            self.previous is not None
            and self.previous.declared.term.school_year == self.declared.term.school_year
        )

    @property
    def may_compare_scores(self) -> bool:
        """Whether points and levels may be compared with those of the other term."""
        return self.previous is not None and may_compare_scores(
            self.reference, self.previous.declared.term, self.declared.term
        )

    @property
    def declared(self) -> TermReference:
        """What is declared for the report's term."""
        return self.term.declared

    @property
    def summaries(self) -> Summaries:
        """The figures of the report's term."""
        return self.term.summaries


def open_report(
    term_id: str = "",
    as_of: str = "",
    workspace_root: str = "",
    unit: str = "",
    level: str = "",
    edition: str = INTERNAL,
    since: int = 0,
    report: str = "",
) -> ReportContext:
    """Open the material of one report.

    Parameters
    ----------
    term_id : such as `2023-2024-hk1`; blank: the latest of which files were received, and which is due this `report`.
    as_of : ISO date the report speaks for; blank: the deadline, or the day the last counted file came if later.
    workspace_root : a folder of the workspace; blank: the one that holds the current folder.
    unit : id of a commune, ward, district or school as it stood on the deadline; blank: all.
    level : id of a school level; blank: all.
    edition : `internal`, or `shareable` for readers outside of the office.
    since : the number of the issue that the report tells its changes from; 0: none.
    report : the report that a term which is not named must be due: `semester_review`, `year_end_summary`; blank: any.

    Raises
    ------
    UsageError
        When the term, unit, level, edition or issue is unknown, the tables are not there yet, or `as_of` is no date.
    DeclarationError, ContractError
        When the declarations or a table are not as declared.
    """
    if edition not in EDITIONS:
        raise UsageError("no_edition", edition=edition, known=", ".join(EDITIONS))
    spare_what_is_here()
    pd.set_option("mode.string_storage", _TEXTS)
    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    reference = load_reference(workspace.reference)
    declared = reference.of(term_or_latest(workspace, reference, term_id, report=report))
    scope = find_scope(reference, declared, unit, level)
    view = view_term(workspace, reference, declared)
    material = report_on(workspace, reference, view, as_of, scope, edition)
    told_since = None
    if since:
        own = narrowed(reference, declared, scope)
        tables = view.tables if scope.is_whole else narrowed_tables(view.tables, own)
        told_since = Since(find_issue(workspace, declared.term, since), State(reference, own, tables))
    provenance = read_provenance(workspace, reference, declared.term)
    return replace(
        material,
        provenance=provenance,
        since=told_since,
        pictures=workspace.processed(declared.term) / PICTURES,
        systems=systems_of(workspace, material) if edition == INTERNAL else None,
        in_year=_in_year(workspace, reference, declared.term),
    )


def _in_year(workspace: Workspace, reference: Reference, term: Term) -> dict[Term, Answers]:
    """The answers of the other terms of the year that the checks of one term name, where they were run."""
    found = {one: read_if_there(workspace, one, "observations") for one in reference.held_against(term)}
    return {one: spread_answers(own, reference.of(one)) for one, own in found.items() if own is not None}


def systems_of(workspace: Workspace, report: ReportContext) -> SystemTables | None:
    """What systems counted of the schools of one report."""
    found = read_systems(workspace, report.declared.term)
    if found is None:
        return None
    ids = {school.unit_id for school in report.declared.schools}
    facts, compared = (frame[frame["school_id"].isin(ids)] for frame in (found.facts, found.compared))
    return None if facts.empty else SystemTables(facts, compared)


def report_on(
    workspace: Workspace,
    reference: Reference,
    whole: TermView,
    as_of: str = "",
    scope: Scope = WHOLE,
    edition: str = INTERNAL,
) -> ReportContext:
    """One report's material around one view of its whole term, wherever that comes from: the term before, the day."""
    before = _before(workspace, reference, whole.declared)
    previous = None if before is None else view_term(workspace, reference, before)
    years = tuple(
        view_term(workspace, reference, each) for each in _years(workspace, reference, whole.declared)
    )
    suppression = None if edition == INTERNAL else _suppression(workspace, reference, whole)
    history = _history(workspace, reference, whole, previous, years) if scope.is_whole else NO_HISTORY
    day = _as_of(as_of, whole, run_day(workspace, whole.declared.term))
    report = ReportContext(reference, whole, previous, day, years=years, history=history)
    return present(report, scope, edition, suppression)


def _history(
    workspace: Workspace,
    reference: Reference,
    whole: TermView,
    previous: TermView | None,
    years: tuple[TermView, ...],
) -> pd.DataFrame:
    """What the schools reached in every term that was run before this one, and in it."""
    known = {view.declared.term: view.tables for view in (whole, *((previous,) if previous else ()), *years)}
    found, ran = [], terms_behind(workspace, reference, whole.declared.term)
    for term in ran:
        tables = known.get(term) or read_tables(workspace, term)
        found.append(term_history(reference, reference.of(term), tables, ran))
    return pd.concat([one for one in found if not one.empty] or [NO_HISTORY], ignore_index=True)


def _suppression(workspace: Workspace, reference: Reference, whole: TermView) -> Suppression:
    """What the shareable reports of one term show, after all that was handed out of it before."""
    kept = _KEPT_SUPPRESSIONS.get(whole)
    if kept is not None:
        return kept
    in_hand = read_handed_out(workspace, reference, whole.declared.term)
    return decide_suppression(reference, whole.declared, whole.answers, in_hand)


def _before(workspace: Workspace, reference: Reference, declared: TermReference) -> TermReference | None:
    """What is declared for the term that the report compares with, where its tables exist."""
    before = declared.plan.compare_with
    return reference.of(before) if before is not None and has_tables(workspace, before) else None


def _years(workspace: Workspace, reference: Reference, declared: TermReference) -> list[TermReference]:
    """What is declared for the same part of earlier school years, where their tables exist; oldest first."""
    terms = reference.calendar.same_part_before(declared.term)
    return [reference.of(term) for term in terms if has_tables(workspace, term)]


def present(
    whole: ReportContext,
    scope: Scope = WHOLE,
    edition: str = INTERNAL,
    suppression: Suppression | None = None,
) -> ReportContext:
    """Narrow the report of a whole term to one scope and to what one edition may show.

    What a shareable edition hides is decided on the whole term, so that no two reports give it away together; without
    `suppression`, as if nothing of the term had been handed out before.
    """
    reference, term = whole.reference, whole.term
    own = narrowed(reference, term.declared, scope)
    view = _narrowed(reference, term, own, scope)
    earlier = [
        _narrowed(reference, one, narrowed_before(reference, one.declared, own, scope), scope)
        for one in ((whole.previous,) if whole.previous else ()) + whole.years
    ]
    if edition == SHAREABLE:
        suppression = suppression or decide_suppression(reference, term.declared, term.answers)
        view = _shareable(reference, view, suppression)
        earlier = [  # its own report decided what each shows; here nothing of it is needed
            shareable_view(
                reference, one, lambda field_id, _: not reference.disclosure.is_sensitive(field_id)
            )
            for one in earlier
        ]
        reference = without_words(reference)
    previous = earlier.pop(0) if whole.previous else None
    return ReportContext(
        reference, view, previous, whole.as_of, scope, edition, whole.provenance, years=tuple(earlier),
        history=whole.history if scope.is_whole else NO_HISTORY,
    )  # fmt: skip


def _shareable(reference: Reference, view: TermView, suppression: Suppression) -> TermView:
    """One view as its readers may see it; what a notebook has worked out, the files written from it take up."""
    kept = _KEPT_SHAREABLE.get(view)
    if kept is None or kept[0] is not suppression:
        kept = suppression, shareable_view(reference, view, suppression.is_shown)
        if _KEPT_SUPPRESSIONS.get(view) is suppression:
            _KEPT_SHAREABLE[view] = kept
    return kept[1]


def _narrowed(reference: Reference, view: TermView, declared: TermReference, scope: Scope) -> TermView:
    if scope.is_whole:
        return view
    return build_view(reference, declared, narrowed_tables(view.tables, declared))


def view_term(workspace: Workspace, reference: Reference, declared: TermReference) -> TermView:
    """Read the tables of one whole term and sum them up, unless that was kept."""
    kept = _KEPT_VIEWS and _KEPT_VIEWS.get(_state(workspace, reference, declared))
    return kept or build_view(reference, declared, read_tables(workspace, declared.term))


def tables_of(workspace: Workspace, reference: Reference, declared: TermReference) -> TermTables:
    """The tables of one whole term, read once for all that one process writes of it."""
    kept = _KEPT_VIEWS and _KEPT_VIEWS.get(_state(workspace, reference, declared))
    return kept.tables if kept else read_tables(workspace, declared.term)


# What several reports of one state of a term lean on, as another process has worked it out.
_State = tuple[str, str, str]
_KEPT_VIEWS: dict[_State, TermView] = {}
_KEPT_SUPPRESSIONS: dict[TermView, Suppression] = {}
_KEPT_SHAREABLE: dict[TermView, tuple[Suppression, TermView]] = {}


def give_views(workspace: Workspace, term: Term) -> bytes:
    """Give what reports of one term as it stands begin with: its sums, those of the term before, what is hidden."""
    views, suppressions = dict[_State, TermView](), dict[TermView, Suppression]()
    with pd.option_context("mode.string_storage", _TEXTS):
        reference = load_reference(workspace.reference)
        declared = reference.of(term)
        before = _before(workspace, reference, declared)
        for own in (declared, *([before] if before else ()), *_years(workspace, reference, declared)):
            view = view_term(workspace, reference, own)
            views[_state(workspace, reference, own)] = view
            if own is declared:
                suppressions[view] = _suppression(workspace, reference, view)
    return pickle.dumps((views, suppressions), pickle.HIGHEST_PROTOCOL)


def take_views(given: bytes) -> None:
    """Begin the reports of this process with what another one gave."""
    views, suppressions = pickle.loads(given)
    _KEPT_VIEWS.update(views)
    _KEPT_SUPPRESSIONS.update(suppressions)


def _state(workspace: Workspace, reference: Reference, declared: TermReference) -> _State:
    """What decides the sums of one term: the declarations, the term, its tables."""
    tables = sha256_of_tables(workspace, declared.term)
    return reference.fingerprint, declared.term.term_id, tables


def _as_of(as_of: str, view: TermView, ran_on: datetime.date | None) -> datetime.date:
    """The day that is asked for; else that of the last run, so that whoever looks on reads the day that it printed."""
    due_on = view.declared.plan.due_on
    if not as_of.strip():
        accepted = view.tables.submissions.query("fate == 'accepted'")["received_on"].dropna()
        last = [accepted.max().date()] if len(accepted) else []
        return max(due_on, *last, *([ran_on] if ran_on else []))
    try:
        return datetime.date.fromisoformat(as_of.strip())
    except ValueError:
        raise UsageError("as_of_no_day", value=as_of, example=due_on.isoformat()) from None
