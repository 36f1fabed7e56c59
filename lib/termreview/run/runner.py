"""One run of one term: its notebooks executed in order, their tables and pages published together by one switch."""

from __future__ import annotations

import datetime
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from termreview.errors import UsageError
from termreview.intake.later_files import later_days, later_text
from termreview.intake.received.received import (
    FIRST_SEEN,
    RECEIVED_LIST,
    ReceivedFile,
    received_of,
    record_first_seen,
    record_received,
)
from termreview.intake.received_notices import received_notices
from termreview.reference.declarations import Reference
from termreview.reporting.editions.scope import EDITIONS
from termreview.reporting.pages.portfolio import write_portfolio
from termreview.reporting.records.issued import broken_issues
from termreview.reporting.records.provenance import SHORT
from termreview.run.execution import TIME_LIMIT_S, kernels_of, load_papermill
from termreview.run.kernels.warm import WarmKernels
from termreview.run.manifest import (
    RECORDS,
    SOURCE_TABLES,
    describe_inputs,
    describe_outputs,
    exports_summary,
    is_up_to_date,
    outdated_parts,
)
from termreview.run.step_run import begin_step
from termreview.run.work_list import CLEAN, Step, plan_steps
from termreview.storage.atomic_files import read_json, write_json
from termreview.storage.disk_room import disk_failures_told
from termreview.storage.lock import held
from termreview.storage.output_paths import LOOSE, MANIFEST, PAGES, OutputPaths
from termreview.storage.publication import (
    keep_edited,
    outdated_reports,
    publish,
    refuse_blocked,
    settle,
    sweep,
)
from termreview.storage.staging import READ_COUNT, open_stage
from termreview.storage.workspace import Workspace, sweep_workspace
from termreview.terms import Term

_UNFINISHED = re.compile(r"\..+\.running\.ipynb")  # of a notebook that was being executed

_FILES_NAMED = 10
Progress = Callable[[str], None]
Execute = Callable[[Workspace, Term, Step, Path | None, int, WarmKernels | None], Callable[[], object]]


@dataclass(frozen=True)
class RunResult:
    """What one run left behind; `is_reused` when nothing had changed and the last run was kept."""

    reports: tuple[Path, ...]
    manifest: Path
    seconds: float
    is_reused: bool = False

    @property
    def report(self) -> Path:
        """The term's main report: the first file published."""
        return self.reports[0]


def run_term(
    workspace: Workspace,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    workers: int = 0,
    progress: Progress = lambda _: None,
    is_forced: bool = False,
    time_limit_s: int = TIME_LIMIT_S,
    execute: Execute = begin_step,
    is_warm: bool = True,
    editions: Sequence[str] = EDITIONS,
    steps: Sequence[Step] | None = None,
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
        What executes one step and gives what waits for its files.
    is_warm
        Start the kernels from one process that has the imports behind it, where the system can.
    editions
        Which editions of the report the term must have; a finished run that made more of them will do.
    steps
        What to execute; all that the term's reports need unless told.

    Raises
    ------
    UsageError
        When the term is not declared, or nothing was received of it by that day: there is nothing to report on.
    RunError
        When a notebook fails, the disk is full or the place of a report cannot be written; the message names the
        notebook kept for inspection, or the place. Nothing is published then.
    WorkspaceBusyError
        When another run holds the workspace.
    """
    started = time.monotonic()
    declared = reference.of(term)
    output_paths = workspace.output_paths(term)
    is_whole_run = steps is None
    everything: Sequence[Step] = steps or ()
    if steps is None:
        later = later_text(later_days(workspace.raw(term), as_of, term, reference))
        everything = plan_steps(workspace, reference, declared, as_of, workers, later=later)
        steps = plan_steps(workspace, reference, declared, as_of, workers, editions, later)
    reports = tuple(export.path for step in steps for export in step.exports)
    with held(workspace.root, f"run {term.term_id}"), disk_failures_told(workspace.processed(term)):
        try:
            _recover(workspace, reference)
            there = received_of(workspace.raw(term), declared.plan, reference.registry, as_of)
            files = [file for file in there if file.received_on <= as_of]
            _report_received(workspace, reference, term, as_of, there, progress)
            _refuse_nothing_received(workspace, term, as_of, files)
            _record_received(workspace, reference, term, as_of, files, progress)
            _report_changed(workspace, reference, term, files, progress)
            known = [
                describe_inputs(workspace, reference, declared, as_of, files, planned)
                for planned in ([steps] if steps == everything else [steps, everything])
            ]
            is_reused = not is_forced and any(
                is_up_to_date(output_paths, workspace.root, made) for made in known
            )
            if is_reused:
                progress(f"không có gì thay đổi: giữ kết quả lần chạy trước (đọc lại 0/{len(files)} tệp)")
            else:
                refuse_blocked(output_paths, [_output_name(output_paths, report) for report in reports])
                before = read_json(output_paths.place(MANIFEST)) or read_json(output_paths.place(LOOSE))
                stage = open_stage(output_paths)
                with kernels_of(workspace, term, steps, stage) if is_warm else nullcontext() as kernels:
                    if kernels is not None:
                        load_papermill()
                    for number, step, seconds in _executed(
                        steps, lambda step: execute(workspace, term, step, stage, time_limit_s, kernels)
                    ):
                        said = f"[{number}/{len(steps)}] {step.name}: {seconds:.1f} s"
                        progress(said + _read_again(stage, step))
                made = describe_outputs(stage, output_paths, workspace.root)
                if unread := made.get("unread"):
                    told = reference.provenance["notices"]["unread"]
                    progress(told.format(count=len(unread), names=", ".join(unread[:_FILES_NAMED])))
                if (exports := exports_summary(stage)) is not None:
                    progress(reference.provenance["notices"]["exports"].format(**exports))
                write_json(stage / MANIFEST, known[0] | made)
                notebooks = [f"notebooks/{step.name}.failed.ipynb" for step in steps]
                notebooks += [f"notebooks/{step.name}.ipynb" for step in everything if step not in steps]
                old = outdated_reports(output_paths, workspace.root, before, stage)
                for copy in keep_edited(output_paths, workspace.root, before, stage):
                    progress(
                        f"đã có người sửa bản trước, giữ lại ở {copy.relative_to(workspace.root).as_posix()}"
                    )
                old += _outdated_parts(workspace, reference, term, stage, progress)
                old += [
                    f"{name}.parquet" for name in SOURCE_TABLES if not (stage / f"{name}.parquet").is_file()
                ]
                publish(output_paths, stage, removed=[LOOSE, *notebooks, *old])
        finally:
            sweep(output_paths)
        if is_whole_run:
            write_portfolio(workspace, reference)
        for broken in broken_issues(workspace, term):
            progress(broken.message(reference.provenance["notices"], workspace.root))
    return RunResult(reports, output_paths.place(MANIFEST), time.monotonic() - started, is_reused)


def _executed(
    steps: Sequence[Step], execute: Callable[[Step], Callable[[], object]]
) -> Iterator[tuple[int, Step, float]]:
    """Execute the steps in order; give number, step and seconds of each as it ends.

    Two that write reports are done side by side: neither reads what the other writes.
    """
    waiting: deque[tuple[int, Step, float, Callable[[], object]]] = deque()
    for number, step in enumerate(steps, start=1):
        begun = time.monotonic()
        waiting.append((number, step, begun, execute(step)))
        while waiting and (len(waiting) > 1 or number == len(steps) or not waiting[0][1].exports):
            first, ended, at, finish = waiting.popleft()
            finish()
            yield first, ended, time.monotonic() - at


def _refuse_nothing_received(
    workspace: Workspace, term: Term, as_of: datetime.date, files: Sequence[ReceivedFile]
) -> None:
    if not files:
        folder = workspace.raw(term).relative_to(workspace.root).as_posix()
        raise UsageError("nothing_received", term=term.term_id, day=as_of, folder=folder)


def _report_received(
    workspace: Workspace,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    there: Sequence[ReceivedFile],
    progress: Progress,
) -> None:
    """Tell of days that cannot be, of files that came later, were renamed or are gone."""
    words = reference.provenance["notices"]
    for line in received_notices(workspace.raw(term), there, as_of, words, reference.registry.school_names):
        progress(line)


def _record_received(
    workspace: Workspace,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    files: Sequence[ReceivedFile],
    progress: Progress,
) -> None:
    """Write the files that the list does not know yet into it, and tell how many were given the day of the run."""
    words = reference.provenance["notices"]
    renamed = sum(bool(file.renamed_from) for file in files)  # with a day of their own
    count = (
        record_received(workspace.raw(term), files, words["renamed_note"], reference.registry.school_names)
        - renamed
    )
    if count:
        progress(words["received"].format(count=count, day=f"{as_of:%d/%m/%Y}", list=RECEIVED_LIST))


def _report_changed(
    workspace: Workspace, reference: Reference, term: Term, files: Sequence[ReceivedFile], progress: Progress
) -> None:
    """Tell of received files that somebody changed in their place: an old report cannot be made again from them."""
    changed = record_first_seen(workspace.raw(term), files)
    if not changed:
        return
    words = reference.provenance["notices"]
    progress(words["changed"].format(count=len(changed), term=term.term_id))
    for file in changed:
        was, now = file.first_sha256[:SHORT], file.sha256[:SHORT]
        progress(f"  {words['changed_file'].format(name=file.name, was=was, now=now)}")
    progress(words["changed_remedy"].format(list=FIRST_SEEN))


def _outdated_parts(
    workspace: Workspace, reference: Reference, term: Term, stage: Path, progress: Progress
) -> list[str]:
    """What a run takes away of the reports of units and levels; it tells how many reports those are."""
    names = outdated_parts(workspace, reference, term, stage)
    if count := sum(name.startswith(f"{RECORDS}/") for name in names):
        progress(reference.provenance["notices"]["parts_outdated"].format(count=count))
    return names


def _output_name(output_paths: OutputPaths, report: Path) -> str:
    return PAGES + report.relative_to(output_paths.pages).as_posix()


def _recover(workspace: Workspace, reference: Reference) -> None:
    """Finish what a killed run had begun to publish, and take away what it left lying about."""
    for plan in reference.calendar.plans:
        output_paths = workspace.output_paths(plan.term)
        if output_paths.runs.is_dir():
            settle(output_paths)
        sweep(output_paths)
        for kept in (output_paths.tables / "notebooks").glob(".*"):
            if _UNFINISHED.fullmatch(kept.name):
                kept.unlink(missing_ok=True)
    sweep_workspace(workspace)


def _read_again(stage: Path, step: Step) -> str:
    counted = read_json(stage / READ_COUNT) if step.name == CLEAN else None
    return f" (đọc lại {counted['read']}/{counted['files']} tệp)" if counted else ""
