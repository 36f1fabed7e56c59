"""All terms of one workspace as one store that answers questions in SQL, read in place by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.editions.scope import EDITIONS
from termreview.reporting.term.schools import expected_schools
from termreview.storage.contracts import CONTRACTS
from termreview.storage.workspace import HANDED_IN, RollUpWorkspace, Workspace, find_workspace, has_tables
from termreview.terms import Term

if TYPE_CHECKING:
    import pandas as pd

_WHEN: Final = "left(term_id, 9) AS school_year, substr(term_id, 11) AS part"


def query(
    sql: str, parameters: Sequence[Any] = (), *, labelled: bool = False, workspace_root: str = ""
) -> pd.DataFrame:
    """Answer one question in SQL over every term that was run; rows and columns as the question asks.

    The declared tables are there by name (`observations`, `findings`, `ledger`, `scores`, `submissions`, `source_facts`,
    `corroborations`), each with `school_year` and `part` beside its columns; so are `schools` (one school of one term),
    `fields` (one question of one form: label, unit, kind), `terms` and, of who merges offices, `handed_in` (one figure of
    one office, school level or school: `docs/flat-data.md`). A missing answer is NULL, never 0.

    Parameters
    ----------
    parameters
        What stands for each `?` of the question.
    labelled
        Give columns that have a declared head (of `handed_in`, `schools`, `terms`, `fields`) this head as their name.
    workspace_root
        A folder of the workspace; blank for the one that holds the current folder.

    Raises
    ------
    UsageError
        When DuckDB is not installed, nothing was run yet, or the question cannot be answered.
    """
    try:
        import duckdb
    except ImportError:
        raise UsageError("store_not_installed") from None
    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    reference = load_reference(workspace.reference)
    terms = [plan.term for plan in reference.calendar.plans if has_tables(workspace, plan.term)]
    handed_in = _handed_in(workspace, reference)
    if not (terms or handed_in):
        raise UsageError("store_empty")
    with duckdb.connect() as store:
        _offer(store, workspace, reference, terms)
        _view(store, HANDED_IN, handed_in)
        try:
            found: pd.DataFrame = store.execute(sql, list(parameters)).df()
        except duckdb.Error as error:
            raise UsageError("query_wrong", why=str(error).strip().splitlines()[0]) from None
    heads: dict[str, str] = reference.labels["flat_table"]["heads"] | reference.labels["store_heads"]
    return found.rename(columns=heads) if labelled else found


def _handed_in(workspace: Workspace, reference: Reference) -> list[Path]:
    """The tables of what offices handed in, of every term and edition that was merged."""
    places = [RollUpWorkspace(workspace.root, edition) for edition in EDITIONS]
    found = [
        place.processed(plan.term) / f"{HANDED_IN}.parquet"
        for plan in reference.calendar.plans
        for place in places
    ]
    return [path for path in found if path.is_file()]


def _view(store: Any, name: str, paths: Sequence[Path]) -> None:
    """Have the store know some files as one table; of no files there is none."""
    if listed := ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths):
        store.execute(
            f"CREATE VIEW {name} AS SELECT *, {_WHEN} FROM read_parquet([{listed}], union_by_name=true)"
        )


def _offer(store: Any, workspace: Workspace, reference: Reference, terms: Sequence[Term]) -> None:
    """Have the store know every table of the terms by name."""
    import pandas as pd

    for name in CONTRACTS:
        paths = [workspace.output_paths(term).tables / f"{name}.parquet" for term in terms]
        _view(store, name, [path for path in paths if path.is_file()])
    if not terms:
        return  # of who only merges
    schools = pd.concat(
        expected_schools(reference.of(term), reference.registry).assign(term_id=term.term_id)
        for term in terms
    )
    plans = [reference.calendar.plan(term) for term in terms]
    forms = {plan.form: reference.of(plan.term).form for plan in plans}
    fields = pd.DataFrame(
        (form_id, field.field_id, field.label, field.unit, field.kind)
        for form_id, form in forms.items()
        for field in form.all_fields().values()
    ).set_axis(["form_id", "field_id", "label", "unit", "kind"], axis=1)
    told = pd.DataFrame(
        {
            "term_id": [plan.term.term_id for plan in plans],
            "form_id": [plan.form for plan in plans],
            "due_on": pd.to_datetime([plan.due_on for plan in plans]),
            "title": [plan.title for plan in plans],
        }
    )
    for name, frame in (("schools", schools), ("fields", fields), ("terms", told)):
        store.register(f"{name}_", frame)
        when = f", {_WHEN}" if "term_id" in frame.columns else ""
        store.execute(f"CREATE VIEW {name} AS SELECT *{when} FROM {name}_")
