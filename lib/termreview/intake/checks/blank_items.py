"""One group of the index whose items a school left blank: nothing is scored there, and the school is asked why."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

import pandas as pd

from termreview.intake.files.file_reading import Remark
from termreview.reference.declarations import TermReference

CODE = "items_blank"


def blank_items(observations: pd.DataFrame, term: TermReference) -> Iterator[tuple[str, Remark]]:
    """The schools that left whole items of the index blank, a remark per school and group, at the first such cell.

    An item is blank where every one of its answers is; one that says "không có" was answered, and one that is worked
    out from counts needs no claim.
    """
    items = [item for item in term.indicator_set.items if "in_use" in item.columns]
    item_of = {item.field(column): item for item in items for column in item.columns}
    levels = {school.unit_id: school.level for school in term.schools}
    scored = frozenset(term.indicator_set.levels)
    blank_at: dict[tuple[str, str], int] = {}  # a school and an item -> the row of its first blank answer
    school_ids, field_ids, states = (
        observations[name].tolist() for name in ("school_id", "field_id", "state")
    )
    for row, state in enumerate(states):
        item = item_of.get(field_ids[row]) if state == "blank" else None
        if item is not None and levels.get(school_ids[row]) in scored:
            blank_at.setdefault((school_ids[row], item.item_id), row)
    if not blank_at:
        return
    answered = {
        (school_id, item_of[field_id].item_id)
        for school_id, field_id, state in zip(school_ids, field_ids, states, strict=True)
        if state != "blank" and field_id in item_of
    }
    item_named = {item.item_id: item for item in items}
    found: dict[tuple[str, str], dict[str, Mapping[Hashable, object]]] = {}
    for (school_id, item_id), row in blank_at.items():
        if (school_id, item_id) not in answered:
            line = observations.iloc[row].to_dict()
            found.setdefault((school_id, item_named[item_id].group_id), {})[item_id] = line
    asked = {group.group_id: len(group.items) for group in term.indicator_set.groups}
    for (school_id, group_id), blank in found.items():
        first = next(iter(blank.values()))
        sheet, cell = (str(first[name]) if isinstance(first[name], str) else "" for name in ("sheet", "cell"))
        told, named_items = f"{len(blank)}/{asked[group_id]}", ", ".join(blank)
        yield (
            str(school_id),
            Remark(CODE, CODE, sheet, cell, str(first["field_id"]), told, "", group_id, named_items),
        )
