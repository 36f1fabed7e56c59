"""One term's sure points by the rules of an earlier version of its index: what keeps a change of rule apart from a change of schools.

What the schools did is taken as it is today; only the rule is the one of then. Nothing is guessed: a group of which one
item of then was not asked, or was claimed up to another maximum, has no points by the earlier rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.indicators import IndicatorSet, Item
from termreview.scoring.ledger import facts_of, scored_schools
from termreview.scoring.rules import Facts, Numbers, score_item


def sure_points_by(
    earlier: IndicatorSet, declared: TermReference, observations: pd.DataFrame, ledger: pd.DataFrame
) -> pd.DataFrame:
    """The sure points of every school and group by an earlier index: `school_id, group_id, low`.

    An item that is what it was keeps its points. One whose bands changed has the points that the facts give by the
    bands of then; what a claim that the facts deny, or a verification, takes from the points of today it takes from
    those, too.

    Returns
    -------
    pandas.DataFrame
        Rows only for the groups of which every item of then can be reckoned; `low` is missing where the school's
        facts are.
    """
    schools = scored_schools(declared)
    ids = [school_id for school_id, _ in schools]
    asked = declared.form.all_fields()
    now = {item.item_id: item for item in declared.indicator_set.items}
    fields = list(dict.fromkeys(name for item in earlier.items for name in (*item.rule.fields, *map(item.field, item.columns))))  # fmt: skip
    facts = facts_of(observations, schools, fields)
    by_item = ledger.pivot(index="school_id", columns="item_id", values=["low", "computed_low"]).reindex(ids)
    frames = []
    for group in earlier.groups:
        parts = [_points(item, now.get(item.item_id), facts, by_item, asked) for item in group.items]
        known = [one for one in parts if one is not None]
        if known and len(known) == len(parts):
            low = np.sum(known, axis=0)
            frames.append(pd.DataFrame({"school_id": ids, "group_id": group.group_id, "low": low}))
    columns = ["school_id", "group_id", "low"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _points(
    item: Item, now: Item | None, facts: Facts, by_item: pd.DataFrame, asked: Mapping[str, Field]
) -> Numbers | None:
    """The points of one item of then, school by school; None where nothing of today tells them."""
    own = None if now is None else by_item["low"].get(item.item_id)
    low = None if own is None else own.to_numpy(dtype=float, na_value=np.nan)
    if now is not None and _rule(item) == _rule(now):
        return low
    if item.rule.kind == "claim" or any(name not in asked for name in item.rule.fields):
        return None
    if item.rule.kind == "yes_no" and item.field("in_use") not in asked:
        return None
    by_facts = score_item(item, facts).computed_low
    if low is None:
        return by_facts
    of_today = by_item["computed_low"][item.item_id].to_numpy(dtype=float, na_value=np.nan)
    moved = np.where(np.isnan(of_today), 0.0, low - of_today)
    return np.clip(np.where(np.isnan(by_facts), low, by_facts + moved), 0.0, item.max_points)


def _rule(item: Item) -> tuple[object, ...]:
    """What decides the points of one item; how sure the office is of it does not."""
    return replace(item.rule, mark=""), item.max_points, item.field_prefix
