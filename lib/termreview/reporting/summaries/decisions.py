"""One cause of findings, one check's record: what a decision would settle, and which checks are worth their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reference.kinds.decisions import FOLDED_CAUSES, Decision

_ORDER = {"error": 0, "query": 1, "note": 2}
_DOUBTED = ("error", "query")
_OVERTURNING = ("accept", "not_applicable")


def open_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings that no decision has settled, in their order."""
    return findings[findings["status"] == "open"]


def doubted_answers(findings: pd.DataFrame) -> set[tuple[str, str]]:
    """The school and field of every answer that still has an open error or query."""
    rows = open_findings(findings)
    rows = rows[rows["severity"].isin(_DOUBTED) & rows["field_id"].notna() & rows["school_id"].notna()]
    return set(zip(rows["school_id"].tolist(), rows["field_id"].tolist(), strict=True))


def causes_of(findings: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Fold open findings into causes: one row per cause, key `cause`, errors first, the widest spread first.

    `example` is the message of the first finding; `titles` are words by cause or code.
    """
    rows = open_findings(findings)
    rows = rows.assign(
        kind=rows["cause"].str.replace(r":.*", "", regex=True), order=rows["severity"].map(_ORDER)
    )
    frame = rows.groupby("kind", as_index=False).agg(
        order=("order", "min"),
        finding_count=("finding_id", "size"),
        school_count=("school_id", "nunique"),
        example=("message", "first"),
    )
    frame = frame.sort_values(
        ["order", "school_count", "finding_count", "kind"], ascending=[True, False, False, True]
    ).rename(columns={"kind": "cause"})
    frame["title"] = [titles.get(cause, cause) for cause in frame["cause"]]
    frame["severity"] = frame["order"].map({place: name for name, place in _ORDER.items()})
    frame["is_folded"] = frame["cause"].isin(FOLDED_CAUSES)
    return frame.drop(columns="order").reset_index(drop=True)


def advice_on(reference: Reference, kind: str, severity: str) -> str:
    """The decision that usually settles one cause, in words; a note needs none, a file not read is sent anew."""
    advice = reference.desk["advice"]
    common = "note" if severity == "note" else "refused" if kind.startswith("refused_") else "other"
    return str(advice.get(kind, advice[common]))


def check_record(
    findings: pd.DataFrame, decisions: Sequence[Decision], titles: Mapping[str, str]
) -> pd.DataFrame:
    """How often each check fired and was overturned: one row per check or message, key `check_code`.

    `fired_count` = `open_count` + `overturned_count` + `upheld_count`. A finding is overturned when the office
    accepted the answer, called it not applicable or put back what reading had changed; it is upheld when the
    answer was corrected. Checks that never fired stand at the end with zeros.
    """
    is_overturning = {decision.decision_id: _overturns(decision) for decision in decisions}
    settled = findings["decision_id"].map(is_overturning)
    is_open = findings["status"] == "open"
    frame = pd.DataFrame(
        {
            "check_code": findings["check_code"],
            "open_count": is_open,
            "overturned_count": ~is_open & (settled == True),  # noqa: E712
            "upheld_count": ~is_open & (settled != True),  # noqa: E712
        }
    )
    counts = frame.groupby("check_code").sum().astype(int)
    counts = counts.reindex(sorted(set(counts.index) | set(titles)), fill_value=0)
    counts.insert(0, "fired_count", counts.sum(axis=1))
    schools = findings.groupby("check_code")["school_id"].nunique()
    counts["school_count"] = schools.reindex(counts.index, fill_value=0).astype(int)
    counts["title"] = [titles.get(code, code) for code in counts.index]
    counts = counts.rename_axis("check_code").reset_index()
    return counts.sort_values(["fired_count", "check_code"], ascending=[False, True], ignore_index=True)


def _overturns(decision: Decision) -> bool:
    is_put_back = decision.action == "correct" and decision.new_value == decision.expected_value
    return decision.action in _OVERTURNING or is_put_back
