"""One group of the index whose items a school left blank: nothing is scored there, and the school is asked why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
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
    number_of = {item.field(column): number for number, item in enumerate(items) for column in item.columns}
    level_of, scored = {school.unit_id: school.level for school in term.schools}, term.indicator_set.levels
    codes, known = pd.factorize(observations["field_id"])
    item = np.array([number_of.get(name, -1) for name in known], dtype=np.intp)[codes]
    school, school_ids = pd.factorize(observations["school_id"])
    is_scored = np.array([level_of.get(name) in scored for name in school_ids], dtype=bool)[school]
    is_blank = (observations["state"] == "blank").to_numpy()
    has_answer = np.zeros((len(school_ids), len(items)), dtype=bool)
    told = np.flatnonzero((item >= 0) & ~is_blank)
    has_answer[school[told], item[told]] = True
    first_rows: dict[
        tuple[str, str], dict[str, int]
    ] = {}  # by school and group: each item's first blank answer
    for row in np.flatnonzero((item >= 0) & is_blank & is_scored).tolist():
        if not has_answer[school[row], item[row]]:
            at = school_ids[school[row]], items[item[row]].group_id
            first_rows.setdefault(at, {}).setdefault(items[item[row]].item_id, row)
    asked = {group.group_id: len(group.items) for group in term.indicator_set.groups}
    for (school_id, group_id), blank in first_rows.items():
        first = observations.iloc[next(iter(blank.values()))]
        sheet, cell = (str(first[name]) if isinstance(first[name], str) else "" for name in ("sheet", "cell"))
        share, named_items = f"{len(blank)}/{asked[group_id]}", ", ".join(blank)
        yield (
            str(school_id),
            Remark(CODE, CODE, sheet, cell, str(first["field_id"]), share, "", group_id, named_items),
        )
