"""One list of schools to visit next: those with the most to clear up, and of all others some by lot with their margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow
from termreview.insight.moderation import NextSample, gap_spread, next_sample, share_margin
from termreview.reporting.summaries.decisions import doubted_answers
from termreview.reporting.summaries.index import OVERALL
from termreview.scoring.level_margin import CLAIM, PENDING, weigh_levels

_CLAIMED = ("claimed", "disputed", "no_evidence", "no_facts")


@dataclass(frozen=True)
class Visits:
    """Schools to visit: `by_risk` has one row per school with its reasons, `sample` is the part drawn at random.

    `margin` is the half-width of the 95 % interval of a share estimated from the random part (0-1), at its widest;
    None where nothing was drawn. `population` are the schools that were drawn among, `wanted` the margin (points of one
    school) that the size is reckoned for, `has_spread` whether the last random part says how far claims lie from it.
    """

    by_risk: pd.DataFrame
    sample: NextSample
    population: int
    margin: float | None
    wanted: float
    has_spread: bool


def plan_visits(
    now: TermNow,
    scope: Scope,
    risk_count: int,
    sample_count: int | None,
    seed: int,
    wanted: float | None = None,
) -> Visits:
    """Choose the schools to visit next among those whose report was scored: those of most risk, and of all others some by lot.

    Parameters
    ----------
    sample_count
        How many by lot; None: as many as the wanted margin needs.
    wanted
        The margin in points of one school, as declared unless given.
    """
    risks = risk_of_schools(now, scope)
    limits, lots = now.reference.insight.limits, now.reference.drawn_in(now.term_id)
    spread = gap_spread(now.scored.ledger, lots)
    # Before the first round the declared margin is the working value of the spread, whatever margin is wanted.
    working = limits.wanted_margin if spread is None else spread
    limits = limits if wanted is None else replace(limits, wanted_margin=wanted)
    sample = next_sample(risks, risk_count, seed, limits, working, sample_count)
    population = len(risks) - len(sample.risk)
    margin = share_margin(len(sample.drawn), population)
    by_risk = risks.head(risk_count)
    return Visits(by_risk, sample, population, margin, limits.wanted_margin, spread is not None)


def risk_of_schools(now: TermNow, scope: Scope) -> pd.DataFrame:
    """Weigh what is unclear at each scored school: one row per school, most first, key `school_id`.

    `risk` is the sum of the declared weights times: groups not concluded, points disputed, points claimed without
    evidence or facts, claims not verified yet, groups within the declared distance of a level's edge, groups whose
    level hangs on one unverified claim or questioned answer, open errors.
    """
    weights: Mapping[str, float] = now.reference.desk["risk_weights"]
    near = float(weights["near_edge_points"])
    scored = now.standings[now.standings["state"] == "scored"]
    groups = scored[scored["group_id"] != OVERALL]
    edges = [band.start for band in now.declared.indicator_set.level_bands if band.start > 0]
    ledger = now.scored.ledger
    lines = ledger[ledger["school_id"].isin(scored["school_id"]) & (ledger["origin"] != "unallocated")]
    open_points = (lines["high"] - lines["low"]).astype(float)
    claimed = lines["self_points"].fillna(0).astype(float)
    is_unverified = lines["verified_points"].isna() & lines["reason"].isin([*_CLAIMED, "agreed"])
    parts = pd.DataFrame(
        {
            "school_id": lines["school_id"],
            "disputed_points": open_points.where(lines["reason"] == "disputed", 0.0),
            "unproved_points": claimed.where(lines["reason"].isin(["no_evidence", "no_facts"]), 0.0),
            "unverified_points": claimed.where(is_unverified, 0.0),
        }
    )
    frame = parts.groupby("school_id").sum()
    frame["open_groups"] = groups[groups["standing"] == "not_concluded"].groupby("school_id").size()
    is_near = pd.Series(
        [_is_near(low, high, edges, near) for low, high in zip(groups["low"], groups["high"], strict=True)],
        index=groups.index,
    )
    frame["near_groups"] = groups[is_near].groupby("school_id").size()
    weighed = weigh_levels(ledger, now.scored.scores, now.declared, doubted_answers(now.cleaned.findings))
    hanging = weighed[weighed["strength"].isin([CLAIM, PENDING])]
    frame["hanging_groups"] = hanging.groupby("school_id").size()
    reporting = now.reporting.set_index("school_id")
    frame["error_count"] = reporting["error_count"].reindex(frame.index)
    frame = frame.fillna(0.0)
    names = (
        "open_groups",
        "disputed_points",
        "unproved_points",
        "unverified_points",
        "near_groups",
        "hanging_groups",
        "error_count",
    )
    frame["risk"] = sum(float(weights[name]) * frame[name].astype(float) for name in names)
    named = now.schools[["school_id", "short_name", "level", "level_title", "commune_name", "place"]]
    frame = scope.of(named.merge(frame.reset_index(), on="school_id"))
    return frame.sort_values(["risk", "place"], ascending=[False, True], kind="stable", ignore_index=True)


def _is_near(low: float, high: float, edges: Sequence[float], near: float) -> bool:
    """Say whether one score lies on one side of every edge, but within a few points of one."""
    if any(low <= edge <= high for edge in edges):
        return False  # an edge inside the bounds is counted as not concluded
    return any(min(abs(low - edge), abs(high - edge)) <= near for edge in edges)
