"""A report whose list is larger than declared: its parts are published, linked, proved, handed out and taken away with it."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup

from demo_world import SEMESTER, Demo, as_of
from termreview.proof.verify import verify_report
from termreview.reference.declarations import load_reference
from termreview.reporting.records.published import flat_parts, index_path
from termreview.run.issuing import issue_report
from termreview.run.runner import run_term
from termreview.storage.atomic_files import read_json, sha256_of
from termreview.storage.workspace import Workspace


def declare(workspace: Workspace, megabytes: str) -> None:
    path = workspace.reference / "sentences.yml"
    lines = path.read_text(encoding="utf-8")
    before = next(line for line in lines.splitlines() if line.startswith("    most_list_mb:"))
    path.write_text(lines.replace(before, f'    most_list_mb: "{megabytes}"'), encoding="utf-8")


def test_a_list_in_parts_goes_the_way_of_its_report(demo: Demo, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "office")
    shutil.copytree(demo.workspace.root, workspace.root)
    declare(workspace, "0.5")
    reference, day = load_reference(workspace.reference), as_of(demo.reference, SEMESTER)
    result = run_term(workspace, reference, SEMESTER, day)
    lists = [path for path in result.reports if path.name.endswith("-du-lieu.csv")]
    assert len(lists) == 2
    names = {path.relative_to(workspace.root).as_posix() for one in lists for path in flat_parts(one)}
    told = (read_json(result.manifest) or {})["reports"]
    assert names < told.keys()
    page = BeautifulSoup(index_path(workspace).read_text(encoding="utf-8"), "lxml")
    links = {"reports/" + unquote(str(link["href"])) for link in page.select("a[href$='.csv']")}
    assert names < links
    for one in lists:
        parts = flat_parts(one)
        assert len(parts) > 2
        assert all(path.stat().st_size <= 500_000 for path in (one, *parts))
    part = flat_parts(lists[1])[0]
    verdict = verify_report(workspace, reference, part)
    assert (verdict.state, verdict.seal) == ("identical", "intact")
    issue = issue_report(workspace, reference, SEMESTER, edition="shareable").issue
    handed_out = {path.name for path in flat_parts(lists[1])}
    assert handed_out < {path.name for path in issue.folder.iterdir()}
    assert sha256_of((issue.folder / part.name).read_bytes()) == sha256_of(part.read_bytes())
    declare(workspace, "20")  # fits again: one list as ever, and no part is left
    run_term(
        workspace, load_reference(workspace.reference), SEMESTER, day, editions=("internal", "shareable")
    )
    assert sorted(path.name for path in workspace.reports(SEMESTER).glob("*.csv")) == sorted(
        path.name for path in lists
    )
    assert lists[0].read_bytes() == (demo.workspace.reports(SEMESTER) / lists[0].name).read_bytes()
