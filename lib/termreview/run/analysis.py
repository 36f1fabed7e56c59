"""What an analyst takes in an own notebook: one term as labelled and declared tables, all terms as answers to SQL (DuckDB)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.editions.scope import EDITIONS
from termreview.reporting.term.schools import expected_schools
from termreview.run.steps import OpenTerm, open_term
from termreview.storage.contracts import CONTRACTS
from termreview.storage.workspace import (
    HANDED_IN,
    RollUpWorkspace,
    Workspace,
    atomic_write,
    find_workspace,
    has_tables,
    place_in,
)
from termreview.terms import Term

if TYPE_CHECKING:
    import pandas as pd

    from termreview.reference.declarations import TermReference
    from termreview.reporting.term.term_tables import TermTables


_WIDTH = 18  # of a column, in signs
_WHEN: Final = "left(term_id, 9) AS school_year, substr(term_id, 11) AS part"


def table(
    term_id: str = "",
    *,
    states: bool = True,
    changes: bool = False,
    insight: bool = False,
    workspace_root: str = "",
) -> pd.DataFrame:
    """One labelled row per school of one term: code, name, level, commune, every answer and its state, scores, levels.

    Parameters
    ----------
    term_id
        Such as `2023-2024-hk1`; blank for the latest term that was run.
    states
        Whether the state of each answer follows at the right.
    changes
        Whether the change of each number since the term that is compared with follows at the end, where that was run.
    insight
        Whether what looking back and ahead says of each school follows at the end: its points of earlier years and how far
        it is from them, its probability not to reach the second level by the end of the year and why, how it was visited
        and what was found, from whom it can learn, the office's actions there, done and proposed; missing below the
        declared history.
    workspace_root
        A folder of the workspace; blank for the one that holds the current folder.

    Raises
    ------
    UsageError
        When the term is not declared, or was not run yet.
    """
    from termreview.reporting.workbench.school_table import school_table

    opened, found = _opened(term_id, workspace_root)
    before = _before(opened) if changes else None
    frame = school_table(opened.reference, opened.declared, found, states=states, before=before)
    return _with_insight(frame, opened) if insight else frame


def _with_insight(frame: pd.DataFrame, opened: OpenTerm) -> pd.DataFrame:
    """The table with what the history of its schools says, as the internal report has it."""
    from termreview.reporting.report.context import open_report
    from termreview.reporting.report.insights import columns_of, tell

    report = open_report(opened.term.term_id, workspace_root=str(opened.workspace.root))
    ids = frame.iloc[:, 0]
    for name, values in columns_of(report).items():
        kind, _, year = name.partition(".")
        head = str(tell(report, f"table.{kind}", **({"year": year} if year else {})))
        frame[head] = ids.map(values)
        frame.attrs["sections"][head] = str(tell(report, "table.part"))
        frame.attrs["codes"][head] = f"insight.{name}"
    return frame


def tables(term_id: str = "", *, workspace_root: str = "") -> TermTables:
    """The declared tables of one term (`submissions`, `observations`, `findings`, `ledger`, `scores`), each a data frame.

    Raises
    ------
    UsageError
        When the term is not declared, or was not run yet.
    """
    return _opened(term_id, workspace_root)[1]


def dictionary(term_id: str = "", *, workspace_root: str = "") -> pd.DataFrame:
    """One row per column of `table`, in Vietnamese: its kind, unit, values, states, and where the form asks it.

    Parameters
    ----------
    term_id
        Such as `2023-2024-hk1`; blank for the latest term that was run. A term that is named need not have been run.

    Raises
    ------
    UsageError
        When the term is not declared, or none is named and none was run yet.
    """
    from termreview.reporting.workbench.dictionary import data_dictionary

    opened = open_term(term_id, "", workspace_root, is_there=has_tables)
    return data_dictionary(opened.reference, opened.declared)


def _before(opened: OpenTerm) -> tuple[TermReference, TermTables] | None:
    """The term that one term is compared with, where it was run."""
    from termreview.reporting.term.term_tables import read_tables

    term = opened.declared.plan.compare_with
    if term is None or not has_tables(opened.workspace, term):
        return None
    return opened.reference.of(term), read_tables(opened.workspace, term)


def _opened(term_id: str, workspace_root: str) -> tuple[OpenTerm, TermTables]:
    from termreview.reporting.term.term_tables import read_tables

    opened = open_term(term_id, "", workspace_root, is_there=has_tables)
    return opened, read_tables(opened.workspace, opened.term)


def save_table(frame: pd.DataFrame, name: str, *, workspace_root: str = "") -> Path:
    """Write one table of one's own as `reports/<name>.xlsx`, with filters and its head in sight; its place.

    Texts stay texts: what a school wrote never becomes a formula or a link of the workbook.

    Raises
    ------
    RunError
        When the name leads to another folder.
    """
    import pandas as pd

    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    path = place_in(workspace.root / "reports", f"{name.removesuffix('.xlsx')}.xlsx")
    with atomic_write(path) as beside:
        options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
        with pd.ExcelWriter(beside, engine="xlsxwriter", engine_kwargs=options) as book:
            index = not isinstance(frame.index, pd.RangeIndex)
            frame.to_excel(book, sheet_name="Bang", index=index, freeze_panes=(1, 1 if index else 2))
            sheet = book.sheets["Bang"]
            sheet.autofilter(0, 0, len(frame), len(frame.columns) + index - 1)
            sheet.set_column(0, len(frame.columns) + index - 1, _WIDTH)
    return path


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
