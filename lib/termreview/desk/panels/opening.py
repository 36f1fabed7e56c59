"""One desk opened: by the notebook in JupyterLab, or by the same notebook served without its code."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.address import PageAddress
from termreview.desk.panels.controls.desk import Desk, Tab, status_line
from termreview.desk.panels.controls.look import ROOT_CLASS, style_sheet
from termreview.desk.panels.explore_tab import ExploreTab
from termreview.desk.panels.explorer_tab import ExplorerTab
from termreview.desk.panels.insight_tab import InsightTab
from termreview.desk.panels.overview_tab import OverviewTab
from termreview.desk.panels.systems_tab import SystemsTab
from termreview.desk.panels.table_tab import TableTab
from termreview.desk.panels.verification_tab import VerificationTab
from termreview.desk.panels.what_if_tab import WhatIfTab
from termreview.desk.panels.worklist_tab import WorklistTab
from termreview.desk.panels.year_tab import YearTab
from termreview.desk.term.term_now import latest_term, look
from termreview.desk.term.wording import joined, say
from termreview.errors import DeclarationError, TermReviewError
from termreview.reference.declarations import load_reference
from termreview.reporting.blocks.blocks import Block, callout
from termreview.storage.workspace import find_workspace

TABS: tuple[type[Tab], ...] = (
    OverviewTab, WorklistTab, VerificationTab, ExplorerTab, WhatIfTab, ExploreTab, TableTab, SystemsTab, InsightTab, YearTab,
)  # fmt: skip
_AT_ONCE_S = 6.0  # a reading that takes no longer is waited for: then the page has the desk from the first
_FOR_A_PAGE_S = 5
_NOT_OPENED = "Không mở được bàn rà soát"
_open: list[Desk] = []  # of this kernel: a cell run again replaces its desk
_opening: list[asyncio.Task[None]] = []  # of this kernel: the loop alone would not keep them


def open_desk(
    term_id: str = "",
    workspace_root: str = "",
    as_of: str = "",
    today: Callable[[], datetime.date] = datetime.date.today,
) -> Any:
    """Open the desk at one term; in a notebook its box stands at once, and says how far the reading is.

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
    while _opening:
        _opening.pop().cancel()
    room, address = controls.column(css=ROOT_CLASS), PageAddress()
    line = controls.shown(css="desk-status")
    room.children = (controls.shown(Block(style_sheet())), line)
    with_progress = partial(_desk, term_id, workspace_root, as_of, today, partial(controls.show, line))
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        _furnish(room, with_progress(), address)
        return room
    reader = ThreadPoolExecutor(1)
    reading = reader.submit(with_progress)
    reader.shutdown(wait=False)
    try:
        _furnish(room, reading.result(_AT_ONCE_S), address)
    except TimeoutError:
        _opening.append(loop.create_task(_open_later(room, line, asyncio.wrap_future(reading), address)))
    return room


def let_no_message_drop() -> None:
    """Have this kernel hold back what a slow page has not yet taken, instead of dropping it; nothing without a kernel.

    A kernel drops messages beyond about two thousand in waiting, and a desk has more than that to say when it opens. The
    page that misses the last of them waits for it for good.
    """
    thread: Any = getattr(getattr(get_ipython(), "kernel", None), "iopub_thread", None)
    if hasattr(getattr(thread, "socket", None), "set_hwm"):
        thread.schedule(partial(thread.socket.set_hwm, 0))  # a socket is its own thread's alone


async def _open_later(
    room: Any, line: Any, reading: Awaitable[Callable[[Any], Desk] | Block], address: PageAddress
) -> None:
    """Show the desk when it is read; meanwhile the event loop answers the page, which says how far the reading is.

    A page that is just being made takes nothing new in: what it does not have by then, it shows once it has asked.
    """
    try:
        made = await reading
        for _ in range(_FOR_A_PAGE_S):
            if address.is_awaited:
                await asyncio.sleep(1)
        _furnish(room, made, address)
    except Exception as error:  # an analyst must see it: nobody waits for this task
        controls.show(line, status_line("error", f"{_NOT_OPENED}: {type(error).__name__}: {error}"))
        raise


def _furnish(room: Any, made: Callable[[Any], Desk] | Block, address: PageAddress) -> None:
    """Show the desk in its room, or why there is none."""
    if isinstance(made, Block):
        room.children = (controls.shown(made),)
        return
    desk = made(room)
    _open.append(desk)
    desk.fill(TABS, address)
    desk.watch()


def _desk(
    term_id: str,
    workspace_root: str,
    as_of: str,
    today: Callable[[], datetime.date],
    tell: Callable[[Block], None],
) -> Callable[[Any], Desk] | Block:
    """What makes the desk, once its term is read; or why it cannot be opened. `tell` hears how far the reading is."""

    def read(done: int, total: int) -> None:
        tell(status_line("busy", say(reference, "status.reading_files", done=done, total=total)))

    try:
        workspace = find_workspace(Path(workspace_root) if workspace_root else None)
        reference, root = load_reference(workspace.reference), str(workspace.root)
        tell(status_line("busy", say(reference, "status.reading")))
        now = look(term_id or latest_term(workspace), as_of, root, progress=read)
    except TermReviewError as error:
        problems = [str(problem) for problem in getattr(error, "problems", ())] or [str(error)]
        title = "Khai báo còn lỗi" if isinstance(error, DeclarationError) else _NOT_OPENED
        return joined(Block(style_sheet()), callout(title, problems, "error"))
    return lambda room: Desk(now, as_of, root, today, room)
