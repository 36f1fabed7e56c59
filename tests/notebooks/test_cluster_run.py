"""One term whose files the workers of a cluster read: the same bytes as on one machine, or nothing and a clear word."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from cluster_world import Cluster, hosts_where_allowed
from demo_world import SEMESTER, Demo, as_of, made_of_term, new_workspace
from termreview.storage.workspace import Workspace

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


def run(workspace: Workspace, demo: Demo, scheduler: str) -> subprocess.CompletedProcess[str]:
    day = as_of(demo.reference, SEMESTER).isoformat()
    command = [
        "--root",
        str(workspace.root),
        "run",
        SEMESTER.term_id,
        "--as-of",
        day,
        "--scheduler",
        scheduler,
    ]
    return subprocess.run(
        [sys.executable, "-m", "termreview.cli", *command], capture_output=True, text=True, encoding="utf-8"
    )


def published(workspace: Workspace) -> dict[str, bytes]:
    return made_of_term(
        workspace, lambda path: path.suffix in (".parquet", ".html", ".docx", ".xlsx", ".csv", ".ipynb")
    )


@pytest.fixture
def office(demo: Demo, tmp_path: Path) -> Workspace:
    workspace = new_workspace(tmp_path)
    shutil.copytree(demo.workspace.raw(SEMESTER), workspace.raw(SEMESTER))
    return workspace


def test_a_run_on_a_cluster_gives_the_same_bytes(demo: Demo, office: Workspace) -> None:
    done = run(office, demo, "local")
    assert done.returncode == 0, done.stderr
    told, wanted = published(office), published(demo.workspace)
    assert len(told) > 60
    assert [name for name in told if told[name] != wanted.get(name)] == []
    assert told.keys() == wanted.keys()


def test_hosts_with_networks_of_their_own_give_the_same_bytes(
    demo: Demo, office: Workspace, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        hosts = hosts_where_allowed(stack)
        machines = Cluster(tmp_path / "machines", stack, hosts.address)
        for name in hosts.names:
            machines.worker(name, host=name)
        done = run(office, demo, machines.address)
    assert done.returncode == 0, done.stderr
    told, wanted = published(office), published(demo.workspace)
    assert [name for name in wanted if told.get(name) != wanted[name]] == []


def test_a_silent_scheduler_stops_the_run_with_nothing_published(demo: Demo, office: Workspace) -> None:
    done = run(office, demo, "tcp://127.0.0.1:9")
    assert done.returncode != 0
    assert "không nối được với bộ điều phối Dask ở tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert [name for name in published(office) if not name.endswith(".failed.ipynb")] == []
