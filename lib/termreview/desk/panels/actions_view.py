"""A part of the fifth tab: every declared action of the office tried at all schools, and how many would rise."""

from __future__ import annotations

from termreview.desk.panels import controls
from termreview.desk.panels.desk import Desk
from termreview.desk.panels.pick_table import PickColumn, PickRow, PickTable
from termreview.desk.shown_what_if import action_block
from termreview.desk.term_now import plain_rows
from termreview.desk.what_if import actions_tried
from termreview.desk.wording import say, words
from termreview.reporting.number_format import number_text
from termreview.reporting.rows import Record


class ActionsView:
    """What would be if the office did one thing for all schools."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._actions: list[Record] = []
        names = words(desk.reference, "action_columns")
        columns = [
            PickColumn(names["title"], "50%"), PickColumn(names["reached"], "1fr", "right"),
            PickColumn(names["points"], "1fr", "right"), PickColumn(names["groups"], "1fr", "right"),
            PickColumn(names["raised"], "1fr", "right"),
        ]  # fmt: skip
        self._table = PickTable(columns, self._picked, words(desk.reference, "pick"), 15)
        self._detail = controls.shown()
        note = controls.shown(say(desk.reference, "action.note"), "desk-note")
        self.box = controls.column(self._table.box, self._detail, note)

    def show(self) -> None:
        """Try every action as the term stands."""
        self._actions = plain_rows(actions_tried(self.desk.now, self.desk.scope))
        first = self._actions[0]["action_id"] if self._actions else ""
        self._table.show([self._row(action) for action in self._actions], first)
        controls.show(self._detail, action_block(self.desk.now, self._actions[0]) if first else "")

    def _row(self, action: Record) -> PickRow:
        counts = [int(action[name]) for name in ("school_count", "group_count", "raised_count")]
        points = number_text(action["points"], "points")
        hint = say(
            self.desk.reference, "action.row_hint", title=action["title"], reached=counts[0], groups=counts[1],
            raised=counts[2],
        )  # fmt: skip
        return PickRow(action["action_id"], action["title"], (counts[0], points, counts[1], counts[2]), hint)

    def _picked(self, action_id: str) -> None:
        action = next(action for action in self._actions if action["action_id"] == action_id)
        controls.show(self._detail, action_block(self.desk.now, action))
