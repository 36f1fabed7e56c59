"""One supposition of an analyst put before the scorer: items ticked, counts moved, one action of the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from termreview.desk.effect import only_schools, side_by_side
from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow, answers_of
from termreview.reference.kinds.advice import Action, Advice
from termreview.reference.kinds.forms import Field
from termreview.scoring.actions import try_actions
from termreview.scoring.next_level import CONDITION, EVIDENCE, NextLevel, next_levels
from termreview.scoring.what_if import of_school, what_if

OWN = "own"  # the id of an action that nobody declared


@dataclass(frozen=True)
class Trial:
    """One supposition about one school: points of items, numbers answered, conditions taken as met."""

    points: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    meets_conditions: bool = False


def advice_of(now: TermNow) -> Advice:
    """The declared efforts and actions of the term's index."""
    return now.reference.advice.get(now.declared.indicator_set.set_id, Advice())


def movable_fields(now: TermNow, school_id: str) -> list[Field]:
    """The numbers that the index draws points from and that the school is asked, in the order of the index."""
    asked = answers_of(now.cleaned.observations, school_id)
    names = [name for item in now.declared.indicator_set.items for name in item.rule.fields]
    return [
        now.fields[name]
        for name in dict.fromkeys(names)
        if name in asked and name in now.fields and now.fields[name].is_numeric
    ]


def try_school(now: TermNow, school_id: str, trial: Trial) -> pd.DataFrame:
    """The scores of one school as they stand and as they would be: one row per group."""
    observations, declared = of_school(now.cleaned.observations, now.declared, school_id)
    supposed = what_if(
        observations, declared, now.reference.verified,
        points={(school_id, item_id): points for item_id, points in trial.points.items()},
        answers={(school_id, field_id): number for field_id, number in trial.counts.items()},
        met_conditions=[school_id] if trial.meets_conditions else [],
    )  # fmt: skip
    return side_by_side(
        now.declared, now.scored.scores[now.scored.scores["school_id"] == school_id], supposed.scores
    )


def path_of(now: TermNow, school_id: str) -> NextLevel | None:
    """The cheapest way of one school to its next level; None at the highest one, or without a report."""
    ledger, scores = now.scored.ledger, now.scored.scores
    own = next_levels(
        ledger[ledger["school_id"] == school_id],
        scores[scores["school_id"] == school_id],
        now.declared,
        advice_of(now),
    )
    return own.get(school_id)


def trial_of(path: NextLevel) -> Trial:
    """The steps of one path as a supposition, to be put before the scorer."""
    points = {step.key: step.after for step in path.steps if step.kind != CONDITION}
    return Trial(points, meets_conditions=any(step.kind == CONDITION for step in path.steps))


def own_action(title: str, items: Sequence[str], meets_conditions: bool) -> Action:
    """One action that the analyst puts together: its items to their maximum at every school of the scope."""
    return Action(OWN, title, tuple(items), meets_conditions)


def actions_tried(now: TermNow, scope: Scope, actions: Sequence[Action] | None = None) -> pd.DataFrame:
    """Every action of the office tried alone on the schools of one scope: one row per action, key `action_id`.

    The declared ones are tried unless others are given.
    """
    advice = advice_of(now)
    ids = scope.school_ids(now)
    ledger, scores = now.scored.ledger, now.scored.scores
    return try_actions(
        ledger[ledger["school_id"].isin(ids)],
        scores[scores["school_id"].isin(ids)], only_schools(now.declared, set(ids)),
        advice if actions is None else replace(advice, actions=tuple(actions)),
    )  # fmt: skip


__all__ = [
    "CONDITION", "EVIDENCE", "OWN", "Trial", "actions_tried", "advice_of", "movable_fields", "own_action", "path_of", "trial_of",
    "try_school",
]  # fmt: skip
