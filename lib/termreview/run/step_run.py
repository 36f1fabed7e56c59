"""One step of a run: its notebook executed, what is published from it written; failure of any kind is told and kept."""

from __future__ import annotations

import pickle
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from termreview.coded_text import CodedText
from termreview.collector import memory_left_alone
from termreview.errors import RunError
from termreview.processes import Call, ProcessLost
from termreview.reporting.records.published import flat_parts
from termreview.run.execution import (
    TIME_LIMIT_S,
    execute_notebook,
    finish_notebook,
    last_line,
    refuse_wrong_parameters,
)
from termreview.run.kernels.warm import WarmKernels, become_kernel
from termreview.run.piece_store import kept_pieces
from termreview.run.work_list import CLEAN, SCORE, Step
from termreview.storage.disk_room import lack_of_room
from termreview.storage.output_paths import PAGES
from termreview.storage.publication import place_file
from termreview.storage.staging import open_stage, stage_in_use, staged_files
from termreview.storage.workspace import Workspace
from termreview.terms import Term

_TABLES = (".xlsx", ".csv")
_STUCK = 1  # how a process ends that no signal could stop

Finish = Callable[[], Path]


def begin_step(
    workspace: Workspace,
    term: Term,
    step: Step,
    stage: Path | None = None,
    time_limit_s: int = TIME_LIMIT_S,
    kernels: WarmKernels | None = None,
    is_apart: bool = False,
) -> Finish:
    """Begin to execute one notebook and to write what is published from it; what is given waits for that to end.

    Parameters
    ----------
    stage
        The folder that takes tables, notebook and published files until the whole run is published; None publishes each
        of them at once, as plain papermill does.
    time_limit_s
        Seconds that one cell may take.
    kernels
        Where the process comes from that executes the notebook and then writes, both beside this one; None: Jupyter
        starts a kernel, and all is written when this returns.
    is_apart
        Keep the notebook of a failure in the stage, too: nothing is written elsewhere.

    Raises
    ------
    RunError
        When a parameter is unknown or mistyped; from `Finish`, or at once without `kernels`, when a cell fails or takes
        too long, the kernel dies, the last cell did not run or a file cannot be written. The notebook is then kept
        for inspection, beside the published ones.
    """
    source = workspace.notebooks / f"{step.source}.ipynb"
    if not source.is_file():
        raise RunError("notebook_missing", notebook=source.name)
    refuse_wrong_parameters(source, step.parameters)
    work = _Work(workspace, term, step, stage, time_limit_s, is_apart)
    for left_over in (work.executed, work.failed, work.beside):
        left_over.unlink(missing_ok=True)
    with _keep_failed_notebook(work):
        work.beside.parent.mkdir(parents=True, exist_ok=True)
        call, writes = (None, False) if kernels is None else _begin_elsewhere(work, kernels)
        if call is None:
            content = execute_notebook(source, work.beside, step, stage, time_limit_s)
            finish_notebook(work.beside, content, step)
    if call is not None:
        return partial(_await, work, call, writes)
    _write(work)
    return lambda: work.executed


@dataclass(frozen=True)
class _Work:
    """One step on its way: where its notebook stands while it is executed, in the end, and when it failed."""

    workspace: Workspace
    term: Term
    step: Step
    stage: Path | None
    time_limit_s: int
    is_apart: bool = False

    @property
    def source(self) -> Path:
        return self.workspace.notebooks / f"{self.step.source}.ipynb"

    @property
    def notebooks(self) -> Path:
        return self.workspace.processed(self.term) / "notebooks"

    @property
    def folder(self) -> Path:
        return self.notebooks if self.stage is None else self.stage / "notebooks"

    @property
    def executed(self) -> Path:
        return self.folder / f"{self.step.name}.ipynb"

    @property
    def failed(self) -> Path:
        folder = self.folder if self.is_apart else self.notebooks
        return folder / f"{self.step.name}.failed.ipynb"

    @property
    def beside(self) -> Path:
        return self.folder / f".{self.step.name}.running.ipynb"


def _write(work: _Work, is_shared: bool = False) -> None:
    """Write what is published from the executed notebook, and put the notebook into its place.

    When it is shared, workbook and list, which begin with the same rows, are written by another process meanwhile.
    """
    with _keep_failed_notebook(work):
        with (
            memory_left_alone(),
            stage_in_use(work.stage),
            _appearing_together(work.workspace, work.term, work.step, work.stage) as places,
        ):
            numbers = range(len(places))
            others = [number for number in numbers if is_shared and places[number].suffix in _TABLES]
            own = [number for number in numbers if number not in others]
            with ExitStack() as calls:
                call = None
                if others:
                    with suppress(OSError):  # no memory or no process left: then without
                        call = calls.enter_context(Call(_write_some, work, places, others))
                _write_each(work, places, own)
                try:
                    if call is not None:
                        call.wait()
                except Exception:
                    call = None
            if call is None:  # done once more here, which says what is wrong
                _write_each(work, places, others)
        work.beside.replace(work.executed)


def _write_some(work: _Work, places: Sequence[Path], which: Sequence[int]) -> Iterator[None]:
    with kept_pieces(work.workspace, work.term, f"{work.step.name}-tables"):
        _write_each(work, places, which)
    yield from ()


def _write_each(work: _Work, places: Sequence[Path], which: Sequence[int]) -> None:
    for number in which:
        work.step.exports[number].write(work.beside, places[number], work.step)


def _begin_elsewhere(work: _Work, kernels: WarmKernels) -> tuple[Call | None, bool]:
    """Have another process execute one notebook, and say whether it also writes; None where there is none."""
    shared = None if work.step.name in (CLEAN, SCORE) else kernels.shared()
    bare = replace(work, step=replace(work.step, exports=()))
    for handed in (work, bare):
        try:
            return kernels.call(_do_step, handed, shared), handed is work
        except (pickle.PicklingError, AttributeError, TypeError):  # what writes has no name of its own
            continue
        except OSError:
            break
    return None, False


def _do_step(work: _Work, shared: Path | None, environment: Mapping[str, str]) -> Iterator[None]:
    """Do one step in a process of its own: say when the notebook is executed, and end when all is written."""
    become_kernel(environment, work.source.parent)
    if shared is not None:
        from termreview.reporting.report.context import take_views

        with memory_left_alone():
            take_views(shared.read_bytes())
    with kept_pieces(work.workspace, work.term, work.step.name):
        try:
            content = execute_notebook(
                work.source, work.beside, work.step, work.stage, work.time_limit_s, True
            )
            finish_notebook(work.beside, content, work.step)
        except Exception as error:
            if isinstance(error, OSError) and not isinstance(error, TimeoutError):
                raise
            raise RunError("told_elsewhere", text=last_line(error, work.time_limit_s)) from None
        yield None
        if work.step.exports:
            _write(work, is_shared=True)


def _await_executed(work: _Work, call: Call) -> None:
    """Wait until another process has executed one notebook.

    Raises
    ------
    RunError
        When the notebook failed, or the process ended before it said how it went.
    """
    begun = time.monotonic()
    try:
        call.answer()
    except ProcessLost as lost:
        call.close()
        is_stuck = lost.exit_code == _STUCK and time.monotonic() - begun > work.time_limit_s
        why = last_line(TimeoutError(), work.time_limit_s) if is_stuck else CodedText("kernel_died")
        raise RunError("told_elsewhere", text=why) from None
    except BaseException:
        call.close()
        raise


def _await(work: _Work, call: Call, writes: bool) -> Path:
    """Wait until another process has executed one notebook and written what is published from it."""
    with _keep_failed_notebook(work):
        _await_executed(work, call)
    with call, suppress(ProcessLost):
        call.wait()
    if not writes or not work.executed.is_file():  # or the process is lost, nobody knows how
        _write(work)
    return work.executed


@contextmanager
def _keep_failed_notebook(work: _Work) -> Iterator[None]:
    """Keep the notebook for inspection when the block fails, and say so."""
    try:
        yield
    except Exception as error:
        if (lack := lack_of_room(error, work.workspace.processed(work.term))) is not None:
            work.beside.unlink(missing_ok=True)
            raise lack from error
        kept = ""
        with suppress(OSError):  # a full disk keeps nothing
            work.failed.parent.mkdir(parents=True, exist_ok=True)
            if (
                not work.beside.is_file()
            ):  # a kernel that died took the notebook along: the one that was tried
                execute_notebook(
                    work.source, work.beside, work.step, work.stage, work.time_limit_s, prepare_only=True
                )
            work.beside.replace(work.failed)
            kept = "" if work.is_apart else work.failed.relative_to(work.workspace.root).as_posix()
        why = last_line(error, work.time_limit_s)
        if kept:
            raise RunError("step_failed_kept", step=work.step.name, why=why, notebook=kept) from error
        raise RunError("step_failed", step=work.step.name, why=why) from error


@contextmanager
def _appearing_together(
    workspace: Workspace, term: Term, step: Step, stage: Path | None
) -> Iterator[list[Path]]:
    """Give the paths to write the files to be published to; without a stage they appear when the block ends well."""
    reports = workspace.reports(term)
    if stage is not None:
        yield [stage / PAGES / export.path.relative_to(reports) for export in step.exports]
        return
    beside = open_stage(workspace.output_paths(term))
    try:
        places = [beside / export.path.relative_to(reports) for export in step.exports]
        for folder in {place.parent for place in places}:
            folder.mkdir(parents=True, exist_ok=True)
        yield places
        place_made(beside, reports, step)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def place_made(beside: Path, reports: Path, step: Step) -> None:
    """Put the files of one report into their places, with the parts that a large list has now and no others."""
    old = {part for export in step.exports for part in flat_parts(export.path)}
    for name in staged_files(beside):
        place_file(beside / name, reports / name)
        old.discard(reports / name)
    for part in old:
        part.unlink(missing_ok=True)
