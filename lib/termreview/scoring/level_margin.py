"""One level of one school weighed: solid, or what single thing it hangs on."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.scoring.ledger import item_inputs
from termreview.scoring.levels import levels_of
from termreview.scoring.rules import Flags, Numbers

# From the least to the most certain; the first that holds is told.
NOT_CONCLUDED, ROUNDING, PENDING, CLAIM, SOLID = "not_concluded", "rounding", "pending", "claim", "solid"
MARGIN_KINDS = (NOT_CONCLUDED, ROUNDING, PENDING, CLAIM, SOLID)
ROUNDING_POINTS = 0.5
COLUMNS = ["school_id", "group_id", "level", "strength", "item_id", "if_level", "margin", "item_count"]


def weigh_levels(
    ledger: pd.DataFrame,
    scores: pd.DataFrame,
    reference: TermReference,
    doubted: Container[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Weigh the level of each group of each scored school: one row per school and group.

    Parameters
    ----------
    doubted : school and field of every answer that still has an open error or query.

    Returns
    -------
    pandas.DataFrame
        `level` as concluded (missing where it is not); `strength`: `not_concluded` (the bounds give two levels),
        `rounding` (half a point less would cost the level), `pending` (an item whose answers are questioned
        would), `claim` (one claim that nobody verified would), else `solid`; `item_id` the item that it hangs on
        most, `item_count` how many would each do it alone, `if_level` the level without it, `margin` the points
        above the edge of the level.
    """
    inputs = {item.item_id: item_inputs(item) for item in reference.indicator_set.items}
    starts = {int(band.low): band.start for band in reference.indicator_set.level_bands}
    places = ledger.groupby(["school_id", "group_id"], sort=False).indices
    names = ledger["item_id"].to_numpy(dtype=object)
    lows, highs = (ledger[name].to_numpy(dtype=float) for name in ("low", "high"))
    is_claim = (ledger["reason"] == "claimed").to_numpy(dtype=bool)
    groups = {group.group_id for group in reference.indicator_set.groups}
    scored = scores[(scores["state"] == "scored") & scores["group_id"].isin(groups)]
    rows = []
    for score in scored.to_dict("records"):
        own = places[score["school_id"], score["group_id"]]
        lines = _Lines(names[own].tolist(), lows[own], highs[own], is_claim[own])
        rows.append(_weigh(score, lines, reference, inputs, starts, doubted))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"level": "Int64", "if_level": "Int64"})


@dataclass(frozen=True)
class _Lines:
    """The ledger lines of one group of one school: items, bounds, and whether a claim stands unverified."""

    items: list[str]
    lows: Numbers
    highs: Numbers
    is_claim: Flags


def _weigh(
    score: dict[Any, Any],
    lines: _Lines,
    reference: TermReference,
    inputs: dict[str, list[str]],
    starts: dict[int, float],
    doubted: Container[tuple[str, str]],
) -> dict[str, Any]:
    key = {"school_id": score["school_id"], "group_id": score["group_id"]}
    low, level = float(score["low"]), score["level"]
    lows, names, is_claim = lines.lows, lines.items, lines.is_claim
    if pd.isna(level):
        widths = lines.highs - lows
        # Points that no item holds are nobody's to settle: an item of the school's own is told first.
        own = np.array([name in inputs for name in names], dtype=bool) & (widths > 0)
        widest = int(np.argmax(np.where(own, widths, -1.0) if own.any() else widths))
        count = int((widths > 0).sum())
        return key | {
            "level": pd.NA, "strength": NOT_CONCLUDED, "item_id": names[widest] if count else "",
            "if_level": pd.NA, "margin": np.nan, "item_count": count,
        }  # fmt: skip
    margin = low - starts[int(level)]
    without = levels_of(np.round(low - lows, 6), reference)
    is_less = without < int(level)
    is_pending = np.array(
        [any((score["school_id"], name) in doubted for name in inputs.get(item, ())) for item in names],
        dtype=bool,
    )
    result = key | {"level": int(level), "margin": margin}
    is_edge = int(level) > min(starts) and levels_of(np.array([low - ROUNDING_POINTS]), reference)[0] < int(
        level
    )
    for strength, chosen in (
        (ROUNDING, np.full(len(names), is_edge)),
        (PENDING, is_less & is_pending),
        (CLAIM, is_less & is_claim),
    ):
        if chosen.any():
            weight = np.where(chosen, lows, -1.0)
            place = int(np.argmax(weight))
            named = "" if strength == ROUNDING else names[place]
            fallen = int(level) - 1 if strength == ROUNDING else int(without[place])
            count = 0 if strength == ROUNDING else int(chosen.sum())
            return result | {"strength": strength, "item_id": named, "if_level": fallen, "item_count": count}
    return result | {"strength": SOLID, "item_id": "", "if_level": pd.NA, "item_count": 0}
