"""One day of one term as the office reminds its schools: who owes what, and what is returned to whom."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from termreview.intake.clean import Cleaned
from termreview.intake.later_files import later_of_schools
from termreview.intake.received.received import ReceivedFile
from termreview.intake.received_notices import unknown_files
from termreview.reference.declarations import Reference
from termreview.reporting.records.provenance import files_naming
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.summaries.reporting import school_reporting
from termreview.reporting.term.schools import expected_schools
from termreview.returns.reminders import reminder_list, write_reminders
from termreview.returns.returned import SchoolReturn, plan_returns, point_counts, point_table
from termreview.terms import Term


@dataclass(frozen=True, eq=False)
class Reminding:
    """What the schools of one term owe on one day.

    `reporting` has a row per expected school, `reminders` one per school to be reminded, `unknown` one per file of no
    known school; `planned` is what goes back to each school that sent a file.
    """

    reference: Reference
    term: Term
    as_of: datetime.date
    reporting: pd.DataFrame
    planned: list[SchoolReturn]
    reminders: pd.DataFrame
    unknown: pd.DataFrame

    def write(self, path: Path) -> None:
        """Write the reminder list as a workbook."""
        points = point_table(self.planned, self.term)
        expected = len(self.reporting)
        write_reminders(path, self.reminders, points, self.reference, self.term, self.as_of, expected, self.unknown)  # fmt: skip


def reminding_on(
    as_of: datetime.date,
    received: Sequence[ReceivedFile],
    cleaned: Cleaned,
    reference: Reference,
    term: Term,
    previous: pd.DataFrame | None,
) -> Reminding:
    """Say what the schools of one term owe.

    Parameters
    ----------
    received
        The files of every day; those received after `as_of` are told as such.
    cleaned
        What came of those received until then.
    previous
        Observations of the term before, as `cleaned` was made with.
    """
    declared = reference.of(term)
    schools = expected_schools(declared, reference.registry)
    reporting = school_reporting(schools, cleaned.submissions, open_findings(cleaned.findings))
    files = [file for file in received if file.received_on <= as_of]
    planned = plan_returns(files, cleaned, reference, term, previous)
    reminders = reminder_list(
        reporting,
        point_counts(planned),
        reference,
        declared.plan.due_on,
        as_of,
        later_of_schools([file for file in received if file.received_on > as_of], term, reference),
        files_naming(cleaned.findings),
        declared.plan.resubmission_due_on,
    )
    unknown = unknown_files(cleaned.submissions, cleaned.findings, reference.labels["refusals"])
    return Reminding(reference, term, as_of, reporting, planned, reminders, unknown)
