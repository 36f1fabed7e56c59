"""One desk of one analyst: the term in view, who sits at it, the tabs, and word of what is going on."""

from __future__ import annotations

import asyncio
import datetime
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import ipywidgets as widgets

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.look import ROOT_CLASS, style_sheet
from termreview.desk.term.drafts import page_texts
from termreview.desk.term.overview import ALL, Scope, arrived
from termreview.desk.term.term_now import Stamp, TermNow, look, moved, stamp_of
from termreview.desk.term.wording import joined, say, words
from termreview.errors import DeclarationError, TermReviewError, WorkspaceBusyError
from termreview.reference.declarations import Reference
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.report.narrative import listed
from termreview.text import clean

WATCH_EVERY_S = 3.0
KINDS = ("done", "busy", "error", "news")


class Tab(Protocol):
    """One tab of the desk: a name, what it shows, and how it is shown anew."""

    name: str
    box: Any

    def show(self) -> None:
        """Show what the desk's term has become."""


class Desk:
    """The state that the tabs share; they read it, and change it only by its methods."""

    def __init__(
        self, now: TermNow, as_of: str, workspace_root: str, today: Callable[[], datetime.date]
    ) -> None:
        self.now, self._as_of, self._root, self.day = now, as_of, workspace_root, today
        self.scope = Scope()
        self._tabs: list[Tab] = []
        self._stale: set[str] = set()
        self._is_changing = False
        # JupyterLab sends what is clicked to a thread of its own, beside the one that watches for files.
        self._hands = threading.RLock()
        self._turn = 0
        self._noticed: Stamp | None = None
        self._watcher: asyncio.Task[None] | None = None
        names = words(now.reference, "bar")
        self._term = controls.choice(names["term"], _terms(now.reference), now.term_id)
        self._level = controls.choice(names["level"], [(names["all"], ALL)])
        self._commune = controls.choice(names["commune"], [(names["all"], ALL)])
        self._author = controls.suggestion(names["author"], (), names["author_hint"])
        self._refresh = controls.button(names["refresh"], self.refresh, hint=names["refresh_hint"])
        self._status = controls.shown(css="desk-status")
        self._head = controls.shown(css="desk-head")
        self._pages = widgets.Tab()
        self._pages.add_class("desk-tabs")
        bar = controls.row(
            self._term, self._level, self._commune, self._author, self._refresh, css="desk-bar-line"
        )
        self.box = controls.column(
            controls.shown(joined(Block(style_sheet()), page_texts(now)), "desk-style"),
            self._head,
            bar,
            self._status,
            self._pages,
            css=ROOT_CLASS,
        )
        self._term.observe(lambda change: self.open_term(change["new"]), "value")
        for control in (self._level, self._commune):
            control.observe(self._scoped, "value")

    @property
    def reference(self) -> Reference:
        """The declarations in force."""
        return self.now.reference

    @property
    def author(self) -> str:
        """The role that decides at this desk, as typed."""
        return clean(self._author.value)

    def fill(self, tabs: list[Tab]) -> None:
        """Put the tabs in and show the first."""
        self._tabs = tabs
        self._pages.children = [tab.box for tab in tabs]
        self._pages.titles = [say(self.reference, f"tabs.{tab.name}") for tab in tabs]
        self._pages.selected_index = 0
        self._pages.observe(lambda _: self._turned(), "selected_index")
        self._adopt(self.now)
        self.tell("done", say(self.reference, "status.opened", files=len(self.now.files)))

    def refresh(self) -> None:
        """Look at the term anew: files that came, decisions of others."""
        before = self.now
        with self.working("status.reading"):
            self._adopt(self._look(before.term_id))
            new = arrived(before, self.now)
            more = {decision.decision_id for decision in self.reference.decisions}
            more -= {decision.decision_id for decision in before.reference.decisions}
            said = say(self.reference, "status.fresh", files=len(self.now.files))
            if new:
                said += " " + say(
                    self.reference, "status.arrived", count=len(new), names=listed(new, most=4, rest="…")
                )
            if more:
                said += " " + say(self.reference, "status.decided", count=len(more))
            self.tell("news" if new or more else "done", said)

    def reload(self, said: str, saved: str = "") -> None:
        """Look at the term anew after something was written, and say so; `saved` is the form that it came from."""
        with self.working("status.reading"):
            self._adopt(self._look(self.now.term_id))
            self.tell("done", said, saved)

    def open_term(self, term_id: str) -> None:
        """Look at another term."""
        if term_id != self.now.term_id and not self._is_changing:
            with self.working("status.reading"):
                self._adopt(self._look(term_id))
                self.tell("done", say(self.reference, "status.opened", files=len(self.now.files)))

    def _look(self, term_id: str) -> TermNow:
        """Look at one term, saying how many of its files are read."""

        def read(done: int, total: int) -> None:
            self.tell("busy", say(self.reference, "status.reading_files", done=done, total=total))

        return look(term_id, self._as_of, self._root, progress=read)

    def go_to(self, name: str) -> Tab:
        """Turn one tab up."""
        place = next(place for place, tab in enumerate(self._tabs) if tab.name == name)
        self._pages.selected_index = place
        return self._tabs[place]

    def tab(self, name: str) -> Tab:
        """One tab by its name."""
        return next(tab for tab in self._tabs if tab.name == name)

    def refuse(self, text: str) -> None:
        """Say why what was asked for was not done."""
        self.tell("error", text)

    def tell(self, kind: str, text: str, saved: str = "") -> None:
        """Say one thing in the status line, which screen readers speak; the same words again are news, too.

        `saved` is a form of which the page need not keep the text any longer.
        """
        spoken = "assertive" if kind == "error" else "polite"
        self._turn += kind != "busy"
        html = (
            f'<p class="status status-{kind}" role="status" aria-live="{spoken}" data-turn="{self._turn}" data-saved="{escape_text(saved)}">'
            f"{escape_text(text)}</p>"
        )
        controls.show(self._status, Block(html))

    @contextmanager
    def working(self, key: str) -> Iterator[None]:
        """Say that something takes a moment, and what went wrong if it does; nobody else changes the desk meanwhile."""
        with self._hands:
            self.tell("busy", say(self.reference, key))
            with self._told():
                yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except WorkspaceBusyError as error:
            self.tell("error", say(self.reference, "status.busy", detail=str(error)))
        except DeclarationError as error:
            self.tell("error", say(self.reference, "status.declarations", detail=str(error.problems[0])))
        except TermReviewError as error:
            self.tell("error", say(self.reference, "status.failed", detail=str(error)))
        except Exception as error:  # an analyst must see it: a widget would swallow it
            self.tell(
                "error", say(self.reference, "status.failed", detail=f"{type(error).__name__}: {error}")
            )

    def watch(self) -> None:
        """Look now and then whether files came or somebody decided; only where an event loop runs."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self.stop()
        self._watcher = loop.create_task(self._watching())

    def stop(self) -> None:
        """Stop watching."""
        if self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None

    async def _watching(self) -> None:
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            self.notice()

    def notice(self) -> None:
        """Say once, or show, that files came or somebody decided; not while a step is under way: it looks anew itself."""
        if not self._hands.acquire(blocking=False):
            return
        try:
            stamp = stamp_of(self.now.opened)
            if stamp in (self.now.stamp, self._noticed):
                return
            self._noticed = stamp
            if not moved(self.now, stamp):
                return
            if self._tabs[self._pages.selected_index or 0].name == "glance":
                self.refresh()
            else:
                self.tell("news", say(self.reference, "status.changed"))
        finally:
            self._hands.release()

    def _adopt(self, now: TermNow) -> None:
        """Take one look as the term in view; the tab in front shows it, the others when they are turned up."""
        self.now = now
        self._is_changing = True
        names = words(now.reference, "bar")
        self._term.value = now.term_id
        levels = dict(zip(now.schools["level"], now.schools["level_title"], strict=True))
        controls.options_of(
            self._level, [(names["all"], ALL), *((title, key) for key, title in levels.items())]
        )
        communes = sorted(set(now.schools["commune_name"]))
        controls.options_of(self._commune, [(names["all"], ALL), *((name, name) for name in communes)])
        self._author.options = _authors(now.reference)
        self.scope = Scope(self._level.value, self._commune.value)
        self._is_changing = False
        controls.show(self._head, _head(now))
        self._show_all()

    def _scoped(self, _: object) -> None:
        if not self._is_changing:
            with self.working("status.working"):
                self.scope = Scope(self._level.value, self._commune.value)
                self._show_all()
                self.tell("done", say(self.reference, "status.ready"))

    def _show_all(self) -> None:
        self._stale = {tab.name for tab in self._tabs}
        self._show_front()

    def _show_front(self) -> bool:
        """Show the tab in front, if the term has changed since it was shown last."""
        tab = self._tabs[self._pages.selected_index or 0]
        if tab.name not in self._stale:
            return False
        self._stale.discard(tab.name)
        tab.show()
        return True

    def _turned(self) -> None:
        with self.working("status.working"):
            self._show_front()
            self.tell("done", say(self.reference, "status.ready"))


def _terms(reference: Reference) -> list[tuple[str, str]]:
    return [
        (f"{plan.title[:1].upper()}{plan.title[1:]} {plan.term.school_year}", plan.term.term_id)
        for plan in reference.calendar.plans
    ]


def _authors(reference: Reference) -> tuple[str, ...]:
    """The roles that have decided or verified so far, to be picked instead of typed."""
    names = [decision.decided_by for decision in reference.decisions]
    names += [points.verified_by for points in reference.verified]
    return tuple(dict.fromkeys(names))


def _head(now: TermNow) -> Block:
    office = now.declared.office
    title, name = escape_text(say(now.reference, "bar.title")), escape_text(office.short_name)
    banner = ""
    if office.is_illustrative:
        banner = f'<span class="banner">{escape_text(now.reference.labels["banners"]["illustrative"])}</span>'
    return Block(f"<header><h2>{title}</h2><p>{name} {escape_text(office.place_name)} {banner}</p></header>")
