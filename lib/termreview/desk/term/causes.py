"""One cause of findings with the cells behind it: largest first, each cell with its place and its words."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow

SEVERITIES = ("error", "query", "note")
OPEN, SETTLED = "open", "settled"


def findings_in(
    now: TermNow, scope: Scope, severities: Collection[str] = SEVERITIES, status: str = OPEN
) -> pd.DataFrame:
    """The findings of one scope, with the kind of their cause in `kind` and names of the school beside them.

    A file that no school owns stands in the scope of all schools only.
    """
    findings = now.cleaned.findings
    rows = findings[findings["severity"].isin(list(severities)) & (findings["status"] == status)]
    schools = now.schools[["school_id", "short_name", "level", "commune_name", "place"]]
    rows = rows.merge(schools, on="school_id", how="left")
    if scope != Scope():
        rows = scope.of(rows)
    return rows.assign(kind=rows["cause"].str.replace(r":.*", "", regex=True))


def fold_findings(rows: pd.DataFrame, now: TermNow) -> pd.DataFrame:
    """Fold findings into causes: one row per cause, the one with most places first, key `kind`.

    `finding_count` places in `school_count` schools; `severity` is the gravest among them; `example` the words of
    the first.
    """
    order = {name: place for place, name in enumerate(SEVERITIES)}
    folded = (
        rows.assign(order=rows["severity"].map(order))
        .groupby("kind", as_index=False)
        .agg(
            finding_count=("finding_id", "size"),
            school_count=("school_id", "nunique"),
            order=("order", "min"),
            example=("message", "first"),
        )
        .sort_values(["finding_count", "order", "kind"], ascending=[False, True, True], ignore_index=True)
    )
    folded["severity"] = [SEVERITIES[int(place)] for place in folded["order"]]
    folded["title"] = [now.titles.get(kind, kind) for kind in folded["kind"]]
    return folded.drop(columns="order")


def cells_of(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The findings of one cause in the order of the reports: one row per place, key `finding_id`."""
    return rows[rows["kind"] == kind].sort_values("place", kind="stable", na_position="last")


def finding(now: TermNow, finding_id: str) -> pd.Series | None:
    """One finding; None where it is gone, because a file or a decision changed it."""
    found = now.cleaned.findings[now.cleaned.findings["finding_id"] == finding_id]
    return None if found.empty else found.iloc[0]
