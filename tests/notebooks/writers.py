"""What steps of the tests publish, by functions that another process can find by name."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from termreview.errors import ContractError
from termreview.run.work_list import Step


def by_whom(executed: Path, output: Path, step: Step) -> None:
    """Write by which process it was written."""
    output.write_text(f"{os.getpid()}", encoding="utf-8")


def refused(executed: Path, output: Path, step: Step) -> None:
    """Write nothing, with a reason."""
    raise ContractError("table_broken_unsaved", table="page", faults="the figures differ")


def lost(executed: Path, output: Path, step: Step) -> None:
    """End the process that writes, but not the one that holds the run, which the title names."""
    if os.getpid() != int(step.title):
        os.kill(os.getpid(), signal.SIGKILL)
    output.write_text("written by the run itself", encoding="utf-8")


def not_beside(executed: Path, output: Path, step: Step) -> None:
    """Fail in any process but the one that executed the notebook, which the run has started."""
    caller = multiprocessing.parent_process()
    if caller is None or caller.pid != int(step.title):
        raise RuntimeError("not here")
    by_whom(executed, output, step)


def imported(environment: Mapping[str, str]) -> Iterator[bool]:
    """Say whether a module was imported that nobody needs."""
    yield "colorsys" in sys.modules
