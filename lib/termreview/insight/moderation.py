"""One verified item of one school beside its claim: gaps with intervals, the total if all were verified, the next sample.

Lines have one row per school and item that was verified: `school_id, item_id, self_points, verified_points, gap` and
whatever they are summed up by (`level`, `verified_by`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from termreview.insight.intervals import holm, mean_chance, mean_interval, student_quantile
from termreview.reference.texts.insight import Limits

BY_ITEM, BY_LEVEL, BY_SCHOOL, BY_VERIFIER = "item_id", "level", "school_id", "verified_by"
Z_95 = 1.959964  # 95 of 100 samples of a normal quantity lie within this many standard errors


def gaps(lines: pd.DataFrame, by: str, limits: Limits | None = None) -> pd.DataFrame:
    """Sum self minus verified: one row per value of `by`, the largest mean gap either way first.

    `compared_count` of `verified_count` lines, at `school_count` schools, have a claim to compare with; `lowered_count` were verified below
    the claim, `raised_count` above; `self_points` and `verified_points` are sums over the compared lines. `low` and
    `high` are Student's interval of the mean gap, a school's lines of one value of `by` taken together as one, since
    what one school claims is of one hand; missing with fewer schools than declared (of one school: than items).
    `is_easy`: claimed above what is verified, beyond chance after all values of `by` were looked at.
    """
    limits = limits or Limits()
    compared = lines[lines["gap"].notna()]
    counts = lines.groupby(by, sort=False).agg(verified_count=("item_id", "size"))
    sums = compared.groupby(by, sort=False).agg(
        compared_count=("gap", "size"),
        school_count=("school_id", "nunique"),
        self_points=("self_points", "sum"),
        verified_points=("verified_points", "sum"),
        mean_gap=("gap", "mean"),
        lowered_count=("gap", lambda gap: int((gap > 0).sum())),
        raised_count=("gap", lambda gap: int((gap < 0).sum())),
    )
    frame = counts.join(sums)
    whole = ["compared_count", "school_count", "lowered_count", "raised_count"]
    frame[whole] = frame[whole].fillna(0).astype(int)
    frame = frame.join(_intervals(compared, by, limits))
    frame["is_easy"] = frame["is_easy"].eq(True)
    order = frame["mean_gap"].abs().fillna(-1)
    return frame.assign(order=order).sort_values("order", ascending=False, kind="stable").drop(
        columns="order"
    ).reset_index()  # fmt: skip


def _intervals(compared: pd.DataFrame, by: str, limits: Limits) -> pd.DataFrame:
    unit = BY_ITEM if by == BY_SCHOOL else BY_SCHOOL
    means = compared.groupby([by, unit], sort=False)["gap"].mean()
    keys, rows = [], []
    for key, own in means.groupby(level=0, sort=False):
        if len(own) >= limits.fewest_of_item:
            values = own.to_numpy(dtype=float)
            keys.append(key)
            rows.append((*mean_interval(values, limits.false_alarm_rate), mean_chance(values)))
    frame = pd.DataFrame(rows, columns=["mean", "low", "high", "chance"], index=pd.Index(keys, name=by))
    frame["chance"] = holm(list(frame["chance"]))
    frame["is_easy"] = (frame["mean"] > 0) & (frame["chance"] < limits.false_alarm_rate)
    return frame.drop(columns="mean")


@dataclass(frozen=True)
class IfVerified:
    """A published total beside what it would be if every school had been verified.

    `published` and `estimate` are means over the schools (points), `low` and `high` the interval of the estimate;
    missing, with `reason`, where the random part cannot carry one. `risk_count` schools were visited for their risk
    and stand for themselves, `drawn_count` others by lot stand for the rest of `school_count`.
    """

    published: float
    estimate: float | None
    low: float | None
    high: float | None
    school_count: int
    drawn_count: int
    risk_count: int
    spread: float | None = None
    reason: str = ""


def if_all_verified(
    totals: pd.DataFrame, drawn: Collection[str], risk: Collection[str], limits: Limits
) -> IfVerified:
    """Estimate the mean published total if every school had been verified, from the design of the visits alone.

    Schools visited for their risk were chosen, so they tell of themselves only; the schools drawn by lot that are not
    among them are a simple random sample of all others (Cochran 1977, difference estimator by strata, with the
    correction of a finite whole).

    Parameters
    ----------
    totals
        One row per school: `school_id, published, verified`; `verified` missing where the school was not.
    """
    frame = totals.assign(gap=totals["published"] - totals["verified"]).set_index("school_id")
    published = float(frame["published"].mean())
    known = frame[frame["gap"].notna()]
    is_risk = known.index.isin(list(risk))
    by_lot = known[~is_risk & known.index.isin(list(drawn))]["gap"].to_numpy(dtype=float)
    of_risk = known[is_risk]["gap"].to_numpy(dtype=float)
    count, rest = len(frame), len(frame) - len(of_risk)
    if len(by_lot) < min(limits.fewest_drawn, rest):
        return IfVerified(
            published, None, None, None, count, len(by_lot), len(of_risk), reason="too_few_drawn"
        )
    mean = float(by_lot.mean()) if len(by_lot) else 0.0
    spread = float(by_lot.std(ddof=1)) if len(by_lot) > 1 else 0.0
    estimate = published - (float(of_risk.sum()) + rest * mean) / count
    reach = 0.0
    if len(by_lot) < rest:
        error = spread * math.sqrt((1 - len(by_lot) / rest) / len(by_lot)) * rest / count
        reach = student_quantile(1 - limits.false_alarm_rate / 2, len(by_lot) - 1) * error
    return IfVerified(
        published, estimate, estimate - reach, estimate + reach, count, len(by_lot), len(of_risk), spread
    )


@dataclass(frozen=True)
class NextSample:
    """The schools to visit next, in two parts that are not mixed, with the seed that draws the second one again.

    `needed` is how many the random part takes for the wanted margin; `margin` what the part drawn will give.
    """

    risk: tuple[str, ...]
    drawn: tuple[str, ...]
    seed: int
    needed: int
    margin: float | None


def next_sample(
    risks: pd.DataFrame,
    risk_count: int,
    seed: int,
    limits: Limits,
    spread: float | None = None,
    count: int | None = None,
) -> NextSample:
    """Lay out the next visits: those with most to clear up, and of all others as many by lot as the margin wants.

    Parameters
    ----------
    risks
        `school_id, risk`, one row per school that can be visited; of equal risk the first comes first.
    spread
        Standard deviation of the gap between schools as the last random part had it; without one, that of a gap that
        is as likely nothing as twice the wanted margin: a working value for the first round.
    count
        How many the office visits by lot, as many as needed unless given; fewer give a wider margin, which is told.
    """
    order = risks.sort_values("risk", ascending=False, kind="stable")["school_id"].astype(str).tolist()
    risk, rest = order[:risk_count], order[risk_count:]
    needed = next_size(len(rest), spread, limits)
    spread = limits.wanted_margin if spread is None else spread
    drawn = draw(rest, needed if count is None else count, seed)
    margin = mean_margin(len(drawn), len(rest), spread, limits.false_alarm_rate)
    return NextSample(tuple(risk), drawn, seed, needed, margin)


def next_size(population: int, spread: float | None, limits: Limits) -> int:
    """How many to draw for the wanted margin, by the spread of the last random part or its working value (`next_sample`)."""
    spread = limits.wanted_margin if spread is None else spread
    return sample_size(population, spread, limits.wanted_margin, limits.false_alarm_rate)


def gap_spread(ledger: pd.DataFrame, drawn: Collection[str]) -> float | None:
    """The standard deviation of self minus verified between the schools drawn by lot; None with fewer than two."""
    totals = published_and_verified(ledger)
    gap = (totals["published"] - totals["verified"])[totals["school_id"].isin(list(drawn))].dropna()
    return float(gap.std(ddof=1)) if len(gap) > 1 else None


def sample_size(population: int, spread: float, margin: float, rate: float = 0.05) -> int:
    """How many to draw for a half-width of at most `margin`, with the correction of a finite whole; two at least."""
    if population <= 2 or spread <= 0:
        return min(population, 2)
    z = NormalDist().inv_cdf(1 - rate / 2)
    endless = (z * spread / margin) ** 2
    return min(population, max(2, math.ceil(endless / (1 + endless / population))))


def mean_margin(count: int, population: int, spread: float, rate: float = 0.05) -> float | None:
    """The half-width of the interval of a mean that `count` of `population` will give; None where nobody is drawn."""
    if count <= 0 or population <= 0:
        return None
    z = NormalDist().inv_cdf(1 - rate / 2)
    return z * spread * math.sqrt(max(1 - count / population, 0.0) / count)


def draw(ids: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """Draw schools at random without repetition; the same ids and seed give the same schools on every machine.

    Each school's lot is a hash of the seed and its code, so a school that joins does not move the others' lots.
    """
    lots = sorted(ids, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).hexdigest())
    return tuple(sorted(lots[: max(0, count)]))


def share_margin(count: int, population: int) -> float | None:
    """The half-width of the 95 % interval of a share, at a share of one half, with the correction of a small whole."""
    if count <= 0 or population <= 0:
        return None
    if count >= population:
        return 0.0
    error = math.sqrt(0.25 / count * (population - count) / (population - 1))
    return min(Z_95 * error, 1.0)


def published_and_verified(ledger: pd.DataFrame) -> pd.DataFrame:
    """One row per school of the ledger: `school_id, published, verified`, sums of its points; for `if_all_verified`.

    `published` is what stands for sure without any verification (the claim, or what facts give), `verified` the same
    with every verified item in its place; missing at schools where nothing was verified.
    """
    lines = ledger[ledger["origin"] != "unallocated"]
    is_verified = lines["verified_points"].notna()
    before = (
        lines["self_points"].astype("Float64").fillna(lines["computed_low"].astype("Float64")).fillna(0.0)
    )
    own = pd.DataFrame(
        {
            "school_id": lines["school_id"],
            "published": np.where(is_verified, before.astype(float), lines["low"].astype(float)),
            "verified": lines["low"].astype(float),
            "count": is_verified.astype(int),
        }
    )
    sums = own.groupby("school_id", sort=False).sum()
    sums["verified"] = sums["verified"].where(sums["count"] > 0)
    return sums.drop(columns="count").reset_index()
