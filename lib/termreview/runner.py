"""One run of one term: its notebooks executed in order by papermill, its report published, its manifest written."""

from __future__ import annotations

import datetime
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill

from termreview import __version__
from termreview.errors import RunError
from termreview.intake.received import list_received, record_received
from termreview.lock import held
from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.pages import export_html
from termreview.terms import Term
from termreview.workspace import Workspace, write_json

CLEAN, SCORE = "1_clean_submissions", "2_score_indicators"
REPORT_NOTEBOOKS = {"semester_review": "3_semester_review", "year_end_summary": "4_year_end_summary"}
REPORT_FILES = {"semester_review": "bao-cao-so-ket", "year_end_summary": "bao-cao-tong-ket"}
TABLES = ("submissions", "observations", "findings", "ledger", "scores")
CLOSING_TAG = "closing"
_SIMPLE_TYPES: Mapping[str, type] = {"str": str, "int": int, "bool": bool, "float": float}

# Saved once, not per cell; a kernel that is done is stopped at once and keeps its chatter to itself.
_EXECUTION: Mapping[str, Any] = {
    "kernel_name": "python3",
    "progress_bar": False,
    "log_output": False,
    "request_save_on_cell_execute": False,
    "shutdown_kernel": "immediate",
    "extra_arguments": ["--IPKernelApp.log_level=50"],
}

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One notebook of a run, its parameters, and the page published from it, if any."""

    name: str
    parameters: Mapping[str, Any]
    page: Path | None = None
    title: str = ""


@dataclass(frozen=True)
class RunResult:
    """What one run left behind."""

    report: Path
    manifest: Path
    seconds: float


def run_term(
    workspace: Workspace,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    workers: int = 1,
    progress: Progress = lambda _: None,
) -> RunResult:
    """Clean, score and report one term.

    The manifest is taken away first and written last: while it is missing, the tables are not a finished run.

    Raises
    ------
    UsageError
        When the term is not declared.
    RunError
        When a notebook fails; the message names the notebook kept for inspection. Nothing is published then.
    WorkspaceBusyError
        When another run holds the workspace.
    """
    started = time.monotonic()
    declared = reference.of(term)
    manifest = workspace.processed(term) / "manifest.json"
    with held(workspace.root, f"run {term.term_id}"):
        files = list_received(workspace.raw(term), as_of)
        record_received(workspace.raw(term), files)
        manifest.unlink(missing_ok=True)
        steps = plan_steps(workspace, reference, declared, as_of, workers)
        for number, step in enumerate(steps, start=1):
            begun = time.monotonic()
            run_step(workspace, term, step)
            progress(f"[{number}/{len(steps)}] {step.name}: {time.monotonic() - begun:.1f} s")
        report = steps[-1].page
        assert report is not None
        write_json(manifest, _manifest(workspace, reference, declared, as_of, files, report))
    return RunResult(report, manifest, time.monotonic() - started)


def plan_steps(
    workspace: Workspace,
    reference: Reference,
    declared: TermReference,
    as_of: datetime.date,
    workers: int = 1,
) -> list[Step]:
    """List the notebooks of one term in order, with their parameters."""
    term, report = declared.term, declared.plan.report
    shared = {"term_id": term.term_id, "workspace_root": str(workspace.root)}
    dated = shared | {"as_of": as_of.isoformat()}
    page = workspace.reports(term) / f"{REPORT_FILES[report]}-{term.term_id}.html"
    return [
        Step(CLEAN, dated | {"workers": workers}),
        Step(SCORE, shared),
        Step(REPORT_NOTEBOOKS[report], dated, page, report_title(reference, declared)),
    ]


def report_title(reference: Reference, declared: TermReference) -> str:
    """The heading of one report, from the labels."""
    template: str = reference.labels["report_titles"][declared.plan.report]
    return template.format(term=declared.plan.title, school_year=declared.term.school_year)


def run_step(workspace: Workspace, term: Term, step: Step) -> Path:
    """Execute one notebook and publish its page, if it has one.

    Raises
    ------
    RunError
        When a parameter is unknown or mistyped, a cell fails, the kernel dies or the last cell did not run.
    """
    source = workspace.notebooks / f"{step.name}.ipynb"
    if not source.is_file():
        raise RunError(f"the notebook {source.name} is not in the folder notebooks of the workspace")
    refuse_wrong_parameters(source, step.parameters)
    folder = workspace.processed(term) / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    executed, failed = folder / f"{step.name}.ipynb", folder / f"{step.name}.failed.ipynb"
    beside = folder / f".{step.name}.running.ipynb"
    for left_over in (executed, failed, beside):
        left_over.unlink(missing_ok=True)
    try:
        logging.getLogger("papermill").setLevel(logging.ERROR)
        papermill.execute_notebook(
            source, beside, parameters=dict(step.parameters), **_EXECUTION, cwd=source.parent
        )
        refuse_unfinished(beside)
        _strip_run_metadata(beside)
        if step.page is not None:
            export_html(beside, step.page, title=step.title)
    except Exception as error:
        where = ""
        if beside.is_file():
            beside.replace(failed)
            where = f"; the notebook is kept as {failed.relative_to(workspace.root).as_posix()}"
        raise RunError(f"{step.name} failed: {_last_line(error)}{where}") from error
    beside.replace(executed)
    return executed


def refuse_wrong_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that the notebook does not declare, or declares with another type.

    papermill itself only warns of an unknown name and runs on with the defaults.
    """
    declared = papermill.inspect_notebook(notebook)
    problems = [
        f"'{name}' is not a parameter; known: {', '.join(declared)}"
        for name in parameters
        if name not in declared
    ]
    for name, value in parameters.items():
        wanted = _SIMPLE_TYPES.get(declared.get(name, {}).get("inferred_type_name", ""))
        if wanted is not None and type(value) is not wanted:
            problems.append(f"'{name}' must be {wanted.__name__}, not {type(value).__name__}")
    if problems:
        raise RunError(f"{notebook.name}: " + "; ".join(problems))


def refuse_unfinished(notebook: Path) -> None:
    """Refuse an executed notebook whose closing cell did not run: a dead kernel is saved as a success."""
    content = nbformat.read(notebook, as_version=4)
    cells = [cell for cell in content.cells if cell.cell_type == "code" and cell.source.strip()]
    if not cells or CLOSING_TAG not in cells[-1].metadata.get("tags", []):
        raise RunError(f"{notebook.name} has no last cell tagged '{CLOSING_TAG}'")
    if not cells[-1].outputs or any(cell.execution_count is None for cell in cells):
        raise RunError(f"{notebook.name} stopped before its closing cell")
    if any(output.output_type == "error" for cell in cells for output in cell.outputs):
        raise RunError(f"{notebook.name} holds an error")


def _strip_run_metadata(path: Path) -> None:
    """Take clock times and machine paths out of one executed notebook."""
    content = nbformat.read(path, as_version=4)
    content.metadata.pop("papermill", None)
    for cell in content.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    nbformat.write(content, path)


def _last_line(error: Exception) -> str:
    evalue = getattr(error, "evalue", "")
    if evalue:
        return f"{getattr(error, 'ename', 'error')}: {evalue}"
    return str(error).strip() or type(error).__name__


def _manifest(
    workspace: Workspace,
    reference: Reference,
    declared: TermReference,
    as_of: datetime.date,
    files: Any,
    report: Path,
) -> dict[str, Any]:
    term = declared.term
    tables = {name: _sha256(workspace.processed(term) / f"{name}.parquet") for name in TABLES}
    return {
        "term_id": term.term_id,
        "parameters": {"as_of": as_of.isoformat()},
        "package_version": __version__,
        "declarations_sha256": reference.fingerprint,
        "inputs": [
            {"file": file.name, "sha256": file.sha256, "received_on": file.received_on.isoformat()}
            for file in files
        ],
        "tables": tables,
        "reports": {report.relative_to(workspace.root).as_posix(): _sha256(report)},
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
