"""Work shared with helpers: the same outcome with any number of them, and when they die, hang or fail."""

from __future__ import annotations

import os
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest

from termreview.intake.batches.side_by_side import processors, side_by_side

BATCHES = [[number, number + 1] for number in range(0, 40, 2)]


def total(batch: list[int]) -> int:
    time.sleep(0.002)  # so that helpers find something left to do
    return sum(batch)


def total_here_only(batch: list[int], here: int, otherwise: str) -> int:
    if os.getpid() != here and otherwise == "die":
        os._exit(9)
    if os.getpid() != here and otherwise == "hang":
        time.sleep(3600)
    if os.getpid() != here and otherwise == "fail":
        raise OSError("not in this process")
    return total(batch)


def where(batch: list[int]) -> tuple[int, int]:
    return total(batch), os.getpid()


def fail_at_ten(batch: list[int]) -> int:
    if batch[0] == 10:
        raise OSError("this one cannot be read")
    return total(batch)


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("processes", [1, 2, 3, 99])
def test_the_outcome_does_not_depend_on_the_number_of_processes(processes: int, scratch: Path) -> None:
    assert list(side_by_side(BATCHES, total, processes)) == [sum(batch) for batch in BATCHES]
    assert list(side_by_side([], total, processes)) == []
    assert list(scratch.iterdir()) == []


def test_this_process_and_the_helper_both_work() -> None:
    found = list(side_by_side(BATCHES, where, 2))
    assert [number for number, _ in found] == [sum(batch) for batch in BATCHES]
    assert len({process for _, process in found}) == 2


@pytest.mark.parametrize("otherwise", ["die", "fail", "hang"])
def test_what_a_helper_does_not_bring_is_done_here(otherwise: str, scratch: Path) -> None:
    work = partial(total_here_only, here=os.getpid(), otherwise=otherwise)
    assert list(side_by_side(BATCHES, work, 3, patience_s=0.3)) == [sum(batch) for batch in BATCHES]
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_a_failure_is_raised_here_and_leaves_nothing_behind(processes: int, scratch: Path) -> None:
    with pytest.raises(OSError, match="cannot be read"):
        list(side_by_side(BATCHES, fail_at_ten, processes))
    assert list(scratch.iterdir()) == []


def test_there_is_a_processor() -> None:
    assert processors() >= 1
