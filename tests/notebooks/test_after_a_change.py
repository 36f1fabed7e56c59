"""One file changed after a run: the next run makes, from what it kept, the bytes of a run that has kept nothing."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest

from demo_world import SEMESTER, Demo, as_of, made_of_term, new_workspace
from termreview.run.runner import run_term
from termreview.storage.workspace import Workspace

# A figure of two or three digits in a sheet of the form.
FIGURE = re.compile(rb'(<c r="[F-H]\d+"(?: s="\d+")?(?: t="n")?><v>)(\d{2,3})(</v>)')


def published(workspace: Workspace) -> dict[str, bytes]:
    return made_of_term(workspace, lambda path: ".cache" not in path.parts)


def change_a_figure(file: Path) -> bool:
    """Have the first figure of the third sheet of one workbook be larger by one; say whether there is one."""
    with zipfile.ZipFile(file) as package:
        parts = [(entry, package.read(entry)) for entry in package.infolist()]
    changed = [
        FIGURE.sub(lambda found: b"%s%d%s" % (found[1], int(found[2]) + 1, found[3]), content, count=1)
        if entry.filename == "xl/worksheets/sheet3.xml"
        else content
        for entry, content in parts
    ]
    if changed == [content for _, content in parts]:
        return False
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for (entry, _), content in zip(parts, changed, strict=True):
            package.writestr(entry, content)
    return True


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
