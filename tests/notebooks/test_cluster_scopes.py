"""The reports of communes made by workers of a cluster: the same bytes, whatever becomes of a worker, or a clear refusal."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import nbformat
import pyarrow.parquet as pq
import pytest

from cluster_world import Cluster
from demo_world import SEMESTER, Demo, as_of, made_of_term
from termreview import cluster
from termreview.cluster import SCHEDULER
from termreview.errors import RunError
from termreview.reporting.editions.scope import INTERNAL, find_scope
from termreview.run.scoped_runs import Made, make_scoped
from termreview.storage.workspace import Workspace
from worlds import ROOT

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

COMMUNES = ("047702", "047703", "047704", "047705", "047706", "047707")
FAILING = COMMUNES[1]
PARAMETERS = "\n".join(f'{name}: str = ""  # text' for name in ("term_id", "as_of", "workspace_root", "unit"))
BODY = f"""from termreview.reporting.sections.basis import annexes, opening
from termreview.reporting.report.context import open_report

report = open_report(term_id, as_of, workspace_root, unit)
assert unit != "{FAILING}", "no figures of this commune"
opening.letterhead(report)"""


def shortened(demo: Demo, root: Path) -> Workspace:
    """A copy of the finished demonstration whose report has its head and the figures of the schools alone."""
    shutil.copytree(demo.workspace.root, root)
    workspace = Workspace(root)
    about = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    notebook = nbformat.v4.new_notebook(metadata=about)
    cells = (PARAMETERS, BODY, "annexes.figures_by_school(report)", "unit")
    notebook.cells = [nbformat.v4.new_code_cell(code, id=f"cell-{at}") for at, code in enumerate(cells)]
    notebook.cells[0].metadata["tags"] = ["parameters", "hide"]
    notebook.cells[3].metadata["tags"] = ["closing", "hide"]
    nbformat.write(notebook, workspace.notebooks / "3_semester_review.ipynb")
    return workspace


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    with ExitStack() as stack:
        machines = Cluster(tmp_path / "machines", stack)
        monkeypatch.setenv(SCHEDULER, machines.address)
        yield machines


def made_of(demo: Demo, office: Workspace, after_one: Callable[[], object] = lambda: None) -> list[Made]:
    """Make the reports of all communes; do something as soon as the first is there."""
    scopes = [find_scope(demo.reference, demo.reference.of(SEMESTER), unit) for unit in COMMUNES]

    def tell(done: int, _: int, __: Made) -> None:
        if done == 1:
            after_one()

    day = as_of(demo.reference, SEMESTER)
    return make_scoped(office, demo.reference, SEMESTER, day, scopes, (INTERNAL,), workers=2, progress=tell)


def files_of(office: Workspace) -> dict[str, bytes]:
    """All that stands of communes: reports, executed notebooks, records."""
    return made_of_term(
        office, lambda path: any(unit in path.name for unit in COMMUNES) and "schools" not in path.parts
    )


@pytest.fixture(scope="module")
def wanted(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What this machine makes of the communes by itself."""
    office = shortened(demo, tmp_path_factory.mktemp("alone") / "office")
    told = made_of(demo, office)
    assert [one.scope.unit.unit_id for one in told if one.error and one.scope.unit] == [FAILING]
    return files_of(office)


@pytest.mark.parametrize("fate", ["all live", "one is killed", "all are killed", "one hangs"])
def test_reports_of_communes_are_those_of_one_machine(
    demo: Demo,
    machines: Cluster,
    wanted: dict[str, bytes],
    tmp_path: Path,
    fate: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "_NO_WORKER_S", 2.0)
    for patience in ("_ALONE_S", "PATIENCE_S"):
        monkeypatch.setattr(cluster, patience, 15.0 if fate == "one hangs" else 120.0)
    office = shortened(demo, tmp_path / "office")
    workers = [machines.worker(name) for name in (("one",) if fate == "one hangs" else ("one", "two"))]
    doomed = {"all live": [], "one is killed": workers[:1], "all are killed": workers, "one hangs": workers}[
        fate
    ]
    told = made_of(
        demo,
        office,
        lambda: [
            one.send_signal(signal.SIGSTOP if fate == "one hangs" else signal.SIGKILL) for one in doomed
        ],
    )
    assert [bool(one.error) for one in told] == [unit == FAILING for unit in COMMUNES]
    assert "no figures of this commune" in told[COMMUNES.index(FAILING)].error
    found = files_of(office)
    assert found.keys() == wanted.keys()
    same = [name for name in found if not name.endswith(".failed.ipynb") and "scoped" not in name]
    assert len(same) >= 5 * (len(COMMUNES) - 1)
    assert [name for name in same if found[name] != wanted[name]] == []
    if fate == "one hangs":  # what it brings when nobody waits for it counts nowhere
        workers[0].send_signal(signal.SIGCONT)
        time.sleep(5)
        assert files_of(office) == found


@pytest.mark.parametrize("otherwise", ["declarations", "tables", "notebook", "program", "nothing"])
def test_a_worker_that_would_make_other_reports_is_refused_by_name(
    demo: Demo, machines: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, otherwise: str
) -> None:
    """Each machine has a copy of its own at the same path, as beside a shared folder that was forgotten."""
    here = tmp_path / "here"
    shortened(demo, here / "office")
    monkeypatch.chdir(here)
    theirs = tmp_path / "machines" / "worker-xa" / "office"
    library = ROOT / "lib"
    if otherwise != "nothing":
        shutil.copytree(here / "office", theirs)
    if otherwise == "declarations":
        with (theirs / "data/reference/units.csv").open("a", encoding="utf-8") as units:
            units.write("\n")
    elif otherwise == "tables":
        path = Workspace(theirs).processed(SEMESTER) / "scores.parquet"
        pq.write_table(pq.read_table(path).slice(1), path)
    elif otherwise == "notebook":
        path = theirs / "notebooks" / "3_semester_review.ipynb"
        path.write_bytes(path.read_bytes() + b"\n")
    elif otherwise == "program":
        library = tmp_path / "other"
        shutil.copytree(ROOT / "lib", library, ignore=shutil.ignore_patterns("__pycache__"))
        with (library / "termreview" / "text.py").open("a", encoding="utf-8") as stream:
            stream.write("\n# mended somewhere else\n")
    machines.worker("xa", library=library)
    said = {
        "nothing": "máy xa không đọc được thư mục",
        "program": "máy xa cài bản termreview hoặc thư viện khác",
    }.get(otherwise, "máy xa đọc ở cùng đường dẫn thấy tệp, khai báo hoặc số liệu khác")
    office = Workspace(Path("office"))
    before = files_of(office)
    with pytest.raises(RunError, match=said):
        made_of(demo, office)
    assert files_of(office) == before
    assert os.getcwd() == str(here)
