"""One notebook executed by papermill, in a kernel of its own; what did not run to its end is refused."""

from __future__ import annotations

import logging
import math
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

from termreview.coded_text import CodedText
from termreview.collector import memory_left_alone
from termreview.errors import RunError
from termreview.reporting.blocks.report_parts import arranged, cells_left_out, is_of_section
from termreview.run.kernels.warm import WarmKernels, warm_kernels
from termreview.run.piece_store import kept_pieces
from termreview.run.work_list import Step
from termreview.storage.staging import stage_in_use
from termreview.storage.workspace import Workspace
from termreview.terms import Term

CLOSING_TAG = "closing"
HEADED_TAG = "when-shown"
_HEADING = re.compile(r"(?P<lead>(?P<depth>#+) (?:Phụ lục )?)(?:(?P<number>\d+)\.)?")
TIME_LIMIT_S = 900
_SIMPLE_TYPES: Mapping[str, type] = {"str": str, "int": int, "bool": bool, "float": float}

# Where a notebook works and how fast stands in no notebook that is kept: what it makes does not depend on them.
_WHEREABOUTS_GIVEN = (
    (re.compile(r"^workspace_root = .*$", re.MULTILINE), 'workspace_root = ""'),
    (re.compile(r"^workers = .*$", re.MULTILINE), "workers = 0"),
    (re.compile(r"^folders = .*$", re.MULTILINE), 'folders = ""'),
)

# What writes the files that are published from notebooks.
_WRITERS = tuple(
    f"termreview.reporting.{name}" for name in ("pages.pages:get_ready", "word.document", "excel.annex")
)
_EXECUTION: Mapping[str, Any] = {
    "kernel_name": "python3",
    "progress_bar": False,
    "log_output": False,
    "request_save_on_cell_execute": False,  # saved once, not per cell
}
_BEGINNING = (
    "from termreview.reporting.workbench import own_blocks; own_blocks.publish_own_results(); del own_blocks"
)
# A kernel that is done is stopped at once, keeps its chatter to itself and writes nothing of a batch into the history
# of whoever runs it (each kernel would wait for that disk, too).
_OF_A_KERNEL: Mapping[str, Any] = {
    "shutdown_kernel": "immediate",
    "extra_arguments": ["--IPKernelApp.log_level=50", "--HistoryManager.enabled=False"],
}


def execute_notebook(
    source: Path,
    output: Path,
    step: Step,
    stage: Path | None,
    time_limit_s: int,
    is_in_process: bool = False,
    prepare_only: bool = False,
) -> Any:
    """Execute one notebook with a step's parameters, into a file of its own, and give what stands there.

    With `prepare_only` nothing is executed, the file is written all the same.
    In process, kernel and client are this process, which is to do nothing else afterwards with the names of modules
    and signals; otherwise Jupyter starts a kernel.
    """
    papermill = load_papermill()
    options = dict(_OF_A_KERNEL)
    if is_in_process:
        from termreview.run.kernels.in_process import ENGINE

        options = {"engine_name": ENGINE}
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it would say is in the error raised
    with stage_in_use(stage):
        return papermill.execute_notebook(
            _as_it_is(source),
            _as_it_is(output),
            parameters=dict(step.parameters),
            **_EXECUTION,
            **options,
            prepare_only=prepare_only,
            execution_timeout=time_limit_s,
            cwd=source.parent,
        )


def execute_own(source: Path, output: Path, parameters: Mapping[str, Any] | None = None) -> None:
    """Execute one notebook that no run executes, with its own parameters where none are given; its kernel begins as the
    reports' notebooks do.
    """
    papermill = load_papermill()
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    begin = f"--IPKernelApp.exec_lines={_BEGINNING}"
    papermill.execute_notebook(
        _as_it_is(source),
        _as_it_is(output),
        dict(parameters or {}),
        **_EXECUTION,
        **{**_OF_A_KERNEL, "extra_arguments": [*_OF_A_KERNEL["extra_arguments"], begin]},
        execution_timeout=TIME_LIMIT_S,
        cwd=source.parent,
    )


def load_papermill() -> ModuleType:
    """Import papermill, and with it the libraries of notebooks, without a grammar that they load in vain.

    `jsonschema` builds a parser of international addresses when it is imported, which takes longer than all the
    rest; no notebook is checked for such addresses. Where that parser is missing, it does without.
    """
    grammar = "rfc3987_syntax"
    is_spared = not {grammar, "jsonschema"} & set(sys.modules)
    if is_spared:
        sys.modules[grammar] = None  # type: ignore[assignment]
    try:
        import papermill
    finally:
        if is_spared:
            del sys.modules[grammar]
    return papermill


def get_ready() -> None:
    """Do what each process that executes a notebook would do before the first cell."""
    load_papermill()
    import nbformat

    nbformat.validate(nbformat.v4.new_notebook())  # compiles the rules of the format


def kernels_of(
    workspace: Workspace, term: Term, steps: Iterable[Step], stage: Path | None = None
) -> AbstractContextManager[WarmKernels | None]:
    """Keep ready what some steps of one term have their kernels from; None where this system knows none."""
    notebooks = dict.fromkeys(workspace.notebooks / f"{step.source}.ipynb" for step in steps)
    begin_with = [
        f"termreview.reference.declarations:load_reference:{workspace.reference}",
        "termreview.installation:made_with",
        "termreview.run.execution:get_ready",
        "termreview.run.kernels.in_process",
        "termreview.run.step_run",
        *_WRITERS,
    ]
    return warm_kernels(notebooks, partial(_views, workspace, term, stage), begin_with)


def _views(workspace: Workspace, term: Term, stage: Path | None) -> bytes | None:
    """What the reports of one term all begin with."""
    from termreview.reporting.report.context import give_views

    with (
        suppress(Exception),
        memory_left_alone(),
        stage_in_use(stage),
        kept_pieces(workspace, term, "shared"),
    ):
        return give_views(workspace, term)
    return None  # who leans on it does it once more and says what is wrong


def refuse_wrong_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that the notebook does not declare, or declares with another type.

    papermill itself only warns of an unknown name and runs on with the defaults.
    """
    papermill = load_papermill()
    try:
        declared = papermill.inspect_notebook(_as_it_is(notebook))
        tagged = sum("parameters" in cell.metadata.get("tags", []) for cell in read_notebook(notebook).cells)
    except Exception as error:  # no JSON, no language named, another version of the format
        raise RunError("no_notebook", notebook=notebook.name, why=error) from error
    if tagged > 1:  # the later one would put back what the run has given
        raise RunError("parameters_twice", notebook=notebook.name, count=tagged)
    known = ", ".join(declared)
    problems = [
        CodedText("parameter_unknown", name=name, known=known) for name in parameters if name not in declared
    ]
    for name, value in parameters.items():
        wanted = _SIMPLE_TYPES.get(declared.get(name, {}).get("inferred_type_name", ""))
        if wanted is not None and type(value) is not wanted:
            given = type(value).__name__
            problems.append(CodedText("parameter_mistyped", name=name, wanted=wanted.__name__, given=given))
    if problems:
        raise RunError("bad_parameters", notebook=notebook.name, problems="; ".join(problems))


def _as_it_is(path: Path) -> str:
    """One path for papermill, which would fill in what stands in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def read_notebook(path: Path) -> Any:
    """One notebook as nbformat reads it."""
    import nbformat

    return nbformat.read(path, as_version=4)


def finish_notebook(path: Path, content: Any, step: Step) -> None:
    """Refuse an executed notebook that did not run to its end; take out what differs from run to run, and what its report leaves out."""
    import nbformat

    _refuse_unfinished(content, path.name)
    content.metadata.pop("papermill", None)  # clock times and machine paths
    for cell in content.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"  # papermill draws it by lot
            for given, told in _WHEREABOUTS_GIVEN:
                cell.source = given.sub(told, cell.source)
    content.cells = without_empty_headings(_emptied(content.cells, step.left_out))
    for cell in content.cells:
        if (heading := step.headings.get(cell.id)) is not None:
            head, line, rest = cell.source.partition("\n")
            cell.source = f"{head.partition(' ')[0]} {heading}{line}{rest}"
    if step.headings:
        content.cells = arranged(content.cells)  # numbered anew
    nbformat.write(content, path)


def _emptied(cells: Sequence[Any], left_out: Collection[str]) -> Sequence[Any]:
    """The cells, those left out showing nothing: so nothing of them is published, and what counts goes on without them."""
    absent = cells_left_out(cells, left_out)
    for cell in cells:
        if cell.id in absent and cell.cell_type == "code":
            cell.outputs = []
        elif cell.id in absent:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), HEADED_TAG]
    return cells


def without_empty_headings(cells: Sequence[Any]) -> list[Any]:
    """The cells but the headings tagged `when-shown` whose section shows nothing, whatever is published from them.

    A section reaches to the next heading of its depth or above. Headings beside one that is left out count on.
    """
    kept: list[Any] = []
    left_out: list[tuple[int, int]] = []  # depth and number of the headings that stand above what comes
    for place, cell in enumerate(cells):
        heading = _HEADING.match(cell.source) if cell.cell_type == "markdown" else None
        if heading is None:
            kept.append(cell)
            continue
        depth = len(heading["depth"])
        left_out = [(own, count) for own, count in left_out if own <= depth]
        before = next((count for own, count in left_out if own == depth), 0)
        if HEADED_TAG in cell.metadata.get("tags", []) and not _shows(cells[place + 1 :], depth):
            if heading["number"]:
                left_out = [one for one in left_out if one[0] != depth] + [(depth, before + 1)]
            continue
        if before and heading["number"]:
            number = f"{heading['lead']}{int(heading['number']) - before}."
            cell = cell.copy()
            cell.source = f"{number}{cell.source[heading.end() :]}"
        kept.append(cell)
    return kept


def _shows(later: Sequence[Any], depth: int) -> bool:
    """Whether the section of one heading shows anything: what comes up to the next heading of its depth or above."""
    section = (cell for cell in takewhile(lambda cell: _depth(cell) > depth, later) if is_of_section(cell))
    outputs = (output for cell in section if cell.cell_type == "code" for output in cell.outputs)
    return any("".join(output.get("data", {}).get("text/html", "")).strip() for output in outputs)


def _depth(cell: Any) -> float:
    """How deep the heading is that one cell begins with; deeper than all where it begins with none."""
    heading = _HEADING.match(cell.source) if cell.cell_type == "markdown" else None
    return len(heading["depth"]) if heading else math.inf


def _refuse_unfinished(content: Any, name: str) -> None:
    """Refuse a notebook whose closing cell did not run: a dead kernel is saved as a success."""
    cells = [cell for cell in content.cells if cell.cell_type == "code" and cell.source.strip()]
    if not cells or CLOSING_TAG not in cells[-1].metadata.get("tags", []):
        raise RunError("no_closing_cell", notebook=name, tag=CLOSING_TAG)
    if not cells[-1].outputs or any(cell.execution_count is None for cell in cells):
        raise RunError("stopped_early", notebook=name)
    if any(output.output_type == "error" for cell in cells for output in cell.outputs):
        raise RunError("holds_an_error", notebook=name)


def last_line(error: Exception, time_limit_s: int) -> str:
    """What one failure comes down to, in one line."""
    if isinstance(error, TimeoutError):  # a cell that takes too long, as the notebook client tells it
        return CodedText("cell_too_long", seconds=time_limit_s)
    from nbclient.exceptions import DeadKernelError

    if isinstance(error, DeadKernelError):
        return CodedText("kernel_died")
    evalue = getattr(error, "evalue", "")
    if evalue:
        return f"{getattr(error, 'ename', 'error')}: {evalue}"
    return str(error).strip() or type(error).__name__
