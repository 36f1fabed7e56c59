"""One term's tables as the earlier rooms wrote them, read once under their contracts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, TermReference
from termreview.storage import workspace as storage
from termreview.storage.atomic_files import sha256_of
from termreview.storage.publication import is_published, read_published
from termreview.storage.workspace import Workspace
from termreview.terms import Term

if TYPE_CHECKING:
    import pandas as pd


TABLES: Final = ("submissions", "observations", "findings", "ledger", "scores")
SYSTEM_TABLES: Final = ("source_facts", "corroborations")


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
    return TermTables(**storage.read_tables(workspace, term, TABLES))


def tables_now(workspace: Workspace, term: Term | None) -> dict[str, Any] | None:
    """The tables of one term that others are compared with, by hash, as a run notes them; None where there are none."""
    if term is None or not is_published(workspace.output_paths(term), "scores.parquet"):
        return None
    return {"term_id": term.term_id, "tables": _hashes(workspace, term, TABLES)}


@dataclass(frozen=True, eq=False)
class SystemTables:
    """What systems counted of the schools of one term, and how it compares with what they say."""

    facts: pd.DataFrame
    compared: pd.DataFrame


def read_systems(workspace: Workspace, term: Term) -> SystemTables | None:
    """Read what systems counted of one term; None where no export was."""
    try:
        facts, compared = (storage.read_table(workspace, term, name) for name in SYSTEM_TABLES)
    except UsageError:  # nobody wrote any
        return None
    return None if facts.empty else SystemTables(facts, compared)


def systems_now(workspace: Workspace, term: Term) -> dict[str, str]:
    """The tables of what systems counted of one term, by hash; none where no export was."""
    return _hashes(workspace, term, SYSTEM_TABLES)


def _hashes(workspace: Workspace, term: Term, names: Iterable[str]) -> dict[str, str]:
    found = read_published(workspace.output_paths(term), [f"{name}.parquet" for name in names])
    return {name: sha256_of(content) for name, content in found.items() if content is not None}


def sha256_of_tables(workspace: Workspace, term: Term) -> str:
    """The hash of the tables of one term as they stand."""
    return storage.tables_sha256(workspace, term, TABLES)


@dataclass(frozen=True, eq=False)
class State:
    """One state of a term: the declarations (those of the term narrowed to the schools compared) and the tables."""

    reference: Reference
    declared: TermReference
    tables: TermTables
