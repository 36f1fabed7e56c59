"""One cluster of real processes of Dask for tests: a scheduler, and the workers that are asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from worlds import ROOT

PATIENCE_S = 120


@contextmanager
def begun(folder: Path, *arguments: str, library: Path = ROOT / "lib") -> Iterator[subprocess.Popen[bytes]]:
    """One process of Dask, ended with the block."""
    paths = [str(library), str(ROOT / "tests"), str(ROOT / "tests" / "unit")]
    told = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments], cwd=folder, env=told, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class Cluster:
    """One scheduler and the workers that were asked for."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._file = folder / "scheduler.json"
        listens = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
        self.scheduler = self._begin("scheduler", *listens, "--scheduler-file", str(self._file))
        self.address = str(self._told("address"))

    def worker(self, name: str, library: Path = ROOT / "lib") -> subprocess.Popen[bytes]:
        """Begin one worker, which Dask does not begin anew when it dies; wait until the scheduler knows it."""
        from distributed import Client

        process = self._begin(
            "worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self._folder / name), library=library,
        )  # fmt: skip
        ends = time.monotonic() + PATIENCE_S
        with Client(self.address, set_as_default=False) as client:
            while name not in {
                about["name"] for about in client.scheduler_info(n_workers=-1)["workers"].values()
            }:
                assert process.poll() is None, (self._folder / f"worker-{name}" / "log").read_text()
                assert time.monotonic() < ends, "no worker came"
                time.sleep(0.1)
        return process

    def _begin(self, kind: str, *arguments: str, library: Path = ROOT / "lib") -> subprocess.Popen[bytes]:
        name = arguments[arguments.index("--name") + 1] if "--name" in arguments else ""
        folder = self._folder / f"{kind}-{name}"
        return self._stack.enter_context(begun(folder, kind, *arguments, library=library))

    def _told(self, key: str) -> object:
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            try:
                return json.loads(self._file.read_text(encoding="utf-8"))[key]
            except (OSError, ValueError, KeyError):
                time.sleep(0.1)
        raise AssertionError("the scheduler does not begin")
