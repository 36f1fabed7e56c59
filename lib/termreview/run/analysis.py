"""One term as an analyst takes it in an own notebook: the labelled table of its schools, and the declared tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from termreview.run.steps import OpenTerm, open_term
from termreview.storage.workspace import atomic_write, find_workspace, has_tables, place_in

if TYPE_CHECKING:
    import pandas as pd

    from termreview.reference.declarations import TermReference
    from termreview.reporting.term.term_tables import TermTables


_WIDTH = 18  # of a column, in signs


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
