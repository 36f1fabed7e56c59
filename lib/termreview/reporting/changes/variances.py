"""One figure that moved between two states of a term, its variance split into causes that add up to it exactly.

This is the one way in which two reports are compared: figures joined by their keys, along the steps of the bridge.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeVar

from termreview.reporting.changes.bridge import CAUSES, BridgeStep
from termreview.reporting.changes.bridge_figures import Figure, Key, figures_of
from termreview.reporting.term.term_tables import State

NOTHING: Final = Fraction(0)


Key_ = TypeVar("Key_", bound=Hashable)
Amount = TypeVar("Amount", Fraction, Decimal)


def split(
    path: Sequence[tuple[str, Mapping[Key_, Amount]]], nothing: Amount
) -> dict[str, dict[Key_, Amount]]:
    """The part of each cause in the variance of each figure; one that appears comes from nothing, one that goes to it.

    Parameters
    ----------
    path : the cause that leads to each step, and the figures there; that of the first step is no cause.

    Raises
    ------
    ValueError
        When the parts of a figure do not add up to its variance: what is printed would not be true.
    """
    keys = dict.fromkeys(key for _, figures in path for key in figures)
    parts: dict[str, dict[Key_, Amount]] = {}
    for (_, before), (cause, after) in pairwise(path):
        own = parts.setdefault(cause, dict.fromkeys(keys, nothing))
        for key in keys:
            own[key] += after.get(key, nothing) - before.get(key, nothing)
    first, last = path[0][1], path[-1][1]
    for key in keys:
        whole = last.get(key, nothing) - first.get(key, nothing)
        if sum((own[key] for own in parts.values()), nothing) != whole:
            raise ValueError(f"the parts of {key} do not add up to its variance")
    return parts


@dataclass(frozen=True)
class Step:
    """One change of a standing on the way: what it was, what it became, and the cause; what holds either below its points."""

    cause: str
    before: str
    after: str
    held_before: str = ""
    held_after: str = ""


@dataclass(frozen=True)
class Variance:
    """One figure that moved.

    `path` is its value at each step (missing: nothing known there), `parts` the exact part of each cause; `steps`
    are the changes of a standing, which is a word. A figure that appears comes from nothing, one that goes to it.
    """

    key: Key
    before: Figure
    after: Figure
    path: tuple[tuple[str, Fraction | None], ...]
    parts: Mapping[str, Fraction]
    steps: tuple[Step, ...] = ()

    @property
    def amount(self) -> Fraction:
        """The whole variance."""
        return (self.after.value or NOTHING) - (self.before.value or NOTHING)

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes that have a part in it, in their declared order."""
        stepped = {step.cause for step in self.steps}
        return tuple(cause for cause in CAUSES if self.parts.get(cause) or cause in stepped)

    def printed_parts(self, decimals: int) -> dict[str, Decimal]:
        """The part of each cause as it is printed: differences of printed values, so that they add up in print, too."""
        path = [(cause, {self.key: printed(value, decimals)}) for cause, value in self.path]
        parts = {cause: own[self.key] for cause, own in split(path, Decimal(0)).items()}
        return dict.fromkeys(CAUSES, Decimal(0)) | parts


def printed(value: Fraction | None, decimals: int) -> Decimal:
    """One value rounded as reports print it: half up; nothing counts as none here."""
    if value is None:
        return Decimal(0)
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


Figures = Mapping[Key, Figure]


def figures_along(
    bridge_steps: Iterable[BridgeStep], size_fields: Sequence[str] = ()
) -> list[tuple[str, Figures]]:
    """The cause and the figures of each step; those of one that has the state of the one before are not made again."""
    told: list[tuple[str, Figures]] = []
    last: State | None = None
    for bridge_step in bridge_steps:
        is_same = bridge_step.state is last
        told.append(
            (bridge_step.cause, told[-1][1] if is_same else figures_of(bridge_step.state, tuple(size_fields)))
        )
        last = bridge_step.state
    return told


def variances_of(bridge_steps: Sequence[tuple[str, Figures]]) -> list[Variance]:
    """Every figure that moved, or moved there and back, between the first and the last of some steps.

    Raises
    ------
    ValueError
        When the parts of a figure do not add up to its variance: what is printed would not be true.
    """
    keys = dict.fromkeys(key for _, figures in (*bridge_steps[-1:], *bridge_steps) for key in figures)
    variances = []
    for key in keys:
        path = tuple((cause, figures.get(key, Figure())) for cause, figures in bridge_steps)
        if len({figure.value for _, figure in path}) > 1 or len({figure.word for _, figure in path}) > 1:
            variances.append(_variance(key, path))
    return [variance for variance in variances if any(variance.parts.values()) or variance.steps]


def _variance(key: Key, path: Sequence[tuple[str, Figure]]) -> Variance:
    values = tuple((cause, figure.value) for cause, figure in path)
    known = [(cause, {} if value is None else {key: value}) for cause, value in values]
    parts = {cause: own.get(key, NOTHING) for cause, own in split(known, NOTHING).items()}
    steps = tuple(
        Step(cause, before.word, after.word, before.held_by, after.held_by)
        for (_, before), (cause, after) in pairwise(path)
        if before.word != after.word
    )
    return Variance(key, path[0][1], path[-1][1], values, dict.fromkeys(CAUSES, NOTHING) | parts, steps)


def causes_of(variances: Iterable[Variance]) -> tuple[str, ...]:
    """The causes that have a part in any of some variances, in their declared order."""
    found = {cause for variance in variances for cause in variance.causes}
    return tuple(cause for cause in CAUSES if cause in found)
