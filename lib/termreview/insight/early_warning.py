"""One school's probability not to reach the wanted level by the end of the year, from its first semester on.

Written with numpy alone: three plain models of less than a hundred lines together, which a head of office can be told
in one sentence each, against a dependency (scikit-learn, statsmodels) several times the size of this package for one
ridge regression on some sixty schools. Which model speaks is chosen by replay over earlier years, and none speaks that
does not beat the plain share of earlier years there.

A path has one row per school and year: `school_id, school_year, level, start, end, is_reached`: points over the edge of
the wanted level (the group that lacks most; below 0: not there yet) after semester I and at the end of the year, and
whether the level was reached. In the year to be judged `end` and `is_reached` are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from termreview.insight.intervals import Floats, mean_chance, share_interval, student_share
from termreview.reference.texts.insight import Limits

BASE, PEERS, OWN, LOGISTIC = "base_rate", "peer_gains", "own_path", "logistic"
RELIABILITY_COLUMNS = [
    "from_share", "to_share", "school_count", "predicted", "missed", "observed", "low", "high",
]  # fmt: skip
WARNING_COLUMNS = ["school_id", "start", "usual_gain", "own_gain", "probability", "reason"]
_EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
_PENALTY = 1.0  # of the logistic model, on standardised figures
Model = Callable[[pd.DataFrame, pd.DataFrame], Floats]


@dataclass(frozen=True, eq=False)
class Warnings:
    """What the replay says, and where it allows, each school's probability.

    Attributes
    ----------
    model
        The model that speaks; blank with `reason` (`few_years`, `few_events`, `no_better`) where none may.
    replay
        One row per model: `model, school_count, brier, base_brier, skill, chance`: squared errors over all replayed
        years beside those of the base rate, and how likely the difference is by chance.
    reliability
        One row per band of the probabilities of the model that speaks: predicted beside observed shares.
    schools
        `WARNING_COLUMNS`, the likeliest first; empty where nobody may speak.
    least, most
        Between which the probabilities of `schools` are held: what the replay supports (`supported_range`).
    """

    model: str
    reason: str
    year_count: int
    event_count: int
    replay: pd.DataFrame
    reliability: pd.DataFrame
    schools: pd.DataFrame
    least: float = 0.0
    most: float = 1.0


def warn(paths: pd.DataFrame, limits: Limits) -> Warnings:
    """Judge the schools of the last year of `paths`, silent below the declared history."""
    years = sorted(paths["school_year"].unique())
    now = paths[paths["school_year"] == years[-1]].dropna(subset=["start"]) if years else paths
    known = paths.dropna(subset=["start", "end", "is_reached"])
    past = known[known["school_year"] < years[-1]] if years else known
    counted = past["school_year"].nunique()
    missed = int((~past["is_reached"].astype(bool)).sum())
    played, made = _replayed(past)
    empty = pd.DataFrame(columns=WARNING_COLUMNS)
    no_bands = pd.DataFrame(columns=RELIABILITY_COLUMNS)
    if counted < limits.fewest_years + 1:  # each replayed year needs as many before it as declared
        return Warnings("", "few_years", counted, missed, played, no_bands, empty)
    if min(missed, len(past) - missed) < limits.fewest_events:
        return Warnings("", "few_events", counted, missed, played, no_bands, empty)
    better = played[(played["skill"] > 0) & (played["chance"] * len(played) < limits.false_alarm_rate)]
    if better.empty:
        return Warnings("", "no_better", counted, missed, played, no_bands, empty)
    model = str(better.sort_values("brier", kind="stable").iloc[0]["model"])
    bands = reliability(made[model], made["outcome"])
    least, most = supported_range(made[model], made["outcome"], limits.fewest_events)
    schools = _schools(past, now, _MODELS[model](past, now))
    schools["probability"] = schools["probability"].clip(least, most)  # after they were put in order
    return Warnings(model, "", counted, missed, played, bands, schools, least, most)


def supported_range(probabilities: Floats, outcomes: Floats, fewest: int) -> tuple[float, float]:
    """The least and the largest probability that a replay supports: neither is ever 0 or 1.

    What came at the schools of the lowest band of the replay (of at least `fewest`, those predicted lowest), with one of
    each kind added: of n schools of which none missed the level, the next one does so with probability 1 / (n + 2)
    (Laplace 1774, the rule of succession); the other end alike. A model that says less has seen nothing of the kind.
    """
    order = np.argsort(probabilities, kind="stable")
    count = len(order)
    low, high = (
        max(int(own), min(fewest, count))
        for own in ((probabilities < _EDGES[1]).sum(), (probabilities >= _EDGES[-2]).sum())
    )
    least = (float(outcomes[order[:low]].sum()) + 1) / (low + 2)
    most = (float(outcomes[order[count - high :]].sum()) + 1) / (high + 2)
    return min(least, most), max(least, most)


def _replayed(past: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Judge each earlier year from those before it alone, by every model: errors by model, and the probabilities made."""
    years = sorted(past["school_year"].unique())
    made: dict[str, list[Floats]] = {name: [] for name in (*_MODELS, BASE)}
    outcomes, schools = [], list[str]()
    for place in range(1, len(years)):
        before, own = past[past["school_year"] < years[place]], past[past["school_year"] == years[place]]
        outcomes.append((~own["is_reached"].astype(bool)).to_numpy(dtype=float))
        schools += own["school_id"].tolist()
        made[BASE].append(_base(before, own))
        for name, model in _MODELS.items():
            made[name].append(model(before, own))
    if not outcomes:
        columns = ["model", "school_count", "brier", "base_brier", "skill", "chance"]
        return pd.DataFrame(columns=columns), {}
    outcome, joined = np.concatenate(outcomes), {name: np.concatenate(one) for name, one in made.items()}
    base = (joined[BASE] - outcome) ** 2
    rows = []
    for name in _MODELS:
        error = (joined[name] - outcome) ** 2
        # A school that is replayed in several years is one piece of evidence.
        won = pd.Series(base - error).groupby(pd.Series(schools)).mean().to_numpy()
        skill = float(1 - error.mean() / base.mean()) if base.mean() else 0.0
        rows.append((name, len(outcome), float(error.mean()), float(base.mean()), skill, mean_chance(won)))
    frame = pd.DataFrame(rows, columns=["model", "school_count", "brier", "base_brier", "skill", "chance"])
    return frame, joined | {"outcome": outcome}


def brier(probabilities: Floats, outcomes: Floats) -> float:
    """The mean squared distance of probabilities from what came (0 or 1): 0 is perfect, 0,25 is a coin (Brier 1950)."""
    return float(((np.asarray(probabilities) - np.asarray(outcomes)) ** 2).mean())


def reliability(probabilities: Floats, outcomes: Floats) -> pd.DataFrame:
    """One row per band of probabilities that has schools: the mean predicted beside the observed share with its interval."""
    place = np.clip(np.searchsorted(_EDGES, probabilities, side="right") - 1, 0, len(_EDGES) - 2)
    rows = []
    for band in sorted(set(place.tolist())):
        own = place == band
        count, missed = int(own.sum()), int(outcomes[own].sum())
        rows.append(
            (_EDGES[band], _EDGES[band + 1], count, float(probabilities[own].mean()), missed, missed / count,
             *share_interval(missed, count))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=RELIABILITY_COLUMNS)


def _base(past: pd.DataFrame, now: pd.DataFrame) -> Floats:
    """The share of earlier years that missed the level, the same for all (one of each kind added, so never 0 or 1)."""
    missed = float((~past["is_reached"].astype(bool)).sum())
    return np.full(len(now), (missed + 1) / (len(past) + 2))


def _gains(past: pd.DataFrame) -> pd.DataFrame:
    """The usual gain by level, drawn towards that of all by how few schools a level has, and what gains spread by."""
    gain = past["end"] - past["start"]
    by_level = gain.groupby(past["level"]).agg(["mean", "size"])
    within = float((gain - past["level"].map(by_level["mean"])).std(ddof=0)) or 1.0
    whole = float(gain.mean())
    between = max(
        float(((by_level["mean"] - whole) ** 2).mean()) - within**2 * float((1 / by_level["size"]).mean()),
        0.0,
    )
    weight = between / (between + within**2 / by_level["size"])
    return pd.DataFrame({"usual": whole + weight * (by_level["mean"] - whole)}).assign(
        whole=whole, spread=within
    )


def _usual(past: pd.DataFrame, now: pd.DataFrame) -> tuple[Floats, float, float]:
    """Each school's usual gain by its level, that of all, and the spread."""
    found = _gains(past)
    whole, spread = float(found["whole"].iloc[0]), float(found["spread"].iloc[0])
    return now["level"].map(found["usual"]).fillna(whole).to_numpy(dtype=float), whole, spread


def _peers(past: pd.DataFrame, now: pd.DataFrame) -> Floats:
    """Now plus the usual gain of schools of the same level; the spread of gains says how sure that is."""
    usual, _, spread = _usual(past, now)
    return _below_edge(now["start"].to_numpy(dtype=float) + usual, spread, len(past))


def own_gains(past: pd.DataFrame, now: pd.DataFrame) -> Floats:
    """Each school's own gain of earlier years, drawn towards the usual one by how few years it has (empirical Bayes)."""
    found = _gains(past)
    usual, whole, spread = _usual(past, now)
    deviation = (past["end"] - past["start"]) - past["level"].map(found["usual"]).fillna(whole)
    own = deviation.groupby(past["school_id"]).agg(["mean", "size"])
    between = max(float((own["mean"] ** 2).mean()) - spread**2 * float((1 / own["size"]).mean()), 0.0)
    weight = between / (between + spread**2 / own["size"])
    drawn = (weight * own["mean"]).reindex(now["school_id"]).fillna(0.0).to_numpy(dtype=float)
    return usual + drawn


def _own(past: pd.DataFrame, now: pd.DataFrame) -> Floats:
    """As by peers, with the school's own gain in the place of the usual one."""
    spread = _usual(past, now)[2]
    return _below_edge(now["start"].to_numpy(dtype=float) + own_gains(past, now), spread, len(past))


def _below_edge(expected: Floats, spread: float, count: int) -> Floats:
    return np.array([student_share(-one / spread, max(count - 2, 1)) for one in expected])


def _logistic(past: pd.DataFrame, now: pd.DataFrame) -> Floats:
    """A ridge logistic regression on the points over the edge now and the usual gain, by Newton's steps."""
    place, reach = float(past["start"].mean()), float(past["start"].std(ddof=0)) or 1.0

    def figures(rows: pd.DataFrame) -> Floats:
        usual = _usual(past, rows)[0]
        return np.column_stack([np.ones(len(rows)), (rows["start"] - place) / reach, usual / reach])

    known, missed = figures(past), (~past["is_reached"].astype(bool)).to_numpy(dtype=float)
    weights, penalty = np.zeros(known.shape[1]), np.diag([1e-6, _PENALTY, _PENALTY])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(known @ weights, -30, 30)))
        slope = known.T @ (missed - chance) - penalty @ weights
        curve = (known * (chance * (1 - chance))[:, None]).T @ known + penalty
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-10:
            break
    made: Floats = 1 / (1 + np.exp(-np.clip(figures(now) @ weights, -30, 30)))
    return made


_MODELS: Mapping[str, Model] = {PEERS: _peers, OWN: _own, LOGISTIC: _logistic}


def _schools(past: pd.DataFrame, now: pd.DataFrame, probabilities: Floats) -> pd.DataFrame:
    """The schools of the year to be judged with their probability and why, the likeliest first.

    Reasons: `far_below` (not there even with the usual gain), `own_path` (its own gains are the smaller ones),
    `near_edge` (there with the usual gain, yet within its spread), `on_way`.
    """
    usual, _, spread = _usual(past, now)
    own, start = own_gains(past, now), now["start"].to_numpy(dtype=float)
    reasons = np.select(
        [start + usual < 0, (start + own < 0) & (own < usual), start + usual < spread],
        ["far_below", "own_path", "near_edge"],
        "on_way",
    )
    frame = pd.DataFrame(
        {
            "school_id": now["school_id"].to_numpy(), "start": start, "usual_gain": usual, "own_gain": own,
            "probability": probabilities, "reason": reasons,
        },
        columns=WARNING_COLUMNS,
    )  # fmt: skip
    return frame.sort_values("probability", ascending=False, kind="stable", ignore_index=True)
