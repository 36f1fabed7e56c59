"""What would lift most under a budget: exact where all ways can be looked at, and never above its bound."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from termreview.insight.budget import Offer, best_plan

LMS = Offer("lms", 100, 0, 0, {"a": {("g", "i1"): 10}, "b": {("g", "i1"): 10}})
TRAINING = Offer("training", 60, 0, 0, {"a": {("g", "i2"): 5}, "c": {("h", "i3"): 4}})


def test_two_actions_together_lift_whom_neither_lifts_alone() -> None:
    needs = {"a": {"g": 12.0, "h": 0.0}, "b": {"g": 9.0}, "c": {"h": 4.0}}
    both = best_plan([LMS, TRAINING], needs, 200)
    assert (both.lifted, both.actions, both.cost, both.points) == (
        ("a", "b", "c"),
        ("lms", "training"),
        160,
        29,
    )
    assert (both.bound, both.is_exact) == (3, True)
    one = best_plan([LMS, TRAINING], needs, 150)
    assert (one.lifted, one.actions) == (("c",), ("training",)), "b costs more than c"
    assert best_plan([LMS, TRAINING], needs, 10).lifted == ()


def test_an_item_that_two_actions_complete_is_won_once() -> None:
    again = Offer("again", 1, 0, 0, {"a": {("g", "i1"): 10}})
    assert best_plan([LMS, again], {"a": {"g": 12.0}}, 500).lifted == ()


def test_an_action_serves_no_more_schools_than_it_can() -> None:
    few = Offer("few", 10, 5, 2, {school: {("g", "i"): 10} for school in "abcd"})
    plan = best_plan([few], {school: {"g": 8.0} for school in "abcd"}, 100)
    assert len(plan.lifted) == 2
    assert plan.served == {"few": ("a", "b")}
    assert (plan.cost, plan.bound, plan.is_exact) == (20, 2, True)


def test_a_school_that_lacks_nothing_is_not_lifted() -> None:
    assert best_plan([LMS], {"a": {"g": 0.0}, "b": {"g": -3.0}}, 500).lifted == ()


@pytest.mark.parametrize("seed", range(12))
def test_the_plan_is_the_best_of_all_ways(seed: int) -> None:
    """Held against every way to give every set of actions out."""
    lots = np.random.default_rng(seed)
    schools = list("abcde")
    offers = [
        Offer(
            f"o{n}", float(lots.integers(1, 5)), float(lots.integers(0, 2)), int(lots.integers(0, 3)),
            {one: {("g", f"i{n}"): float(lots.integers(0, 7))} for one in schools if lots.random() < 0.8},
        )
        for n in range(3)
    ]  # fmt: skip
    needs = {one: {"g": float(lots.integers(1, 9))} for one in schools}
    budget = float(lots.integers(3, 12))
    best = 0
    for given in product(range(2 ** len(offers)), repeat=len(schools)):
        uses = [[bool(own >> n & 1) for own in given] for n in range(len(offers))]
        cost = sum(
            one.cost * any(used) + one.cost_of_school * sum(used)
            for one, used in zip(offers, uses, strict=True)
        )
        if cost > budget or any(
            one.capacity and sum(used) > one.capacity for one, used in zip(offers, uses, strict=True)
        ):
            continue
        lifted = sum(
            sum(one.wins.get(school, {}).get(("g", one.action_id.replace("o", "i")), 0.0) for one, used in zip(offers, uses, strict=True) if used[place])
            >= needs[school]["g"]
            for place, school in enumerate(schools)
        )  # fmt: skip
        best = max(best, lifted)
    plan = best_plan(offers, needs, budget)
    assert len(plan.lifted) == best
    assert plan.is_exact
    assert plan.cost <= budget


def test_a_large_case_says_how_far_it_may_be_from_the_best() -> None:
    lots = np.random.default_rng(1)
    schools = [f"s{n:03d}" for n in range(400)]
    offers = [
        Offer(f"o{n}", 10, 1, 60, {one: {("g", f"i{n}"): float(lots.integers(0, 9))} for one in schools})
        for n in range(6)
    ]
    plan = best_plan(offers, {one: {"g": float(lots.integers(1, 15))} for one in schools}, 250)
    assert plan.cost <= 250
    assert 0 < len(plan.lifted) <= plan.bound
    assert all(len(own) <= 60 for own in plan.served.values())
