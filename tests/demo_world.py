"""One demonstration workspace for all tests of the batch run: the sample of both terms, cleaned, scored, reported."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from termreview.reference.declarations import Reference, load_reference
from termreview.run.runner import RunResult, run_term
from termreview.sample.school_year import write_sample
from termreview.storage.workspace import Workspace
from termreview.terms import Term, parse_term

REPOSITORY = Path(__file__).parents[1]
SEMESTER, YEAR_END = parse_term("2023-2024-hk1"), parse_term("2023-2024-hk2")


@dataclass(frozen=True)
class Demo:
    """The workspace and the results of both runs."""

    workspace: Workspace
    reference: Reference
    semester: RunResult
    year_end: RunResult

    def result(self, term: Term) -> RunResult:
        return self.semester if term == SEMESTER else self.year_end


def as_of(reference: Reference, term: Term) -> datetime.date:
    return reference.calendar.plan(term).due_on + datetime.timedelta(days=10)


def made_of_term(
    workspace: Workspace, is_wanted: Callable[[Path], bool], term: Term = SEMESTER
) -> dict[str, bytes]:
    """What a run has left of one term: tables, executed notebooks, records and reports, by name in the workspace."""
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for folder in (workspace.processed(term), workspace.reports(term))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and is_wanted(path)
    }


def new_workspace(root: Path) -> Workspace:
    workspace = Workspace(root)
    shutil.copytree(REPOSITORY / "data" / "reference", workspace.reference)
    shutil.copytree(REPOSITORY / "notebooks", workspace.notebooks)
    return workspace


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The sample of both terms for tests to read; whoever writes works in a copy, which is seen to at the end."""
    workspace = new_workspace(tmp_path_factory.mktemp("demo"))
    reference = load_reference(workspace.reference)
    write_sample(workspace, reference, progress=lambda _: None)
    results = [run_term(workspace, reference, term, as_of(reference, term)) for term in (SEMESTER, YEAR_END)]
    before = _files(workspace.root)
    yield Demo(workspace, reference, *results)
    assert _files(workspace.root) == before, "a test wrote into what all tests read: it needs a copy"


def _files(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file below one folder."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
