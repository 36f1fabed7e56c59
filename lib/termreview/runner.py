"""One run of one term: its notebooks executed in order, their tables and pages published together by one switch."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from termreview.errors import RunError
from termreview.execution import (
    CLOSING_TAG,
    TIME_LIMIT_S,
    Step,
    refuse_unfinished,
    refuse_wrong_parameters,
    run_step,
)
from termreview.intake.received import list_received, record_received
from termreview.lock import held
from termreview.manifest import TABLES, describe_inputs, describe_outputs, is_up_to_date
from termreview.publication import LOOSE, MANIFEST, open_stage, publish, settle, sweep
from termreview.reference.declarations import Reference, TermReference
from termreview.steps import READ_COUNT
from termreview.terms import Term
from termreview.whole_files import read_json, sweep_left_overs, write_json
from termreview.workspace import Workspace

__all__ = [
    "CLOSING_TAG",
    "TABLES",
    "RunResult",
    "Step",
    "plan_steps",
    "refuse_unfinished",
    "refuse_wrong_parameters",
    "report_title",
    "run_step",
    "run_term",
]

CLEAN, SCORE = "1_clean_submissions", "2_score_indicators"
REPORT_NOTEBOOKS = {"semester_review": "3_semester_review", "year_end_summary": "4_year_end_summary"}
REPORT_FILES = {"semester_review": "bao-cao-so-ket", "year_end_summary": "bao-cao-tong-ket"}

Progress = Callable[[str], None]
Execute = Callable[[Workspace, Term, Step, Path | None, int], object]


@dataclass(frozen=True)
class RunResult:
    """What one run left behind; `is_reused` when nothing had changed and the last run was kept."""

    report: Path
    manifest: Path
    seconds: float
    is_reused: bool = False


def run_term(
    workspace: Workspace,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    workers: int = 1,
    progress: Progress = lambda _: None,
    is_forced: bool = False,
    time_limit_s: int = TIME_LIMIT_S,
    execute: Execute = run_step,
) -> RunResult:
    """Clean, score and report one term.

    Everything is written to a stage first and published in one moment; a run that fails or is killed leaves
    the last finished one as it was. When nothing has changed since then, it is kept and nothing is executed.

    Parameters
    ----------
    is_forced
        Execute although nothing has changed.
    time_limit_s
        Seconds that one cell of a notebook may take.
    execute
        What executes one step.

    Raises
    ------
    UsageError
        When the term is not declared.
    RunError
        When a notebook fails or the disk is full; the message names the notebook kept for inspection.
        Nothing is published then.
    WorkspaceBusyError
        When another run holds the workspace.
    """
    started = time.monotonic()
    declared = reference.of(term)
    shelf = workspace.shelf(term)
    steps = plan_steps(workspace, reference, declared, as_of, workers)
    report = steps[-1].page
    assert report is not None
    with held(workspace.root, f"run {term.term_id}"):
        try:
            _recover(workspace, reference)
            files = list_received(workspace.raw(term), as_of, as_of)
            record_received(workspace.raw(term), files)
            names = [step.name for step in steps]
            inputs = describe_inputs(workspace, reference, declared, as_of, files, names)
            is_reused = not is_forced and is_up_to_date(shelf, workspace.root, inputs)
            if is_reused:
                progress(f"không có gì thay đổi: giữ kết quả lần chạy trước (đọc lại 0/{len(files)} tệp)")
            else:
                stage = open_stage(shelf)
                for number, step in enumerate(steps, start=1):
                    begun = time.monotonic()
                    execute(workspace, term, step, stage, time_limit_s)
                    seconds = time.monotonic() - begun
                    progress(
                        f"[{number}/{len(steps)}] {step.name}: {seconds:.1f} s{_read_again(stage, step)}"
                    )
                write_json(stage / MANIFEST, inputs | describe_outputs(stage, shelf, workspace.root))
                publish(shelf, stage, removed=[LOOSE, *(f"notebooks/{name}.failed.ipynb" for name in names)])
        except OSError as error:
            raise RunError(f"the run stopped, its results do not count: {error}") from error
        finally:
            sweep(shelf)
    return RunResult(report, shelf.place(MANIFEST), time.monotonic() - started, is_reused)


def _recover(workspace: Workspace, reference: Reference) -> None:
    """Finish what a killed run had begun to publish, and take away what it left lying about."""
    for plan in reference.calendar.plans:
        shelf = workspace.shelf(plan.term)
        if shelf.runs.is_dir():
            settle(shelf)
        sweep(shelf)
        sweep_left_overs(workspace.raw(plan.term))


def _read_again(stage: Path, step: Step) -> str:
    counted = read_json(stage / READ_COUNT) if step.name == CLEAN else None
    return f" (đọc lại {counted['read']}/{counted['files']} tệp)" if counted else ""


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
