"""One group of the index whose items a school left blank: nothing is scored there, and the school is asked why."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

import pandas as pd

from termreview.intake.file_reading import Remark
from termreview.reference.declarations import TermReference

CODE = "items_blank"


def blank_items(observations: pd.DataFrame, term: TermReference) -> Iterator[tuple[str, Remark]]:
    """The schools that left whole items of the index blank, a remark per school and group, at the first such cell.

    An item is blank where every one of its answers is; one that says "không có" was answered, and one that is worked
    out from counts needs no claim.
    """
    items = [item for item in term.indicator_set.items if "in_use" in item.columns]
    item_of = {item.field(column): item for item in items for column in item.columns}
    own = observations[observations["field_id"].isin(list(item_of))]
    levels = {school.unit_id: school.level for school in term.schools}
    own = own[own["school_id"].map(levels).isin(list(term.indicator_set.levels))]
    is_blank = own["state"].eq("blank").to_numpy(dtype=bool)
    named = own.assign(item_id=own["field_id"].map({name: item.item_id for name, item in item_of.items()}))
    answered = set(zip(*(named.loc[~is_blank, name] for name in ("school_id", "item_id")), strict=True))
    found: dict[tuple[str, str], dict[str, Mapping[Hashable, object]]] = {}
    for row in named[is_blank].to_dict("records"):
        item = item_of[row["field_id"]]
        if (row["school_id"], item.item_id) not in answered:
            found.setdefault((row["school_id"], item.group_id), {}).setdefault(item.item_id, row)
    asked = {group.group_id: len(group.items) for group in term.indicator_set.groups}
    for (school_id, group_id), blank in found.items():
        first = next(iter(blank.values()))
        sheet, cell = (str(first[name]) if isinstance(first[name], str) else "" for name in ("sheet", "cell"))
        told, named_items = f"{len(blank)}/{asked[group_id]}", ", ".join(blank)
        yield (
            str(school_id),
            Remark(CODE, CODE, sheet, cell, str(first["field_id"]), told, "", group_id, named_items),
        )
