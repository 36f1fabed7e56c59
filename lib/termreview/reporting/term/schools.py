"""One expected school: its name, level and commune on the deadline, in registry order."""

from __future__ import annotations

import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.units import Registry

ALL = "all"


def expected_schools(declared: TermReference, registry: Registry) -> pd.DataFrame:
    """List the schools expected to report: one row per school, key `school_id`, in the order of all reports."""
    units = registry.on(declared.plan.due_on)
    titles = {level.level: (level.title, level.short_title, level.is_general) for level in registry.levels}
    rows = []
    for place, school in enumerate(declared.schools):
        title, short_title, is_general = titles[school.level]
        parent = units.get(school.parent_id)
        rows.append(
            (
                school.unit_id,
                school.name,
                school.short_name,
                school.level,
                title,
                short_title,
                is_general,
                school.parent_id,
                parent.name if parent else "",
                place,
            )
        )
    columns = [
        "school_id", "name", "short_name", "level", "level_title", "level_short", "is_general", "commune_id",
        "commune_name", "place",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def with_all(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows of one table with, for each key, one more row of scope `all` that sums its school levels."""
    numbers = [column for column in frame.columns if column not in (*keys, "scope")]
    if keys:
        whole = frame.groupby(keys, sort=False, as_index=False)[numbers].sum()
    else:
        whole = frame[numbers].sum().to_frame().T
    return pd.concat([whole.assign(scope=ALL), frame], ignore_index=True)[frame.columns]


def whole_of(frame: pd.DataFrame) -> dict[str, int]:
    """The counts of scope `all` of one summary, summed over its keys."""
    own = (frame["scope"] == ALL).to_numpy(dtype=bool)
    names = [name for name in frame.columns if "_count" in name]
    return {name: int(frame[name].to_numpy()[own].sum()) for name in names}


def short_names(schools: pd.DataFrame) -> dict[str, str]:
    """The short name of each expected school, by its code (`expected_schools`)."""
    return dict(zip(schools["school_id"], schools["short_name"], strict=True))
