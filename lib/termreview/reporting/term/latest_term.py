"""The term that is meant where none is named."""

from __future__ import annotations

from collections.abc import Callable

from termreview.errors import UsageError
from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace
from termreview.terms import Term, parse_term

_OWN_LISTS = ("received.csv",)  # beside the files received; what begins with a dot is never one of these


def has_files(workspace: Workspace, term: Term) -> bool:
    """Say whether anything was received of one term."""
    folder = workspace.raw(term)
    return folder.is_dir() and any(
        path.name not in _OWN_LISTS and not path.name.startswith(".") for path in folder.iterdir()
    )


def term_or_latest(
    workspace: Workspace,
    reference: Reference,
    term_id: str = "",
    *,
    report: str = "",
    is_there: Callable[[Workspace, Term], bool] = has_files,
) -> Term:
    """The term that is named; else the latest, by its deadline, of which files were received.

    Parameters
    ----------
    report
        The report that the term must be due, such as `semester_review`; blank for any, periodic statistics only
        where nothing else is there.
    is_there
        What the latest term must have instead of files.

    Raises
    ------
    UsageError
        When the name is none of a term, or no term has what it must have.
    """
    if term_id:
        return parse_term(term_id)
    plans = [plan for plan in reference.calendar.plans if is_there(workspace, plan.term)]
    if report:
        plans = [plan for plan in plans if plan.report == report]
    if not plans:
        raise UsageError("no_term_received" if is_there is has_files else "no_term_processed")
    return max(plans, key=lambda plan: (plan.is_review, plan.due_on)).term
