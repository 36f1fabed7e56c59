"""The path to the next level: it gets there by the real scorer, and nothing cheaper does."""

from __future__ import annotations

import itertools

import pytest
import report_world
from hypothesis import given, settings, strategies as st

from termreview.scoring.levels import OVERALL
from termreview.scoring.next_level import CONDITION, EVIDENCE, RAISE, PathStep, cheapest, next_levels
from termreview.scoring.what_if import what_if
from worlds import HK1, HK2

WORLD = {term_id: report_world.report(term_id) for term_id in (HK1, HK2)}


def step(item: str, gain: float, effort: int) -> PathStep:
    return PathStep(RAISE, "1", item, 0.0, gain, effort)


@st.composite
def choices(draw: st.DrawFn) -> list[list[PathStep]]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        count = draw(st.integers(1, 2))
        halves = draw(st.lists(st.integers(1, 20), min_size=count, max_size=count))
        efforts = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
        found.append(
            [step(str(number), half / 2, effort) for half, effort in zip(halves, efforts, strict=True)]
        )
    return found


def by_force(options: list[list[PathStep]], needed: float) -> tuple[int, int] | None:
    """Least effort and fewest steps of all sets that are enough, by trying every one."""
    sets = (
        [one for one in chosen if one is not None]
        for chosen in itertools.product(*([None, *steps] for steps in options))
    )
    enough = [
        (sum(one.effort for one in taken), len(taken))
        for taken in sets
        if sum(one.gain for one in taken) >= needed
    ]
    return min(enough, default=None)


@settings(max_examples=300, deadline=None)
@given(choices(), st.integers(0, 120).map(lambda half: half / 2))
def test_no_set_of_steps_that_is_enough_costs_less(options: list[list[PathStep]], needed: float) -> None:
    chosen = cheapest(options, needed)
    least = by_force(options, needed)
    if chosen is None:
        assert least is None
        return
    assert sum(one.gain for one in chosen) >= needed
    assert (sum(one.effort for one in chosen), len(chosen)) == least
    assert len({one.key for one in chosen}) == len(chosen)


@pytest.mark.parametrize("term_id", [HK1, HK2])
def test_every_path_gets_there_by_the_real_scorer_and_no_step_is_idle(term_id: str) -> None:
    report = WORLD[term_id]
    tables, declared = report.term.tables, report.declared
    advice = report.reference.advice[declared.indicator_set.set_id]
    paths = next_levels(tables.ledger, tables.scores, declared, advice)
    assert len(paths) > 10

    def reached(steps: dict[str, list[PathStep]]) -> dict[str, int]:
        points = {
            (school_id, one.key): one.after
            for school_id, taken in steps.items()
            for one in taken
            if one.kind != CONDITION
        }
        met = [school_id for school_id, taken in steps.items() if any(one.kind == CONDITION for one in taken)]
        scores = what_if(
            tables.observations, declared, ledger=tables.ledger, points=points, met_conditions=met
        ).scores
        whole = scores[(scores["group_id"] == OVERALL) & (scores["state"] == "scored")]
        return {row["school_id"]: int(row["level_low"]) for row in whole.to_dict("records")}

    possible = {school_id: path for school_id, path in paths.items() if path.is_reachable}
    after = reached({school_id: list(path.steps) for school_id, path in possible.items()})
    for school_id, path in possible.items():
        assert after[school_id] >= path.level, school_id
    longest = max(len(path.steps) for path in possible.values())
    for place in range(longest):
        shorter = {
            s: [one for n, one in enumerate(p.steps) if n != place]
            for s, p in possible.items()
            if len(p.steps) > place
        }
        for school_id, level in reached(shorter).items():
            lost = possible.get(school_id)
            if school_id in shorter and lost is not None and lost.steps[place].kind != CONDITION:
                assert level < lost.level, (school_id, lost.steps[place])


def test_points_that_lack_only_papers_are_won_by_papers() -> None:
    report = WORLD[HK1]
    advice = report.reference.advice[report.declared.indicator_set.set_id]
    paths = next_levels(report.term.tables.ledger, report.term.tables.scores, report.declared, advice)
    kinds = {one.kind for path in paths.values() for one in path.steps}
    assert {RAISE, EVIDENCE} <= kinds


def test_a_preschool_and_a_school_without_a_report_have_no_path() -> None:
    report = WORLD[HK1]
    advice = report.reference.advice[report.declared.indicator_set.set_id]
    paths = next_levels(report.term.tables.ledger, report.term.tables.scores, report.declared, advice)
    scores = report.term.tables.scores
    assert set(paths) <= set(scores.loc[scores["state"] == "scored", "school_id"])
