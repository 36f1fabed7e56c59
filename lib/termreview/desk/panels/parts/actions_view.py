"""A part of the fifth tab: actions of the office tried at all schools, declared or put together, and how many rise."""

from __future__ import annotations

from typing import Any

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, list_texts
from termreview.desk.term.term_now import plain_rows
from termreview.desk.term.wording import say, words
from termreview.desk.views.what_if import action_block
from termreview.desk.what_if import actions_tried, advice_of, own_action
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record


class ActionsView:
    """What would be if the office did one thing for all schools."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._actions: list[Record] = []
        self._ticks: dict[str, Any] = {}
        self._is_filling = False
        names, own = words(desk.reference, "action_columns"), words(desk.reference, "action")
        columns = [
            PickColumn(names["title"], "50%"), PickColumn(names["reached"], "", "right"),
            PickColumn(names["points"], "", "right"), PickColumn(names["groups"], "", "right"),
            PickColumn(names["raised"], "", "right"),
        ]  # fmt: skip
        self._table = PickTable(columns, self._picked, list_texts(desk.reference), 15)
        self._detail, self._own_detail = controls.shown(), controls.shown(css="desk-effect")
        self._conditions = controls.tick(words(desk.reference, "what_if")["conditions"])
        self._conditions.observe(lambda _: self._changed(), "value")
        self._items = controls.column(css="desk-ticks-wide")
        clear = controls.button(own["clear"], self._cleared, hint=own["clear_hint"])
        self.box = controls.column(
            self._table.box, self._detail, controls.shown(own["note"], "desk-note"),
            controls.shown(own["own_title"], "desk-form-title"), self._own_detail, self._items,
            controls.row(self._conditions, clear),
        )  # fmt: skip

    def show(self) -> None:
        """Try every action as the term stands, and the analyst's own one if it has items."""
        self._actions = plain_rows(actions_tried(self.desk.now, self.desk.scope))
        first = self._actions[0]["action_id"] if self._actions else ""
        self._table.show([self._row(action) for action in self._actions], first)
        self._show_declared(first)
        self._fill_items()
        self._try_own()

    def _row(self, action: Record) -> PickRow:
        counts = [int(action[name]) for name in ("school_count", "group_count", "raised_count")]
        points = number_text(action["points"], "points")
        hint = say(
            self.desk.reference, "action.row_hint", title=action["title"], reached=counts[0], groups=counts[1],
            raised=counts[2],
        )  # fmt: skip
        return PickRow(action["action_id"], action["title"], (counts[0], points, counts[1], counts[2]), hint)

    def _picked(self, action_id: str) -> None:
        with self.desk.working("status.working"):
            self._show_declared(action_id)
            self.desk.tell("done", say(self.desk.reference, "what_if.tried"))

    def _show_declared(self, action_id: str) -> None:
        tried = {action["action_id"]: action for action in self._actions}
        declared = {action.action_id: action for action in advice_of(self.desk.now).actions}
        block = action_block(self.desk.now, tried[action_id], declared[action_id]) if action_id else ""
        controls.show(self._detail, block)

    def _fill_items(self) -> None:
        items = self.desk.now.declared.indicator_set.items
        if list(self._ticks) != [item.item_id for item in items]:
            self._ticks = {item.item_id: controls.tick(f"{item.item_id} {item.title}") for item in items}
            for tick in self._ticks.values():
                tick.observe(lambda _: self._changed(), "value")
            self._items.children = list(self._ticks.values())

    def _try_own(self) -> None:
        items = [name for name, tick in self._ticks.items() if tick.value]
        if not items and not self._conditions.value:
            controls.show(self._own_detail, say(self.desk.reference, "action.own_empty"))
            return
        action = own_action(say(self.desk.reference, "action.own"), items, self._conditions.value)
        tried = plain_rows(actions_tried(self.desk.now, self.desk.scope, [action]))[0]
        controls.show(self._own_detail, action_block(self.desk.now, tried, action))

    def _changed(self) -> None:
        if self._is_filling:
            return
        with self.desk.working("status.working"):
            self._try_own()
            self.desk.tell("done", say(self.desk.reference, "what_if.tried"))

    def _cleared(self) -> None:
        self._is_filling = True
        for tick in (*self._ticks.values(), self._conditions):
            tick.value = False
        self._is_filling = False
        self._changed()
