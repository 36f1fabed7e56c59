"""One item's goal in figures: the smallest count with which its own rule gives it the most points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from termreview.reference.kinds.indicators import Item
from termreview.scoring.rules import banded

_STEPS = 4


@dataclass(frozen=True)
class Goal:
    """One count to be moved: the field, what it is now, what it must at least be; `whole` where it is a share of it."""

    field_id: str
    now: float
    wanted: float
    whole: float | None = None


def goal_of(item: Item, level: str, numbers: Mapping[str, float]) -> Goal | None:
    """Find the goal of one item at a school of one level; None where counts do not decide it or are not known.

    Where more is better the numerator must grow (a share not beyond its whole), else the denominator: pupils per
    computer fall with more computers.
    """
    rule = item.rule
    if not rule.bands:
        return None
    bands = rule.bands_of(level)
    best = max(bands, key=lambda band: band.low)
    top = numbers.get(rule.numerator, math.nan)
    bottom = numbers.get(rule.denominator, math.nan) if rule.denominator else 1.0
    if math.isnan(top) or math.isnan(bottom):
        return None

    def points(numerator: float, denominator: float) -> float:
        low, _ = banded(bands, np.array([numerator]), np.array([denominator]), rule.scale)
        return float(low[0])

    if bands.index(best) > 0:
        if bottom <= 0:
            return None
        start = max(top, math.floor(best.start * bottom / rule.scale))
        wanted = next((start + n for n in range(_STEPS) if points(start + n, bottom) >= best.low), None)
        is_share = rule.scale != 1 and bool(rule.denominator)
        if wanted is None or (is_share and wanted > bottom):
            return None
        return Goal(rule.numerator, top, wanted, bottom if is_share else None)
    if len(bands) == 1 or not rule.denominator:
        return None
    start = max(bottom, 1.0, math.floor(top * rule.scale / bands[1].start) if bands[1].start else 1.0)
    wanted = next((start + n for n in range(_STEPS) if points(top, start + n) >= best.low), None)
    return None if wanted is None else Goal(rule.denominator, bottom, wanted)
