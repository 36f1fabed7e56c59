"""Work in other processes: the same outcome with any number of them, and none that outlives who asked for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import work_elsewhere
from work_elsewhere import fail_at_ten, has_imported, total, total_here_only, where

from termreview.processes import Call, ProcessLost, begin_server, pool, processors, share

BATCHES = [[number, number + 1] for number in range(0, 40, 2)]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux lists them")


@pytest.fixture(params=["alone", "beside a thread"])
def ways(request: pytest.FixtureRequest) -> Iterator[None]:
    """A process that may fork its helpers, and one that asks a server for them."""
    if request.param == "alone":
        yield
        return
    is_over = threading.Event()
    thread = threading.Thread(target=is_over.wait)
    thread.start()
    yield
    is_over.set()
    thread.join()


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    # A process that ends between the opening and the reading of its file has no file to read.
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for_end(pid: int, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_alive(pid)


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize("processes", [1, 2, 3, 99])
def test_the_outcome_does_not_depend_on_the_number_of_processes(processes: int) -> None:
    assert list(share(BATCHES, total, processes)) == [sum(batch) for batch in BATCHES]
    assert list(share([], total, processes)) == []


@pytest.mark.usefixtures("ways")
def test_this_process_and_the_helper_both_work() -> None:
    batches = BATCHES * 100  # enough for a server to begin meanwhile
    found = list(share(batches, where, 2))
    assert [number for number, _ in found] == [sum(batch) for batch in batches]
    assert len({process for _, process in found}) == 2


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize("otherwise", ["die", "fail", "hang"])
def test_what_a_helper_does_not_bring_is_done_here(otherwise: str) -> None:
    work = partial(total_here_only, here=os.getpid(), otherwise=otherwise)
    assert list(share(BATCHES, work, 3, patience_s=0.3)) == [sum(batch) for batch in BATCHES]


def test_without_another_process_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(process: object) -> None:
        raise BlockingIOError("no process is left")

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", start)
    assert list(share(BATCHES, total, 2)) == [sum(batch) for batch in BATCHES]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_failure_is_raised_here(processes: int) -> None:
    with pytest.raises(OSError, match="cannot be read"):
        list(share(BATCHES, fail_at_ten, processes))


def test_there_is_a_processor() -> None:
    assert processors() >= 1


@pytest.mark.usefixtures("ways")
def test_a_pool_takes_work_and_leaves_no_process() -> None:
    with pool(2) as workers:
        found = list(workers.map(where, BATCHES))
    assert [number for number, _ in found] == [sum(batch) for batch in BATCHES]
    assert os.getpid() not in {process for _, process in found}
    for _, process in found:
        wait_for_end(process)


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize("is_fresh", [True, False])
def test_a_call_gives_what_is_yielded_and_raises_what_is_raised(is_fresh: bool) -> None:
    with Call(work_elsewhere.count, 2, is_fresh=is_fresh) as call:
        assert (call.answer(), call.answer()) == (0, 1)
        with pytest.raises(LookupError, match="that is all"):
            call.answer()


@pytest.mark.usefixtures("ways")
def test_a_call_tells_how_its_process_ended() -> None:
    with Call(work_elsewhere.be_killed) as call:
        assert call.answer() == call.pid
        with pytest.raises(ProcessLost) as lost:
            call.answer()
    assert lost.value.exit_code == -signal.SIGKILL


def test_who_waits_long_enough_is_told_so() -> None:
    with Call(work_elsewhere.sleep_alone) as call:
        assert call.answer() == call.pid
        with pytest.raises(TimeoutError):
            call.answer(0.1)


@on_linux
@pytest.mark.usefixtures("ways")
def test_what_a_call_started_ends_with_it(tmp_path: Path) -> None:
    with Call(work_elsewhere.sleep_with_a_child) as call:
        own, started, called = call.answer()
        assert own == call.pid
        assert len({own, started, called, os.getpid()}) == 4
        assert all(map(is_alive, (own, started, called)))
    for process in (own, started, called):
        wait_for_end(process)
    with Call(work_elsewhere.start_and_end, tmp_path / "pid") as call:
        assert call.answer() == 0
        with pytest.raises(StopIteration):
            call.answer()
    wait_for_end(int((tmp_path / "pid").read_text(encoding="utf-8")))


SCRIPT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
sys.path.insert(0, {folder!r})
from work_elsewhere import sleep_with_a_child
from termreview.processes import Call
print("begun", flush=True)
with Call(sleep_with_a_child, is_fresh=True) as call:
    print(*call.answer(), flush=True)
    {then}
"""


@on_linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_a_process_that_is_ended(number: signal.Signals, tmp_path: Path) -> None:
    """A script without a guard: what it starts does not run it once more."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(folder=str(Path(__file__).parent), then="time.sleep(3600)"), "utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "begun\n"
        left = [int(pid) for pid in process.stdout.readline().split()]
        assert len(left) == 3
        assert all(map(is_alive, left))
        process.send_signal(number)
        told = process.stderr.read().strip().splitlines()
    for pid in left:
        wait_for_end(pid)
    if number == signal.SIGINT:  # one process alone speaks of it
        assert told[-1] == "KeyboardInterrupt"
        assert sum("Traceback" in line for line in told) == 1


@on_linux
def test_a_process_that_is_reaped_is_listed_no_more() -> None:
    """One that ended by itself stood among the processes of the desk, dead, until the desk was closed."""
    for function in (iter, no_such_number):
        with Call(function, [1, 2]) as call:
            pid = call.pid
            call.reap()
            assert not Path(f"/proc/{pid}").exists()


def no_such_number(numbers: list[int]) -> Iterator[int]:
    yield numbers[9]


@on_linux
def test_a_server_for_other_work_gives_way_unless_something_of_it_runs() -> None:
    """The notebooks of `demo` began with nothing of what they need: the server had been begun to write the sample."""
    begin_server("wave", is_fresh=True)
    with Call(has_imported, "wave", "colorsys", is_fresh=True) as running:
        assert running.answer() is True
        begin_server("colorsys", is_fresh=True)
        with Call(has_imported, "wave", "colorsys", is_fresh=True) as call:
            assert [call.answer(), call.answer()] == [True, False]
        assert running.answer() is False
    begin_server("colorsys", is_fresh=True)
    with Call(has_imported, "wave", "colorsys", is_fresh=True) as call:
        assert [call.answer(), call.answer()] == [False, True]
