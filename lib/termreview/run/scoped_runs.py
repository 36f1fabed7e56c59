"""One report of one part of the office at a time: made from the term's published tables, each a file of its own."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from termreview.errors import RunError, TermReviewError
from termreview.reference.declarations import Reference
from termreview.reporting.editions.scope import EDITIONS, Scope
from termreview.reporting.pages.portfolio import write_portfolio
from termreview.run.execution import TIME_LIMIT_S, kernels_of, load_papermill
from termreview.run.kernels.warm import WarmKernels
from termreview.run.manifest import is_recorded, write_record
from termreview.run.step_run import begin_step
from termreview.run.work_list import Step, report_step
from termreview.storage.atomic_files import read_json
from termreview.storage.lock import held
from termreview.storage.output_paths import MANIFEST
from termreview.storage.publication import sweep
from termreview.storage.workspace import Workspace
from termreview.terms import Term

Progress = Callable[[int, int, "Made"], None]


@dataclass(frozen=True)
class Made:
    """What came of one report: its files, the page first, or why there are none."""

    scope: Scope
    edition: str
    reports: tuple[Path, ...]
    seconds: float
    is_reused: bool = False
    error: str = ""

    @property
    def report(self) -> Path:
        """The page."""
        return self.reports[0]


def make_scoped(
    workspace: Workspace,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    scopes: Sequence[Scope],
    editions: Sequence[str] = EDITIONS,
    workers: int = 1,
    progress: Progress = lambda done, total, made: None,
    is_forced: bool = False,
    time_limit_s: int = TIME_LIMIT_S,
) -> list[Made]:
    """Make the reports of several scopes of one term that was run; one that fails does not stop the others.

    A report that was made before from the same tables, declarations and notebook is kept. What each report was
    made of stands in `data/processed/<year>/<part>/scoped/<report>.json`.

    Raises
    ------
    RunError
        When the term has no finished run to read from.
    WorkspaceBusyError
        When another run holds the workspace.
    """
    declared = reference.of(term)
    steps = [
        (scope, edition, report_step(workspace, reference, declared, as_of, scope, edition))
        for scope in scopes
        for edition in editions
    ]
    with held(workspace.root, f"reports of {term.term_id}"):
        manifest = read_json(workspace.output_paths(term).place(MANIFEST))
        if manifest is None:
            raise RunError("never_finished", term=term.term_id)
        made: dict[int, Made] = {}
        due: dict[int, Step] = {}
        for place, (scope, edition, step) in enumerate(steps):
            if not is_forced and is_recorded(workspace, reference, term, manifest, step):
                made[place] = Made(scope, edition, _files(step), 0.0, is_reused=True)
                progress(len(made), len(steps), made[place])
            else:
                due[place] = step
        for place, seconds, error in _executed(workspace, term, due, workers, time_limit_s):
            scope, edition, step = steps[place]
            if not error:
                write_record(workspace, reference, term, manifest, step)
            made[place] = Made(scope, edition, _files(step), seconds, error=error)
            progress(len(made), len(steps), made[place])
        sweep(workspace.output_paths(term))
        write_portfolio(workspace, reference)
    return [made[place] for place in sorted(made)]


def _files(step: Step) -> tuple[Path, ...]:
    return tuple(export.path for export in step.exports)


def _executed(
    workspace: Workspace, term: Term, due: dict[int, Step], workers: int, time_limit_s: int
) -> Iterator[tuple[int, float, str]]:
    """Execute some steps at a time, each in processes of its own; give place, seconds and error of each as it ends."""
    if not due:
        return
    with kernels_of(workspace, term, due.values()) as kernels:
        load_papermill()
        if kernels is not None:
            kernels.shared()  # once, before several ask for it
        with ThreadPoolExecutor(min(workers, len(due))) as lanes:
            places = {
                lanes.submit(_execute, workspace, term, step, time_limit_s, kernels): place
                for place, step in due.items()
            }
            for future in as_completed(places):
                yield places[future], *future.result()


def _execute(
    workspace: Workspace, term: Term, step: Step, time_limit_s: int, kernels: WarmKernels | None
) -> tuple[float, str]:
    begun = time.monotonic()
    try:
        begin_step(workspace, term, step, None, time_limit_s, kernels)()
        return time.monotonic() - begun, ""
    except (TermReviewError, OSError) as error:
        return time.monotonic() - begun, str(error)
