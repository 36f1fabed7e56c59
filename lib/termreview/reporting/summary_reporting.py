"""One expected school's report: on time, late, refused or missing, and what blocks it."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.summary_schools import with_all

REPORTING_STATES = ("on_time", "late", "refused", "missing")
_NOT_OF_THE_FILE = ("not_submitted",)


def school_reporting(
    schools: pd.DataFrame, submissions: pd.DataFrame, findings: pd.DataFrame
) -> pd.DataFrame:
    """Say what came from each school: one row per expected school, key `school_id`.

    `state` is one of `on_time`, `late`, `refused` (files came, none could be taken in) and `missing`.
    `error_count` and `query_count` are findings in the accepted file; `needs_repair` marks an accepted file with
    errors and every refused school, so it overlaps with the states.
    """
    accepted = (
        submissions[submissions["fate"] == "accepted"].drop_duplicates("school_id").set_index("school_id")
    )
    refused = submissions[(submissions["fate"] == "refused") & submissions["school_id"].notna()]
    frame = schools.copy()
    key = frame["school_id"]
    frame["received_on"] = key.map(accepted["received_on"])
    frame["file"] = key.map(accepted["file"])
    frame["revision"] = key.map(accepted["revision"])
    frame["refused_count"] = key.map(refused.groupby("school_id").size()).fillna(0).astype(int)
    frame["refused_reason"] = key.map(refused.groupby("school_id")["reason_code"].last())
    is_accepted = key.isin(accepted.index)
    is_late = key.map(accepted["is_late"]).fillna(False).astype(bool)
    state = pd.Series("missing", index=frame.index).mask(frame["refused_count"] > 0, "refused")
    frame["state"] = state.mask(is_accepted & ~is_late, "on_time").mask(is_accepted & is_late, "late")
    in_file = findings[findings["file"].isin(accepted["file"]) | findings["file"].isna()]
    in_file = in_file[~in_file["check_code"].isin(_NOT_OF_THE_FILE)]
    for severity in ("error", "query", "note"):
        counts = in_file[in_file["severity"] == severity].groupby("school_id").size()
        frame[f"{severity}_count"] = key.map(counts).fillna(0).astype(int).where(is_accepted, 0)
    frame["needs_repair"] = (is_accepted & (frame["error_count"] > 0)) | (frame["state"] == "refused")
    return frame


def reporting_by_level(reporting: pd.DataFrame) -> pd.DataFrame:
    """Count the expected schools by state: one row per school level and one for `all`, key `scope`."""
    counts = pd.crosstab(reporting["level"], reporting["state"]).reindex(
        index=list(dict.fromkeys(reporting["level"])), columns=list(REPORTING_STATES), fill_value=0
    )
    frame = counts.add_suffix("_count").rename_axis(index="scope", columns=None).reset_index()
    repair = reporting.groupby("level")["needs_repair"].sum()
    frame["needs_repair_count"] = frame["scope"].map(repair).astype(int)
    frame["received_count"] = frame["on_time_count"] + frame["late_count"]
    frame["expected_count"] = frame["received_count"] + frame["refused_count"] + frame["missing_count"]
    return with_all(frame, [])


def received_by_day(reporting: pd.DataFrame) -> pd.DataFrame:
    """Count the accepted files by day of receipt: one row per day and state."""
    came = reporting[reporting["received_on"].notna()]
    counts = came.groupby(["received_on", "state"], as_index=False).size()
    return counts.rename(columns={"size": "school_count"})
