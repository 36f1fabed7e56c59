"""One record of one report of a part of the office: what it was made of, and its file by hash."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from termreview.installation import made_with
from termreview.reference.declarations import Reference
from termreview.run.manifest import COMPARED, describe_step
from termreview.run.work_list import Step, scoped_report_name
from termreview.storage.shelf import MANIFEST, PAGES
from termreview.storage.whole_files import read_json, sha256_of, write_json
from termreview.storage.workspace import Workspace
from termreview.terms import Term, parse_term

RECORDS, NOTEBOOKS, FAILED = "scoped", "notebooks", ".failed"


def write_record(
    workspace: Workspace, reference: Reference, term: Term, manifest: Mapping[str, Any], step: Step
) -> None:
    """Write down one report that was made from the tables of one finished run."""
    reports = {
        export.path.relative_to(workspace.root).as_posix(): sha256_of(export.path.read_bytes())
        for export in step.exports
    }
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
    if record != _inputs(workspace, reference, manifest, step) or len(reports) != len(step.exports):
        return False
    try:
        return all(sha256_of((workspace.root / name).read_bytes()) == told for name, told in reports.items())
    except OSError:
        return False


def outdated_parts(workspace: Workspace, reference: Reference, term: Term, stage: Path) -> list[str]:
    """What is published, by name on the shelf, of reports made of other tables than one stage holds.

    They would stand beside reports that count differently; what shareable ones hide was decided apart, too. Their
    records go, and every executed notebook that no record is left of. A file that is no longer what was written
    belongs to whoever changed it, and stays.
    """
    tables = (read_json(stage / MANIFEST) or {}).get("tables")
    pages = workspace.shelf(term).pages
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
