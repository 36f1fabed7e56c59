"""One desk opened: by the notebook in JupyterLab, or by the same notebook served without its code."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from IPython.core.getipython import get_ipython

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.address import PageAddress
from termreview.desk.panels.controls.desk import Desk, Tab, reading_text, status_line
from termreview.desk.panels.controls.look import ROOT_CLASS, style_sheet
from termreview.desk.term.term_now import latest_term, look
from termreview.desk.term.wording import joined, say
from termreview.errors import DeclarationError, TermReviewError
from termreview.reference.declarations import load_reference
from termreview.reporting.blocks.blocks import Block, callout
from termreview.storage.workspace import find_workspace

# Each by its name and where it stands: what a tab needs is imported when it is turned up, or once the first view stands.
TABS: Mapping[str, str] = {
    "glance": "overview_tab:OverviewTab", "triage": "worklist_tab:WorklistTab",
    "verification": "verification_tab:VerificationTab", "explorer": "explorer_tab:ExplorerTab",
    "what_if": "what_if_tab:WhatIfTab", "explore": "explore_tab:ExploreTab", "table": "table_tab:TableTab",
    "systems": "systems_tab:SystemsTab", "insight": "insight_tab:InsightTab", "year": "year_tab:YearTab",
}  # fmt: skip
_AT_ONCE_S = 6.0  # a reading that takes no longer is waited for: then the page has the desk from the first
_FOR_A_PAGE_S = 5
_FOR_ITS_VIEW_S = 10  # which a page takes to come and to show the desk; where none comes, there is time
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
    desk.fill({name: partial(_kind, place) for name, place in TABS.items()}, address)
    try:
        _opening.append(asyncio.get_running_loop().create_task(_complete(desk, address)))
    except RuntimeError:
        desk.complete()
    desk.watch()


def _kind(place: str) -> type[Tab]:
    """One tab by where it stands among the modules of this folder."""
    kind: type[Tab] = resolve_name(f"{__package__}.{place}")
    return kind


async def _complete(desk: Desk, address: PageAddress) -> None:
    """Do what was left for after the first view, and import what the other tabs need, while nobody waits for it."""
    for _ in range(_FOR_ITS_VIEW_S):
        if not address.is_awaited:
            break
        await asyncio.sleep(1)
    for place in TABS.values():
        await asyncio.to_thread(_kind, place)
    desk.complete()


def _desk(
    term_id: str,
    workspace_root: str,
    as_of: str,
    today: Callable[[], datetime.date],
    tell: Callable[[Block], None],
) -> Callable[[Any], Desk] | Block:
    """What makes the desk, once its term is read; or why it cannot be opened. `tell` hears how far the reading is."""

    def read(done: int, total: int) -> None:
        tell(status_line("busy", reading_text(reference, done, total)))

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
