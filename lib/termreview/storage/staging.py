"""One stage: the folder in which one run writes until all of it counts at once, and who knows of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from termreview.errors import RunError
from termreview.storage.atomic_files import as_umask_says, content_of
from termreview.storage.output_paths import OutputPaths

READ_COUNT = ".reading.json"  # in the stage of a run: how many files had to be read
STAGE_VARIABLE = "TERMREVIEW_STAGE"


def open_stage(output_paths: OutputPaths) -> Path:
    """Make the folder in which one run writes; its name is never used again, so a stray writer harms nobody."""
    output_paths.runs.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix="run-", dir=output_paths.runs))
    as_umask_says(stage)  # what is killed in the middle of publishing, a colleague finishes
    return stage


def active_stage(output_paths: OutputPaths) -> Path | None:
    """The stage of the run that this process belongs to, if that run is about this term.

    Raises
    ------
    RunError
        When the run is over and its stage gone: its late writer must not write elsewhere.
    """
    named = os.environ.get(STAGE_VARIABLE)
    if not named or Path(named).parent.parent.resolve() != output_paths.tables.resolve():
        return None
    if not Path(named).is_dir():
        raise RunError("run_over")
    return Path(named)


@contextmanager
def stage_in_use(stage: Path | None) -> Iterator[None]:
    """Tell this process and the kernels started in the block which stage they read and write."""
    before = os.environ.pop(STAGE_VARIABLE, None)
    try:
        if stage is not None:
            os.environ[STAGE_VARIABLE] = str(stage)
        yield
    finally:
        os.environ.pop(STAGE_VARIABLE, None)
        if before is not None:
            os.environ[STAGE_VARIABLE] = before


def staged_files(stage: Path) -> list[str]:
    """The names of the files of one stage, sorted; what starts with a dot is for the run alone."""
    names = (path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file())
    return sorted(name for name in names if not name.rpartition("/")[2].startswith("."))


def read_staged(stage: Path, names: Sequence[str]) -> dict[str, bytes | None]:
    """Read some files that the run wrote so far; None for one that it did not write yet."""
    return {name: content_of(stage / name) for name in names}
