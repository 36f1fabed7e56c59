"""The fourth tab: one school from all sides."""

from __future__ import annotations

from collections.abc import Mapping

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import SCHOOL, Desk
from termreview.desk.panels.controls.school_picker import SchoolPicker
from termreview.desk.term.school_names import spellings_of
from termreview.desk.term.wording import say, words
from termreview.desk.views.school import page_block, school_block

OVERVIEW, PAGE = "overview", "page"


class ExplorerTab:
    """One school through the terms, beside its peers, with its ledger, its findings and its page."""

    name = "explorer"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "school")
        self._part = controls.switch(
            names["part"], {OVERVIEW: names["overview"], PAGE: names["page"]}, OVERVIEW
        )
        self._part.observe(lambda _: self._turned(), "value")
        self._picker = SchoolPicker(words(desk.reference, "picker"), lambda _: self._turned(), desk.refuse)
        self._shown = controls.shown()
        self.box = controls.column(controls.row(self._part, self._picker.box), self._shown, css="desk-tab")

    def open_school(self, school_id: str) -> None:
        """Have one school in view when the tab is turned up."""
        self._picker.school_id = school_id
        self.show()

    def open_asked(self, asked: Mapping[str, str]) -> str:
        """Have the school in view that the page's address asks for."""
        if asked.get(SCHOOL):
            self.open_school(asked[SCHOOL])
        return ""

    def show(self) -> None:
        """Show the school in view as the term stands."""
        now = self.desk.now
        schools = self.desk.scope.of(now.schools)
        self._picker.show(list(zip(schools["school_id"], schools["name"], strict=True)), spellings_of(now))
        school_id = self._picker.school_id
        self.desk.keep(SCHOOL, school_id)
        block = page_block if self._part.value == PAGE else school_block
        controls.show(
            self._shown, block(now, school_id) if school_id else say(now.reference, "picker.choose")
        )

    def _turned(self) -> None:
        with self.desk.working("status.working"):
            self.show()
            self.desk.tell("done", say(self.desk.reference, "status.ready"))
