"""Work of the tests that another process can find by name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from termreview.processes import Call


def total(batch: list[int]) -> int:
    """Add up one batch, slowly enough that helpers find something left to do."""
    time.sleep(0.002)
    return sum(batch)


def total_here_only(batch: list[int], here: int, otherwise: str) -> int:
    """Add up one batch in one process; any other dies, hangs, fails or gives what cannot be handed over."""
    if os.getpid() != here and otherwise == "die":
        os._exit(9)
    if os.getpid() != here and otherwise == "hang":
        time.sleep(3600)
    if os.getpid() != here and otherwise == "fail":
        raise OSError("not in this process")
    return total(batch)


def where(batch: list[int]) -> tuple[int, int]:
    """Add up one batch and say in which process."""
    return total(batch), os.getpid()


def fail_at_ten(batch: list[int]) -> int:
    """Add up any batch but one."""
    if batch[0] == 10:
        raise OSError("this one cannot be read")
    return total(batch)


def count(until: int) -> Iterator[int]:
    """Count, then fail."""
    yield from range(until)
    raise LookupError("that is all")


def be_killed() -> Iterator[int]:
    """Answer once and be ended by the system."""
    yield os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)


def start_and_end(sleeper: Path) -> Iterator[int]:
    """Start a process that goes on when this one ends by itself."""
    sleeper.write_text(str(subprocess.Popen(["sleep", "3600"]).pid), encoding="utf-8")
    yield 0


def sleep_with_a_child() -> Iterator[tuple[int, int, int]]:
    """Tell the numbers of this process, of one that it started and of one that it called, then hang."""
    started = subprocess.Popen(["sleep", "3600"])
    with Call(sleep_alone) as call:
        yield os.getpid(), started.pid, call.answer()
        time.sleep(3600)


def sleep_alone() -> Iterator[int]:
    """Tell the number of this process, then hang."""
    yield os.getpid()
    time.sleep(3600)


def total_slowly(batch: list[int]) -> int:
    """Add up one batch so slowly that a process can be ended meanwhile."""
    time.sleep(0.3)
    return sum(batch)


def has_imported(*modules: str) -> Iterator[bool]:
    """Say of each module whether this process begins with it."""
    yield from (module in sys.modules for module in modules)
