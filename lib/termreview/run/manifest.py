"""One finished run written down: what it was made of, what it made; nothing of when, where or by whom.

Reports of a part of the office have a record each: what it was made of, and its file by hash.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from termreview.installation import made_with
from termreview.intake.received.evidence_files import FOLDER as EVIDENCE, evidence_before, list_evidence
from termreview.intake.received.received import NOTHING_READ, ReceivedFile
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.term_share import terms_compared
from termreview.reporting.records.published import flat_parts
from termreview.reporting.term.term_tables import SYSTEM_TABLES, TABLES, tables_now
from termreview.run.work_list import Step, describe_issues, scoped_report_name
from termreview.sources.facts import ATTACHED, FOLDER as SOURCES, READ, exports_of
from termreview.spreadsheets.packages.guard import NOT_OPENED
from termreview.storage.atomic_files import read_json, sha256_of, write_json
from termreview.storage.output_paths import MANIFEST, PAGES, OutputPaths
from termreview.storage.staging import staged_files
from termreview.storage.workspace import Workspace
from termreview.terms import Term, parse_term

# Of systems; written only where exports of any lie beside the files of the term.
SOURCE_TABLES = ("source_files", *SYSTEM_TABLES)
_OUTPUTS = ("tables", "source_tables", "reports", "unread")
COMPARED = "compared"
RECORDS, NOTEBOOKS, FAILED = "scoped", "notebooks", ".failed"


def describe_inputs(
    workspace: Workspace,
    reference: Reference,
    declared: TermReference,
    as_of: datetime.date,
    files: Sequence[ReceivedFile],
    steps: Sequence[Step],
) -> dict[str, Any]:
    """Everything that decides the outcome of one run: the part of its manifest that is known beforehand."""
    return {
        "term_id": declared.term.term_id,
        "parameters": {"as_of": as_of.isoformat()},
        "declarations_sha256": reference.fingerprint_of(declared.term),
        "steps": {step.name: describe_step(workspace, step) for step in steps},
        "previous": tables_now(workspace, declared.plan.previous),
        **_describe_compared(workspace, reference, declared),
        "inputs": [
            {"file": file.name, "sha256": file.sha256, "received_on": file.received_on.isoformat()}
            for file in files
        ],
        **_describe_beside(workspace, reference, declared.term),
        **made_with(),
    }


def _describe_beside(workspace: Workspace, reference: Reference, term: Term) -> dict[str, Any]:
    """The exports of systems that count in the term, those purged since included, and files of evidence; only where there are any."""
    told = exports_of(workspace.raw(term) / SOURCES)
    files = list_evidence(workspace.raw(term) / EVIDENCE)
    given = [(file.name, file.sha256) for file in files]
    before = evidence_before(files, workspace, reference.calendar, term)
    earlier = [(f"{school_id} {year}", sha256) for (school_id, sha256), year in before.items()]
    found = {"exports": told, "evidence": given, "evidence_before": earlier}
    return {
        what: [{"file": name, "sha256": sha256} for name, sha256 in files]
        for what, files in found.items()
        if files
    }


def describe_step(workspace: Workspace, step: Step) -> dict[str, Any]:
    """What one step executes, by content, and what it is given."""
    path = workspace.notebooks / f"{step.source}.ipynb"
    return {
        "notebook": step.source,
        "notebook_sha256": sha256_of(path.read_bytes()) if path.is_file() else "",
        "parameters": step.content_parameters,
        **describe_issues(workspace, step),
    }


def _describe_compared(workspace: Workspace, reference: Reference, declared: TermReference) -> dict[str, Any]:
    """The tables of further terms that the report looks back on; nothing where there are none."""
    _, *terms = terms_compared(reference, declared.term)
    told = [tables_now(workspace, term) for term in terms if term != declared.plan.previous]
    told = [one for one in told if one is not None]
    return {COMPARED: told} if told else {}


def describe_outputs(stage: Path, output_paths: OutputPaths, root: Path) -> dict[str, Any]:
    """The hashes of the tables and pages that one run staged, by table name and by path in the workspace."""
    reports = describe_reports(stage, output_paths, root)
    tables = {name: sha256_of((stage / f"{name}.parquet").read_bytes()) for name in TABLES}
    unread = unread_files(stage)
    of_systems = {
        name: sha256_of(path.read_bytes())
        for name in SOURCE_TABLES
        if (path := stage / f"{name}.parquet").is_file()
    }
    told = {"tables": tables, "reports": reports} | ({"unread": unread} if unread else {})
    return told | ({"source_tables": of_systems} if of_systems else {})


def describe_reports(stage: Path, output_paths: OutputPaths, root: Path) -> dict[str, str]:
    """The hashes of what is to be published among the reports from one stage, by path in the workspace."""
    return {
        output_paths.place(name).relative_to(root).as_posix(): sha256_of((stage / name).read_bytes())
        for name in staged_files(stage)
        if name.startswith(PAGES)
    }


def are_as_written(root: Path, reports: Mapping[str, str]) -> bool:
    """Say whether each published file still is what its hash tells, by path in the workspace."""
    try:
        return all(sha256_of((root / name).read_bytes()) == told for name, told in reports.items())
    except OSError:
        return False


def unread_files(stage: Path) -> list[str]:
    """The files that one run could not read through no fault of theirs; another run may."""
    import pandas as pd  # only now: who asks whether anything has changed needs none

    columns = ["file", "sha256", "reason_code"]
    table = pd.read_parquet(stage / "submissions.parquet", columns=columns)
    is_there = table["sha256"] != NOTHING_READ  # what could not even be listed is known to be so
    return sorted(set(table["file"][table["reason_code"].eq(NOT_OPENED) & is_there]))


def exports_summary(stage: Path) -> dict[str, int] | None:
    """How many exports of systems one run counted, could not count, and left rows of unplaced; None without any.

    What a table of totals names as its export is neither: it is there to be seen.
    """
    path = stage / "source_files.parquet"
    if not path.is_file():
        return None
    import pandas as pd

    files = pd.read_parquet(path, columns=["state", "rows_of_no_school"])
    counted = int((files["state"] == READ).sum())
    left = int((~files["state"].isin([READ, ATTACHED])).sum())
    unplaced = int((files["rows_of_no_school"] > 0).sum())
    return {"counted": counted, "left": left, "unplaced": unplaced}


def is_up_to_date(output_paths: OutputPaths, root: Path, inputs: dict[str, Any]) -> bool:
    """Say whether the last finished run was made of the same inputs and its outputs are still what it wrote."""
    manifest = read_json(output_paths.place(MANIFEST))
    if (
        manifest is None
        or manifest.get("unread")
        or {key: manifest[key] for key in manifest if key not in _OUTPUTS} != inputs
    ):
        return False
    try:
        expected = {
            output_paths.place(f"{name}.parquet"): sha256
            for name, sha256 in (manifest["tables"] | manifest.get("source_tables", {})).items()
        }
        expected |= {root / name: sha256 for name, sha256 in manifest["reports"].items()}
        return set(manifest["tables"]) == set(TABLES) and all(
            sha256_of(path.read_bytes()) == sha256 for path, sha256 in expected.items()
        )
    except (OSError, KeyError, AttributeError):
        return False


def write_record(
    workspace: Workspace, reference: Reference, term: Term, manifest: Mapping[str, Any], step: Step
) -> None:
    """Write down one report that was made from the tables of one finished run."""
    made = [path for export in step.exports for path in (export.path, *flat_parts(export.path))]
    reports = {path.relative_to(workspace.root).as_posix(): sha256_of(path.read_bytes()) for path in made}
    path = _path(workspace, term, step)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, _inputs(workspace, reference, manifest, step) | {"reports": reports})


def is_recorded(
    workspace: Workspace, reference: Reference, term: Term, manifest: Mapping[str, Any], step: Step
) -> bool:
    """Say whether one report was made before of the same things and is still what was written then."""
    record = read_json(_path(workspace, term, step))
    if record is None:
        return False
    reports = record.pop("reports", {})
    names = {export.path.relative_to(workspace.root).as_posix() for export in step.exports}
    if record != _inputs(workspace, reference, manifest, step) or not names <= reports.keys():
        return False
    return are_as_written(workspace.root, reports)


def outdated_parts(workspace: Workspace, reference: Reference, term: Term, stage: Path) -> list[str]:
    """What is published, by name among the outputs, of reports made of other tables than one stage holds.

    They would stand beside reports that count differently; what shareable ones hide was decided apart, too. Their
    records go, and every executed notebook that no record is left of. A file that is no longer what was written
    belongs to whoever changed it, and stays.
    """
    tables = (read_json(stage / MANIFEST) or {}).get("tables")
    pages = workspace.output_paths(term).pages
    names: list[str] = []
    kept: set[str] = set()
    for path in sorted((workspace.processed(term) / RECORDS).glob("*.json")):
        record = read_json(path) or {}
        if record.get("tables") == tables:
            kept.add(path.stem)
            continue
        names.append(f"{RECORDS}/{path.name}")
        for listed, sha256 in (record.get("reports") or {}).items():
            report = workspace.root / listed
            if report.is_relative_to(pages) and report.is_file() and sha256_of(report.read_bytes()) == sha256:
                names.append(PAGES + report.relative_to(pages).as_posix())
    for path in sorted((workspace.processed(term) / NOTEBOOKS).glob("*.ipynb")):
        report = scoped_report_name(reference, term, path.stem.removesuffix(FAILED))
        if report and report not in kept:
            names.append(f"{NOTEBOOKS}/{path.name}")
    return names


def _path(workspace: Workspace, term: Term, step: Step) -> Path:
    return workspace.processed(term) / RECORDS / f"{step.exports[0].path.stem}.json"


def _inputs(
    workspace: Workspace, reference: Reference, manifest: Mapping[str, Any], step: Step
) -> dict[str, Any]:
    """Everything that decides one report."""
    return {
        "term_id": manifest["term_id"],
        "declarations_sha256": reference.fingerprint_of(parse_term(manifest["term_id"])),
        "step": describe_step(workspace, step),
        "tables": manifest["tables"],
        "previous": manifest["previous"],
        **({COMPARED: manifest[COMPARED]} if COMPARED in manifest else {}),
        **made_with(),
    }
