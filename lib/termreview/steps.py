"""One step of one term as the notebooks take it: open, clean, score, save. Batch and analyst share these calls."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from termreview.errors import UsageError
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received import ReceivedFile, list_received
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.scoring.score import Scored, score_term
from termreview.terms import Term, parse_term
from termreview.workspace import Workspace, find_workspace, has_tables, read_table, write_table


@dataclass(frozen=True)
class OpenTerm:
    """One term opened for work: its workspace, its declarations and the day the work speaks for."""

    workspace: Workspace
    reference: Reference
    declared: TermReference
    as_of: datetime.date

    @property
    def term(self) -> Term:
        """The term itself."""
        return self.declared.term


def open_term(term_id: str, as_of: str = "", workspace_root: str = "") -> OpenTerm:
    """Open one term.

    Parameters
    ----------
    term_id
        Such as `2023-2024-hk1`.
    as_of
        ISO date on which files without an entry in `received.csv` count as received; blank: the deadline.
    workspace_root
        A folder of the workspace; blank: the one that holds the current folder.

    Raises
    ------
    UsageError
        When the term is not declared or `as_of` is no date.
    DeclarationError
        When the declarations hold mistakes.
    """
    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    reference = load_reference(workspace.reference)
    declared = reference.of(parse_term(term_id))
    try:
        day = datetime.date.fromisoformat(as_of) if as_of else declared.plan.due_on
    except ValueError:
        raise UsageError(
            f"as_of is '{as_of}': write a date like {declared.plan.due_on.isoformat()}"
        ) from None
    return OpenTerm(workspace, reference, declared, day)


def received_files(opened: OpenTerm) -> list[ReceivedFile]:
    """List the files of the term in the order received."""
    return list_received(opened.workspace.raw(opened.term), opened.as_of)


def clean(opened: OpenTerm, files: list[ReceivedFile], workers: int = 1) -> Cleaned:
    """Clean the term; the term before, where its tables exist, lends the figures to compare with."""
    return clean_term(files, opened.reference, opened.term, _previous(opened), workers)


def save_cleaned(opened: OpenTerm, cleaned: Cleaned) -> None:
    """Write the three tables of the intake room."""
    write_table(opened.workspace, opened.term, "submissions", cleaned.submissions)
    write_table(opened.workspace, opened.term, "observations", cleaned.observations)
    write_table(opened.workspace, opened.term, "findings", cleaned.findings)


def score(opened: OpenTerm) -> Scored:
    """Score the term from its saved observations."""
    observations = read_table(opened.workspace, opened.term, "observations")
    return score_term(observations, opened.declared, opened.reference.verified)


def save_scored(opened: OpenTerm, scored: Scored) -> None:
    """Write the two tables of the scoring room."""
    write_table(opened.workspace, opened.term, "ledger", scored.ledger)
    write_table(opened.workspace, opened.term, "scores", scored.scores)


def _previous(opened: OpenTerm) -> pd.DataFrame | None:
    before = opened.declared.plan.previous
    if before is None or not has_tables(opened.workspace, before):
        return None
    return read_table(opened.workspace, before, "observations")
