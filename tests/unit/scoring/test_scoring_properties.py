"""What must hold of every score: bounds contain each completion, more is never worth less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from termreview.reference.declarations import Reference
from termreview.reference.kinds.indicators import Item
from termreview.scoring.rules import Facts, Points, score_item
from worlds import term_of

Answer = tuple[str, float]
BLANK: Answer = ("blank", np.nan)
LEVELS = st.sampled_from(["th", "thcs", "th_thcs"])
COUNTS = st.integers(0, 60)


@pytest.fixture(scope="module")
def items(reference: Reference) -> tuple[Item, ...]:
    return term_of(reference).indicator_set.items


def scored(item: Item, answers: dict[str, Answer], level: str) -> Points:
    """One item of one school."""
    numbers = {name: np.array([value]) for name, (_, value) in answers.items()}
    states = {name: np.array([state], dtype=object) for name, (state, _) in answers.items()}
    return score_item(item, Facts(numbers, states, np.array([level], dtype=object)))


def drawn(data: st.DataObject, item: Item, name: str) -> Answer:
    """One answer that the form allows."""
    if name.endswith(".evidence"):
        return "answered", np.nan
    if name.endswith(".in_use"):
        return "answered", float(data.draw(st.booleans(), label=name))
    if name == item.field("self"):
        return "answered", data.draw(st.integers(0, int(item.max_points * 2)), label=name) / 2
    return "answered", float(data.draw(COUNTS, label=name))


def completed(data: st.DataObject, item: Item, known: dict[str, Answer], level: str) -> dict[str, Answer]:
    """The blanks filled: facts with anything, then a missing claim with points the facts do not contradict."""
    own = item.field("self")
    filled = {
        name: drawn(data, item, name) if answer == BLANK and name != own else answer
        for name, answer in known.items()
    }
    if known[own] != BLANK:
        return filled
    without = scored(item, filled, level)
    low, high = (0.0, item.max_points) if item.rule.kind == "claim" else (without.low[0], without.high[0])
    if item.rule.kind == "claim" and filled[item.field("in_use")][1] == 0:
        high = 0.0
    claim = data.draw(st.floats(low, high, allow_nan=False), label="claim")
    return filled | {own: ("answered", claim)}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), level=LEVELS)
def test_bounds_contain_every_completion(items: tuple[Item, ...], data: st.DataObject, level: str) -> None:
    totals = np.zeros(4)
    for item in data.draw(
        st.lists(st.sampled_from(items), min_size=1, max_size=6, unique_by=lambda item: item.item_id)
    ):
        names = [item.field(column) for column in item.columns] + list(item.rule.fields)
        known = {name: drawn(data, item, name) if data.draw(st.booleans()) else BLANK for name in names}
        before = scored(item, known, level)
        after = scored(item, completed(data, item, known, level), level)
        assert before.low[0] <= after.low[0] <= after.high[0] <= before.high[0], item.item_id
        assert before.low[0] >= 0
        assert before.high[0] <= item.max_points
        totals += [before.low[0], after.low[0], after.high[0], before.high[0]]
    assert list(totals) == sorted(totals)


@settings(max_examples=80, deadline=None)
@given(top=st.integers(0, 80), step=st.integers(0, 20), bottom=st.integers(1, 80), level=LEVELS)
def test_more_is_never_worth_less(
    items: tuple[Item, ...], top: int, step: int, bottom: int, level: str
) -> None:
    for item in (item for item in items if item.rule.bands):
        points = [
            scored(
                item,
                {
                    item.rule.numerator: ("answered", float(count)),
                    item.rule.denominator: ("answered", float(bottom)),
                },
                level,
            )
            for count in (top, top + step)
        ]
        lows, highs = [part.computed_low[0] for part in points], [part.computed_high[0] for part in points]
        # Pupils per computer is the one ratio where fewer is better.
        if item.item_id == "1.7.2":
            lows, highs = lows[::-1], highs[::-1]
        assert lows == sorted(lows), item.item_id
        assert highs == sorted(highs), item.item_id


@settings(max_examples=100, deadline=None)
@given(part=st.integers(1, 500), level=LEVELS)
def test_an_edge_is_exact_for_every_size_of_school(items: tuple[Item, ...], part: int, level: str) -> None:
    """k of 5k is 20 % and 3k of 5k is 60 %: never a hair above or below."""
    item = next(item for item in items if item.item_id == "1.6.1")
    for share, points in ((1, 4.0), (3, 4.0)):
        answers = {
            item.rule.numerator: ("answered", float(share * part)),
            item.rule.denominator: ("answered", float(5 * part)),
        }
        assert scored(item, answers, level).low[0] == points
    answers = {
        item.rule.numerator: ("answered", float(3 * part + 1)),
        item.rule.denominator: ("answered", float(5 * part + 1)),
    }
    assert scored(item, answers, level).low[0] == 7.0
