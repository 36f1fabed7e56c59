"""One batch of work done by whichever process is free: this one, or a helper started beside it.

The helpers only help. What a helper did not finish, because it failed, died or hung, is done here, so that the
outcome, failures included, is the same with any number of them. Where starting a process is slow (Windows), most of
the work is done here before the first helper is there.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

Batch = TypeVar("Batch")
Done = TypeVar("Done")

PATIENCE_S = 600.0  # longer than any batch may take; a helper that hangs then is not waited for
_PAUSE_S = 0.0005
_ENDING: list[BaseProcess] = []  # helpers of the work before, told to end


def processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side(
    batches: Sequence[Batch], work: Callable[[Batch], Done], processes: int, patience_s: float = PATIENCE_S
) -> Iterator[Done]:
    """Give what `work` makes of each batch, in their order.

    Parameters
    ----------
    work
        What is done with a batch; it and what it gives can be pickled.
    processes
        This one and the helpers together.
    patience_s
        Seconds after which a helper that still holds a batch is taken for dead.
    """
    processes = min(processes, len(batches))
    if processes < 2 or multiprocessing.current_process().daemon:
        yield from (work(batch) for batch in batches)
        return
    _stop(_ENDING)
    _ENDING.clear()
    with tempfile.TemporaryDirectory(prefix="termreview-") as name:
        folder = Path(name)
        own: dict[int, Done] = {}
        with _helpers(processes - 1, (batches, work, folder)) as (helpers, turn):
            while (number := _take(turn)) < len(batches):
                own[number] = work(batches[number])
            for number, batch in enumerate(batches):
                if number in own:
                    yield own.pop(number)
                    continue
                place = _place(folder, number)
                _await(place, helpers, patience_s)
                yield pickle.loads(place.read_bytes()) if place.is_file() else work(batch)
                place.unlink(missing_ok=True)


@contextmanager
def _helpers(count: int, arguments: tuple[Any, ...]) -> Iterator[tuple[list[BaseProcess], Any]]:
    """Start helpers and, in the end, stop those that still run; with them goes the number of the next batch."""
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    turn = context.Value("i", 0)
    started: list[BaseProcess] = []
    try:
        with warnings.catch_warnings():
            # Newer versions warn of forks beside threads: a helper that such a fork stalls holds no batch.
            warnings.simplefilter("ignore", DeprecationWarning)
            for _ in range(count):
                helper = context.Process(target=_help, args=(*arguments, turn, os.getpid()), daemon=True)
                with suppress(OSError):  # no memory or no process left: then without
                    helper.start()
                    started.append(helper)
        yield started, turn
    except BaseException:
        _stop(started)
        raise
    else:  # all is done: who still runs is on its way out, which is not worth waiting for
        for helper in started:
            helper.terminate()
        _ENDING.extend(started)


def _stop(helpers: Sequence[BaseProcess]) -> None:
    for helper in helpers:
        helper.terminate()
    for helper in helpers:
        helper.join()


def _help(
    batches: Sequence[Any], work: Callable[[Any], Any], folder: Path, turn: Any, started_by: int
) -> None:
    """What a helper does: batch after batch, until there is none or who started it is gone."""
    gc.disable()
    gc.freeze()  # what both processes look at is not copied for the sake of the collector
    with suppress(
        Exception, KeyboardInterrupt
    ):  # this process does the same batch and meets the same failure
        while os.getppid() == started_by and (number := _take(turn)) < len(batches):
            done = pickle.dumps(work(batches[number]), protocol=pickle.HIGHEST_PROTOCOL)
            beside = folder / f"{number}.part"
            beside.write_bytes(done)
            beside.replace(_place(folder, number))


def _take(turn: Any) -> int:
    with turn.get_lock():
        number: int = turn.value
        turn.value += 1
    return number


def _place(folder: Path, number: int) -> Path:
    return folder / str(number)


def _await(place: Path, helpers: Sequence[BaseProcess], patience_s: float) -> None:
    """Wait until one batch is there, or nobody is left who could bring it."""
    for _ in range(int(patience_s / _PAUSE_S)):
        if place.is_file() or not any(helper.is_alive() for helper in helpers):
            return
        time.sleep(_PAUSE_S)
