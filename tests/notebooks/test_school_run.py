"""The pages of the schools as a run leaves them: all published together, named in the manifest, none outdated."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from demo_world import SEMESTER, YEAR_END, Demo, as_of
from termreview.reporting.report.context import open_report
from termreview.reporting.school_pages.pages import school_pages
from termreview.run import steps
from termreview.run.runner import run_term
from termreview.storage.atomic_files import sha256_of
from termreview.storage.output_paths import MANIFEST
from termreview.storage.workspace import Workspace

pytestmark = pytest.mark.xdist_group("demo")


@pytest.mark.parametrize("term", [SEMESTER, YEAR_END], ids=str)
def test_a_run_publishes_one_page_per_expected_school(demo: Demo, term) -> None:
    expected = {f"{school.unit_id}.html" for school in demo.reference.of(term).schools}
    folder = demo.workspace.reports(term) / "schools"
    assert {path.name for path in folder.iterdir()} == expected
    manifest = json.loads(demo.result(term).manifest.read_text(encoding="utf-8"))
    listed = {name.rpartition("/")[2] for name in manifest["reports"] if "/schools/" in name}
    assert listed == expected
    assert str(demo.workspace.root) not in "".join(
        path.read_text(encoding="utf-8") for path in folder.iterdir()
    )


def test_the_page_of_a_school_that_is_no_longer_expected_goes(demo: Demo, tmp_path: Path) -> None:
    workspace = Workspace(Path(shutil.copytree(demo.workspace.root, tmp_path / "copy")))
    folder = workspace.reports(SEMESTER) / "schools"
    outdated, beside = folder / "0000000.html", folder / "ghi-chu.txt"
    outdated.write_text("x", encoding="utf-8")
    beside.write_text("x", encoding="utf-8")
    place = workspace.output_paths(SEMESTER).place(MANIFEST)
    manifest = json.loads(place.read_text(encoding="utf-8"))
    manifest["reports"][outdated.relative_to(workspace.root).as_posix()] = sha256_of(b"x")
    place.write_text(json.dumps(manifest), encoding="utf-8")
    run_term(workspace, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), is_forced=True)
    assert not outdated.exists()
    assert beside.exists()


def test_pages_of_notebooks_run_by_hand_are_not_taken_for_edits_by_hand(demo: Demo, tmp_path: Path) -> None:
    """As in notebooks/README.md: the notebooks with the parameters that they come with, then the run."""
    workspace = Workspace(Path(shutil.copytree(demo.workspace.root, tmp_path / "copy")))
    root, folder = str(workspace.root), workspace.reports(SEMESTER)
    before = {path.name: path.read_bytes() for path in (folder / "schools").iterdir()}
    opened = steps.open_term(SEMESTER.term_id, "", root)
    steps.save_cleaned(opened, steps.clean(opened, steps.received_files(opened)))
    steps.save_scored(opened, steps.score(opened))
    pages = school_pages(open_report(SEMESTER.term_id, "", root))
    assert steps.save_school_pages(opened, pages) == "reports/2023-2024/hk1/schools-nhap"
    assert {path.name: path.read_bytes() for path in (folder / "schools").iterdir()} == before
    assert {path.name for path in (folder / "schools-nhap").iterdir()} == set(before)
    told: list[str] = []
    day = as_of(demo.reference, SEMESTER)
    run_term(workspace, demo.reference, SEMESTER, day, is_forced=True, progress=told.append)
    assert not [line for line in told if "sửa" in line]
    assert not list(workspace.root.rglob("*sua-tay*"))


def test_a_report_edited_by_hand_is_kept_although_notebooks_ran_by_hand_meanwhile(
    demo: Demo, tmp_path: Path
) -> None:
    workspace = Workspace(Path(shutil.copytree(demo.workspace.root, tmp_path / "copy")))
    opened = steps.open_term(SEMESTER.term_id, "", str(workspace.root))
    scored = steps.score(opened)
    with pytest.warns(UserWarning, match="ngoài một lần chạy trọn vẹn"):
        steps.save_scored(opened, replace(scored, ledger=scored.ledger.iloc[1:]))
    report = demo.semester.report
    edited = workspace.root / report.relative_to(demo.workspace.root)
    edited.write_text(report.read_text(encoding="utf-8") + "<!-- lời của Phòng -->", encoding="utf-8")
    run_term(workspace, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER))
    assert (
        edited.with_name(f"{edited.stem}.sua-tay.html")
        .read_text(encoding="utf-8")
        .endswith("lời của Phòng -->")
    )


def test_an_analyst_writes_the_same_pages_as_the_run(demo: Demo, tmp_path: Path) -> None:
    workspace = Workspace(Path(shutil.copytree(demo.workspace.root, tmp_path / "copy")))
    day, root = as_of(demo.reference, SEMESTER).isoformat(), str(workspace.root)
    folder = workspace.reports(SEMESTER) / "schools"
    shutil.rmtree(folder)
    pages = school_pages(open_report(SEMESTER.term_id, day, root))
    steps.save_school_pages(steps.open_term(SEMESTER.term_id, day, root), pages)
    kept = demo.workspace.reports(SEMESTER) / "schools"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in kept.iterdir()
    }
