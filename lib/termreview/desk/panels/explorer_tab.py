"""The fourth tab: one school from all sides."""

from __future__ import annotations

from collections.abc import Mapping

from termreview.desk.office_work import file_links, received_file, return_files
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
        self._part.observe(lambda _: self.desk.reshow(self.show), "value")
        self._picker = SchoolPicker(
            words(desk.reference, "picker"), lambda _: self.desk.reshow(self.show), desk.refuse
        )
        self._shown = controls.shown()
        work = words(desk.reference, "office_work")
        self._links = controls.shown(css="desk-links")
        files = controls.row(
            controls.button(work["received"], self._received, hint=work["received_hint"]),
            controls.button(work["return_one"], self._returned, hint=work["return_hint"]), self._links,
        )  # fmt: skip
        self.box = controls.column(
            controls.row(self._part, self._picker.box), files, self._shown, css="desk-tab"
        )

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
        controls.show(self._links, "")
        block = page_block if self._part.value == PAGE else school_block
        controls.show(
            self._shown, block(now, school_id) if school_id else say(now.reference, "picker.choose")
        )

    def _received(self) -> None:
        """Offer the file of the school that counts, as it came."""
        with self.desk.working("status.working"):
            self.desk.catch_up()
            if not self._picker.school_id:
                self.desk.refuse(say(self.desk.reference, "picker.choose"))
                return
            found = received_file(self.desk.now, self._picker.school_id)
            if found is None:
                self.desk.refuse(say(self.desk.reference, "office_work.received_none"))
                return
            controls.show(self._links, found.link(found.name))
            self.desk.tell("done", say(self.desk.reference, "office_work.received_ready", file=found.name))

    def _returned(self) -> None:
        """Write the marked file of the school, and offer it."""
        with self.desk.working("office_work.returning"):
            self.desk.catch_up()
            school_id, reference = self._picker.school_id, self.desk.reference
            if not school_id:
                self.desk.refuse(say(reference, "picker.choose"))
                return
            found = return_files(self.desk.now, [school_id])
            if not found.paths:
                key = "return_settled" if found.settled else "received_none"
                self.desk.refuse(say(reference, f"office_work.{key}"))
                return
            controls.show(self._links, file_links(found.paths)[0])
            folder = found.folder.relative_to(self.desk.now.workspace.root).as_posix()
            self.desk.tell("done", say(reference, "office_work.returned", count=1, settled=0, folder=folder))
