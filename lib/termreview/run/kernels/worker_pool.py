"""The processes of one run: a parent that others are forked from, and forks of this process for single calls.

The run asks the parent for processes and hears how they ended.
"""

from __future__ import annotations

import ast
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_LOST = 1  # the exit code of a process whose pool died: it ended, nobody knows how

# What pandas imports when it reads or reshapes its first table, and a kernel when it begins.
_ALSO = (
    "pyarrow.parquet", "pyarrow.pandas_compat", "pandas.core.arrays.arrow._arrow_utils", "pandas.core.reshape.reshape",
    "pandas.core.methods.to_dict", "pyarrow.vendored.version", "ipykernel.debugger", "IPython.core.completerlib",
    "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect", "IPython.extensions.storemagic",
    "tornado.platform.asyncio", "zmq.utils.garbage", "psutil", "sqlite3",
)  # fmt: skip
_START_S = 60  # as long as papermill gives a kernel to start


class WorkerPool:
    """A process that others are forked from; used as a context manager, all of them end with it."""

    def __init__(self, modules: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [
                sys.executable,
                "-m",
                "termreview.run.kernels.worker_pool_process",
                str(theirs.fileno()),
                *modules,
            ]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
            )
        self._peer = ours
        self._unread = b""
        self._ended: dict[int, int] = {}
        self._is_lost = False
        self._kept: set[tuple[str, str]] = set()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self._peer.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()

    def call(
        self, function: str, argument: str, environment: Mapping[str, str], folder: str
    ) -> WarmProcess | None:
        """Have a function, `module:name`, called in a process of its own; None when the pool is gone."""
        self._ask(
            {"call": function, "argument": argument, "environment": dict(environment), "folder": folder}
        )
        until = time.monotonic() + _START_S
        while not self._is_lost and (left := until - time.monotonic()) > 0:
            for fact in self._facts(left):
                if "started" in fact:
                    return WarmProcess(self, fact["started"])
        return None

    def keep(self, function: str, argument: str) -> None:
        """Have the parent process itself call a function, for what later processes then find done; once for each argument."""
        if (function, argument) not in self._kept:
            self._kept.add((function, argument))
            self._ask({"keep": function, "argument": argument})

    def exit_code(self, pid: int, timeout_s: float | None = 0) -> int | None:
        """How one process ended; None while it lives."""
        if pid not in self._ended:
            self._facts(timeout_s)
        return self._ended.get(pid, _LOST if self._is_lost else None)

    def _ask(self, request: Mapping[str, Any]) -> None:
        try:
            self._peer.sendall(json.dumps(request).encode() + b"\n")
        except OSError:
            self._is_lost = True

    def _facts(self, timeout_s: float | None) -> list[dict[str, int]]:
        """What was told since the last look, after waiting for it for some time; who has ended is kept at once."""
        try:
            if self._is_lost or not select.select([self._peer], [], [], timeout_s)[0]:
                return []
            received = self._peer.recv(1 << 16)
        except OSError:
            received = b""
        self._is_lost = not received
        *lines, self._unread = (self._unread + received).split(b"\n")
        facts = [json.loads(line) for line in lines]
        self._ended |= {fact["ended"]: fact["code"] for fact in facts if "ended" in fact}
        return facts


class WarmProcess:
    """One process of a worker pool, as whoever asked for it follows it."""

    def __init__(self, worker_pool: WorkerPool, pid: int) -> None:
        self._worker_pool, self.pid = worker_pool, pid

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        return self._worker_pool.exit_code(self.pid)

    def wait(self) -> int:
        """How it ended, once it has."""
        while (code := self._worker_pool.exit_code(self.pid, None)) is None:
            pass
        return code


@contextmanager
def worker_pool_for(
    notebooks: Iterable[Path], calls: Sequence[str] = (), later: Sequence[str] = ()
) -> Iterator[WorkerPool | None]:
    """Keep a worker pool while some notebooks are executed; None where this system knows none.

    `calls` name what is worth doing once for all of them, each as `module:function` or `module:function:path`; `later` the modules that
    only what is called afterwards needs.
    """
    if sys.platform != "linux":  # Windows has no forks; macOS does not bear those of a process with libraries
        yield None
        return
    with WorkerPool([*_imports_of(notebooks), *calls, *_ALSO, *later]) as worker_pool:
        yield worker_pool


def _imports_of(notebooks: Iterable[Path]) -> list[str]:
    """What some notebooks import, in their order; names that are no modules among them do no harm."""
    found: dict[str, None] = {}
    for path in notebooks:
        with suppress(OSError, ValueError, KeyError, TypeError, SyntaxError):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Import):
                    found |= dict.fromkeys(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found |= dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names)
    return list(found)


@contextmanager
def done_in_processes(calls: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Have a fork of this process do each call during the block; one that does not get through is done once more here.

    Only for a process without threads, which nobody but its own work waits for.
    """
    forks = []
    for call in calls:
        pid = os.fork()
        if not pid:
            with suppress(BaseException):
                call()
                os._exit(0)
            os._exit(1)
        forks.append((pid, call))
    try:
        yield
    finally:
        ended = [(os.waitpid(pid, 0)[1], call) for pid, call in forks]
    for status, call in ended:
        if status:
            call()  # says what is wrong
