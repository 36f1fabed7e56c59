"""One indicator set: groups, criteria, items, conditions, rules by kind and level bands.

Source of the shipped set: Decision 4725/QĐ-BGDĐT of 30/12/2022.
"""

from __future__ import annotations

from dataclasses import dataclass

RULE_KINDS = ("claim", "yes_no", "count_bands", "ratio_bands")
UNALLOCATED = "unallocated"
MARKS = ("A", "B", "C")


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
