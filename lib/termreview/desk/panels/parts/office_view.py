"""A part of the first tab: what the office does with a term, each with its button, its progress and its result in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from termreview.desk.office_work import (
    EDITIONS,
    file_links,
    issue,
    make_report,
    packed,
    reminder_file,
    return_files,
    write_letters,
)
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.term.overview import published
from termreview.desk.term.wording import say, words
from termreview.reporting.blocks.blocks import Block, callout


class OfficeView:
    """Buttons to remind schools, return their files, make the report and issue it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "office_work")
        self._run = controls.button(names["run"], self._made, "primary", names["run_hint"])
        self._return = controls.button(names["return"], self._returned, hint=names["return_hint"])
        self._remind = controls.button(names["remind"], self._reminded, hint=names["remind_hint"])
        self._letters = controls.button(names["letters"], self._written, hint=names["letters_hint"])
        editions = desk.reference.labels["editions"]
        self._edition = controls.choice(names["edition"], [(editions[name], name) for name in EDITIONS])
        self._edition.observe(lambda _: self._asking(False), "value")
        self._issue = controls.button(names["issue"], lambda: self._asking(True), hint=names["issue_hint"])
        self._confirm = controls.button(names["confirm"], self._issued, "danger")
        self._result = controls.shown(css="desk-office-result")
        self.box = controls.column(
            controls.row(self._run, self._return, self._remind, self._letters, self._edition, self._issue, self._confirm), self._result,
            css="desk-office",
        )  # fmt: skip

    def show(self) -> None:
        """Offer what can be done as the term stands; the last result stays."""
        self._asking(False)
        self._issue.disabled = not published(self.desk.now).is_there
        for button in (self._run, self._return):
            button.disabled = not self.desk.now.files

    def _asking(self, is_asking: bool) -> None:
        """Issuing gives a number for good: what it would hand out is told before it is done."""
        if is_asking:
            self.desk.catch_up()
        controls.visible(self._confirm, is_asking)
        if is_asking:
            reference, found = self.desk.reference, published(self.desk.now)
            edition = reference.labels["editions"][self._edition.value]
            key = "office_work.asking" if found.is_same else "office_work.asking_older"
            told = say(reference, key, edition=edition, count=found.file_count, now=len(self.desk.now.files))
            controls.show(self._result, callout(say(reference, "office_work.asking_title"), [told], "query"))
            self.desk.tell("done", told)

    def _place(self, folder: Path) -> str:
        """A folder as the office knows it: below its own."""
        return folder.relative_to(self.desk.now.workspace.root).as_posix()

    def _done(self, work: Callable[[], tuple[str, Sequence[Block]]], key: str, is_news: bool = False) -> None:
        """Do one piece of work, and show what came of it where the button stands."""
        with self.desk.working(key):
            self.desk.catch_up()
            controls.show(self._result, "")
            told, links = work()
            shown = callout(told, [], "good").html + f"<p>{' '.join(link.html for link in links)}</p>"
            controls.show(self._result, Block(f'<div class="desk-links">{shown}</div>'))
            if is_news:
                self.desk.reload(told)
            else:
                self.desk.tell("done", told)

    def _made(self) -> None:
        def work() -> tuple[str, Sequence[Block]]:
            made = make_report(self.desk.now, self.desk.day(), lambda text: self.desk.tell("busy", text))
            key = "office_work.run_kept" if made.is_reused else "office_work.run_done"
            return say(self.desk.reference, key, count=len(made.reports), folder=self._place(made.reports[0].parent)), file_links(made.reports)  # fmt: skip

        self._done(work, "office_work.running", is_news=True)

    def _returned(self) -> None:
        def work() -> tuple[str, Sequence[Block]]:
            reference, now = self.desk.reference, self.desk.now
            found = return_files(now, self.desk.scope.school_ids(now))
            told = say(reference, "office_work.returned", count=len(found.paths), settled=len(found.settled), folder=self._place(found.folder))  # fmt: skip
            whole = packed(f"tep-tra-truong-{now.term_id}", found.paths)
            return told, [] if whole is None else [whole.link(say(reference, "office_work.returned_link", count=len(found.paths)))]  # fmt: skip

        self._done(work, "office_work.returning")

    def _reminded(self) -> None:
        def work() -> tuple[str, Sequence[Block]]:
            reference = self.desk.reference
            found, count = reminder_file(self.desk.now, self.desk.day())
            told = say(reference, "office_work.reminded", count=count, day=self.desk.day())
            return told, [found.link(found.name)]

        self._done(work, "status.working")

    def _written(self) -> None:
        def work() -> tuple[str, Sequence[Block]]:
            reference, now = self.desk.reference, self.desk.now
            paths, letters = write_letters(now, self.desk.day(), self.desk.scope.school_ids(now))
            left = sum(not letter.has_draft for letter in letters)
            told = say(reference, "office_work.letters_written", count=len(letters), left=left, folder=self._place(paths[0].parent))  # fmt: skip
            whole = packed(f"thu-{now.term_id}", paths)
            return told, [] if whole is None else [
                whole.link(words(reference, "office_work")["letters_link"])
            ]

        self._done(work, "office_work.letters_writing")

    def _issued(self) -> None:
        def work() -> tuple[str, Sequence[Block]]:
            reference, edition = self.desk.reference, str(self._edition.value)
            kept = issue(self.desk.now, edition)
            key = "office_work.issued" if kept.is_new else "office_work.issued_before"
            told = say(
                reference, key, number=kept.issue.number, edition=reference.labels["editions"][edition],
                as_of=kept.issue.as_of, folder=self._place(kept.issue.folder),
            )  # fmt: skip
            return told, file_links(kept.issue.reports)

        controls.visible(self._confirm, False)
        self._done(work, "status.saving")
