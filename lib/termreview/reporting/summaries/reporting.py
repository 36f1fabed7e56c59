"""One expected school's report: on time, late, refused or missing, and what blocks it."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.term.schools import with_all

REPORTING_STATES = ("on_time", "late", "refused", "missing")
_NOT_OF_THE_FILE = ("not_submitted",)


def school_reporting(
    schools: pd.DataFrame, submissions: pd.DataFrame, findings: pd.DataFrame
) -> pd.DataFrame:
    """Say what came from each school: one row per expected school, key `school_id`.

    `state` is one of `on_time`, `late`, `refused` (files came, none could be taken in) and `missing`.
    `error_count` and `query_count` are findings in the accepted file; `needs_repair` marks an accepted file with
    errors. A school whose files were all refused is told by its state alone.
    """
    accepted = (
        submissions[submissions["fate"] == "accepted"].drop_duplicates("school_id").set_index("school_id")
    )
    refused = submissions[(submissions["fate"] == "refused") & submissions["school_id"].notna()]
    frame = schools.copy()
    key = frame["school_id"]
    for name in ("received_on", "file", "revision"):
        frame[name] = accepted[name].reindex(key).array
    frame["refused_count"] = _counted(refused, key)
    frame["refused_reason"] = refused.groupby("school_id")["reason_code"].last().reindex(key).array
    is_accepted = key.isin(accepted.index)
    is_late = key.isin(accepted.index[accepted["is_late"].astype(bool)])
    state = pd.Series("missing", index=frame.index).mask(frame["refused_count"] > 0, "refused")
    frame["state"] = state.mask(is_accepted & ~is_late, "on_time").mask(is_accepted & is_late, "late")
    in_file = findings[findings["file"].isin(accepted["file"]) | findings["file"].isna()]
    in_file = in_file[~in_file["check_code"].isin(_NOT_OF_THE_FILE)]
    for severity in ("error", "query", "note"):
        counts = _counted(in_file[in_file["severity"] == severity], key)
        frame[f"{severity}_count"] = counts.where(is_accepted, 0)
    frame["needs_repair"] = is_accepted & (frame["error_count"] > 0)
    return frame


def _counted(rows: pd.DataFrame, schools: pd.Series) -> pd.Series:
    """How many rows each school has, in the order of the schools."""
    counts = rows.groupby("school_id").size().reindex(schools, fill_value=0)
    return pd.Series(counts.to_numpy(dtype=int), index=schools.index)


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
