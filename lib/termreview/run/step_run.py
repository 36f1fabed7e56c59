"""One step of a run: its notebook executed, what is published from it written; failure of any kind is told and kept."""

from __future__ import annotations

import base64
import json
import os
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from termreview.coded_text import CodedText
from termreview.collector import memory_left_alone
from termreview.errors import RunError
from termreview.run.execution import (
    TIME_LIMIT_S,
    execute_notebook,
    finish_notebook,
    last_line,
    refuse_wrong_parameters,
)
from termreview.run.kernels.worker_pool import WarmProcess, WorkerPool, done_in_processes
from termreview.run.work_list import Step
from termreview.storage.atomic_files import read_json, write_json
from termreview.storage.disk_room import lack_of_room
from termreview.storage.output_paths import PAGES
from termreview.storage.staging import stage_in_use
from termreview.storage.workspace import Workspace, atomic_write
from termreview.terms import Term

_PAUSE_S = 0.002
_STUCK = 1  # how a process ends that no signal could stop
_UNTOLD = 128  # and more: how one ends that could not write down what went wrong, by the number of the system's error

Finish = Callable[[], Path]


def begin_step(
    workspace: Workspace,
    term: Term,
    step: Step,
    stage: Path | None = None,
    time_limit_s: int = TIME_LIMIT_S,
    worker_pool: WorkerPool | None = None,
) -> Finish:
    """Execute one notebook and begin to write what is published from it; what is given waits for that to end.

    Parameters
    ----------
    stage
        The folder that takes tables, notebook and published files until the whole run is published; None publishes each
        of them at once, as plain papermill does.
    time_limit_s
        Seconds that one cell may take.
    worker_pool
        Where the process comes from that executes the notebook and then writes beside this one; None: Jupyter starts a
        kernel, and all is written when this returns.

    Raises
    ------
    RunError
        When a parameter is unknown or mistyped, a cell fails or takes too long, the kernel dies or the last
        cell did not run; from `Finish` also when a file cannot be written. The notebook is then kept for
        inspection, beside the published ones.
    """
    source = workspace.notebooks / f"{step.source}.ipynb"
    if not source.is_file():
        raise RunError("notebook_missing", notebook=source.name)
    refuse_wrong_parameters(source, step.parameters)
    work = _Work(workspace, term, step, stage, time_limit_s)
    for left_over in (work.executed, work.failed, work.beside):
        left_over.unlink(missing_ok=True)
    with _kept_if_it_fails(work):
        work.beside.parent.mkdir(parents=True, exist_ok=True)
        process, writes = (None, False) if worker_pool is None else _begin_elsewhere(work, worker_pool)
        if process is None:
            finish_notebook(work.beside, execute_notebook(source, work.beside, step, stage, time_limit_s))
        else:
            _await_executed(work, process)
    if process is None or not writes:
        _write(work)
        return lambda: work.executed
    return partial(_await_written, work, process)


@dataclass(frozen=True)
class _Work:
    """One step on its way: where its notebook stands while it is executed, in the end, and when it failed."""

    workspace: Workspace
    term: Term
    step: Step
    stage: Path | None
    time_limit_s: int

    @property
    def source(self) -> Path:
        return self.workspace.notebooks / f"{self.step.source}.ipynb"

    @property
    def kept(self) -> Path:
        return self.workspace.processed(self.term) / "notebooks"

    @property
    def folder(self) -> Path:
        return self.kept if self.stage is None else self.stage / "notebooks"

    @property
    def executed(self) -> Path:
        return self.folder / f"{self.step.name}.ipynb"

    @property
    def failed(self) -> Path:
        return self.kept / f"{self.step.name}.failed.ipynb"

    @property
    def beside(self) -> Path:
        return self.folder / f".{self.step.name}.running.ipynb"

    @property
    def told(self) -> Path:
        """Where another process says how the execution went, and then why something could not be written."""
        return self.folder / f".{self.step.name}.told.json"


def _write(work: _Work, can_fork: bool = False) -> None:
    """Write what is published from the executed notebook, and put the notebook into its place.

    With `can_fork` every other file is written by a fork of this process, while this one writes the others.
    """
    with _kept_if_it_fails(work):
        with (
            memory_left_alone(),
            stage_in_use(work.stage),
            _appearing_together(work.workspace, work.term, work.step, work.stage) as places,
        ):
            writing = [
                partial(export.write, work.beside, place, work.step)
                for export, place in zip(work.step.exports, places, strict=True)
            ]
            with done_in_processes(writing[1::2] if can_fork else []):
                for write in writing if not can_fork else writing[::2]:
                    write()
        work.beside.replace(work.executed)


def _begin_elsewhere(work: _Work, worker_pool: WorkerPool) -> tuple[WarmProcess | None, bool]:
    """Have a process of the worker pool execute one notebook, and say whether it also writes; None where there is none."""
    work.told.unlink(missing_ok=True)
    writes = True
    try:
        handed = pickle.dumps((work, writes))
    except (pickle.PicklingError, AttributeError, TypeError):  # what writes has no name of its own
        writes = False
        handed = pickle.dumps((replace(work, step=replace(work.step, exports=())), writes))
    if work.step.exports:
        worker_pool.keep(*begin_reports(work.workspace, work.term, work.stage))
    argument = base64.b64encode(handed).decode("ascii")
    process = worker_pool.call(f"{__name__}:do_told", argument, os.environ, str(work.source.parent))
    return process, writes


def begin_reports(workspace: Workspace, term: Term, stage: Path | None) -> tuple[str, str]:
    """What to call, and with what, for all that the reports of one term begin with."""
    where = {"root": str(workspace.root), "term": term.term_id, "stage": str(stage or "")}
    return "termreview.reporting.report.context:keep_for_reports", json.dumps(where)


def do_told(argument: str) -> None:
    """Do one step for another process: say how the execution went, then write and say what went wrong."""
    work: _Work
    work, writes = pickle.loads(base64.b64decode(argument))
    try:
        _do_told(work, writes)
    except OSError as error:  # on a full disk there is no room for the word either
        raise SystemExit(_UNTOLD + min(error.errno or 0, _UNTOLD - 1)) from None


def _do_told(work: _Work, writes: bool) -> None:
    try:
        content = execute_notebook(work.source, work.beside, work.step, work.stage, work.time_limit_s, True)
        finish_notebook(work.beside, content)
    except Exception as error:
        write_json(work.told, {"is_executed": False, "error": last_line(error, work.time_limit_s)})
        return
    write_json(work.told, {"is_executed": True, "error": None})
    if not writes:
        return
    try:
        _write(work, can_fork=True)
    except RunError as error:
        write_json(work.told, {"is_executed": True, "error": str(error)})


def _await_executed(work: _Work, process: WarmProcess) -> None:
    """Wait until another process has executed one notebook.

    Raises
    ------
    RunError
        When the notebook failed, or the process ended before it said how it went.
    """
    begun, code = time.monotonic(), None
    while not work.told.is_file() and code is None:
        time.sleep(_PAUSE_S)
        code = process.poll()
    told = read_json(work.told)
    if told is None:
        if code is not None and code >= _UNTOLD:
            raise OSError(code - _UNTOLD, os.strerror(code - _UNTOLD))
        is_stuck = code == _STUCK and time.monotonic() - begun > work.time_limit_s
        why = last_line(TimeoutError(), work.time_limit_s) if is_stuck else CodedText("kernel_died")
        raise RunError("told_elsewhere", text=why)
    if not told["is_executed"]:
        process.wait()
        work.told.unlink()
        raise RunError("told_elsewhere", text=told["error"])


def _await_written(work: _Work, process: WarmProcess) -> Path:
    process.wait()
    error = (read_json(work.told) or {"error": None})["error"]
    work.told.unlink(missing_ok=True)
    if error is not None:
        raise RunError("told_elsewhere", text=error)
    if not work.executed.is_file():  # the process is lost, nobody knows how
        _write(work)
    return work.executed


@contextmanager
def _kept_if_it_fails(work: _Work) -> Iterator[None]:
    """Keep the notebook for inspection when the block fails, and say so."""
    try:
        yield
    except Exception as error:
        if (lack := lack_of_room(error, work.workspace.processed(work.term))) is not None:
            for left_over in (work.beside, work.told):
                left_over.unlink(missing_ok=True)
            raise lack from error
        kept = ""
        with suppress(OSError):  # a full disk keeps nothing
            work.kept.mkdir(parents=True, exist_ok=True)
            if (
                not work.beside.is_file()
            ):  # a kernel that died took the notebook along: the one that was tried
                execute_notebook(
                    work.source, work.beside, work.step, work.stage, work.time_limit_s, prepare_only=True
                )
            work.beside.replace(work.failed)
            kept = work.failed.relative_to(work.workspace.root).as_posix()
        why = last_line(error, work.time_limit_s)
        if kept:
            raise RunError("step_failed_kept", step=work.step.name, why=why, notebook=kept) from error
        raise RunError("step_failed", step=work.step.name, why=why) from error


@contextmanager
def _appearing_together(
    workspace: Workspace, term: Term, step: Step, stage: Path | None
) -> Iterator[list[Path]]:
    """Give the paths to write the files to be published to; without a stage they appear when the block ends well."""
    with ExitStack() as names:
        if stage is None:
            yield [names.enter_context(atomic_write(export.path)) for export in step.exports]
        else:
            reports = workspace.reports(term)
            yield [stage / PAGES / export.path.relative_to(reports) for export in step.exports]
