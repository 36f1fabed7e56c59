"""One action of the office: what its schools gained beyond peers like them, with an interval and a verdict.

Difference in differences against matched peers: each school of the action is compared with the schools of the same
level without any action whose start and size are nearest. The start is the mean of all earlier years, not the last
one alone: schools that are chosen after a bad year would rise by themselves (regression to the mean). The interval comes
from permutation, so it needs no assumption on how points are spread: the same reckoning is done again with the luck of
the schools given to others by lot.

A panel has one row per school and year: `school_id, school_year, value, level, size`; an action one row per school:
`action_id, school_id, school_year` (the first year whose value the action can have changed).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from termreview.insight.intervals import Floats, holm
from termreview.reference.texts.insight import Limits

CLEAR, UNCLEAR, NOT_SEEN = "clear", "unclear", "not_seen"  # rõ, chưa rõ, không thấy
IMPACT_COLUMNS = [
    "action_id", "school_count", "peer_count", "effect", "low", "high", "chance", "pre_trend", "pre_chance",
    "ceiling_share", "sensitivity_low", "sensitivity_high", "verdict", "reason",
]  # fmt: skip
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
_LOTS = 400  # permutations
_SIZE_WEIGHT = 0.5  # of the size beside the earlier values


@dataclass(frozen=True, eq=False)
class _Action:
    """One action as arrays: who had it, level and size, the mean of the years before it, and the value after it."""

    is_acted: Flags
    level: npt.NDArray[np.object_]
    size: Floats
    start: Floats
    after: Floats

    @property
    def gain(self) -> Floats:
        """What each school gained over its start."""
        return self.after - self.start


def impact(panel: pd.DataFrame, actions: pd.DataFrame, limits: Limits, most: float = 100.0) -> pd.DataFrame:
    """Judge every action: one row per action, in the order declared.

    Parameters
    ----------
    most
        The highest value that the measure can take.

    Returns
    -------
    pandas.DataFrame
        `effect` in points of the measure with `low` and `high` by permutation; `chance` is corrected for all actions
        looked at; `pre_trend` is the same reckoning for the last year before the action, when nothing had been done yet;
        `ceiling_share` of the schools could hardly rise any more; `sensitivity_low` and `sensitivity_high` are the
        ends of the effect over other ways to match. `verdict`: `clear` (the chance is below the declared rate, the
        effect is worth having, every way of matching agrees on its sign, schools and peers ran alike before), `not_seen` (an effect worth having
        lies outside of the interval), else `unclear`, with the `reason`; of fewer schools than declared there are no
        figures, only `too_few`.
    """
    found = [
        _judged(str(action_id), panel, actions, own, limits, most)
        for action_id, own in actions.groupby("action_id", sort=False)
    ]
    frame = pd.DataFrame(found, columns=IMPACT_COLUMNS)
    known = frame["chance"].notna()
    frame.loc[known, "chance"] = holm(list(frame.loc[known, "chance"]))
    verdicts = [_verdict(row, limits) for row in frame.to_dict("records")]
    frame["verdict"], frame["reason"] = [one[0] for one in verdicts], [one[1] for one in verdicts]
    return frame


def _judged(
    action_id: str, panel: pd.DataFrame, actions: pd.DataFrame, own: pd.DataFrame, limits: Limits, most: float
) -> dict[str, Any]:
    year = str(own["school_year"].min())
    found = _arranged(panel, actions, own, year)
    acted = 0 if found is None else int(found.is_acted.sum())
    peers = 0 if found is None else int((~found.is_acted).sum())
    row: dict[str, Any] = {"action_id": action_id, "school_count": acted, "peer_count": peers}
    if found is None or acted < limits.fewest_acted or peers < limits.fewest_acted:
        return row | {"chance": np.nan, "reason": "too_few"}
    order, gain = _nearest(found), found.gain
    effect = _effect(order, found.is_acted, gain, limits.peers)
    by_lot = _by_lot(found, order, limits.peers, action_id)
    reach = float(np.quantile(np.abs(by_lot), 1 - limits.false_alarm_rate))
    others = [
        _effect(_nearest(found, weight), found.is_acted, gain, count)
        for count in (1, limits.peers, 2 * limits.peers)
        for weight in (0.0, _SIZE_WEIGHT)
    ]
    row |= {
        "effect": effect, "low": effect - reach, "high": effect + reach, "chance": _chance(effect, by_lot),
        "ceiling_share": float((found.start[found.is_acted] >= limits.ceiling_share * most).mean()),
        "sensitivity_low": min(others), "sensitivity_high": max(others),
    }  # fmt: skip
    years = sorted(one for one in panel["school_year"].unique() if one < year)
    if len(years) > 1:
        early = _arranged(panel[panel["school_year"] < year], actions, own, years[-1])
        if early is not None and early.is_acted.any() and not early.is_acted.all():
            order = _nearest(early)
            trend = _effect(order, early.is_acted, early.gain, limits.peers)
            row |= {
                "pre_trend": trend,
                "pre_chance": _chance(trend, _by_lot(early, order, limits.peers, action_id)),
            }
    return row


def _arranged(panel: pd.DataFrame, actions: pd.DataFrame, own: pd.DataFrame, year: str) -> _Action | None:
    """The schools with a value in one year and before it, those of other actions left out of the peers."""
    wide = panel.pivot_table(index="school_id", columns="school_year", values="value")
    before = [one for one in sorted(wide.columns) if one < year]
    if year not in wide or not before:
        return None
    last = (
        panel[panel["school_year"] <= year]
        .sort_values("school_year")
        .drop_duplicates("school_id", keep="last")
    )
    last = last.set_index("school_id")
    others = actions[actions["action_id"] != own["action_id"].iloc[0]]["school_id"]
    is_own = wide.index.isin(own["school_id"])
    wide = wide[wide[year].notna() & wide[before].notna().any(axis=1) & (is_own | ~wide.index.isin(others))]
    is_own = wide.index.isin(own["school_id"])
    level = last.loc[wide.index, "level"].to_numpy(dtype=object)
    size = np.nan_to_num(np.log1p(last.loc[wide.index, "size"].to_numpy(dtype=float)))
    # A year is common to all: a school that lacks one is not weaker for it.
    start = (wide[before] - wide[before].mean()).mean(axis=1) + wide[before].mean().mean()
    usable = np.array([bool(((level == one) & ~is_own).any()) for one in level], dtype=bool)
    return _Action(
        is_own[usable], level[usable], size[usable], start.to_numpy(dtype=float)[usable],
        wide[year].to_numpy(dtype=float)[usable],
    )  # fmt: skip


def _nearest(found: _Action, size_weight: float = _SIZE_WEIGHT) -> Places:
    """By school all others of its level, the most alike first; those of other levels are -1 at the end."""
    values = np.column_stack([_standard(found.start), size_weight * _standard(found.size)])
    distance = ((values[:, None, :] - values[None, :, :]) ** 2).sum(axis=2)
    is_other = found.level[:, None] == found.level[None, :]
    np.fill_diagonal(is_other, False)
    order = np.argsort(np.where(is_other, distance, np.inf), axis=1, kind="stable")
    return np.where(np.take_along_axis(is_other, order, axis=1), order, -1)


def _effect(order: Places, is_acted: Flags, gain: Floats, peers: int) -> float:
    """The mean gain of the schools of an action beyond the middle one of their nearest peers without one.

    The middle, not the mean: a peer that falls for a reason of its own must not make an action look good.
    """
    own = order[is_acted]
    is_peer = (own >= 0) & ~is_acted[own]
    is_peer &= np.cumsum(is_peer, axis=1) <= peers
    count = is_peer.sum(axis=1)
    matched = count > 0
    if not matched.any():
        return float("nan")
    ranked = np.sort(np.where(is_peer, gain[own], np.inf), axis=1)[matched]
    count, place = count[matched], np.arange(int(matched.sum()))
    middle = (ranked[place, (count - 1) // 2] + ranked[place, count // 2]) / 2
    return float((gain[is_acted][matched] - middle).mean())


def _by_lot(found: _Action, order: Places, peers: int, seed: str) -> Floats:
    """The effects that luck alone makes: what each school gained beyond what was to be expected, given to others by lot.

    The schools of the action and their peers stay who they are: an office sends weak schools first, and these share
    few peers, so lots that gave the action to anyone would make luck look smaller than it is (Freedman & Lane 1983).
    Expected is what level, start and the action explain; what fitting them takes away of each rest is given back.
    """
    levels = [found.level == level for level in dict.fromkeys(found.level.tolist())]
    figures = np.column_stack([*levels, found.start, found.is_acted]).astype(float)
    hat = figures @ np.linalg.pinv(figures)
    rest = (found.gain - hat @ found.gain) / np.sqrt(np.maximum(1 - np.diag(hat), 0.1))
    lots = np.random.default_rng(zlib.crc32(seed.encode()))
    return np.array([_effect(order, found.is_acted, lots.permutation(rest), peers) for _ in range(_LOTS)])


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def _chance(effect: float, by_lot: Floats) -> float:
    """How often lot alone makes an effect at least this large either way; the found one counts as one of them."""
    known = by_lot[np.isfinite(by_lot)]
    return float((1 + (np.abs(known) >= abs(effect) - 1e-12).sum()) / (1 + len(known)))


def _verdict(row: Mapping[Any, Any], limits: Limits) -> tuple[str, str]:
    if row["reason"] == "too_few":
        return UNCLEAR, "too_few"
    effect, low, high = (row[name] for name in ("effect", "low", "high"))
    is_high = row["ceiling_share"] > 0.5  # who can hardly rise proves nothing by not rising
    if pd.notna(row["pre_chance"]) and row["pre_chance"] < limits.false_alarm_rate:
        return UNCLEAR, "pre_trend"
    if row["chance"] < limits.false_alarm_rate and (low > 0 or high < 0):
        if abs(effect) < limits.least_effect:
            return UNCLEAR, "ceiling" if is_high else "small"
        ends = row["sensitivity_low"], row["sensitivity_high"]
        if min(ends) * effect <= 0 or max(ends) * effect <= 0:
            return UNCLEAR, "matching"
        return CLEAR, "harm" if effect < 0 else "gain"
    if is_high:
        return UNCLEAR, "ceiling"
    return (NOT_SEEN, "below_worth") if high < limits.least_effect else (UNCLEAR, "wide")
