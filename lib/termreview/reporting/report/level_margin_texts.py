"""One level in words: solid, or what single thing it hangs on; the same words on a school's page and at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from termreview.reference.declarations import Reference
from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record
from termreview.reporting.report.narrative import page_text
from termreview.reporting.summaries.index import UNALLOCATED, held_text
from termreview.scoring.level_margin import NOT_CONCLUDED, SOLID


class MarginLine(NamedTuple):
    """What the level of one group hangs on."""

    group_id: str
    text: str
    is_solid: bool


def margin_lines(
    reference: Reference,
    indicator_set: IndicatorSet,
    level_margins: Mapping[str, Record],
    reasons: Mapping[str, str],
    held: Mapping[str, str],
) -> list[MarginLine]:
    """What the levels of one school hang on: one line per group, in the order of the index.

    Parameters
    ----------
    level_margins
        The rows of `weigh_levels` of the school, by group.
    reasons
        Why a level is not concluded, by group, as `school_scores` tells it.
    held
        What keeps a level below its points, by group, as `school_scores` tells it.
    """
    lowest = int(indicator_set.level_bands[0].low)
    titles = {item.item_id: item.title for item in indicator_set.items}
    lines = []
    for group in indicator_set.groups:
        row = level_margins[group.group_id]
        kind, item = str(row["strength"]), str(row["item_id"])
        places = {"group": group.group_id, "item": item, "title": titles.get(item, "")}
        if kind == NOT_CONCLUDED:
            if reasons[group.group_id] == "condition_unknown":
                told = page_text(reference, "strength.open_condition", group=group.group_id)
            elif group.unallocated is not None and item.endswith(UNALLOCATED):
                points = number_text(group.unallocated.points)
                told = page_text(reference, "strength.open_unallocated", group=group.group_id, points=points)
            else:
                told = page_text(reference, "strength.open_item", **places)
        elif kind == SOLID and held[group.group_id]:
            why = held_text(reference, held[group.group_id])
            told = page_text(reference, "strength.held", group=group.group_id, level=row["level"], held=why)
        elif kind == SOLID and row["level"] == lowest:
            told = page_text(reference, "strength.lowest", group=group.group_id, level=lowest)
        elif kind == SOLID:
            told = page_text(reference, "strength.solid", group=group.group_id)
        else:
            told = page_text(
                reference, f"strength.{kind}", **places, level=row["if_level"], count=row["item_count"]
            )
        lines.append(MarginLine(group.group_id, told, kind == SOLID))
    return lines
