"""One verified line of one school: what it claims beside what the office verified, and how much was verified at all."""

from __future__ import annotations

import pandas as pd

from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow


def verified_lines(now: TermNow, scope: Scope) -> pd.DataFrame:
    """The ledger lines that were verified: one row per school and item; `gap` is self minus verified, by `verified_by`.

    `gap` is missing where the school claimed nothing: nothing is compared then.
    """
    ledger = now.scored.ledger
    lines = ledger[ledger["verified_points"].notna()]
    schools = now.schools[["school_id", "short_name", "level", "level_title", "commune_name", "place"]]
    lines = scope.of(lines.merge(schools, on="school_id"))
    verifiers = {
        (one.school_id, one.item_id): one.verified_by
        for one in now.reference.verified
        if one.term_id == now.term_id
    }
    keys = zip(lines["school_id"], lines["item_id"], strict=True)
    return lines.assign(
        gap=lines["self_points"] - lines["verified_points"],
        verified_by=[verifiers.get(key, "") for key in keys],
    )


def coverage(now: TermNow, scope: Scope) -> dict[str, int]:
    """How much of the index was verified: schools and lines, each with what there is in the scope."""
    ids = set(scope.school_ids(now))
    scored = set(now.standings.loc[now.standings["state"] == "scored", "school_id"])
    ledger = now.scored.ledger
    lines = ledger[ledger["school_id"].isin(ids & scored) & (ledger["origin"] != "unallocated")]
    verified = lines[lines["verified_points"].notna()]
    return {
        "school_count": int(verified["school_id"].nunique()),
        "school_total": int(lines["school_id"].nunique()),
        "line_count": len(verified),
        "line_total": len(lines),
    }
