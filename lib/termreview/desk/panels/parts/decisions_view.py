"""A part of the second tab: every decision of the term with how far it goes, to be read and withdrawn."""

from __future__ import annotations

from collections.abc import Callable

from termreview.desk.decision_groups import DecisionGroup, decision_groups_in
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, list_texts
from termreview.desk.term.wording import say, words
from termreview.desk.views.effect import group_block, group_text, ruled_school
from termreview.reference.kinds.decisions import PLACE, RULE, SCHOOL, TAKE_SYSTEM
from termreview.text import fold

ALL = "all"


class DecisionsView:
    """The decisions of the term, the last one first."""

    def __init__(self, desk: Desk, withdraw: Callable[[str, str], None]) -> None:
        """Make the list, empty; `withdraw` is given the group and who made it."""
        self.desk, self._withdraw = desk, withdraw
        self._lines: dict[str, DecisionGroup] = {}
        self._picked_id = ""
        names, columns = words(desk.reference, "rulings"), words(desk.reference, "ruling_columns")
        reaches = {ALL: names["all"], **{reach: names[reach] for reach in (RULE, SCHOOL, PLACE)}}
        self._reach = controls.switch(names["which"], reaches, ALL)
        self._reach.observe(lambda _: self.desk.reshow(self.show), "value")
        self._table = PickTable(
            [
                PickColumn(columns["ruling"], "90px"), PickColumn(columns["reach"], "8.5em"),
                PickColumn(columns["where"], ""), PickColumn(columns["what"], ""),
                PickColumn(columns["who"], ""), PickColumn(columns["places"], "6.5em", "right"),
            ],
            self._picked, list_texts(desk.reference), 12,
        )  # fmt: skip
        self._detail = controls.shown()
        self._take = controls.button(names["withdraw"], self._withdrawn, "danger", names["withdraw_hint"])
        self.box = controls.column(self._reach, self._table.box, self._detail, controls.row(self._take))

    def show(self) -> None:
        """Show the decisions as they stand."""
        reach = "" if self._reach.value == ALL else self._reach.value
        self._lines = {line.group_id: line for line in decision_groups_in(self.desk.now, reach)}
        if self._picked_id not in self._lines:
            self._picked_id = next(iter(self._lines), "")
        self._table.show([self._row(line) for line in self._lines.values()], self._picked_id)
        self._show_one()

    def _row(self, line: DecisionGroup) -> PickRow:
        now, first = self.desk.now, line.first
        names = words(now.reference, "rulings")
        ruled = list(dict.fromkeys(ruled_school(now, decision) for decision in line.decisions))
        where = names["everywhere"] if line.reach == RULE else self._schools(ruled)
        title = now.titles.get(first.cause, "") or (
            now.fields[first.field_id].label if first.field_id in now.fields else first.expected_value
        )
        value = f" {first.new_value}" if first.action in ("correct", TAKE_SYSTEM) else ""
        what = f"{words(now.reference, 'actions')[first.action]}{value}: {title}"
        said = group_text(now, line.decisions)
        cells = (names[line.reach], where, what, first.decided_by, len(line.places))
        return PickRow(line.group_id, line.group_id, cells, f"{names[line.reach]}. {said}")

    def _schools(self, names: list[str]) -> str:
        more = len(names) - 1
        if not more:
            return names[0]
        return say(self.desk.reference, "rulings.more_schools", school=names[0], count=more)

    def _show_one(self) -> None:
        line = self._lines.get(self._picked_id)
        controls.show(self._detail, "" if line is None else group_block(self.desk.now, line))
        controls.visible(self._take, line is not None)
        if line is not None:
            names, own = words(self.desk.reference, "rulings"), self._is_own(line)
            self._take.description = f"{names['withdraw']} {line.group_id}"
            who = line.first.decided_by
            self._take.tooltip = (
                names["withdraw_hint"] if own else say(self.desk.reference, "rulings.not_own", who=who)
            )

    def _is_own(self, line: DecisionGroup) -> bool:
        return fold(line.first.decided_by) == fold(self.desk.author)

    def _picked(self, group_id: str) -> None:
        self._picked_id = group_id
        self.desk.reshow(self._show_one)

    def _withdrawn(self) -> None:
        line = self._lines.get(self._picked_id)
        if line is None:
            return
        if not self._is_own(line):
            self.desk.refuse(say(self.desk.reference, "rulings.not_own", who=line.first.decided_by))
            return
        self._withdraw(line.group_id, line.first.decided_by)
