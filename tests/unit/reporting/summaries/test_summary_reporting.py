"""Who reported: on time, late, refused, missing, and who must repair."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reporting.summaries.reporting import received_by_day, reporting_by_level, school_reporting
from termreview.reporting.term.schools import expected_schools
from termreview.storage.contracts import CONTRACTS
from worlds import HK1, term_of

SCHOOLS = ["0477101", "0477201", "0477202", "0477203", "0477301"]


def file(school_id: str, fate: str = "accepted", is_late: bool = False, name: str = "") -> dict[str, object]:
    return {
        "submission_id": f"{school_id}-{name or fate}", "school_id": school_id, "file": name or f"{school_id}.xlsx",
        "received_on": pd.Timestamp("2024-01-12" if is_late else "2024-01-09"), "fate": fate, "is_late": is_late,
        "reason_code": "damaged" if fate == "refused" else None, "revision": 1, "term_id": HK1,
    }  # fmt: skip


def reporting(
    reference: Reference, files: list[dict[str, object]], found: Sequence[tuple[str, str, str]] = ()
) -> pd.DataFrame:
    schools = expected_schools(term_of(reference, schools=SCHOOLS), reference.registry)
    submissions = pd.DataFrame(files, columns=list(CONTRACTS["submissions"].columns))
    findings = pd.DataFrame(list(found), columns=["school_id", "file", "severity"])
    return school_reporting(schools, submissions, findings.assign(check_code="girls_at_most_pupils"))


def test_every_expected_school_has_one_state(reference: Reference) -> None:
    frame = reporting(
        reference,
        [
            file("0477101"),
            file("0477201", is_late=True),
            file("0477202", "refused"),
            file("0477203", "refused", name="first.xlsx"),
            file("0477203", name="second.xlsx"),
        ],
    )
    assert frame.set_index("school_id")["state"].to_dict() == {
        "0477101": "on_time", "0477201": "late", "0477202": "refused", "0477203": "on_time", "0477301": "missing",
    }  # fmt: skip
    levels = reporting_by_level(frame).set_index("scope")
    assert levels.loc["all", "expected_count"] == 5
    assert levels.loc["all", "received_count"] == 3
    assert levels.loc["th", ["on_time_count", "late_count", "refused_count"]].tolist() == [1, 1, 1]


def test_an_accepted_file_with_errors_needs_repair(reference: Reference) -> None:
    frame = reporting(
        reference,
        [file("0477201"), file("0477202"), file("0477203", "refused")],
        [
            ("0477201", "0477201.xlsx", "error"),
            ("0477202", "0477202.xlsx", "query"),
            ("0477202", "older.xlsx", "error"),
        ],
    ).set_index("school_id")
    assert frame.loc["0477201", "needs_repair"]
    assert not frame.loc["0477202", "needs_repair"], "errors of a file that was replaced do not count"
    assert not frame.loc["0477203", "needs_repair"], "it is told as refused"
    assert not frame.loc["0477301", "needs_repair"]


def test_no_file_at_all_leaves_every_school_missing(reference: Reference) -> None:
    frame = reporting(reference, [])
    assert set(frame["state"]) == {"missing"}
    assert received_by_day(frame).empty


def test_days_count_accepted_files(reference: Reference) -> None:
    days = received_by_day(
        reporting(reference, [file("0477101"), file("0477201"), file("0477202", is_late=True)])
    )
    assert days["school_count"].tolist() == [2, 1]
    assert days["state"].tolist() == ["on_time", "late"]
