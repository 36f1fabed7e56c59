"""One figure that moved between two states of a term, its move split into causes that add up to it exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from termreview.reporting.changes.replay import CAUSES, Station
from termreview.reporting.changes.replay_figures import Figure, Key, figures_of
from termreview.reporting.term.term_tables import State

NOTHING: Final = Fraction(0)


@dataclass(frozen=True)
class Step:
    """One change of a standing on the way: what it was, what it became, and the cause."""

    cause: str
    before: str
    after: str


@dataclass(frozen=True)
class Move:
    """One figure that moved.

    `path` is its value at each station (missing: nothing known there), `parts` the exact part of each cause; `steps`
    are the changes of a standing, which is a word. A figure that appears moves from nothing, one that goes to it.
    """

    key: Key
    before: Figure
    after: Figure
    path: tuple[tuple[str, Fraction | None], ...]
    parts: Mapping[str, Fraction]
    steps: tuple[Step, ...] = ()

    @property
    def move(self) -> Fraction:
        """The whole move."""
        return (self.after.value or NOTHING) - (self.before.value or NOTHING)

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes that have a part in it, in their declared order."""
        stepped = {step.cause for step in self.steps}
        return tuple(cause for cause in CAUSES if self.parts.get(cause) or cause in stepped)

    def printed_parts(self, decimals: int) -> dict[str, Decimal]:
        """The part of each cause as it is printed: differences of printed values, so that they add up in print, too."""
        shown = dict.fromkeys(CAUSES, Decimal(0))
        last = printed(self.path[0][1], decimals)
        for cause, value in self.path[1:]:
            now = printed(value, decimals)
            shown[cause] += now - last
            last = now
        return shown


def printed(value: Fraction | None, decimals: int) -> Decimal:
    """One value rounded as reports print it: half up; nothing counts as none here."""
    if value is None:
        return Decimal(0)
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


Figures = Mapping[Key, Figure]


def figures_along(stations: Iterable[Station], size_fields: Sequence[str] = ()) -> list[tuple[str, Figures]]:
    """The cause and the figures of each station; those of one that has the state of the one before are not made again."""
    told: list[tuple[str, Figures]] = []
    last: State | None = None
    for station in stations:
        is_same = station.state is last
        told.append(
            (station.cause, told[-1][1] if is_same else figures_of(station.state, tuple(size_fields)))
        )
        last = station.state
    return told


def moves_of(stations: Sequence[tuple[str, Figures]]) -> list[Move]:
    """Every figure that moved, or moved there and back, between the first and the last of some stations.

    Raises
    ------
    ValueError
        When the parts of a figure do not add up to its move: what is printed would not be true.
    """
    keys = dict.fromkeys(key for _, figures in (*stations[-1:], *stations) for key in figures)
    moves = []
    for key in keys:
        path = tuple((cause, figures.get(key, Figure())) for cause, figures in stations)
        move = _move(key, path)
        if sum(move.parts.values(), NOTHING) != move.move:
            raise ValueError(f"the parts of {key} do not add up to its move")
        if any(move.parts.values()) or move.steps:
            moves.append(move)
    return moves


def _move(key: Key, path: Sequence[tuple[str, Figure]]) -> Move:
    parts = dict.fromkeys(CAUSES, NOTHING)
    steps = []
    for (_, before), (cause, after) in pairwise(path):
        parts[cause] += (after.value or NOTHING) - (before.value or NOTHING)
        if before.word != after.word:
            steps.append(Step(cause, before.word, after.word))
    values = tuple((cause, figure.value) for cause, figure in path)
    return Move(key, path[0][1], path[-1][1], values, parts, tuple(steps))


def causes_of(moves: Iterable[Move]) -> tuple[str, ...]:
    """The causes that have a part in any of some moves, in their declared order."""
    found = {cause for move in moves for cause in move.causes}
    return tuple(cause for cause in CAUSES if cause in found)
