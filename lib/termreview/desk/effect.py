"""One decision tried out in memory: which cells, findings and scores it would move, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from termreview.desk.term.term_now import TermNow
from termreview.intake.clean import Cleaned, clean_term
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.decisions import Decision
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.run import steps
from termreview.scoring.levels import held_by
from termreview.scoring.score import Scored, score_term

TRIED_ID = "qd-0"  # no id that the list would ever give
_ANSWER = ["state", "value_number", "value_text"]
_SCORE = ["state", "low", "high", "level_low", "level_high", "level", "conditions"]


@dataclass(frozen=True, eq=False)
class Effect:
    """What one decision would change.

    Attributes
    ----------
    cells
        One row per answer that changes: school, field, and the answer before and after.
    settled, opened
        The findings that would be settled or go away, and those that would be new.
    scores
        One row per school and group whose bounds, level or conditions change, before and after.
    is_applied
        Whether the decision takes hold anywhere: a guard that does not match, or a cause that is gone, would not.
    """

    cells: pd.DataFrame
    settled: pd.DataFrame
    opened: pd.DataFrame
    scores: pd.DataFrame
    is_applied: bool
    cleaned: Cleaned
    scored: Scored


def effect_of_decision(now: TermNow, *decisions: Decision) -> Effect:
    """Try one decision, or some that are made at once, on one term, by the same steps that a run takes."""
    tried = tuple(
        replace(decision, decision_id=f"{TRIED_ID}.{place}") for place, decision in enumerate(decisions)
    )
    reference = replace(now.reference, decisions=(*now.reference.decisions, *tried))
    opened = replace(now.opened, reference=reference)
    cleaned = clean_term(
        list(now.files),
        reference,
        now.opened.term,
        now.previous,
        kept=steps.reading_cache(opened),
        facts=now.cleaned.facts,
        evidence=now.cleaned.evidence,
    )
    cells = changed_answers(now.cleaned.observations, cleaned.observations)
    settled, new = _findings_moved(now.cleaned.findings, cleaned.findings)
    scored = rescored(now, cleaned.observations, set(cells["school_id"]), now.reference.verified)
    by = cleaned.findings["decision_id"].fillna("").str.startswith(f"{TRIED_ID}.")
    is_applied = bool(by.any()) or not cells.empty
    if any(decision.action == "alias" for decision in decisions):
        is_applied = not new.empty or not settled.empty
    return Effect(
        cells, settled, new, changed_scores(now.declared, now.scored.scores, scored.scores), is_applied, cleaned, scored
    )  # fmt: skip


def effect_of_points(now: TermNow, verified: Sequence[VerifiedPoints], school_id: str) -> pd.DataFrame:
    """The scores of one school before and after other verified points: one row per group, changed or not."""
    scored = rescored(now, now.cleaned.observations, {school_id}, verified)
    before = now.scored.scores[now.scored.scores["school_id"] == school_id]
    after = scored.scores[scored.scores["school_id"] == school_id]
    return side_by_side(now.declared, before, after)


def rescored(
    now: TermNow, observations: pd.DataFrame, school_ids: Collection[str], verified: Sequence[VerifiedPoints]
) -> Scored:
    """The scores of one term with some schools scored anew: a school's points hang on its own answers alone."""
    if not school_ids:
        return now.scored
    declared = only_schools(now.declared, school_ids)
    own = score_term(observations[observations["school_id"].isin(list(school_ids))], declared, verified)
    return Scored(
        _replaced(now.scored.ledger, own.ledger, school_ids),
        _replaced(now.scored.scores, own.scores, school_ids),
    )


def only_schools(declared: TermReference, school_ids: Collection[str]) -> TermReference:
    """One term's declarations with some of its schools."""
    return replace(declared, schools=tuple(one for one in declared.schools if one.unit_id in school_ids))


def _replaced(whole: pd.DataFrame, part: pd.DataFrame, school_ids: Collection[str]) -> pd.DataFrame:
    """One table with the rows of some schools replaced, in the order of the schools as before."""
    order = {school_id: place for place, school_id in enumerate(dict.fromkeys(whole["school_id"]))}
    kept = whole[~whole["school_id"].isin(list(school_ids))]
    joined = pd.concat([kept, part], ignore_index=True)
    return joined.sort_values("school_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def changed_answers(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The answers that differ between two cleanings: one row per school and field, `_before` and `_after`."""
    names = ["school_id", "field_id", *_ANSWER]
    both = before[names].merge(
        after[names], on=["school_id", "field_id"], how="outer", suffixes=("_before", "_after")
    )
    differs = pd.Series(False, index=both.index)
    for name in _ANSWER:
        first, second = both[f"{name}_before"], both[f"{name}_after"]
        differs |= ~((first == second).fillna(False) | (first.isna() & second.isna())).astype(bool)
    return both[differs].reset_index(drop=True)


def _findings_moved(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The findings no longer open, and those newly open."""
    was = before[before["status"] == "open"]
    now = after[after["status"] == "open"]
    gone = was[~was["finding_id"].isin(now["finding_id"])]
    new = now[~now["finding_id"].isin(was["finding_id"])]
    return gone.reset_index(drop=True), new.reset_index(drop=True)


def changed_scores(declared: TermReference, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The scores that differ between two scorings: one row per school and group, `_before` and `_after`."""
    both = side_by_side(declared, before, after)
    differs = pd.Series(False, index=both.index)
    for name in _SCORE:
        first, second = both[f"{name}_before"], both[f"{name}_after"]
        differs |= ~((first == second).fillna(False) | (first.isna() & second.isna())).astype(bool)
    return both[differs].reset_index(drop=True)


def side_by_side(declared: TermReference, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The scores of two scorings, `_before` and `_after`: one row per school and group of the first."""
    names = ["school_id", "group_id", *_SCORE, "held_by"]
    first, second = (
        one.assign(held_by=held_by(one, declared.indicator_set))[names] for one in (before, after)
    )
    return first.merge(second, on=["school_id", "group_id"], how="left", suffixes=("_before", "_after"))
