"""One simulated district over several school years, seeded, with truths planted that the methods have to find again.

Openly illustrative: no figure is of a real school. `world(seed)` holds every planted truth, `world(seed, effects=False)`
none: whatever is found there is a false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

YEARS = ("2019-2020", "2020-2021", "2021-2022", "2022-2023", "2023-2024")
REFORM_YEAR, INDEX_YEAR, ACTION_YEAR, LAST_YEAR = YEARS[2], YEARS[3], YEARS[4], YEARS[4]
LEVELS = ("primary", "lower_secondary", "combined")
USUAL_GAIN = {"primary": 4.0, "lower_secondary": 7.0, "combined": 5.0}
YEAR_CHANGE = (0.0, 2.0, 1.5, 1.0, 1.0)  # what each year really changes at every school
RULE_SHIFT = 6.0  # what the new index changes at every school
ACTION_EFFECT = 9.0
SLIP = 25.0
EASY_GAP = 2.0
EASY_ITEM = "1.4"
EDGE = 50.0
SCHOOL_COUNT = 60
ITEMS = tuple(f"{group}.{number}" for group in (1, 2) for number in range(1, 11))
# Yearly luck of a school, and noise of one report, in points.
LUCK, NOISE = 3.0, 2.0


@dataclass(frozen=True, eq=False)
class World:
    """Tables as the insight functions take them, and what was planted in them.

    `panel` is of the end of each year; `paths` has both parts; `units` the communes as they were; `events` the mergers;
    `actions` two actions, of which `worked` has an effect; `lines` the verified items of the last year, `drawn` and
    `risk` the schools visited by lot and for their risk, `true_total` the mean total if all had been verified.
    """

    panel: pd.DataFrame
    values: pd.DataFrame
    paths: pd.DataFrame
    units: pd.DataFrame
    events: pd.DataFrame
    actions: pd.DataFrame
    lines: pd.DataFrame
    totals: pd.DataFrame
    drawn: tuple[str, ...]
    risk: tuple[str, ...]
    true_total: float
    merged: tuple[str, str, str]
    slipped: tuple[str, ...]


def world(seed: int, *, effects: bool = True, signal: bool = True) -> World:
    """Make one world; with `signal` off the first semester says nothing of the end of the year."""
    lot = np.random.default_rng(seed)
    ids = [f"s{number:02d}" for number in range(SCHOOL_COUNT)]
    level = {school_id: LEVELS[place % 3] for place, school_id in enumerate(ids)}
    commune = {school_id: f"c{place // 5:02d}" for place, school_id in enumerate(ids)}
    size = {school_id: int(lot.integers(150, 900)) for school_id in ids}
    ability = dict(zip(ids, lot.normal(52, 9, SCHOOL_COUNT), strict=True))
    first, second = ids[0], ids[3]  # one level, merged into one school in the year of the reform
    merged = (first, second, "m00")
    level["m00"], commune["m00"], size["m00"] = level[first], commune[first], size[first] + size[second]
    ability["m00"] = (ability[first] + ability[second]) / 2
    slipped = tuple(sorted(str(one) for one in lot.choice(ids[30:], 2, replace=False))) if effects else ()
    # Whom the office trains: weak schools sooner than strong ones, as offices do, by what they are, not by their luck.
    order = sorted(ids[4:], key=lambda one: ability[one] + lot.normal(0, 12))
    order = [one for one in order if one not in slipped]
    worked, idle = order[: 2 * 12 : 2], order[1 : 2 * 12 : 2]
    rows, paths, units = [], [], []
    change = 0.0
    for place, year in enumerate(YEARS):
        change += YEAR_CHANGE[place] if effects else 0.0
        reformed = year >= REFORM_YEAR
        present = [one for one in [*ids, "m00"] if (one in (first, second)) != reformed or one not in merged]
        for school_id in present:
            true = ability[school_id] + change + lot.normal(0, LUCK)
            if effects and year == ACTION_YEAR and school_id in worked:
                true += ACTION_EFFECT
            if year == LAST_YEAR and school_id in slipped:
                true -= SLIP
            end = true + lot.normal(0, NOISE)
            start = (
                (true if signal else lot.normal(52, 10)) - USUAL_GAIN[level[school_id]] + lot.normal(0, NOISE)
            )
            shift = RULE_SHIFT if effects and year >= INDEX_YEAR else 0.0
            end, old = min(max(end, 0.0), 100.0 - shift), end
            old = min(max(old, 0.0), 100.0 - shift)
            rows.append(
                (school_id, year, end + shift, 1.0, "index-2" if shift else "index-1",
                 old if year == INDEX_YEAR and effects else np.nan, level[school_id], size[school_id])
            )  # fmt: skip
            paths.append((school_id, year, level[school_id], start - EDGE, end - EDGE, end >= EDGE))
            units.append(
                (school_id, year, commune[school_id] if not reformed else f"w{commune[school_id][1:2]}")
            )
    panel = pd.DataFrame(
        rows,
        columns=["school_id", "school_year", "numerator", "denominator", "rule_id", "numerator_before", "level", "size"],
    )  # fmt: skip
    panel["denominator_before"] = panel["numerator_before"].where(panel["numerator_before"].isna(), 1.0)
    values = panel.assign(value=panel["numerator"])[["school_id", "school_year", "value", "level", "size"]]
    path_frame = pd.DataFrame(
        paths, columns=["school_id", "school_year", "level", "start", "end", "is_reached"]
    )
    events = pd.DataFrame([{"kind": "merge", "from_ids": [first, second], "to_ids": ["m00"]}])
    actions = pd.DataFrame(
        [("worked", one, ACTION_YEAR) for one in worked] + [("idle", one, ACTION_YEAR) for one in idle],
        columns=["action_id", "school_id", "school_year"],
    )
    return World(
        panel, values, path_frame, pd.DataFrame(units, columns=["school_id", "school_year", "unit_id"]), events, actions,
        *_visits(lot, [one for one in [*ids, "m00"] if one not in (first, second)], level, effects), merged, slipped,
    )  # fmt: skip


def _visits(
    lot: np.random.Generator, ids: list[str], level: dict[str, str], effects: bool
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...], tuple[str, ...], float]:
    """The claims of the last year, a part of them verified: some schools for their risk, some by lot."""
    rows = []
    # How often a school claims a point too much on any item; the office has an idea of it, not more.
    optimism = {school_id: min(float(lot.exponential(0.15)), 1.0) * effects for school_id in ids}
    for school_id in ids:
        for item_id in ITEMS:
            verified = float(lot.integers(2, 9))
            gap = float(lot.choice([-0.5, 0.0, 0.0, 0.0, 0.5])) + float(lot.random() < optimism[school_id])
            gap += EASY_GAP if effects and item_id == EASY_ITEM else 0.0
            rows.append((school_id, item_id, level[school_id], verified + gap, verified))
    lines = pd.DataFrame(rows, columns=["school_id", "item_id", "level", "self_points", "true_points"])
    sums = lines.groupby("school_id")[["self_points", "true_points"]].sum()
    by_risk = sorted(ids, key=lambda one: optimism[one] + lot.normal(0, 0.05), reverse=True)
    risk = tuple(sorted(by_risk[:8]))
    rest = [one for one in ids if one not in risk]
    drawn = tuple(sorted(str(one) for one in lot.choice(rest, 18, replace=False)))
    visited = {*risk, *drawn}
    totals = pd.DataFrame(
        {
            "school_id": sums.index,
            "published": sums["self_points"].to_numpy(),
            "verified": sums["true_points"].where(sums.index.isin(list(visited))).to_numpy(),
        }
    )
    own = lines[lines["school_id"].isin(visited)].rename(columns={"true_points": "verified_points"})
    own = own.assign(gap=own["self_points"] - own["verified_points"], verified_by="office")
    return own, totals, drawn, risk, float(sums["true_points"].mean())
