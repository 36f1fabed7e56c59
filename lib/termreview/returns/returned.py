"""One school's return: which of its files goes back, and the points it has to mend or explain.

What was asked before comes from the list that the file brought back; where it brought none, from the school's
file before, read again. Nothing is remembered beside the received files.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import ReceivedFile
from termreview.reference.declarations import Reference
from termreview.reference.kinds.units import Unit
from termreview.returns.points import (
    ASKING,
    ReturnedPoints,
    change_counts,
    compare_points,
    explanations_of,
    is_asked,
    points_of,
    read_points,
)
from termreview.spreadsheets.packages.guard import NOT_OPENED, RefusedFile
from termreview.spreadsheets.workbook import read_workbook
from termreview.terms import Term

_ABOUT_OTHER_FILES = ("not_submitted", "superseded_revision", "refused_duplicate_file")


@dataclass(frozen=True)
class SchoolReturn:
    """One school that sent a file: the file that counts, or the refused one, and its points with their changes.

    A file that several schools share (`is_shared`) goes back to none of them: each gets a form of its own. `later`
    is the last file that was refused after the one that counts, for its `reason`: never mixed with its points.
    `first_received_on` is the day on which the school's first file came, whatever became of it.
    """

    school: Unit
    file: ReceivedFile
    revision: int
    is_refused: bool
    is_compared: bool
    points: pd.DataFrame
    is_shared: bool = False
    reason: str = ""
    later: SchoolReturn | None = None
    first_received_on: datetime.date | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the school still has to mend or explain something, or to send a file once more."""
        return is_asked(self.points) or self.later is not None


def plan_returns(
    files: Sequence[ReceivedFile],
    cleaned: Cleaned,
    reference: Reference,
    term: Term,
    previous: pd.DataFrame | None = None,
) -> list[SchoolReturn]:
    """Plan what goes back to the schools of one term: one entry per school that sent a file, in registry order.

    Parameters
    ----------
    files, cleaned
        What was received, and what came of it.
    previous
        Observations of the term before, as `cleaned` was made with.
    """
    by_name = {file.name: file for file in files}
    senders = cleaned.submissions.groupby("file")["school_id"].nunique()
    chains = _chains(cleaned.submissions)
    earlier = _earlier_points(by_name, chains, cleaned, reference, term, previous)
    is_open = cleaned.findings["status"] == "open"
    findings = dict(tuple(cleaned.findings[is_open].groupby("school_id")))
    settled = dict(tuple(cleaned.findings[~is_open].groupby("school_id")))
    planned = []
    for school in reference.of(term).schools:
        chain = chains.get(school.unit_id)
        if chain is None:
            continue
        counted = _counted(chain)
        if counted.reason == NOT_OPENED:  # the school has nothing to mend
            continue
        own = findings.get(school.unit_id, cleaned.findings.iloc[:0])
        concerned = own["file"].eq(counted.file).fillna(False) | own["file"].isna()
        points = points_of(own[concerned & ~own["check_code"].isin(_ABOUT_OTHER_FILES)])
        file, is_refused = by_name[counted.file], counted.fate == "refused"
        back = None if is_refused else _brought_back(file, points, counted.revision)
        if back:  # an answer to the file before it leaves no doubt which of the two is later
            points = points[points["check_code"] != "revision_tie"]
        before = back.points if back else earlier.get(school.unit_id)
        if (
            before is not None and school.unit_id in settled
        ):  # what the office has decided, no school has mended
            before = before[~before["point_key"].isin(points_of(settled[school.unit_id])["point_key"])]
        compared = compare_points(before, points, explanations_of(back.points) if back else None)
        is_compared, is_shared = before is not None, int(senders[file.name]) > 1
        later = None if is_refused else _later(school, chain, counted, own, by_name)
        planned.append(
            SchoolReturn(
                school, file, counted.revision, is_refused, is_compared, compared, is_shared, counted.reason, later,
                min(by_name[sent.file].received_on for sent in chain),
            )
        )  # fmt: skip
    return planned


def _later(
    school: Unit,
    chain: Sequence[_Sent],
    counted: _Sent,
    own: pd.DataFrame,
    by_name: Mapping[str, ReceivedFile],
) -> SchoolReturn | None:
    """What one school is told of the files refused after the one that counts; none where the office let it rest."""
    own = own[own["check_code"].str.startswith("refused_")]
    refused = [sent for sent in chain if sent.fate == "refused" and sent.revision > counted.revision]
    refused = [sent for sent in refused if sent.reason != NOT_OPENED]
    refused = [sent for sent in refused if sent.file in set(own["file"].dropna())]
    if not refused:
        return None
    last = refused[-1]
    about = own["file"].isin([sent.file for sent in refused])
    points = compare_points(None, points_of(own[about]))
    return SchoolReturn(school, by_name[last.file], last.revision, True, False, points, reason=last.reason)


def point_table(planned: Sequence[SchoolReturn], term: Term) -> pd.DataFrame:
    """The points of all schools: one row per point asked or fixed, with the school's explanation."""
    told = [part for entry in planned for part in (entry, entry.later) if part is not None]
    tables = [
        entry.points[entry.points["severity"].isin(ASKING)].assign(
            school_id=entry.school.unit_id, school_name=entry.school.name, term_id=term.term_id
        )
        for entry in told
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def point_counts(planned: Sequence[SchoolReturn]) -> pd.DataFrame:
    """What became of each school's points: one row per school that sent a file, key `school_id`.

    `repair_count` are errors, `explain_count` queries without an explanation that still holds; the other counts
    compare with the time before and are zero where there was none. `later_file` was refused for `later_reason`
    after the file that counts; both are blank where none was.
    """
    rows = []
    for entry in planned:
        live = entry.points[entry.points["change"] != "fixed"]
        is_waiting = (live["severity"] == "query") & (live["change"] != "explained")
        rows.append(
            {
                "school_id": entry.school.unit_id,
                "file": entry.file.name,
                "received_on": entry.file.received_on,
                "first_received_on": entry.first_received_on or entry.file.received_on,
                "is_compared": entry.is_compared,
                "repair_count": int((live["severity"] == "error").sum()),
                "explain_count": int(is_waiting.sum()),
                "later_file": entry.later.file.name if entry.later else "",
                "later_reason": entry.later.reason if entry.later else "",
                **change_counts(entry.points),
            }
        )
    columns = (
        "school_id", "file", "received_on", "first_received_on", "is_compared", "repair_count", "explain_count", "later_file", "later_reason",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=[*columns, *change_counts(points_of(pd.DataFrame()))])


class _Sent(NamedTuple):
    """One file of one school: its place in the chain and its fate."""

    revision: int
    file: str
    fate: str
    reason: str

    @property
    def is_duplicate(self) -> bool:
        return self.reason == "duplicate_file"


def _chains(submissions: pd.DataFrame) -> dict[str, list[_Sent]]:
    """The files of each school, first to last."""
    chains: dict[str, list[_Sent]] = {}
    for row in submissions[submissions["school_id"].notna()].to_dict("records"):
        reason = "" if pd.isna(row["reason_code"]) else str(row["reason_code"])
        sent = _Sent(int(row["revision"]), row["file"], row["fate"], reason)
        chains.setdefault(row["school_id"], []).append(sent)
    return {school_id: sorted(chain) for school_id, chain in chains.items()}


def _counted(chain: Sequence[_Sent]) -> _Sent:
    """The file of one school that counts: the accepted one, else the last refused."""
    return max(chain, key=lambda sent: (sent.fate == "accepted", sent.fate == "refused", sent.revision))


def _brought_back(file: ReceivedFile, points: pd.DataFrame, revision: int) -> ReturnedPoints | None:
    """The list that one accepted file brought back; a first file with nothing to ask is not opened again."""
    if revision == 1 and not points["severity"].isin(ASKING).any():
        return None
    try:
        return read_points(read_workbook(file.source))
    except RefusedFile:  # accepted a moment ago: the file was changed meanwhile
        return None


def _earlier_points(
    by_name: Mapping[str, ReceivedFile],
    chains: Mapping[str, Sequence[_Sent]],
    cleaned: Cleaned,
    reference: Reference,
    term: Term,
    previous: pd.DataFrame | None,
) -> dict[str, pd.DataFrame]:
    """The points of each school's file before the one that counts; a superseded file is read again."""
    before: dict[str, _Sent] = {}
    for school_id, chain in chains.items():
        counted = _counted(chain)
        own = [sent for sent in chain if sent.revision < counted.revision and not sent.is_duplicate]
        if counted.fate == "accepted" and own:
            before[school_id] = own[-1]
    again = [by_name[sent.file] for sent in before.values() if sent.fate == "superseded"]
    findings = cleaned.findings
    if again:
        findings = clean_term(
            again, reference, term, previous, facts=cleaned.facts, evidence=cleaned.evidence
        ).findings
    found = {}
    findings = findings[findings["status"] == "open"]
    for school_id, sent in before.items():
        source = findings if sent.fate == "superseded" else cleaned.findings
        own_findings = source[(source["school_id"] == school_id) & (source["file"] == sent.file)]
        found[school_id] = points_of(own_findings[~own_findings["check_code"].isin(_ABOUT_OTHER_FILES)])
    return found
