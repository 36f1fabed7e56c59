"""One run cut off: at a moment of time, at one operation on files, or by a disk that is full."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from small_world import TERM, World, run

from termreview.errors import RunError, WorkspaceBusyError
from termreview.storage.publication import read_published

HOOKED = ("replace", "rename", "unlink", "fsync", "open", "mkdir", "rmdir")
FINISHED, BUSY, STOPPED, BROKEN = 0, 5, 4, 1


def forked(work: Callable[[], int]) -> int:
    """Start one child process that does some work and ends with its answer; give its process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = BROKEN
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(child: int) -> int:
    """Wait for one child; its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_code(world: World) -> int:
    """Run the term once; the exit code as the command line would give it."""
    try:
        run(world.workspace)
    except WorkspaceBusyError:
        return BUSY
    except RunError:
        return STOPPED
    return FINISHED


def killed_after(world: World, seconds: float) -> int:
    """Start a run and kill it after some time; its end."""
    child = forked(lambda: run_code(world))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return ended(child)


def killed_at(world: World, operation: int, is_after: bool, count_into: Path | None = None) -> int:
    """Start a run that kills itself at its n-th operation on files, just before or just after it.

    A kill before data is made safe (fsync) takes half of the file with it, as a power cut would.
    """

    def work() -> int:
        state = {"left": operation, "seen": 0}

        def hooked(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **options: Any) -> Any:
                state["seen"] += 1
                state["left"] -= 1
                if state["left"] == 0 and not is_after:
                    if name == "fsync":
                        _tear(arguments[0])
                    os.kill(os.getpid(), signal.SIGKILL)
                is_last = state["left"] == 0
                try:
                    return original(*arguments, **options)
                finally:
                    if is_last:
                        os.kill(os.getpid(), signal.SIGKILL)

            return call

        for name in HOOKED:
            setattr(os, name, hooked(name, getattr(os, name)))
        code = run_code(world)
        if count_into is not None:
            count_into.write_text(str(state["seen"]), encoding="utf-8")
        return code

    return ended(forked(work))


def _tear(handle: int) -> None:
    try:
        os.ftruncate(handle, os.fstat(handle).st_size // 2)
    except OSError:  # a folder, or open for reading
        return


def with_full_disk(world: World, most_bytes: int) -> int:
    """Run where no file may grow beyond some bytes; its end."""

    def work() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        return run_code(world)

    return ended(forked(work))


def pair_with_reader(world: World, dice: random.Random) -> tuple[list[int], int]:
    """Two runs at once and one reader that never stops looking; the ends of the runs, and of the reader."""

    def look() -> int:
        names = [name.rpartition("/")[2] for name in world.expected[0] if name.endswith(".parquet")]
        wholes = [
            {name.rpartition("/")[2]: content for name, content in state.items() if name.endswith(".parquet")}
            for state in world.expected
        ]
        is_over = False

        def stop(*_: object) -> None:
            nonlocal is_over
            is_over = True

        signal.signal(signal.SIGTERM, stop)
        while not is_over:
            if read_published(world.workspace.output_paths(TERM), names) not in wholes:
                return BROKEN
        return FINISHED

    reader = forked(look)
    first = forked(lambda: run_code(world))
    time.sleep(dice.random() * 0.2)
    second = forked(lambda: run_code(world))
    ends = [ended(first), ended(second)]
    os.kill(reader, signal.SIGTERM)
    return ends, ended(reader)
