"""One district as it would stand after some changes: scored by the very scorer that scores the term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.scoring.ledger import build_ledger, with_points
from termreview.scoring.levels import build_scores
from termreview.scoring.score import Scored
from termreview.storage.contracts import shaped

ItemPoints = Mapping[tuple[str, str], float]  # school and item -> points
FieldNumbers = Mapping[tuple[str, str], float | None]  # school and field -> its answer; None: left blank


def what_if(
    observations: pd.DataFrame,
    reference: TermReference,
    verified: Sequence[VerifiedPoints] = (),
    *,
    ledger: pd.DataFrame | None = None,
    points: ItemPoints | None = None,
    answers: FieldNumbers | None = None,
    met_conditions: Sequence[str] = (),
) -> Scored:
    """Score the term as if some items had the given points and some questions the given answers.

    Parameters
    ----------
    ledger : the ledger as it stands, where it is at hand: it is not built again unless answers change.
    points : school and item -> points in the unit of the set; they replace claim, facts and rulings.
    answers : school and field -> number answered, or None for no answer.
    met_conditions : schools whose mandatory conditions are taken as met.

    Returns
    -------
    Scored
        Ledger and scores under their contracts, of every school of `reference`; unchanged schools as they are.

    Raises
    ------
    ValueError
        When an item is unknown or points lie outside of 0 and its maximum.
    """
    most = {item.item_id: item.max_points for item in reference.indicator_set.items}
    for (_, item_id), value in (points or {}).items():
        if not 0 <= value <= most.get(item_id, -1):
            raise ValueError(f"{item_id} cannot have {value:g} points")
    supposed = with_answers(observations, answers or {})
    if met_conditions:
        supposed = _with_conditions(supposed, reference, met_conditions)
    if ledger is None or answers:
        ledger = build_ledger(supposed, reference, verified)
    ledger = shaped("ledger", with_points(ledger, points or {}))
    return Scored(ledger, shaped("scores", build_scores(ledger, supposed, reference)))


def with_answers(observations: pd.DataFrame, answers: FieldNumbers) -> pd.DataFrame:
    """The observations with some answers replaced; questions that a school is not asked stay away."""
    if not answers:
        return observations
    changed = observations.copy()
    keys = pd.MultiIndex.from_frame(changed[["school_id", "field_id"]])
    for key, value in answers.items():
        place = keys == key
        changed.loc[place, "state"] = "blank" if value is None else "answered"
        changed.loc[place, "value_number"] = pd.NA if value is None else float(value)
    return changed


def _with_conditions(
    observations: pd.DataFrame, reference: TermReference, schools: Sequence[str]
) -> pd.DataFrame:
    groups = reference.indicator_set.groups
    fields = {name for group in groups for condition in group.conditions for name in condition.requires}
    place = observations["school_id"].isin(schools) & observations["field_id"].isin(fields)
    return observations.assign(state=observations["state"].mask(place, "answered"))


def of_school(
    observations: pd.DataFrame, reference: TermReference, school_id: str
) -> tuple[pd.DataFrame, TermReference]:
    """The answers and the declarations of one school alone, for a look at it that is quick."""
    school = tuple(school for school in reference.schools if school.unit_id == school_id)
    return observations[observations["school_id"] == school_id], replace(reference, schools=school)
