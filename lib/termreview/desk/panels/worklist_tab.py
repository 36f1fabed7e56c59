"""The second tab: causes, their places, one finding in its surroundings, and the decision on it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from termreview.desk.decision_groups import decision_groups_in
from termreview.desk.lists.decision_list import group_id_of, last_own, take_back, write_decision
from termreview.desk.lists.waiting import STATES, set_waiting, waiting_in
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, Tag, list_texts
from termreview.desk.panels.parts.decision_form import DecisionForm
from termreview.desk.panels.parts.decisions_view import DecisionsView
from termreview.desk.term.causes import OPEN, SETTLED, cells_of, findings_in, fold_findings
from termreview.desk.term.cell_context import cell_context
from termreview.desk.term.term_now import plain_rows
from termreview.desk.term.wording import say, words
from termreview.desk.views.cell import finding_block, finding_head
from termreview.desk.views.effect import group_text
from termreview.reference.kinds.decisions import Decision
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.blocks.rows import Record

DECISIONS = "rulings"


class WorklistTab:
    """Findings, folded into causes, and what to do about them."""

    name = "triage"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._kind, self._finding_id = "", ""
        self._own: list[str] = []
        self._order: list[str] = []  # the places as they were listed last
        self._rows = pd.DataFrame()
        names, columns = words(desk.reference, "triage"), words(desk.reference, "cause_columns")
        severities = {
            "error": names["errors"],
            "error query": names["open"],
            "query": names["queries"],
            "note": names["notes"],
        }
        self._severity = controls.switch(names["which"], severities, "error query")
        self._status = controls.switch(
            names["status"],
            {
                OPEN: names["unsettled"],
                **{state: names[state] for state in STATES},
                SETTLED: names["settled"],
                DECISIONS: names["rulings"],
            },
            OPEN,
        )
        for control in (self._severity, self._status):
            control.observe(lambda _: self.desk.reshow(self.show), "value")
        self._undo = controls.button(names["undo"], self._taken_back, "danger", names["undo_hint"])
        self._redo = controls.button(names["redo"], self._redone, hint=names["redo_hint"])
        self._aside = {
            state: controls.button(
                names[f"{state or 'back'}_act"], partial(self._put_aside, state), hint=names["aside_hint"]
            )
            for state in (*STATES, "")
        }
        self._undone: list[tuple[Decision, ...]] = []
        self._causes = PickTable(
            [
                PickColumn(columns["cause"]), PickColumn(columns["severity"], "8em"),
                PickColumn(columns["places"], "", "right"), PickColumn(columns["schools"], "", "right"),
            ],
            self._cause_picked, list_texts(desk.reference), 4,
        )  # fmt: skip
        cells = words(desk.reference, "cell_columns")
        self._cells = PickTable(
            [PickColumn(cells["school"], "36%"), PickColumn(cells["cell"], ""), PickColumn(cells["found"], "")],
            self._cell_picked, list_texts(desk.reference), 8,
        )  # fmt: skip
        # The sentence, the form and what was saved stand in one screen; what helps to decide is below.
        self._head, self._context = controls.shown(css="desk-finding"), controls.shown(css="desk-context")
        self._form = DecisionForm(desk, self._saved)
        self._decisions = DecisionsView(desk, self._take)
        self._places = controls.column(
            controls.shown(Block(f"<h3>{escape_text(names['places'])}</h3>")),
            self._cells.box,
            controls.row(*self._aside.values()),
        )
        left = controls.column(self._causes.box, self._places, css="desk-narrow")
        right = controls.column(self._head, self._form.box, self._context, css="desk-broad")
        self._findings = controls.split(left, right)
        self.box = controls.column(
            controls.row(self._severity, self._status, self._undo, self._redo),
            self._findings,
            self._decisions.box,
            css="desk-tab",
        )

    def show(self) -> None:
        """Show the findings as they stand; the cause and the place in view stay where they still exist."""
        now, is_list = self.desk.now, self._status.value == DECISIONS
        controls.visible(self._decisions.box, is_list)
        for control in (self._findings, self._severity):
            controls.visible(control, not is_list)
        self._show_undo()
        if is_list:
            self._decisions.show()
            return
        self._rows = self._visible_findings()
        folded = plain_rows(fold_findings(self._rows, now)) if len(self._rows) else []
        kinds = [row["kind"] for row in folded]
        if self._kind not in kinds:
            self._kind = kinds[0] if kinds else ""
        self._causes.show([self._cause_row(row) for row in folded], self._kind)
        self._show_cells()

    def _visible_findings(self) -> pd.DataFrame:
        """The findings of the state chosen: those that wait are open, but not on the list of those to be worked on."""
        now, state = self.desk.now, self._status.value
        status = SETTLED if state == SETTLED else OPEN
        rows = findings_in(now, self.desk.scope, self._severity.value.split(), status)
        waiting = rows["finding_id"].map(waiting_in(now.workspace, now.term_id))
        for wanted, button in self._aside.items():
            controls.visible(button, state != SETTLED and wanted != (state if state in STATES else ""))
        if state == SETTLED:
            return rows
        return rows[waiting == state] if state in STATES else rows[waiting.isna()]

    def _put_aside(self, state: str) -> None:
        """Have the places in sight wait, as filtered in their list; or take them back."""
        reference, ids = self.desk.reference, list(self._cells.sheet.shown)
        if state and not self.desk.author:
            self.desk.refuse(say(reference, "draft_faults.nobody"))
            return
        with self.desk.working("status.saving"):
            now = self.desk.now
            set_waiting(now.workspace, now.term_id, ids, state, self.desk.author, self.desk.day())
            self.show()
            self.desk.tell("done", say(reference, f"triage.{state or 'back'}_done", count=len(ids)))

    def _cause_row(self, row: Record) -> PickRow:
        severity = self.desk.reference.labels["severities"][row["severity"]]
        tag = Tag(severity, row["severity"])
        hint = say(
            self.desk.reference, "triage.cause_hint", title=row["title"], severity=severity,
            places=row["finding_count"], schools=row["school_count"],
        )  # fmt: skip
        cells = (tag, int(row["finding_count"]), int(row["school_count"]))
        return PickRow(row["kind"], row["title"], cells, hint)

    def _cause_picked(self, kind: str) -> None:
        self._kind, self._finding_id = kind, ""
        self.desk.reshow(self._show_cells)

    def _show_cells(self) -> None:
        rows = plain_rows(cells_of(self._rows, self._kind)) if len(self._rows) else []
        ids = [row["finding_id"] for row in rows]
        if self._finding_id not in ids:  # ruled on: the one that stood behind it is next
            behind = (
                self._order[self._order.index(self._finding_id) + 1 :]
                if self._finding_id in self._order
                else []
            )
            self._finding_id = next((one for one in behind if one in ids), ids[0] if ids else "")
        self._order = ids
        self._cells.show([self._cell_row(row) for row in rows], self._finding_id)
        controls.visible(self._places, bool(rows))
        self._show_finding(rows)

    def _cell_row(self, row: Record) -> PickRow:
        place = f"{row['sheet']} {row['cell']}" if row["cell"] else row["file"] or ""
        school = row["short_name"] or say(self.desk.reference, "context.no_school")
        hint = say(
            self.desk.reference, "triage.cell_hint", school=school, place=place, found=row["found"] or ""
        )
        return PickRow(row["finding_id"], school, (place, row["found"] or ""), hint)

    def _cell_picked(self, finding_id: str) -> None:
        self._finding_id = finding_id
        with self.desk.working("status.working"):
            self._show_finding(plain_rows(cells_of(self._rows, self._kind)))
            self.desk.tell("done", say(self.desk.reference, "status.ready"))

    def _show_finding(self, rows: list[Record]) -> None:
        finding = next((row for row in rows if row["finding_id"] == self._finding_id), None)
        context = None
        if finding is not None and finding["school_id"] and finding["field_id"]:
            context = cell_context(self.desk.now, finding["school_id"], finding["field_id"])
        controls.show(self._head, "" if finding is None else finding_head(self.desk.now, finding))
        controls.show(
            self._context, "" if finding is None else finding_block(self.desk.now, finding, context)
        )
        self._form.show(finding, context, rows)

    def _saved(self, decision: Decision) -> None:
        self._own.append(decision.decision_id)
        self._show_undo()

    def _last(self) -> Decision | None:
        """The decision that undoing takes back: the last one of this desk, else the last of the same role."""
        standing = {decision.decision_id: decision for decision in self.desk.reference.decisions}
        own = [standing[name] for name in self._own if name in standing]
        own = [decision for decision in own if decision.holds_in(self.desk.now.term_id)]
        return own[-1] if own else last_own(self.desk.reference, self.desk.now.term_id, self.desk.author)

    def _show_undo(self) -> None:
        last = self._last()
        self._undo.disabled = last is None
        names = words(self.desk.reference, "triage")
        self._undo.description = f"{names['undo']} {group_id_of(last.decision_id)}" if last else names["undo"]
        self._show_redo()
        self._undo.tooltip = group_text(self.desk.now, self._whole(last)) if last else names["undo_none"]

    def _whole(self, decision: Decision) -> tuple[Decision, ...]:
        """All decisions of the group that one of them belongs to."""
        lines = decision_groups_in(self.desk.now)
        return next((line.decisions for line in lines if decision in line.decisions), (decision,))

    def _show_redo(self) -> None:
        names, last = words(self.desk.reference, "triage"), self._last_undone()
        controls.visible(self._redo, last is not None)
        if last is not None:
            self._redo.description = f"{names['redo']} {group_id_of(last[0].decision_id)}"

    def _last_undone(self) -> tuple[Decision, ...] | None:
        """The decisions that were taken back last at this desk, of the term in view."""
        return next((one for one in reversed(self._undone) if one[0].holds_in(self.desk.now.term_id)), None)

    def _redone(self) -> None:
        """Write again what was taken back, unless somebody has ruled on the same place meanwhile."""
        with self.desk.working("status.saving"):
            now, last = self.desk.now, self._last_undone()
            if last is None:
                return
            known = {decision.decision_id for decision in now.reference.decisions}
            written = write_decision(now.workspace, now.reference, last, known)
            if written.decision is None:
                self.desk.refuse(say(now.reference, "status.conflict"))
                return
            self._undone.remove(last)
            self._own.append(written.decision.decision_id)
            self.desk.reload(say(now.reference, "status.saved", decision=group_text(now, written.decisions)))

    def _taken_back(self) -> None:
        with self.desk.working("status.saving"):
            last = self._last()
            if last is None:
                self.desk.tell("error", say(self.desk.reference, "triage.undo_none"))
                return
            self._take(group_id_of(last.decision_id), last.decided_by)

    def _take(self, group_id: str, decided_by: str) -> None:
        """Take one decision of this role out of the list, and look at the term without it."""
        with self.desk.working("status.saving"):
            now = self.desk.now
            line = next(line for line in decision_groups_in(now) if line.group_id == group_id)
            was_there = take_back(now.workspace, group_id, decided_by)
            self._own = [name for name in self._own if group_id_of(name) != group_id]
            if was_there:
                self._undone.append(line.decisions)
            key = "status.undone" if was_there else "status.not_there"
            self.desk.reload(say(now.reference, key, decision=group_text(now, line.decisions)))
