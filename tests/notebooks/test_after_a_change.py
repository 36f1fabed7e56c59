"""One file changed after a run: the next run makes, from what it kept, the bytes of a run that has kept nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from changed_figure import change_a_figure
from demo_world import SEMESTER, Demo, as_of, made_of_term, new_workspace
from termreview.run.runner import run_term
from termreview.storage.workspace import Workspace


def published(workspace: Workspace) -> dict[str, bytes]:
    return made_of_term(workspace, lambda path: ".cache" not in path.parts)


@pytest.fixture
def office(demo: Demo, tmp_path: Path) -> Workspace:
    workspace = new_workspace(tmp_path / "office")
    shutil.copytree(demo.workspace.raw(SEMESTER), workspace.raw(SEMESTER))
    return workspace


def test_a_run_after_one_change_gives_the_bytes_of_a_run_from_nothing(
    demo: Demo, office: Workspace, tmp_path: Path
) -> None:
    day = as_of(demo.reference, SEMESTER)
    run_term(office, demo.reference, SEMESTER, day)
    before = published(office)
    assert any(change_a_figure(file) for file in sorted(office.raw(SEMESTER).glob("*.xlsx")))
    run_term(office, demo.reference, SEMESTER, day)
    after = published(office)
    fresh = new_workspace(tmp_path / "fresh")
    shutil.copytree(office.raw(SEMESTER), fresh.raw(SEMESTER))
    run_term(fresh, demo.reference, SEMESTER, day)
    wanted = published(fresh)
    assert after.keys() == wanted.keys()
    assert [name for name in after if after[name] != wanted[name]] == []
    moved = [name for name in after if after[name] != before.get(name)]
    assert any(name.endswith(".docx") for name in moved)
    assert 0 < sum("/schools/" in name for name in moved) < sum("/schools/" in name for name in after)
