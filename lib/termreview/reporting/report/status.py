"""One report's status: provisional while a school could still change it, final once none can."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from termreview.reporting.report.context import ReportContext
from termreview.reporting.summaries.pending import BLANK, ERRORS, MISSING, PENDING, REFUSED

PROVISIONAL: Final = "provisional"
FINAL: Final = "final"
STATUSES: Final = (PROVISIONAL, FINAL)


@dataclass(frozen=True)
class ReportStatus:
    """One report's `status`, its word, and the schools that could change it: ids in registry order, by why."""

    status: str
    title: str
    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether nothing that is expected is outstanding."""
        return self.status == FINAL

    @property
    def schools(self) -> tuple[str, ...]:
        """Every school that could still change the report."""
        return (*self.missing, *self.refused, *self.errors, *self.blank)


@cache
def report_status(report: ReportContext) -> ReportStatus:
    """Say whether one report is provisional or final, among the schools of its scope.

    It is provisional while a school expected has sent nothing or nothing that could be taken in, has open errors
    in answers that a score reads, or left items of the index blank and was asked about them. The office may still issue it: what is issued says which it was.
    """
    pending = report.summaries.pending
    by_kind = {kind: tuple(pending.loc[pending["pending"] == kind, "school_id"]) for kind in PENDING}
    status = FINAL if pending.empty else PROVISIONAL
    title = str(report.reference.publishing["status"][status])
    return ReportStatus(status, title, by_kind[MISSING], by_kind[REFUSED], by_kind[ERRORS], by_kind[BLANK])
