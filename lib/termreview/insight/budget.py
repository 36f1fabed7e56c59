"""One set of actions under a budget: which of the office's actions together lift most schools over their line.

Small cases are searched whole. Where the number of schools that an action can serve leaves too many ways to give it
out, the best way found stands beside a bound that no way can exceed; both are the same where the search was whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

_MOST_ACTIONS = 12  # 4 096 sets
_MOST_WAYS = 20_000  # ways to give one set out that are looked at
_MOST_SEARCHED = 200  # schools that one set can lift, where it is searched whole


@dataclass(frozen=True, eq=False)
class Offer:
    """One action of the office: what it costs once and for each school, how many schools it can serve; 0: any number.

    `wins` are the points that each school wins, by school and (part of its need, item): an item that two actions
    complete is won once.
    """

    action_id: str
    cost: float
    cost_of_school: float = 0.0
    capacity: int = 0
    wins: Mapping[str, Mapping[tuple[str, str], float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The actions chosen, which schools each serves, and what that lifts.

    `bound` is how many schools no plan under the budget can exceed; `is_exact` says that this plan reaches it.
    """

    actions: tuple[str, ...]
    served: Mapping[str, tuple[str, ...]]
    lifted: tuple[str, ...]
    points: float
    cost: float
    bound: int
    is_exact: bool


def best_plan(offers: Sequence[Offer], needs: Mapping[str, Mapping[str, float]], budget: float) -> Plan:
    """Choose the actions that lift most schools; of plans found equal the cheapest, then the one with most points.

    Parameters
    ----------
    needs
        By school the points that it lacks in each part; a school is lifted once nothing lacks in any.
    """
    best = Plan((), {}, (), 0.0, 0.0, 0, True)
    bound, is_whole = 0, len(offers) <= _MOST_ACTIONS
    for chosen in _sets(offers, budget):
        ways = {
            school_id: found for school_id in needs if (found := _ways(chosen, needs[school_id], school_id))
        }
        plan, most, was_whole = _given_out(chosen, ways, budget)
        bound, is_whole = max(bound, most), is_whole and was_whole
        if _rank(plan) > _rank(best):
            best = plan
    if len(offers) > _MOST_ACTIONS:
        liftable = sum(bool(_ways(offers, need, school_id)) for school_id, need in needs.items())
        bound = max(bound, liftable)
    bound = len(best.lifted) if is_whole else max(bound, len(best.lifted))
    return Plan(
        best.actions, best.served, best.lifted, best.points, best.cost, bound, len(best.lifted) == bound
    )


def _rank(plan: Plan) -> tuple[float, ...]:
    return len(plan.lifted), -plan.cost, plan.points


def _sets(offers: Sequence[Offer], budget: float) -> Iterator[tuple[Offer, ...]]:
    """Every set that the budget pays for; of too many actions those made by adding the next that fits, from each first."""
    if len(offers) <= _MOST_ACTIONS:
        for count in range(1, len(offers) + 1):
            for chosen in combinations(offers, count):
                if sum(one.cost for one in chosen) <= budget:
                    yield chosen
        return
    for first in offers:
        chosen, spent = (first,), first.cost
        for other in sorted(offers, key=lambda one: one.cost):
            if spent <= budget:
                yield chosen
            if other is not first and spent + other.cost <= budget:
                chosen, spent = (*chosen, other), spent + other.cost
        if spent <= budget:
            yield chosen


def _ways(chosen: Sequence[Offer], need: Mapping[str, float], school_id: str) -> list[tuple[Offer, ...]]:
    """The smallest sets of actions that lift one school; none where it needs nothing or cannot be lifted."""
    lacking = {group: points for group, points in need.items() if points > 0}
    useful = [one for one in chosen if one.wins.get(school_id)]
    found: list[tuple[Offer, ...]] = []
    for count in range(1, len(useful) + 1) if lacking else ():
        for own in combinations(useful, count):
            if any(set(less) <= set(own) for less in found):
                continue
            won = _won(own, school_id)
            if all(
                sum(points for (part, _), points in won.items() if part == group) >= lack - 1e-9
                for group, lack in lacking.items()
            ):
                found.append(own)
    return found


def _won(own: Sequence[Offer], school_id: str) -> dict[tuple[str, str], float]:
    """What some actions win together at one school, by part and item."""
    won: dict[tuple[str, str], float] = {}
    for one in own:
        for key, points in one.wins[school_id].items():
            won[key] = max(won.get(key, 0.0), points)
    return won


def _given_out(
    chosen: tuple[Offer, ...], ways: Mapping[str, list[tuple[Offer, ...]]], budget: float
) -> tuple[Plan, int, bool]:
    """Give one set of actions out to the schools that it can lift: the plan, a bound, whether every way was looked at."""
    fixed = sum(one.cost for one in chosen)
    left = {one.action_id: one.capacity or len(ways) for one in chosen}
    # Whom fewest actions lift comes first; who has one way only before who can choose.
    order = sorted(ways, key=lambda school_id: (len(ways[school_id][0]), len(ways[school_id]), school_id))
    best: dict[str, tuple[Offer, ...]] = {}
    spent = fixed
    for school_id in order:  # a first plan, whatever its size
        for own in ways[school_id]:
            cost = spent + sum(one.cost_of_school for one in own)
            if cost <= budget and all(left[one.action_id] for one in own):
                best[school_id], spent = own, cost
                for one in own:
                    left[one.action_id] -= 1
                break
    looked = 0

    def search(place: int, taken: dict[str, tuple[Offer, ...]], spent: float) -> None:
        nonlocal best, looked
        looked += 1
        if len(taken) > len(best):
            best = dict(taken)
        if looked > _MOST_WAYS or len(taken) + len(order) - place <= len(best):
            return
        school_id = order[place]
        for own in ways[school_id]:
            cost = spent + sum(one.cost_of_school for one in own)
            if cost <= budget and all(left[one.action_id] for one in own):
                for one in own:
                    left[one.action_id] -= 1
                search(place + 1, {**taken, school_id: own}, cost)
                for one in own:
                    left[one.action_id] += 1
        search(place + 1, taken, spent)

    most = _most(chosen, ways, budget - fixed)
    is_whole = len(best) == most
    if not is_whole and len(order) <= _MOST_SEARCHED:
        left = {one.action_id: one.capacity or len(ways) for one in chosen}
        search(0, {}, fixed)
        is_whole = looked <= _MOST_WAYS
    served = {
        one.action_id: tuple(sorted(school_id for school_id, own in best.items() if one in own))
        for one in chosen
    }
    points = sum(sum(_won(own, school_id).values()) for school_id, own in best.items())
    used = tuple(one.action_id for one in chosen if served[one.action_id])
    plan = Plan(
        used, {name: served[name] for name in used}, tuple(sorted(best)), float(points), _cost(best, fixed), 0, True
    )  # fmt: skip
    return plan, most, is_whole


def _cost(taken: Mapping[str, tuple[Offer, ...]], fixed: float) -> float:
    return fixed + sum(one.cost_of_school for own in taken.values() for one in own)


def _most(chosen: Sequence[Offer], ways: Mapping[str, list[tuple[Offer, ...]]], rest: float) -> int:
    """A bound on the schools that one set lifts: each takes its fewest actions, its cheapest way, alone in each action."""
    places = sum(one.capacity or len(ways) for one in chosen)
    fewest = sorted(min(len(own) for own in found) for found in ways.values())
    cheapest = sorted(min(sum(one.cost_of_school for one in own) for own in found) for found in ways.values())
    bound = min(_within(fewest, places), _within(cheapest, rest))
    for one in chosen:
        if one.capacity:
            free = sum(any(one not in own for own in found) for found in ways.values())
            bound = min(bound, free + one.capacity)
    return bound


def _within(costs: Sequence[float], whole: float) -> int:
    """How many of some costs, the smallest first, fit into a whole."""
    count, spent = 0, 0.0
    for cost in costs:
        spent += cost
        if spent > whole + 1e-9:
            break
        count += 1
    return count
