"""One indicator set: groups, criteria, items, conditions, rules by kind and level bands.

Source of the shipped set: Decision 4725/QĐ-BGDĐT of 30/12/2022.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from termreview.reference.loading.rows import Row
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

RULE_KINDS = ("claim", "yes_no", "count_bands", "ratio_bands")
UNALLOCATED = "unallocated"
MARKS = ("A", "B", "C")
_RULE_KEYS: Mapping[str, tuple[str, ...]] = {
    "claim": ("kind", "needs", "mark", "note"),
    "yes_no": ("kind", "mark", "note"),
    "count_bands": ("kind", "count", "bands", "bands_by_level", "mark", "note"),
    "ratio_bands": (
        "kind", "numerator", "denominator", "bands", "bands_by_level", "zero_denominator", "unit", "mark", "note",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Band:
    """One band: it starts at `start` (exclusive when `is_open`) and gives `low` to `high` points, or a level."""

    start: float
    is_open: bool
    low: float
    high: float
    label: str = ""


@dataclass(frozen=True)
class Rule:
    """How one item turns facts into points; `fields` are field ids of the form."""

    kind: str
    needs: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    bands: tuple[Band, ...] = ()
    bands_by_level: tuple[tuple[str, tuple[Band, ...]], ...] = ()
    zero_denominator: float | None = None
    scale: float = 1.0
    mark: str = "A"

    def bands_of(self, level: str) -> tuple[Band, ...]:
        """The bands in force for one school level."""
        return dict(self.bands_by_level).get(level, self.bands)

    @property
    def fields(self) -> tuple[str, ...]:
        """The facts of the form that the rule reads, besides the item's own cells."""
        return tuple(field for field in (*self.needs, self.numerator, self.denominator) if field)


@dataclass(frozen=True)
class Item:
    """One scored line of the index, worth at most `max_points`."""

    item_id: str
    criterion_id: str
    group_id: str
    title: str
    max_points: float
    evidence: str
    legal: str
    mark: str
    rule: Rule
    field_prefix: str

    def field(self, column: str) -> str:
        """The id of the item's own cell on the form: `in_use`, `self` or `evidence`."""
        return f"{self.field_prefix}_{self.item_id.replace('.', '_')}.{column}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The item's own cells on the form."""
        asks_use = self.rule.kind in ("claim", "yes_no")
        return ("in_use", "self", "evidence") if asks_use else ("self", "evidence")


@dataclass(frozen=True)
class Criterion:
    """One criterion: a mandatory condition without points, or a bundle of items."""

    criterion_id: str
    group_id: str
    title: str
    max_points: float
    requires: tuple[str, ...]
    items: tuple[Item, ...]
    legal: str
    mark: str
    note: str

    @property
    def is_condition(self) -> bool:
        """Say whether the criterion is mandatory and carries no points."""
        return bool(self.requires)


@dataclass(frozen=True)
class Unallocated:
    """Points of a group that the declared items do not place; they widen every score's bounds."""

    points: float
    reason: str
    mark: str


@dataclass(frozen=True)
class Group:
    """One group of the index with a total of its own."""

    group_id: str
    title: str
    short_title: str
    max_points: float
    unallocated: Unallocated | None
    criteria: tuple[Criterion, ...]

    @property
    def unplaced_points(self) -> float:
        """The points of the total that no declared item holds; 0 where all are placed."""
        return self.unallocated.points if self.unallocated else 0.0

    @property
    def placed_points(self) -> float:
        """The points that the declared items hold: what a printed score is out of."""
        return self.max_points - self.unplaced_points

    @property
    def items(self) -> tuple[Item, ...]:
        """The scored items in order."""
        return tuple(item for criterion in self.criteria for item in criterion.items)

    @property
    def conditions(self) -> tuple[Criterion, ...]:
        """The mandatory conditions in order."""
        return tuple(criterion for criterion in self.criteria if criterion.is_condition)


@dataclass(frozen=True)
class IndicatorSet:
    """One index in force: its groups, the levels it applies to and how levels are concluded."""

    set_id: str
    title: str
    short_title: str
    legal: str
    mark: str
    levels: tuple[str, ...]
    field_prefix: str
    level_bands: tuple[Band, ...]
    overall_mark: str
    failed_condition_mark: str
    groups: tuple[Group, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The scored items of all groups in order."""
        return tuple(item for group in self.groups for item in group.items)

    @property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Every field that the index reads, behind the item or condition that reads it."""
        items = (
            (item.item_id, name)
            for item in self.items
            for name in (*(item.field(column) for column in item.columns), *item.rule.fields)
        )
        conditions = (
            (condition.criterion_id, name)
            for group in self.groups
            for condition in group.conditions
            for name in condition.requires
        )
        return (*items, *conditions)

    @property
    def is_none(self) -> bool:
        """Say whether the term is not scored at all: its calendar names no set."""
        return not self.groups

    def level_titles(self) -> dict[int, str]:
        """Vietnamese names of the levels of digital transformation."""
        return {int(band.low): band.label for band in self.level_bands}


NO_INDEX = IndicatorSet("none", "", "", "", "A", (), "none", (), "A", "A", ())


def load_indicator_set(source: Source, set_id: str, levels: Sequence[str]) -> IndicatorSet | None:
    """Read one set; item sums, band order, rule kinds and marks are checked by name."""
    tree = read_tree(source, f"indicator_sets/{set_id}.yml")
    if tree is None:
        return None
    tree.only((
        "id", "title", "short_title", "legal", "mark", "levels", "field_prefix", "level_bands", "overall",
        "failed_condition", "groups", "note",
    ))  # fmt: skip
    if tree.text("id") != set_id:
        tree.report("id_unlike_file", id=tree.text("id"), file=set_id)
    prefix = tree.id("field_prefix")
    groups = tuple(_group(row, prefix) for row in tree.rows("groups"))
    if groups and not any(group.items for group in groups) and not source.is_hidden(tree.path):
        tree.report("no_items", set=set_id)
    _check_unique(tree, groups)
    overall, failed = tree.row("overall"), tree.row("failed_condition")
    for row, rule in ((overall, "lowest"), (failed, "lowest_level")):
        if row is not None:
            row.only(("rule", "mark", "note"))
            row.choice("rule", (rule,))
    bands = _bands(tree, "level_bands", "level")
    return IndicatorSet(
        set_id, tree.text("title"), tree.text("short_title"), tree.text("legal"), _mark(tree),
        _known_levels(tree, levels), prefix, bands, _mark(overall) if overall else "C", _mark(failed) if failed else "C", groups,
    )  # fmt: skip


def _known_levels(tree: Row, levels: Sequence[str]) -> tuple[str, ...]:
    # Named one by one: a set that says `*` would one day cover schools nobody thought of.
    # Where one is wrong, none is held against the form: all of the set would follow from it.
    values = tree.items("levels")
    if not values:
        tree.report("missing", key="levels")
    unknown = [value for value in values if levels and value not in levels]
    for value in unknown:
        tree.report("levels_unknown", "levels", value=value, levels=", ".join(levels))
    return () if unknown else values


def _check_unique(tree: Row, groups: tuple[Group, ...]) -> None:
    names = [group.group_id for group in groups]
    names += [criterion.criterion_id for group in groups for criterion in group.criteria]
    items = [item.item_id for group in groups for item in group.items]
    for ids in (names, items):
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            tree.report("id_repeated", id=name)


def _mark(row: Row, default: str | None = None) -> str:
    return row.choice("mark", MARKS, default)


def _group(row: Row, prefix: str) -> Group:
    row.only(("id", "title", "short_title", "max_points", "unallocated", "criteria", "mark", "note", "legal"))
    group_id = row.id("id")
    declared = row.number("max_points", is_required=True)
    criteria = tuple(_criterion(child, group_id, prefix) for child in row.rows("criteria"))
    held = row.row("unallocated")
    unallocated = None
    if held is not None:
        held.only(("points", "reason", "mark", "note"))
        unallocated = Unallocated(
            held.number("points", 0.0, is_required=True) or 0.0, held.text("reason"), _mark(held)
        )
    placed = math.fsum(item.max_points for criterion in criteria for item in criterion.items)
    total = placed + (unallocated.points if unallocated else 0.0)
    maximum = total if declared is None else declared
    are_full = all(
        criterion.is_condition
        or math.isclose(criterion.max_points, math.fsum(item.max_points for item in criterion.items))
        for criterion in criteria
    )  # where one is not, that is told
    if are_full and not math.isclose(total, maximum):
        code = "group_sum_unallocated" if unallocated else "group_sum"
        left = unallocated.points if unallocated else 0.0
        row.report(code, group=group_id, points=maximum, sum=placed, unallocated=left)
    title = row.text("title")
    return Group(group_id, title, row.text("short_title", title), maximum, unallocated, criteria)


def _criterion(row: Row, group_id: str, prefix: str) -> Criterion:
    row.only(("id", "title", "max_points", "mark", "condition", "items", "note", "legal", "evidence"))
    criterion_id, mark, legal = row.id("id"), _mark(row), row.text("legal", "")
    condition = row.row("condition")
    if condition is not None:
        condition.only(("requires", "note"))
        requires = condition.items("requires")
        if not requires:
            condition.report("condition_without_fields")
        return Criterion(
            criterion_id, group_id, row.text("title"), 0.0, requires, (), legal, mark, row.text("note", "")
        )
    items = tuple(_item(child, criterion_id, group_id, prefix, legal) for child in row.rows("items"))
    declared = row.number("max_points", is_required=True)
    placed = math.fsum(item.max_points for item in items)
    maximum = placed if declared is None else declared
    if not math.isclose(placed, maximum):
        row.report("criterion_sum", criterion=criterion_id, points=maximum, sum=placed)
    return Criterion(
        criterion_id, group_id, row.text("title"), maximum, (), items, legal, mark, row.text("note", "")
    )


def _item(row: Row, criterion_id: str, group_id: str, prefix: str, legal: str) -> Item:
    row.only(("id", "title", "max_points", "mark", "evidence", "rule", "legal", "note"))
    declared = row.number("max_points", is_required=True)
    maximum = math.inf if declared is None else declared  # no points are too many for one that is not known
    rule_row = row.row("rule")
    if rule_row is None:
        if row.values.get("rule") is None:
            row.report("missing", key="rule", is_broken=True)
        rule = Rule("claim")
    else:
        rule = _rule(rule_row, maximum, _mark(row))
    return Item(
        row.id("id"), criterion_id, group_id, row.text("title"), declared or 0.0, row.text("evidence", ""),
        row.text("legal", legal), _mark(row), rule, prefix,
    )  # fmt: skip


def _rule(row: Row, maximum: float, item_mark: str) -> Rule:
    if "kind" not in row.values:
        row.only(tuple(dict.fromkeys(key for keys in _RULE_KEYS.values() for key in keys)))
    kind = row.choice("kind", RULE_KINDS)
    if kind in RULE_KINDS:
        row.only(_RULE_KEYS[kind])
    mark = _mark(row, item_mark)
    if kind in ("claim", "yes_no") or kind not in RULE_KINDS:
        return Rule(kind, needs=row.items("needs"), mark=mark)
    bands = _bands(row, "bands", "points", maximum)
    by_level_row = row.row("bands_by_level")
    by_level = tuple(
        (level, _bands(by_level_row, level, "points", maximum))
        for level in (by_level_row.values if by_level_row else ())
        if level != "__line__" and by_level_row is not None
    )
    if kind == "count_bands":
        return Rule(kind, numerator=row.text("count"), bands=bands, bands_by_level=by_level, mark=mark)
    return Rule(
        kind, numerator=row.text("numerator"), denominator=row.text("denominator"), bands=bands,
        bands_by_level=by_level, zero_denominator=_zero_denominator(row, maximum),
        scale=100.0 if row.choice("unit", ("percent", "ratio"), "percent") == "percent" else 1.0, mark=mark,
    )  # fmt: skip


def _zero_denominator(row: Row, maximum: float) -> float | None:
    zero = row.row("zero_denominator")
    if zero is None:
        return None
    zero.only(("points", "note"))
    points = zero.number("points", 0.0, is_required=True) or 0.0
    if not 0 <= points <= maximum:
        zero.report("points_unfit", points=points, maximum=maximum)
    return points


def _bands(row: Row, key: str, value: str, maximum: float = math.inf) -> tuple[Band, ...]:
    bands: list[Band] = []
    for child in row.rows(key):
        child.only(("from", "above", value, "label", "mark", "short_label"))
        if ("from" in child.values) == ("above" in child.values):
            child.report("band_start")
        is_open = "above" in child.values
        start = child.number("above" if is_open else "from", 0.0) or 0.0
        if bands and (start, is_open) <= (bands[-1].start, bands[-1].is_open):
            child.report("bands_must_rise")
        given = child.values.get(value)
        ends = given if isinstance(given, list) and len(given) == 2 else [given, given]
        numbers = [float(end) for end in ends if isinstance(end, int | float) and not isinstance(end, bool)]
        if len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1] <= maximum:
            child.report("band_value", value=value, given=given)
            continue
        bands.append(Band(start, is_open, numbers[0], numbers[1], child.text("label", "")))
    if row.values.get(key) == []:
        row.report("no_bands", key=key)
    if bands and (bands[0].is_open or bands[0].start > 0):
        row.report("first_band", key=key)
    return tuple(bands)
