"""One item of one indicator set for all schools at once: what each kind of rule makes of the facts.

Every function takes and gives arrays with one entry per school. Missing numbers are NaN; the result is an
interval, because a fact that is unanswered, unreadable or disputed leaves more than one value possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from termreview.reference.kinds.indicators import Band, Item

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]
UNANSWERED = "unanswered"  # the reason of an item that the school left blank


@dataclass(frozen=True)
class Facts:
    """What the schools answered: numbers (NaN when there is none) and states, by field id."""

    numbers: Mapping[str, Numbers]
    states: Mapping[str, Words]
    levels: Words

    def number(self, field_id: str) -> Numbers:
        """The answers to one numeric field."""
        missing = np.full(len(self.levels), np.nan)
        return self.numbers.get(field_id, missing)

    def state(self, field_id: str) -> Words:
        """The states of one field; a field that was not asked is `not_applicable`."""
        not_asked = np.full(len(self.levels), "not_applicable", dtype=object)
        return self.states.get(field_id, not_asked)

    def is_answered(self, field_id: str) -> Flags:
        """Say which schools answered one field."""
        return np.asarray(self.state(field_id) == "answered", dtype=bool)


@dataclass(frozen=True)
class Points:
    """The points of one item, one entry per school."""

    own: Numbers
    computed_low: Numbers
    computed_high: Numbers
    low: Numbers
    high: Numbers
    origin: Words
    reason: Words


def score_item(item: Item, facts: Facts) -> Points:
    """Score one item.

    A claim stands with evidence and with facts that do not contradict it; points computed from facts stand by
    themselves; where the claim and the facts differ, both ends stay possible until the office verifies. Where
    the facts are missing a claim decides nothing: whatever they turn out to be lies within the bounds.
    """
    own, out_of_range = _own_points(item, facts)
    if item.rule.kind == "claim":
        return _claim(item, facts, own, out_of_range)
    low, high, zero = _computed(item, facts)
    return _compared(item, facts, own, out_of_range, low, high, zero)


def _own_points(item: Item, facts: Facts) -> tuple[Numbers, Flags]:
    own = facts.number(item.field("self"))
    outside = (own < 0) | (own > item.max_points)
    return np.where(outside, np.nan, own), np.asarray(outside, dtype=bool)


def _claim(item: Item, facts: Facts, own: Numbers, out_of_range: Flags) -> Points:
    use = facts.number(item.field("in_use"))
    is_claimed = ~np.isnan(own)
    needs = [facts.number(name) for name in item.rule.needs]
    refuted = use == 0
    unknown = np.isnan(use)
    for need in needs:
        refuted |= need <= 0
        unknown |= np.isnan(need)
    has_evidence = facts.is_answered(item.field("evidence"))
    stands = is_claimed & ((own == 0) | (~refuted & ~unknown & has_evidence))
    low = np.where(stands, own, 0.0)
    high = np.where(is_claimed, own, np.where(use == 0, 0.0, item.max_points))
    nothing = np.where(use == 0, 0.0, np.nan)
    reason = np.select(
        [stands, is_claimed & refuted, is_claimed & ~has_evidence, is_claimed, use == 0],
        ["claimed", "disputed", "no_evidence", "no_facts", "not_in_use"],
        _unanswered(item, facts, out_of_range),
    ).astype(object)
    origin = np.select([is_claimed, use == 0], ["self", "computed"], "none").astype(object)
    return Points(own, nothing, nothing, low, high, origin, reason)


def _computed(item: Item, facts: Facts) -> tuple[Numbers, Numbers, Flags]:
    """Points by the facts alone, and where a zero denominator left none."""
    count = len(facts.levels)
    if item.rule.kind == "yes_no":
        use = facts.number(item.field("in_use"))
        points = use * item.max_points
        return points, points, np.zeros(count, dtype=bool)
    top = facts.number(item.rule.numerator)
    bottom = facts.number(item.rule.denominator) if item.rule.denominator else np.ones(count)
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    zero = np.asarray((bottom <= 0) & ~np.isnan(top), dtype=bool)
    for level in dict.fromkeys(facts.levels):
        here = (facts.levels == level) & ~np.isnan(top) & ~np.isnan(bottom) & ~zero
        ends = banded(item.rule.bands_of(level), top, bottom, item.rule.scale)
        low, high = np.where(here, ends[0], low), np.where(here, ends[1], high)
    if item.rule.zero_denominator is not None:
        low, high = (np.where(zero, item.rule.zero_denominator, end) for end in (low, high))
        zero = np.zeros(count, dtype=bool)
    return low, high, zero


def banded(
    bands: tuple[Band, ...], top: Numbers, bottom: Numbers, scale: float = 1.0
) -> tuple[Numbers, Numbers]:
    """The low and high value of the band in which top ÷ bottom × scale falls.

    Compared as products, so that 1 of 5 is exactly 20 % and an edge never moves by rounding.
    """
    low = np.full(top.shape, bands[0].low)
    high = np.full(top.shape, bands[0].high)
    for band in bands[1:]:
        reached = top * scale > band.start * bottom if band.is_open else top * scale >= band.start * bottom
        low, high = np.where(reached, band.low, low), np.where(reached, band.high, high)
    return low, high


def _compared(
    item: Item,
    facts: Facts,
    own: Numbers,
    out_of_range: Flags,
    computed_low: Numbers,
    computed_high: Numbers,
    zero: Flags,
) -> Points:
    is_claimed, is_computed = ~np.isnan(own), ~np.isnan(computed_low)
    agrees = is_claimed & is_computed & (own >= computed_low) & (own <= computed_high)
    differs = is_claimed & is_computed & ~agrees
    low = np.select([agrees, differs, is_computed], [own, np.fmin(own, computed_low), computed_low], 0.0)
    high = np.select(
        [agrees, differs, is_computed], [own, np.fmax(own, computed_high), computed_high], item.max_points
    )
    reason = np.select(
        [agrees, differs, is_computed, zero, is_claimed],
        ["agreed", "disputed", "computed_only", "zero_denominator", "no_facts"],
        _unanswered(item, facts, out_of_range),
    ).astype(object)
    origin = np.select(
        [agrees, is_computed & ~is_claimed, is_claimed], ["agreed", "computed", "self"], "none"
    ).astype(object)
    return Points(own, computed_low, computed_high, low, high, origin, reason)


def _unanswered(item: Item, facts: Facts, out_of_range: Flags) -> Words:
    """Why neither a claim nor facts are there: not submitted, out of range, unreadable or left open."""
    fields = (item.field("self"), *item.rule.fields)
    states = [facts.state(name) for name in fields]
    not_submitted = facts.state(item.field("self")) == "not_submitted"
    unreadable = np.any([state == "unreadable" for state in states], axis=0)
    return np.select(
        [not_submitted, out_of_range, unreadable], ["not_submitted", "out_of_range", "unreadable"], UNANSWERED
    ).astype(object)
