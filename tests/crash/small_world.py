"""One small office for the kill test: three schools, two versions of what they sent, and a run in one process."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from intake_world import HK1, ON_TIME, PRESCHOOL, PRIMARY, ROOT, SECONDARY, receive, reference, write_school

from termreview.run import steps
from termreview.run.manifest import TABLES
from termreview.run.runner import RunResult, run_term
from termreview.run.work_list import CLEAN, SCORE, Step
from termreview.storage.atomic_files import atomic_write
from termreview.storage.output_paths import PAGES, SWITCH
from termreview.storage.publication import read_published
from termreview.storage.staging import STAGE_VARIABLE
from termreview.storage.workspace import Workspace

TERM = HK1
DAY = datetime.date(2024, 1, 15)
FILES = [f"{name}.parquet" for name in TABLES]
REPORT = "reports/2023-2024/hk1/bao-cao-so-ket-2023-2024-hk1.html"
PROCESSED = "data/processed/2023-2024/hk1"
COMPARED = (*(f"{PROCESSED}/{name}" for name in FILES), f"{PROCESSED}/manifest.json", REPORT)

Content = dict[str, bytes]


@dataclass(frozen=True)
class World:
    """One workspace, the two versions of its received files, and what a finished run of each shows."""

    workspace: Workspace
    received: tuple[Content, Content]
    expected: tuple[Content, Content]

    def receive(self, version: int) -> None:
        """Put one version of the received files in place."""
        folder = self.workspace.raw(TERM)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.received[version].items():
            (folder / name).write_bytes(content)


@cache
def received_versions() -> tuple[Content, Content]:
    """What three schools sent, and the same with other answers of two of them: other points, another finding."""
    versions = []
    for changes in ({}, {"q4725_1_3_1.self": 1, "computers_antivirus_count": 60}):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            for school_id in (PRESCHOOL, PRIMARY, SECONDARY):
                changed = changes if school_id != PRESCHOOL else {}
                write_school(folder / f"{school_id}.xlsx", school_id, changes=changed)
            receive(folder, {})
            versions.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    return versions[0], versions[1]


def new_workspace(root: Path) -> Workspace:
    """An office without any received file."""
    workspace = Workspace(root)
    shutil.copytree(ROOT / "data" / "reference", workspace.reference)
    shutil.copytree(ROOT / "notebooks", workspace.notebooks)
    return workspace


def new_world(root: Path) -> World:
    """A small office, and the outcome of both versions as runs in folders of their own show it."""
    received = received_versions()
    expected = []
    for version in (0, 1):
        alone = World(new_workspace(root / f"alone-{version}"), received, ({}, {}))
        alone.receive(version)
        run(alone.workspace)
        expected.append(shown(alone.workspace))
    assert all(expected[0][name] != expected[1][name] for name in COMPARED), "the versions must differ"
    return World(new_workspace(root / "office"), received, (expected[0], expected[1]))


def run(workspace: Workspace) -> RunResult:
    """Run the term with steps executed here instead of by notebooks."""
    return run_term(workspace, reference(), TERM, DAY, execute=execute_here, is_warm=False)


def execute_here(
    workspace: Workspace, term: object, step: Step, stage: Path | None, *_: object
) -> Callable[[], None]:
    """Do what one notebook does, in this process: the same library calls, a plainer page."""
    assert stage is not None
    os.environ[STAGE_VARIABLE] = str(stage)
    try:
        opened = steps.OpenTerm(workspace, reference(), reference().of(TERM), DAY)
        if step.name == CLEAN:
            steps.save_cleaned(opened, steps.clean(opened, steps.received_files(opened)))
        elif step.name == SCORE:
            steps.save_scored(opened, steps.score(opened))
        else:
            scores = (stage / "scores.parquet").read_bytes()
            for export in step.exports:
                with atomic_write(stage / f"{PAGES}{export.path.name}") as beside:
                    beside.write_text(f"<html>{scores.hex()}</html>\n" * 3, encoding="utf-8")
        with atomic_write(stage / "notebooks" / f"{step.name}.ipynb") as beside:
            beside.write_text("{}\n", encoding="utf-8")
    finally:
        del os.environ[STAGE_VARIABLE]
    return lambda: None


def shown(workspace: Workspace) -> Content:
    """The published files that must be byte-identical, by path; only those that are there."""
    return {
        name: (workspace.root / name).read_bytes() for name in COMPARED if (workspace.root / name).is_file()
    }


def faults_after_a_kill(world: World, is_first: bool) -> list[str]:
    """What a reader could find broken or mixed; a run was just killed."""
    faults = []
    root, output_paths = world.workspace.root, world.workspace.output_paths(TERM)
    tables = read_published(output_paths, FILES)
    as_read = {f"{PROCESSED}/{name}": content for name, content in tables.items() if content is not None}
    wholes = [{name: state[name] for name in as_read} for state in world.expected if as_read]
    if as_read and (as_read not in wholes or len(as_read) != len(FILES)):
        faults.append(f"readers get {len(as_read)} tables that are no finished run")
    if not as_read and not is_first:
        faults.append("the last finished run cannot be read any more")
    on_disk = shown(world.workspace)
    for name, content in on_disk.items():
        if content not in [state[name] for state in world.expected]:
            faults.append(f"{name} is broken")
    if (
        f"{PROCESSED}/manifest.json" in on_disk
        and not (output_paths.runs / SWITCH).exists()
        and on_disk not in world.expected
    ):
        faults.append("a manifest stands beside files that it does not describe")
    if not faults and not (root / "data" / "raw").is_dir():
        faults.append("the received files are gone")
    return faults


def faults_after_a_run(world: World, version: int) -> list[str]:
    """What differs from a run that nobody disturbed, or was left lying about."""
    faults = [
        f"{name} differs from an undisturbed run"
        for name, content in world.expected[version].items()
        if shown(world.workspace).get(name) != content
    ]
    left = [
        path.name
        for folder in (
            world.workspace.processed(TERM),
            world.workspace.reports(TERM),
            world.workspace.raw(TERM),
        )
        for path in folder.rglob("*")
        if path.name == ".runs" or (path.name.startswith(".") and ".part" in path.name)
    ]
    return faults + [f"{name} was left" for name in left]


def received_in_time() -> datetime.date:
    """The day on which all files of the world came."""
    return ON_TIME[TERM.term_id]
