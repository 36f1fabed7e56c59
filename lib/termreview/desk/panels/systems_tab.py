"""The eighth tab: exports of systems that came, the mapping of an unknown one, and how systems and schools agree."""

from __future__ import annotations

from termreview.desk.export_mapping import unknown_exports
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, Tag, list_texts
from termreview.desk.panels.parts.mapping_form import MappingForm
from termreview.desk.term.term_now import plain_rows
from termreview.desk.term.wording import say, words
from termreview.desk.views.systems import agreement_block
from termreview.reporting.blocks.rows import Record
from termreview.sources.facts import FOLDER

EXPORTS, AGREEMENT = "exports", "agreement"
_TAGS = {
    "read": "on_time", "refused": "refused", "twice": "late", "other_period": "late", "attached": "on_time",
}  # fmt: skip


class SystemsTab:
    """What systems tell of the schools."""

    name = "systems"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names, columns = words(desk.reference, "systems"), words(desk.reference, "export_columns")
        self._part = controls.switch(
            names["part"], {EXPORTS: names["exports"], AGREEMENT: names["agreement_part"]}, EXPORTS
        )
        self._part.observe(lambda _: self.desk.reshow(self.show), "value")
        self._note, self._agreement = controls.shown(css="desk-note"), controls.shown()
        self._files = PickTable(
            [PickColumn(columns["file"], "220px"), PickColumn(columns["state"], "10.5em"), PickColumn(columns["layout"], "260px"),
             *(PickColumn(columns[name], "", "right") for name in ("rows", "counted", "nobody", "twice"))],
            self._picked, list_texts(desk.reference), 10,
        )  # fmt: skip
        self._form = MappingForm(desk)
        self._exports = controls.column(self._note, self._files.box, self._form.box)
        self.box = controls.column(self._part, self._exports, self._agreement, css="desk-tab")

    def show(self) -> None:
        """Show the part in front as the term stands."""
        is_exports = self._part.value == EXPORTS
        controls.visible(self._exports, is_exports)
        controls.visible(self._agreement, not is_exports)
        if not is_exports:
            controls.show(self._agreement, agreement_block(self.desk.now, self.desk.scope))
            return
        now = self.desk.now
        folder = (now.workspace.raw(now.opened.term) / FOLDER).relative_to(now.workspace.root).as_posix()
        rows = self._rows()
        key = "systems.note" if rows else "systems.no_files"
        controls.show(self._note, say(now.reference, key, folder=folder))
        controls.visible(self._files.box, bool(rows))
        unknown, picked = unknown_exports(now), self._files.picked
        chosen = picked if picked in {_key(row) for row in rows} else unknown[0] if unknown else ""
        self._files.show([self._row(row) for row in rows], chosen)
        self._show_form(chosen)

    def _rows(self) -> list[Record]:
        """The exports, those of no layout first."""
        exports, unknown = self.desk.now.exports, set(unknown_exports(self.desk.now))
        rows = [] if exports is None else plain_rows(exports.files)
        return sorted(rows, key=lambda row: (_key(row) not in unknown, row["file"]))

    def _row(self, row: Record) -> PickRow:
        reference = self.desk.reference
        labels = reference.labels
        layouts = {
            layout.source_id: f"{layout.system}: {layout.title}" for layout in reference.sources.layouts
        }
        reasons = labels["refusals"] | labels["source_reasons"]
        state = labels["source_states"][row["state"]]
        layout = layouts.get(row["source_id"] or "", say(reference, "systems.unknown"))
        if row["reason_code"] and row["source_id"] is None:
            layout = reasons.get(row["reason_code"], row["reason_code"])
        counts = (row["rows"], row["rows_counted"], row["rows_of_no_school"], row["rows_twice"])
        return PickRow(
            _key(row), row["file"], (Tag(state, _TAGS[row["state"]]), layout, *map(int, counts)),
            say(reference, "systems.row_hint", file=row["file"], state=state),
        )  # fmt: skip

    def _picked(self, key: str) -> None:
        with self.desk.working("status.working"):
            self._show_form(key)
            row = next(row for row in self._files.rows if row.key == key)
            tag = row.cells[0]
            state = tag.text if isinstance(tag, Tag) else ""
            told = say(
                self.desk.reference, "systems.picked", file=row.title, layout=row.cells[1], state=state
            )
            self.desk.tell("done", told)

    def _show_form(self, key: str) -> None:
        """Offer to map the picked export, where no layout is declared for it."""
        is_unknown = key in unknown_exports(self.desk.now)
        name = next((row.title for row in self._files.rows if row.key == key), "")
        self._form.show(key if is_unknown else "", name)


def _key(row: Record) -> str:
    return str(row["sha256"])
