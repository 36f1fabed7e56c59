"""One term's tables as the earlier rooms wrote them, read once under their contracts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, TermReference
from termreview.storage import workspace as storage
from termreview.storage.workspace import Workspace
from termreview.terms import Term

if TYPE_CHECKING:
    import pandas as pd


_NAMES = ("submissions", "observations", "findings", "ledger", "scores")


@dataclass(frozen=True, eq=False)
class TermTables:
    """The five tables of one term."""

    submissions: pd.DataFrame
    observations: pd.DataFrame
    findings: pd.DataFrame
    ledger: pd.DataFrame
    scores: pd.DataFrame


def read_tables(workspace: Workspace, term: Term) -> TermTables:
    """Read the tables of one term, all of one and the same run.

    Raises
    ------
    UsageError
        When a table was not written yet.
    ContractError
        When a table does not keep its contract.
    """
    return TermTables(**storage.read_tables(workspace, term, _NAMES))


@dataclass(frozen=True, eq=False)
class SystemTables:
    """What systems counted of the schools of one term, and how it compares with what they say."""

    facts: pd.DataFrame
    compared: pd.DataFrame


def read_systems(workspace: Workspace, term: Term) -> SystemTables | None:
    """Read what systems counted of one term; None where no export was."""
    try:
        facts, compared = (
            storage.read_table(workspace, term, name) for name in ("source_facts", "corroborations")
        )
    except UsageError:  # nobody wrote any
        return None
    return None if facts.empty else SystemTables(facts, compared)


def sha256_of_tables(workspace: Workspace, term: Term) -> str:
    """The hash of the tables of one term as they stand."""
    return storage.tables_sha256(workspace, term, _NAMES)


@dataclass(frozen=True, eq=False)
class State:
    """One state of a term: the declarations (those of the term narrowed to the schools compared) and the tables."""

    reference: Reference
    declared: TermReference
    tables: TermTables
