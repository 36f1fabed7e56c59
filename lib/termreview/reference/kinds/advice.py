"""One indicator set's advice: what each step costs in effort, and what the office itself can do for many schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reference.loading.rows import Row, unique
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

FOLDER = "advice"
DEFAULT_EFFORT = 2


@dataclass(frozen=True)
class Action:
    """One thing that the office can do: it takes its items to their maximum at every school; perhaps conditions too.

    `cost` is what it costs once, `cost_of_school` for each school, in the unit of the budget; None where that is not
    declared. `capacity` is how many schools it can serve, 0 for any number.
    """

    action_id: str
    title: str
    items: tuple[str, ...]
    meets_conditions: bool
    cost: float | None = None
    cost_of_school: float = 0.0
    capacity: int = 0


@dataclass(frozen=True)
class Advice:
    """Efforts (whole numbers, more is harder) and actions; all of them working values of the office, marked."""

    mark: str = "C"
    efforts: Mapping[int, str] = field(default_factory=dict)
    evidence_effort: int = 1
    condition_effort: int = 1
    item_efforts: Mapping[str, int] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    budget: float | None = None

    def effort(self, item_id: str) -> int:
        """The effort of taking one item to its maximum."""
        return self.item_efforts.get(item_id, DEFAULT_EFFORT)


def load_advice(source: Source, indicator_set: IndicatorSet) -> Advice:
    """Read the advice of one set; a set without a file of its own has no actions and one effort for all."""
    name = f"{FOLDER}/{indicator_set.set_id}.yml"
    if not (source.root / name).is_file():
        return Advice()
    row = read_tree(source, name)
    if row is None:
        return Advice()
    row.only(("mark", "efforts", "evidence_effort", "condition_effort", "item_efforts", "actions", "budget"))
    items = {item.item_id for item in indicator_set.items}
    known = _titles(row)
    efforts = row.row("item_efforts")
    by_item = {}
    for item_id in _keys(efforts):
        if item_id not in items:
            _tell(efforts, item_id, "no_item", item=item_id, set=indicator_set.set_id)
        by_item[item_id] = _effort(efforts, item_id, known)
    return Advice(
        row.choice("mark", ("A", "B", "C")), known, _effort(row, "evidence_effort", known),
        _effort(row, "condition_effort", known), by_item, _actions(row, items, indicator_set.set_id),
        row.number("budget"),
    )  # fmt: skip


def _keys(row: Row | None) -> list[str]:
    return [] if row is None else [str(key) for key in row.values if key != "__line__"]


def _tell(row: Row | None, key: str, code: str, **values: Any) -> None:
    if row is not None:
        row.report(code, key, **values)


def _titles(row: Row) -> dict[int, str]:
    titles = row.row("efforts")
    if titles is None and row.values.get("efforts") is None:
        row.report("missing", key="efforts")
    found = {}
    for name in _keys(titles):
        if not name.isdigit() or int(name) < 1:
            _tell(titles, name, "no_effort", name=name)
        else:
            found[int(name)] = titles.text(name) if titles else ""
    return found


def _effort(row: Row | None, key: str, known: Mapping[int, str]) -> int:
    number = row.number(key, DEFAULT_EFFORT) if row is not None else DEFAULT_EFFORT
    effort = int(number or 0)
    if known and effort not in known:
        declared = ", ".join(map(str, known))
        _tell(row, key, "effort_undeclared", effort=number, declared=declared)
    return effort


def _actions(row: Row, items: set[str], set_id: str) -> tuple[Action, ...]:
    rows = row.rows("actions", is_required=False)
    unique([(entry, entry.id("id")) for entry in rows])
    actions = []
    for entry in rows:
        entry.only(("id", "title", "items", "conditions", "cost", "cost_of_school", "capacity"))
        named = entry.items("items")
        for item_id in named:
            if item_id not in items:
                entry.report("no_item", "items", item=item_id, set=set_id)
        numbers = {key: entry.number(key) for key in ("cost", "cost_of_school", "capacity")}
        for key, number in numbers.items():
            if number is not None and number < 0:
                entry.report("below_zero", key)
        actions.append(
            Action(
                entry.id("id"), entry.text("title"), named, entry.yes("conditions"), numbers["cost"],
                numbers["cost_of_school"] or 0.0, int(numbers["capacity"] or 0),
            )
        )  # fmt: skip
    return tuple(actions)
