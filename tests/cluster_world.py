"""One cluster of real processes of Dask for tests: a scheduler, and the workers that are asked for."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from worlds import ROOT

PATIENCE_S = 120


class Hosts:
    """Two hosts with networks of their own (network namespaces), joined with this one by a bridge."""

    def __init__(self, stack: ExitStack) -> None:
        """Set the network up; it goes with the stack.

        Raises
        ------
        OSError, CalledProcessError
            When this machine does not allow it, or lets nothing through.
        """
        self._net, self._name = f"10.213.{os.getpid() % 250}", f"tr{os.getpid() % 10**6}"
        self.address = f"{self._net}.1"
        self.names = [f"{self._name}a", f"{self._name}b"]
        stack.callback(self._end)
        _ip("link", "add", self._name, "type", "bridge")
        _ip("addr", "add", f"{self.address}/24", "dev", self._name)
        _ip("link", "set", self._name, "up")
        for number, name in enumerate(self.names, start=11):
            _ip("netns", "add", name)
            _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", name, "master", self._name, "up")
            _ip("-n", name, "addr", "add", f"{self._net}.{number}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")
        self._look_through()

    def cut(self, name: str) -> None:
        """Take one host off the network; nobody is told."""
        _ip("link", "set", name, "down")

    def _look_through(self) -> None:
        with socket.create_server((self.address, 0)) as server:
            server.settimeout(10)
            port = server.getsockname()[1]
            knock = f"import socket; socket.create_connection(('{self.address}', {port}), 5)"
            for name in self.names:
                subprocess.run([*on_host(name), sys.executable, "-c", knock], check=True, capture_output=True)
                server.accept()[0].close()

    def _end(self) -> None:
        for what in [("netns", "del", name) for name in self.names] + [("link", "del", self._name)]:
            with suppress(subprocess.CalledProcessError):
                _ip(*what)


def hosts_where_allowed(stack: ExitStack) -> Hosts:
    """Two hosts for one test, which is left out where the machine has none."""
    try:
        return Hosts(stack)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine allows no hosts with networks of their own: {error}")


def on_host(name: str) -> list[str]:
    """What a command begins with that is to run on one host; blank for this one."""
    return ["ip", "netns", "exec", name] if name else []


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def begun(
    folder: Path, *arguments: str, library: Path = ROOT / "lib", host: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """One process of Dask, ended with the block."""
    paths = [str(library), str(ROOT / "tests"), str(ROOT / "tests" / "unit")]
    told = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*on_host(host), sys.executable, "-m", "dask", *arguments],
            cwd=folder,
            env=told,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


class Cluster:
    """One scheduler and the workers that were asked for."""

    def __init__(self, folder: Path, stack: ExitStack, host: str = "127.0.0.1") -> None:
        self._folder, self._stack = folder, stack
        self._file = folder / "scheduler.json"
        self._host = host
        self.begin_scheduler()

    def begin_scheduler(self, port: str = "0") -> None:
        """Begin the scheduler, or another one when the first is gone, at any port or that of the first."""
        self._file.unlink(missing_ok=True)
        listens = ("--host", self._host, "--port", port, "--no-dashboard", "--no-jupyter")
        self.scheduler = self._begin("scheduler", *listens, "--scheduler-file", str(self._file))
        self.address = str(self._told("address"))

    def worker(self, name: str, library: Path = ROOT / "lib", host: str = "") -> subprocess.Popen[bytes]:
        """Begin one worker, which Dask does not begin anew when it dies; wait until the scheduler knows it."""
        from distributed import Client

        process = self._begin(
            "worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self._folder / name), library=library, host=host,
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

    def _begin(
        self, kind: str, *arguments: str, library: Path = ROOT / "lib", host: str = ""
    ) -> subprocess.Popen[bytes]:
        name = arguments[arguments.index("--name") + 1] if "--name" in arguments else ""
        folder = self._folder / f"{kind}-{name}"
        return self._stack.enter_context(begun(folder, kind, *arguments, library=library, host=host))

    def _told(self, key: str) -> object:
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            try:
                return json.loads(self._file.read_text(encoding="utf-8"))[key]
            except (OSError, ValueError, KeyError):
                time.sleep(0.1)
        raise AssertionError("the scheduler does not begin")
