"""One published report recorded as handed out: its files as they are, and what they were made of, kept for good."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termreview.errors import RunError, UsageError
from termreview.reference.declarations import Reference
from termreview.reference.term_share import WORKING_FILES
from termreview.reporting.editions.scope import IN_HAND, SHAREABLE, WHOLE, Scope
from termreview.reporting.editions.suppression import decide_suppression
from termreview.reporting.pages.portfolio import write_portfolio
from termreview.reporting.records.handed_out import read_handed_out, shown_counts
from termreview.reporting.records.issued import (
    DECLARATIONS,
    RECORD,
    RECORD_FILE,
    SHOWN,
    SYSTEMS,
    Issue,
    issued_folder,
    issues_of,
)
from termreview.reporting.records.published import flat_parts
from termreview.reporting.report.context import open_report
from termreview.reporting.report.status import report_status
from termreview.reporting.term.answers import spread_answers
from termreview.reporting.term.term_tables import TABLES, read_tables, systems_now
from termreview.run.manifest import RECORDS
from termreview.run.work_list import INTERNAL, Step, report_step
from termreview.storage.atomic_files import (
    as_umask_says,
    read_json,
    sha256_of,
    sync_file,
    sync_folder,
    write_json,
)
from termreview.storage.lock import held
from termreview.storage.output_paths import MANIFEST
from termreview.storage.publication import read_published
from termreview.storage.workspace import Workspace
from termreview.terms import Term
from termreview.text import day_text

_MADE_OF = ("inputs", "previous", "compared", "package_version", "package_sha256", "python", "libraries")


@dataclass(frozen=True)
class Issued:
    """One issue, and whether it is `new` or the report was handed out before as it is."""

    issue: Issue
    is_new: bool


def issue_report(
    workspace: Workspace,
    reference: Reference,
    term: Term,
    scope: Scope = WHOLE,
    edition: str = INTERNAL,
    as_of: datetime.date | None = None,
) -> Issued:
    """Record that the report as published now was handed out.

    Kept under `reports/<year>/<part>/issued/<n>/`: the files as they are; below `record/` the five tables, the
    declarations, and `issue.json` with the day it speaks for, its status and scope, the hash of every file that came
    in and of all that is kept, and the version of the program. A number is given once; nothing is ever replaced. A
    report that is, byte for byte, the last one handed out of its scope is not issued again.

    Parameters
    ----------
    as_of
        The day that the report must speak for; None: whichever it does.

    Raises
    ------
    UsageError
        When the report speaks for another day, or the declarations changed since it was made.
    RunError
        When the term has no finished run, the report is not there, or is not as it was published.
    WorkspaceBusyError
        When another run holds the workspace.
    """
    with held(workspace.root, f"issue {term.term_id}"):
        manifest = read_json(workspace.output_paths(term).place(MANIFEST))
        if manifest is None:
            raise RunError("never_finished", term=term.term_id)
        if manifest["declarations_sha256"] != reference.fingerprint_of(term):
            raise UsageError("declarations_changed", term=term.term_id)
        # The day it speaks for does not matter to where its files are.
        step = report_step(
            workspace, reference, reference.of(term), reference.of(term).plan.due_on, scope, edition
        )
        listed = [export.path for export in step.exports if export.is_issued]
        files = [path for one in listed for path in (one, *flat_parts(one))]
        told = _record_of(workspace, term, manifest, step)
        speaks_for = told["parameters"]["as_of"]
        if as_of is not None and as_of.isoformat() != speaks_for:
            raise UsageError("other_day", published=day_text(speaks_for), wanted=day_text(as_of))
        pages = _published(workspace, told["reports"], files)
        hashes = {path.name: sha256_of(path.read_bytes()) for path in pages}
        before = issues_of(workspace, term, scope, edition)
        if before and before[-1].record["reports"] == hashes:
            return Issued(before[-1], is_new=False)
        record = {
            "term_id": term.term_id,
            "as_of": speaks_for,
            "edition": edition,
            "unit": scope.unit.unit_id if scope.unit else "",
            "level": scope.level,
            "reports": hashes,
            "tables": manifest["tables"],
            "declarations_sha256": reference.fingerprint,
            **{key: manifest[key] for key in _MADE_OF if key in manifest},
            SYSTEMS: systems_now(workspace, term),
            **_status(workspace, term, speaks_for, scope),
            **_shown(workspace, reference, term, scope, edition, told["step"]),
        }
        issue = _keep(workspace, term, record, pages)
        write_portfolio(workspace, reference)
        return Issued(issue, is_new=True)


def _record_of(workspace: Workspace, term: Term, manifest: dict[str, Any], step: Step) -> dict[str, Any]:
    """What is written down of one report: its parameters, its step, and the hashes of its files by path in the workspace."""
    name = step.exports[0].path.stem
    scoped = read_json(workspace.processed(term) / RECORDS / f"{name}.json")
    if scoped is None:
        own = manifest["steps"].get(step.name, {})
        return {"parameters": manifest["parameters"], "step": own, "reports": manifest["reports"]}
    if scoped["tables"] != manifest["tables"] or scoped["declarations_sha256"] != manifest["declarations_sha256"]:  # fmt: skip
        raise RunError("scope_outdated", report=name, term=term.term_id)
    return {"parameters": scoped["step"]["parameters"], "step": scoped["step"], "reports": scoped["reports"]}


def _published(workspace: Workspace, reports: dict[str, str], files: list[Path]) -> list[Path]:
    """The files of one report, each as it was published; those that were not made are left out."""
    told = {path: reports.get(path.relative_to(workspace.root).as_posix()) for path in files}
    if told[files[0]] is None:
        raise RunError("not_made", report=files[0].name)
    made = [path for path, sha256 in told.items() if sha256 is not None]
    for path in made:
        if not path.is_file() or sha256_of(path.read_bytes()) != told[path]:
            raise RunError("report_changed", report=path.name)
    return made


def _status(workspace: Workspace, term: Term, as_of: str, scope: Scope) -> dict[str, Any]:
    """The status of the report, who could still change it, and the last day on which something came in."""
    unit = scope.unit.unit_id if scope.unit else ""
    report = open_report(term.term_id, as_of, str(workspace.root), unit, scope.level)
    status = report_status(report)
    received = report.term.tables.submissions["received_on"].dropna()
    return {
        "status": status.status,
        "pending": {
            "missing": list(status.missing),
            "refused": list(status.refused),
            "errors": list(status.errors),
        },
        "received_until": received.max().date().isoformat() if len(received) else None,
    }


def _shown(
    workspace: Workspace, reference: Reference, term: Term, scope: Scope, edition: str, step: dict[str, Any]
) -> dict[str, Any]:
    """The sums of sensitive attributes that a shareable report told its readers, decided as when it was made."""
    if edition != SHAREABLE:
        return {}
    declared = reference.of(term)
    answers = spread_answers(read_tables(workspace, term).observations, declared)
    in_hand = read_handed_out(workspace, reference, term, step.get(IN_HAND, {}))
    suppression = decide_suppression(reference, declared, answers, in_hand)
    return {SHOWN: shown_counts(suppression, reference, declared, answers, scope)}


def _keep(workspace: Workspace, term: Term, record: dict[str, Any], pages: list[Path]) -> Issue:
    """Write one issue beside the others and give it its number in one moment."""
    folder = issued_folder(workspace, term)
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(".part-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    beside = Path(tempfile.mkdtemp(prefix=".part-", dir=folder))
    try:
        for page in pages:
            shutil.copyfile(page, beside / page.name)
        kept = beside / RECORD
        kept.mkdir()
        tables = read_published(workspace.output_paths(term), [f"{name}.parquet" for name in TABLES])
        for name, content in tables.items():
            (kept / name).write_bytes(content or b"")
        hashes = {}
        for path in sorted(workspace.reference.rglob("*")):
            told = path.relative_to(workspace.reference)
            is_kept = (
                path.suffix != ".md"
                and not path.name.startswith(".")
                and told.as_posix() not in WORKING_FILES
            )
            if path.is_file() and is_kept:
                (kept / DECLARATIONS / told).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, kept / DECLARATIONS / told)
                hashes[told.as_posix()] = sha256_of(path.read_bytes())
        record = record | {"declarations": hashes}
        taken = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
        number = max(taken, default=0) + 1
        write_json(kept / RECORD_FILE, {"number": number, **record})
        for path in sorted(beside.rglob("*")):
            if path.is_file():
                sync_file(path)
            else:
                sync_folder(path)
        as_umask_says(beside)
        beside.rename(folder / str(number))  # refused where that number is taken: its folder is not empty
        sync_folder(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Issue(number, folder / str(number), {"number": number, **record}, workspace.reference)
