"""One desk of one analyst: the term in view, who sits at it, the tabs, and word of what is going on."""

from __future__ import annotations

import asyncio
import datetime
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import ipywidgets as widgets

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.address import PageAddress
from termreview.desk.panels.controls.look import ROOT_CLASS, style_sheet
from termreview.desk.term.drafts import page_texts
from termreview.desk.term.marks import ONLY_MARK, SCHOOL_MARK
from termreview.desk.term.overview import ALL, Scope, arrived
from termreview.desk.term.term_now import Stamp, TermNow, look, moved, stamp_of
from termreview.desk.term.wording import joined, say, words
from termreview.errors import DeclarationError, TermReviewError, WorkspaceBusyError
from termreview.reference.declarations import Reference
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.report.narrative import listed
from termreview.text import clean, plain_key

WATCH_EVERY_S = 3.0
TERM, LEVEL, COMMUNE, TAB, SCHOOL = "ky", "cap", "xa", "the", "truong"  # names of the page's address
KINDS = ("done", "busy", "error", "news")


class Tab(Protocol):
    """One tab of the desk: a name, what it shows, and how it is shown anew."""

    name: str
    box: Any

    def __init__(self, desk: Desk) -> None:
        """Make the tab, empty."""

    def show(self) -> None:
        """Show what the desk's term has become."""


@runtime_checkable
class Addressed(Protocol):
    """A tab that keeps what it looks at in the page's address."""

    def open_asked(self, asked: Mapping[str, str]) -> str:
        """Show what the page's address asks for; what is to be said of it, if anything."""


class Desk:
    """The state that the tabs share; they read it, and change it only by its methods."""

    def __init__(
        self,
        now: TermNow,
        as_of: str,
        workspace_root: str,
        today: Callable[[], datetime.date],
        room: Any = None,
    ) -> None:
        """Make the desk, without tabs; `room` is the box that it will stand in."""
        self.now, self._as_of, self._root, self.day = now, as_of, workspace_root, today
        self.scope = Scope()
        self._kinds: Mapping[str, Callable[[], type[Tab]]] = {}
        self._tabs: dict[str, Tab] = {}  # those that were turned up so far
        self._places: list[Any] = []
        self._address: PageAddress | None = None
        self._stale: set[str] = set()
        self._rest: dict[str, Callable[[], None]] | None = {}  # None once the first view stands
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
        self._parts = (
            controls.shown(joined(Block(style_sheet()), page_texts(now)), "desk-style"),
            self._head, bar, self._status, self._pages,
        )  # fmt: skip
        self.box = room or controls.column(css=ROOT_CLASS)
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

    def fill(self, kinds: Mapping[str, Callable[[], type[Tab]]], address: PageAddress | None = None) -> None:
        """Put the tabs in, by their names, and show the first; a tab is found and made when it is turned up for the first time.

        `address` is that of the page: where one is awaited, the desk is open once the page has come and has what it asks for.
        """
        self._kinds, self._address = kinds, address
        self._places = [controls.column() for _ in kinds]
        self._pages.children = self._places
        self._pages.titles = [say(self.reference, f"tabs.{name}") for name in kinds]
        self._pages.selected_index = 0
        self._pages.observe(lambda _: self._turned(), "selected_index")
        self._adopt(self.now)
        if address is not None:
            address.observe(lambda change: self._arrive(change["new"]), "asked")
            address.observe(lambda change: self._open_mark(change["new"]), "opened")
        if address is None or not address.is_awaited:
            self._arrive((address and address.asked) or {})
        self.box.children = self._parts

    @property
    def _is_awaited(self) -> bool:
        """Say whether the desk stands ready for a page that has not come yet."""
        return self._address is not None and self._address.is_awaited

    def _arrive(self, asked: Mapping[str, str]) -> None:
        """Show what the page's address asks for: term, scope, tab, and what the tab itself keeps there."""
        with self.working("status.working"):
            reference = self.reference
            terms = [plan.term.term_id for plan in reference.calendar.plans]
            if asked.get(TERM) in terms and asked[TERM] != self.now.term_id:
                self._adopt(self._look(asked[TERM]))
            self._is_changing = True
            for name, control in ((LEVEL, self._level), (COMMUNE, self._commune)):
                if asked.get(name) in [value for _, value in control.options]:
                    control.value = asked[name]
            self._is_changing = False
            scope = Scope(self._level.value, self._commune.value)
            if scope != self.scope:
                self.scope = scope
                self._show_all()
            told = ""
            if asked.get(TAB) in self._kinds:
                tab = self.go_to(asked[TAB])
                told = tab.open_asked(asked) if isinstance(tab, Addressed) else ""
            opened = say(reference, "status.opened", files=len(self.now.files))
            unlike = "; ".join(map(str, reference.unlike))
            self.tell("done", " ".join(filter(None, (opened, told, unlike))))

    def _open_mark(self, mark: str) -> None:
        """Open what the mark of a chart that was clicked stands for: a school, or the table of some; it may be clicked again."""
        if not mark or self._address is None:
            return
        self._address.opened = ""
        if mark.removeprefix(SCHOOL_MARK) in set(self.now.schools["school_id"]):
            tab = self.tab("explorer")
            tab.open_school(mark.removeprefix(SCHOOL_MARK))  # type: ignore[attr-defined]
            self.go_to("explorer")
        elif mark.startswith(ONLY_MARK):
            told = self.go_to("table").open_only(json.loads(mark.removeprefix(ONLY_MARK)))  # type: ignore[attr-defined]
            self.tell("done", told)

    def keep(self, name: str, value: str) -> None:
        """Have the page's address say one thing, so that a reload shows it again."""
        if self._address is not None:
            self._address.keep(name, value)

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

    def catch_up(self) -> None:
        """Look at the term anew if files came or somebody decided since: what is made or handed out is of what stands now."""
        stamp = stamp_of(self.now.opened)
        if stamp != self.now.stamp and moved(self.now, stamp):
            self._adopt(self._look(self.now.term_id))

    def open_term(self, term_id: str) -> None:
        """Look at another term."""
        if term_id != self.now.term_id and not self._is_changing:
            with self.working("status.reading"):
                self._adopt(self._look(term_id))
                self.tell("done", say(self.reference, "status.opened", files=len(self.now.files)))

    def _look(self, term_id: str) -> TermNow:
        """Look at one term, saying how many of its files are read."""

        def read(done: int, total: int) -> None:
            self.tell("busy", reading_text(self.reference, done, total))

        return look(term_id, self._as_of, self._root, progress=read)

    def go_to(self, name: str) -> Tab:
        """Turn one tab up."""
        self._pages.selected_index = list(self._kinds).index(name)
        return self.tab(name)

    def tab(self, name: str) -> Tab:
        """One tab by its name; made now if it was never turned up."""
        if name not in self._tabs:
            place = list(self._kinds).index(name)
            self._tabs[name] = self._kinds[name]()(self)
            self._places[place].children = (self._tabs[name].box,)
        return self._tabs[name]

    @property
    def _front(self) -> str:
        """The name of the tab in front."""
        return list(self._kinds)[self._pages.selected_index or 0]

    def refuse(self, text: str) -> None:
        """Say why what was asked for was not done."""
        self.tell("error", text)

    def tell(self, kind: str, text: str, saved: str = "") -> None:
        """Say one thing in the status line, which screen readers speak; the same words again are news, too.

        `saved` is a form of which the page need not keep the text any longer.
        """
        self._turn += kind != "busy"
        controls.show(self._status, status_line(kind, text, self._turn, saved))

    @contextmanager
    def working(self, key: str) -> Iterator[None]:
        """Say that something takes a moment, and what went wrong if it does; nobody else changes the desk meanwhile."""
        with self._hands:
            self.tell("busy", say(self.reference, key))
            with self._errors_reported():
                yield

    def reshow(self, show: Callable[[], None]) -> None:
        """Show something anew: what the analyst chose decides it, nothing was written."""
        with self.working("status.working"):
            show()
            self.tell("done", say(self.reference, "status.ready"))

    def open_school(self, school_id: str) -> None:
        """Turn one school up in the tab of the schools."""
        self.tab("explorer").open_school(school_id)  # type: ignore[attr-defined]
        self.go_to("explorer")

    @contextmanager
    def _errors_reported(self) -> Iterator[None]:
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

    def after_first_view(self, name: str, work: Callable[[], None]) -> None:
        """Do what the first view can stand without, by its name, once that view stands; from then on at once."""
        if self._rest is None:
            work()
        else:
            self._rest[name] = work

    def complete(self) -> None:
        """Do what was left for after the first view."""
        with self._hands, self._errors_reported():
            rest, self._rest = self._rest or {}, None
            for work in rest.values():
                work()

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
            if self._is_awaited:  # nobody looks yet: what has come is there when somebody does
                self._adopt(self._look(self.now.term_id))
            elif self._front == "glance":
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
        if list(self._term.options) != _terms(now.reference):  # a year was added
            controls.options_of(self._term, _terms(now.reference))
        self._term.value = now.term_id
        levels = dict(zip(now.schools["level"], now.schools["level_title"], strict=True))
        controls.options_of(
            self._level, [(names["all"], ALL), *((title, key) for key, title in levels.items())]
        )
        communes = sorted(set(now.schools["commune_name"]), key=lambda name: (plain_key(name), name))
        controls.options_of(self._commune, [(names["all"], ALL), *((name, name) for name in communes)])
        self._author.options = _authors(now.reference)
        self.scope = Scope(self._level.value, self._commune.value)
        self._is_changing = False
        controls.show(self._head, _head(now))
        self._keep_scope()
        self._show_all()

    def _keep_scope(self) -> None:
        self.keep(TERM, self.now.term_id)
        self.keep(LEVEL, self.scope.level.replace(ALL, ""))
        self.keep(COMMUNE, self.scope.commune.replace(ALL, ""))

    def _scoped(self, _: object) -> None:
        if not self._is_changing:
            with self.working("status.working"):
                self.scope = Scope(self._level.value, self._commune.value)
                self._keep_scope()
                self._show_all()
                self.tell("done", say(self.reference, "status.ready"))

    def _show_all(self) -> None:
        self._stale = set(self._kinds)
        self._show_front()

    def _show_front(self) -> bool:
        """Show the tab in front, if the term has changed since it was shown last."""
        name = self._front
        if name not in self._stale:
            return False
        self._stale.discard(name)
        self.tab(name).show()
        return True

    def _turned(self) -> None:
        self.keep(TAB, self._front)
        with self.working("status.working"):
            if self._front == "glance":
                self.catch_up()
            self._show_front()
            self.tell("done", say(self.reference, "status.ready"))


def reading_text(reference: Reference, done: int, total: int) -> str:
    """How many of the files of a term are read; once all are, what comes then."""
    key = "status.reading_files" if done < total else "status.scoring"
    return say(reference, key, done=done, total=total)


def status_line(kind: str, text: str, turn: int = 0, saved: str = "") -> Block:
    """One thing said, as the status line shows it and screen readers speak it; `turn` counts what was said."""
    spoken = "assertive" if kind == "error" else "polite"
    return Block(
        f'<p class="status status-{kind}" role="status" aria-live="{spoken}" data-turn="{turn}" data-saved="{escape_text(saved)}">'
        f"{escape_text(text)}</p>"
    )


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
