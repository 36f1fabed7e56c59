"""One term at a glance: who has sent, what blocks, how far it is to the deadline."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.desk.term.term_now import TermNow
from termreview.reporting.summaries.index import OVERALL
from termreview.reporting.term.term_tables import TABLES
from termreview.storage.atomic_files import read_json
from termreview.storage.output_paths import MANIFEST

ALL = "*"


@dataclass(frozen=True)
class Scope:
    """Which schools the analyst looks at: a school level and a commune, `*` for all."""

    level: str = ALL
    commune: str = ALL

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of one table that the scope covers; the table has `level` and `commune_name`."""
        if self.level != ALL:
            frame = frame[frame["level"] == self.level]
        return frame if self.commune == ALL else frame[frame["commune_name"] == self.commune]

    def school_ids(self, now: TermNow) -> list[str]:
        """The schools of the scope, in the order of the reports."""
        return [str(school_id) for school_id in self.of(now.schools)["school_id"]]


@dataclass(frozen=True)
class Progress:
    """How far one term is; every count is out of `expected`."""

    expected: int
    on_time: int
    late: int
    refused: int
    missing: int
    needs_repair: int
    days_left: int
    open_errors: int
    open_queries: int
    scored: int
    concluded: int

    @property
    def received(self) -> int:
        """Schools whose report counts."""
        return self.on_time + self.late


def progress(now: TermNow, scope: Scope, today: datetime.date) -> Progress:
    """Count one scope of one term on one day; `days_left` is negative after the deadline."""
    reporting = scope.of(now.reporting)
    counts = reporting["state"].value_counts()
    standings = now.standings[now.standings["school_id"].isin(reporting["school_id"])]
    whole = standings[standings["group_id"] == OVERALL]
    is_concluded = whole["standing"].str.startswith("level_")
    return Progress(
        expected=len(reporting),
        **{name: int(counts.get(name, 0)) for name in ("on_time", "late", "refused", "missing")},
        needs_repair=int(reporting["needs_repair"].sum()),
        days_left=(now.declared.plan.due_on - today).days,
        open_errors=int(reporting["error_count"].sum()),
        open_queries=int(reporting["query_count"].sum()),
        scored=int((whole["state"] == "scored").sum()),
        concluded=int(is_concluded.sum()),
    )


def who_reported(now: TermNow, scope: Scope, states: Sequence[str] = ()) -> pd.DataFrame:
    """List the schools of one scope, those that block first: one row per school, key `school_id`.

    Parameters
    ----------
    states
        Only schools in these states (`missing`, `refused`, `needs_repair`, `late`, `on_time`); none for all.
    """
    frame = scope.of(now.reporting).copy()
    frame["shown_state"] = frame["state"].mask(frame["needs_repair"], "needs_repair")
    order = {
        name: place for place, name in enumerate(("missing", "refused", "needs_repair", "late", "on_time"))
    }
    frame["order"] = frame["shown_state"].map(order)
    frame = frame.sort_values(["order", "place"], kind="stable")
    return frame[frame["shown_state"].isin(list(states))] if states else frame


def received_days(now: TermNow, scope: Scope) -> pd.DataFrame:
    """The accepted reports by day of receipt: `received_on`, `school_count`, `total_count` so far."""
    reporting = scope.of(now.reporting)
    came = reporting.loc[reporting["received_on"].notna(), "received_on"]
    counts = came.value_counts().sort_index()
    return pd.DataFrame(
        {
            "received_on": counts.index,
            "school_count": counts.to_numpy(),
            "total_count": counts.cumsum().to_numpy(),
        }
    )


@dataclass(frozen=True)
class Published:
    """The last finished run of one term against what the desk sees: is there one, and is it still the same?"""

    is_there: bool
    is_same: bool = False
    file_count: int = 0


def published(now: TermNow) -> Published:
    """Compare the last finished run with what the desk sees: the same files by content, the same declarations."""
    manifest = read_json(now.workspace.output_paths(now.opened.term).place(MANIFEST))
    if manifest is None or set(manifest.get("tables", {})) != set(TABLES):
        return Published(False)
    inputs = manifest.get("inputs", [])
    is_same = manifest.get("declarations_sha256") == now.reference.fingerprint_of(now.opened.term) and {
        (entry.get("file"), entry.get("sha256")) for entry in inputs
    } == {(file.name, file.sha256) for file in now.files}
    return Published(True, is_same, len(inputs))


def arrived(before: TermNow, now: TermNow) -> list[str]:
    """The names of the files that came, or changed, between two looks."""
    known = {(file.name, file.sha256) for file in before.files}
    return [file.name for file in now.files if (file.name, file.sha256) not in known]
