"""The tenth tab: the year by hand, step by step – a new school year, an office of one's own, clearing up.

The same calls as those of the commands `new-year`, `new-office`, `clean` and of the notebook `7_office_year`.
"""

from __future__ import annotations

from collections.abc import Callable

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.term.wording import say, words
from termreview.office.cleaning import clean
from termreview.office.new_office import new_office
from termreview.office.new_year import following_year, new_year
from termreview.office.steps import Steps
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.sources.values import as_day


class YearTab:
    """Steps of the office's year, each with its fields, its button and what came of it."""

    name = "year"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "year")
        self._next = controls.shown()
        self._number = controls.text(names["letter_number"], names["optional"])
        self._day = controls.text(names["letter_on"], names["letter_on_hint"])
        self._title = controls.text(names["letter_title"], names["optional"])
        self._folder = controls.text(names["folder"], names["folder_hint"])
        self._clear = controls.button(names["clean"], self._cleaned, "danger")
        self._results = [controls.shown(css="desk-year-result") for _ in range(3)]
        self.box = controls.column(
            controls.shown(_step(names["year_title"], names["year_note"])), self._next,
            controls.row(self._number, self._day, self._title),
            controls.row(controls.button(names["year_add"], self._year_added, "primary")), self._results[0],
            controls.shown(_step(names["office_title"], names["office_note"])),
            controls.row(self._folder, controls.button(names["office_make"], self._office_made, "primary")), self._results[1],
            controls.shown(_step(names["clean_title"], names["clean_note"])),
            controls.row(controls.button(names["clean_list"], self._listed), self._clear), self._results[2],
            css="desk-tab",
        )  # fmt: skip

    def show(self) -> None:
        """Say which year would come next; what came of a step stays."""
        reference = self.desk.reference
        told = say(reference, "year.next", year=following_year(reference))
        controls.show(self._next, Block(f"<p>{escape_text(told)}</p>"))
        controls.visible(self._clear, False)  # only once it was said what would go

    def _do(self, place: int, work: Callable[[], Steps], key: str, is_news: bool = True) -> bool:
        """Do one step, and show what came of it and what comes next where its button stands; say whether it was done."""
        is_done = False
        with self.desk.working(key):
            controls.show(self._results[place], "")
            made = work()
            controls.show(self._results[place], Block(f'<div class="desk-note">{made._repr_html_()}</div>'))
            is_done = True
            if is_news:
                self.desk.reload(made.done)
            else:
                self.desk.tell("done", made.done)
        return is_done

    @property
    def _root(self) -> str:
        return str(self.desk.now.workspace.root)

    def _year_added(self) -> None:
        typed = self._day.value.strip()
        day = as_day(typed, "dmy")
        if typed and day is None:
            self.desk.refuse(say(self.desk.reference, "year.no_day", text=typed))
            return

        def work() -> Steps:
            return new_year(
                letter_number=self._number.value.strip(), letter_on=day.isoformat() if day else "",
                letter_title=self._title.value.strip(), workspace_root=self._root,
            )  # fmt: skip

        if self._do(0, work, "status.saving"):
            for field in (self._number, self._day, self._title):
                field.value = ""

    def _office_made(self) -> None:
        typed = self._folder.value.strip()
        if not typed:
            self.desk.refuse(say(self.desk.reference, "year.no_folder"))
            return
        folder = (self.desk.now.workspace.root / typed).resolve()
        self._do(1, lambda: new_office(folder, workspace_root=self._root), "status.saving", is_news=False)

    def _listed(self) -> None:
        is_done = self._do(2, lambda: clean(is_listed_only=True, workspace_root=self._root), "status.working", is_news=False)  # fmt: skip
        controls.visible(self._clear, is_done)

    def _cleaned(self) -> None:
        self._do(2, lambda: clean(workspace_root=self._root), "status.saving")


def _step(title: str, note: str) -> Block:
    return Block(f"<h3>{escape_text(title)}</h3><p>{escape_text(note)}</p>")
