"""One desk opened: by the notebook in JupyterLab, or by the same notebook served without its code."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from IPython.core.getipython import get_ipython

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.look import ROOT_CLASS, style_sheet
from termreview.desk.panels.explore_tab import ExploreTab
from termreview.desk.panels.explorer_tab import ExplorerTab
from termreview.desk.panels.overview_tab import OverviewTab
from termreview.desk.panels.table_tab import TableTab
from termreview.desk.panels.verification_tab import VerificationTab
from termreview.desk.panels.what_if_tab import WhatIfTab
from termreview.desk.panels.worklist_tab import WorklistTab
from termreview.desk.table.saved_views import SavedView, view_of
from termreview.desk.term.term_now import look
from termreview.desk.term.wording import joined, say
from termreview.errors import DeclarationError, TermReviewError
from termreview.reference.declarations import load_reference
from termreview.reporting.blocks.blocks import Block, callout
from termreview.storage.workspace import Workspace, find_workspace

_open: list[Desk] = []  # of this kernel: a cell run again replaces its desk


def open_desk(
    term_id: str = "",
    workspace_root: str = "",
    as_of: str = "",
    today: Callable[[], datetime.date] = datetime.date.today,
) -> Any:
    """Open the desk at one term.

    Parameters
    ----------
    term_id
        Such as `2023-2024-hk1`; blank: the latest term of which files came.
    workspace_root
        A folder of the workspace; blank: the one that holds the current folder.
    as_of
        ISO date: later files are left out. Blank: everything there is.
    today
        What day it is: the day written beside each decision.
    """
    while _open:
        _open.pop().stop()
    let_no_message_drop()
    try:
        desk = _desk(term_id, workspace_root, as_of, today)
    except TermReviewError as error:
        problems = [str(problem) for problem in getattr(error, "problems", ())] or [str(error)]
        title = "Khai báo còn lỗi" if isinstance(error, DeclarationError) else "Không mở được bàn rà soát"
        return controls.column(
            controls.shown(joined(Block(style_sheet()), callout(title, problems, "error"))), css=ROOT_CLASS
        )
    _open.append(desk)
    desk.watch()
    return desk.box


def let_no_message_drop() -> None:
    """Have this kernel hold back what a slow page has not yet taken, instead of dropping it; nothing without a kernel.

    A kernel drops messages beyond about two thousand in waiting, and a desk has more than that to say when it opens. The
    page that misses the last of them waits for it for good.
    """
    thread: Any = getattr(getattr(get_ipython(), "kernel", None), "iopub_thread", None)
    if hasattr(getattr(thread, "socket", None), "set_hwm"):
        thread.schedule(partial(thread.socket.set_hwm, 0))  # a socket is its own thread's alone


def _desk(term_id: str, workspace_root: str, as_of: str, today: Callable[[], datetime.date]) -> Desk:
    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    term = term_id or latest_term(workspace)
    desk = Desk(look(term, as_of, str(workspace.root)), as_of, str(workspace.root), today)
    tabs = (OverviewTab, WorklistTab, VerificationTab, ExplorerTab, WhatIfTab, ExploreTab, TableTab)
    desk.fill([tab(desk) for tab in tabs])
    table = desk.tab("table")
    if (view := view_asked(os.environ.get("QUERY_STRING", ""))) is not None and isinstance(table, TableTab):
        desk.go_to("table")
        opened = say(desk.reference, "status.opened", files=len(desk.now.files))
        desk.tell("done", f"{opened} {table.look_at(view)}")
    if desk.reference.unlike:
        desk.tell("done", "; ".join(map(str, desk.reference.unlike)))
    return desk


def view_asked(query: str) -> SavedView | None:
    """The view of the table that the page's address asks for (`bang`); None where it asks for none, or for nonsense."""
    try:
        return view_of(json.loads(parse_qs(query).get("bang", ["null"])[0]))
    except ValueError:
        return None


def latest_term(workspace: Workspace) -> str:
    """The latest term of which files came; the first one where none did."""
    plans = load_reference(workspace.reference).calendar.plans
    received = [plan for plan in plans if any(workspace.raw(plan.term).glob("*"))]
    return (received or plans[:1])[-1].term.term_id
