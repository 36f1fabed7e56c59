"""One term as its files, declarations and decisions make it at this moment; computed in memory, nothing published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from termreview.errors import UsageError
from termreview.intake.clean import Cleaned
from termreview.intake.received.received import ReceivedFile
from termreview.reference.comparable import comparable_ratios
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.kinds.forms import Field
from termreview.reporting.blocks.rows import Record
from termreview.reporting.report.context import ReportContext, build_view, report_on
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.summaries.index import school_scores
from termreview.reporting.summaries.ratios import ratios_by_school
from termreview.reporting.summaries.reporting import school_reporting
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.reporting.term.latest_term import term_or_latest
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.term.term_tables import TermTables
from termreview.run import steps
from termreview.scoring.score import Scored
from termreview.sources.facts import SourceReadings
from termreview.storage.output_paths import LOOSE, MANIFEST
from termreview.storage.workspace import Workspace, read_if_there

Stamp = frozenset[tuple[str, int, int]]
Lists = Mapping[str, str]  # what stands in each file of the declarations, as a hash


@dataclass(frozen=True, eq=False)
class TermNow:
    """One term as it stands: what the notebooks of a run would make of it, by the same steps.

    `stamp` tells what it was made of: when another stamp is found, something has arrived or was decided.
    """

    opened: steps.OpenTerm
    files: tuple[ReceivedFile, ...]
    previous: pd.DataFrame | None
    cleaned: Cleaned
    scored: Scored
    stamp: Stamp
    lists: Lists = field(default_factory=dict)
    exports: SourceReadings | None = None

    @property
    def reference(self) -> Reference:
        """The declarations, with the decisions and verified points in force."""
        return self.opened.reference

    @property
    def declared(self) -> TermReference:
        """What is declared for the term."""
        return self.opened.declared

    @property
    def term_id(self) -> str:
        """The name of the term."""
        return self.opened.term.term_id

    @property
    def workspace(self) -> Workspace:
        """The office's folders."""
        return self.opened.workspace

    @cached_property
    def schools(self) -> pd.DataFrame:
        """The expected schools: one row per school, in the order of the reports."""
        return expected_schools(self.declared, self.reference.registry)

    @cached_property
    def reporting(self) -> pd.DataFrame:
        """What came from each expected school, and what blocks it: one row per school."""
        findings = open_findings(self.cleaned.findings)
        return school_reporting(self.schools, self.cleaned.submissions, findings)

    @cached_property
    def standings(self) -> pd.DataFrame:
        """Where each school stands: one row per school that the index covers and group."""
        return school_scores(self.scored.scores, self.schools, self.declared.indicator_set)

    @cached_property
    def spread(self) -> Answers:
        """The answers: a row per school, a column per field, totals rebuilt."""
        return spread_answers(self.cleaned.observations, self.declared)

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """The key ratios: one row per school and ratio."""
        return ratios_by_school(self.spread, self.schools, self.reference.ratios_of(self.declared))

    @cached_property
    def report(self) -> ReportContext:
        """The term as the reports read it: received and scored as of now, the term before as it was run."""
        tables = TermTables(
            self.cleaned.submissions,
            self.cleaned.observations,
            self.cleaned.findings,
            self.scored.ledger,
            self.scored.scores,
        )
        view = build_view(self.reference, self.declared, tables)
        until = self.opened.until.isoformat() if self.opened.until else ""
        return report_on(self.workspace, self.reference, view, until)

    @cached_property
    def ratios_before(self) -> Mapping[tuple[str, str], float]:
        """The key ratios of the term that is compared with, by school and ratio; empty where it was not run."""
        before = self.declared.plan.compare_with
        answers = read_if_there(self.workspace, before, "observations")
        if before is None or answers is None:
            return {}
        declared = self.reference.of(before)
        schools = expected_schools(declared, self.reference.registry)
        ratios = comparable_ratios(self.reference, before, self.declared.term)
        found = ratios_by_school(spread_answers(answers, declared), schools, ratios)
        found = found[found["state"] == "counted"]
        keys = zip(found["school_id"], found["ratio_id"], strict=True)
        return dict(zip(keys, found["value"].astype(float), strict=True))

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field of the term's form, by id."""
        return self.declared.form.all_fields()

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The title of every finding, by check, message or cause."""
        titles = {code: message.title for code, message in self.reference.messages.items()}
        titles |= {check.check_code: check.title for check in self.declared.checks}
        return titles | self.reference.labels["causes"]


def plain_rows(frame: pd.DataFrame) -> list[Record]:
    """The rows of one table as plain values; None where nothing stands."""
    columns = {
        str(name): frame[name].astype(object).where(frame[name].notna(), None).tolist()
        for name in frame.columns
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def answers_of(observations: pd.DataFrame, school_id: str) -> dict[str, Record]:
    """The observations of one school as plain values, by field."""
    own = observations[observations["school_id"] == school_id]
    return {str(row["field_id"]): row for row in plain_rows(own)}


def look(
    term_id: str,
    as_of: str = "",
    workspace_root: str = "",
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> TermNow:
    """Look at one term: read what arrived since the last look, clean and score all of it.

    Parameters
    ----------
    as_of
        ISO date: later files are left out, as in a run of that day. Blank: everything there is.
    progress
        Hears how many of the files are read, as they are.

    Raises
    ------
    UsageError
        When the term is not declared.
    DeclarationError
        When the declarations hold mistakes.
    """
    opened = steps.open_term(term_id, as_of, workspace_root)
    stamp, lists = stamp_of(opened), _lists_of(opened)
    files = steps.received_files(opened)
    exports = steps.read_exports(opened)
    cleaned = steps.clean(opened, files, workers, exports=exports, progress=progress)
    scored = steps.score_answers(opened, cleaned.observations)
    previous = steps.previous_answers(opened)
    return TermNow(opened, tuple(files), previous, cleaned, scored, stamp, lists, exports)


def stamp_of(opened: steps.OpenTerm) -> Stamp:
    """What one term is made of, without opening any file: names, sizes and times."""
    workspace = opened.workspace
    folders = [workspace.raw(opened.term), workspace.reference]
    paths = [path for folder in folders if folder.is_dir() for path in folder.rglob("*")]
    for before in opened.reference.terms_read_by(opened.term):
        paths += [workspace.processed(before) / name for name in (MANIFEST, LOOSE)]
    return frozenset(found for path in paths if (found := _facts(path)) is not None)


def moved(now: TermNow, stamp: Stamp) -> bool:
    """Say whether there is anything new behind another stamp: a list that was only saved again says what it said."""
    paths = {path for path, _, _ in now.stamp ^ stamp}
    lists = str(now.workspace.reference)
    return any(not path.startswith(lists) for path in paths) or _lists_of(now.opened) != now.lists


def _lists_of(opened: steps.OpenTerm) -> Lists:
    folder = opened.workspace.reference
    paths = sorted(path for path in folder.rglob("*") if _facts(path) is not None)
    return {str(path.relative_to(folder)): _hash_of(path) for path in paths}


def _hash_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:  # gone, or held open by another program: then its time tells
        return ""


def _facts(path: Path) -> tuple[str, int, int] | None:
    """One file's name, size and time; None for what is no file, or only an open office program's note."""
    if path.name.startswith((".", "~$")):
        return None
    try:
        facts = path.stat()
    except OSError:
        return None
    return None if path.is_dir() else (str(path), facts.st_size, facts.st_mtime_ns)


def latest_term(workspace: Workspace) -> str:
    """The latest term of which files came; the first one where none did."""
    reference = load_reference(workspace.reference)
    try:
        return term_or_latest(workspace, reference).term_id
    except UsageError:
        return reference.calendar.reviews[0].term.term_id
