"""One report's material: the declarations, the tables of its term and of the term before, the as-of date."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reporting.answers import Answers, spread_answers
from termreview.reporting.provenance import NOWHERE, Provenance, read_provenance
from termreview.reporting.scope import (
    WHOLE,
    Scope,
    find_scope,
    narrowed,
    narrowed_before,
    narrowed_tables,
)
from termreview.reporting.summaries import Summaries, summarise
from termreview.reporting.summary_schools import expected_schools
from termreview.reporting.term_tables import TermTables, read_tables
from termreview.terms import parse_term
from termreview.workspace import Workspace, find_workspace, has_tables

INTERNAL, SHAREABLE = "internal", "shareable"
EDITIONS = (INTERNAL,)  # the shareable edition is refused until it hides what it must


@dataclass(frozen=True, eq=False)
class TermView:
    """One term as a report reads it: what was declared, who was expected, what came, what it sums to."""

    declared: TermReference
    schools: pd.DataFrame
    tables: TermTables
    answers: Answers
    summaries: Summaries


@dataclass(frozen=True, eq=False)
class ReportContext:
    """One report: its term, the term before (where its tables exist), the day, scope and edition it speaks for."""

    reference: Reference
    term: TermView
    previous: TermView | None
    as_of: datetime.date
    scope: Scope = WHOLE
    edition: str = INTERNAL
    provenance: Provenance = NOWHERE

    @property
    def declared(self) -> TermReference:
        """What is declared for the report's term."""
        return self.term.declared

    @property
    def summaries(self) -> Summaries:
        """The figures of the report's term."""
        return self.term.summaries


def open_report(
    term_id: str,
    as_of: str = "",
    workspace_root: str = "",
    unit: str = "",
    level: str = "",
    edition: str = INTERNAL,
) -> ReportContext:
    """Open the material of one report.

    Parameters
    ----------
    term_id : such as `2023-2024-hk1`.
    as_of : ISO date the report speaks for; blank: the deadline, or the day the last counted file came if later.
    workspace_root : a folder of the workspace; blank: the one that holds the current folder.
    unit : id of a commune, ward, district or school as it stood on the deadline; blank: all.
    level : id of a school level; blank: all.
    edition : `internal`; a shareable one is not made yet.

    Raises
    ------
    UsageError
        When the term, unit, level or edition is unknown, the tables are not there yet, or `as_of` is no date.
    DeclarationError, ContractError
        When the declarations or a table are not as declared.
    """
    if edition not in EDITIONS:
        raise UsageError(f"'{edition}' is not an edition; known: {', '.join(EDITIONS)}")
    # Reports are many small tables, on which texts of Python are handled sooner than those of Arrow.
    pd.set_option("mode.string_storage", "python")
    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    reference = load_reference(workspace.reference)
    declared = reference.of(parse_term(term_id))
    scope = find_scope(reference, declared, unit, level)
    own = narrowed(reference, declared, scope)
    view = view_term(workspace, reference, own, scope)
    report = report_on(workspace, reference, view, as_of, scope, edition)
    return replace(report, provenance=read_provenance(workspace, reference, declared.term))


def report_on(
    workspace: Workspace,
    reference: Reference,
    view: TermView,
    as_of: str = "",
    scope: Scope = WHOLE,
    edition: str = INTERNAL,
) -> ReportContext:
    """One report's material around one view of its term, wherever that comes from: the term before, the day."""
    before = view.declared.plan.previous
    previous = None
    if before is not None and has_tables(workspace, before):
        earlier = narrowed_before(reference, reference.of(before), view.declared, scope)
        previous = view_term(workspace, reference, earlier, scope)
    return ReportContext(reference, view, previous, _as_of(as_of, view), scope, edition)


def view_term(
    workspace: Workspace, reference: Reference, declared: TermReference, scope: Scope = WHOLE
) -> TermView:
    """Read the tables of one term and sum up what they say of the schools declared, those of one scope."""
    tables = read_tables(workspace, declared.term)
    return build_view(reference, declared, tables if scope.is_whole else narrowed_tables(tables, declared))


def build_view(reference: Reference, declared: TermReference, tables: TermTables) -> TermView:
    """Sum up the tables of one term, wherever they come from."""
    schools = expected_schools(declared, reference.registry)
    answers = spread_answers(tables.observations, declared)
    return TermView(
        declared, schools, tables, answers, summarise(reference, declared, schools, answers, tables)
    )


def _as_of(as_of: str, view: TermView) -> datetime.date:
    due_on = view.declared.plan.due_on
    if not as_of.strip():
        accepted = view.tables.submissions.query("fate == 'accepted'")["received_on"].dropna()
        return max(due_on, accepted.max().date()) if len(accepted) else due_on
    try:
        return datetime.date.fromisoformat(as_of.strip())
    except ValueError:
        raise UsageError(f"as_of is '{as_of}': write a date like {due_on.isoformat()}") from None
