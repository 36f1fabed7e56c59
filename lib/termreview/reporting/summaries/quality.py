"""One cause of findings, one account of cells: how far the figures can be trusted."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

UNNAMED = ""  # the code of a line that names no check
SEVERITY_ORDER = ("error", "query", "note")


def findings_by_cause(findings: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Fold findings by what caused them: one row per check and severity, the widest spread first.

    `finding_count` places in `school_count` schools; `remedy` is the most frequent one.
    """
    frame = findings.groupby(["severity", "check_code"], as_index=False).agg(
        finding_count=("finding_id", "size"),
        school_count=("school_id", "nunique"),
        file_count=("file", "nunique"),
        remedy=("remedy", "first"),
    )
    frame["title"] = frame["check_code"].map(titles).fillna(frame["check_code"])
    frame["order"] = frame["severity"].map({name: place for place, name in enumerate(SEVERITY_ORDER)})
    frame = frame.sort_values(
        ["order", "school_count", "finding_count", "check_code"], ascending=[True, False, False, True]
    )
    return frame.drop(columns="order").reset_index(drop=True)


def unnamed_causes(
    causes: pd.DataFrame, sensitive: Collection[str], fewest: int, title: str, remedy: str
) -> pd.DataFrame:
    """Fold the causes of few schools and all of some sensitive checks to one line per severity, the last of it.

    Whoever reads the line cannot tell whether a sensitive check is in it: any cause of fewer than `fewest` schools is.
    How many schools are in it is not told (0); its places are counted, so that the sums stay what they are.
    """
    is_unnamed = causes["check_code"].isin(list(sensitive)) | (causes["school_count"] < fewest)
    kept, folded = causes[~is_unnamed], causes[is_unnamed]
    lines = [
        {
            "severity": severity, "check_code": UNNAMED, "finding_count": int(own["finding_count"].sum()),
            "school_count": 0, "file_count": 0, "remedy": remedy, "title": title,
        }
        for severity, own in folded.groupby("severity", sort=False)
    ]  # fmt: skip
    if not lines:
        return causes
    order = {name: place for place, name in enumerate(SEVERITY_ORDER)}
    frame = pd.concat([kept, pd.DataFrame(lines)[list(causes.columns)].astype(causes.dtypes.to_dict())])
    return frame.sort_values("severity", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def cell_account(submissions: pd.DataFrame) -> pd.DataFrame:
    """Account for every filled cell of the accepted files: one row per level of account, in all one row.

    A file of several schools is one of `file_count`. `total_count` = `used_count` + `flagged_count` + `unowned_count` + `ignored_count`; `gap_count` is what that leaves open.
    """
    accepted = submissions[submissions["fate"] == "accepted"]
    names = accepted.get("file", pd.Series(accepted.index))  # without names each row is a file
    sums = accepted[["cells_total", "cells_used", "cells_flagged", "cells_unowned", "cells_ignored"]].sum()
    frame = pd.DataFrame(
        [[names.nunique(), *(int(value) for value in sums)]],
        columns=[
            "file_count",
            "total_count",
            "used_count",
            "flagged_count",
            "unowned_count",
            "ignored_count",
        ],
    )
    parts = frame[["used_count", "flagged_count", "unowned_count", "ignored_count"]].sum(axis=1)
    return frame.assign(gap_count=frame["total_count"] - parts)


def file_fates(submissions: pd.DataFrame) -> pd.DataFrame:
    """Count the received files by fate: one row per fate and reason.

    A file of several schools is one of `file_count` and as many of `return_count` as it holds schools.
    """
    frame = submissions.assign(reason_code=submissions["reason_code"].fillna(""))
    return frame.groupby(["fate", "reason_code"], as_index=False).agg(
        file_count=("file", "nunique"), return_count=("submission_id", "size")
    )


def answer_states(observations: pd.DataFrame) -> pd.DataFrame:
    """Count the questions by what became of them: one row per state."""
    counts = observations["state"].value_counts()
    return counts.rename_axis("state").reset_index(name="question_count")
