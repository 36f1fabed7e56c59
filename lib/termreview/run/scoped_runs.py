"""One report of one part of the office at a time: made from the term's published tables, each a file of its own."""

from __future__ import annotations

import atexit
import datetime
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from termreview.cluster import scheduler_asked, share_on
from termreview.errors import RunError, TermReviewError
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.editions.scope import EDITIONS, Scope
from termreview.reporting.pages.portfolio import write_portfolio
from termreview.reporting.term.term_tables import sha256_of_tables
from termreview.run.execution import TIME_LIMIT_S, kernels_of, load_papermill
from termreview.run.kernels.warm import WarmKernels
from termreview.run.manifest import is_recorded, write_record
from termreview.run.step_run import begin_step, place_made
from termreview.run.work_list import Step, report_step
from termreview.storage.atomic_files import atomic_write, read_json, sha256_of
from termreview.storage.lock import held
from termreview.storage.output_paths import MANIFEST, PAGES
from termreview.storage.publication import sweep
from termreview.storage.staging import open_stage, staged_files
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
        for place, seconds, error in _executed(workspace, term, due, workers):
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
    workspace: Workspace, term: Term, due: dict[int, Step], workers: int
) -> Iterator[tuple[int, float, str]]:
    """Execute some steps at a time, each in processes of its own; give place, seconds and error of each as it ends."""
    if not due:
        return
    if scheduler := scheduler_asked():
        yield from _executed_on(scheduler, workspace, term, due)
        return
    with kernels_of(workspace, term, due.values()) as kernels:
        load_papermill()
        if kernels is not None:
            kernels.shared()  # once, before several ask for it
        with ThreadPoolExecutor(min(workers, len(due))) as lanes:
            places = {
                lanes.submit(_execute, workspace, term, step, kernels): place for place, step in due.items()
            }
            for future in as_completed(places):
                yield places[future], *future.result()


def _execute(workspace: Workspace, term: Term, step: Step, kernels: WarmKernels | None) -> tuple[float, str]:
    begun = time.monotonic()
    try:
        begin_step(workspace, term, step, None, TIME_LIMIT_S, kernels)()
        return time.monotonic() - begun, ""
    except (TermReviewError, OSError) as error:
        return time.monotonic() - begun, str(error)


@dataclass(frozen=True)
class _Brought:
    """What a worker has made of one step: its files by name, the report's below the folder of reports, and its seconds."""

    seconds: float
    reports: Mapping[str, bytes] = field(default_factory=dict)
    notebook: bytes = b""
    error: str = ""


def _executed_on(
    scheduler: str, workspace: Workspace, term: Term, due: dict[int, Step]
) -> Iterator[tuple[int, float, str]]:
    """Have the workers of a cluster execute some steps; what they bring is put into its place here, whole.

    They read from the folder of the workspace, but write nothing there that counts: one that is late or lost harms
    nobody. What failed there is done here once more, so that its notebook is kept for inspection.
    """
    notebooks = tuple(sorted({step.source for step in due.values()}))
    make = partial(_brought, workspace, term, notebooks)
    sees = partial(_seen, workspace, term, notebooks)
    for place, brought in zip(due, share_on(scheduler, list(due.values()), make, sees), strict=True):
        step = due[place]
        if brought.error:
            with kernels_of(workspace, term, [step]) as kernels:
                yield place, *_execute(workspace, term, step, kernels)
            continue
        try:
            _put(workspace, term, step, brought)
        except OSError as error:
            yield place, brought.seconds, str(error)
        else:
            yield place, brought.seconds, ""


def _put(workspace: Workspace, term: Term, step: Step, brought: _Brought) -> None:
    beside = open_stage(workspace.output_paths(term))
    try:
        for name, content in brought.reports.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(content)
        place_made(beside, workspace.reports(term), step)
        with atomic_write(workspace.processed(term) / "notebooks" / f"{step.name}.ipynb") as notebook:
            notebook.write_bytes(brought.notebook)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _brought(workspace: Workspace, term: Term, notebooks: tuple[str, ...], step: Step) -> _Brought:
    """Make one report in a folder of this machine."""
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="termreview-") as folder:
            beside = Path(folder)
            kernels = _kernels_here(workspace, term, notebooks, _seen(workspace, term, notebooks))
            executed = begin_step(workspace, term, step, beside, TIME_LIMIT_S, kernels, is_apart=True)()
            below = beside / PAGES
            reports = {
                name.removeprefix(PAGES): (beside / name).read_bytes()
                for name in staged_files(beside)
                if (beside / name).is_relative_to(below)
            }
            return _Brought(time.monotonic() - begun, reports, executed.read_bytes())
    except (TermReviewError, OSError) as error:
        return _Brought(time.monotonic() - begun, error=str(error) or type(error).__name__)


@lru_cache(maxsize=1)
def _kernels_here(
    workspace: Workspace, term: Term, notebooks: tuple[str, ...], seen: str | None
) -> WarmKernels | None:
    """Where the kernels of this worker come from, for all the reports that it makes of the same tables."""
    load_papermill()
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(kernels_of(workspace, term, [Step(name, {}) for name in notebooks]))


def _seen(workspace: Workspace, term: Term, notebooks: tuple[str, ...]) -> str | None:
    """What this machine sees of all that reports are made of: declarations, tables, notebooks; None where it sees none."""
    paths = [workspace.notebooks / f"{name}.ipynb" for name in notebooks]
    try:
        read = [path.read_bytes() for path in (workspace.output_paths(term).place(MANIFEST), *paths)]
    except OSError:
        return None
    try:
        reference, tables = load_reference(workspace.reference), sha256_of_tables(workspace, term)
    except (TermReviewError, OSError) as error:  # not what the run has left there
        return str(error)
    told = [reference.fingerprint, tables, *(sha256_of(content) for content in read)]
    return sha256_of("".join(told).encode())
