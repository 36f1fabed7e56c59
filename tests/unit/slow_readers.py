"""What a child process does in the place of reading, by functions that another process can find by name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from termreview.spreadsheets.model.workbook_model import Sheet, Workbook
from termreview.spreadsheets.older_formats import read_sheets
from termreview.spreadsheets.packages.guard import Limits


def sleep_three_seconds(path: Path, kind: str, limits: Limits) -> Iterator[Workbook | Sheet]:
    """Wait as one that is not given a processor, then read."""
    time.sleep(3)
    yield from read_sheets(path, kind, limits)


def sleep_long(path: Path, kind: str, limits: Limits) -> Iterator[Workbook | Sheet]:
    """Wait longer than anybody would."""
    time.sleep(600)
    yield from ()


def burn(path: Path, kind: str, limits: Limits) -> Iterator[Workbook | Sheet]:
    """Work without an end."""
    while True:
        pass
    yield from ()


def be_killed(path: Path, kind: str, limits: Limits) -> Iterator[Workbook | Sheet]:
    """Be ended by the system in the midst of it."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield from ()
