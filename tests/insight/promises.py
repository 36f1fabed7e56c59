"""One promise of the insight methods a row: each planted truth found again, and how often one is found where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from simulated_world import (
    ACTION_EFFECT,
    EASY_GAP,
    EASY_ITEM,
    INDEX_YEAR,
    LAST_YEAR,
    REFORM_YEAR,
    RULE_SHIFT,
    SLIP,
    YEAR_CHANGE,
    World,
    world,
)

from termreview.insight.early_warning import brier, reliability, warn
from termreview.insight.impact import CLEAR, NOT_SEEN, impact
from termreview.insight.moderation import BY_ITEM, gaps, if_all_verified
from termreview.insight.trends import as_today, moves, moves_by_unit, on_one_rule, placed_today, slips
from termreview.reference.texts.insight import Limits

LIMITS = Limits()
NULL_SEED = 10_000  # null worlds are other worlds than those with effects
ROW = ["promise", "planted", "found", "error", "stated", "is_kept"]


def judged_year(own: World) -> pd.DataFrame:
    """The paths with the last year's end still to come."""
    paths = own.paths.astype({"is_reached": object})
    paths.loc[paths["school_year"] == LAST_YEAR, ["end", "is_reached"]] = np.nan
    return paths


def recovered(seed: int) -> dict[str, Any]:
    """What the methods make of one world with every truth planted."""
    own = world(seed)
    split = moves(own.panel, LIMITS).set_index("school_year")
    today = as_today(own.panel, own.events)
    split_today = moves(today, LIMITS).set_index("school_year")
    by_unit = moves_by_unit(today, placed_today(own.units, own.events), LIMITS)
    found = slips(on_one_rule(today), LIMITS)
    flagged = set(found.loc[found["is_slip"], "school_id"])
    easy = gaps(own.lines, BY_ITEM, LIMITS).set_index("item_id")
    total = if_all_verified(own.totals, own.drawn, own.risk, LIMITS)
    acted = impact(own.values, own.actions, LIMITS).set_index("action_id")
    warnings = warn(judged_year(own), LIMITS)
    last = own.paths[own.paths["school_year"] == LAST_YEAR].set_index("school_id")
    made = warnings.schools.set_index("school_id")["probability"].reindex(last.index)
    missed = (~last["is_reached"]).to_numpy(dtype=float)
    earlier = own.paths[own.paths["school_year"] < LAST_YEAR]
    in_reform = by_unit[by_unit["school_year"] == REFORM_YEAR]
    worked_share = (own.actions["action_id"] == "worked").sum() / split.loc[LAST_YEAR, "stayed_count"]
    truth = YEAR_CHANGE[-1] + ACTION_EFFECT * worked_share - 2 * SLIP / split.loc[LAST_YEAR, "stayed_count"]
    return {
        "gap_of_split": float((split["real"] + split["counted"] + split["rule"] - split["move"]).abs().max()),
        "rule": split.loc[INDEX_YEAR, "rule"],
        "totals_apart": float((split["after"] - split_today["after"]).abs().max()),
        "joined_today": int(split_today.loc[REFORM_YEAR, ["joined_count", "left_count"]].sum()),
        "joined_was": int(split.loc[REFORM_YEAR, ["joined_count", "left_count"]].sum()),
        "reform_moves": int(in_reform[["joined_count", "left_count"]].sum().sum()),
        "real": split.loc[LAST_YEAR, "real"] - truth,
        "real_covered": bool(split.loc[LAST_YEAR, "real_low"] <= truth <= split.loc[LAST_YEAR, "real_high"]),
        "slips_found": len(flagged & set(own.slipped)),
        "slips_wrong": len(flagged - set(own.slipped)),
        "easy_found": bool(easy.loc[EASY_ITEM, "is_easy"]),
        "easy_gap": easy.loc[EASY_ITEM, "mean_gap"],
        "total": float("nan") if total.estimate is None else total.estimate - own.true_total,
        "total_covered": total.low is not None and total.high is not None and total.low <= own.true_total <= total.high,
        "worked": acted.loc["worked", "verdict"] == CLEAR,
        "effect": acted.loc["worked", "effect"] - ACTION_EFFECT,
        "effect_covered": bool(acted.loc["worked", "low"] <= ACTION_EFFECT <= acted.loc["worked", "high"]),
        "idle": acted.loc["idle", "verdict"] == CLEAR,
        "idle_not_seen": acted.loc["idle", "verdict"] == NOT_SEEN,
        "speaks": bool(warnings.model),
        "made": made.to_numpy(dtype=float),
        "missed": missed,
        "base": brier(np.full(len(missed), 1 - earlier["is_reached"].mean()), missed),
        "slipped_warned": int((made.reindex(list(own.slipped)) >= 0.5).sum()),
    }  # fmt: skip


def alarms(seed: int) -> dict[str, bool]:
    """What the methods find in one world without any effect: each should find nothing."""
    own = world(NULL_SEED + seed, effects=False)
    today = as_today(own.panel, own.events)
    acted = impact(own.values, own.actions, LIMITS)
    blind = world(NULL_SEED + seed, effects=False, signal=False)
    return {
        "real_change": bool(moves(today, LIMITS)["is_sure"].any()),
        "slip": bool(slips(on_one_rule(today), LIMITS)["is_slip"].any()),
        "easy_item": bool(gaps(own.lines, BY_ITEM, LIMITS)["is_easy"].any()),
        "action": bool((acted["verdict"] == CLEAR).any()),
        "warning": bool(warn(judged_year(blind), LIMITS).model),
    }


def of_worlds(made_by: Any, seeds: Sequence[int], workers: int) -> list[dict[str, Any]]:
    """One world after another, on as many processes as given; in the order of the seeds."""
    if workers <= 1:
        return [made_by(seed) for seed in seeds]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(made_by, seeds, chunksize=5))


def recovery_table(found: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """One row per planted truth: what was planted, what was found over all worlds, the error and the one stated."""
    frame = pd.DataFrame(found)
    count = len(frame)
    probabilities, outcomes = np.concatenate(frame["made"].tolist()), np.concatenate(frame["missed"].tolist())
    bands = reliability(probabilities, outcomes)
    own, base = brier_scores(found)
    off = float(((bands["predicted"] - bands["observed"]).abs() * bands["school_count"]).sum() / bands["school_count"].sum())  # fmt: skip

    def most(name: str) -> float:
        return float(frame[name].abs().max())

    def share(name: str) -> float:
        return float(frame[name].mean())

    rows = [
        ("each move is its three parts", "exact", f"{count} worlds × 4 moves", most("gap_of_split"), 1e-9, most("gap_of_split") <= 1e-9),
        ("index change", f"{RULE_SHIFT:+.1f}", f"{frame['rule'].mean():+.3f}", float((frame["rule"] - RULE_SHIFT).abs().max()), 0.3, bool((frame["rule"] - RULE_SHIFT).abs().max() <= 0.3)),
        ("merged pair: same totals both ways", "0", "as it was, as today", most("totals_apart"), 1e-9, most("totals_apart") <= 1e-9),
        ("merged pair: nobody joins or leaves today", "3 as it was", f"{frame['joined_was'].max()} as it was", most("joined_today"), 0, most("joined_today") == 0),
        ("reform: nobody moves between units of today", "0", f"{int(most('reform_moves'))} at most", most("reform_moves"), 0, most("reform_moves") == 0),
        ("real change of the last year, bias", "0", f"{frame['real'].mean():+.2f}", abs(share("real")), 0.5, abs(share("real")) <= 0.5),
        ("real change, truth in interval", "≥ 95%", f"{share('real_covered'):.0%}", 1 - share("real_covered"), 0.10, share("real_covered") >= 0.90),
        ("two schools that slip, found", f"{2 * count}", f"{frame['slips_found'].sum()}", 1 - frame["slips_found"].sum() / (2 * count), 0.10, frame["slips_found"].sum() >= 0.9 * 2 * count),
        ("two schools that slip, warned of by May", f"{2 * count}", f"{frame['slipped_warned'].sum()}", 1 - frame["slipped_warned"].sum() / (2 * count), 0.15, frame["slipped_warned"].sum() >= 0.85 * 2 * count),
        ("over-claimed item, found", "100%", f"{share('easy_found'):.0%}", 1 - share("easy_found"), 0.05, share("easy_found") >= 0.95),
        ("over-claimed item, points", f"{EASY_GAP:+.1f} to {EASY_GAP + 0.2:+.1f}", f"{frame['easy_gap'].mean():+.2f}", abs(frame["easy_gap"].mean() - EASY_GAP), 0.3, abs(frame["easy_gap"].mean() - EASY_GAP) <= 0.3),
        ("total if all were verified, bias", "0", f"{frame['total'].mean():+.2f}", abs(share("total")), 0.3, abs(share("total")) <= 0.3),
        ("total if all were verified, truth in interval", "95%", f"{share('total_covered'):.0%}", 1 - share("total_covered"), 0.10, share("total_covered") >= 0.90),
        ("action that worked, verdict clear", "100%", f"{share('worked'):.0%}", 1 - share("worked"), 0.20, share("worked") >= 0.80),
        ("action that worked, points, bias", f"{ACTION_EFFECT:+.1f}", f"{ACTION_EFFECT + frame['effect'].mean():+.2f}", abs(share("effect")), 1.0, abs(share("effect")) <= 1.0),
        ("action that worked, truth in interval", "95%", f"{share('effect_covered'):.0%}", 1 - share("effect_covered"), 0.10, share("effect_covered") >= 0.90),
        ("action that did not, called clear", "0%", f"{share('idle'):.0%} (not seen {share('idle_not_seen'):.0%})", share("idle"), 0.05, share("idle") <= 0.05),
        ("early warning speaks", "100%", f"{share('speaks'):.0%}", 1 - share("speaks"), 0.05, share("speaks") >= 0.95),
        ("early warning, Brier against base rate", f"< {base:.3f}", f"{own:.3f}", own / base, 0.6, own <= 0.6 * base),
        ("early warning, predicted against observed", "0", f"{len(bands)} bands", off, 0.05, off <= 0.05),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=ROW)


def reliability_table(found: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """The bands of all probabilities given of the last year, over all worlds."""
    return reliability(
        np.concatenate([one["made"] for one in found]), np.concatenate([one["missed"] for one in found])
    )


def brier_scores(found: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """The Brier score of all probabilities given of the last year, and that of the base rate."""
    made, missed = (np.concatenate([one[name] for one in found]) for name in ("made", "missed"))
    return brier(made, missed), float(np.mean([one["base"] for one in found]))


def alarm_table(found: Sequence[dict[str, bool]]) -> pd.DataFrame:
    """One row per method: the worlds without effect in which it found something, beside the rate it states."""
    frame = pd.DataFrame(found)
    rate = LIMITS.false_alarm_rate
    rows = [
        (
            name,
            len(frame),
            int(frame[name].sum()),
            float(frame[name].mean()),
            rate,
            bool(frame[name].mean() <= rate),
        )
        for name in frame.columns
    ]
    return pd.DataFrame(rows, columns=["method", "worlds", "alarms", "rate", "stated", "is_kept"])
