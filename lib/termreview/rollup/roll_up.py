"""What several offices handed in of one term, opened: their sums, and who adds them up."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.kinds.calendar import Office, TermPlan
from termreview.reporting.report.flat_table import OFFICE
from termreview.reporting.report.narrative import fill
from termreview.rollup.handed_in import RowCache, find_handed_in
from termreview.rollup.merging import MISSING_OFFICE, Merged, MergeProblem, merge_offices
from termreview.storage.workspace import RollUpWorkspace, named_workspace
from termreview.terms import Term, parse_term

SEPARATOR: Final = ";"  # between folders, and between codes of offices
DECLARATIONS: Final = (
    "data/reference"  # as a whole: what an office declares of its offices stands in several files
)
ROLL_UP: Final = "roll_up"  # the kind of report, in the record of its page


@dataclass(frozen=True)
class RollUp:
    """What several offices handed in of one term, and the words of the office that adds it up."""

    merged: Merged
    reference: Reference

    @property
    def term(self) -> Term:
        """The term that is added up."""
        return parse_term(str(self.merged.rows["term_id"].iloc[0]))

    @property
    def texts(self) -> Mapping[str, Any]:
        """The declared words of these reports."""
        texts: Mapping[str, Any] = self.reference.labels["merge_report"]
        return texts

    @property
    def edition(self) -> str:
        """The edition that was added up, and that its report is of."""
        return str(self.merged.rows["edition"].iloc[0])

    @property
    def as_of(self) -> datetime.date:
        """The last day that an office's figures speak for."""
        return datetime.date.fromisoformat(str(self.merged.rows["as_of"].max()))

    @property
    def plan(self) -> TermPlan | None:
        """The term as this office declares it; None where it does not."""
        return next((one for one in self.reference.calendar.plans if one.term == self.term), None)

    @property
    def office(self) -> Office:
        """The office that adds up."""
        return self.reference.calendar.office_on(self.plan.due_on if self.plan else self.as_of)

    @property
    def files(self) -> list[tuple[str, str]]:
        """Every file that was read, by its name with folder, and its hash."""
        return sorted(file for one in self.merged.files for file in one.files)

    def name_of(self, code: str) -> str:
        """One office as the registry names it, or the list of offices; else its code."""
        return self._known_names.get(code, code)

    @cached_property
    def _known_names(self) -> dict[str, str]:
        offices = {one.office_id: one.text_name for one in self.reference.calendar.offices}
        return offices | {unit.unit_id: unit.name for unit in self.reference.registry.units}

    @cached_property
    def names(self) -> dict[str, str]:
        """The offices that count, code to name."""
        return {code: self.name_of(code) for code in self.merged.offices}

    def told(self, problem: MergeProblem) -> str:
        """What one problem is about: a missing office by its name."""
        return self.name_of(problem.what) if problem.code == MISSING_OFFICE else problem.what

    @cached_property
    def whole(self) -> pd.DataFrame:
        """The rows of the offices themselves: one figure of one office a row."""
        return self.merged.rows[self.merged.rows["scope"] == OFFICE]

    def totals(self, kind: str, scope: str = OFFICE) -> pd.DataFrame:
        """The figures of one kind over all offices, or by school level."""
        totals = self.merged.totals
        return totals[(totals["kind"] == kind) & (totals["scope"] == scope)]


def open_roll_up(
    folders: str = "",
    term_id: str = "",
    edition: str = "shareable",
    expected: str = "",
    workspace_root: str = "",
) -> RollUp:
    """Read, check and add up what offices handed in.

    Parameters
    ----------
    folders
        Folders with lists or annexes, `;` between them, below the workspace or anywhere; blank for `data/raw/tong-hop`.
    expected
        The codes of the offices that have to hand in, `;` between them; blank: whoever did.

    Raises
    ------
    UsageError
        When a folder is not there, or nothing in it can be added up.
    """
    workspace = RollUpWorkspace(named_workspace(workspace_root).root)
    reference = load_reference(workspace.reference)
    named = [workspace.root / one.strip() for one in folders.split(SEPARATOR) if one.strip()]
    named = named or [workspace.handed_in]
    codes = [one.strip() for one in expected.split(SEPARATOR) if one.strip()]
    cache = RowCache.of(workspace.row_cache, reference)
    merged = merge_offices(
        find_handed_in(named), edition=edition, expected=codes, term_id=term_id, cache=cache
    )
    if merged.rows.empty:
        raise UsageError("nothing_handed_in", folder=named[0])
    return RollUp(merged, reference)


def report_title(found: RollUp) -> str:
    """The title of the report: which review of which term it is."""
    return of_term(found, "titles")


def of_term(found: RollUp, texts: str) -> str:
    """One declared text of the term's kind of review, its places filled."""
    plan = found.plan
    told = {"term": plan.title if plan else found.term.term_id, "school_year": found.term.school_year}
    return str(fill(found.texts[texts][plan.report if plan else "other"], told))
