"""One question that systems count as well: how many schools answer as the system does, by school level."""

from __future__ import annotations

from typing import Final

import pandas as pd

from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.sources import Sources
from termreview.reporting.blocks.values import Parts, column
from termreview.text import capitalised

AGREES, DIFFERS = "agrees", "differs"
ALL: Final = "all"
# Both sides have a figure and yet nobody can hold one against the other: the system itself is to be asked.
_UNSETTLED: Final = ("facts_differ", "period_short")
_OF_WHICH = "Trong đó: "  # how the form begins the label of a part, below that of its whole


def agreement_by_level(
    compared: pd.DataFrame, schools: pd.DataFrame, sources: Sources, form: Form
) -> pd.DataFrame:
    """How often answers and systems agree.

    Returns
    -------
    DataFrame
        One row a declared pair of which schools have both figures, in the order of the declarations: `label` of the
        question, and a share of agreeing among comparable schools in `all` and in a column a school level that has any.
    """
    both = compared[compared["verdict"].isin([AGREES, DIFFERS])]
    both = both.merge(schools[["school_id", "level"]], on="school_id")
    levels = [level for level in dict.fromkeys(schools["level"]) if level in set(both["level"])]
    fields, rows = form.all_fields(), []
    for pair in sources.pairs:
        own = both[both["pair_id"] == pair.pair_id]
        if own.empty:
            continue
        parts = {ALL: own} | {level: own[own["level"] == level] for level in levels}
        shares = {
            name: Parts(int((part["verdict"] == AGREES).sum()), len(part)) if len(part) else None
            for name, part in parts.items()
        }
        rows.append({"label": alone(fields[pair.field_id].label), **shares})
    frame = pd.DataFrame(rows, columns=["label", ALL, *levels])
    return frame.assign(**{name: column(frame[name]) for name in (ALL, *levels)})


def unsettled(compared: pd.DataFrame) -> pd.DataFrame:
    """The pairs that cannot be compared although exports tell of the school: they contradict each other, or tell of too few days."""
    return compared[compared["reason_code"].isin(_UNSETTLED)]


def alone(label: str) -> str:
    """The label of one question as it stands without that of its whole."""
    text = label.removeprefix(_OF_WHICH)
    return capitalised(text)
